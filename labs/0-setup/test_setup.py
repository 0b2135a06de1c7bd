# SPDX-License-Identifier: MIT
"""Lab 0: what students saw with gdb.

The program that they look at (driver.c) depends on nothing but a name, so its
model here does too. The seed is of no account: each run is the same. What a
student should have seen is said nowhere on a card."""

import re
from typing import Any

import pytest

from grader.plugin import Boot
from grader.run import Run
from grader.seed import MASK, SplitMix

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
CALLS_MIN, CALLS_MORE = 20, 60
BOXES_MIN, BOXES_MORE = 4, 5
BOX_PLACES = 16
VALUE_MIN, VALUES = 1000, 9000


class Program:
    """What driver.c does for a name."""

    def __init__(self, name: str) -> None:
        numbers = SplitMix(name_hash(name))
        self.word = f"{numbers.next() & 0xFFFFFFFF:08x}"
        calls = CALLS_MIN + numbers.below(CALLS_MORE)
        self.calls = [
            VALUE_MIN + numbers.below(VALUES) for _ in range(calls)
        ]
        count = BOXES_MIN + numbers.below(BOXES_MORE)
        numbers.below(BOX_PLACES)  # where the first box is
        numbers.below(BOX_PLACES // 2)  # and how far from there the next
        self.boxes = [
            VALUE_MIN + numbers.below(VALUES) for _ in range(count)
        ]


def name_hash(name: str) -> int:
    """FNV-1a."""
    result = 0xCBF29CE484222325
    for byte in name.encode():
        result = (result ^ byte) * 0x100000001B3 & MASK
    return result


def started(boot: Boot, answers: dict[str, Any]) -> tuple[Run, Program]:
    """A run of the program for the name in the answers, and its model."""
    name = answers.get("name")
    assert isinstance(name, str) and NAME.fullmatch(name), (
        "write your name into the answers first: it makes the program yours"
    )
    return boot(name=name), Program(name)


def compare(
    run: Run, answers: dict[str, Any], key: str, seen: Any, **near: Any
) -> None:
    """Fails unless the answer is what was to be seen. `near` has what one sees
    who looks at something else: hints come from it."""
    answer = answers.get(key)
    kinds = [kind for kind, value in near.items() if value == answer]
    run.check(
        answer == seen and type(answer) is type(seen),
        f"the answer {key} = {answer!r} is not what is to be seen",
        difference=f"{key} {'/'.join(kinds) or 'other'}",
    )


@pytest.mark.score("0.1", "word")
def test_word(boot: Boot, answers: dict[str, Any]) -> None:
    run, program = started(boot, answers)
    capitals = program.word.upper()
    compare(run, answers, "word", program.word, capitals=capitals)


@pytest.mark.score("0.2", "hits")
def test_hits(boot: Boot, answers: dict[str, Any]) -> None:
    run, program = started(boot, answers)
    count = len(program.calls)
    compare(run, answers, "hits", count, less=count - 1, more=count + 1)


@pytest.mark.score("0.2", "ninth")
def test_ninth(boot: Boot, answers: dict[str, Any]) -> None:
    run, program = started(boot, answers)
    eighth, ninth, tenth = program.calls[7:10]
    compare(run, answers, "ninth", ninth, eighth=eighth, tenth=tenth)


@pytest.mark.score("0.3", "last")
def test_last(boot: Boot, answers: dict[str, Any]) -> None:
    run, program = started(boot, answers)
    first, *_, before, last = program.boxes
    compare(run, answers, "last", last, first=first, before=before)
