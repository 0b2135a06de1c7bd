# SPDX-License-Identifier: MIT
"""Every assertion of a lab's tests is needed: without it, some mutant or
cheat would survive.

The labs are copied, with all that grading needs. In the copy each mutant and
each cheat is graded. If all that it loses, it loses to one and the same
assertion, the test file is written again without this assertion, and it is
graded once more: now it gets through. An assertion that saves nobody from
anything is either superfluous, or there is a mistake that nobody has thought
of yet.

To show that an assertion is needed, one seed is enough. Each subject is graded
on two, a mutant on two of those on which hints.json says that it is noticed.

As in the gate there are lanes, as many as processors. Each has a copy of its
own, so that none grades with what another has just taken out."""

import ast
import json
import shutil
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.gate import (
    Kind,
    Subject,
    exercise_of,
    lanes,
    subject_sources,
    subjects,
)
from grader.grade import Order, grade_submission
from grader.hints import HINTS_FILE, Hints
from grader.lab import Lab, find_lab, find_labs
from grader.seed import PUBLIC_SEEDS

ASSERTIONS = ("expect", "expect_ecalls", "check", "part")
SEEDS = 2  # for each subject
NEEDED = ("kernel", "user", "labs", "tools", "Makefile")


@dataclass(frozen=True)
class Assertion:
    """A statement of a test file, from one line to another."""

    file: str
    first: int
    last: int
    text: str  # of the first line

    def __str__(self) -> str:
        return f"{self.file}:{self.first}: {self.text.strip()}"

    def is_at(self, where: str) -> bool:
        """Whether this is the line that results.json names."""
        name, _, line = where.partition(":")
        return name == self.file and self.first <= int(line) <= self.last

    @contextmanager
    def taken_out(self, lab: Lab) -> Iterator[None]:
        """Meanwhile the lab's test file is without the statement."""
        file = lab.path / self.file
        text = file.read_text()
        indent = self.text[: len(self.text) - len(self.text.lstrip())]
        lines = text.splitlines()
        lines[self.first - 1 : self.last] = [f"{indent}pass"] + [""] * (
            self.last - self.first
        )
        file.write_text("\n".join(lines) + "\n")
        try:
            yield
        finally:
            file.write_text(text)


def assertions(lab: Lab) -> Iterator[Assertion]:
    """All statements `run.expect...(...)` and the like."""
    for file in sorted(lab.path.glob("test_*.py")):
        text = file.read_text()
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Call)
                and isinstance(node.value.func, ast.Attribute)
                and node.value.func.attr in ASSERTIONS
            ):
                first, last = node.lineno, node.end_lineno or node.lineno
                yield Assertion(file.name, first, last, lines[first - 1])


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
    subject: Subject, table: dict[str, Any], known: Collection[Assertion]
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


class Copies:
    """Trees in which test files may be changed, one for each lane."""

    def __init__(self, source: Path, place: Path) -> None:
        self._source = source
        self._place = place

    def own(self) -> Path:
        """The tree of the lane that asks."""
        root = self._place / threading.current_thread().name
        if not root.exists():
            root.mkdir()
            for name in NEEDED:
                if (self._source / name).is_dir():
                    shutil.copytree(self._source / name, root / name)
                else:
                    shutil.copy(self._source / name, root / name)
        return root


def seeds_of(lab: Lab, subject: Subject) -> Sequence[int]:
    """The seeds that a subject is graded on."""
    hints = Hints.read(lab.path / HINTS_FILE)
    name = subject.path.name if subject.path else ""
    exercise = _exercise(subject)
    if not exercise or not hints or name not in hints.mutants:
        return PUBLIC_SEEDS[:SEEDS]
    lost = [
        int(seed, 0)
        for seed in hints.seeds
        if any(
            score.split()[0] == exercise
            for score in hints.lost_on(name, [seed])
        )
    ]
    return lost[:SEEDS]


def examine(
    copies: Copies, folder: str, name: str, idle: set[Assertion]
) -> None:
    """Takes those assertions out of `idle` without which the subject of this
    name gets through. If others find the same meanwhile, that is work done
    twice and no harm."""
    root = copies.own()
    lab = find_lab(root, folder)
    [subject] = [each for each in subjects(lab) if str(each) == name]
    out = root / "build" / "assertions"
    out.mkdir(parents=True, exist_ok=True)
    with (out / "talk").open("a") as talk:
        seeds = seeds_of(lab, subject)
        order = Order(root, lab, out, seeds, _exercise(subject), talk)
        table = results(order, subject)
        for assertion in lost_to(subject, table, idle.copy()):
            with assertion.taken_out(lab):
                without = results(order, subject)
            if _gets_through(subject, table, without):
                idle.discard(assertion)


@pytest.fixture(scope="module")
def copies(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Copies:
    """The same for all labs: what is built for one is built for all."""
    return Copies(pytestconfig.rootpath, tmp_path_factory.mktemp("copies"))


@pytest.mark.parametrize(
    "folder", [lab.folder for lab in find_labs(Path(__file__).parents[2])]
)
def test_no_assertion_can_be_dropped(
    pytestconfig: pytest.Config, copies: Copies, folder: str
) -> None:
    lab = find_lab(pytestconfig.rootpath, folder)
    idle = set(assertions(lab))
    assert idle, "no assertion was found"
    with lanes() as pool:
        futures = [
            pool.submit(examine, copies, folder, str(subject), idle)
            for subject in subjects(lab)
            if subject.kind in (Kind.MUTANT, Kind.CHEAT)
        ]
        for future in futures:
            future.result()
            if not idle:
                break
    needless = "\n".join(sorted(map(str, idle)))
    assert not idle, f"nothing survives without\n{needless}"


def _exercise(subject: Subject) -> str | None:
    """The exercise that a mutant fails; a cheat may fail all."""
    if subject.kind is not Kind.MUTANT:
        return None
    return exercise_of(subject)


def _gets_through(
    subject: Subject, before: dict[str, Any], after: dict[str, Any]
) -> bool:
    """Whether a mutant survives, or a cheat gets more than it should."""
    if subject.kind is Kind.MUTANT:
        return bool(after["points"] == after["max"])
    return bool(after["points"] > before["points"])
