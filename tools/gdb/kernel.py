# SPDX-License-Identifier: MIT
"""The kernel's objects, read from its memory.

All types come from the kernel's own debug information, so nothing here repeats
a layout. And a kernel under work may hold any nonsense: a pointer that leads
nowhere costs a cell of a table, never the table."""

from collections.abc import Iterator

import gdb

from tools.gdb import target
from tools.gdb.symbols import location
from tools.gdb.waits import Picture, Thread

REG_PC = 0  # kernel/thread.h: the frame keeps the pc in the place of x0
UNREADABLE = "?"
SENDING = ("THREAD_WAIT_SEND", "THREAD_WAIT_CALL")


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
        self.id_mask = self.table.type.range()[1]  # entries are 2**n
        states = gdb.lookup_type("enum thread_state")
        self.states = {field.enumval: field.name for field in states.fields()}
        self.process_names: dict[int, str] = {}

    def picture(self) -> Picture:
        """All threads; none before the kernel has made its table."""
        if not target.is_paging():
            return Picture({}, {})
        threads = {at: self._thread(t) for at, t in self._records()}
        senders = {
            thread.endpoint: self._first_sender(thread.endpoint)
            for thread in threads.values()
            if thread.state in SENDING
        }
        return Picture(threads, senders)

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
        """A thread's record in words and numbers."""
        state = self.states.get(int(record["state"]), UNREADABLE)
        server = int(record["server"])
        return Thread(
            id=int(record["token"]) & self.id_mask,
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
            try:
                name = _text(self._pointee("process", address)["name"])
            except gdb.MemoryError:
                name = UNREADABLE
            self.process_names[address] = name
        return self.process_names[address]

    def _first_sender(self, endpoint: int) -> int:
        """The address of the first queued sender, 0 if there is none."""
        try:
            return int(self._pointee("endpoint", endpoint)["senders"])
        except gdb.MemoryError:
            return 0

    def _pointee(self, field: str, address: int) -> gdb.Value:
        """What is at `address`, of the type that `field` of a thread points
        at."""
        kind = self.thread_type[field].type.target().strip_typedefs()
        return target.kernel_value(address, kind)

