# SPDX-License-Identifier: MIT
"""The machine behind the socket.

QEMU reads memory for gdb as the program that just runs would: in user mode
the kernel's memory is not there, and in the kernel no program's is. Tables
must not depend on where the machine stopped. So they read physical memory, in
which each byte of the kernel has one place: its address minus KERNEL_BASE."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import gdb

from tools.gdb.symbols import build_directory

KERNEL_BASE = 0xFFFFFFC000000000  # kernel/layout.h
REGISTER_MASK = (1 << 64) - 1
SATP_MODE_SHIFT = 60  # 0 in the field above: no paging [priv 10.1.11]
PRIVILEGE_USER = 0


def register(name: str) -> int:
    """A register of the selected hart as it is now, whatever frame is being
    looked at. "priv" is the privilege level."""
    return int(gdb.newest_frame().read_register(name)) & REGISTER_MASK


def is_paging() -> bool:
    """Whether the kernel has turned paging on."""
    return register("satp") >> SATP_MODE_SHIFT != 0


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


def kernel_bytes(address: int, length: int) -> bytes:
    """Bytes of kernel memory, whatever runs; gdb.MemoryError if there is
    none at `address`."""
    physical = address - KERNEL_BASE
    if physical < 0:
        raise gdb.MemoryError(f"{address:#x} is not an address of the kernel")
    with physical_memory():
        return bytes(gdb.selected_inferior().read_memory(physical, length))


def kernel_value(address: int, kind: gdb.Type) -> gdb.Value:
    """The object of type `kind` at `address` of the kernel: a copy."""
    return gdb.Value(kernel_bytes(address, kind.sizeof), kind)


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
