# SPDX-License-Identifier: MIT
"""More seeds of tests/test_fuzz.py."""

from pathlib import Path

import pytest

from tests.fuzzing import Size
from tests.machine import Build
from tests.test_fuzz import check_seeds


@pytest.mark.parametrize("seed", range(4, 68))
def test_one_hart(build: Build, tmp_path: Path, seed: int) -> None:
    check_seeds(build, tmp_path, range(seed, seed + 1), 1, Size())


@pytest.mark.parametrize("seed", range(1, 7))
def test_two_harts(build: Build, tmp_path: Path, seed: int) -> None:
    check_seeds(build, tmp_path, range(seed, seed + 1), 2, Size())


@pytest.mark.parametrize("seed", range(2, 5))
def test_four_harts(build: Build, tmp_path: Path, seed: int) -> None:
    size = Size(rounds=2, calls=60, turns=60, crowd=2)
    check_seeds(build, tmp_path, range(seed, seed + 1), 4, size)
