# SPDX-License-Identifier: MIT
"""`chaski pagetable`."""

from collections.abc import Iterator
from dataclasses import dataclass

import gdb

from tools.gdb import paging, target
from tools.gdb.kernel import Kernel, Process
from tools.gdb.paging import PAGE_BYTES, Run, Step, flags_text
from tools.gdb.slots import chosen
from tools.gdb.table import table
from tools.gdb.threads import require_threads
from tools.gdb.words import corrupt, pages_text

HEAD = ("address", "pages", "rights", "physical", "memory")
WALK_HEAD = ("level", "index", "entry at", "entry", "rights", "leads to")
USER_ENTRIES = range(paging.ENTRIES // 2)
KERNEL_ENTRIES = range(paging.ENTRIES // 2, paging.ENTRIES)
SATP_NUMBER_MASK = (1 << 44) - 1


@dataclass(frozen=True)
class Mapping:
    """A record of pages that are mapped."""

    at: int
    start: int
    pages: int
    memory: int  # address of the object
    physical: int  # where that begins; 0: it cannot be read

    def text(self, start: int, physical: int) -> str:
        """The memory that is mapped at `start`, which is in the mapping, to
        `physical`."""
        if not self.physical:
            return corrupt(f"memory at {self.memory:#x}")
        page = (physical - self.physical) // PAGE_BYTES
        where = f"memory {self.memory:#x}, from its page {page}"
        return where if page >= 0 else corrupt(f"not of {where}")


def mappings(kernel: Kernel, process: Process) -> list[Mapping]:
    """The mappings in a process's space."""
    found = []
    for at in kernel.records(process.at, "RECORD_MAPPING").members:
        record = kernel.at(at, "struct mapping")
        memory, physical = int(record["memory"]), 0
        try:
            physical = int(kernel.at(memory, "struct memory")["start"])
        except gdb.MemoryError:
            pass
        pages = int(record["node"]["index"])
        va = int(record["va"])
        found.append(Mapping(at, va, pages, memory, physical))
    return sorted(found, key=lambda mapping: mapping.start)


def mapping_of(address: int, among: list[Mapping]) -> Mapping | None:
    """The mapping that an address is in."""
    for mapping in among:
        if 0 <= address - mapping.start < mapping.pages * PAGE_BYTES:
            return mapping
    return None


def cut(run: Run, among: list[Mapping]) -> Iterator[Run]:
    """The run in parts, so that each is in one mapping or in none."""
    ends = [m.start for m in among]
    ends += [m.start + m.pages * PAGE_BYTES for m in among]
    places = sorted({end for end in ends if run.start < end < run.end})
    for start, end in zip([run.start, *places], [*places, run.end]):
        physical = run.physical + (start - run.start)
        pages = (end - start) // PAGE_BYTES
        yield Run(start, pages, physical, run.flags, run.problem)


def row(run: Run, among: list[Mapping]) -> tuple[str, ...]:
    """A run as cells below HEAD."""
    mapping = mapping_of(run.start, among)
    text = mapping.text(run.start, run.physical) if mapping else ""
    return (
        *(f"{run.start:#x}", str(run.pages), flags_text(run.flags)),
        *(f"{run.physical:#x}", run.problem or text),
    )


def walk_row(step: Step) -> tuple[str, ...]:
    """A step of a walk as cells below WALK_HEAD."""
    leads = "nowhere: it is not mapped"
    if step.problem:
        leads = step.problem
    elif step.is_leaf:
        leads = f"page {step.target:#x}"
    elif step.entry & paging.VALID:
        leads = f"table {step.target:#x}"
    return (
        *(str(step.level), str(step.index), f"{step.at:#x}"),
        *(f"{step.entry:#x}", flags_text(step.entry), leads),
    )


def require_paging() -> bool:
    """Whether there are page tables; if not, says why."""
    target.require()
    if not target.is_paging():
        print("Paging is off: the machine is still starting.")
        return False
    return True


class PageTable(gdb.Command):
    """Show what an address space maps: chaski pagetable [PROCESS] [ADDRESS]
PROCESS is a name or a number; "kernel" means the upper half, which is the same
in all spaces; the process that runs on the selected hart is meant without one.

    rights    R W X: read, write, execute; U: by programs; G: in all spaces;
              A D: was accessed, is dirty
    memory    the memory object that a process sees there, and which part

With an address it shows the entries that a hart looks at to translate it."""

    def __init__(self) -> None:
        super().__init__("chaski pagetable", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel = Kernel()
        words = gdb.string_to_argv(argument)
        # The kernel's half is there before there is any thread.
        is_kernels = words[:1] == ["kernel"]
        if not is_kernels and not require_threads(kernel):
            return
        if is_kernels and not require_paging():
            return
        address = None
        if words and not kernel.process_of(words[-1]):
            address = number(words[-1])
            words = words if address is None else words[:-1]
        if words == ["kernel"]:
            root = (target.register("satp") & SATP_NUMBER_MASK) * PAGE_BYTES
            self.show(kernel, root, KERNEL_ENTRIES, [], address)
            return
        for process in chosen(kernel, iter(words or [running(kernel)])):
            print(f"process {process.name}, number {process.number}:")
            if not process.root:
                print("Its page tables are gone: it has ended.")
                continue
            root = process.root - target.KERNEL_BASE
            found = mappings(kernel, process)
            self.show(kernel, root, USER_ENTRIES, found, address)

    def show(
        self,
        kernel: Kernel,
        root: int,
        half: range,
        among: list[Mapping],
        address: int | None,
    ) -> None:
        """The runs of one half of a space, or the walk for an address."""
        read = kernel.memory.physical
        if address is None:
            found = paging.runs(paging.leaves(read, root, 0, indices=half))
            parts = (part for run in found for part in cut(run, among))
            print(table(HEAD, [row(part, among) for part in parts]))
            return
        steps = list(paging.walk(read, root, address))
        print(table(WALK_HEAD, [walk_row(step) for step in steps]))
        last = steps[-1]
        if last.is_leaf and not last.problem:
            offset = address % paging.span(last.level)
            print(f"{address:#x} is physical address {last.target + offset:#x}")
        mapping = mapping_of(address, among)
        if mapping:
            print(
                f"It is in the mapping of {pages_text(mapping.pages)} at "
                f"{mapping.start:#x} of memory {mapping.memory:#x}."
            )


def number(word: str) -> int | None:
    """An address as gdb understands it, None if it does not."""
    try:
        return int(gdb.parse_and_eval(word)) & target.REGISTER_MASK
    except gdb.error:
        return None


def running(kernel: Kernel) -> str:
    """The number of the process that runs on the selected hart."""
    at = kernel.selected_thread
    thread = kernel.picture.threads.get(at)
    process = kernel.processes.get(thread.home) if thread else None
    if not process:
        raise gdb.GdbError("No process runs on this hart: name one.")
    return str(process.number)
