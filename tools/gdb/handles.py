# SPDX-License-Identifier: MIT
"""`chaski handles`."""

from collections.abc import Iterator, Sequence

import gdb

from tools.gdb.kernel import Kernel, Process
from tools.gdb.slots import INDEX_BITS, Handles, Slot, chosen
from tools.gdb.table import table
from tools.gdb.threads import print_problems, require_threads
from tools.gdb.words import corrupt, key_type, rights_text

HEAD = (
    *("handle", "index", "generation", "type", "rights", "badge"),
    *("depth", "object"),
)
INDEX_MASK = (1 << INDEX_BITS) - 1
INDENT = "  "


def row(slot: Slot, handles: Handles) -> tuple[str, ...]:
    """A handle as cells below HEAD."""
    handle = f"{slot.name:#x}"
    generation = str(slot.name >> INDEX_BITS)
    if slot.is_fault_handle and not slot.name:
        handle, generation = "fault", ""
    elif slot.name & INDEX_MASK != slot.index:
        handle = corrupt(handle)
    depth = handles.depths.get(slot.at)
    return (
        *(handle, str(slot.index), generation),
        key_type(slot.key) or corrupt(f"key {slot.key:#x}"),
        rights_text(slot.key),
        f"{slot.badge:#x}" if slot.badge else "",
        corrupt("in no tree") if depth is None else str(depth),
        handles.object_text(slot.key, slot.object),
    )


def print_table(process: Process, handles: Handles) -> None:
    """One process's handles."""
    slots, problem = handles.by_process[process.at]
    print(
        f"process {process.name}, number {process.number}: "
        f"{len(slots)} of {process.slot_count} slots are in use"
    )
    if slots:
        print(table(HEAD, [row(slot, handles) for slot in slots]))
    if problem:
        print(problem)


def tree_lines(
    processes: Sequence[Process], handles: Handles
) -> Iterator[str]:
    """The trees of all objects that the processes have handles to."""
    keys = {
        slot.object: slot.key
        for process in processes
        for slot in handles.by_process[process.at][0]
    }
    for at, key in keys.items():
        yield handles.object_text(key, at)
        for node in handles.tree(at):
            yield INDENT * node.depth + handles.node_text(node)


class HandlesCommand(gdb.Command):
    """List the handles of processes: chaski handles [--tree] [PROCESS]...
PROCESS is a name or a number, as this command shows them; all without one.

    handle      its name, which is index and generation; "fault" is the one
                through which the kernel tells of the process's faults and end
    depth       how many derivations it is away from its object: 1 is a first
                handle, each copy one more than its source

--tree draws what was derived from what instead: for each object its handles,
the copies of each below it, and the mappings that were made with it."""

    def __init__(self) -> None:
        super().__init__("chaski handles", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel = Kernel()
        if not require_threads(kernel):
            return
        words = gdb.string_to_argv(argument)
        handles = Handles(kernel)
        names = (word for word in words if word != "--tree")
        processes = chosen(kernel, names)
        if "--tree" in words:
            print("\n".join(tree_lines(processes, handles)))
        else:
            for number, process in enumerate(processes):
                if number:
                    print()
                print_table(process, handles)
        print_problems(kernel)
