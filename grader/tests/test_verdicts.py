# SPDX-License-Identifier: MIT
"""Each way in which a run can end, brought about by a guest that does it."""

import os
import re
from pathlib import Path

import pytest

from grader import qemu, traplog
from grader.tests.conftest import Guest
from grader.verdict import Failure, InfrastructureError, Verdict


def failure(guest: Guest, do: str, **arguments: int) -> Failure:
    """The failure that a run of the guest comes to."""
    with pytest.raises(Failure) as caught:
        guest.run(do, faults=False, **arguments)
    return caught.value


def work(guest: Guest, rounds: int) -> int:
    """The instructions from power-on to the end of so many rounds."""
    icount = guest.boot("work", count=rounds).icount
    assert icount
    return icount


def test_records_arrive(behave: Guest) -> None:
    run = behave.run("report")
    run.expect(
        [
            "short",
            "a longer record in more pieces than one, for sure",
            "value 0000000000005a17",
        ]
    )
    assert "talk that is no record" in run.console.talk


def test_calls_are_seen_from_outside(behave: Guest) -> None:
    run = behave.run("call", count=7)
    assert run.ecalls("guest", "sys_probe") == 7
    assert run.ecalls("guest", "user_leave") == 1
    assert run.ecalls("guest") == 8
    run.expect_ecalls("guest", "sys_probe", 7)
    run.expect_ecalls("guest", "sys_probe", 5, 9)
    with pytest.raises(Failure, match="6 times, and QEMU saw 7"):
        run.expect_ecalls("guest", "sys_probe", 6)


def test_the_count_is_exact(behave: Guest) -> None:
    """Two more rounds of a two-instruction loop are four instructions, and
    the same run again is the same count."""
    counts = [work(behave, count) for count in (100, 102, 100)]
    assert counts[2] == counts[0]
    assert counts[1] == counts[0] + 4


@pytest.mark.parametrize("shift", [1, 5])
def test_the_same_seed_is_the_same_run(behave: Guest, shift: int) -> None:
    first, second = (
        behave.boot("call", count=50, shift=shift) for _ in range(2)
    )
    assert first == second


def test_panic(behave: Guest) -> None:
    loss = failure(behave, "panic")
    assert loss.verdict is Verdict.PANIC
    assert loss.message == "PANIC hart 0: the guest was asked to"
    assert any("guest_main" in line for line in loss.detail)
    assert any("behave.c:" in line for line in loss.detail)


def test_user_fault(behave: Guest) -> None:
    loss = failure(behave, "fault")
    assert loss.verdict is Verdict.USER_FAULT
    assert "load from an unmapped page" in loss.message
    behave.run("fault", faults=True)


def test_deadlock_when_nothing_is_armed(behave: Guest) -> None:
    loss = failure(behave, "wait")
    assert loss.verdict is Verdict.DEADLOCK
    assert "  before" in loss.detail


def test_deadlock_when_only_the_timer_ticks(behave: Guest) -> None:
    loss = failure(behave, "tick", budget=2_000_000_000)
    assert loss.verdict is Verdict.DEADLOCK


def test_budget_spent_while_programs_run(
    behave: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls without end: from a program, or so it looks, and from the
    kernel's own memory."""
    monkeypatch.setattr(qemu, "TRAP_LOG_BYTES_MAX", 1 << 20)
    assert failure(behave, "call", count=1 << 40).verdict is Verdict.LIVELOCK
    its_place = re.compile(rb"epc:0x0{8}8021")
    monkeypatch.setattr(traplog, "USER_TRAP", its_place)
    loss = failure(behave, "call", count=1 << 40)
    assert loss.verdict is Verdict.BUDGET
    assert "The hart was in" in loss.detail
    assert "no end of traps" in loss.message


def test_livelock_of_a_kernel_that_spins(behave: Guest) -> None:
    loss = failure(behave, "spin")
    assert loss.verdict is Verdict.LIVELOCK
    assert "at least twice as many" in loss.message
    assert loss.detail[-2:] == ("The hart was in", "  guest: guest_main")


def test_budget_is_judged_by_the_exact_count(behave: Guest) -> None:
    count = work(behave, 1000)
    behave.run("work", count=1000, budget=count)
    loss = failure(behave, "work", count=1000, budget=count - 1)
    assert loss.verdict is Verdict.BUDGET
    assert f"{count:,}" in loss.message


def test_livelock_of_a_kernel_that_traps(
    behave: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "TRAP_LOG_BYTES_MAX", 1 << 20)
    loss = failure(behave, "storm")
    assert loss.verdict is Verdict.LIVELOCK
    assert "no end of traps" in loss.message


def test_output_limit(
    behave: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "CONSOLE_BYTES_MAX", 1 << 16)
    loss = failure(behave, "print", budget=1_000_000_000)
    assert loss.verdict is Verdict.OUTPUT_LIMIT


def test_switched_off_early(behave: Guest) -> None:
    loss = failure(behave, "off")
    assert loss.verdict is Verdict.FAIL
    assert "switched off" in loss.message


@pytest.mark.parametrize(
    "do, reason",
    [
        ("replay", "nonce 00000000"),
        ("gap", "sequence number 1"),
        ("many", "more than 200"),
    ],
)
def test_records_that_do_not_count(behave: Guest, do: str, reason: str) -> None:
    loss = failure(behave, do)
    assert loss.verdict is Verdict.FAIL
    assert reason in loss.message


def test_a_qemu_that_dies_is_infrastructure(
    behave: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "firmware", lambda: Path("/dev/null/none"))
    with pytest.raises(InfrastructureError):
        behave.boot("report")


def test_the_backstop_is_infrastructure(
    behave: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "START_SECONDS", -40)
    with pytest.raises(InfrastructureError, match="no end after"):
        behave.boot("spin")


def test_no_machine_is_left_behind(behave: Guest) -> None:
    behave.boot("report")
    with pytest.raises(Failure):
        behave.run("spin")
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    left = [pid for task in tasks for pid in task.read_text().split()]
    names = [Path(f"/proc/{pid}/comm").read_text() for pid in left]
    assert not [name for name in names if name.startswith("qemu")]
