# SPDX-License-Identifier: MIT
"""The kernel is as fast as the recorded figures say, within 2 %.

The figures are exact, so there is no noise to allow for; the 2 % let a fix
cost an instruction or two without a ceremony."""

import os
import re

import pytest

from tests import bench
from tests.machine import ROOT, Build

# A debug build checks its invariants, and is as slow as that.
pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DEBUG")), reason="make DEBUG=1"
)

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


def test_targets_are_met(figures: bench.Figures) -> None:
    """No figure is above its target, but for those that bench.MISSES says
    why; and what it says is still so."""
    missed = {
        name
        for name, limit in bench.targets(figures).items()
        if figures[name] > limit
    }
    assert missed == set(bench.MISSES)


def test_messages_flush_nothing(figures: bench.Figures) -> None:
    """Address spaces change without losing their translations."""
    assert figures["sfence_per_roundtrip"] == 0


def test_a_crowd_costs_nothing(figures: bench.Figures) -> None:
    """A round trip is the same, to the instruction, whether nobody else is
    there, or 10, or 10,000 threads, each at an endpoint of its own."""
    assert figures["scale_roundtrip_10"] == figures["ipc_roundtrip_4w"]
    assert figures["scale_roundtrip_10000"] == figures["ipc_roundtrip_4w"]


def test_the_page_shows_the_figures() -> None:
    """docs/performance.md has the recorded figures, the targets, and seL4's."""
    recorded = bench.read_recorded()
    limits = bench.targets(recorded)
    text = (ROOT / "docs" / "performance.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) ?\| (.*) ?\|$", text, re.M)
    shown = [tuple(cell.strip() for cell in row) for row in rows]
    assert shown == [
        (
            name,
            *(
                "" if value is None else bench.number(value)
                for value in (figure, limits.get(name), bench.SEL4.get(name))
            ),
        )
        for name, figure in recorded.items()
    ]
