# SPDX-License-Identifier: MIT
"""gdb on the very run that lost a score.

The exercise is graded first. Then the run that was lost, or else the first
one, is booted again as it was: the same kernel, boot arguments, clock and
memory. It stands still before its first instruction; gdb attaches, sets a
breakpoint on each function of the exercise, and lets it run. If the exercise
has none, it stands still.

A machine that stops at a breakpoint is not stopped in time: its virtual clock
runs on to the next timer. What does not depend on when a slice ends repeats
exactly."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from grader import qemu
from grader.grade import Exit, Order, grade
from grader.job import JOB_FILE, Job
from grader.lab import Exercise
from grader.labtool import locate
from grader.talk import reported
from grader.verdict import InfrastructureError, UsageError, Verdict


def debug(order: Order, path: Path, score: str | None) -> Exit:
    """Grades the order's exercise, then becomes gdb on its first loss, in the
    score of this name if there is one. Returns only if there is nothing to
    debug."""
    if not order.exercise:
        raise UsageError("name an exercise, as in EX=4.2")
    exercise = order.lab.exercise(order.exercise)
    names = [each.name for each in exercise.scores]
    if score and score not in names:
        raise UsageError(
            f"exercise {exercise.id} has no score {score}; it has"
            f" {', '.join(names)}"
        )
    with reported(order.out, order.talk) as talk:
        status = grade(replace(order, talk=talk), path)
    if status in (Exit.USAGE, Exit.INFRASTRUCTURE):
        return status
    results = json.loads((order.out / "results.json").read_text())
    run = _run_to_debug(results, score)
    print(f"\ngdb on {run}", flush=True)
    _become_gdb(order, exercise, run)


def _run_to_debug(results: dict[str, Any], score: str | None) -> str:
    """The directory of the first lost run; if all is well, of the first."""
    outcomes = [
        outcome
        for each in results["scores"]
        if score in (None, each["score"])
        for outcome in each["seeds"]
        if outcome["runs"]
    ]
    lost = [o for o in outcomes if o["verdict"] != Verdict.PASS]
    if not outcomes:
        raise InfrastructureError("no test of this exercise boots a machine")
    # What a test does not like is in the last run that it made.
    return str(lost[0]["runs"][-1] if lost else outcomes[0]["runs"][0])


def _become_gdb(order: Order, exercise: Exercise, run: str) -> NoReturn:
    """Replaces this process by tools/debug on a run."""
    file = order.out / "runs" / run / qemu.ARGUMENTS_FILE
    arguments = json.loads(file.read_text())
    place = order.out / "gdb"
    place.mkdir(parents=True, exist_ok=True)
    script = place / "exercise.gdb"
    functions = [
        function.name
        for function in exercise.functions
        if locate(order.out / "kernel", function.name)
    ]
    words = [f"break {name}" for name in functions]
    # With nothing to stop at, it is for the student to say where.
    words += ["continue"] if words else []
    # A driver is a file of the graded kernel, and of no other.
    sources = _relative(order.out, order.root)
    words.insert(0, f"set directories $cdir:$cwd:{sources}")
    script.write_text("".join(f"{word}\n" for word in words))
    job = Job.read(order.out / JOB_FILE)
    programs = _relative(job.programs, order.root)
    if not order.lab.programs:
        # What the kernel itself drives: gdb reads an empty list.
        (place / "programs").write_text("")
        programs = _relative(place, order.root)
    more = os.environ.get("GDB_ARGUMENTS", "")
    # A socket's path has 107 bytes at most: relative ones are short.
    environment = {
        **os.environ,
        "BUILD": _relative(order.out / "build", order.root),
        "PROGRAMS": programs,
        "RUN": _relative(place, order.root),
        "GDB_ARGUMENTS": f"{more} -x {_relative(script, order.root)}",
    }
    os.chdir(order.root)
    os.execve("tools/debug", ["tools/debug", *arguments], environment)


def _relative(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)
