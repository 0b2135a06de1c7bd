# SPDX-License-Identifier: MIT
"""The machine at its end stop: what its hardware held when the test was over.

The stopped machine stays until the test has asked what it wants, for most
tests ask nothing. All of it is read through QEMU: registers, physical memory,
and through the page tables the memory of the program that runs. Nothing in
the machine takes part, so nothing in it can say otherwise (T0)."""

from contextlib import ExitStack

from grader import sv39
from grader.remote import Gdb
from grader.sv39 import Leaf

MEMORY_START = 0x8000_0000
MEMORY_BYTES = 128 << 20


class EndStop:
    """A stopped machine; `close` ends it."""

    def __init__(self, gdb: Gdb, machine: ExitStack) -> None:
        self._gdb = gdb
        self._machine = machine

    def close(self) -> None:
        """Ends the machine. Nothing can be asked any more."""
        self._machine.close()

    @property
    def registers(self) -> dict[str, int]:
        """The general registers by their ABI names, and the pc."""
        return self._gdb.registers()

    @property
    def satp(self) -> int:
        """Which page tables are in use [priv 10.1.11]."""
        return self.control_register("satp")

    def control_register(self, name: str) -> int:
        """Any control register, as in `sscratch`."""
        return self._gdb.control_register(name)

    def read_physical(self, address: int, length: int) -> bytes:
        """Bytes of RAM; ValueError where there is none."""
        offset = address - MEMORY_START
        if not 0 <= offset <= MEMORY_BYTES - length:
            raise ValueError(f"{address:#x} is not in memory")
        return self._gdb.read_physical(address, length)

    def translate(self, va: int) -> Leaf | None:
        """The mapping that `va` lies in; None if it has none. ValueError if
        the page tables are broken."""
        return sv39.walk(self.read_physical, self.satp, va)

    def leaves(self) -> list[Leaf]:
        """The mappings of the user half, by address. ValueError if the page
        tables are broken."""
        return sv39.user_leaves(self.read_physical, self.satp)

    def read(self, va: int, length: int) -> bytes:
        """Bytes of the program that runs; ValueError where nothing is
        mapped."""
        data = b""
        while len(data) < length:
            at = va + len(data)
            leaf = self.translate(at)
            if not leaf:
                raise ValueError(f"nothing is mapped at {at:#x}")
            offset = at - leaf.va
            count = min(length - len(data), leaf.bytes - offset)
            data += self.read_physical(leaf.pa + offset, count)
        return data
