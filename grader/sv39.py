# SPDX-License-Identifier: MIT
"""A program's address space, read from its page tables [priv 10.4].

The walk goes over physical memory from the outside, as the hart would go:
three levels of tables with 512 entries each, the root named by satp. What it
finds is what the hardware enforces, whatever the kernel believes."""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

PAGE_BYTES = 4096
ENTRIES = 512
USER_ENTRIES = 256  # of a root; the other half is the kernel's
ROOT_LEVEL = 2
MODE_SV39 = 8
VALID = 1
# Bits 1 to 5 of an entry, by the letters that stand for them here.
RIGHTS = ((1, "r"), (2, "w"), (3, "x"), (4, "u"), (5, "g"))
LEAF = 0b1110
SIGN = (1 << 64) - (1 << 39)  # above the 39 bits of an upper address
# More tables than any given program needs; a tree that goes round in circles
# would have millions.
TABLES_MAX = 1024

# Reads bytes of physical memory; ValueError where there is none.
ReadPhysical = Callable[[int, int], bytes]


class Leaf(NamedTuple):
    """One mapping: from `va` on, `bytes` bytes at physical `pa`. `rights`
    has the letters of r, w, x, u (user) and g (global) that are allowed, in
    this order: text is "rxu", data "rwu"."""

    va: int
    pa: int
    rights: str
    bytes: int = PAGE_BYTES


class Entry(NamedTuple):
    """A valid entry of a table: what it says of `va` and what follows."""

    va: int
    level: int  # 0 for pages
    bits: int

    @property
    def is_leaf(self) -> bool:
        return self.level == 0 or bool(self.bits & LEAF)

    @property
    def pa(self) -> int:
        """The memory, or the table, that it names."""
        return _address(self.bits)

    @property
    def bytes(self) -> int:
        return PAGE_BYTES << 9 * self.level


def entries(
    read: ReadPhysical, root: int, first: int = 0, end: int = ENTRIES
) -> list[Entry]:
    """The valid entries of the root table's slots from `first` to `end` and
    of all tables below them, each table's own before those in it. Addresses
    of the upper half have their sign. ValueError if there is no end of
    tables."""
    left = TABLES_MAX

    def table(at: int, level: int, base: int) -> Iterator[Entry]:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"there are more than {TABLES_MAX} page tables")
        slots = range(first, end) if level == ROOT_LEVEL else range(ENTRIES)
        words = _entries(read, at, ENTRIES)
        for slot in slots:
            if not words[slot] & VALID:
                continue
            va = base + slot * (PAGE_BYTES << 9 * level)
            if level == ROOT_LEVEL and slot >= USER_ENTRIES:
                va += SIGN
            entry = Entry(va, level, words[slot])
            yield entry
            if not entry.is_leaf:
                yield from table(entry.pa, level - 1, va)

    return list(table(root, ROOT_LEVEL, 0))


def root_of(satp: int) -> int:
    """Where the root table is. ValueError if satp names none."""
    if satp >> 60 != MODE_SV39:
        raise ValueError(f"satp is {satp:#x}: paging is not on")
    return (satp & (1 << 44) - 1) * PAGE_BYTES


def user_leaves(read: ReadPhysical, satp: int) -> list[Leaf]:
    """The mappings of the user half, by address. ValueError if the tables
    are broken."""
    left = TABLES_MAX

    def table(at: int, level: int, base: int) -> Iterator[Leaf]:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"there are more than {TABLES_MAX} page tables")
        span = PAGE_BYTES << 9 * level
        count = USER_ENTRIES if level == ROOT_LEVEL else ENTRIES
        for index, entry in enumerate(_entries(read, at, count)):
            va = base + index * span
            if not entry & VALID:
                continue
            if entry & LEAF:
                yield _leaf(va, entry, span)
            elif level == 0:
                raise ValueError(f"the entry of {va:#x} is {entry:#x}: no page")
            else:
                yield from table(_address(entry), level - 1, va)

    return list(table(root_of(satp), ROOT_LEVEL, 0))


def walk(read: ReadPhysical, satp: int, va: int) -> Leaf | None:
    """The mapping that `va` lies in, of either half; None if it has none.
    ValueError if the tables are broken."""
    at = root_of(satp)
    for level in range(ROOT_LEVEL, -1, -1):
        span = PAGE_BYTES << 9 * level
        index = va // span % ENTRIES
        [entry] = _entries(read, at + 8 * index, 1)
        if not entry & VALID:
            return None
        if entry & LEAF:
            return _leaf(va & -span, entry, span)
        at = _address(entry)
    raise ValueError(f"the entry of {va:#x} is {entry:#x}: no page")


def _entries(read: ReadPhysical, at: int, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}Q", read(at, 8 * count))


def _address(entry: int) -> int:
    """The physical address in an entry."""
    return (entry >> 10 & (1 << 44) - 1) * PAGE_BYTES


def _leaf(va: int, entry: int, span: int) -> Leaf:
    rights = "".join(letter for bit, letter in RIGHTS if entry >> bit & 1)
    return Leaf(va, _address(entry), rights, span)
