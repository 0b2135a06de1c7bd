# SPDX-License-Identifier: MIT
"""A second chance for a lab that stands on earlier ones.

Who lost points in an earlier lab may lose them again in each later one. So
if a submission loses points, and an exercise of an earlier lab fails too, the
lab is graded once more, with the complete bodies of earlier labs put in by
name, where they still compile. Both results are shown; the instructor's
course.toml says which one counts:

    [grading]
    counts = "better"     # or "own", the default, or "reference"

A student has no complete bodies: in a student's tree there is one grading."""

import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader import card
from grader.build import BuildError, Workshop, pristine_sources
from grader.grade import Exit, Order, grade, grade_submission, submission_at
from grader.lab import Exercise, Function, Lab, find_labs
from grader.labtool import Sources, apply_patch, definitions
from grader.starter import has_solutions
from grader.submission import Submission
from grader.talk import reported
from grader.verdict import InfrastructureError, UsageError

COUNTS = ("own", "reference", "better")

# All that course.toml may have: by table and key, the values there are.
CHOICES = {"grading": {"counts": COUNTS}}


@dataclass(frozen=True)
class Course:
    """What the instructor decides."""

    counts: str = "own"


def read_course(file: Path | None) -> Course:
    """The course.toml of an instructor who has one. UsageError if anything
    in it would have no effect: a key that is misspelt would decide nothing,
    and nobody would see it before the marks are out."""
    if not file:
        return Course()
    try:
        table = tomllib.loads(file.read_text())
        _check_course(table)
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: {error}") from error
    return Course(**table.get("grading", {}))


def _check_course(course: dict[str, Any]) -> None:
    """ValueError, with the key and what is allowed, unless all that is there
    is known."""
    for name, table in course.items():
        if name not in CHOICES:
            known = ", ".join(f"[{each}]" for each in CHOICES)
            raise ValueError(f"{name} is unknown; there is {known}")
        keys = CHOICES[name]
        if not isinstance(table, dict):
            raise ValueError(
                f"{name} = {table!r}: it is a table, [{name}], and has"
                f" {', '.join(keys)}"
            )
        for key, value in table.items():
            if key not in keys:
                raise ValueError(
                    f"{name}.{key} is unknown; [{name}] has {', '.join(keys)}"
                )
            if value not in keys[key]:
                allowed = ", ".join(f'"{each}"' for each in keys[key])
                raise ValueError(
                    f"{name}.{key} = {value!r}: it is one of {allowed}"
                )


@dataclass(frozen=True)
class PutIn:
    """A kernel with complete bodies in place of a student's."""

    sources: Sources
    functions: tuple[str, ...]
    left_out: tuple[str, ...]  # those that do not fit


def grade_twice(order: Order, path: Path, course: Course) -> Exit:
    """Grades a submission, and again if earlier labs may be to blame. What is
    said is kept."""
    with reported(order.out, order.talk) as talk:
        return _grade_twice(replace(order, talk=talk), path, course)


def _grade_twice(order: Order, path: Path, course: Course) -> Exit:
    status = grade(order, path)
    if status is not Exit.LOSSES or order.exercise:
        return status
    if not has_solutions(order.root):
        return status
    earlier = [
        lab
        for lab in find_labs(order.root)
        if lab.number < order.lab.number and lab.functions
    ]
    submission = submission_at(order, path)
    bodies = _bodies(order.root, earlier, submission.sources)
    if not bodies:
        return status
    failed = _failed(order, earlier, submission)
    if not failed:
        return status
    put_in = _put_in(order, earlier, bodies, submission.sources)
    second = _again(order, submission, put_in)
    _enter(order, course, failed, put_in, second)
    return status


def _bodies(
    root: Path, labs: Sequence[Lab], sources: Sources
) -> dict[Function, str]:
    """The complete bodies of these labs' functions, where they are not the
    submission's own."""
    reference = pristine_sources(root)
    found: dict[Function, str] = {}
    for lab in labs:
        for function in lab.functions:
            path = function.file.removeprefix("kernel/")
            body = _body(reference, path, function.name)
            if body and body != _body(sources, path, function.name):
                found[function] = body
    return found


def _body(sources: Sources, path: str, name: str) -> str | None:
    text = sources.get(path, b"").decode(errors="surrogateescape")
    found = definitions(text, path).get(name)
    return text[found.start : found.end] if found else None


def _failed(
    order: Order, labs: Sequence[Lab], submission: Submission
) -> list[tuple[Lab, Exercise]]:
    """The exercises of earlier labs that the submission does not pass."""
    failed = []
    for lab in labs:
        table = _graded(
            replace(order, lab=lab, out=order.out / "earlier"), submission
        )
        lost = {
            score["exercise"]
            for score in table["scores"]
            if score["points"] != score["max"]
        }
        failed += [(lab, each) for each in lab.exercises if each.id in lost]
    return failed


def _graded(order: Order, submission: Submission) -> dict[str, Any]:
    """The results of a grading of which nothing is printed."""
    order.out.mkdir(parents=True, exist_ok=True)
    with (order.out / "talk").open("w") as talk:
        status = grade_submission(
            replace(order, talk=talk), submission.label, lambda: submission
        )
    if status is Exit.INFRASTRUCTURE:
        raise InfrastructureError(
            f"lab {order.lab.folder} could not be graded: {order.out}/talk"
        )
    table = json.loads((order.out / "results.json").read_text())
    return dict(table)


def _put_in(
    order: Order,
    labs: Sequence[Lab],
    bodies: dict[Function, str],
    sources: Sources,
) -> PutIn:
    """All bodies at once; if they do not compile, exercise by exercise."""
    workshop = Workshop(order.root, order.out / "second")
    names = tuple(function.name for function in bodies)
    if swapped := _swapped(workshop, list(bodies.items()), sources):
        return PutIn(swapped, names, ())
    functions: list[str] = []
    for lab in labs:
        for exercise in lab.exercises:
            parts = [(f, bodies[f]) for f in exercise.functions if f in bodies]
            swapped = _swapped(workshop, parts, sources) if parts else None
            if swapped:
                sources = swapped
                functions += [function.name for function, _ in parts]
    left_out = tuple(name for name in names if name not in functions)
    return PutIn(sources, tuple(functions), left_out)


def _swapped(
    workshop: Workshop, parts: list[tuple[Function, str]], sources: Sources
) -> Sources | None:
    """The sources with these bodies; None if that does not compile."""
    try:
        for function, body in parts:
            name = Path(function.file).name
            sources = apply_patch(sources, body, name)
        workshop.kernel(sources)
    except (UsageError, BuildError):
        return None
    return sources


def _again(
    order: Order, submission: Submission, put_in: PutIn
) -> dict[str, Any]:
    """The results with complete bodies of earlier labs."""
    again = replace(order, out=order.out / "second")
    return _graded(again, replace(submission, sources=put_in.sources))


def _enter(
    order: Order,
    course: Course,
    failed: Sequence[tuple[Lab, Exercise]],
    put_in: PutIn,
    second: dict[str, Any],
) -> None:
    """Writes the second result beside the first, in results.json and on the
    terminal."""
    file = order.out / "results.json"
    table = json.loads(file.read_text())
    points = {"own": table["points"], "reference": second["points"]}
    points["better"] = max(points.values())
    table["second"] = {
        "failed": [exercise.id for _, exercise in failed],
        "put_in": list(put_in.functions),
        "left_out": list(put_in.left_out),
        "points": second["points"],
        "scores": second["scores"],
    }
    table["counted"] = points[course.counts]
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(table, indent=2) + "\n")
    os.replace(draft, file)
    names = ", ".join(f"{e.id} ({lab.folder})" for lab, e in failed)
    lines = [
        "",
        *card.wrapped(
            f"Earlier exercises fail too: {names}. So the lab was graded"
            " again, with the complete bodies of earlier labs put in:"
            f" {', '.join(put_in.functions) or 'none fits'}."
        ),
    ]
    if put_in.left_out:
        names = ", ".join(put_in.left_out)
        lines += card.wrapped(f"These do not fit and were left out: {names}.")
    lines += ["", *card.side_by_side(table["scores"], second["scores"]), ""]
    lines.append(
        f"{points['own']} of {table['max']} points as handed in,"
        f" {points['reference']} with earlier labs complete;"
        f" {table['counted']} count."
    )
    print("\n".join(lines), file=order.talk)
