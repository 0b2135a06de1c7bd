# SPDX-License-Identifier: MIT
"""Page tables of three levels [priv 10.4], as data.

Tables are read through a function, so this can be tested without a machine.
A table that is wrong ends a walk and costs a row: one that lies nowhere, or
that leads to one above it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.gdb.words import corrupt

PAGE_BYTES = 4096
ROOT_LEVEL = 2  # levels count down to 0, whose leaves are pages
ENTRIES = 512
ENTRY_BYTES = 8
INDEX_BITS = 9
ADDRESS_BITS = 39
VALID, READ, WRITE, EXECUTE = (1 << bit for bit in range(4))
LEAF = READ | WRITE | EXECUTE
FLAGS = "VRWXUGAD"  # from bit 0 on
FLAGS_SHIFT = 10
NUMBER_MASK = (1 << 44) - 1

Reader = Callable[[int, int], bytes]  # (physical address, bytes)


@dataclass(frozen=True)
class Step:
    """An entry that a walk has come to."""

    level: int
    index: int
    at: int  # physical address of the entry
    entry: int
    problem: str = ""

    @property
    def is_leaf(self) -> bool:
        """Whether it maps, and not names another table."""
        return bool(self.entry & VALID and self.entry & LEAF)

    @property
    def target(self) -> int:
        """The physical address that it names."""
        return (self.entry >> FLAGS_SHIFT & NUMBER_MASK) * PAGE_BYTES


@dataclass(frozen=True)
class Run:
    """Pages in a row that are mapped alike to memory in a row."""

    start: int
    pages: int
    physical: int
    flags: int
    problem: str = ""

    @property
    def end(self) -> int:
        """The address behind it."""
        return self.start + self.pages * PAGE_BYTES


def span(level: int) -> int:
    """Bytes that one entry of `level` stands for."""
    return PAGE_BYTES << INDEX_BITS * level


def flags_text(flags: int) -> str:
    """The flags of an entry, a place for each; V is left out."""
    return "".join(
        name if flags >> bit & 1 else "-"
        for bit, name in enumerate(FLAGS)
        if name != "V"
    )


def canonical(address: int) -> int:
    """The address with its upper bits as Sv39 wants them."""
    address &= (1 << ADDRESS_BITS) - 1
    if address >> (ADDRESS_BITS - 1):
        address |= (1 << 64) - (1 << ADDRESS_BITS)
    return address


def _problem(level: int, entry: int) -> str:
    """What is wrong with a valid entry by itself."""
    if entry & WRITE and not entry & READ:
        return corrupt("W without R is reserved")
    if not entry & LEAF and level == 0:
        return corrupt("an entry of level 0 names a table")
    if entry & LEAF and (entry >> FLAGS_SHIFT) % (1 << INDEX_BITS * level):
        return corrupt("a large page is not aligned")
    return ""


def walk(read: Reader, root: int, address: int) -> Iterator[Step]:
    """The entries that a hart would look at for `address`, from the root at
    physical `root` on."""
    table = root
    for level in range(ROOT_LEVEL, -1, -1):
        index = address // span(level) % ENTRIES
        at = table + index * ENTRY_BYTES
        try:
            entry = int.from_bytes(read(at, ENTRY_BYTES), "little")
        except (RuntimeError, ValueError):
            yield Step(level, index, at, 0, corrupt("table is nowhere"))
            return
        is_valid = bool(entry & VALID)
        problem = _problem(level, entry) if is_valid else ""
        step = Step(level, index, at, entry, problem)
        yield step
        if not is_valid or step.is_leaf or problem:
            return
        table = step.target


def leaves(
    read: Reader,
    table: int,
    start: int,
    level: int = ROOT_LEVEL,
    above: tuple[int, ...] = (),
    indices: range = range(ENTRIES),
) -> Iterator[Run]:
    """What the table at physical `table` maps, in the order of addresses;
    its first entry stands for `start`."""
    if table in above:
        yield Run(start, 0, table, 0, corrupt("table leads back to itself"))
        return
    try:
        content = read(table, ENTRIES * ENTRY_BYTES)
    except (RuntimeError, ValueError):
        yield Run(start, 0, table, 0, corrupt("table is nowhere"))
        return
    entries = memoryview(content).cast("Q")
    for index in indices:
        entry = entries[index]
        if not entry & VALID:
            continue
        at = canonical(start + index * span(level))
        step = Step(level, index, 0, entry)
        problem = _problem(level, entry)
        if problem or step.is_leaf:
            pages = span(level) // PAGE_BYTES
            flags = entry & ((1 << len(FLAGS)) - 1)
            yield Run(at, pages, step.target, flags, problem)
        else:
            yield from leaves(
                read, step.target, at, level - 1, (*above, table)
            )


def runs(found: Iterator[Run]) -> Iterator[Run]:
    """The same in as few runs as they can be."""
    last: Run | None = None
    for run in found:
        if (
            last
            and last.end == run.start
            and last.physical + last.pages * PAGE_BYTES == run.physical
            and last.flags == run.flags
            and not last.problem
            and not run.problem
        ):
            pages = last.pages + run.pages
            last = Run(last.start, pages, last.physical, last.flags)
            continue
        if last:
            yield last
        last = run
    if last:
        yield last
