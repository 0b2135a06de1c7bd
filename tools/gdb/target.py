# SPDX-License-Identifier: MIT
"""The machine behind the socket.

QEMU reads memory for gdb as the program that just runs would: in user mode
the kernel's memory is not there, and in the kernel no program's is. Tables
must not depend on where the machine stopped. So they read physical memory, in
which each byte of the kernel has one place: its address minus KERNEL_BASE.

gdb takes a hart for a thread of the machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import gdb

from tools.gdb.symbols import build_directory

KERNEL_BASE = 0xFFFFFFC000000000  # kernel/layout.h
REGISTER_MASK = (1 << 64) - 1
SATP_MODE_SHIFT = 60  # 0 in the field above: no paging [priv 10.1.11]
PRIVILEGE_USER = 0
PAGE_BYTES = 4096
MTIME = 0xBFF8  # in the CLINT's registers; reading it changes nothing

# Elsewhere are devices, and reading a device's register may change it: a wild
# pointer must not make a table do that.
RAM_START = 0x80000000
RAM_BYTES = 1 << 33  # as far as RAM can go before the next devices


def register(name: str) -> int:
    """A register of the selected hart as it is now, whatever frame is being
    looked at. "priv" is the privilege level."""
    return int(gdb.newest_frame().read_register(name)) & REGISTER_MASK


@contextmanager
def each_hart() -> Iterator[Iterator[int]]:
    """In the block, the ids of all harts, each selected in its turn."""
    selected = gdb.selected_thread()

    def harts() -> Iterator[int]:
        threads = gdb.selected_inferior().threads()
        for thread in sorted(threads, key=lambda thread: int(thread.num)):
            thread.switch()
            yield register("mhartid")

    try:
        yield harts()
    finally:
        selected.switch()


def is_paging() -> bool:
    """Whether the kernel has turned paging on, on some hart."""
    with each_hart() as harts:
        return any(register("satp") >> SATP_MODE_SHIFT for _ in harts)


def is_user_mode() -> bool:
    """Whether the selected hart runs a program."""
    return register("priv") == PRIVILEGE_USER


@contextmanager
def physical_memory() -> Iterator[None]:
    """In the block, gdb's addresses are physical ones."""
    connection = gdb.selected_inferior().connection
    connection.send_packet("Qqemu.PhyMemMode:1")
    try:
        yield
    finally:
        connection.send_packet("Qqemu.PhyMemMode:0")


class Memory:
    """RAM as it is at one stop; each page is asked for once."""

    def __init__(self) -> None:
        self._pages: dict[int, bytes] = {}

    def _page(self, number: int) -> bytes:
        if number not in self._pages:
            start = number * PAGE_BYTES
            if not 0 <= start - RAM_START < RAM_BYTES:
                raise gdb.MemoryError(f"{start:#x} is not RAM")
            with physical_memory():
                inferior = gdb.selected_inferior()
                content = bytes(inferior.read_memory(start, PAGE_BYTES))
            self._pages[number] = content
        return self._pages[number]

    def physical(self, address: int, length: int) -> bytes:
        """Bytes of RAM; gdb.MemoryError if there is none at `address`."""
        first = address // PAGE_BYTES
        last = (address + length - 1) // PAGE_BYTES
        content = b"".join(self._page(n) for n in range(first, last + 1))
        offset = address % PAGE_BYTES
        return content[offset : offset + length]

    def kernel(self, address: int, length: int) -> bytes:
        """Bytes of kernel memory, whatever runs; gdb.MemoryError if there is
        none at `address`."""
        return self.physical(address - KERNEL_BASE, length)

    def value(self, address: int, kind: gdb.Type) -> gdb.Value:
        """The object of type `kind` at `address` of the kernel: a copy."""
        return gdb.Value(self.kernel(address, kind.sizeof), kind)


def clock(clint: int) -> int:
    """The time base, from the interruptor's registers at physical `clint`."""
    with physical_memory():
        mtime = gdb.selected_inferior().read_memory(clint + MTIME, 8)
    return int.from_bytes(bytes(mtime), "little")


def require() -> None:
    """Complains if no machine is attached."""
    if not gdb.selected_inferior().threads():
        raise gdb.GdbError("No machine is attached: start with make gdb.")


def end(_: object) -> None:
    """Ends the machine. gdb alone would detach, and let it run on."""
    if gdb.selected_inferior().threads():
        try:
            gdb.execute("kill", to_string=True)
        except gdb.error:
            pass  # QEMU may be gone before gdb has heard its answer


class Attach(gdb.Command):
    """Attach to the machine that tools/debug has started."""

    def __init__(self) -> None:
        super().__init__("chaski attach", gdb.COMMAND_RUNNING)

    def invoke(self, argument: str, from_tty: bool) -> None:
        directory = os.environ.get("RUN", build_directory())
        gdb.execute(f"target remote {directory}/gdb.sock")
        gdb.events.gdb_exiting.connect(end)
