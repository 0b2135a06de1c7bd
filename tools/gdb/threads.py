# SPDX-License-Identifier: MIT
"""`chaski threads`."""

import gdb

from tools.gdb import target
from tools.gdb.kernel import Kernel
from tools.gdb.table import table
from tools.gdb.waits import STATE_WORDS, Picture, Thread, waits_for

HEAD = (
    *("hart", "id", "process", "state", "priority", "base", "signals"),
    *("deadline", "pc", "waits for"),
)
OPTIONAL = ("base", "signals", "deadline")


def row(thread: Thread, picture: Picture) -> tuple[str, ...]:
    """A thread as cells below HEAD."""
    return (
        thread.hart,
        str(thread.id),
        thread.process,
        STATE_WORDS.get(thread.state, thread.state),
        str(thread.priority),
        str(thread.base) if thread.base != thread.priority else "",
        f"{thread.pending:#x}" if thread.pending else "",
        thread.deadline,
        "" if thread.state == "THREAD_ENDED" else thread.pc,
        waits_for(thread, picture),
    )


def require_threads(kernel: Kernel) -> bool:
    """Whether there are threads; if not, says why."""
    target.require()
    if kernel.picture.threads:
        return True
    why = (
        "it has not made the first one"
        if target.is_paging()
        else "paging is off, the machine is still starting"
    )
    print(f"The kernel has no threads yet: {why}.")
    return False


def print_problems(kernel: Kernel) -> None:
    """What is wrong and has no row of its own."""
    for problem in dict.fromkeys(kernel.problems):
        print(problem)


class Threads(gdb.Command):
    """List all threads, and what each of them waits for.

    hart      the hart that it runs on
    priority  the one that it has now; base: its own, if a caller has lent
              it another
    signals   those that are pending, and not yet received
    deadline  when it gets its deadline's signals
    pc        where it goes on

base, signals and deadline are left out when no thread has any."""

    def __init__(self) -> None:
        super().__init__("chaski threads", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel = Kernel()
        if require_threads(kernel):
            picture = kernel.picture
            threads = sorted(picture.threads.values(), key=lambda t: t.id)
            rows = [row(t, picture) for t in threads]
            print(table(HEAD, rows, OPTIONAL))
            print_problems(kernel)
