# SPDX-License-Identifier: MIT
"""One submission, from files to results.json.

Read it, build it once, then let pytest run the lab's tests with the plugin
in a process of its own: whatever a test does to pytest, the results of the
scores before it are on disk, and pytest's exit status is nobody's mark."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

from grader import card, poison
from grader.build import BuildError, Workshop, pristine_sources
from grader.driver import with_driver
from grader.job import JOB_FILE, Job
from grader.lab import Lab, find_labs
from grader.labtool import Sources
from grader.mend import Releases
from grader.results import Results
from grader.starter import (
    has_solutions,
    kernel_with,
    starter_sources,
    starter_user,
    stubs,
)
from grader.submission import (
    Refused,
    Submission,
    read_submission,
)
from grader.talk import Listener
from grader.update import likely_release, newest_sources, release_sources
from grader.verdict import InfrastructureError


COMPILER_SAYS = "The compiler says:"


class Exit(IntEnum):
    """What the command answers to the shell. Scores are in files only."""

    ALL_PASSED = 0
    LOSSES = 1
    USAGE = 2  # or the submission does not build
    INFRASTRUCTURE = 3


@dataclass(frozen=True)
class Order:
    """Which lab to grade, on what seeds, and where the results go."""

    root: Path
    lab: Lab
    out: Path
    seeds: Sequence[int]
    exercise: str | None = None
    talk: Listener | None = None  # who hears; None: standard output


def grade(order: Order, path: Path) -> Exit:
    """Grades the submission at `path`."""
    labs = find_labs(order.root)
    return grade_submission(
        order,
        str(path),
        lambda: submission_at(order, path),
        [lab for lab in labs if lab.number <= order.lab.number],
    )


def submission_at(order: Order, path: Path) -> Submission:
    """What was handed in for the order's lab at `path`."""
    return read_submission(
        path,
        pristine_sources(order.root),
        lambda: starter_sources(order.root, order.lab),
        None if path.resolve() == order.root else _releases(order.root),
        starter_user(order.root, order.lab),
    )


def _releases(root: Path) -> Releases:
    """What students were given from the project at `root`, or from where it
    was cloned, if it is a student's tree: that has the student's own work in
    it, so there what is given now is what was published last."""

    def now() -> Sources:
        if has_solutions(root):
            return kernel_with(root, stubs(find_labs(root)))
        return newest_sources(root)

    return Releases(
        then=lambda commit: release_sources(root, commit),
        now=now,
        find=lambda sources: likely_release(root, sources),
    )


def grade_submission(
    order: Order,
    label: str,
    read: Callable[[], Submission],
    contracts: Sequence[Lab] = (),
) -> Exit:
    """Grades what `read` returns; `label` names it in the report. If it does
    not keep the `contracts` of labs, that is said too."""
    print(card.heading(order.lab, label), file=order.talk, flush=True)
    results_file = order.out / "results.json"
    results_file.unlink(missing_ok=True)
    workshop = Workshop(order.root, order.out)
    try:
        submission = read()
    except Refused as refusal:
        return _does_not_build(order, Submission(label, {}), str(refusal), [])
    for note in submission.notes:
        print(f"  note: {note}", file=order.talk)
    for line in card.kept_lines(submission.kept):
        print(line, file=order.talk)
    try:
        kernel = workshop.kernel(with_driver(submission.sources, order.lab))
        user = {
            path: content
            for path, content in submission.user.items()
            if path != order.lab.answers_file
        }
        programs = workshop.programs(order.lab, user)
    except BuildError as error:
        moved = workshop.moved(contracts)
        message = " ".join([*(f"{each}." for each in moved), COMPILER_SAYS])
        submission = replace(submission, label=label)
        return _does_not_build(order, submission, message, error.log)
    moved = workshop.moved(contracts)
    for sentence in moved:
        print(f"  note: {sentence}", file=order.talk)
    job = Job(
        lab=order.lab.path / "lab.toml",
        submission=label,
        kernel=kernel.binary,
        kernel_elf=kernel.elf,
        sources=kernel.sources,
        programs=programs,
        memory=poison.template(order.root / "build"),
        out=order.out,
        seeds=list(order.seeds),
        exercise=order.exercise,
        notes=[*submission.notes, *moved],
        kept=list(submission.kept),
        is_unmended=submission.is_unmended,
        answers=_answers(order.lab, submission),
    )
    status = _run_tests(order, job)
    return _close(order, results_file, status)


def _answers(lab: Lab, submission: Submission) -> str | None:
    """What the student answers, if the lab asks; as it is given if nothing
    was handed in."""
    if not lab.answers_file:
        return None
    content = submission.user.get(lab.answers_file)
    if content is None:
        content = (lab.root / lab.answers_file).read_bytes()
    return content.decode(errors="replace")


def _does_not_build(
    order: Order, submission: Submission, message: str, log: list[str]
) -> Exit:
    """Zero points, on paper and on the terminal."""
    results = Results(
        order.lab,
        order.out / "results.json",
        submission=submission.label,
        seeds=list(order.seeds),
        exercise=order.exercise,
        notes=submission.notes,
        kept=submission.kept,
    )
    results.refuse(message, log)
    results.write()
    total = card.closing_line(results.points, results.maximum, results.file)
    print(card.build_card(message, log), file=order.talk)
    print(total, file=order.talk)
    return Exit.USAGE


def _run_tests(order: Order, job: Job) -> int:
    """Runs pytest on the lab's tests, and says what it says as soon as it
    does; its exit status."""
    file = job.out / JOB_FILE
    job.out.mkdir(parents=True, exist_ok=True)
    job.write(file)
    # This grader, whichever tree it grades for.
    path = [str(Path(__file__).resolve().parent.parent)]
    path += filter(None, [os.environ.get("PYTHONPATH")])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONIOENCODING": "utf-8:replace",
    }
    environment.pop("PYTEST_ADDOPTS", None)
    environment.setdefault("PYTHONPYCACHEPREFIX", str(job.out / "pycache"))
    with subprocess.Popen(
        [
            *(sys.executable, "-u", "-m", "pytest", "-p", "grader.plugin"),
            # The plugin does the talking; nothing is left in the tree.
            *("-s", "-p", "no:terminal", "-p", "no:cacheprovider"),
            # To explain an assertion, pytest would ask its terminal.
            "--assert=plain",
            *("--rootdir", order.root, "-c", os.devnull),
            *("--job", file, order.lab.path),
        ],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=environment,
        cwd=order.root,
    ) as tests:
        assert tests.stdout
        for line in tests.stdout:
            print(line, end="", file=order.talk, flush=True)
    return tests.returncode


def _close(order: Order, file: Path, status: int) -> Exit:
    """Prints the total and turns the results into an exit status."""
    try:
        table = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise InfrastructureError(
            f"pytest ended with status {status} and left no results"
        ) from error
    total = card.closing_line(table["points"], table["max"], file)
    print(total, file=order.talk)
    if not table["complete"]:
        again = "  Scores marked INFRA were not graded. Please run it again."
        print(again, file=order.talk)
        return Exit.INFRASTRUCTURE
    return Exit.ALL_PASSED if table["points"] == table["max"] else Exit.LOSSES
