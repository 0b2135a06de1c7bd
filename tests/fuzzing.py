# SPDX-License-Identifier: MIT
"""Random system calls, seed after seed, on a kernel that checks itself.

What makes the calls is tests/guest/fuzz. One hart's time is that of its
instructions, so a seed always does the same there. Several harts run by the
host's clock: their seed says what is tried, not in which order.

`make fuzz` plays seeds until there were enough calls on one hart, then on four,
and stops at the first that fails."""

import argparse
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.machine import Build, Result, harts_options, start

CALLS = 10_000_000
SUCCEEDED_MIN = 0.30  # fewer: most calls only ended at the first check
SLICES_US = (100, 300, 1000, 10000)
SECONDS_MAX = 60
SECONDS_MAX_HARTS = 600  # more harts than the host has, all after one lock


@dataclass(frozen=True)
class Size:
    """How much a seed does."""

    rounds: int = 3
    calls: int = 300  # of each thread
    turns: int = 600  # of the program that starts the others, a round
    crowd: int = 4  # processes at most


@dataclass(frozen=True)
class Outcome:
    """What became of a seed."""

    result: Result
    rounds: int  # that went well
    calls: int
    returned: int
    succeeded: int

    def problem(self, size: Size) -> str:
        """What is wrong with it, or nothing."""
        for line in self.result.lines:
            if line.startswith("PANIC") or " FAILED" in line:
                return line
        if self.result.status != 0:
            return f"it did not end: status {self.result.status}"
        return "" if self.rounds == size.rounds else "rounds are missing"


def play(
    build: Build, directory: Path, seed: int, harts: int, size: Size
) -> Outcome:
    """Plays one seed on the debug build's kernel."""
    one = ("-icount", "shift=2,sleep=off")
    parameters = (
        f"seed={seed} rounds={size.rounds} calls={size.calls}"
        f" turns={size.turns} crowd={size.crowd}"
        f" slice_us={SLICES_US[seed % len(SLICES_US)]}"
    )
    result = start(
        Build(build.directory / "debug"),
        build.test_image("fuzz"),
        directory,
        *("-append", parameters),
        *(one if harts == 1 else harts_options(build, harts)),
    ).result(SECONDS_MAX if harts == 1 else SECONDS_MAX_HARTS)
    counts = re.search(
        r"^calls (\d+) returned (\d+) succeeded (\d+)$",
        result.console,
        re.MULTILINE,
    )
    return Outcome(
        result,
        len(re.findall(r"^round \d+ ok$", result.console, re.MULTILINE)),
        *(map(int, counts.groups()) if counts else (0, 0, 0)),
    )


def _fuzz(build: Build, seed: int, calls: int, harts: int) -> bool:
    """Plays seeds until `calls` were made; whether all went well."""
    size = Size()
    made = returned = succeeded = 0
    while made < calls:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as directory:
            outcome = play(build, Path(directory), seed, harts, size)
        made += outcome.calls
        returned += outcome.returned
        succeeded += outcome.succeeded
        problem = outcome.problem(size)
        print(
            f"harts {harts} seed {seed}: {outcome.calls} calls,"
            f" {made} of {calls}, {succeeded * 100 // max(returned, 1)} %"
            f" succeeded, {time.monotonic() - began:.1f} s",
            flush=True,
        )
        if problem:
            print("\n".join(outcome.result.lines[-30:]))
            print(f"FAILED: {problem}")
            print(f"again: make fuzz SEED={seed} HARTS={harts} CALLS=1")
            return False
        seed += 1
    return succeeded >= SUCCEEDED_MIN * returned


def main() -> int:
    """What `make fuzz` runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--harts", type=int, action="append")
    options = parser.parse_args()
    return not all(
        _fuzz(Build.here(), options.seed, options.calls, harts)
        for harts in options.harts or (1, 4)
    )


if __name__ == "__main__":
    sys.exit(main())
