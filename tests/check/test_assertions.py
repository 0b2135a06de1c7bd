# SPDX-License-Identifier: MIT
"""Every assertion of a lab's tests is needed: without it, some mutant or
cheat would survive.

The labs are copied, with all that grading needs. In the copy each mutant and
each cheat is graded. If all that it loses, it loses to one and the same
assertion, the test file is written again without this assertion, and it is
graded once more: now it gets through. An assertion that saves nobody from
anything is either superfluous, or there is a mistake that nobody has thought
of yet."""

import ast
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from grader.gate import KILLS, Kind, Subject, subject_sources, subjects
from grader.grade import Order, grade_submission
from grader.lab import find_lab, find_labs
from grader.labtool import first_comment
from grader.seed import PUBLIC_SEEDS

ASSERTIONS = ("expect", "expect_ecalls", "check", "part")
NEEDED = ("kernel", "user", "labs", "tools", "Makefile")


@dataclass(frozen=True)
class Assertion:
    """A statement of a test file, from one line to another."""

    file: Path
    first: int
    last: int

    def __str__(self) -> str:
        text = self.file.read_text().splitlines()[self.first - 1]
        return f"{self.file.name}:{self.first}: {text.strip()}"

    def is_at(self, where: str) -> bool:
        """Whether this is the line that results.json names."""
        name, _, line = where.partition(":")
        return name == self.file.name and self.first <= int(line) <= self.last

    def removed(self) -> str:
        """The file without the statement."""
        lines = self.file.read_text().splitlines()
        statement = lines[self.first - 1]
        indent = statement[: len(statement) - len(statement.lstrip())]
        lines[self.first - 1 : self.last] = [f"{indent}pass"] + [""] * (
            self.last - self.first
        )
        return "\n".join(lines) + "\n"


def assertions(file: Path) -> Iterator[Assertion]:
    """All statements `run.expect...(...)` and the like."""
    for node in ast.walk(ast.parse(file.read_text())):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
            and node.value.func.attr in ASSERTIONS
        ):
            yield Assertion(file, node.lineno, node.end_lineno or node.lineno)


def results(order: Order, subject: Subject) -> dict[str, Any]:
    """What becomes of a subject."""
    grade_submission(
        order, str(subject), lambda: subject_sources(order, subject)
    )
    return dict(json.loads((order.out / "results.json").read_text()))


def places(table: dict[str, Any], score: str | None = None) -> set[str]:
    """The lines of the tests to which something was lost; "" for what was
    lost to none of them, such as a panic."""
    return {
        outcome["where"] if outcome["verdict"] == "FAIL" else ""
        for each in table["scores"]
        if score in (None, each["score"])
        for outcome in each["seeds"]
        if outcome["verdict"] != "PASS"
    }


def lost_to(
    subject: Subject, table: dict[str, Any], known: list[Assertion]
) -> list[Assertion]:
    """The assertions that alone stand between this subject and points: of a
    mutant, all it loses; of a cheat, all it loses in some score."""
    if subject.kind is Kind.MUTANT:
        groups = [places(table)]
    else:
        groups = [places(table, s["score"]) for s in table["scores"]]
    return [
        assertion
        for assertion in known
        if any(
            group and all(w and assertion.is_at(w) for w in group)
            for group in groups
        )
    ]


@pytest.fixture(scope="module")
def copy(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A tree in which test files may be changed."""
    root = tmp_path_factory.mktemp("assertions") / "tree"
    root.mkdir()
    for name in NEEDED:
        source = pytestconfig.rootpath / name
        if source.is_dir():
            shutil.copytree(source, root / name)
        else:
            shutil.copy(source, root / name)
    return root


@pytest.mark.parametrize(
    "folder", [lab.folder for lab in find_labs(Path(__file__).parents[2])]
)
def test_no_assertion_can_be_dropped(copy: Path, folder: str) -> None:
    lab = find_lab(copy, folder)
    order = Order(copy, lab, copy / "build" / "assertions", PUBLIC_SEEDS)
    idle = [
        assertion
        for file in sorted(lab.path.glob("test_*.py"))
        for assertion in assertions(file)
    ]
    assert idle, "no assertion was found"
    for subject in subjects(lab):
        if not idle or subject.kind not in (Kind.MUTANT, Kind.CHEAT):
            continue
        at = replace(order, exercise=_exercise(subject))
        table = results(at, subject)
        for assertion in lost_to(subject, table, idle):
            text = assertion.file.read_text()
            assertion.file.write_text(assertion.removed())
            try:
                without = results(at, subject)
            finally:
                assertion.file.write_text(text)
            if _gets_through(subject, table, without):
                idle.remove(assertion)
    needless = "\n".join(map(str, idle))
    assert not idle, f"nothing survives without\n{needless}"


def _exercise(subject: Subject) -> str | None:
    """The exercise that a mutant fails; a cheat may fail all."""
    if subject.kind is not Kind.MUTANT or not subject.path:
        return None
    match = KILLS.search(first_comment(subject.path.read_text()))
    assert match
    return match[1]


def _gets_through(
    subject: Subject, before: dict[str, Any], after: dict[str, Any]
) -> bool:
    """Whether a mutant survives, or a cheat gets more than it should."""
    if subject.kind is Kind.MUTANT:
        return bool(after["points"] == after["max"])
    return bool(after["points"] > before["points"])
