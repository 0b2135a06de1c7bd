#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the kernel, in instructions.

Every figure is a count of retired instructions under QEMU's `-icount shift=0`
on one hart, so it is the same on every host and in every run, and a change of
one instruction shows.

- Messages are counted by tests/guest/bench, all else by tests/guest/costs,
  with the hart's own counter: 1,000 rounds after a warm-up, user code
  included. docs/performance.md says what each figure is the count of.
- What the system's services do is measured by tests/guest/figures. Where a
  disk is waited for, the moment at which it answers may differ by some
  instructions, and so may the figure, by less than one in a hundred.
- `boot_to_user` is the difference of two boots of the system: one stopped at
  the kernel's first instruction, one at the first program's.
- For `sfence_per_roundtrip` the machine runs under a debugger that stops at
  every `sfence.vma` of the kernel while the 1,000 rounds of ipc_roundtrip_4w
  go on. The fence that it sees before, when the kernel starts, proves that it
  would see one. On the same occasion it reads `satp` when client and server
  enter the kernel: two programs, two values, or nothing is reported.

Time slices are so long that none ends while rounds are counted: a turn of the
scheduler is no part of a message, nor is what it cleans up on that occasion.

- Beside them `make bench` prints how long the host takes from starting QEMU to
  the shell's prompt, the median of five: the one figure that is no count.

    make bench                          prints them, writes build/bench.json
    python3 tests/bench.py --record     makes them the recorded figures

tests/test_bench.py fails when a figure is more than 2 % above the recorded
one in tests/bench.json. To record a larger one is a commit of its own, which
says what it bought."""

import argparse
import json
import re
import statistics
import struct
import sys
import time
from collections import defaultdict
from pathlib import Path

# So that it can be started from anywhere, by its path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader import qemu
from grader.elf import Program
from tests.disk import disk_make
from tests.machine import ROOT, Build, Debugger, boot_in_real_time, debug
from tests.terminal import PROMPT, disk_options, terminal

RECORDED = ROOT / "tests" / "bench.json"
BUDGET = 200_000_000
ENTRY = 0x80200000  # where OpenSBI enters the kernel, paging off
LINKED = 0xFFFFFFC080200000  # and where it runs from then on
SFENCE_VMA_MASK, SFENCE_VMA = 0xFE007FFF, 0x12000073
SPACE_STOPS = 8  # four round trips
LONG_SLICES = "slice_us=1000000"
BOOTS = 5

IMAGES = ("bench", "costs")

# What a figure shall be at most.
TARGETS = {
    "null_call": 120,
    "ipc_roundtrip_4w": 343,
    "ipc_roundtrip_512b": 1000,
    "scale_roundtrip_10": 343,
    "scale_roundtrip_10000": 343,
    "signal_roundtrip": 585,
    "signal_roundtrip_recv": 585,
    "fault_roundtrip": 700,
    "boot_to_user": 400_000,
    "sfence_per_roundtrip": 0,
}
# A copy between two address spaces may cost so much more than a copy.
LEASE_MORE = 400
LEASES = ("lease_read_4k", "lease_write_4k")

# Targets that are missed, and why that is accepted.
MISSES: dict[str, str] = {}

# seL4's, counted the same way: fast path, no FPU.
SEL4 = {
    "null_call": 119,
    "ipc_roundtrip_0w": 518,
    "ipc_roundtrip_4w": 572,
    "signal_roundtrip": 1169,
    "fault_roundtrip": 1404,
}

Figures = dict[str, float]


class BenchError(Exception):
    """The measurement itself went wrong; there is no figure."""


def measure(build: Build) -> Figures:
    """All figures of the kernel in `build`, in the order of the table."""
    return {
        **count_calls(build, *IMAGES),
        **count_system(build),
        "boot_to_user": count_boot(build),
        "sfence_per_roundtrip": count_fences(build),
    }


def targets(figures: Figures) -> Figures:
    """What each figure that has a target shall be at most."""
    lease = figures["copy_4k"] + LEASE_MORE
    return {**TARGETS, **{name: lease for name in LEASES}}


def count_calls(build: Build, *images: str) -> Figures:
    """Boots images that measure: instructions a round, by measurement."""
    figures: Figures = {}
    for name in images:
        end = build.program(name, name).address("test_end")
        boot = stop(build, build.test_image(name), end, name, LONG_SLICES)
        text = boot.console.decode(errors="replace")
        found = re.findall(r"^bench (\w+) (\d+) (\d+)\r?$", text, re.MULTILINE)
        if "bench FAILED" in text or not found:
            raise BenchError(f"image {name} printed:\n{text}")
        # The two readings of the counter count one of themselves.
        for figure, instructions, rounds in found:
            figures[figure] = exact((int(instructions) - 1) / int(rounds))
    return figures


def count_system(build: Build) -> Figures:
    """What the system's services cost, in instructions a round."""
    directory = build.directory / "bench" / "figures"
    directory.mkdir(parents=True, exist_ok=True)
    disk = directory / "disk.img"
    disk_make(disk, 32768, block=4096)
    timing = ("-icount", "shift=0,sleep=on", "-append", LONG_SLICES)
    ran = boot_in_real_time(
        build,
        build.test_image("figures"),
        directory,
        *timing,
        *disk_options(disk),
    )
    found = re.findall(r"^figure (\w+) (\d+) (\d+)$", ran.console, re.MULTILINE)
    if ran.status != 0 or not found:
        raise BenchError(f"image figures printed:\n{ran.console}")
    return {
        name: exact(int(instructions) / int(rounds))
        for name, instructions, rounds in found
    }


def time_boot(build: Build) -> float:
    """Milliseconds from starting QEMU to the prompt, the median of some."""
    times = []
    directory = build.directory / "bench" / "boot"
    directory.mkdir(parents=True, exist_ok=True)
    disk = directory / "disk.img"
    disk_make(disk, 16384, block=4096)
    for _ in range(BOOTS):
        start = time.monotonic()
        with terminal(build, None, *disk_options(disk)) as line:
            line.expect(PROMPT)
            times.append(time.monotonic() - start)
    return statistics.median(times) * 1000


def count_boot(build: Build) -> int:
    """Instructions from the kernel's entry to the first user instruction."""
    first = build.program("", "init").address("boot_start")
    counts = [
        stop(build, build.image, address, place).icount
        for address, place in ((ENTRY, "entry"), (first, "user"))
    ]
    if counts[0] is None or counts[1] is None:
        raise BenchError("the system did not come to its first program")
    return counts[1] - counts[0]


def stop(
    build: Build, image: Path, address: int, name: str, bootargs: str = ""
) -> qemu.Boot:
    """Boots to `address`; BenchError if the run ends otherwise."""
    boot = qemu.run(
        qemu.Machine(
            kernel=build.kernel,
            initrd=image,
            memory=None,
            bootargs=bootargs,
            shift=0,
            seed=1,
            end_stop=address,
            budget=BUDGET,
            directory=build.directory / "bench" / name,
        )
    )
    if boot.end is not qemu.End.END_STOP:
        text = boot.console.decode(errors="replace")
        raise BenchError(f"{name}: {boot.end.value}\n{text}")
    return boot


def count_fences(build: Build) -> float:
    """Executed sfence.vma instructions a round trip of four words."""
    client = build.program("bench", "bench")
    server = build.program("bench", "server")
    fences = find_fences(build.kernel)
    directory = build.directory / "bench" / "fences"
    directory.mkdir(parents=True, exist_ok=True)
    image = build.test_image("bench")
    options = ("-append", LONG_SLICES)
    with debug(build, image, directory, *options) as (_, gdb):
        gdb.break_at(*fences, client.address("measure_4w"))
        if gdb.go() not in fences:
            raise BenchError("no sfence.vma was seen when the kernel started")
        gdb.forget(*fences)
        # It is called once to warm up, and once for good.
        gdb.go()
        check_spaces(build, gdb, client, server)
        gdb.go()
        rounds, back = gdb.read("a1"), gdb.read("ra")
        gdb.break_at(*fences, back)
        return exact(run_to(gdb, back) / rounds)


def find_fences(kernel: Path) -> list[int]:
    """Addresses of all sfence.vma instructions of the kernel. Data that looks
    like one is among them, and is never executed."""
    image = kernel.read_bytes()
    return [
        LINKED + at
        for at in range(0, len(image) - 3, 2)
        if struct.unpack_from("<I", image, at)[0] & SFENCE_VMA_MASK
        == SFENCE_VMA
    ]


def run_to(gdb: Debugger, address: int) -> int:
    """Runs to `address` and returns the number of stops before it."""
    stops = 0
    while gdb.go() != address:
        stops += 1
    return stops


def check_spaces(
    build: Build, gdb: Debugger, client: Program, server: Program
) -> None:
    """Looks at some entries into the kernel: who comes, in which address
    space. BenchError unless client and server both come, each always in a
    space of its own."""
    entry = Program("kernel", build.kernel_elf).address("trap_entry")
    spaces: defaultdict[str, set[int]] = defaultdict(set)
    gdb.break_at(entry)
    for _ in range(SPACE_STOPS):
        gdb.go()
        pc = gdb.read("sepc")
        for program in (client, server):
            if program.function(pc):
                spaces[program.name].add(gdb.read("satp"))
    gdb.forget(entry)
    values = [value for space in spaces.values() for value in space]
    if len(spaces) != 2 or len(values) != 2 or len(set(values)) != 2:
        raise BenchError(f"not two address spaces: {dict(spaces)}")


def exact(value: float) -> float:
    """A whole number as such, others to the thousandth."""
    return int(value) if value == int(value) else round(value, 3)


def table(figures: Figures, recorded: Figures) -> str:
    """The figures beside what they were, shall be, and are elsewhere."""
    rows: list[tuple[str, ...]] = [
        ("instructions", "now", "recorded", "target", "seL4")
    ]
    limits = targets(figures)
    for name, value in figures.items():
        others = (recorded.get(name), limits.get(name), SEL4.get(name))
        rows.append((name, *map(number, (value, *others))))
    return "\n".join(
        f"{row[0]:22}" + "".join(f"{cell:>12}" for cell in row[1:])
        for row in rows
    )


def number(value: float | None) -> str:
    """A figure as the table shows it."""
    return "-" if value is None else f"{value:,}"


def read_recorded() -> Figures:
    """The recorded figures; none before the first --record."""
    if not RECORDED.is_file():
        return {}
    return dict(json.loads(RECORDED.read_text()))


def write(path: Path, figures: Figures) -> None:
    """Writes figures as one flat JSON object."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=4) + "\n")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measures the kernel.")
    parser.add_argument(
        "--record",
        action="store_true",
        help="write the figures to tests/bench.json, too",
    )
    arguments = parser.parse_args()
    build = Build.here()
    try:
        figures = measure(build)
    except (BenchError, TimeoutError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(table(figures, read_recorded()))
    print(f"from QEMU's start to the prompt: {time_boot(build):.0f} ms")
    write(build.directory / "bench.json", figures)
    if arguments.record:
        write(RECORDED, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
