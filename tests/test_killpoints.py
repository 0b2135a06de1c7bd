# SPDX-License-Identifier: MIT
"""Each party of a conversation is killed at every step of it: the survivors
get the documented errors, nobody hangs, and all frames and slots are back.
tests/guest/killpoints says how."""

import re
from pathlib import Path

from tests.machine import Build, start

POINTS_MIN = 30  # of a play; fewer, and the trace was not read
PLAYS = ("talk", 3), ("fault", 2)  # and how many parties can be killed
SECONDS_MAX = 60


def check_plays(build: Build, image: Path, directory: Path) -> None:
    """Boots with an instruction worth 1.28 ticks, as the program wants it."""
    options = ("-icount", "shift=7,sleep=off")
    result = start(build, image, directory, *options).result(SECONDS_MAX)
    told = re.findall(
        r"^play (\w+) victim (\d): (\d+) points ok$",
        result.console,
        re.MULTILINE,
    )
    expected = [
        (name, str(victim)) for name, count in PLAYS for victim in range(count)
    ]
    assert [(name, victim) for name, victim, _ in told] == expected, (
        result.console
    )
    assert all(int(points) >= POINTS_MIN for _, _, points in told)
    assert result.status == 0


def test_kill_anywhere(build: Build, tmp_path: Path) -> None:
    check_plays(build, build.test_image("killpoints"), tmp_path)
