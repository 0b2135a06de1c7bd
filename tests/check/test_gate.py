# SPDX-License-Identifier: MIT
"""The examination of every lab on all public seeds, one test for each kernel
in it: the reference, the starter, each mutant, alternative and cheat. At last
the hints, which are made of what the others have shown."""

from pathlib import Path
from typing import Any

import pytest

from grader.gate import GateError, Subject, check_hints, examine, subjects
from grader.grade import Order
from grader.hints import HINTS_FILE, Hints
from grader.lab import Lab, find_labs
from grader.seed import PUBLIC_SEEDS

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
def directory(pytestconfig: pytest.Config) -> Path:
    """Where the kernels are built, one after the other: only files that
    differ between two of them are compiled again."""
    return pytestconfig.rootpath / "build" / "gate"


def test_examination(
    pytestconfig: pytest.Config,
    directory: Path,
    seen: Seen,
    lab: Lab,
    subject: Subject,
) -> None:
    order = Order(pytestconfig.rootpath, lab, directory, PUBLIC_SEEDS)
    try:
        seen.setdefault(lab.folder, {})[subject] = examine(order, subject)
    except GateError as error:
        pytest.fail(str(error), pytrace=False)


def test_hints_are_up_to_date_and_never_wrong(seen: Seen, lab: Lab) -> None:
    results = seen.get(lab.folder, {})
    if set(results) != set(subjects(lab)):
        pytest.skip("only with all kernels of the examination")
    try:
        check_hints(Hints.read(lab.path / HINTS_FILE), results)
    except GateError as error:
        pytest.fail(str(error), pytrace=False)
