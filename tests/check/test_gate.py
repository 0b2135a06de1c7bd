# SPDX-License-Identifier: MIT
"""The examination of every lab, one test for each kernel in it: the
reference, the starter, each mutant, alternative and cheat. At last what the
others have shown together: that the facts seen from outside are needed.

There are so many mutants that each is examined on two of the public seeds
only, all together on all of them. There it must do what hints.json says: if it
does something else, the lab, the kernel or the grader has changed since
`python3 -m grader gate --write-hints` was run. What follows from hints.json
alone needs no boot: that each mutant is noticed by its exercise, that no two
are alike, that no hint could be wrong."""

from collections.abc import Iterator, Sequence
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
    check_record,
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

MUTANT_SEEDS = 2

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
    labs = {lab.folder: lab for lab, _ in chosen}
    records = {
        folder: Hints.read(lab.path / HINTS_FILE)
        for folder, lab in labs.items()
    }
    for lab in labs.values():
        build_programs(Order(root, lab, out, PUBLIC_SEEDS))
    with lanes() as pool:
        yield {
            (lab.folder, subject): pool.submit(
                examine_in_lane,
                Order(root, lab, out, seeds_of(lab, subject)),
                subject,
                records[lab.folder],
            )
            for lab, subject in chosen
        }


def seeds_of(lab: Lab, subject: Subject) -> Sequence[int]:
    """The seeds that a subject is examined on: of a mutant those that its
    place in the list has."""
    if subject.kind is not Kind.MUTANT:
        return PUBLIC_SEEDS
    mutants = [s for s in subjects(lab) if s.kind is Kind.MUTANT]
    step = len(PUBLIC_SEEDS) // MUTANT_SEEDS
    return PUBLIC_SEEDS[mutants.index(subject) % step :: step]


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


def test_hints_are_never_wrong(lab: Lab) -> None:
    try:
        check_record(lab, Hints.read(lab.path / HINTS_FILE))
    except GateError as error:
        pytest.fail(str(error), pytrace=False)


def test_only_what_qemu_saw_gives_some_away(seen: Seen, lab: Lab) -> None:
    try:
        check_facts(lab, _all(seen, lab), Hints.read(lab.path / HINTS_FILE))
    except GateError as error:
        pytest.fail(str(error), pytrace=False)


def _all(seen: Seen, lab: Lab) -> dict[Subject, dict[str, Any]]:
    """The results of all kernels of a lab."""
    results = seen.get(lab.folder, {})
    if set(results) != set(subjects(lab)):
        pytest.skip("only with all kernels of the examination")
    return results
