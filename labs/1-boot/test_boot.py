# SPDX-License-Identifier: MIT
"""Lab 1: frames, tables and spaces, against a model of each on the host.

There are no programs yet. A driver in the kernel (driver.c) calls what
students wrote, as a script says that is written here from the seed, and reports
what was returned. What was *done* is in memory, and is read there from outside
the machine: tables as the hart would walk them, and the bytes of pages.

The script places tables and data of its own in the driver's pool, so the host
knows before the run what lies where. Where frames come from is the kernel's
choice: which ones, and in what order, no test asks.

Each test is a *plan*: it writes its part of a script and says how the run is
checked. Plans that cannot hurt each other while all is well share a boot, and
what is right there is passed. What is not, for whatever reason, has a boot of
its own, and only that one decides: a mistake costs its own exercise, and a
kernel without one is graded in a third of the boots."""

import copy
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from grader.difference import compare
from grader.elf import Program
from grader.plugin import Boot
from grader.run import Run
from grader.seed import Seed, SplitMix
from grader.verdict import Failure

KERNEL_BASE = 0xFFFFFFC000000000
RAM_START, RAM_END = 0x80000000, 0x88000000
USER_TOP = 1 << 38
MASK = (1 << 64) - 1
PAGE, MIB2, GIB = 1 << 12, 1 << 21, 1 << 30
SPANS = (PAGE, MIB2, GIB)  # by level
V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
FLAGS = (1 << 10) - 1  # of an entry: what is not its address
ENTRIES = 512
POISON = 0xDBDBDBDBDBDBDBDB
RUN_MAX = 64  # frames

# The words of reports, for the card.
FIELDS = {
    "walk": ("", "va", *(f"the level {level} entry" for level in (2, 1, 0))),
    "map": ("", "va", "pages", "the answer", "", "the quota"),
    "copy": ("", "to", "from", "bytes", "how many were copied"),
    "step": ("", "the answer", "", "the quota"),
    "tables": ("", "how many tables were taken"),
}

TEXT, RODATA, DATA = R | X, R, R | W

# The scores that share a boot, in the order in which their parts are done.
# The first ones take no frame. Of them `kernel` comes last, which leaves the
# first table; of the others `to-the-end`, whose frames nobody may have again.
SHARED = (
    ("digits", "found", "missing", "leaves", "bytes", "stops", "kernel"),
    ("map", "refuse", "unmap", "ends", "half-way", "to-the-end"),
)


def entry(pa: int, bits: int) -> int:
    """A page-table entry."""
    return pa >> 12 << 10 | bits


def index(va: int, level: int) -> int:
    """The slot of an address in a table of this level."""
    return va >> 12 + 9 * level & ENTRIES - 1


# ------------------------------------------------------------ scripts, plans


class Script:
    """One part of what the driver is told to do, and its pages of the pool as
    they must be then."""

    def __init__(self, kernel: Program, first: int = 0) -> None:
        va, size = kernel.variable("driver_pool")
        self.kernel = kernel
        self.lines = ["part"]
        self.first = first  # of the pool's pages
        self.pages = 0  # how many of them
        self._most = size // PAGE - first
        self._pool = va - KERNEL_BASE + first * PAGE
        self.memory = bytearray(size - first * PAGE)
        self.expected: list[str] = []

    def do(self, word: str, *numbers: int) -> None:
        """Adds a line."""
        self.lines.append(" ".join([word, *(f"{n:x}" for n in numbers)]))

    def page(self, number: int) -> int:
        """Where a page lies."""
        if number >= self._most:
            raise ValueError(f"the pool has no page {number} left")
        self.pages = max(self.pages, number + 1)
        return self._pool + number * PAGE

    def set(self, pa: int, word: int, count: int = 1) -> None:
        """Makes `count` words of the pool `word`."""
        self.do("set", pa, count, word)
        at = pa - self._pool
        self.memory[at : at + 8 * count] = struct.pack("<Q", word) * count

    def set_pages(self, first: int, count: int, word: int) -> None:
        """Fills pages with one word."""
        self.page(first + count - 1)
        self.set(self.page(first), word, count * PAGE // 8)

    def fill_page(self, number: int, state: int) -> None:
        """Fills a page with random words."""
        words = SplitMix(state)
        self.do("fill", self.page(number), PAGE // 8, state)
        at = number * PAGE
        self.memory[at : at + PAGE] = b"".join(
            struct.pack("<Q", words.next()) for _ in range(PAGE // 8)
        )

    def put(self, table: int, slot: int, word: int) -> None:
        """Writes an entry of the table in page `table`."""
        self.set(self.page(table) + 8 * slot, word)

    def compare_reports(self, run: Run, *kinds: str) -> None:
        """Fails unless everything was returned that must be, as far as these
        kinds of reports say it."""
        for kind in kinds:
            wanted = [e for e in self.expected if e.split()[0] == kind]
            run.expect(wanted, kind, FIELDS.get(kind, ()), is_placed=True)

    def compare_memory(
        self, run: Run, first: int, count: int, what: str
    ) -> None:
        """Fails unless these pages hold what they must."""
        start, end = first * PAGE, (first + count) * PAGE
        got = run.read_physical(self._pool + start, end - start)
        wanted = bytes(self.memory[start:end])
        compare_bytes(run, wanted, got, start, what)


def compare_bytes(
    run: Run, wanted: bytes, got: bytes, start: int, what: str
) -> None:
    """Fails unless these bytes, which begin at `start`, are equal."""
    if got == wanted:
        return
    at = next(i for i, (a, b) in enumerate(zip(wanted, got)) if a != b)
    wrong = sum(a != b for a, b in zip(wanted, got))
    page, offset = divmod(start + at, PAGE)
    raise run.failure(
        f"memory is not as it must be at the end: {what}",
        [
            f"  page {page}, byte {offset:#x}",
            f"  expected {wanted[at : at + 8].hex()}",
            f"  got      {got[at : at + 8].hex()}",
            f"  {wrong} bytes of {len(wanted)} differ",
        ],
        difference=f"{what} page {page} byte {offset:#x}, {wrong} bytes",
        is_t0=True,
    )


Check = Callable[[Run], None]
Plan = Callable[[Script, Seed], Check]
PLANS: dict[str, Plan] = {}


@dataclass
class Shared:
    """A boot that several plans shared."""

    run: Run | None = None  # None if it did not come to its end
    passed: set[str] = field(default_factory=set)


@pytest.fixture(scope="module", name="done")
def _done() -> dict[tuple[str, int], Shared]:
    """What has been booted together, by the first of its scores and seed."""
    return {}


def plan(exercise: str, name: str) -> Callable[[Plan], Callable[..., None]]:
    """Makes a plan the test of a score."""

    def made(its_plan: Plan) -> Callable[..., None]:
        PLANS[name] = its_plan

        @pytest.mark.score(exercise, name)
        def test(
            boot: Boot, seed: Seed, done: dict[tuple[str, int], Shared]
        ) -> None:
            for names in SHARED:
                if name not in names:
                    continue
                key = names[0], seed.value
                if key not in done:
                    done[key] = _carry_out_together(boot, names, seed.value)
                shared = done[key]
                if shared.run and name in shared.passed:
                    boot.adopt(shared.run)
                    return
            script = Script(boot.kernel)
            check = its_plan(script, seed)
            check(_boot(boot, [script]))

        return test

    return made


def _carry_out_together(
    boot: Boot, names: Sequence[str], seed: int
) -> Shared:
    """Carries out all plans in one boot, and notes what was right."""
    scripts: list[Script] = []
    checks = []
    for name in names:
        first = scripts[-1].first + scripts[-1].pages if scripts else 0
        scripts.append(Script(boot.kernel, first))
        checks.append(PLANS[name](scripts[-1], Seed(seed)))
    shared = Shared()
    try:
        shared.run = _boot(boot, scripts)
    except Failure:
        return shared
    for number, (name, check) in enumerate(zip(names, checks)):
        try:
            check(_part(shared.run, number))
        except Failure:
            continue
        shared.passed.add(name)
    return shared


def _boot(boot: Boot, scripts: Sequence[Script]) -> Run:
    """Has the scripts done; of one alone, the part that is its own."""
    lines = [line for script in scripts for line in script.lines]
    run = boot(initrd="\n".join(lines).encode())
    return run if len(scripts) > 1 else _part(run, 0)


def _part(run: Run, number: int) -> Run:
    """The same run with the reports of one part alone."""
    part = copy.copy(run)
    marks = [i for i, r in enumerate(run.records) if r == ("part",)]
    # What was never begun has none.
    marks += [len(run.records)] * (number + 2)
    part.records = run.records[marks[number] + 1 : marks[number + 1]]
    return part


# ------------------------------------------------------------------- numbers


@plan("1.1", "digits")
def test_digits(script: Script, seed: Seed) -> Check:
    wanted = []
    for value, base, width in _numbers(seed):
        script.do("number", value, base, width)
        wanted.append(("number", f"<{_digits(value, base, width)}>"))

    def check(run: Run) -> None:
        got = [
            tuple(line.split(" ", 1))
            for line in run.console.talk.splitlines()
            if line.startswith("number ")
        ]
        if got != wanted:
            found = compare(wanted, got, ("", "the digits"))
            raise run.failure(found.message, found.lines, difference=found.kind)
        # From the kernel's first word on all of it is the kernel's, and there
        # is nothing else that this kernel asks of the firmware.
        _, first, after = run.console.text.partition("chaski: ")
        if not first:
            raise run.failure("the kernel does not begin with chaski: any more")
        spoken = len(first + after)
        run.check(
            run.firmware_calls == spoken,
            f"{spoken} characters came out of the console, and QEMU saw"
            f" {run.firmware_calls} calls of the firmware",
            is_t0=True,
        )

    return check


def _numbers(seed: Seed) -> Iterator[tuple[int, int, int]]:
    """Value, base, width."""
    yield 0, 10, 0
    yield 0, seed.pick(2, 16), seed.pick(2, 9)
    yield MASK, 10, 0
    yield MASK, 16, 16
    yield MASK - seed.pick(0, 999), 2, 0
    yield seed.pick(1, MASK), 2, 64
    yield 1 << 63, 10, seed.pick(20, 30)
    yield 10 ** seed.pick(1, 19), 10, 0
    for _ in range(12):
        bits = seed.pick(1, 64)
        yield seed.pick(0, (1 << bits) - 1), seed.pick(2, 16), seed.pick(0, 24)
    yield 16 ** seed.pick(1, 15) - 1, 16, seed.pick(0, 64)


def _digits(value: int, base: int, width: int) -> str:
    digits = ""
    while value or not digits:
        digits = "0123456789abcdef"[value % base] + digits
        value //= base
    return digits.rjust(width, "0")


# -------------------------------------------------------------------- frames


@dataclass
class Run64:
    """Frames that were handed out together, by their numbers."""

    first: int
    count: int
    tag: int
    taken: set[int]  # of them, those that are still taken


class Frames:
    """A part of memory in which some frames are free, and who has the others.
    It learns from the reports where frames were found, and believes that only
    if it is possible."""

    def __init__(self, script: Script, seed: Seed, count: int) -> None:
        # Somewhere between the kernel and the script, with ragged ends.
        start = RAM_START // PAGE + 64 * seed.pick(64, 200) + seed.pick(1, 63)
        self.free = set(range(start, start + count))
        script.do("reserve", RAM_START, start * PAGE)
        script.do("reserve", (start + count) * PAGE, RAM_END)
        for _ in range(seed.pick(4, 9)):
            hole = start + seed.pick(0, count - 1)
            script.do("reserve", hole * PAGE, (hole + 1) * PAGE)
            self.free.discard(hole)
        self.runs: dict[int, Run64] = {}

    def has_run(self, count: int) -> bool:
        """Whether so many frames in a row are free within one group."""
        return any(
            all(n + i in self.free for i in range(count))
            for n in self.free
            if n % 64 + count <= 64
        )

    def take(
        self, run: Run, record: Sequence[str], slot: int, count: int, tag: int
    ) -> None:
        """Takes over what a report says of an allocation."""
        if len(record) != 4 or list(record[:2]) != ["alloc", f"{slot:x}"]:
            raise run.failure(f"a report is not the one of step {slot:x}")
        start, content = int(record[2], 16), record[3]
        where = f"frames {count}, step {slot}"
        if content == "none":
            run.check(
                not self.has_run(count),
                f"a run of {count} is free, and frame_alloc found none",
                difference=f"none of {where}",
            )
            return
        first = start // PAGE
        those = set(range(first, first + count))
        if not those <= self.free:
            raise run.failure(
                f"of the run of {count} that frame_alloc gave at {start:#x} not"
                " all frames are free",
                difference=f"{len(those - self.free)} taken of {where}",
            )
        run.check(
            content == "zero",
            f"in the run of {count} that frame_alloc gave at {start:#x} not"
            " all bytes are zero",
            difference=f"not zero of {where}",
        )
        self.free -= those
        self.runs[slot] = Run64(first, count, tag, those)

    def give(self, slot: int, first: int, count: int) -> None:
        """Enters that a part of a slot's run was freed."""
        if its := self.runs.get(slot):
            gone = set(range(its.first + first, its.first + first + count))
            its.taken -= gone
            self.free |= gone

    def compare_tags(self, run: Run) -> None:
        """Whether all that are taken hold what their owner wrote."""
        for its in self.runs.values():
            for n in sorted(its.taken):
                word = struct.pack("<Q", its.tag + n - its.first) * 2
                for at in (0, PAGE - 16):
                    run.check(
                        run.read_physical(n * PAGE + at, 16) == word,
                        f"the frame at {n * PAGE:#x} is taken, and does not"
                        " hold any more what its owner wrote",
                        difference=f"frame {n - its.first} of {its.count},"
                        f" byte {at}",
                        is_t0=True,
                    )


# What is done with frames: alloc (slot, count, tag) or free (slot, first,
# count).
Step = tuple[str, tuple[int, int, int]]


@plan("1.2", "single")
def test_single(script: Script, seed: Seed) -> Check:
    # So few that they must come again, and that there are none at times.
    frames = Frames(script, seed, seed.pick(24, 40))
    steps: list[Step] = []
    live: list[int] = []
    for slot in range(70):
        steps.append(("alloc", (slot, 1, seed.pick(1, MASK - 99))))
        live.append(slot)
        if seed.pick(0, 2) == 0:
            gone = live.pop(seed.pick(0, len(live) - 1))
            steps.append(("free", (gone, 0, 1)))
    return _follow(script, frames, steps)


@plan("1.2", "runs")
def test_runs(script: Script, seed: Seed) -> Check:
    frames = Frames(script, seed, 64 * seed.pick(3, 5) + seed.pick(1, 63))
    steps: list[Step] = []
    slot = 0
    live: list[tuple[int, int]] = []
    for _ in range(5):
        # Until nothing is left of one size after the other.
        for _ in range(seed.pick(6, 10)):
            count = seed.pick(1, RUN_MAX if seed.pick(0, 3) == 0 else 20)
            steps.append(("alloc", (slot, count, seed.pick(1, MASK - 99))))
            live.append((slot, count))
            slot += 1
        for size in (64, 17, 3, 1):
            steps.append(("alloc", (slot, size, seed.pick(1, MASK - 99))))
            live.append((slot, size))
            slot += 1
        for _ in range(len(live) * 2 // 3):
            gone, count = live.pop(seed.pick(0, len(live) - 1))
            middle = seed.pick(0, count - 1)
            end = seed.pick(middle + 1, count)
            if middle:
                steps.append(("free", (gone, 0, middle)))
            steps.append(("free", (gone, middle, end - middle)))
            if seed.pick(0, 1) and end < count:
                steps.append(("free", (gone, end, count - end)))
    return _follow(script, frames, steps)


def _follow(script: Script, frames: Frames, steps: list[Step]) -> Check:
    """Has the steps done, and follows the reports."""
    for word, numbers in steps:
        script.do(word, *numbers)

    def check(run: Run) -> None:
        records = iter(run.records)
        for word, numbers in steps:
            if word == "alloc":
                frames.take(run, next(records, ()), *numbers)
            else:
                frames.give(*numbers)
        frames.compare_tags(run)

    return check


# ---------------------------------------------------------------------- walk


@dataclass
class Tree:
    """Tables in the pool, made without the kernel's help. Page `root` is the
    root, and the others follow it."""

    script: Script
    root: int
    pages: int = 1
    tables: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def garbage(self) -> int:
        """No valid entry, but all else of it names a table: the root."""
        return entry(self.script.page(self.root), U | A | D)

    def table(self, va: int, level: int, bits: int = V) -> int:
        """The page of the table of `level` that covers `va`, made if there is
        none."""
        if level == 2:
            return self.root
        key = (level, va // SPANS[level + 1])
        if key not in self.tables:
            above = self.table(va, level + 1, bits)
            page = self.root + self.pages
            self.pages += 1
            self.script.set_pages(page, 1, self.garbage)
            word = entry(self.script.page(page), bits)
            self.script.put(above, index(va, level + 1), word)
            self.tables[key] = page
        return self.tables[key]

    def put(self, va: int, word: int, level: int = 0) -> None:
        """Makes the entry of `level` for `va`."""
        self.script.put(self.table(va, level), index(va, level), word)

    def find(self, va: int, level: int) -> str:
        """What sv39_walk must return: the entry that it comes to, from the
        tables as they are, in bytes from the root."""
        page = self.root
        for above in range(2, level, -1):
            word = self._word(page, index(va, above))
            if not word & V or word & (R | W | X):
                return "NULL"
            page = ((word >> 10 << 12) - self.script.page(0)) // PAGE
        return f"{(page - self.root) * PAGE + 8 * index(va, level):x}"

    def _word(self, page: int, slot: int) -> int:
        at = page * PAGE + 8 * slot
        return int.from_bytes(self.script.memory[at : at + 8], "little")


def _signed(va: int) -> int:
    """An address of 39 bits as the hart wants it: the top bit repeated."""
    return va | MASK << 39 & MASK if va >> 38 & 1 else va


def _tree(script: Script, seed: Seed) -> tuple[Tree, list[int]]:
    """Tables in both halves with some pages, and addresses in them."""
    tree = Tree(script, 0)
    script.set_pages(0, 1, tree.garbage)
    places = []
    for _ in range(6):
        near = seed.pick(0, (1 << 39) - 1)
        for _ in range(2):
            far = (near & -GIB) + seed.pick(0, GIB - 1)
            va = far if seed.pick(0, 1) else near & -MIB2
            # A table may say that all below it is global.
            tree.table(va, 0, V | G * seed.pick(0, 1))
            kind = seed.pick(0, 3)
            pa = seed.pick(RAM_START // PAGE, RAM_END // PAGE - 1) * PAGE
            bits = (0, V | R | A, V | R | W | U | A | D, V | X | A)[kind]
            tree.put(va, entry(pa, bits))
            places.append(va)
    return tree, places


def _walk(script: Script, tree: Tree, va: int) -> None:
    """Asks for the entries of all three levels."""
    va = _signed(va)
    script.do("walk", script.page(tree.root), va)
    found = (tree.find(va, level) for level in (2, 1, 0))
    script.expected.append(f"walk {va:x} {' '.join(found)}")


@plan("1.3", "found")
def test_found(script: Script, seed: Seed) -> Check:
    tree, places = _tree(script, seed)
    for va in places:
        _walk(script, tree, va + seed.pick(0, PAGE - 1))
        _walk(script, tree, (va & -MIB2) + seed.pick(0, MIB2 - 1))
        _walk(script, tree, (va & -GIB) + seed.pick(0, GIB - 1))
    return _unchanged(script, tree)


def _unchanged(script: Script, tree: Tree) -> Check:
    """What is found, and that the tables are as they were."""

    def check(run: Run) -> None:
        script.compare_reports(run, "walk")
        script.compare_memory(
            run, tree.root, tree.pages, "walking changes no table"
        )

    return check


@plan("1.3", "missing")
def test_missing(script: Script, seed: Seed) -> Check:
    tree, places = _tree(script, seed)
    large = []
    for level in (1, 1, 1, 2, 2):
        # Beside the tables that there are, a leaf of a higher level.
        while True:
            va = seed.pick(0, (1 << 39) - 1)
            if level == 1:
                va = (places[seed.pick(0, len(places) - 1)] & -GIB) + va % GIB
            if (level - 1, va // SPANS[level]) not in tree.tables:
                break
        bits = (R, R | W, X, R | X, R | W | X, W)[seed.pick(0, 5)]
        pa = RAM_START & -SPANS[level]
        tree.put(va, entry(pa, V | bits | A | D), level)
        large.append(va)
    for va in [*places, *large]:
        _walk(script, tree, va)
        _walk(script, tree, (va & -GIB) + seed.pick(0, GIB - 1))
    _walk(script, tree, seed.pick(0, (1 << 39) - 1))
    return _unchanged(script, tree)


# -------------------------------------------------------------------- spaces


class Space:
    """What is mapped in one space, and which tables that takes. It adds to a
    script what is to be done, and what must come of it."""

    def __init__(self, script: Script, number: int, root_slot: int) -> None:
        self._script = script
        self._number = number
        self.pages: dict[int, tuple[int, int]] = {}  # va -> pa (or slot), bits
        self.tables: set[tuple[int, int]] = set()  # level, and which
        self.quota = 0
        script.do("create", number, root_slot)

    def set_quota(self, quota: int) -> None:
        """The payer is a new one."""
        self.quota = quota
        self._script.do("quota", quota)

    def cost(self, va: int, pages: int) -> int:
        """How many tables are missing to map these."""
        return len(self._missing(va, pages))

    def _missing(self, va: int, pages: int) -> set[tuple[int, int]]:
        return {
            (level, page // SPANS[level + 1])
            for page in range(va, va + pages * PAGE, PAGE)
            for level in (0, 1)
        } - self.tables

    def map(
        self, va: int, pa: int, pages: int, bits: int, spare: int = 0
    ) -> None:
        """Maps; if that must fail, says how."""
        self._script.do("map", self._number, va, pa, pages, bits, spare)
        self._enter(va, pa, pages, bits, spare)

    def map_slot(self, va: int, slot: int, bits: int) -> None:
        """Maps the frame in a slot of the driver's."""
        self._script.do("mapslot", self._number, va, slot, bits)
        self._enter(va, slot, 1, bits, 0)

    def _enter(
        self, va: int, pa: int, pages: int, bits: int, spare: int
    ) -> None:
        end = va + pages * PAGE
        error = "OK"
        if va % PAGE or va < PAGE or end > USER_TOP:
            error = "ERR_ADDRESS"
        elif any(page in self.pages for page in range(va, end, PAGE)):
            error = "ERR_EXISTS"
        elif self.quota < self.cost(va, pages) + spare:
            error = "ERR_QUOTA"
        else:
            self.quota -= self.cost(va, pages)
            self.tables |= self._missing(va, pages)
            for i in range(pages):
                self.pages[va + i * PAGE] = pa + i * PAGE, bits
        self._script.expected.append(
            f"map {va:x} {pages:x} {error} quota {self.quota:x}"
        )

    def unmap(self, va: int, pages: int) -> None:
        """Unmaps pages that are there."""
        self._script.do("unmap", self._number, va, pages)
        for i in range(pages):
            del self.pages[va + i * PAGE]

    def free(self) -> None:
        """All steps until it is gone."""
        steps = len(self.tables)
        for left in range(steps, -1, -1):
            self._script.do("step", self._number)
            self.quota += 1
            last = "false" if left else "true"
            self._script.expected.append(f"step {last} quota {self.quota:x}")

    def compare_tables(self, run: Run, root: int) -> None:
        """Walks the tables from outside."""
        entries = run.entries(root, 0, ENTRIES // 2)
        compare_leaves(
            run,
            {
                va: (0, entry(pa, bits | V | U | A | D))
                for va, (pa, bits) in self.pages.items()
            },
            {e.va: (e.level, e.bits) for e in entries if e.is_leaf},
        )
        wanted = {(n, which * SPANS[n + 1]) for n, which in self.tables}
        got = [(e.level - 1, e.va) for e in entries if not e.is_leaf]
        bits = {e.bits & FLAGS for e in entries if not e.is_leaf}
        run.check(
            set(got) == wanted and bits <= {V},
            f"{len(wanted)} tables are needed, each with V alone in its entry,"
            f" and there are {len(got)} with {' '.join(map(_letters, bits))}",
            difference=f"tables {len(got) - len(wanted):+},"
            f" {' '.join(map(_letters, sorted(bits)))}",
            is_t0=True,
        )


# va -> level, entry.
Leaves = dict[int, tuple[int, int]]


def compare_leaves(run: Run, wanted: Leaves, got: Leaves) -> None:
    """Fails unless exactly these leaves are there. What should be there comes
    first, in the order in which it was asked for, and then what should not."""
    order = enumerate([*wanted, *sorted(set(got) - set(wanted))])
    differing = ((n, va) for n, va in order if got.get(va) != wanted.get(va))
    place, va = next(differing, (0, 0))
    level, bits = wanted.get(va, (0, 0))
    its_level, its_bits = got.get(va, (0, 0))
    if not bits:
        count = len(set(got) - set(wanted))
        text = f"{va:#x} is mapped and should not be, as {count} leaves in all"
        kind = f"{count} leaves too many, {va:#x}"
    elif not its_bits:
        text = f"{va:#x} is to be mapped, and no leaf begins there"
        kind = f"leaf {place} of level {level} missing"
    elif bits != its_bits:
        text = (
            f"{va:#x} is to be mapped to {bits >> 10 << 12:#x} with"
            f" {_letters(bits)}, and is to {its_bits >> 10 << 12:#x} with"
            f" {_letters(its_bits)}"
        )
        kind = f"leaf {place} to {(its_bits >> 10) - (bits >> 10):+}"
        kind += f" {_letters(its_bits)}"
    else:
        text = (
            f"{va:#x} is to be a leaf of {SPANS[level] >> 10} KiB and is one"
            f" of {SPANS[its_level] >> 10} KiB"
        )
        kind = f"leaf {place} of level {its_level} not {level}"
    run.check(got == wanted, text, difference=kind, is_t0=True)


def _letters(bits: int) -> str:
    return "".join(
        letter if bits >> i & 1 else "-" for i, letter in enumerate("VRWXUGAD")
    )


def _root(run: Run, number: int = -1) -> int:
    """Where the root is of the last space that was made, or of another."""
    roots = run.records_of("root")
    if not roots:
        raise run.failure("no report of a space's root")
    return int(roots[number][1], 16)


def _bits(seed: Seed) -> int:
    return (TEXT, RODATA, DATA)[seed.pick(0, 2)]


def _some_ram(seed: Seed) -> int:
    return seed.pick(RAM_START // PAGE, RAM_END // PAGE - 64) * PAGE


def _places(seed: Seed) -> Iterator[tuple[int, int]]:
    """Ranges of user pages far from one another, (va, pages): some across
    the ends of tables."""
    gib = seed.pick(1, 30)
    for step in range(9):
        pages = seed.pick(1, 64)
        before = seed.pick(0, pages)
        yield {
            0: (gib * GIB - before * PAGE, pages),
            1: (gib * GIB + seed.pick(3, 500) * MIB2 - before * PAGE, pages),
            2: (gib * GIB + seed.pick(501, 510) * MIB2, pages),
        }.get(step, ((gib * 512 + seed.pick(0, 511)) * MIB2, seed.pick(1, 9)))
        gib += seed.pick(1, 20)


def _mapped(script: Script, space: Space) -> Check:
    """What the calls return, and what is mapped at the end."""

    def check(run: Run) -> None:
        script.compare_reports(run, "map")
        space.compare_tables(run, _root(run))

    return check


@plan("1.4", "map")
def test_map(script: Script, seed: Seed) -> Check:
    script.do("quota", 200)
    space = Space(script, 0, 0)
    space.set_quota(seed.pick(70, 200))
    for va, pages in _places(seed):
        space.map(va, _some_ram(seed), pages, _bits(seed), seed.pick(0, 3))
    # Pages beside those that are there, in a table that has room.
    for va in list(space.pages)[:: seed.pick(40, 60)]:
        if va + MIB2 // 2 not in space.pages:
            space.map(va + MIB2 // 2, _some_ram(seed), 1, _bits(seed))
    return _mapped(script, space)


@plan("1.4", "refuse")
def test_refuse(script: Script, seed: Seed) -> Check:
    script.do("quota", 200)
    space = Space(script, 0, 0)
    space.set_quota(100)
    pa = _some_ram(seed)
    va, _ = next(_places(seed))
    space.map(va, pa, 20, DATA)
    for there in (0, 19, seed.pick(1, 18)):  # one end, the other, between
        first = seed.pick(1, 20)
        space.map(va + there * PAGE, pa, 1, RODATA)
        space.map(va + (there - first) * PAGE, pa, first + 1, RODATA)
    space.map(va + 20 * PAGE, pa, seed.pick(1, 9), TEXT)  # beside them
    # The first pages that there are, and the last ones.
    count = seed.pick(1, 9)
    space.map(PAGE, pa, count, DATA)
    space.map(USER_TOP - count * PAGE, pa, count, DATA)
    wrong = [
        (va + seed.pick(1, PAGE - 1), 1),
        (0, seed.pick(1, 9)),
        (USER_TOP, 1),
        (USER_TOP - PAGE * seed.pick(0, 63), 64),
        (KERNEL_BASE + seed.pick(0, 99) * PAGE, seed.pick(1, 64)),
        (MASK - PAGE + 1, seed.pick(2, 64)),
    ]
    for at, pages in wrong:
        space.map(at, pa, pages, DATA)
    # A quota that is one frame too small, and elsewhere one that is enough.
    for shift in range(4):
        at = (200 + shift) * GIB + seed.pick(0, 64) * PAGE * (shift % 2)
        pages, spare = seed.pick(1, 64), seed.pick(0, 9)
        if shift > 1:
            at -= seed.pick(1, pages) * PAGE
        need = space.cost(at, pages) + spare
        space.set_quota(need - 1)
        space.map(at, pa, pages, DATA, spare)
        space.set_quota(need)
        space.map(at + 10 * GIB, pa, pages, DATA, spare)
    return _mapped(script, space)


@plan("1.4", "unmap")
def test_unmap(script: Script, seed: Seed) -> Check:
    script.do("quota", 200)
    space = Space(script, 0, 0)
    space.set_quota(100)
    for va, pages in list(_places(seed))[:5]:
        pages += 3
        space.map(va, _some_ram(seed), min(pages, 64), DATA)
        pages = min(pages, 64)
        first = seed.pick(0, pages - 2)
        count = seed.pick(1, pages - first)
        space.unmap(va + first * PAGE, count)
        # Free for another page; its neighbours are not.
        space.map(va + first * PAGE, _some_ram(seed), 1, RODATA)
        space.map(va + first * PAGE, _some_ram(seed), 1, RODATA)
        if seed.pick(0, 1):
            space.unmap(va + first * PAGE, 1)
    return _mapped(script, space)


# ------------------------------------------------------------- the kernel's

def _leaves(va: int, pa: int, size: int, bits: int) -> Leaves:
    """The largest leaves for a range."""
    found: Leaves = {}
    while size:
        level = next(
            l
            for l in (2, 1, 0)
            if not (va | pa) % SPANS[l] and size >= SPANS[l]
        )
        found[va] = level, entry(pa, bits | V | G | A | D)
        va, pa, size = (
            va + SPANS[level],
            pa + SPANS[level],
            size - SPANS[level],
        )
    return found


def _tables(leaves: Leaves) -> int:
    """How many tables such leaves take, without the root."""
    return len(
        {
            (above, (va & (1 << 39) - 1) // SPANS[above + 1])
            for va, (level, _) in leaves.items()
            for above in range(level, 2)
        }
    )


def _all_leaves(run: Run, root: int) -> Leaves:
    """Those in both halves, walked from outside."""
    entries = run.entries(root)
    return {e.va: (e.level, e.bits) for e in entries if e.is_leaf}


def _kernel_leaves(
    kernel: Program, ram_end: int, device: tuple[int, int]
) -> Leaves:
    """What space_init must have mapped."""
    text, rodata, data, stacks = map(
        kernel.value,
        ("kernel_text", "kernel_rodata", "kernel_data", "hart_stacks"),
    )
    guard, stack, harts = PAGE, 3 * PAGE, 8
    ends = stacks + harts * stack
    top = ram_end + KERNEL_BASE
    ranges = [(text, rodata, TEXT), (rodata, data, RODATA)]
    ranges += [(data, stacks, DATA)]
    ranges += [
        (stacks + i * stack + guard, stacks + (i + 1) * stack, DATA)
        for i in range(harts)
    ]
    ranges += [(ends, top, DATA)]
    ranges += [(device[0] + KERNEL_BASE, sum(device) + KERNEL_BASE, DATA)]
    wanted: Leaves = {}
    for start, end, bits in ranges:
        wanted |= _leaves(start, start - KERNEL_BASE, end - start, bits)
    return wanted


@plan("1.5", "kernel")
def test_kernel(script: Script, seed: Seed) -> Check:
    script.set_pages(0, 20, POISON)
    # Above the script, which the driver reads on the new tables too.
    ram_end = seed.pick(0x84800000 // PAGE, RAM_END // PAGE) * PAGE
    device = (seed.pick(0x10000, 0x30000) * PAGE, seed.pick(1, 1600) * PAGE)
    script.do("kernel", ram_end, *device, script.page(0))
    wanted = _kernel_leaves(script.kernel, ram_end, device)
    script.expected.append(f"tables {1 + _tables(wanted):x}")

    def check(run: Run) -> None:
        root = (run.satp & (1 << 44) - 1) * PAGE
        compare_leaves(run, wanted, _all_leaves(run, root))
        script.compare_reports(run, "tables")

    return check


@plan("1.5", "leaves")
def test_leaves(script: Script, seed: Seed) -> Check:
    script.set_pages(0, 1, 0)
    script.set_pages(1, 50, POISON)
    script.do("from", script.page(1))
    wanted: Leaves = {}
    slots = list(range(256, 512))
    for kind in range(7):
        gib = slots.pop(seed.pick(0, len(slots) - 3))
        base = _signed(gib * GIB)
        span = (GIB, MIB2, PAGE)[kind % 3]
        va = base + seed.pick(0, GIB // MIB2 // 2) * MIB2
        pa = va % span + seed.pick(1, 8) * GIB
        before, after = seed.pick(0, 40) * PAGE, seed.pick(0, 40) * PAGE
        match kind:
            case 0 | 3:  # across a border of 1 GiB, or all of one
                if gib + 1 in slots and gib + 2 in slots:
                    slots.remove(gib + 1)
                    slots.remove(gib + 2)
                else:
                    continue
                va = base + GIB - (before if kind else MIB2 * 3 + before)
                pa = va % GIB + 3 * GIB
                size = before + after + (GIB if kind else MIB2 * 3) + PAGE
            case 1 | 4:  # both aligned alike within 2 MiB
                va, pa = va - before, pa - before
                size = before + seed.pick(1, 3) * MIB2 + after
            case 2:  # only one side aligned: nothing but pages
                pa += seed.pick(1, 511) * PAGE
                size = MIB2 + after
            case 6:
                va += seed.pick(1, 511) * PAGE
                size = 2 * MIB2 + after
            case _:  # one page, or as many as one table has
                size = PAGE if seed.pick(0, 1) else MIB2
        bits = (TEXT, RODATA, DATA)[seed.pick(0, 2)]
        script.do("kmap", script.page(0), va & MASK, pa, size, bits)
        wanted |= _leaves(va & MASK, pa, size, bits)
        script.expected.append(f"tables {_tables(wanted):x}")

    def check(run: Run) -> None:
        compare_leaves(run, wanted, _all_leaves(run, script.page(0)))
        script.compare_reports(run, "tables")

    return check


# ---------------------------------------------------------------------- copy

ROOT_PAGES = 12  # a root and its tables
FIRST_DATA, DATA_PAGES = 2 * ROOT_PAGES, 26


class Sides:
    """Two spaces with tables from the pool, and what they must hold."""

    def __init__(self, script: Script, seed: Seed) -> None:
        self.script = script
        self._seed = seed
        self._free = list(range(FIRST_DATA, FIRST_DATA + DATA_PAGES))
        self.maps: list[dict[int, tuple[int, int]]] = []  # va -> page, bits
        self._trees: list[Tree] = []
        for number in range(2):
            root = ROOT_PAGES * number
            script.set_pages(root, 1, 0)
            script.do("use", number, script.page(root))
            self._trees.append(Tree(script, root))
            self.maps.append({})
        for page in self._free:
            script.fill_page(page, seed.value + page)

    def map(self, side: int, va: int, bits: int) -> None:
        """Maps a page of the pool that nobody has yet."""
        page = self._free.pop(self._seed.pick(0, len(self._free) - 1))
        word = entry(self.script.page(page), bits | V | U | A | D)
        self._trees[side].put(va, word)
        self.maps[side][va] = page, bits

    def copy(self, to: int, to_va: int, from_va: int, size: int) -> None:
        """Copies from the other side, as far as that can go."""
        self.script.do("copy", to, to_va, 1 - to, from_va, size)
        done = 0
        memory = self.script.memory
        while done < size:
            target = self._byte(to, to_va + done, W)
            source = self._byte(1 - to, from_va + done, R)
            if target is None or source is None:
                break
            memory[target] = memory[source]
            done += 1
        self.script.expected.append(
            f"copy {to_va:x} {from_va:x} {size:x} {done:x}"
        )

    def _byte(self, side: int, va: int, need: int) -> int | None:
        page, bits = self.maps[side].get(va & -PAGE, (0, 0))
        return page * PAGE + va % PAGE if bits & need else None

    def compare(self, run: Run) -> None:
        """Compares reports and memory."""
        self.script.compare_reports(run, "copy")
        self.script.compare_memory(
            run, FIRST_DATA, DATA_PAGES, "the bytes of the pages"
        )


@plan("1.6", "bytes")
def test_bytes(script: Script, seed: Seed) -> Check:
    sides = Sides(script, seed)
    starts = []
    for side in range(2):
        # Six pages in a row, across the end of a table.
        start = seed.pick(1, 200) * GIB - seed.pick(1, 5) * PAGE
        for i in range(6):
            sides.map(side, start + i * PAGE, DATA)
        starts.append(start)
    end = 6 * PAGE
    for number in range(10):
        to = seed.pick(0, 1)
        size = seed.pick(1, 99) if number % 3 else seed.pick(PAGE, 4 * PAGE)
        to_at, from_at = seed.pick(0, end - size), seed.pick(0, end - size)
        if number % 2:  # aligned alike, or not
            to_at, from_at, size = to_at & -8, from_at & -8, size + 7 & -8
            size = min(size, end - max(to_at, from_at))
        sides.copy(to, starts[to] + to_at, starts[1 - to] + from_at, size)
    # Just to the end of a page, just from its beginning, all, and nothing.
    to = seed.pick(0, 1)
    left = seed.pick(1, 60)
    sides.copy(to, starts[to] + PAGE - left, starts[1 - to] + PAGE, left)
    sides.copy(to, starts[to] + PAGE, starts[1 - to] + PAGE - left, left + 1)
    sides.copy(to, starts[to], starts[1 - to], end)
    sides.copy(to, starts[to], starts[1 - to], 0)
    return sides.compare


@plan("1.6", "stops")
def test_stops(script: Script, seed: Seed) -> Check:
    sides = Sides(script, seed)
    full, cut = [], []
    for side in range(2):
        start = seed.pick(1, 100) * GIB + seed.pick(0, 99) * PAGE
        for i in range(4):
            sides.map(side, start + i * PAGE, DATA)
        full.append(start)
        # Two good pages, and a third that stops the copy.
        for bits in (None, RODATA, X):
            start = seed.pick(101, 250) * GIB + seed.pick(1, 99) * MIB2
            for i in range(2):
                sides.map(side, start + i * PAGE, DATA)
            if bits is not None:
                sides.map(side, start + 2 * PAGE, bits)
            cut.append((side, start))
    for side, start in cut:
        at = seed.pick(0, 2 * PAGE - 1)
        size = 2 * PAGE - at + seed.pick(1, 1000)
        other = full[1 - side] + seed.pick(0, 999)
        sides.copy(side, start + at, other, size)
        sides.copy(1 - side, other, start + at, size)
        # The first byte already.
        sides.copy(side, start + 2 * PAGE, other, 9)
        sides.copy(1 - side, other, start + 2 * PAGE, 9)
    # The end of what programs have, and the kernel.
    sides.map(0, USER_TOP - PAGE, DATA)
    size = seed.pick(1, 99)
    sides.copy(0, USER_TOP - size, full[1], size + seed.pick(1, 99))
    sides.copy(1, full[1], USER_TOP - size, size + seed.pick(1, 99))
    kernel = KERNEL_BASE + RAM_START + seed.pick(0, 99) * PAGE
    sides.copy(1, full[1], kernel, 99)
    return sides.compare


# ---------------------------------------------------------------------- free


FOREST_PAGES = 10


class Forest:
    """A space from the kernel, with tables that the script linked."""

    def __init__(self, script: Script, seed: Seed) -> None:
        self.quota = seed.pick(20, 60)
        script.do("quota", self.quota)
        script.do("create", 0, 0)
        self.quota -= 1
        self.count = 0
        uppers = sorted({0, 255, *(seed.pick(1, 254) for _ in range(2))})
        for slot in uppers[: seed.pick(2, 4)]:
            upper = self._take(script, 0, slot)
            lowers = {seed.pick(0, 511) for _ in range(seed.pick(0, 3))}
            lowers |= {511} if seed.pick(0, 1) else {0}
            for place in sorted(lowers):
                lower = self._take(script, upper, place)
                for _ in range(seed.pick(1, 5)):
                    page = script.page(seed.pick(0, FOREST_PAGES - 1))
                    word = entry(page, DATA | V | U | A | D)
                    script.do("leaf", lower, seed.pick(0, 511), word)
        # The kernel's half has tables as well, and they are everybody's.
        script.set_pages(FOREST_PAGES, 1, 0)
        word = entry(script.page(FOREST_PAGES), V)
        script.do("leaf", 0, seed.pick(300, 511), word)
        for page in range(FOREST_PAGES):
            script.fill_page(page, seed.value + page)

    def _take(self, script: Script, above: int, slot: int) -> int:
        self.count += 1
        self.quota -= 1
        script.do("take", self.count)
        script.do("link", above, slot, self.count)
        return self.count

    def step(self, script: Script, left: int, space: int = 0) -> None:
        """One step, with `left` tables before it besides the root."""
        script.do("step", space)
        self.quota += 1
        answer = "false" if left else "true"
        script.expected.append(f"step {answer} quota {self.quota:x}")


@plan("1.7", "to-the-end")
def test_to_the_end(script: Script, seed: Seed) -> Check:
    forest = Forest(script, seed)
    for left in range(forest.count, -1, -1):
        forest.step(script, left)
    # Another, that never had a page.
    script.do("create", 1, 511)
    forest.quota -= 1
    forest.step(script, 0, space=1)

    def check(run: Run) -> None:
        script.compare_reports(run, "step")
        given = {int(record[2], 16) for record in run.records_of("take")}
        # Who has a frame that was freed may write what he likes, but not this.
        entries = run.entries(_root(run, 0), 0, ENTRIES // 2)
        there = given & {e.pa for e in entries if not e.is_leaf}
        run.check(
            not there,
            f"{len(there)} tables still hang from the root, and it was freed",
            difference=f"{len(there)} tables left",
            is_t0=True,
        )
        script.compare_memory(run, 0, FOREST_PAGES, "the pages of the space")

    return check


@plan("1.7", "half-way")
def test_half_way(script: Script, seed: Seed) -> Check:
    forest = Forest(script, seed)
    steps = seed.pick(2, forest.count - 1)
    for left in range(forest.count, forest.count - steps, -1):
        forest.step(script, left)

    def check(run: Run) -> None:
        script.compare_reports(run, "step")
        given = {int(record[2], 16) for record in run.records_of("take")}
        entries = run.entries(_root(run), 0, ENTRIES // 2)
        tables = [e.pa for e in entries if not e.is_leaf]
        left = forest.count - steps
        run.check(
            len(tables) == left and set(tables) <= given,
            f"{left} of its tables should be left after {steps} steps, and a"
            f" walk finds {len(tables)}",
            difference=f"tables {len(tables) - left:+}",
            is_t0=True,
        )

    return check


# ----------------------------------------------------------------- all of it


@plan("1.8", "lives")
def test_lives(script: Script, seed: Seed) -> Check:
    root, page = 0, ROOT_PAGES
    source = seed.pick(1, 200) * GIB + seed.pick(1, 9) * PAGE
    script.set_pages(root, 1, 0)
    script.do("use", 1, script.page(root))
    tree = Tree(script, root)
    script.fill_page(page, seed.value)
    tree.put(source, entry(script.page(page), RODATA | V | U | A | D))
    content = script.memory[page * PAGE : (page + 1) * PAGE]

    # Root, two tables twice, two pages, and little more than that.
    frames = 7 + seed.pick(0, 3)
    start = RAM_START + 64 * PAGE * seed.pick(64, 200)
    script.do("reserve", RAM_START, start)
    script.do("reserve", start + frames * PAGE, RAM_END)
    script.do("quota", frames)
    quota = frames
    lives = 13
    at = 0
    for life in range(lives):
        space = Space(script, 0, 0)
        space.quota = quota - 3
        for slot in (1, 2):
            script.do("take", slot)
        places = [seed.pick(1, 100) * GIB + seed.pick(0, 511) * PAGE]
        places.append(seed.pick(101, 255) * GIB + seed.pick(0, 511) * PAGE)
        for slot, va in enumerate(places, 1):
            space.map_slot(va, slot, DATA)
        at, size = seed.pick(0, 2000), seed.pick(8, 2000)
        target = places[life % 2] + at
        script.do("copy", 0, target, 1, source + at, size)
        script.expected.append(
            f"copy {target:x} {source + at:x} {size:x} {size:x}"
        )
        if life < lives - 1:
            for slot, va in enumerate(places, 1):
                space.unmap(va, 1)
                script.do("giveback", slot)
            space.quota += 2
            space.free()
            quota = space.quota

    def check(run: Run) -> None:
        script.compare_reports(run, "map", "copy", "step")
        takes = [int(r[2], 16) for r in run.records_of("take")][-2:]
        for va, pa in zip(places, takes):
            space.pages[va] = pa, DATA
        space.compare_tables(run, _root(run))
        used = run.read_physical(takes[(lives - 1) % 2], PAGE)
        wanted = bytes(at) + content[at : at + size] + bytes(PAGE - at - size)
        compare_bytes(run, wanted, used, 0, "zeroes and what was copied")

    return check


@plan("1.8", "ends")
def test_ends(script: Script, seed: Seed) -> Check:
    script.do("quota", 200)
    space = Space(script, 0, 0)
    space.set_quota(100)
    pool = script.page(0)
    for page in range(16):
        script.fill_page(page, seed.value + page)
    first, last = seed.pick(2, 8), seed.pick(2, 8)
    top = USER_TOP - last * PAGE
    space.map(PAGE, pool, first, DATA)
    space.map(top, pool + 8 * PAGE, last, DATA)
    # Neither end has room for one page more.
    space.map(0, pool, 1, DATA)
    space.map(USER_TOP, pool, 1, DATA)
    space.map(USER_TOP - PAGE, pool, 2, DATA)
    # From the last bytes that there are to the first ones, and too far.
    for _ in range(3):
        size = seed.pick(1, PAGE)
        more = seed.pick(0, 99)
        source = USER_TOP - size
        script.do("copy", 0, PAGE, 0, source, size + more)
        memory, high = script.memory, (8 + last) * PAGE - size
        memory[:size] = memory[high : high + size]
        script.expected.append(
            f"copy {PAGE:x} {source:x} {size + more:x} {size:x}"
        )
    # The first and the last page go and come again.
    space.unmap(PAGE, 1)
    space.unmap(USER_TOP - PAGE, 1)
    space.map(USER_TOP - PAGE, pool, 1, RODATA)
    space.map(PAGE, pool, 1, TEXT)

    def check(run: Run) -> None:
        script.compare_reports(run, "map", "copy")
        space.compare_tables(run, _root(run))
        script.compare_memory(run, 0, 16, "the bytes of the pages")

    return check
