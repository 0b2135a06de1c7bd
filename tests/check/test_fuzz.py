# SPDX-License-Identifier: MIT
"""Random system calls from many seeds: no panic, no hang, and after every
round all frames and slots are back. tests/guest/fuzz says how."""

from pathlib import Path

import pytest

from tests.machine import Build, boot

ROUNDS = 3
SLICES_US = (100, 300, 1000, 10000)


@pytest.mark.parametrize("seed", range(1, 33))
def test_seed(build: Build, tmp_path: Path, seed: int) -> None:
    slice_us = SLICES_US[seed % len(SLICES_US)]
    result = boot(
        build,
        build.test_image("fuzz"),
        tmp_path,
        "-append",
        f"seed={seed} rounds={ROUNDS} calls=300 slice_us={slice_us}",
    )
    rounds = [line for line in result.lines if line.endswith(" ok")]
    assert "PANIC" not in result.console
    assert len(rounds) == ROUNDS, result.console
    assert result.status == 0
