# SPDX-License-Identifier: MIT
"""The words a judgement is made of.

A run ends with one verdict. Two exceptions carry the bad ones: `Failure` is
the student's loss and says why; `InfrastructureError` is ours, is never
scored as zero, and is tried again."""

from collections.abc import Sequence
from enum import StrEnum


class Verdict(StrEnum):
    """What one run, or one score, came to."""

    PASS = "PASS"
    FAIL = "FAIL"  # it ended as it should, with the wrong result
    PARTIAL = "PARTIAL"  # the same, with some parts of the result right
    PANIC = "PANIC"  # the kernel found itself broken
    USER_FAULT = "USER_FAULT"  # a given program was made to fault
    DEADLOCK = "DEADLOCK"  # nothing will ever happen again
    LIVELOCK = "LIVELOCK"  # the kernel works for ever, and programs never
    BUDGET = "BUDGET"  # more instructions than the score allows
    OUTPUT_LIMIT = "OUTPUT_LIMIT"  # more console output than is sane
    BUILD_ERROR = "BUILD_ERROR"  # the kernel could not be built
    SKIPPED = "SKIPPED"  # not run; the message says because of what
    INFRA = "INFRA"  # the grader or its machine failed, nobody's loss

    @property
    def meaning(self) -> str:
        """The verdict in words, for whoever sees it for the first time."""
        return {
            Verdict.PASS: "it did what the contract says",
            Verdict.FAIL: "it ran to its end with the wrong result",
            Verdict.PARTIAL: "it ran to its end with a result that is right in"
            " parts",
            Verdict.PANIC: "the kernel stopped itself: an invariant is broken",
            Verdict.USER_FAULT: "the kernel made a correct program fault",
            Verdict.DEADLOCK: "everybody waits, and nothing can wake anybody",
            Verdict.LIVELOCK: "the kernel is busy for ever, and no program"
            " gets on",
            Verdict.BUDGET: "it ran far longer than the work takes",
            Verdict.OUTPUT_LIMIT: "it printed without end",
            Verdict.BUILD_ERROR: "the kernel does not build",
            Verdict.SKIPPED: "it was not run",
            Verdict.INFRA: "the grader failed, not you",
        }[self]


class Failure(Exception):
    """A run that loses its score: verdict, one sentence, lines of detail."""

    def __init__(
        self, verdict: Verdict, message: str, detail: Sequence[str] = ()
    ) -> None:
        super().__init__(f"{verdict}: {message}")
        self.verdict = verdict
        self.message = message
        self.detail = tuple(detail)
        # The class of what is wrong: the same for the same mistake.
        self.difference = ""
        # Whether what was reported is right, and only a fact seen from
        # outside the machine (T0) is not.
        self.is_t0 = False
        # What QEMU's trap log says about the run, one line a program.
        self.evidence: tuple[str, ...] = ()
        self.icount: int | None = None
        # How often QEMU saw the timer interrupt a program.
        self.timer_interrupts = 0


class InfrastructureError(Exception):
    """The grader, QEMU or the host failed: try again, never score it."""


class UsageError(Exception):
    """The command was given something it cannot work with."""
