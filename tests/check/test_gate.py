# SPDX-License-Identifier: MIT
"""The examination of every lab on all public seeds, one test for each kernel
in it: the reference, the starter, each mutant, alternative and cheat. At last
what the others have shown together: the hints, and that the facts seen from
outside are needed."""

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from grader.gate import (
    Examined,
    GateError,
    Kind,
    Subject,
    build_programs,
    check_facts,
    check_hints,
    examine,
    examine_in_lane,
    lanes,
    subjects,
)
from grader.grade import Order
from grader.hints import HINTS_FILE, Hints
from grader.lab import Lab, find_labs
from grader.seed import PUBLIC_SEEDS

# Any will do.
HIDDEN_SEEDS = [(i * 0x9E3779B97F4A7C15) % (1 << 64) for i in range(1, 17)]

# By lab: the results of each of its kernels.
Seen = dict[str, dict[Subject, dict[str, Any]]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each kernel of each lab."""
    labs = find_labs(metafunc.config.rootpath)
    if "subject" in metafunc.fixturenames:
        cases = [
            pytest.param(lab, subject, id=f"{lab.folder}/{subject}")
            for lab in labs
            for subject in subjects(lab)
        ]
        metafunc.parametrize("lab, subject", cases)
    else:
        metafunc.parametrize("lab", labs, ids=[lab.folder for lab in labs])


@pytest.fixture(scope="module")
def seen() -> Seen:
    """What the tests of this module have seen so far."""
    return {}


@pytest.fixture(scope="module")
def examinations(
    request: pytest.FixtureRequest,
) -> Iterator[dict[tuple[str, Subject], "Future[Examined]"]]:
    """All kernels that were asked for, under way: a test waits for its own,
    and has not kept the others from going on."""
    root = request.config.rootpath
    out = root / "build" / "gate"
    parameters: list[dict[str, Any]] = [
        item.callspec.params
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.function is test_examination
    ]
    chosen: list[tuple[Lab, Subject]] = [
        (each["lab"], each["subject"]) for each in parameters
    ]
    orders = {
        lab.folder: Order(root, lab, out, PUBLIC_SEEDS) for lab, _ in chosen
    }
    for order in orders.values():
        build_programs(order)
    with lanes() as pool:
        yield {
            (lab.folder, subject): pool.submit(
                examine_in_lane, orders[lab.folder], subject
            )
            for lab, subject in chosen
        }


def test_examination(
    examinations: dict[tuple[str, Subject], "Future[Examined]"],
    seen: Seen,
    lab: Lab,
    subject: Subject,
) -> None:
    examined = examinations[lab.folder, subject].result()
    print(examined.talk)
    if not examined.table:
        pytest.fail(examined.problem, pytrace=False)
    seen.setdefault(lab.folder, {})[subject] = examined.table


def test_the_reference_passes_on_other_seeds(
    pytestconfig: pytest.Config, lab: Lab
) -> None:
    """An instructor's seeds must not meet what no public seed has met: a plan
    that the contract does not decide, or that is too long."""
    root = pytestconfig.rootpath
    order = Order(root, lab, root / "build" / "gate", HIDDEN_SEEDS)
    try:
        examine(order, Subject(Kind.REFERENCE))
    except GateError as error:
        pytest.fail(str(error), pytrace=False)


def test_hints_are_up_to_date_and_never_wrong(seen: Seen, lab: Lab) -> None:
    try:
        check_hints(Hints.read(lab.path / HINTS_FILE), _all(seen, lab))
    except GateError as error:
        pytest.fail(str(error), pytrace=False)


def test_only_what_qemu_saw_gives_some_away(seen: Seen, lab: Lab) -> None:
    try:
        check_facts(lab, _all(seen, lab))
    except GateError as error:
        pytest.fail(str(error), pytrace=False)


def _all(seen: Seen, lab: Lab) -> dict[Subject, dict[str, Any]]:
    """The results of all kernels of a lab."""
    results = seen.get(lab.folder, {})
    if set(results) != set(subjects(lab)):
        pytest.skip("only with all kernels of the examination")
    return results
