# SPDX-License-Identifier: MIT
"""What once brought the kernel down, and must not again: tests/guest/hostile,
a case a boot. Short slices, so that the timer comes between any two steps."""

from pathlib import Path

import pytest

from tests.machine import Build, boot

# Case 6 tries 440 moments and takes ten seconds: tests/check has it.
CASES = (1, 2, 3, 4, 5, 8, 10, 13, 14)


def check_case(build: Build, directory: Path, case: int) -> None:
    """The machine ends by itself, and the program saw what the pages say."""
    result = boot(
        build,
        build.test_image("hostile"),
        directory,
        *("-append", f"case={case} slice_us=100"),
    )
    said = [line for line in result.lines if line.startswith("case: ")]
    assert not [line for line in result.lines if line.startswith("PANIC")]
    assert not [line for line in said if "DEFECT" in line]
    assert [line for line in said if line.startswith("case: ok")]
    assert result.status == 0


@pytest.mark.parametrize("case", CASES)
def test_case(build: Build, tmp_path: Path, case: int) -> None:
    check_case(build, tmp_path, case)
