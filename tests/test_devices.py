# SPDX-License-Identifier: MIT
"""What the machine's devices are asked for: how often the timer interrupts.

The programs of tests/guest cannot see what their kernel does while nobody is
ready. QEMU can: `-d int` makes it write a line for each trap, the firmware's
included. On a processor without a timer register for the kernel each timer
interrupt is one of the firmware's, so none of them is missed."""

import re
from pathlib import Path

import pytest

from tests.machine import Build, boot

# Of the kernel by way of the firmware (7), and of the kernel itself (5).
TIMER = re.compile(rb"async:1, cause:0*[57],")

NO_SSTC = ("-cpu", "rv64,sstc=false")


def stay(build: Build, directory: Path, *options: str) -> int:
    """Boots deadlines.c to do nothing; returns the number of timer
    interrupts."""
    log = directory / "traps"
    image = build.test_image("deadlines")
    tracing = ("-d", "int", "-D", str(log))
    result = boot(build, image, directory, *tracing, *options)
    assert "stayed" in result.lines
    assert result.status == 0
    return len(TIMER.findall(log.read_bytes()))


@pytest.mark.parametrize("how, longer", [("idle", 5000), ("spin", 100)])
def test_nothing_ticks(
    build: Build, tmp_path: Path, how: str, longer: int
) -> None:
    """A machine that does nothing for many slices, or has one thread alone to
    run, is not interrupted for it: a short and a long stay take as many
    interrupts, those of the deadlines."""
    counts = []
    for milliseconds in (1, longer):
        directory = tmp_path / str(milliseconds)
        directory.mkdir()
        words = ("-append", f"{how}={milliseconds}")
        counts.append(stay(build, directory, *words, *NO_SSTC))
    assert counts[0] == counts[1]
    # The first deadline is there to show that interrupts are seen at all.
    assert counts[0] > 0
