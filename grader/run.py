# SPDX-License-Identifier: MIT
"""One finished boot, as lab tests see it.

`judge` turns what QEMU saw into a `Run`, or into a `Failure` if the machine
did not come to its end stop in good order. A lab test then says what it
expects:

    run = boot(count=5)
    run.expect([("recv", "1", "1f2e"), ("recv", "2", "a3c4")])
    run.expect_ecalls("sender", "sys_endpoint_send", 5)

A test of several parts that stand for themselves says `run.part(name, ok)` of
each and goes on: some right and some wrong is PARTIAL.

Records are compared one by one, in their order and as often as they come:
what appears twice was done twice.

The machine still stands at its end stop, so a test can also look at it:
`registers`, `satp`, `leaves()`, `translate(va)`, `read_user(...)`. It shows
the space of the program that ended the run. Page tables that cannot be walked
are a failure like any other."""

import subprocess
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader import qemu, sv39
from grader.console import Console, Panic, Record, read_console
from grader.difference import compare, without_numbers
from grader.elf import Program
from grader.endstop import EndStop
from grader.sv39 import Entry, Leaf
from grader.traplog import TIMER, Trap, TrapLog
from grader.verdict import Failure, InfrastructureError, Verdict

ADDR2LINE = "riscv64-unknown-elf-addr2line"
BACKTRACE_LINES = 8
# Runs that the grader ended, at no particular point.
ENDLESS = (Verdict.BUDGET, Verdict.LIVELOCK, Verdict.OUTPUT_LIMIT)

# A record as a test may write it: its words, or its text.
Line = Sequence[str] | str


@dataclass(frozen=True)
class Part:
    """A part of a score, as a test reported it; `loss` if it is wrong."""

    name: str
    loss: Failure | None


class Run:
    """What one boot did: `records` (T1), `ecalls` (T0), `icount`, and the
    machine at its end stop (T0)."""

    def __init__(
        self,
        console: Console,
        traps: TrapLog,
        icount: int | None,
        stop: EndStop | None = None,
        parts: list[Part] | None = None,
    ) -> None:
        self.name = ""  # of its directory
        self.console = console
        self.records = console.records
        self.icount = icount
        self._traps = traps
        self._stop = stop
        self.parts = [] if parts is None else parts

    def records_of(self, *kinds: str) -> tuple[Record, ...]:
        """The records whose first word is one of `kinds`, in order."""
        return tuple(r for r in self.records if r and r[0] in kinds)

    def expect(
        self,
        expected: Iterable[Line],
        only: Collection[str] | str = (),
        fields: Sequence[str] = (),
        is_placed: bool = False,
    ) -> None:
        """Fails unless the records are exactly these, in this order. With
        `only`, records with another first word are left out: for reports
        whose order among each other the contract leaves open. `fields` names
        the words of a record, for the card: ("", "label", "", "token").
        `is_placed` says that where they part belongs to the class of the
        difference: every kernel does the same in this test, one thing after
        the other."""
        kinds = (only,) if isinstance(only, str) else tuple(only)
        got = self.records_of(*kinds) if kinds else self.records
        wanted = tuple(_record(line) for line in expected)
        if got != wanted:
            found = compare(wanted, got, fields)
            pairs = enumerate(zip(wanted, got))
            at = next((i for i, (a, b) in pairs if a != b), len(got))
            raise self.failure(
                found.message,
                found.lines,
                difference=f"{found.kind} at {at}" if is_placed else found.kind,
            )

    @property
    def programs(self) -> Iterable[Program]:
        """The ELF files of the lab's programs."""
        return self._traps.programs.values()

    @property
    def programs_get_on(self) -> bool:
        """Whether programs were still running when a run without end was
        ended, as far as QEMU saw them trap."""
        return self._traps.programs_get_on

    def ecalls(self, program: str, function: str | None = None) -> int:
        """System calls that QEMU saw the program make, in all or in one of
        its functions, as in `run.ecalls("sender", "sys_endpoint_send")`."""
        return self._traps.count(program, function)

    @property
    def faults(self) -> tuple[Trap, ...]:
        """The faults of programs that QEMU saw, in order."""
        return tuple(t for t in self._traps.others if not t.is_interrupt)

    @property
    def timer_interrupts(self) -> tuple[Trap, ...]:
        """The timer interrupts that QEMU saw while a program ran."""
        return tuple(
            t for t in self._traps.others if t.is_interrupt and t.cause == TIMER
        )

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
                difference=f"{function} in {program}"
                f" {count - (low if count < low else high):+}",
                is_t0=True,
            )

    @property
    def registers(self) -> dict[str, int]:
        """The general registers by their ABI names, and the pc."""
        with self._at_end_stop() as stop:
            return stop.registers

    @property
    def satp(self) -> int:
        """Which page tables the hart uses."""
        with self._at_end_stop() as stop:
            return stop.satp

    def control_register(self, name: str) -> int:
        """A control register of the hart, as in `sscratch`."""
        with self._at_end_stop() as stop:
            return stop.control_register(name)

    def translate(self, va: int) -> Leaf | None:
        """The mapping {va, pa, rights, bytes} that an address lies in, None
        if it has none. Rights are letters of r, w, x, u, g."""
        with self._at_end_stop() as stop:
            return stop.translate(va)

    def leaves(self) -> list[Leaf]:
        """All mappings of the user half, by address."""
        with self._at_end_stop() as stop:
            return stop.leaves()

    def read_user(
        self, program: str, variable: str, length: int | None = None
    ) -> bytes:
        """The first `length` bytes of a variable of the program that ended
        the run, or all of it."""
        va, size = self.program(program).variable(variable)
        with self._at_end_stop() as stop:
            return stop.read(va, size if length is None else length)

    def read(self, va: int, length: int) -> bytes:
        """Bytes at an address of the program that ended the run."""
        with self._at_end_stop() as stop:
            return stop.read(va, length)

    def read_physical(self, address: int, length: int) -> bytes:
        """Bytes of RAM."""
        with self._at_end_stop() as stop:
            return stop.read_physical(address, length)

    def entries(
        self, root: int, first: int = 0, end: int = sv39.ENTRIES
    ) -> list[Entry]:
        """The valid entries of the tables below the root table at physical
        address `root`, from its slots `first` to `end`."""
        with self._at_end_stop() as stop:
            return sv39.entries(stop.read_physical, root, first, end)

    @property
    def firmware_calls(self) -> int:
        """Calls of the firmware that QEMU saw the kernel make."""
        return self._traps.firmware_calls

    def program(self, name: str) -> Program:
        """What the ELF file of a program says: its segments, for example."""
        return self._traps.programs[name]

    @contextmanager
    def _at_end_stop(self) -> Iterator[EndStop]:
        """The stopped machine; what cannot be read in it fails the run."""
        if not self._stop:
            raise InfrastructureError("the machine was not kept")
        try:
            yield self._stop
        except ValueError as error:
            raise self.failure(f"at the end of the run, {error}") from error

    def check(
        self,
        claim: bool,
        message: str,
        is_t0: bool = False,
        difference: str | None = None,
    ) -> None:
        """Fails with this message unless `claim` is true. `is_t0` says that
        the claim is about what was seen from outside the machine. As in
        `failure`, `difference` is the class of what is wrong."""
        if not claim:
            raise self.failure(message, difference=difference, is_t0=is_t0)

    def part(self, name: str, ok: bool, message: str = "") -> None:
        """Reports one part of the score, and goes on. What is reported twice
        must be right twice. An exception later on loses all parts."""
        text = f"{name}: {message or 'this part is wrong'}"
        self.parts.append(Part(name, None if ok else self.failure(text)))

    def failure(
        self,
        message: str,
        detail: Sequence[str] = (),
        verdict: Verdict = Verdict.FAIL,
        difference: str | None = None,
        is_t0: bool = False,
    ) -> Failure:
        """A failure that carries this run's evidence. `difference` is its
        class (difference.py); if it is not given, the message without its
        numbers. How many calls QEMU saw is part of it, where that does not
        depend on when the grader lost patience."""
        failure = Failure(verdict, message, detail)
        failure.difference = difference or without_numbers(message)
        if verdict not in ENDLESS:
            failure.difference += f", calls {self._traps.digest}"
        failure.is_t0 = is_t0
        failure.evidence = self._traps.summary()
        failure.icount = self.icount
        failure.timer_interrupts = len(self.timer_interrupts)
        return failure


def judge(
    boot: qemu.Boot,
    *,
    nonce: str,
    budget: int,
    programs: Sequence[Program],
    kernel_elf: Path | None = None,
    faults: bool = False,
    parts: list[Part] | None = None,
) -> Run:
    """The run that QEMU saw, or the `Failure` it came to. `faults` says
    that faults of programs are part of the test; reported parts of the score go
    to `parts`."""
    at_end_stop = boot.end is qemu.End.END_STOP
    console = read_console(boot.console, nonce, complete=at_end_stop)
    traps = TrapLog(boot.traplog, programs)
    run = Run(console, traps, boot.icount, boot.stop, parts)

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
            _panic_lines(console.panic, kernel_elf),
            Verdict.PANIC,
        )
    if console.faults and not faults:
        raise run.failure(
            console.faults[0], console.faults[1:4], Verdict.USER_FAULT
        )
    _judge_end(boot, run, budget, kernel_elf)
    if console.rejected:
        raise run.failure(f"the records do not count: {console.rejected}")
    return run


def _judge_end(
    boot: qemu.Boot, run: Run, budget: int, kernel_elf: Path | None
) -> None:
    """Fails unless the run reached its end stop within its budget."""
    if boot.end is qemu.End.DEADLOCK:
        raise run.failure(
            "every program waits, no timer is set, and the last one has not"
            " reached its end",
            _progress(run),
            Verdict.DEADLOCK,
            f"after {len(run.records)} records",
        )
    if boot.end is qemu.End.POWER_OFF:
        raise run.failure(
            "the machine was switched off before the test was at its end",
            _tail(run.console.talk),
        )
    endless = boot.end in (qemu.End.BUDGET, qemu.End.TRAP_STORM)
    if endless or (boot.icount or 0) > budget:
        spent = "at least twice as many" if endless else f"{boot.icount:,}"
        if boot.end is qemu.End.TRAP_STORM:
            spent = "no end of traps"
        is_livelock = endless and not run.programs_get_on
        raise run.failure(
            f"the budget is {budget:,} instructions, and it took {spent}",
            [*_progress(run), *_last_place(boot, run, kernel_elf)],
            Verdict.LIVELOCK if is_livelock else Verdict.BUDGET,
            f"after {len(run.records)} records",
        )


def _last_place(
    boot: qemu.Boot, run: Run, kernel_elf: Path | None
) -> list[str]:
    """Where the hart was when the grader lost patience: in a program, or in
    the kernel."""
    if boot.last_pc is None:
        return []
    for program in run.programs:
        if function := program.function(boot.last_pc):
            return ["The hart was in", f"  {program.name}: {function}"]
    lines = _source_lines([boot.last_pc], kernel_elf)
    return ["The hart was in", *lines] if lines else []


def _record(line: Line) -> Record:
    return tuple(line.split()) if isinstance(line, str) else tuple(line)


def _tail(text: str, lines: int = 3) -> list[str]:
    """The last lines of the console, cut to the width of a card."""
    return ["  " + line[:74] for line in text.strip().splitlines()[-lines:]]


def _progress(run: Run) -> list[str]:
    """How far a run came that never reached its end."""
    count = len(run.records)
    if not count:
        return ["Not one record was reported.", *_tail(run.console.talk)]
    last = " ".join(run.records[-1])
    return [f"{count} records were reported, the last one is", f"  {last}"]


def _panic_lines(panic: Panic, kernel_elf: Path | None) -> list[str]:
    """The panic's backtrace as functions and lines of source."""
    # A return address belongs to the instruction before it: the call.
    addresses = [address - 1 for address in panic.callers]
    if panic.pc is not None:
        addresses.insert(0, panic.pc)
    return _source_lines(addresses, kernel_elf)


def _source_lines(
    addresses: Sequence[int], kernel_elf: Path | None
) -> list[str]:
    """Addresses in the kernel as functions and lines of source, inlined
    functions before those they are in."""
    if not kernel_elf or not addresses:
        return []
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
        if function != "??"
    ]
