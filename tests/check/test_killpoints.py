# SPDX-License-Identifier: MIT
"""tests/test_killpoints.py on the kernel that checks its invariants."""

from pathlib import Path

from tests.machine import Build
from tests.test_killpoints import check_plays


def test_kill_anywhere(build: Build, tmp_path: Path) -> None:
    checked = Build(build.directory / "debug")
    check_plays(checked, build.test_image("killpoints"), tmp_path)
