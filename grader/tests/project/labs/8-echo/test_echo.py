# SPDX-License-Identifier: MIT
"""The tests of the lab before."""

import pytest

from grader.plugin import Boot
from grader.seed import Seed


@pytest.mark.score("8.1", "words")
def test_words(boot: Boot, seed: Seed) -> None:
    boot().expect([f"value {seed.value:016x}"])


@pytest.mark.score("8.2", "twice")
def test_twice(boot: Boot, seed: Seed) -> None:
    boot().expect([f"value {seed.value + 2:016x}"])
