# SPDX-License-Identifier: MIT
"""Lab 2: what must be in the registers, worked out on the host from the seed.

A *pattern* is 31 numbers of a thread's own sequence. The programs compare 30
registers themselves; t6 only the host can see, where the machine stands at
its end (T0). What else a kernel cannot make up is in QEMU's trap log: where
each trap was, what its cause was, and how often it came."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import TypeVar

import pytest

from grader.plugin import Boot
from grader.remote import GENERAL_REGISTERS
from grader.run import Run
from grader.seed import Seed, SplitMix
from grader.verdict import Failure, Verdict

BOOT_PROCESS = 0x10001  # of kernel/abi/boot.h
KERNEL_START = 0xFFFF_FFC0_0000_0000
SYS_THREAD_YIELD, SYS_MEMORY_MAP = 18, 33  # of kernel/abi/syscall.h
HART_LOCK = 24  # of kernel/layout.h
USER_CALL = 8
NO_SLICE = 1_000_000  # microseconds
SLICE_US_MIN = 100

STILL = re.compile(r"is still to be written \(exercise (\d\.\d)\)")
TOLD = re.compile(
    r"FAULT (\S+) thread \d+: (.*), pc 0x([0-9a-f]+), address 0x([0-9a-f]+)"
)

# By number: faulter.c's function, the cause, and what the kernel calls it.
WAYS = (
    ("fault_load", 13, "load from a page that is not readable"),
    ("fault_store", 15, "store to a page that is not writable"),
    ("fault_fetch", 12, "fetch from a page that is not executable"),
    ("fault_illegal", 2, "illegal instruction"),
    ("fault_breakpoint", 3, "breakpoint instruction"),
)

ENDLESS = (Verdict.BUDGET, Verdict.LIVELOCK)

T = TypeVar("T")


def booted(boot: Boot, exercise: str, **arguments: int | str) -> Run:
    """The run; SKIPPED if it needs an exercise that nobody has begun."""
    faults = exercise == "2.4" or exercise == "2.6"
    try:
        return boot(
            faults=faults, initrd=None, stop_in_kernel=None, **arguments
        )
    except Failure as failure:
        _skip_if_unwritten(failure, exercise)
        raise


def _skip_if_unwritten(failure: Failure, exercise: str) -> None:
    """Nothing can be said of an exercise if another one is missing that it
    rests on, or if no program comes through its first trap."""
    match = STILL.search(failure.message)
    if failure.verdict is Verdict.PANIC and match and match[1] != exercise:
        pytest.skip(f"because exercise {match[1]} is still to be written")
    if (
        failure.verdict in ENDLESS
        and exercise > "2.2"
        and _calls(failure) <= 1
    ):
        pytest.skip("because nobody gets in and out of the kernel: see 2.2")


def _calls(failure: Failure) -> int:
    """The calls of programs that QEMU saw in a run that was lost."""
    return sum(
        int(number)
        for line in failure.evidence
        for number in re.findall(r" (\d+)(?:,|$)", line)
    )


# ------------------------------------------------------------------ patterns


def pattern(stream: SplitMix) -> dict[str, int]:
    """The next one, by the names of the registers."""
    return {name: stream.next() for name in GENERAL_REGISTERS[1:32]}


def expect_registers(run: Run, expected: dict[str, int]) -> None:
    """Fails unless the registers at the end stop are these."""
    got = run.registers
    wrong = [name for name, value in expected.items() if got[name] != value]
    if wrong:
        zero = all(got[name] == 0 for name in wrong)
        raise run.failure(
            f"at the end of the run {', '.join(wrong)} should not hold what"
            " QEMU found there" + (": 0" if zero else ""),
            [
                f"    {name:<4} expected {expected[name]:016x},"
                f" got {got[name]:016x}"
                for name in wrong
            ],
            difference=f"registers {' '.join(wrong)}{' zero' * zero}",
            is_t0=True,
        )


def expect_patterns(run: Run, seed: Seed, rounds: int, call: bool) -> None:
    """Both threads kept all their patterns, and the first has its last one
    in its registers; behind a call, with the answer in a0."""
    run.expect(
        (
            f"{name} kept {rounds} of {rounds} patterns"
            for name in ("first", "second")
        ),
        only=("first", "second"),
    )
    stream = seed.stream()
    for _ in range(rounds + 1):
        last = pattern(stream)
    last["a7"] = SYS_THREAD_YIELD
    if call:
        last["a0"] = 0
    expect_registers(run, last)


# ----------------------------------------------------------------------- 2.1


@pytest.mark.score("2.1", "first-registers")
def test_first_registers(boot: Boot, seed: Seed) -> None:
    count = seed.pick(3, 6)
    run = booted(
        boot, "2.1", act="frames", count=count,
        slice_us=NO_SLICE, phase_us=NO_SLICE,
    )  # fmt: skip
    stream = seed.stream()
    noted = [
        f"entry {2 - stream.below(2)} sp {stream.next():016x}"
        f" a0 {stream.next():016x}"
        for _ in range(count)
    ]
    run.expect(noted)
    expected = dict.fromkeys(GENERAL_REGISTERS[1:32], 0)
    expected["sp"] = stream.next() & ~15
    expected["a0"] = stream.next()
    expect_registers(run, expected)


# ----------------------------------------------------------------------- 2.2


@pytest.mark.score("2.2", "entry")
def test_entry(boot: Boot, seed: Seed) -> None:
    """The first call of trap(): no record has been made, and none is
    needed."""
    del seed
    try:
        run = boot(act="calls", stop_in_kernel="trap")
    except Failure as failure:
        _skip_if_unwritten(failure, "2.2")
        raise
    for claim, message in claims_at_entry(run):
        run.check(claim, message, is_t0=True)


def claims_at_entry(run: Run) -> Iterator[tuple[bool, str]]:
    """What must be true where trap() begins, and what is wrong otherwise."""
    registers = run.registers
    frame = registers["a0"]
    yield (
        registers["a1"] == USER_CALL,
        f"trap() must find scause in a1; it is {registers['a1']:#x}, and the"
        " first trap was a system call",
    )
    yield (
        run.ecalls("traps_driver") == 1
        and run.program("traps_driver").function(registers["a2"]) is not None
        and run.control_register("sepc") == registers["a2"],
        f"trap() must find sepc in a2; it is {registers['a2']:#x}",
    )
    yield (
        run.control_register("sscratch") == 0,
        "sscratch must be 0 in the kernel: who traps there would be taken for"
        " a program",
    )
    yield (
        registers["sp"] > KERNEL_START and frame > KERNEL_START,
        "trap() must run on the hart's stack, with the thread in a0",
    )
    # The first call of any first program shows it its archive.
    for name, low, high in (
        ("a7", SYS_MEMORY_MAP, SYS_MEMORY_MAP),
        ("a0", BOOT_PROCESS, BOOT_PROCESS),
        ("sp", 1, KERNEL_START - 1),
    ):
        saved = word(run, frame + 8 * GENERAL_REGISTERS.index(name))
        yield (
            low <= saved <= high,
            f"the thread's frame must hold the program's {name}; it holds"
            f" {saved:#x}",
        )
    lock = word(run, registers["tp"] + HART_LOCK)
    yield (
        any(run.read(lock, 4)),
        "the lock must be taken before trap() is called: it is free",
    )


def word(run: Run, address: int) -> int:
    return int.from_bytes(run.read(address, 8), "little")


@pytest.mark.score("2.2", "calls")
def test_calls(boot: Boot, seed: Seed) -> None:
    rounds = seed.pick(6, 12)
    run = booted(
        boot, "2.2", act="calls", rounds=rounds,
        slice_us=NO_SLICE, phase_us=NO_SLICE,
    )  # fmt: skip
    expect_patterns(run, seed, rounds, call=True)
    for function, count in (
        ("first_call", rounds),
        ("second_call", rounds),
        ("last_call", 1),
    ):
        run.expect_ecalls("traps_driver", function, count)


@pytest.mark.score("2.2", "interrupted")
def test_interrupted(boot: Boot, seed: Seed) -> None:
    rounds = seed.pick(6, 12)
    run = timed(
        boot, "2.2", act="interrupted", rounds=rounds,
        slice_us=seed.pick(SLICE_US_MIN, 150),
    )  # fmt: skip
    expect_patterns(run, seed, rounds, call=False)
    expect_interrupted(run)


def expect_interrupted(run: Run) -> None:
    """QEMU saw the first thread interrupted with its last pattern in its
    registers."""
    run.check(
        any(t.function == "last_sled" for t in run.timer_interrupts),
        "the first thread must be interrupted by the timer before its end",
        is_t0=True,
    )


def timed(boot: Boot, exercise: str, **arguments: int | str) -> Run:
    """A run that never ends without a timer; SKIPPED if no program was
    interrupted by one."""
    try:
        return booted(boot, exercise, **arguments)
    except Failure as failure:
        if (
            failure.verdict in ENDLESS
            and not failure.timer_interrupts
            and _calls(failure) > 1
        ):
            pytest.skip("because the timer, exercise 2.5, never came")
        raise


# ----------------------------------------------------------------------- 2.3

# What traps_driver.c asks for, in its order.
KNOWN = (
    (0, "ERR_HANDLE"),
    (1, "ERR_HANDLE"),
    (2, "ERR_HANDLE"),
    (8, "OK"),
    (16, "ERR_ARGUMENT"),
    (18, "OK"),
    (20, "ERR_ARGUMENT"),
    (24, "ERR_ARGUMENT"),
    (32, "OK"),
    (32, "ERR_ARGUMENT"),
    (42, "ERR_HANDLE"),
    (56, "ERR_ARGUMENT"),
    (57, "ERR_ARGUMENT"),
    (59, "ERR_ARGUMENT"),
)
UNKNOWN = (
    7, 9, 15, 21, 31, 60, 64, 255, (1 << 32) + 8, (1 << 63) + 8, (1 << 16) + 18,
    (1 << 64) - 1, (1 << 64) - 1 - 8,
)  # fmt: skip


def rotated(items: tuple[T, ...], first: int) -> tuple[T, ...]:
    return items[first:] + items[:first]


@pytest.mark.score("2.3", "known")
def test_known(boot: Boot, seed: Seed) -> None:
    first = seed.pick(0, len(KNOWN) - 1)
    run = booted(boot, "2.3", act="known", **{"from": first})
    run.expect(
        f"call {number} {error}" for number, error in rotated(KNOWN, first)
    )
    run.expect_ecalls("traps_driver", "first_call", len(KNOWN))


@pytest.mark.score("2.3", "unknown")
def test_unknown(boot: Boot, seed: Seed) -> None:
    first = seed.pick(0, len(UNKNOWN) - 1)
    run = booted(boot, "2.3", act="unknown", **{"from": first})
    stream = seed.stream()
    expected = []
    for number in rotated(UNKNOWN, first):
        expected.append(f"call {number:x} ERR_SYSCALL")
        expected.append(f"call {stream.next() | 1 << 8:x} ERR_SYSCALL")
    run.expect(expected)
    run.expect_ecalls("traps_driver", "first_call", 2 * len(UNKNOWN))


# ----------------------------------------------------------------------- 2.4


def faults_played(
    boot: Boot, seed: Seed, exercise: str, count: int, **words: int | str
) -> tuple[Run, int]:
    """A run in which so many programs fault, and the first one's way."""
    first = seed.pick(0, len(WAYS) - 1)
    arguments: dict[str, int | str] = {"act": "faults", "count": count}
    arguments["from"] = first
    play = timed if exercise == "2.6" else booted
    return play(boot, exercise, **{**arguments, **words}), first


def expect_faults(run: Run, count: int, first: int) -> None:
    """Each program stopped where it faulted, and QEMU saw it fault once."""
    wanted = [WAYS[(first + i) % len(WAYS)][:2] for i in range(count)]
    # A jump to where no code is has its epc there, in no function.
    fetch = WAYS[2][1]
    got = [
        ("fault_fetch" if t.cause == fetch else t.function, t.cause)
        for t in run.faults
    ]
    differs = (i for i in range(count) if got[i : i + 1] != wanted[i : i + 1])
    at = next(differs, 0)
    if got != wanted:
        reason = f", and fault {at + 1} is not {wanted[at][0]}'s"
        raise run.failure(
            f"QEMU must see {count} faults, one of each program; it saw"
            f" {len(got)}" + reason * (got[:count] != wanted),
            difference=f"{min(len(got), 3 * count)} faults, wrong from {at}",
            is_t0=True,
        )
    run.expect(
        (
            f"f{i} began, stopped, with it its second thread"
            for i in range(count)
        ),
        only=[f"f{i}" for i in range(count)],
    )


@pytest.mark.score("2.4", "ended")
def test_ended(boot: Boot, seed: Seed) -> None:
    count = len(WAYS)
    run, first = faults_played(boot, seed, "2.4", count)
    expect_faults(run, count, first)


@pytest.mark.score("2.4", "told")
def test_told(boot: Boot, seed: Seed) -> None:
    """What the kernel says of each fault is what QEMU saw."""
    count = len(WAYS)
    run, first = faults_played(boot, seed, "2.4", count)
    told = [m.groups() for m in map(TOLD.match, run.console.faults) if m]
    got = [f"{name}, {text}" for name, text, _, _ in told]
    wanted = [f"f{i}, {WAYS[(first + i) % count][2]}" for i in range(count)]
    pairs = zip_longest(got, wanted, fillvalue="nothing")
    differs = ((a, b) for a, b in pairs if a != b)
    other, one = next(differs, ("", ""))
    run.check(
        got == wanted,
        f"the kernel must tell of {one}; it tells of {other}",
    )
    seen = {t.cause: t for t in reversed(run.faults)}
    for i, (_, _, pc, address) in enumerate(told):
        trap = seen.get(WAYS[(first + i) % count][1])
        if trap:
            run.check(
                int(pc, 16) == trap.epc,
                f"a fault with its pc at {trap.epc:#x} is told with {pc}",
            )
            if int(address, 16) != trap.tval:
                is_pc = int(address, 16) == trap.epc
                raise run.failure(
                    f"a fault that touched {trap.tval:#x} is told with"
                    f" {address}",
                    difference=f"address {'of pc' if is_pc else 'other'}",
                )


# ----------------------------------------------------------------------- 2.5


@pytest.mark.score("2.5", "turns")
def test_turns(boot: Boot, seed: Seed) -> None:
    rounds = seed.pick(4, 9)
    slice_us = seed.pick(SLICE_US_MIN, 200)
    run = booted(
        boot, "2.5", act="turns", rounds=rounds, slice_us=slice_us,
    )  # fmt: skip
    # In each round each of the three is the last at most once.
    count = len(run.timer_interrupts)
    time_us = ((run.icount or 0) << seed.shift) // 1000
    is_done = run.records == (("turns", *[str(rounds)] * 3),)
    if not is_done or not rounds <= count <= time_us // slice_us + 2:
        raise run.failure(
            f"three threads must do {rounds} rounds, and QEMU must see"
            f" {rounds} timer interrupts at least, and one in a slice at most;"
            f" it saw {count}",
            is_t0=is_done,
        )


@pytest.mark.score("2.5", "slices")
def test_slices(boot: Boot, seed: Seed) -> None:
    slices = seed.pick(20, 30)
    slice_us = seed.pick(150, 400)
    run = booted(
        boot, "2.5", act="slices", slices=slices, slice_us=slice_us,
        phase_us=seed.pick(SLICE_US_MIN, slice_us),
    )  # fmt: skip
    turns = [int(word) for r in run.records_of("slices") for word in r[1:]]
    count = len(run.timer_interrupts)
    least, most = slices // 2 - 2, slices // 2 + 2
    if len(turns) != 2 or not all(least <= n <= most for n in turns):
        had = " and ".join(map(str, turns)) or "none"
        raise run.failure(
            f"in a time of {slices} slices two threads must have"
            f" {slices // 2} turns each; they had {had}",
            difference=f"turns {had}, {count} interrupts",
        )
    if not slices - 2 <= count <= slices + 3:
        raise run.failure(
            f"QEMU must see {slices} timer interrupts, one in each slice; it"
            f" saw {count}",
            difference=f"{count} interrupts in {slices} slices",
            is_t0=True,
        )


# ----------------------------------------------------------------------- 2.6


@pytest.mark.score("2.6", "mixture")
def test_mixture(boot: Boot, seed: Seed) -> None:
    rounds = seed.pick(8, 12)
    count = seed.pick(2, 3)
    run, first = faults_played(
        boot, seed, "2.6", count, act="mixture", rounds=rounds,
        slice_us=seed.pick(SLICE_US_MIN, 150),
    )  # fmt: skip
    expect_faults(run, count, first)
    expect_patterns(run, seed, rounds, call=False)
    expect_interrupted(run)


@pytest.mark.score("2.6", "many-faults")
def test_many_faults(boot: Boot, seed: Seed) -> None:
    count = seed.pick(20, 25)
    run, first = faults_played(boot, seed, "2.6", count)
    expect_faults(run, count, first)
