# SPDX-License-Identifier: MIT
"""A few seeds of random system calls: no panic, no hang, and after every round
all frames and slots are back. tests/check has more of them, make fuzz all."""

from pathlib import Path

from tests.fuzzing import SUCCEEDED_MIN, Size, play
from tests.machine import Build, plugin_is_taken, yield_compile

SMALL = Size(rounds=1, calls=15, turns=20, crowd=1)


def check_seeds(
    build: Build, directory: Path, seeds: range, harts: int, size: Size
) -> None:
    """Each goes well, and calls succeed often enough to get anywhere."""
    returned = succeeded = 0
    for seed in seeds:
        outcome = play(build, directory, seed, harts, size)
        told = "\n".join(outcome.result.lines[-40:])
        assert not outcome.problem(size), f"seed {seed}: {told}"
        returned += outcome.returned
        succeeded += outcome.succeeded
    assert succeeded >= SUCCEEDED_MIN * returned


def test_one_hart(build: Build, tmp_path: Path) -> None:
    check_seeds(build, tmp_path, range(1, 4), 1, Size())


def test_four_harts(build: Build, tmp_path: Path) -> None:
    check_seeds(build, tmp_path, range(1, 2), 4, SMALL)


def test_yield(tmp_path: Path) -> None:
    """The plugin for several harts is sound C, and a QEMU that cannot have it
    is found out: without a word, the runs with four harts would take ten times
    as long, or none would start."""
    plugin = tmp_path / "yield.so"
    compiled = yield_compile(plugin)
    assert compiled.returncode == 0 and not compiled.stderr, compiled.stderr
    assert not plugin_is_taken(tmp_path / "other.so")
