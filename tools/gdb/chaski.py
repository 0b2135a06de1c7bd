# SPDX-License-Identifier: MIT
"""The `chaski` commands of gdb; .gdbinit loads this file.

    symbols    names and lines of the kernel and of each program
    target     the machine: attach, and RAM whatever runs
    kernel     the kernel's objects, read from its memory
    slots      handles, and the trees that they form
    words      numbers of the kernel in words
    waits      what a thread waits for, in words
    chain      whom it waits for, whom that one waits for, ...
    paging     page tables
    table      rows and columns as text
    threads, endpoints, handles, pagetable, events, why
               a command each

`words`, `waits`, `chain`, `paging` and `table` know nothing of gdb, so they can
be tested without it. A further command is a module and a line in COMMANDS."""

import sys
from pathlib import Path

import gdb

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools.gdb import (  # noqa: E402 only now can it be found
    endpoints,
    events,
    handles,
    pagetable,
    symbols,
    target,
    threads,
    why,
)


class Chaski(gdb.Command):
    """Chaski's own commands: kernel objects in the words of the field."""

    def __init__(self) -> None:
        super().__init__("chaski", gdb.COMMAND_USER, prefix=True)


COMMANDS = (
    symbols.Symbols,
    target.Attach,
    threads.Threads,
    endpoints.Endpoints,
    handles.HandlesCommand,
    pagetable.PageTable,
    events.Events,
    why.Why,
)

Chaski()
for command in COMMANDS:
    command()
