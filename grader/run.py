# SPDX-License-Identifier: MIT
"""One finished boot, as lab tests see it.

`judge` turns what QEMU saw into a `Run`, or into a `Failure` if the machine
did not come to its end stop in good order. A lab test then says what it
expects:

    run = boot(count=5)
    run.expect([("recv", "1", "1f2e"), ("recv", "2", "a3c4")])
    run.expect_ecalls("sender", "sys_endpoint_send", 5)

Records are compared one by one, in their order and as often as they come:
what appears twice was done twice."""

import subprocess
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from grader import qemu
from grader.console import Console, Panic, Record, read_console
from grader.elf import Program
from grader.traplog import TrapLog
from grader.verdict import Failure, Verdict

ADDR2LINE = "riscv64-unknown-elf-addr2line"
BACKTRACE_LINES = 8
BEFORE, AFTER = 3, 2  # records shown around a difference

# A record as a test may write it: its words, or its text.
Line = Sequence[str] | str


class Run:
    """What one boot did: `records` (T1), `ecalls` (T0), `icount`."""

    def __init__(
        self, console: Console, traps: TrapLog, icount: int | None
    ) -> None:
        self.console = console
        self.records = console.records
        self.icount = icount
        self._traps = traps

    def records_of(self, *kinds: str) -> tuple[Record, ...]:
        """The records whose first word is one of `kinds`, in order."""
        return tuple(r for r in self.records if r and r[0] in kinds)

    def expect(
        self, expected: Iterable[Line], only: Collection[str] | str = ()
    ) -> None:
        """Fails unless the records are exactly these, in this order. With
        `only`, records with another first word are left out: for reports
        whose order among each other the contract leaves open."""
        kinds = (only,) if isinstance(only, str) else tuple(only)
        got = self.records_of(*kinds) if kinds else self.records
        wanted = tuple(_record(line) for line in expected)
        if got != wanted:
            raise self.failure(*compare(wanted, got))

    def ecalls(self, program: str, function: str | None = None) -> int:
        """System calls that QEMU saw the program make, in all or in one of
        its functions, as in `run.ecalls("sender", "sys_endpoint_send")`."""
        return self._traps.count(program, function)

    def expect_ecalls(
        self, program: str, function: str, low: int, high: int | None = None
    ) -> None:
        """Fails unless the program made `low` such calls, or from `low` to
        `high` of them where the contract leaves freedom."""
        high = low if high is None else high
        count = self.ecalls(program, function)
        if not low <= count <= high:
            wanted = str(low) if low == high else f"{low} to {high}"
            raise self.failure(
                f"{program} must call {function} {wanted} times, and QEMU saw"
                f" {count} such calls",
                [
                    "What the programs reported may look right: the calls",
                    "themselves are counted from outside the machine.",
                ],
            )

    def check(self, claim: bool, message: str) -> None:
        """Fails with this message unless `claim` is true."""
        if not claim:
            raise self.failure(message)

    def failure(
        self,
        message: str,
        detail: Sequence[str] = (),
        verdict: Verdict = Verdict.FAIL,
    ) -> Failure:
        """A failure that carries this run's evidence."""
        failure = Failure(verdict, message, detail)
        failure.evidence = self._traps.summary()
        failure.icount = self.icount
        return failure


def judge(
    boot: qemu.Boot,
    *,
    nonce: str,
    budget: int,
    programs: Sequence[Program],
    kernel_elf: Path | None = None,
    faults: bool = False,
) -> Run:
    """The run that QEMU saw, or the `Failure` it came to. `faults` says
    that faults of programs are part of the test."""
    at_end_stop = boot.end is qemu.End.END_STOP
    console = read_console(boot.console, nonce, complete=at_end_stop)
    run = Run(console, TrapLog(boot.traplog, programs), boot.icount)

    # What happened first, and is the cause of the rest, is asked first.
    if len(boot.console) > qemu.CONSOLE_BYTES_MAX:
        raise run.failure(
            f"the console passed {qemu.CONSOLE_BYTES_MAX >> 20} MiB",
            _tail(console.talk),
            Verdict.OUTPUT_LIMIT,
        )
    if console.panic:
        raise run.failure(
            console.panic.text,
            _source_lines(console.panic, kernel_elf),
            Verdict.PANIC,
        )
    if console.faults and not faults:
        raise run.failure(
            console.faults[0], console.faults[1:4], Verdict.USER_FAULT
        )
    _judge_end(boot, run, budget)
    if console.rejected:
        raise run.failure(f"the records do not count: {console.rejected}")
    return run


def _judge_end(boot: qemu.Boot, run: Run, budget: int) -> None:
    """Fails unless the run reached its end stop within its budget."""
    if boot.end is qemu.End.DEADLOCK:
        raise run.failure(
            "every program waits, no timer is set, and the last one has not"
            " reached its end",
            _progress(run),
            Verdict.DEADLOCK,
        )
    if boot.end is qemu.End.TRAP_STORM:
        raise run.failure(
            "the machine traps for ever; the last traps were",
            _last_traps(boot.traplog),
            Verdict.BUDGET,
        )
    if boot.end is qemu.End.POWER_OFF:
        raise run.failure(
            "the machine was switched off before the test was at its end",
            _tail(run.console.talk),
        )
    if boot.end is qemu.End.BUDGET or (boot.icount or 0) > budget:
        spent = (
            "at least twice as many"
            if boot.end is qemu.End.BUDGET
            else f"{boot.icount:,}"
        )
        raise run.failure(
            f"the budget is {budget:,} instructions, and it took {spent}",
            _progress(run),
            Verdict.BUDGET,
        )


def compare(
    expected: Sequence[Record], got: Sequence[Record]
) -> tuple[str, list[str]]:
    """Says where two different lists of records part, in one sentence and a
    few lines that show the place."""
    at = next(
        (i for i, (a, b) in enumerate(zip(expected, got)) if a != b),
        min(len(expected), len(got)),
    )
    wanted = expected[at] if at < len(expected) else None
    actual = got[at] if at < len(got) else None
    lines = [f"    {' '.join(r)}" for r in expected[max(0, at - BEFORE) : at]]
    if at > BEFORE:
        lines.insert(0, f"    ... {at - BEFORE} more that are right")
    lines.append(f"  expected  {' '.join(wanted) if wanted else '(the end)'}")
    lines.append(f"  got       {' '.join(actual) if actual else '(the end)'}")
    if wanted and actual and len(wanted) == len(actual):
        lines.append("            " + _marks(wanted, actual))
    after = got[at + 1 : at + 1 + AFTER]
    lines += [f"    then      {' '.join(record)}" for record in after]
    return _explain(expected, got, at), [line.rstrip() for line in lines]


def _explain(
    expected: Sequence[Record], got: Sequence[Record], at: int
) -> str:
    """The first difference in words: missing, extra, order, or content."""
    place = f"record {at + 1}"
    if at == len(got):
        return f"{place} of {len(expected)} is missing: the reports end before"
    if at == len(expected):
        return f"{place} is one too many: the reports should be at their end"
    wanted, actual = expected[at], got[at]
    if wanted in got[at + 1 :]:
        if actual in expected[at + 1 :]:
            return f"{place} is out of order: it should come later"
        return f"{place} should not be there"
    if actual in expected[at + 1 :]:
        return f"{place} is missing: the one after it came instead"
    if actual in expected[:at]:
        return f"{place} repeats an earlier one"
    if len(wanted) == len(actual) and wanted[:1] == actual[:1]:
        wrong = [i for i, (a, b) in enumerate(zip(wanted, actual)) if a != b]
        words = ", ".join(str(i + 1) for i in wrong)
        zero = all(not actual[i].strip("0x") for i in wrong)
        return (
            f"{place} differs in word{'s' if len(wrong) > 1 else ''} {words}"
            + (f", {'which are' if len(wrong) > 1 else 'which is'} 0" * zero)
        )
    return f"{place} is another than expected"


def _marks(wanted: Record, actual: Record) -> str:
    """Carets below the words of `actual` that differ."""
    return " ".join(
        ("^" if a != b else " ") * len(b) for a, b in zip(wanted, actual)
    )


def _record(line: Line) -> Record:
    return tuple(line.split()) if isinstance(line, str) else tuple(line)


def _tail(text: str, lines: int = 3) -> list[str]:
    """The last lines of the console, cut to the width of a card."""
    return ["  " + line[:74] for line in text.strip().splitlines()[-lines:]]


def _last_traps(traplog: bytes) -> list[str]:
    """The last lines of QEMU's trap log, without what all of them begin
    with."""
    lines = traplog[-1000:].decode("latin-1").splitlines()[-4:-1]
    return [f"  {line.partition(' async:')[2][3:]}" for line in lines]


def _progress(run: Run) -> list[str]:
    """How far a run came that never reached its end."""
    count = len(run.records)
    if not count:
        return ["Not one record was reported.", *_tail(run.console.talk)]
    last = " ".join(run.records[-1])
    return [f"{count} records were reported, the last one is", f"  {last}"]


def _source_lines(panic: Panic, kernel_elf: Path | None) -> list[str]:
    """The panic's backtrace as functions and lines of source."""
    if not kernel_elf:
        return []
    # A return address belongs to the instruction before it: the call.
    addresses = [address - 1 for address in panic.callers]
    if panic.pc is not None:
        addresses.insert(0, panic.pc)
    answer = subprocess.run(
        [ADDR2LINE, "-f", "-i", "-e", kernel_elf, *map(hex, addresses)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    pairs = zip(answer[::2], answer[1::2])
    return [
        f"  {function:<24} {line.split(' (')[0]}"
        for function, line in list(pairs)[:BACKTRACE_LINES]
    ]
