# SPDX-License-Identifier: MIT
"""The examination of every lab, one test for each kernel in it: the
reference, the starter, and each mutant, alternative and cheat."""

from pathlib import Path

import pytest

from grader.gate import GateError, Subject, examine, subjects
from grader.grade import Order
from grader.lab import Lab, find_labs
from grader.seed import PUBLIC_SEEDS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each kernel of each lab."""
    cases = [
        pytest.param(lab, subject, id=f"{lab.folder}/{subject}")
        for lab in find_labs(metafunc.config.rootpath)
        for subject in subjects(lab)
    ]
    metafunc.parametrize("lab, subject", cases)


@pytest.fixture(scope="session")
def gate_directory(pytestconfig: pytest.Config) -> Path:
    """Where the kernels are built, one after the other: only files that
    differ between two of them are compiled again."""
    return pytestconfig.rootpath / "build" / "gate"


def test_examination(
    pytestconfig: pytest.Config,
    gate_directory: Path,
    lab: Lab,
    subject: Subject,
) -> None:
    order = Order(pytestconfig.rootpath, lab, gate_directory, PUBLIC_SEEDS)
    try:
        examine(order, subject)
    except GateError as error:
        pytest.fail(str(error), pytrace=False)
