# SPDX-License-Identifier: MIT
"""Random services die at random moments, 200 times under load."""

from pathlib import Path

import pytest

from tests.machine import Build
from tests.recovery import play

SEEDS = (
    ("all", 11, 200, ()),
    ("storage", 12, 60, ("fs", "disk")),
    ("streams", 13, 60, ("console", "pipe", "names")),
)


@pytest.mark.parametrize(
    ("seed", "kills", "services"),
    [pytest.param(*rest, id=name) for name, *rest in SEEDS],
)
def test_kills(
    build: Build,
    tmp_path: Path,
    seed: int,
    kills: int,
    services: tuple[str, ...],
) -> None:
    report = play(build, tmp_path, seed, kills, services or None)
    assert sum(report.kills.values()) == kills
