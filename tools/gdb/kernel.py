# SPDX-License-Identifier: MIT
"""The kernel's objects, read from its memory.

All types come from the kernel's own debug information and are reached from
one symbol, `threads`. So nothing here repeats a layout, and no program's
struct of the same name gets in the way."""

from collections.abc import Iterator

import gdb

from tools.gdb import target
from tools.gdb.symbols import location
from tools.gdb.waits import Picture, Thread

POINTER_BYTES = 8
REG_PC = 0  # kernel/thread.h: the frame keeps the pc in the place of x0
UNREADABLE = "?"


def _symbol(name: str) -> gdb.Symbol:
    """A variable of the kernel, static or not: link-time optimisation makes
    all of them static."""
    kernel = gdb.lookup_objfile(gdb.current_progspace().filename)
    symbol = kernel.lookup_global_symbol(name)
    symbol = symbol or kernel.lookup_static_symbol(name)
    if not symbol:
        raise gdb.GdbError(f"The kernel's symbols have no {name}.")
    return symbol


def _text(characters: gdb.Value) -> str:
    """A string in an array of characters."""
    first, last = characters.type.range()
    codes = [int(characters[i]) & 0xFF for i in range(first, last + 1)]
    return bytes(codes).split(b"\0")[0].decode(errors="replace")


class Kernel:
    """The kernel at one stop of the machine."""

    def __init__(self) -> None:
        self.table = _symbol("threads")
        self.thread_type = self.table.type.target().target()
        states = gdb.lookup_type("enum thread_state")
        self.states = {field.enumval: field.name for field in states.fields()}
        self.endpoint_type = gdb.lookup_type("struct endpoint")
        self.process_names: dict[int, str] = {}

    def picture(self) -> Picture:
        """All threads; none before the kernel has made its table."""
        if not target.is_paging():
            return Picture({}, {})
        records = dict(self._records())
        endpoints = {int(t["endpoint"]) for t in records.values()}
        return Picture(
            {at: self._thread(t) for at, t in records.items()},
            {at: self._first_sender(at) for at in endpoints},
        )

    def _records(self) -> Iterator[tuple[int, gdb.Value]]:
        """Address and content of each thread's record. Unused entries of the
        table all point at one record, which belongs to no process."""
        entries = target.kernel_bytes(
            int(self.table.value().address), self.table.type.sizeof
        )
        words = memoryview(entries).cast("Q")
        for address in dict.fromkeys(words):
            try:
                record = target.kernel_value(address, self.thread_type)
            except gdb.MemoryError:
                continue  # 0, or not a kernel that one can believe
            if int(record["process"]):
                yield address, record

    def _thread(self, record: gdb.Value) -> Thread:
        state = self.states.get(int(record["state"]), UNREADABLE)
        server = int(record["server"])
        return Thread(
            id=int(record["token"]) & (len_ids(self.table) - 1),
            process=self._process_name(int(record["process"])),
            state=state,
            priority=int(record["priority"]),
            pc=location(self._pc(record, state)),
            endpoint=int(record["endpoint"]),
            server=self._process_name(server) if server else UNREADABLE,
            next=int(record["next"]),
            lower=int(record["lower"]),
        )

    def _pc(self, record: gdb.Value, state: str) -> int:
        """Where a thread goes on: the pc in its frame, but for the one that
        runs, whose frame is what it was before."""
        if state == "THREAD_RUNNING":
            if target.is_user_mode():
                return target.register("pc")
            if location(target.register("pc")).startswith("trap_entry"):
                return target.register("sepc")  # its frame is being filled
        return int(record["x"][REG_PC])

    def _process_name(self, address: int) -> str:
        """A process's name, UNREADABLE if there is none at the address."""
        if address not in self.process_names:
            kind = self.thread_type["process"].type.target()
            try:
                name = _text(target.kernel_value(address, kind)["name"])
            except gdb.MemoryError:
                name = UNREADABLE
            self.process_names[address] = name
        return self.process_names[address]

    def _first_sender(self, endpoint: int) -> int:
        try:
            value = target.kernel_value(endpoint, self.endpoint_type)
        except gdb.MemoryError:
            return 0
        return int(value["senders"])


def len_ids(table: gdb.Symbol) -> int:
    """Entries of the table: a power of two, above every id."""
    return table.type.sizeof // POINTER_BYTES
