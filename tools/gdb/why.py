# SPDX-License-Identifier: MIT
"""`chaski why`."""

import gdb

from tools.gdb.chain import chain
from tools.gdb.kernel import Kernel
from tools.gdb.slots import Handles
from tools.gdb.threads import print_problems, require_threads


class Why(gdb.Command):
    """Tell why a thread is blocked: chaski why THREAD
THREAD is an id, as `chaski threads` shows it.

A line says what the thread waits for, the next one the same of the thread that
it waits for, and so on. The last line is the reason: a thread that runs or is
ready, one that waits for a message or signal, one that nobody can help; or the
cycle in which all wait for one another.

When several threads could help, the likeliest is followed (the one that
received the call, or that received last at the endpoint) and the others are
named."""

    def __init__(self) -> None:
        super().__init__("chaski why", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel = Kernel()
        if not require_threads(kernel):
            return
        picture = kernel.picture
        ids = {str(thread.id): at for at, thread in picture.threads.items()}
        word = argument.strip()
        if not word:
            raise gdb.GdbError("Of which thread? chaski threads has the ids.")
        if word not in ids:
            raise gdb.GdbError(f"There is no thread {word}.")
        print("\n".join(chain(ids[word], picture, Handles(kernel).holders)))
        print_problems(kernel)
