# SPDX-License-Identifier: MIT
"""The `chaski` commands of gdb; .gdbinit loads this file.

    symbols   names and lines of the kernel and of each program
    target    the machine: attach, and kernel memory whatever runs
    kernel    the kernel's objects, read from its memory
    waits     what a thread waits for, in words
    table     rows and columns as text
    threads   `chaski threads`

`waits` and `table` know nothing of gdb, so they can be tested without it. A
further table is a module like `threads` and a line in COMMANDS."""

import sys
from pathlib import Path

import gdb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.gdb import symbols, target, threads  # noqa: E402 only now can it be found


class Chaski(gdb.Command):
    """Chaski's own commands: kernel objects in the words of the field."""

    def __init__(self) -> None:
        super().__init__("chaski", gdb.COMMAND_USER, prefix=True)


COMMANDS = (symbols.Symbols, target.Attach, threads.Threads)

Chaski()
for command in COMMANDS:
    command()
