# SPDX-License-Identifier: MIT
"""The kernel is as fast as the recorded figures say, within 2 %.

The figures are exact, so there is no noise to allow for; the 2 % let a fix
cost an instruction or two without a ceremony."""

import pytest

from tests import bench
from tests.machine import Build

TOLERANCE = 0.02

HOW_TO_RECORD = """
If the reason is a good one, record the larger figure in a commit of its own
that says what it bought:    python3 tests/bench.py --record"""


@pytest.fixture(scope="module")
def figures(build: Build) -> bench.Figures:
    """The figures of the kernel that was built."""
    return bench.measure(build)


def test_no_figure_has_grown(figures: bench.Figures) -> None:
    """No figure is more than 2 % above the recorded one."""
    grown = [
        f"{name}: {bench.number(value)} now, {bench.number(old)} recorded"
        for name, value in figures.items()
        for old in (bench.read_recorded()[name],)
        if value > old * (1 + TOLERANCE)
    ]
    assert not grown, "\n".join(grown) + HOW_TO_RECORD


def test_all_figures_are_recorded(figures: bench.Figures) -> None:
    """What is measured is recorded, and the reverse."""
    assert set(bench.read_recorded()) == set(figures)


def test_boot_is_short(figures: bench.Figures) -> None:
    """Booting stays within what was promised for it."""
    assert figures["boot_to_user"] <= bench.TARGETS["boot_to_user"]


def test_messages_flush_nothing(figures: bench.Figures) -> None:
    """Address spaces change without losing their translations."""
    assert figures["sfence_per_roundtrip"] == 0
