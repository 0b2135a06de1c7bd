# SPDX-License-Identifier: MIT
"""The tests of the small lab."""

import pytest

from grader.plugin import Boot
from grader.seed import Seed


@pytest.mark.score("9.2", "calls")
def test_calls(boot: Boot, seed: Seed) -> None:
    count = seed.pick(3, 9)
    run = boot(count=count)
    run.expect(["called"])
    run.expect_ecalls("driver", "sys_probe", count)


@pytest.mark.score("9.1", "values")
def test_values(boot: Boot, seed: Seed) -> None:
    count = seed.pick(3, 9)
    run = boot(count=count)
    run.expect(
        f"value {seed.value + i:016x}" for i in range(1, count + 1)
    )
