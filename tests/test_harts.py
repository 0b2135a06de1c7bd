# SPDX-License-Identifier: MIT
"""What depends on the hart: how many there are, and what one of them remembers.

Runs with several harts have no instruction counts; they are told apart from a
hang by the guard of tests.machine alone."""

import re
import struct
from pathlib import Path

import pytest

from grader.elf import Program
from grader.sv39 import root_of
from tests.machine import Build, Debugger, Running, boot_in_real_time, debug

LEVELS = 3
ENTRY_BYTES = 8
VALID = 1
STACK_PAGE = 0x3FFFFFE000  # the first program's first push goes here


def is_ready(lines: list[str]) -> bool:
    """Whether the system came up."""
    return any(
        re.match(r"init     \d+ services ready ", line) for line in lines
    )


@pytest.mark.parametrize("harts", [1, 2, 3, 4, 8])
def test_system_on_harts(
    build: Build, system: Path, tmp_path: Path, harts: int
) -> None:
    """Any number of harts up to eight comes up and does the work, whichever
    of them the firmware chose to boot on."""
    result = boot_in_real_time(build, system, tmp_path, "-smp", str(harts))
    greeting = rf"^chaski: 128 MiB, \d+ frames free, {harts} harts, booted on"
    assert re.search(greeting, result.console, re.M)
    assert is_ready(result.lines)
    assert result.status == 0


def test_too_many_harts(build: Build, tmp_path: Path) -> None:
    """More than eight are refused, with the mend. (The kernel does not know
    the power-off register yet, and the firmware's has no status.)"""
    result = boot_in_real_time(build, build.image, tmp_path, "-smp", "9")
    (panic,) = [line for line in result.lines if line.startswith("PANIC")]
    assert panic.endswith("start QEMU with -smp 8 or fewer")


def test_hart_at_start(build: Build, system: Path, tmp_path: Path) -> None:
    """A hart that the firmware sends to where the machine began joins the
    others: OpenSBI 1.1 does so, once in some hundred times, if a hart that it
    starts is quick. What is in a1 then does not matter."""
    kernel = Program("kernel", build.kernel_elf)
    start, other = (kernel.address(n) for n in ("_start", "_start_other"))
    with debug(build, system, tmp_path, "-smp", "2") as (running, gdb):
        gdb.break_at(start, other)
        assert gdb.go() == start
        tree = gdb.read("a1")
        assert gdb.go() == other
        gdb.forget(start, other)
        gdb.write("pc", start)
        gdb.write("a1", tree)
        lines = finish(running, gdb)
    (greeting,) = [line for line in lines if ", booted on " in line]
    assert " 2 harts, " in greeting
    assert is_ready(lines)


# ------------------------------------------------------- a spurious fault


def entry_of(gdb: Debugger, va: int) -> tuple[int, int]:
    """Where the entry lies that maps page `va` of the running program, and
    what it is."""
    at = root_of(gdb.read("satp"))
    entry = 0
    for level in reversed(range(LEVELS)):
        at += (va >> 12 + 9 * level & 511) * ENTRY_BYTES
        (entry,) = struct.unpack("<Q", gdb.gdb.read_physical(at, ENTRY_BYTES))
        if level:
            at_entry, at = at, (entry >> 10) * 4096
            assert entry & VALID, f"no table at {at_entry:#x}"
    return at, entry


def write_entry(gdb: Debugger, at: int, entry: int) -> None:
    """Changes physical memory behind the machine's back."""
    assert gdb.gdb.ask("Qqemu.PhyMemMode:1") == "OK"
    data = struct.pack("<Q", entry).hex()
    assert gdb.gdb.ask(f"M{at:x},{ENTRY_BYTES:x}:{data}") == "OK"
    assert gdb.gdb.ask("Qqemu.PhyMemMode:0") == "OK"


def fault_on_the_stack(build: Build, gdb: Debugger) -> tuple[int, int]:
    """Runs into a page fault at the first program's first push, by taking the
    page away: the machine is stopped in the kernel then. Returns where the
    entry is, and what it was."""
    start = build.program("", "init").address("boot_start")
    trap_other = Program("kernel", build.kernel_elf).address("trap_other")
    gdb.break_at(start)
    assert gdb.go() == start
    at, entry = entry_of(gdb, STACK_PAGE)
    assert entry & VALID
    write_entry(gdb, at, entry & ~VALID)
    gdb.forget(start)
    gdb.break_at(trap_other)
    assert gdb.go() == trap_other
    assert gdb.read("stval") & ~4095 == STACK_PAGE
    gdb.forget(trap_other)
    return at, entry


def finish(running: Running, gdb: Debugger) -> list[str]:
    """Lets the machine run to its end; what it printed."""
    gdb.gdb.resume()
    return running.result().lines


def test_spurious_fault(build: Build, system: Path, tmp_path: Path) -> None:
    """A fault on a page that is mapped by the time the kernel looks is no
    fault of the program's: it is tried again, and nobody hears of it."""
    with debug(build, system, tmp_path) as (running, gdb):
        at, entry = fault_on_the_stack(build, gdb)
        write_entry(gdb, at, entry)
        lines = finish(running, gdb)
    assert is_ready(lines)
    assert not [line for line in lines if "FAULT" in line]


def test_real_fault(build: Build, tmp_path: Path) -> None:
    """The same fault while the page stays away ends the program: so the test
    above sees what it says."""
    with debug(build, build.image, tmp_path) as (running, gdb):
        fault_on_the_stack(build, gdb)
        lines = finish(running, gdb)
    assert [line for line in lines if line.startswith("FAULT init")]
