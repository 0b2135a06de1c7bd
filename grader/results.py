# SPDX-License-Identifier: MIT
"""results.json: what a submission came to, for people and programs.

The file is written when grading starts and again after every score, so
whatever happens to the grader, what was found out is on disk. A score that
was not reached yet is INFRA: not graded, and not zero."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import qemu
from grader.lab import Lab, Score
from grader.verdict import Verdict

SCHEMA = 1

NOT_REACHED = "the grader ended before it came to this score"


@dataclass(frozen=True)
class Outcome:
    """One score on one seed."""

    seed: int
    verdict: Verdict
    message: str = ""
    icounts: Sequence[int | None] = ()  # of each boot, in order


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
    def verdict(self) -> Verdict:
        if not self.outcomes:
            return self.otherwise[0]
        return self.decisive.verdict if self.decisive else Verdict.PASS

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
            "seeds": [
                {
                    "seed": hex(outcome.seed),
                    "verdict": outcome.verdict,
                    "message": outcome.message,
                    "instructions": list(outcome.icounts),
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
        notes: list[str] | None = None,
    ) -> None:
        self.lab = lab
        self.file = file
        self.submission = submission
        self.seeds = seeds
        self.kernel = kernel
        self.notes = notes or []
        self.build_log: list[str] = []
        self.qemu_version: str | None = None
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
        """Writes the file, whole or not at all."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(self.table(), indent=2) + "\n")
        os.replace(draft, self.file)

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
            "kernel_sha256": _sha256(self.kernel),
            "qemu": self.qemu_version,
            "firmware_sha256": _sha256(firmware),
            "seeds": [hex(seed) for seed in self.seeds],
            "build_log": self.build_log,
            "scores": [result.table() for result in self.scores.values()],
            "points": self.points,
            "max": self.maximum,
            "complete": not self.has(Verdict.INFRA),
        }


def _sha256(file: Path | None) -> str | None:
    if not file or not file.is_file():
        return None
    return hashlib.sha256(file.read_bytes()).hexdigest()
