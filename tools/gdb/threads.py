# SPDX-License-Identifier: MIT
"""`chaski threads`."""

import gdb

from tools.gdb import target
from tools.gdb.kernel import Kernel
from tools.gdb.table import table
from tools.gdb.waits import STATE_WORDS, Picture, Thread, waits_for

HEAD = (" ", "id", "process", "state", "priority", "pc", "waits for")


def row(thread: Thread, picture: Picture) -> tuple[str, ...]:
    """A thread as cells below HEAD."""
    return (
        "*" if thread.state == "THREAD_RUNNING" else "",
        str(thread.id),
        thread.process,
        STATE_WORDS.get(thread.state, thread.state),
        str(thread.priority),
        "" if thread.state == "THREAD_ENDED" else thread.pc,
        waits_for(thread, picture),
    )


class Threads(gdb.Command):
    """List all threads, and what each of them waits for.
A star marks the one that runs. A thread's pc is where it goes on."""

    def __init__(self) -> None:
        super().__init__("chaski threads", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        target.require()
        picture = Kernel().picture()
        if not picture.threads:
            why = (
                "it has not made the first one"
                if target.is_paging()
                else "paging is off, the machine is still starting"
            )
            print(f"The kernel has no threads yet: {why}.")
            return
        threads = sorted(picture.threads.values(), key=lambda t: t.id)
        print(table(HEAD, [row(t, picture) for t in threads]))
