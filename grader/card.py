# SPDX-License-Identifier: MIT
"""What the student reads: a line for each score, a card for each loss.

A card answers in this order: what was lost, what was expected and what came
instead, what was seen from outside, which functions are yours, and how to see
it again. It names facts and never guesses at the bug. A hint comes only when
all losses together are exactly those of one known mistake."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.lab import Exercise, Lab, Score
from grader.labtool import locate
from grader.mend import Kept
from grader.results import ScoreResult
from grader.verdict import Failure, Verdict

WIDTH = 78
DETAIL_LINES = 10
EVIDENCE_LINES = 4


@dataclass(frozen=True)
class Loss:
    """The failure that a card is about, and where it happened."""

    failure: Failure
    seed: int


def heading(lab: Lab, submission: str) -> str:
    return f"Lab {lab.number} {lab.name}: {lab.title}   ({submission})"


def score_line(result: ScoreResult) -> str:
    """One score on one line."""
    points = "-" if result.points is None else str(result.points)
    text = (
        f"  {result.score.exercise}  {result.score.name:<24}"
        f" {points:>3} of {result.score.points:<3} {result.verdict_text:<12}"
    )
    if result.outcomes and result.verdict is not Verdict.PASS:
        text += " on {} of {} seeds".format(*result.seeds)
    elif result.message:
        text += f" {result.message}"
    return text.rstrip()


def closing_line(points: int, maximum: int, file: Path) -> str:
    """The last line: the points, and where the details are."""
    return f"{points} of {maximum} points   ({file})"


def card(
    lab: Lab,
    exercise: Exercise,
    score: Score,
    loss: Loss,
    kernel: Path,
    without: Sequence[str] = (),
) -> str:
    """The failure card of one score; `kernel` holds the student's files, and
    `without` says where fixes are missing in them."""
    failure = loss.failure
    title = f"{score.exercise} {score.name}: {failure.verdict}"
    lines = [
        f"--- {title} " + "-" * (WIDTH - 5 - len(title)),
        *wrapped(f"{_sentence(failure.verdict.meaning)}, with this seed:"),
        "",
        *wrapped(_sentence(failure.message)),
        *(line[:WIDTH] for line in failure.detail[:DETAIL_LINES]),
        "",
    ]
    if failure.evidence:
        lines += _labelled("calls QEMU saw", failure.evidence[:EVIDENCE_LINES])
    if failure.icount is not None:
        lines += _labelled("instructions", [f"{failure.icount:,}"])
    lines += _labelled("it rests on", [score.t0])
    lines += _labelled("your functions", _owned(exercise, kernel))
    lines += _labelled("your answers", [lab.answers_file or ""])
    lines += _labelled("without a fix in", without)
    words = f"LAB={lab.folder} EX={exercise.id} SEED={loss.seed:#x}"
    which = f" SCORE={score.name}" if len(exercise.scores) > 1 else ""
    lines += _labelled("see it again", [f"make grade {words}"])
    lines += _labelled("stop in it", [f"make gdb {words}{which}"])
    return "\n".join([*lines, "-" * WIDTH])


def hint_text(lab: Lab, hint: str, seeds: int) -> str:
    """What is said under the cards if one known mistake explains them all."""
    what = "answers" if lab.answers else "a kernel"
    text = (
        f"On each of {seeds} seeds it fails exactly like {what} in which {hint}"
    )
    return "\n".join(_labelled("hint", [text]))


def side_by_side(
    first: Sequence[dict[str, Any]], second: Sequence[dict[str, Any]]
) -> list[str]:
    """Two gradings of the same scores, a line for each score."""
    lines = [f"  {'':<29} {'as handed in':<20} earlier labs complete"]
    for one, other in zip(first, second):
        name = f"{one['exercise']}  {one['score']}"
        mine, theirs = (
            f"{each['points']:>3} of {each['max']:<3} {each['verdict']}"
            for each in (one, other)
        )
        lines.append(f"  {name:<29} {mine:<20} {theirs}")
    return lines


def note(text: str) -> str:
    """Something that is worth knowing and costs nothing."""
    return "\n".join(textwrap.wrap(text, WIDTH, initial_indent="  note: "))


def kept_lines(kept: Sequence[Kept]) -> list[str]:
    """What is said under the notes of fixes that are not in it."""
    return [f"  {line}" for each in kept for line in each.told()]


def build_card(message: str, log: Sequence[str]) -> str:
    """The card of a submission that does not build."""
    title = "BUILD_ERROR"
    return "\n".join(
        [
            f"--- {title} " + "-" * (WIDTH - 5 - len(title)),
            *wrapped(message),
            *(f"  {line[:160]}" for line in log),
            "-" * WIDTH,
        ]
    )


def _owned(exercise: Exercise, kernel: Path) -> list[str]:
    """The exercise's functions with the lines where they are defined."""
    lines = []
    for function in exercise.functions:
        found = locate(kernel, function.name)
        place = f"{found[0]}:{found[1]}" if found else f"not in {function.file}"
        lines.append(f"{function.name:<20} {place}")
    return lines


def _labelled(label: str, values: Sequence[str]) -> list[str]:
    """A label on the left, values wrapped on the right of it."""
    lines: list[str] = []
    for value in values:
        lines += textwrap.wrap(value, WIDTH - 17, break_long_words=False)
    heads = [label, *[""] * len(lines)]
    return [f"{head:<16} {line}" for head, line in zip(heads, lines)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False)
