# SPDX-License-Identifier: MIT
"""The lab's own examination: are its tests as good as its contract?

For each lab:

    reference      the complete kernel gets all points
    starter        builds without a warning, boots, and gets none
    mutants/       each is killed by the exercise it names
    alternatives/  each correct kernel of another make gets all points
    cheats/        each gets what its first line says, most often nothing

A mutant's first line is `/* kills: 4.2; hint: ... */`, a cheat's is
`/* expects: 0; ... */`. Mutants and alternatives are swapped into the
complete kernel. Cheats go into the starter: they do something else instead
of the work. An INFRA verdict proves nothing and fails the examination."""

import json
import re
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from grader.build import BuildError, Workshop, pristine_sources
from grader.grade import Exit, Order, grade_submission
from grader.labtool import Sources, apply_patch, first_comment
from grader.lab import Lab
from grader.starter import starter_sources
from grader.submission import Submission, read_submission
from grader.verdict import UsageError, Verdict

KILLS = re.compile(r"kills: ([\d.]+); hint: \S")
EXPECTS = re.compile(r"expects: (\d+);")


class Kind(Enum):
    """What a kernel in the examination is there to show."""

    REFERENCE = "reference"
    STARTER = "starter"
    MUTANT = "mutants"
    ALTERNATIVE = "alternatives"
    CHEAT = "cheats"


@dataclass(frozen=True)
class Subject:
    """One kernel of the examination."""

    kind: Kind
    path: Path | None = None

    def __str__(self) -> str:
        name = f"/{self.path.name}" if self.path else ""
        return self.kind.value + name


class GateError(Exception):
    """The lab failed its examination; says how."""


def subjects(lab: Lab) -> list[Subject]:
    """All kernels of a lab's examination."""
    found = [Subject(Kind.REFERENCE), Subject(Kind.STARTER)]
    for kind in (Kind.MUTANT, Kind.ALTERNATIVE, Kind.CHEAT):
        for path in sorted((lab.path / kind.value).glob("*")):
            if path.suffix == ".c" or (path / "kernel").is_dir():
                found.append(Subject(kind, path))
    return found


def examine(order: Order, subject: Subject) -> None:
    """Grades one subject; GateError unless it gets what it should."""
    if subject.kind is Kind.STARTER:
        _build_strictly(order)
    header = _header(subject.path)
    if subject.kind is Kind.MUTANT:
        exercise = _matched(KILLS, header, subject, "kills: 4.2; hint: ...")
        order.lab.exercise(exercise)
        order = replace(order, exercise=exercise)
    status = grade_submission(
        order, str(subject), lambda: _read(order, subject)
    )
    if status is Exit.INFRASTRUCTURE:
        raise GateError(f"{subject}: an INFRA verdict, which proves nothing")
    table = json.loads((order.out / "results.json").read_text())
    _compare(subject, header, table)


def _compare(subject: Subject, header: str, table: dict[str, Any]) -> None:
    """GateError unless the results are what the subject should get."""
    points, maximum = table["points"], table["max"]
    verdicts = {score["verdict"] for score in table["scores"]}
    if Verdict.BUILD_ERROR in verdicts:
        log = "\n".join(table["build_log"])
        raise GateError(f"{subject} does not build:\n{log}")
    match subject.kind:
        case Kind.REFERENCE | Kind.ALTERNATIVE:
            if points != maximum:
                raise GateError(f"{subject} gets {points} of {maximum} points")
        case Kind.STARTER:
            if points != 0:
                raise GateError(f"the starter gets {points} points for nothing")
        case Kind.MUTANT:
            if points == maximum:
                raise GateError(f"{subject} survives: no test notices it")
        case Kind.CHEAT:
            header = header or "expects: 0;"  # a whole tree has no first line
            wanted = _matched(EXPECTS, header, subject, "expects: 0; ...")
            if points != int(wanted):
                raise GateError(f"{subject} gets {points} points, not {wanted}")


def _read(order: Order, subject: Subject) -> Submission:
    """The sources of a subject."""
    reference = pristine_sources(order.root)
    if subject.kind is Kind.REFERENCE:
        return Submission(str(subject), reference)
    starter = starter_sources(order.root, order.lab)
    if not subject.path:
        return Submission(str(subject), starter)
    base = starter if subject.kind is Kind.CHEAT else reference
    return _on(base, subject.path)


def _on(base: Sources, path: Path) -> Submission:
    """A subject's files on top of `base`."""
    if path.is_dir() or path.name in base:
        return read_submission(path, base, lambda: base)
    patched = apply_patch(base, path.read_text(), path.name)
    return Submission(str(path), patched)


def _build_strictly(order: Order) -> None:
    """The starter must build without a warning."""
    sources = starter_sources(order.root, order.lab)
    try:
        Workshop(order.root, order.out / "strict").kernel(sources, werror=True)
    except BuildError as error:
        raise GateError(f"the starter does not build:\n{error}") from error


def _header(path: Path | None) -> str:
    """The first comment of a subject that is a file."""
    if not path or not path.is_file():
        return ""
    return first_comment(path.read_text())


def _matched(
    pattern: re.Pattern[str], header: str, subject: Subject, form: str
) -> str:
    match = pattern.search(header)
    if not match:
        raise UsageError(f"{subject}: its first line must be /* {form} */")
    return match[1]
