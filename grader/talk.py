# SPDX-License-Identifier: MIT
"""What the grader says, and who listens.

Whoever reads standard output may leave at any time: `make branches | head`
does, as soon as it has seen enough. That is no reason to end, for what is done
is worth more than what is said of it. So the work goes on unheard, and its exit
status is its own.

What is said of a submission is also kept, in report.txt: it is for whoever
handed it in, and who graded a class did so in a loop."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

REPORT_FILE = "report.txt"


class Listener(Protocol):
    """What can be printed to."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> None: ...


@dataclass(frozen=True)
class Listeners:
    """Several that hear the same."""

    all: tuple[Listener, ...]

    def write(self, text: str) -> None:
        for each in self.all:
            each.write(text)

    def flush(self) -> None:
        for each in self.all:
            each.flush()


@contextmanager
def reported(directory: Path, talk: Listener | None) -> Iterator[Listeners]:
    """Whom to talk to if it is to be heard by `talk`, or else on standard
    output, and kept in the directory's report as well."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / REPORT_FILE).open(
        "w", encoding="utf-8", errors="replace", buffering=1
    ) as report:
        yield Listeners((talk or sys.stdout, report))


class _Output(io.FileIO):
    """Standard output, which leads nowhere once nobody reads it. For programs
    that are started later it does so too."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return super().write(data)


@contextmanager
def patient_output() -> Iterator[None]:
    """Standard output whose reader may leave. A line that was printed is out,
    and before what is printed by programs that are started after it."""
    raw = _Output(sys.stdout.fileno(), "w", closefd=False)
    with io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=sys.stdout.encoding,
        errors="replace",
        line_buffering=True,
    ) as output, redirect_stdout(output):
        yield
