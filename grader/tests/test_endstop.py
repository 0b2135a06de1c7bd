# SPDX-License-Identifier: MIT
"""What is read from a machine at its end stop, and page tables in general."""

import struct
from collections.abc import Iterator

import pytest

from grader import sv39
from grader.elf import Program
from grader.run import Run
from grader.sv39 import Leaf
from grader.tests.conftest import Guest, System
from grader.verdict import Failure, InfrastructureError

PAGE = sv39.PAGE_BYTES


# ------------------------------------------------------------ the real kernel


@pytest.fixture(scope="module")
def run(system: System) -> Iterator[Run]:
    """The real kernel with the programs of lab 4, at its end stop."""
    with system.run(system.build()) as run:
        yield run


def test_registers(run: Run) -> None:
    driver = run.program("ipc_driver")
    assert run.registers["pc"] == driver.address("test_end")
    assert run.registers["zero"] == 0
    assert len(run.registers) == 33
    stack = run.translate(run.registers["sp"])
    assert stack and stack.rights == "rwu"


def test_each_page_is_mapped_with_the_rights_of_its_segment(run: Run) -> None:
    leaves = {leaf.va: leaf for leaf in run.leaves()}
    for segment in run.program("ipc_driver").segments[1:]:
        for va in range(segment.start, segment.start + segment.length, PAGE):
            assert leaves[va].rights == segment.rights + "u"
            assert run.translate(va + 8) == leaves[va]


def test_nothing_is_writable_and_executable(run: Run) -> None:
    assert run.satp >> 60 == sv39.MODE_SV39
    assert run.satp == run.control_register("satp")
    for leaf in run.leaves():
        assert not {"w", "x"} <= set(leaf.rights)
        assert "u" in leaf.rights and "g" not in leaf.rights
    assert run.translate(0) is None


def test_the_kernel_is_mapped_and_not_for_programs(
    run: Run, system: System
) -> None:
    entry = Program("kernel", system.build().elf).address("trap_entry")
    leaf = run.translate(entry)
    assert leaf and leaf.rights == "rxg"
    assert leaf.pa + entry - leaf.va == entry - 0xFFFFFFC000000000


def test_the_text_is_what_the_file_says(run: Run) -> None:
    text = next(
        s for s in run.program("ipc_driver").segments if "x" in s.rights
    )
    assert run.read(text.start, len(text.content)) == text.content


def test_variables(run: Run, system: System) -> None:
    # The driver drew one number for the badge of each endpoint it made.
    badges = int.from_bytes(run.read_user("ipc_driver", "badges"), "little")
    assert badges != 0
    line = run.read_user("ipc_driver", "command_line", 64)
    assert line.startswith(b"nonce=0badcafe")  # strtok_r has cut it there
    with pytest.raises(KeyError, match="0 variables nonsense"):
        run.read_user("ipc_driver", "nonsense")


def test_a_program_that_does_not_run_cannot_be_read(run: Run) -> None:
    start = run.program("sender").segments[0].start
    with pytest.raises(Failure, match="nothing is mapped at"):
        run.read(start, 8)


# ------------------------------------------------------- tables of all kinds

MEMORY = 0x8000_0000


class Tables:
    """Page tables in a memory of a few pages; the root is the first."""

    def __init__(self, **entries: int) -> None:
        """`t1_5=entry`: entry 5 of the table in page 1."""
        self.pages = bytearray(8 * PAGE)
        for name, entry in entries.items():
            table, index = map(int, name[1:].split("_"))
            struct.pack_into("<Q", self.pages, table * PAGE + 8 * index, entry)
        self.satp = 8 << 60 | 0x1234 << 44 | MEMORY // PAGE

    def read(self, address: int, length: int) -> bytes:
        at = address - MEMORY
        if not 0 <= at < len(self.pages):
            raise ValueError(f"{address:#x} is not in memory")
        return bytes(self.pages[at : at + length])

    def leaves(self) -> list[Leaf]:
        return sv39.user_leaves(self.read, self.satp)

    def walk(self, va: int) -> Leaf | None:
        return sv39.walk(self.read, self.satp, va)


def entry(page: int, bits: int) -> int:
    return (MEMORY // PAGE + page) << 10 | bits


# Bits of an entry: V R W X U G A D, from the lowest.
TABLE, TEXT, DATA, KERNEL = 0x01, 0xDB, 0xD7, 0xEF


def test_pages_of_all_sizes() -> None:
    tables = Tables(
        t0_1=entry(1, TABLE),
        t1_2=entry(2, TABLE),
        t2_3=entry(7, TEXT),
        t2_511=entry(6, DATA),
        t1_9=0x200 << 10 | DATA,
        t0_255=0x40000 << 10 | TEXT,
        t0_256=entry(1, TABLE),
        t0_511=0x80000 << 10 | KERNEL,
    )
    page = 1 << 30 | 2 << 21 | 3 << 12
    assert tables.leaves() == [
        Leaf(page, MEMORY + 7 * PAGE, "rxu"),
        Leaf(1 << 30 | 2 << 21 | 511 << 12, MEMORY + 6 * PAGE, "rwu"),
        Leaf(1 << 30 | 9 << 21, 0x20_0000, "rwu", 1 << 21),
        Leaf(255 << 30, 0x4000_0000, "rxu", 1 << 30),
    ]
    assert tables.walk(page + 0x123) == tables.leaves()[0]
    assert tables.walk((1 << 30 | 9 << 21) + 0x12345) == tables.leaves()[2]
    assert tables.walk(page + PAGE) is None
    assert tables.walk(0) is None
    kernel = tables.walk(0xFFFFFFFFC0001000)
    assert kernel and kernel.rights == "rwxg"


def test_tables_outside_memory() -> None:
    tables = Tables(t0_1=0x123456 << 10 | TABLE)
    with pytest.raises(ValueError, match="0x123456000 is not in memory"):
        tables.leaves()
    with pytest.raises(ValueError, match="0x123456008 is not in memory"):
        tables.walk(1 << 30 | 1 << 21)


def test_tables_that_go_round_in_circles() -> None:
    tables = Tables(t0_0=entry(0, TABLE))
    with pytest.raises(ValueError, match="no page"):
        tables.leaves()


def test_more_tables_than_memory_could_hold() -> None:
    tables = Tables(
        **{f"t0_{i}": entry(1, TABLE) for i in range(256)},
        **{f"t1_{i}": entry(2, TABLE) for i in range(512)},
    )
    with pytest.raises(ValueError, match="more than 1024 page tables"):
        tables.leaves()


def test_a_last_level_that_points_on() -> None:
    tables = Tables(
        t0_0=entry(1, TABLE), t1_0=entry(2, TABLE), t2_0=entry(3, TABLE)
    )
    with pytest.raises(ValueError, match="no page"):
        tables.leaves()
    with pytest.raises(ValueError, match="no page"):
        tables.walk(0)


def test_paging_may_be_off(behave: Guest) -> None:
    with behave.standing("report") as run:
        assert run.satp == 0
        with pytest.raises(Failure, match="at the end of the run, satp is 0x0"):
            run.leaves()


def test_no_machine_is_kept_unasked(behave: Guest) -> None:
    with pytest.raises(InfrastructureError, match="not kept"):
        behave.run("report").leaves()
