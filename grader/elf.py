# SPDX-License-Identifier: MIT
"""Names and addresses of a program's functions, read from its ELF file.

Every program of a boot image is linked at addresses of its own, so one
address names both the program and the function in it."""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

SHT_SYMTAB = 2
STT_NOTYPE, STT_FUNC = 0, 2
SHF_EXECINSTR = 4


@dataclass(frozen=True)
class Symbol:
    """A function, or a label in assembly: [start, end) and its name."""

    start: int
    end: int
    name: str


class Program:
    """The symbols of one ELF file."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.symbols = _read_symbols(path)
        self._starts = [symbol.start for symbol in self.symbols]

    def address(self, name: str) -> int:
        """Where the function `name` begins; KeyError if it is not there."""
        for symbol in self.symbols:
            if symbol.name == name:
                return symbol.start
        raise KeyError(f"{self.name} has no symbol {name}")

    def function(self, address: int) -> str | None:
        """The function that `address` lies in, None if in none."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self.symbols[index].end:
            return None
        return self.symbols[index].name


def _read_symbols(path: Path) -> list[Symbol]:
    """The code symbols of a 64-bit little-endian ELF file, by address. A
    label without a size, as assembly has them, ends at the next one."""
    image = path.read_bytes()
    if image[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{path} is not a 64-bit little-endian ELF file")
    (table,) = struct.unpack_from("<Q", image, 0x28)
    entry_bytes, count = struct.unpack_from("<HH", image, 0x3A)
    # Per section: name, type, flags, address, offset, size, link, ...
    sections = [
        struct.unpack_from("<IIQQQQIIQQ", image, table + i * entry_bytes)
        for i in range(count)
    ]
    found: dict[int, tuple[int, str]] = {}
    for section in sections:
        if section[1] != SHT_SYMTAB:
            continue
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name, info, _, index, value, size = struct.unpack_from(
                "<IBBHQQ", image, at
            )
            in_code = 0 < index < len(sections) and (
                sections[index][2] & SHF_EXECINSTR
            )
            if not in_code or info & 0xF not in (STT_NOTYPE, STT_FUNC):
                continue
            text = image[names + name : image.index(0, names + name)].decode()
            # Where two names share an address, the sized one is the function.
            # "$x" and ".L" names are the assembler's own.
            if text[:1] not in ("$", ".", "") and (
                value not in found or size > found[value][0]
            ):
                found[value] = (size, text)
    starts = sorted(found)
    following = [*starts[1:], starts[-1] + 4096] if starts else []
    return [
        Symbol(start, start + size if size else after, name)
        for start, after in zip(starts, following)
        for size, name in (found[start],)
    ]
