# SPDX-License-Identifier: MIT
"""The command line.

    python3 -m grader starter --lab ipc --out DIR
    python3 -m grader grade SUBMISSION --lab ipc [--ex 4.2] [--seed 0x5a17]
    python3 -m grader debug SUBMISSION --lab ipc --ex 4.2 [--seed 0x5a17]
    python3 -m grader gate --lab ipc [--write-hints]
    python3 -m grader branches [--from main]
    python3 -m grader update [--lab ipc]
    python3 -m grader handin --lab ipc [--out FILE]

Exit status: 0 graded and all passed, 1 graded with losses, 2 usage or a
submission that does not build, 3 infrastructure. Points are in results.json
and nowhere else."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.branches import told, write_branches
from grader.debug import debug
from grader.gate import (
    GateError,
    build_programs,
    check_facts,
    check_hints,
    examine_in_lane,
    lanes,
    subjects,
    write_hints,
)
from grader.git import Repository
from grader.grade import Exit, Order
from grader.handin import handin
from grader.hints import HINTS_FILE, Hints
from grader.lab import find_lab, find_labs
from grader.second import grade_twice, read_course
from grader.seed import PUBLIC_SEEDS
from grader.starter import write_starter
from grader.talk import patient_output
from grader.update import update
from grader.verdict import InfrastructureError, UsageError


def command_line(arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit status."""
    with patient_output():
        return _answer(arguments)


def _answer(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except UsageError as error:
        print(f"grader: {error}", file=sys.stderr)
        return Exit.USAGE
    except InfrastructureError as error:
        print(f"grader: infrastructure: {error}", file=sys.stderr)
        return Exit.INFRASTRUCTURE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m grader", description="Grades lab submissions."
    )
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(__file__).resolve().parent.parent,
        help="the project's tree (default: the one this grader is in)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    starter = commands.add_parser("starter", help="write the student's tree")
    starter.set_defaults(command=_starter)
    starter.add_argument("--out", type=Path, required=True, metavar="DIR")

    grading = commands.add_parser("grade", help="grade one submission")
    grading.set_defaults(command=_grade)
    debugging = commands.add_parser("debug", help="gdb on a run that was lost")
    debugging.set_defaults(command=_debug)
    debugging.add_argument("--score", help="only this score of the exercise")
    for command in (grading, debugging):
        command.add_argument(
            "submission",
            type=Path,
            help="a directory with kernel/ in it, a kernel file, or a .c file"
            " with functions to swap into the complete kernel",
        )
        command.add_argument(
            "--out", type=Path, metavar="DIR", help="default: build/grade"
        )
        command.add_argument(
            "--ex", "--exercise", metavar="4.2", help="only this exercise"
        )
    grading.add_argument(
        "--course",
        type=Path,
        metavar="FILE",
        help="the instructor's course.toml: which of two results counts",
    )
    gate = commands.add_parser("gate", help="examine a lab's own tests")
    gate.set_defaults(command=_gate)
    gate.add_argument(
        "--out", type=Path, metavar="DIR", help="default: build/gate"
    )
    gate.add_argument(
        "--write-hints",
        action="store_true",
        help="write the mutants' signatures to the lab's hints.json",
    )
    gate.set_defaults(ex=None)

    for command in (grading, debugging, gate):
        command.add_argument(
            "--seed",
            type=_seed,
            action="append",
            help="only this seed (may be repeated); default: the public ones",
        )

    branches = commands.add_parser(
        "branches", help="write the students' branches lab/*"
    )
    branches.set_defaults(command=_branches)
    branches.add_argument(
        "--from", default="HEAD", dest="source", metavar="COMMIT"
    )
    branches.add_argument("--message", default="", help="what is new, if much")

    updating = commands.add_parser(
        "update", help="merge a lab with its fixes into your branch"
    )
    updating.set_defaults(command=_update)
    updating.add_argument(
        "--lab", default="", help="default: the one you have come to"
    )

    packing = commands.add_parser("handin", help="pack your work on a lab")
    packing.set_defaults(command=_handin)
    packing.add_argument("--out", type=Path, metavar="FILE")

    for command in (starter, grading, debugging, gate, packing):
        command.add_argument(
            "--lab", required=True, help="as in 4, ipc or 4-ipc"
        )
    return parser


def _seed(text: str) -> int:
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value < 1 << 64:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no seed; it is a number like 0x5a17"
        )
    return value


def _starter(options: argparse.Namespace) -> int:
    """Writes the tree a student starts from."""
    lab = find_lab(options.root, options.lab)
    count = write_starter(options.root, lab, options.out)
    print(f"{options.out}: {count} files, ready for lab {lab.folder}")
    return Exit.ALL_PASSED


def _grade(options: argparse.Namespace) -> int:
    """Grades one submission, twice if earlier labs may be to blame."""
    course = read_course(options.course)
    return grade_twice(_order(options, "grade"), options.submission, course)


def _debug(options: argparse.Namespace) -> int:
    """Opens gdb on a run."""
    order = _order(options, "grade")
    return debug(order, options.submission, options.score)


def _gate(options: argparse.Namespace) -> int:
    """Examines a lab: its reference, starter, mutants, and so on."""
    order = _order(options, "gate")
    failures = []
    results = {}
    build_programs(order)
    with lanes() as pool:
        futures = {
            subject: pool.submit(examine_in_lane, order, subject)
            for subject in subjects(order.lab)
        }
        for subject, future in futures.items():
            examined = future.result()
            print(examined.talk, end="", flush=True)
            if examined.table:
                results[subject] = examined.table
            else:
                failures.append(examined.problem)
    if not failures:
        try:
            check_facts(order.lab, results)
        except GateError as error:
            failures.append(str(error))
    file = order.lab.path / HINTS_FILE
    if options.write_hints and not failures:
        write_hints(file, results)
    hints = Hints.read(file)
    # Of other seeds than the lab's, its hints say nothing.
    seeds = hints.seeds if hints else [hex(seed) for seed in PUBLIC_SEEDS]
    if seeds == [hex(seed) for seed in order.seeds]:
        try:
            check_hints(order.lab, hints, results)
        except GateError as error:
            failures.append(str(error))
    print()
    for failure in failures or ["The lab passes its examination."]:
        print(failure)
    return Exit.LOSSES if failures else Exit.ALL_PASSED


def _branches(options: argparse.Namespace) -> int:
    """Writes the students' branches."""
    root = options.root.resolve()
    steps = write_branches(root, options.source, options.message)
    print("\n".join(told(steps)))
    words = ("status", "--porcelain", "--untracked-files=no")
    if options.source == "HEAD" and Repository(root).run(*words):
        print("What is not committed is not in them.")
    print("Nothing was pushed: docs/course.md says how.")
    return Exit.ALL_PASSED


def _update(options: argparse.Namespace) -> int:
    """Merges a lab into the student's branch."""
    print("\n".join(update(options.root.resolve(), options.lab)))
    return Exit.ALL_PASSED


def _handin(options: argparse.Namespace) -> int:
    """Packs a student's work."""
    root = options.root.resolve()
    # The one that the student has come to.
    lab = find_lab(root, options.lab) if options.lab else find_labs(root)[-1]
    name = f"handin-{lab.folder}.tar.gz"
    out = options.out or root / "build" / name
    print("\n".join(handin(root, lab, out)))
    return Exit.ALL_PASSED


def _order(options: argparse.Namespace, name: str) -> Order:
    root = options.root.resolve()
    lab = find_lab(root, options.lab)
    if options.ex:
        lab.exercise(options.ex)  # UsageError names those there are
    return Order(
        root=root,
        lab=lab,
        out=(options.out or root / "build" / name).resolve(),
        seeds=options.seed or PUBLIC_SEEDS,
        exercise=options.ex,
    )
