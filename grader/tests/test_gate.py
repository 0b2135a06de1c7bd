# SPDX-License-Identifier: MIT
"""Every lab: the complete kernel gets all points on one seed. The whole
examination, of starters and all other kernels too, is in
tests/check/test_gate.py."""

import os
import subprocess
from pathlib import Path

import pytest

from grader.build import MAKE_VARIABLES
from grader.gate import GateError, Kind, Subject, examine, subjects
from grader.grade import Order
from grader.lab import Lab, find_labs
from grader.seed import PUBLIC_SEEDS
from grader.starter import write_starter


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each kernel of each lab."""
    if "subject" not in metafunc.fixturenames:
        return
    cases = [
        pytest.param(lab, subject, id=f"{lab.folder}/{subject}")
        for lab in find_labs(metafunc.config.rootpath)
        for subject in subjects(lab)
        if subject.kind is Kind.REFERENCE
    ]
    metafunc.parametrize("lab, subject", cases)


def test_each_exercise_names_a_kernel_that_only_its_fact_catches(
    pytestconfig: pytest.Config,
) -> None:
    """tests/check/test_gate.py shows that it does."""
    for lab in find_labs(pytestconfig.rootpath):
        for exercise in lab.exercises:
            if not exercise.functions:
                continue  # answers: nobody inside can make them up
            named = [score.only for score in exercise.scores if score.only]
            assert named, f"{lab.folder} {exercise.id} names none"
            for name in named:
                assert (lab.path / name).exists(), name


def test_examination(
    pytestconfig: pytest.Config, lab: Lab, subject: Subject
) -> None:
    root = pytestconfig.rootpath
    order = Order(root, lab, root / "build" / "gate", PUBLIC_SEEDS[:1])
    try:
        examine(order, subject)
    except GateError as error:
        pytest.fail(str(error), pytrace=False)


def test_a_warning_is_an_error_here_only(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    """In the tree that a student gets, warnings are printed and no more."""
    root = pytestconfig.rootpath
    write_starter(root, find_labs(root)[0], tmp_path)
    environment = {
        k: v
        for k, v in os.environ.items()
        if k not in {*MAKE_VARIABLES, "WERROR"}
    }
    for tree, is_error in (root, True), (tmp_path, False):
        said = subprocess.run(
            ["make", "-B", "-n", "-C", tree, "BUILD=nowhere", "all"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        assert "-Wextra" in said
        assert ("-Werror" in said) is is_error
