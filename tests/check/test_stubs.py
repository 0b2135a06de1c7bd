# SPDX-License-Identifier: MIT
"""Stubs of all labs: whichever exercises are solved and whichever are not,
the kernel builds without a warning; and each lab is passed by a kernel in
which later ones are solved too, but not all."""

import pytest

from grader.build import Workshop
from grader.gate import answers_of
from grader.grade import Exit, Order, grade_submission
from grader.lab import Function, Lab, find_labs
from grader.seed import PUBLIC_SEEDS
from grader.starter import kernel_with, so_far_sources, stubs
from grader.submission import Submission
from tests.machine import ROOT

LABS = find_labs(ROOT)
FUNCTIONS = stubs(LABS)


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    """Where the kernels are built, one after the other."""
    return Workshop(ROOT, ROOT / "build" / "stubs")


@pytest.mark.parametrize(
    "function", [pytest.param(each, id=each.name) for each in FUNCTIONS]
)
def test_a_stub_alone_and_all_but_it(
    workshop: Workshop, function: Function
) -> None:
    alone = {function: FUNCTIONS[function]}
    others = {f: stub for f, stub in FUNCTIONS.items() if f != function}
    for bodies in (alone, others):
        workshop.kernel(kernel_with(ROOT, bodies), werror=True)


def test_all_stubs(workshop: Workshop) -> None:
    workshop.kernel(kernel_with(ROOT, FUNCTIONS), werror=True)


@pytest.mark.parametrize(
    "lab, last",
    [
        pytest.param(lab, last, id=f"{lab.folder} in {last.folder}")
        for lab in LABS
        for last in LABS
        if lab.number < last.number < LABS[-1].number
    ],
)
def test_a_lab_passes_in_a_tree_of_a_later_one(lab: Lab, last: Lab) -> None:
    """The examination has the first and the last of these trees: this lab
    solved and no later one, and all labs solved."""
    order = Order(ROOT, lab, ROOT / "build" / "so-far", PUBLIC_SEEDS[:1])
    sources = so_far_sources(ROOT, last)
    label = f"labs up to {last.folder}"
    status = grade_submission(
        order, label, lambda: Submission(label, sources, user=answers_of(lab))
    )
    assert status is Exit.ALL_PASSED
