# SPDX-License-Identifier: MIT
"""The case of tests/test_hostile.py that takes ten seconds: the caller whose
answer wakes two threads is ended at 440 moments."""

from pathlib import Path

from tests.machine import Build
from tests.test_hostile import check_case


def test_ended_while_two_wake(build: Build, tmp_path: Path) -> None:
    check_case(build, tmp_path, 6)
