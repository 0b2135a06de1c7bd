# SPDX-License-Identifier: MIT
"""`python3 -m grader debug`: gdb stops in the run that was lost."""

import os
import re
import subprocess
import sys

import pytest

from grader.tests.conftest import System


def debug(
    system: System, submission: object, *more: str
) -> subprocess.CompletedProcess[str]:
    """What gdb says on its own, and then leaves."""
    root = system.workshop.root
    out = root / "build" / "grader-tests" / "debug"
    return subprocess.run(
        [sys.executable, "-m", "grader", "debug", str(submission)]
        + ["--lab", "ipc", "--out", str(out), *more],
        cwd=root,
        env={**os.environ, "GDB_ARGUMENTS": "-batch"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_gdb_stops_in_the_exercise_of_the_run_that_was_lost(
    system: System,
) -> None:
    mutant = system.lab.path / "mutants" / "first-word-only.c"
    done = debug(system, mutant, "--ex", "4.2", "--seed", "0x5a17")
    said = done.stdout + done.stderr
    assert "gdb on 4.2-words-0x5a17-1" in said
    stop = r"Breakpoint 1(\.\d)?, message_copy .*endpoint\.c:\d+"
    assert re.search(stop, said), said
    # The card of that run names this command.
    assert "make gdb LAB=4-ipc EX=4.2 SEED=0x5a17 SCORE=words" in said


@pytest.mark.parametrize(
    "more, said",
    [
        ((), "name an exercise"),
        (("--ex", "4.9"), "has no exercise 4.9"),
        (("--ex", "4.2", "--score", "wrods"), "no score wrods; it has words"),
    ],
)
def test_bad_input_gets_an_answer(
    system: System, more: tuple[str, ...], said: str
) -> None:
    done = debug(system, ".", *more)
    assert done.returncode == 2
    assert said in done.stderr
