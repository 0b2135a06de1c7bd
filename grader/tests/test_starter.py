# SPDX-License-Identifier: MIT
"""Trees with the stubs of several labs in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.build import Workshop
from grader.lab import Function, find_lab, find_labs
from grader.starter import (
    is_for_students,
    kernel_with,
    so_far_sources,
    starter_sources,
    stubs,
)
from grader.tests.conftest import Project
from grader.verdict import UsageError


def unsolved(root: Path, number: int) -> set[str]:
    """The functions that the starter of a lab leaves to the student."""
    sources = starter_sources(root, find_lab(root, str(number)))
    return {
        function.name
        for function, stub in stubs(find_labs(root)).items()
        if stub in sources[function.file.removeprefix("kernel/")].decode()
    }


def test_the_starter_has_the_stubs_from_its_lab_on(project: Project) -> None:
    second = {"answer_next", "answer_call"}
    assert unsolved(project.root, 8) == {"echo_word", "echo_twice"} | second
    assert unsolved(project.root, 9) == second


def test_students_do_not_get_later_labs_nor_solutions() -> None:
    folders = ["8-echo"]
    for path in (
        "labs/9-fake/stubs.c",
        "labs/8-echo/mutants/cut.c",
        "tests/test_guest.py",
        "grader/tests/conftest.py",
    ):
        assert not is_for_students(Path(path), folders), path
    for path in ("labs/8-echo/test_echo.py", "grader/lab.py", "Makefile"):
        assert is_for_students(Path(path), folders), path


def variants(root: Path) -> Iterator[dict[Function, str]]:
    """Each stub alone, all but each, and all."""
    found = stubs(find_labs(root))
    for function in found:
        yield {function: found[function]}
        yield {f: stub for f, stub in found.items() if f != function}
    yield found


def test_each_choice_of_stubs_compiles(
    project: Project, tmp_path: Path
) -> None:
    """tests/check/test_stubs.py does this with the real labs."""
    workshop = Workshop(project.root, tmp_path)
    for bodies in variants(project.root):
        workshop.kernel(kernel_with(project.root, bodies), werror=True)


def test_a_lab_passes_with_later_ones_unsolved(project: Project) -> None:
    done = project.call(
        *("gate", "--lab", "8", "--out", project.root / "out"),
        *("--seed", "0x5a17"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "so-far" in done.stdout


def test_a_later_lab_that_is_called_is_noticed(project: Project) -> None:
    """Even if its stub does no harm: it refuses, and that is all."""
    file = project.root / "kernel/echo.c"
    text = file.read_text()
    call = "    answer_call(0);\n    return copy;\n"
    called = text.replace("    return copy;\n", call)
    called = called.replace('"echo.h"', '"echo.h"\n#include "answer.h"')
    try:
        file.write_text(called)
        done = project.call(
            *("gate", "--lab", "8", "--out", project.root / "out"),
            *("--seed", "0x5a17"),
        )
    finally:
        file.write_text(text)
    assert done.returncode == 1
    assert "so-far gets 0 of 10 points" in done.stdout


def test_a_contract_that_nobody_keeps(project: Project) -> None:
    """A mistake in it is found when the lab is examined."""
    file = project.root / "labs/8-echo/contract.c"
    text = file.read_text()
    try:
        file.write_text(text + "CONTRACT(echo_none, int(void));\n")
        done = project.call(
            *("gate", "--lab", "8", "--out", project.root / "out"),
            *("--seed", "0x5a17"),
        )
    finally:
        file.write_text(text)
    assert done.returncode == 1
    assert "the starter does not keep contract.c" in done.stdout
    assert "'echo_none' undeclared" in done.stdout


def test_a_stub_in_assembly(tmp_path: Path) -> None:
    """It is in stubs.S, and stops the machine in the same way."""
    (tmp_path / "kernel").mkdir()
    text = "one:\n    ret\n    .size one, . - one\n"
    (tmp_path / "kernel/trap.S").write_text(text)
    for number, function in ((1, "none"), (2, "one")):
        path = tmp_path / f"labs/{number}-lab"
        path.mkdir(parents=True)
        (path / "lab.toml").write_text(
            f'number = {number}\nname = "lab"\ntitle = "t"\nbudget = 1\n'
            f'programs = ["p"]\n[[exercise]]\nid = "{number}.1"\n'
            'title = "t"\nscore = []\nfunctions = ['
            + (
                '{ name = "one", file = "kernel/trap.S", stub = "refuse" }]'
                if number == 2
                else "]"
            )
        )
    first, second = find_labs(tmp_path)
    with pytest.raises(UsageError, match="has no stub for one"):
        starter_sources(tmp_path, first)
    stub = "one:\n    unimp\n    .size one, . - one\n"
    (second.path / "stubs.S").write_text(stub)
    assert starter_sources(tmp_path, first)["trap.S"].decode() == stub
    stopped = so_far_sources(tmp_path, first)["trap.S"].decode()
    assert stopped.startswith("one:\n    ebreak\n    unimp\n")
    assert so_far_sources(tmp_path, second)["trap.S"].decode() == text
