# SPDX-License-Identifier: MIT
"""The lab's own examination: are its tests as good as its contract?

For each lab:

    reference      the complete kernel gets all points
    starter        builds without a warning, boots, and gets none
    so-far         the kernel with later labs unsolved gets all points, and
                   calls none of their stubs that refuse
    mutants/       each is killed by the exercise it names
    alternatives/  each correct kernel of another make gets all points
    cheats/        each gets what its first line says, most often nothing

Mutants are graded with the whole lab, for the signature of each goes into
hints.json (hints.py): the gate checks that what is there is what it sees, that
no two mutants have the same, and that without a mutant in the table its kernel
gets no hint, neither for the whole lab nor for its exercise alone. So a hint
can only be right.

So hints.json is also the *record* of a whole examination. Against it mutants
can be examined on few seeds: each must do there what the record says. That is
how tests/check/test_gate.py finds out for little that the lab, the kernel or
the grader has changed and nobody has examined the lab since.

A mutant's first line is `/* kills: 4.2; hint: ... */`, a cheat's is
`/* expects: 0; ... */`. Mutants and alternatives are swapped into the
complete kernel. Cheats go into the starter: they do something else instead
of the work. An INFRA verdict proves nothing and fails the examination.

In a lab that asks for answers, subjects may be files of answers, .toml, with
`# kills: ...` in their first lines.

A score may name one of these kernels that reports nothing wrong and that
`only` the fact seen from outside gives away. That is examined too.

Kernels are examined in *lanes*, as many at a time as there are processors.
Each lane has a directory in which it builds one kernel after the other: only
files that differ between two of them are compiled again."""

import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from grader.build import (
    LOG_LINES,
    BuildError,
    Workshop,
    pristine_sources,
)
from grader.driver import with_driver
from grader.grade import Exit, Order, grade_submission
from grader.hints import (
    HINTS_FILE,
    Hints,
    Mutant,
    score_name,
    signature,
)
from grader.labtool import Sources, apply_patch, first_comment
from grader.lab import Lab, find_labs
from grader.starter import so_far_sources, starter_sources, starter_user
from grader.submission import Submission, read_submission
from grader.verdict import UsageError, Verdict

KILLS = re.compile(r"kills: ([\d.]+); hint: (\S.*\S)")
KINDS_OF_FILE = (".c", ".S", ".toml")
EXPECTS = re.compile(r"expects: (\d+);")


class Kind(Enum):
    """What a kernel in the examination is there to show."""

    REFERENCE = "reference"
    STARTER = "starter"
    SO_FAR = "so-far"
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


@dataclass(frozen=True)
class Examined:
    """What came of one subject."""

    talk: str  # what the grader said meanwhile
    table: dict[str, Any] | None  # its results, if they are as they should be
    problem: str = ""


def subjects(lab: Lab) -> list[Subject]:
    """All kernels of a lab's examination."""
    found = [Subject(Kind.REFERENCE), Subject(Kind.STARTER)]
    if find_labs(lab.root)[-1].number > lab.number:
        found.append(Subject(Kind.SO_FAR))
    for kind in (Kind.MUTANT, Kind.ALTERNATIVE, Kind.CHEAT):
        for path in sorted((lab.path / kind.value).glob("*")):
            if path.name == lab.answers:
                continue  # the reference's
            if path.suffix in KINDS_OF_FILE or (path / "kernel").is_dir():
                found.append(Subject(kind, path))
    return found


@contextmanager
def lanes() -> Iterator[Executor]:
    """Where `examine_in_lane` runs."""
    pool = ThreadPoolExecutor(os.cpu_count(), "lane")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def build_programs(order: Order) -> None:
    """Builds what all lanes boot, before there is more than one."""
    Workshop(order.root, order.out).programs(order.lab)


def examine_in_lane(
    order: Order, subject: Subject, record: Hints | None = None
) -> Examined:
    """Examines one subject, in this lane's directory and without a word."""
    out = order.out / threading.current_thread().name
    out.mkdir(parents=True, exist_ok=True)
    table, problem = None, ""
    with (out / "talk").open("w+") as talk:
        try:
            own = replace(order, out=out, talk=talk)
            table = examine(own, subject, record)
        except GateError as error:
            problem = str(error)
        talk.seek(0)
        return Examined(talk.read(), table, problem)


def examine(
    order: Order, subject: Subject, record: Hints | None = None
) -> dict[str, Any]:
    """Grades one subject and returns its results; GateError unless it gets
    what it should. With a record, a mutant should get what that says of the
    order's seeds, be it no loss at all."""
    if subject.kind is Kind.STARTER:
        _build_strictly(order)
    header = _header(subject.path)
    if subject.kind is Kind.MUTANT:
        order.lab.exercise(_kills(header, subject)[0])
    status = grade_submission(
        order, str(subject), lambda: subject_sources(order, subject)
    )
    if status is Exit.INFRASTRUCTURE:
        raise GateError(f"{subject}: an INFRA verdict, which proves nothing")
    table: dict[str, Any] = json.loads(
        (order.out / "results.json").read_text()
    )
    _compare(subject, header, table, record)
    return table


def write_hints(
    file: Path, results: Mapping[Subject, dict[str, Any]]
) -> None:
    """Writes hints.json from the results of all subjects."""
    one = next(iter(results.values()))
    Hints(
        qemu=one["qemu"],
        firmware_sha256=one["firmware_sha256"],
        seeds=one["seeds"],
        mutants=_mutants(results),
    ).write(file)


def _mutants(results: Mapping[Subject, dict[str, Any]]) -> dict[str, Mutant]:
    """What hints.json should say of the mutants among these subjects."""
    return {
        subject.path.name: Mutant(
            _kills(_header(subject.path), subject)[1], signature(table)
        )
        for subject, table in results.items()
        if subject.kind is Kind.MUTANT and subject.path
    }


def check_hints(
    lab: Lab, hints: Hints | None, results: Mapping[Subject, dict[str, Any]]
) -> None:
    """GateError unless the hints are what the results of all subjects make
    them, and none of them could be wrong."""
    known, seen = hints.mutants if hints else {}, _mutants(results)
    if known != seen:
        names = {*known, *seen}
        raise _stale(n for n in names if known.get(n) != seen.get(n))
    check_record(lab, hints)


def check_record(lab: Lab, hints: Hints | None) -> None:
    """GateError unless the hints are of the lab's mutants, each loses to its
    exercise and differs from all others, and none could be wrong."""
    known = hints.mutants if hints else {}
    mutants = {
        subject.path.name: _kills(_header(subject.path), subject)
        for subject in subjects(lab)
        if subject.kind is Kind.MUTANT and subject.path
    }
    told = {name: mutant.hint for name, mutant in known.items()}
    written = {name: hint for name, (_, hint) in mutants.items()}
    names = {*told, *written}
    if not hints or told != written:
        raise _stale(n for n in names if told.get(n) != written.get(n))
    scores = {score_name(*score.key) for score in lab.scores}
    for name, (exercise, _) in mutants.items():
        whole = known[name].signature
        own = {score_name(*s.key) for s in lab.exercise(exercise).scores}
        alone = {s: entries for s, entries in whole.items() if s in own}
        if not alone:
            raise GateError(f"{HINTS_FILE} says that {name} survives")
        for other, mutant in known.items():
            if name < other and mutant.signature == whole:
                raise GateError(f"{name} and {other} are told apart by nothing")
        for lost, graded in (whole, scores), (alone, own):
            if hint := hints.find_alike(lost, graded, but=name):
                raise GateError(
                    f"{name} left out of the table gets the hint of another:"
                    f" {hint}"
                )


def _stale(names: Iterable[str]) -> GateError:
    """What to say if hints.json is not right about these mutants."""
    return GateError(
        f"{HINTS_FILE} is out of date ({', '.join(sorted(names))}):"
        " python3 -m grader gate --lab ... --write-hints"
    )


def check_facts(
    lab: Lab,
    results: Mapping[Subject, dict[str, Any]],
    record: Hints | None = None,
) -> None:
    """GateError unless each kernel that a score's `only` names loses this
    score to the fact seen from outside alone. With a record, it is enough
    that a mutant has lost it on other seeds than those of the results."""
    recorded = {
        f"{Kind.MUTANT.value}/{name}": mutant.signature
        for name, mutant in (record.mutants if record else {}).items()
    }
    by_name = {str(subject): table for subject, table in results.items()}
    for score in lab.scores:
        if not score.only:
            continue
        outcomes = [
            outcome
            for each in by_name.get(score.only, {"scores": []})["scores"]
            if score.key == (each["exercise"], each["score"])
            for outcome in each["seeds"]
            if outcome["verdict"] != Verdict.PASS
        ]
        is_lost = outcomes or score_name(*score.key) in recorded.get(
            score.only, {}
        )
        if not is_lost or not all(outcome["t0"] for outcome in outcomes):
            raise GateError(
                f"{score.exercise} {score.name}: {score.only} is not lost to"
                " what QEMU saw alone"
            )


def _compare(
    subject: Subject,
    header: str,
    table: dict[str, Any],
    record: Hints | None,
) -> None:
    """GateError unless the results are what the subject should get."""
    points, maximum = table["points"], table["max"]
    verdicts = {score["verdict"] for score in table["scores"]}
    if Verdict.BUILD_ERROR in verdicts:
        log = "\n".join(table["build_log"])
        raise GateError(f"{subject} does not build:\n{log}")
    match subject.kind:
        case Kind.REFERENCE | Kind.SO_FAR | Kind.ALTERNATIVE:
            if points != maximum:
                raise GateError(f"{subject} gets {points} of {maximum} points")
        case Kind.STARTER:
            if points != 0:
                raise GateError(f"the starter gets {points} points for nothing")
        case Kind.MUTANT if record and subject.path:
            name = subject.path.name
            known = name in record.mutants
            if not known or signature(table) != record.lost_on(
                name, table["seeds"]
            ):
                raise _stale([name])
        case Kind.MUTANT:
            own = _kills(header, subject)[0]
            if all(
                score["points"] == score["max"]
                for score in table["scores"]
                if score["exercise"] == own
            ):
                raise GateError(f"{subject} survives: no test notices it")
        case Kind.CHEAT:
            header = header or "expects: 0;"  # a whole tree has no first line
            wanted = _matched(EXPECTS, header, subject, "expects: 0; ...")[1]
            if points != int(wanted):
                raise GateError(f"{subject} gets {points} points, not {wanted}")


def subject_sources(order: Order, subject: Subject) -> Submission:
    """The sources of a subject."""
    reference = pristine_sources(order.root)
    answers = answers_of(order.lab, subject.path)
    if subject.kind is Kind.REFERENCE or (answers and subject.path):
        return Submission(str(subject), reference, user=answers)
    if subject.kind is Kind.SO_FAR:
        so_far = so_far_sources(order.root, order.lab)
        return Submission(str(subject), so_far, user=answers)
    starter = starter_sources(order.root, order.lab)
    user = starter_user(order.root, order.lab)
    if not subject.path:
        return Submission(str(subject), starter, user=user)
    if subject.kind is Kind.CHEAT:
        return replace(_on(starter, subject.path), user=user)
    return _on(reference, subject.path)


def answers_of(lab: Lab, own: Path | None = None) -> Sources:
    """The answers in a lab that asks: a subject's own, if it is a file of
    answers, or those of the reference. They are beside the alternatives, for
    these are not for students."""
    if not lab.answers_file or not lab.answers:
        return {}
    file = own
    if not file or file.suffix != ".toml":
        file = lab.path / Kind.ALTERNATIVE.value / lab.answers
    return {lab.answers_file: file.read_bytes()}


def _on(base: Sources, path: Path) -> Submission:
    """A subject's files on top of `base`."""
    if path.is_dir() or path.name in base:
        return read_submission(path, base, lambda: base)
    patched = apply_patch(base, path.read_text(), path.name)
    return Submission(str(path), patched)


def _build_strictly(order: Order) -> None:
    """The starter must build without a warning, and the driver in it; and it
    must keep the contract."""
    sources = starter_sources(order.root, order.lab)
    workshop = Workshop(order.root, order.out / "strict")
    try:
        workshop.kernel(sources, werror=True)
        if order.lab.driver:
            workshop.kernel(with_driver(sources, order.lab), werror=True)
    except BuildError as error:
        raise GateError(f"the starter does not build:\n{error}") from error
    if log := workshop.contract([order.lab]):
        text = "\n".join(log[:LOG_LINES])
        raise GateError(f"the starter does not keep contract.c:\n{text}")


def _header(path: Path | None) -> str:
    """The first comment of a subject that is a file."""
    if not path or not path.is_file():
        return ""
    text = path.read_text()
    if path.suffix == ".toml":
        return text.splitlines()[0].removeprefix("# ")
    return first_comment(text)


def exercise_of(subject: Subject) -> str:
    """The exercise that a mutant fails."""
    return _kills(_header(subject.path), subject)[0]


def _kills(header: str, subject: Subject) -> tuple[str, str]:
    """The exercise that a mutant fails, and its hint."""
    match = _matched(KILLS, header, subject, "kills: 4.2; hint: ...")
    return match[1], match[2]


def _matched(
    pattern: re.Pattern[str], header: str, subject: Subject, form: str
) -> re.Match[str]:
    match = pattern.search(header)
    if not match:
        raise UsageError(f"{subject}: its first line must be /* {form} */")
    return match
