# SPDX-License-Identifier: MIT
"""results.json: what a submission came to, for people and programs, and
beside it junit.xml.

The file is written when grading starts and again after every score, so
whatever happens to the grader, what was found out is on disk. A score that
was not reached yet is INFRA: not graded, and not zero."""

import hashlib
import json
import os
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader import qemu
from grader.junit import junit_xml
from grader.lab import Lab, Score
from grader.mend import Kept
from grader.verdict import Verdict

SCHEMA = 1

NOT_REACHED = "the grader ended before it came to this score"


@dataclass(frozen=True)
class Outcome:
    """One test of a score on one seed."""

    seed: int
    verdict: Verdict
    message: str = ""
    icounts: Sequence[int | None] = ()  # of each boot, in order
    runs: Sequence[str] = ()  # the directories of these boots
    difference: str = ""  # the class of what is wrong
    where: str = ""  # the line of the test that found it
    is_t0: bool = False  # only what was seen from outside was wrong
    test: str = ""
    # The parts it reported, by name; none if it is a part itself.
    right: Set[str] = frozenset()
    wrong: Set[str] = frozenset()


@dataclass
class ScoreResult:
    """One score on all seeds."""

    score: Score
    outcomes: list[Outcome] = field(default_factory=list)
    # What stands in for outcomes where nothing was run.
    otherwise: tuple[Verdict, str] = (Verdict.INFRA, NOT_REACHED)

    @property
    def decisive(self) -> Outcome | None:
        """The outcome that decides: the first loss, else the first that is
        no pass. None if every seed passed, or nothing was run."""
        worse = [o for o in self.outcomes if o.verdict is not Verdict.PASS]
        losses = [
            o
            for o in worse
            if o.verdict not in (Verdict.INFRA, Verdict.SKIPPED)
        ]
        return next(iter(losses or worse), None)

    @property
    def parts(self) -> dict[str, bool]:
        """The parts of the score: what its tests reported, or else the tests
        themselves. A part is right if it is on every seed."""
        parts: dict[str, bool] = {}
        for test in dict.fromkeys(o.test for o in self.outcomes):
            outcomes = [o for o in self.outcomes if o.test == test]
            names = {n for o in outcomes for n in (*o.right, *o.wrong)}
            for name in sorted(names):
                parts[name] = all(name in o.right - o.wrong for o in outcomes)
            if not names:
                parts[test] = all(o.verdict is Verdict.PASS for o in outcomes)
        return parts

    @property
    def verdict(self) -> Verdict:
        if not self.outcomes:
            return self.otherwise[0]
        if not self.decisive:
            return Verdict.PASS
        verdict = self.decisive.verdict
        if verdict in (Verdict.INFRA, Verdict.SKIPPED):
            return verdict
        if any(self.parts.values()):
            return Verdict.PARTIAL
        # On another seed, this seed's right parts were wrong.
        return Verdict.FAIL if verdict is Verdict.PARTIAL else verdict

    @property
    def verdict_text(self) -> str:
        """The verdict, with how many of how many parts are right."""
        if self.verdict is not Verdict.PARTIAL:
            return self.verdict
        parts = self.parts.values()
        return f"{self.verdict} {sum(parts)}/{len(parts)}"

    @property
    def message(self) -> str:
        if not self.outcomes:
            return self.otherwise[1]
        return self.decisive.message if self.decisive else ""

    @property
    def points(self) -> int | None:
        """Points earned; None where nobody can say (INFRA)."""
        if self.verdict is Verdict.INFRA:
            return None
        if self.verdict is Verdict.PARTIAL and self.score.partial:
            parts = self.parts.values()
            return self.score.points * sum(parts) // len(parts)
        return self.score.points if self.verdict is Verdict.PASS else 0

    @property
    def seeds(self) -> tuple[int, int]:
        """On how many seeds it was lost, and of how many."""
        lost = {o.seed for o in self.outcomes if o.verdict is not Verdict.PASS}
        return len(lost), len({o.seed for o in self.outcomes})

    def table(self) -> dict[str, Any]:
        return {
            "exercise": self.score.exercise,
            "score": self.score.name,
            "points": self.points,
            "max": self.score.points,
            "verdict": self.verdict,
            "message": self.message,
            "parts": self.parts,
            "seeds": [
                {
                    "seed": hex(outcome.seed),
                    "test": outcome.test,
                    "verdict": outcome.verdict,
                    "message": outcome.message,
                    "difference": outcome.difference,
                    "where": outcome.where,
                    "t0": outcome.is_t0,
                    "instructions": list(outcome.icounts),
                    "runs": list(outcome.runs),
                }
                for outcome in self.outcomes
            ],
        }


class Results:
    """All scores of one submission, and the file they are written to."""

    def __init__(
        self,
        lab: Lab,
        file: Path,
        *,
        submission: str,
        seeds: list[int],
        exercise: str | None = None,
        kernel: Path | None = None,
        notes: Sequence[str] = (),
        kept: Sequence[Kept] = (),
    ) -> None:
        self.lab = lab
        self.file = file
        self.submission = submission
        self.seeds = seeds
        self.kernel = kernel
        self.notes = list(notes)
        self.kept = kept
        self.build_log: list[str] = []
        self.qemu_version: str | None = None
        self.hint: str | None = None
        self.scores = {score.key: ScoreResult(score) for score in lab.scores}
        for result in self.scores.values():
            if exercise not in (None, result.score.exercise):
                reason = f"only exercise {exercise} was asked for"
                result.otherwise = (Verdict.SKIPPED, reason)

    def add(self, score: Score, outcome: Outcome) -> ScoreResult:
        """Enters one outcome and returns the score's result so far."""
        result = self.scores[score.key]
        result.outcomes.append(outcome)
        return result

    def refuse(self, message: str, log: list[str]) -> None:
        """Enters a submission that does not build."""
        self.build_log = log
        for result in self.scores.values():
            if result.otherwise[0] is not Verdict.SKIPPED:
                result.otherwise = (Verdict.BUILD_ERROR, message)

    @property
    def graded(self) -> list[ScoreResult]:
        """The scores that were asked for."""
        return [
            r
            for r in self.scores.values()
            if r.outcomes or r.otherwise[0] is not Verdict.SKIPPED
        ]

    @property
    def points(self) -> int:
        return sum(result.points or 0 for result in self.graded)

    @property
    def maximum(self) -> int:
        return sum(result.score.points for result in self.graded)

    def has(self, verdict: Verdict) -> bool:
        return any(result.verdict is verdict for result in self.graded)

    def write(self) -> None:
        """Writes the files, each whole or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        table = json.dumps(self.table(), indent=2) + "\n"
        _write(self.file, table)
        _write(self.file.with_name("junit.xml"), junit_xml(self.table()))

    def table(self) -> dict[str, Any]:
        firmware = qemu.firmware()
        return {
            "schema": SCHEMA,
            "lab": {
                "number": self.lab.number,
                "name": self.lab.name,
                "title": self.lab.title,
            },
            "submission": self.submission,
            "notes": self.notes,
            # Fixes that are not in it, for the student's lines stayed.
            "not_mended": [asdict(each) for each in self.kept],
            "kernel_sha256": _sha256(self.kernel),
            "qemu": self.qemu_version,
            "firmware_sha256": _sha256(firmware),
            "seeds": [hex(seed) for seed in self.seeds],
            "build_log": self.build_log,
            "scores": [result.table() for result in self.scores.values()],
            "points": self.points,
            "max": self.maximum,
            # Others than `points` only where it was graded twice (second.py).
            "counted": self.points,
            "hint": self.hint,
            "complete": not self.has(Verdict.INFRA),
        }


def _write(file: Path, text: str) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(text)
    os.replace(draft, file)


def _sha256(file: Path | None) -> str | None:
    if not file or not file.is_file():
        return None
    return hashlib.sha256(file.read_bytes()).hexdigest()
