# SPDX-License-Identifier: MIT
"""What the fuzzer and a second reading found, and must not come back:
tests/guest/defects, a case a boot."""

from pathlib import Path

import pytest

from tests.machine import Build, Result, boot, start

CASES = (1, 2, 3, 4)
CASE_ON_TWO_HARTS = 5
SECONDS_MAX = 60  # two harts share a busy host's time


def _check(result: Result) -> None:
    assert "case: ok" in result.lines, result.console
    assert result.status == 0


@pytest.mark.parametrize("case", CASES)
def test_case(build: Build, tmp_path: Path, case: int) -> None:
    image = build.test_image("defects")
    _check(boot(build, image, tmp_path, "-append", f"case={case}"))


def test_case_on_two_harts(build: Build, tmp_path: Path) -> None:
    options = ("-smp", "2", "-append", f"case={CASE_ON_TWO_HARTS}")
    image = build.test_image("defects")
    _check(start(build, image, tmp_path, *options).result(SECONDS_MAX))
