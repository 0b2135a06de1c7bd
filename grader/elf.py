# SPDX-License-Identifier: MIT
"""What an ELF file says of a program: functions, variables, segments.

Every program of a boot image is linked at addresses of its own, so one
address names both the program and the function in it."""

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SHT_SYMTAB = 2
STT_NOTYPE, STT_OBJECT, STT_FUNC = 0, 1, 2
SHF_EXECINSTR = 4
PT_LOAD = 1
PF_RIGHTS = ((4, "r"), (2, "w"), (1, "x"))


@dataclass(frozen=True)
class Symbol:
    """A function, or a label in assembly: [start, end) and its name."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Segment:
    """A part of a program in memory: `length` bytes from `start` on, first
    those of the file, then zeroes. Rights are letters of r, w, x."""

    start: int
    length: int
    rights: str
    content: bytes


class Program:
    """One ELF file."""

    def __init__(self, name: str, path: Path) -> None:
        image = path.read_bytes()
        if image[:6] != b"\x7fELF\x02\x01":
            raise ValueError(f"{path} is not a 64-bit little-endian ELF file")
        table = list(_symbol_table(image))
        self.name = name
        self.symbols = _functions(table)
        self.segments = _segments(image)
        self._starts = [symbol.start for symbol in self.symbols]
        self._values = {e.name: e.value for e in table}
        self._variables = [e for e in table if e.kind == STT_OBJECT]

    def address(self, name: str) -> int:
        """Where the function `name` begins; KeyError if it is not there."""
        for symbol in self.symbols:
            if symbol.name == name:
                return symbol.start
        raise KeyError(f"{self.name} has no symbol {name}")

    def value(self, name: str) -> int:
        """What any symbol stands for, the linker script's too; KeyError if it
        is not there."""
        return self._values[name]

    def function(self, address: int) -> str | None:
        """The function that `address` lies in, None if in none."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self.symbols[index].end:
            return None
        return self.symbols[index].name

    def variable(self, name: str) -> tuple[int, int]:
        """Address and size of the variable `name`; KeyError unless there is
        exactly one."""
        found = [v for v in self._variables if v.name == name]
        if len(found) != 1:
            raise KeyError(f"{self.name} has {len(found)} variables {name}")
        return found[0].value, found[0].size


@dataclass(frozen=True)
class _Entry:
    """An entry of the symbol table."""

    name: str
    kind: int
    is_code: bool
    value: int
    size: int


def _symbol_table(image: bytes) -> Iterator[_Entry]:
    (table,) = struct.unpack_from("<Q", image, 0x28)
    entry_bytes, count = struct.unpack_from("<HH", image, 0x3A)
    # Per section: name, type, flags, address, offset, size, link, ...
    sections = [
        struct.unpack_from("<IIQQQQIIQQ", image, table + i * entry_bytes)
        for i in range(count)
    ]
    for section in sections:
        if section[1] != SHT_SYMTAB:
            continue
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name, info, _, index, value, size = struct.unpack_from(
                "<IBBHQQ", image, at
            )
            text = image[names + name : image.index(0, names + name)].decode()
            is_code = 0 < index < len(sections) and bool(
                sections[index][2] & SHF_EXECINSTR
            )
            yield _Entry(text, info & 0xF, is_code, value, size)


def _functions(table: Iterable[_Entry]) -> list[Symbol]:
    """The code symbols, by address. A label without a size, as assembly has
    them, ends at the next one."""
    found: dict[int, tuple[int, str]] = {}
    for entry in table:
        if not entry.is_code or entry.kind not in (STT_NOTYPE, STT_FUNC):
            continue
        # Where two names share an address, the sized one is the function.
        # "$x" and ".L" names are the assembler's own.
        if entry.name[:1] not in ("$", ".", "") and (
            entry.value not in found or entry.size > found[entry.value][0]
        ):
            found[entry.value] = (entry.size, entry.name)
    starts = sorted(found)
    following = [*starts[1:], starts[-1] + 4096] if starts else []
    return [
        Symbol(start, start + size if size else after, name)
        for start, after in zip(starts, following)
        for size, name in (found[start],)
    ]


def _segments(image: bytes) -> list[Segment]:
    """What is loaded, in the order of the file."""
    (table,) = struct.unpack_from("<Q", image, 0x20)
    entry_bytes, count = struct.unpack_from("<HH", image, 0x36)
    found = []
    for i in range(count):
        kind, flags, offset, va, _, file_bytes, length = struct.unpack_from(
            "<IIQQQQQ", image, table + i * entry_bytes
        )
        if kind == PT_LOAD:
            rights = "".join(name for bit, name in PF_RIGHTS if flags & bit)
            content = image[offset : offset + file_bytes]
            found.append(Segment(va, length, rights, content))
    return found
