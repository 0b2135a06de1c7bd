# SPDX-License-Identifier: MIT
"""labs/<number-name>/lab.toml: what a lab asks for and what it is worth.

    number = 4
    name = "ipc"
    title = "Messages"
    budget = 40_000_000       # guest instructions from power-on to the end
    programs = ["ipc_driver", "sender"]    # the first one's end ends a run
    driver = "driver.c"       # only if C in the kernel drives the lab
                              # (driver.py); it needs no programs then
    answers = "answers.toml"  # only if students answer in a file of the lab
                              # (then exercises may be without functions)

    [[exercise]]
    id = "4.1"
    title = "Send and receive"
    functions = [{ name = "endpoint_send", file = "kernel/endpoint.c",
                   stub = "refuse" }]      # (on one line)

    [[exercise.score]]
    name = "receiver-first"
    points = 12
    budget = 50_000_000       # only if it differs from the lab's
    partial = true            # only if parts of it earn parts of its points
    t0 = "the fact seen from outside that it rests on"
    only = "cheats/printed.c" # a kernel that only this fact catches: at least
                              # one in each exercise """

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.verdict import UsageError

STUBS = ("refuse", "naive")


@dataclass(frozen=True)
class Function:
    """A whole function that students write."""

    name: str
    file: str  # as in kernel/endpoint.c
    stub: str

    @property
    def is_assembly(self) -> bool:
        return self.file.endswith(".S")


@dataclass(frozen=True)
class Score:
    """Points that are earned together, on all seeds, or not at all; or part
    by part, if it is `partial`."""

    exercise: str
    name: str
    points: int
    budget: int
    t0: str
    partial: bool = False
    only: str | None = None  # of the lab's mutants and cheats

    @property
    def key(self) -> tuple[str, str]:
        return self.exercise, self.name


@dataclass(frozen=True)
class Exercise:
    id: str
    title: str
    functions: tuple[Function, ...]
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Lab:
    number: int
    name: str
    title: str
    programs: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    path: Path
    driver: str | None = None  # a file of the lab
    answers: str | None = None  # the same

    @property
    def folder(self) -> str:
        """Its folder's name, as in 4-ipc: the lab's full name."""
        return self.path.name

    @property
    def answers_file(self) -> str | None:
        """The file in which students answer, by its path in the project."""
        return f"labs/{self.folder}/{self.answers}" if self.answers else None

    @property
    def root(self) -> Path:
        """The project it is in."""
        return self.path.parent.parent

    @property
    def scores(self) -> tuple[Score, ...]:
        return tuple(s for exercise in self.exercises for s in exercise.scores)

    @property
    def functions(self) -> tuple[Function, ...]:
        """All that students write in this lab, in the order of the file."""
        return tuple(f for each in self.exercises for f in each.functions)

    def exercise(self, name: str) -> Exercise:
        """The exercise with this id; UsageError names those there are."""
        for exercise in self.exercises:
            if exercise.id == name:
                return exercise
        known = ", ".join(exercise.id for exercise in self.exercises)
        raise UsageError(
            f"lab {self.folder} has no exercise {name}; it has {known}"
        )


def find_labs(root: Path) -> list[Lab]:
    """All labs of the project, by number."""
    files = root.glob("labs/*/lab.toml")
    return sorted((read_lab(file) for file in files), key=lambda l: l.number)


def find_lab(root: Path, name: str) -> Lab:
    """The lab called `4`, `ipc` or `4-ipc`."""
    labs = find_labs(root)
    for lab in labs:
        if name in (str(lab.number), lab.name, lab.folder):
            return lab
    known = ", ".join(lab.folder for lab in labs) or "none"
    raise UsageError(f"there is no lab {name!r}; the labs here: {known}")


def read_lab(file: Path) -> Lab:
    """Reads one lab.toml; UsageError says what is wrong in it."""
    try:
        table = tomllib.loads(file.read_text())
        return _lab(table, file)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: {error}") from error
    except KeyError as error:
        raise UsageError(f"{file}: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise UsageError(f"{file}: {error}") from error


def _lab(table: dict[str, Any], file: Path) -> Lab:
    exercises = tuple(
        _exercise(part, int(table["budget"])) for part in table["exercise"]
    )
    lab = Lab(
        number=int(table["number"]),
        name=str(table["name"]),
        title=str(table["title"]),
        programs=tuple(str(name) for name in table["programs"]),
        exercises=exercises,
        path=file.parent,
        driver=table.get("driver"),
        answers=table.get("answers"),
    )
    if not lab.programs and not lab.driver:
        raise ValueError("programs is empty: no program would end a run")
    keys = [score.key for score in lab.scores]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"score {' '.join(key)} is there twice")
    return lab


def _exercise(part: dict[str, Any], budget: int) -> Exercise:
    functions = tuple(
        Function(str(f["name"]), str(f["file"]), str(f["stub"]))
        for f in part["functions"]
    )
    for function in functions:
        if function.stub not in STUBS:
            raise ValueError(
                f"{function.name}: a stub is one of {', '.join(STUBS)}"
            )
    return Exercise(
        id=str(part["id"]),
        title=str(part["title"]),
        functions=functions,
        scores=tuple(
            Score(
                exercise=str(part["id"]),
                name=str(score["name"]),
                points=int(score["points"]),
                budget=int(score.get("budget", budget)),
                t0=str(score["t0"]),
                partial=bool(score.get("partial", False)),
                only=score.get("only"),
            )
            for score in part["score"]
        ),
    )
