# SPDX-License-Identifier: MIT
"""Records: framed, counted, and compared in their order and number."""

from pathlib import Path

import pytest

from grader.console import Console, read_console
from grader.difference import compare
from grader.run import Run
from grader.traplog import ELSEWHERE, TrapLog
from grader.verdict import Failure

NONCE = "1234abcd"


def piece(sequence: int, text: str, kind: str = ".") -> str:
    return f"\x1e{NONCE}{sequence:04x}{kind}{text}\r\n"


def read(*parts: str, complete: bool = True) -> Console:
    return read_console("".join(parts).encode(), NONCE, complete)


def run_with(*records: str) -> Run:
    console = read(*(piece(i, text) for i, text in enumerate(records)))
    return Run(console, TrapLog(b"", []), 1000)


def test_pieces_are_joined_and_split_into_words() -> None:
    console = read(
        "hello\r\n",
        piece(0, "recv 1 ", "+"),
        piece(1, "1f2e"),
        "some talk without an end",
        piece(2, "done"),
        "PANIC in the middle of a line is talk\n",
    )
    assert console.rejected is None
    assert console.records == (("recv", "1", "1f2e"), ("done",))
    assert "some talk" in console.talk
    assert console.panic is None


@pytest.mark.parametrize(
    "console, reason",
    [
        (read(piece(0, "a"), piece(2, "c")), "lost, doubled or exchanged"),
        (read(piece(0, "a"), piece(0, "a")), "lost, doubled or exchanged"),
        (read(piece(1, "b"), piece(0, "a")), "lost, doubled or exchanged"),
        (read(piece(0, "a").replace(NONCE, "0" * 8)), "has the nonce 00000000"),
        (read(piece(0, "x" * 26)), "malformed"),
        (read(piece(0, "a", "?")), "malformed"),
        (read(piece(0, "a\tb")), "malformed"),
        (read("\x1e\n"), "malformed"),
        (read(piece(0, "a", "+")), "the last one has no end"),
        (read(piece(0, "a").rstrip()[:-4]), "malformed"),
    ],
)
def test_what_is_framed_wrongly_does_not_count(
    console: Console, reason: str
) -> None:
    assert console.rejected and reason in console.rejected


def test_a_piece_that_the_end_of_the_run_cut_off_was_never_sent() -> None:
    console = read(piece(0, "a"), piece(1, "b")[:9], complete=False)
    assert console.rejected is None
    assert console.records == (("a",),)


def test_panic_and_fault_lines() -> None:
    console = read(
        "PANIC hart 3: E1 is broken\n",
        "  pc 0xffffffc080201234 address 0x10\n",
        "  backtrace 0xffffffc080201234 0xffffffc080205678"
        " 0xffffffc080201111\n",
    )
    assert console.panic
    assert console.panic.text == "PANIC hart 3: E1 is broken"
    assert console.panic.pc == 0xFFFFFFC080201234
    assert [hex(a)[-4:] for a in console.panic.callers] == ["5678", "1111"]
    # Without a trap there is no pc, and all are return addresses.
    console = read("PANIC hart 0: x\n  thread 3\n  backtrace 0x10 0x20\n")
    assert console.panic and console.panic.pc is None
    assert console.panic.callers == (0x10, 0x20)
    fault = (
        "FAULT sender thread 12: store to a read-only page,"
        " pc 0x0000000011000010, address 0x0000000000000008"
    )
    assert read(f"{fault}\r\n").faults == (fault,)
    # A program cannot bring itself to fault by a record that says so.
    assert not read(piece(0, "FAULT sender thread 1: x")).faults


def test_order_and_number_matter() -> None:
    run = run_with("a", "b", "a")
    run.expect(["a", "b", "a"])
    run.expect([("a",), ("b",), ("a",)])
    wrongs: list[list[str]] = [
        ["a", "a", "b"],
        ["a", "b"],
        ["a", "b", "a", "a"],
        ["b", "a", "a"],
        ["a", "b", "b"],
        [],
    ]
    for wrong in wrongs:
        with pytest.raises(Failure):
            run.expect(wrong)


def test_a_part_of_a_record_is_not_the_record() -> None:
    run = run_with("6 1810")
    for wrong in ("6", "1810", "6 181", "6 1810 6 1810", "6 18100"):
        with pytest.raises(Failure):
            run.expect([wrong])


def test_records_of_one_kind_can_be_compared_alone() -> None:
    run = run_with("send 1", "recv 1", "send 2", "recv 2")
    run.expect(["recv 1", "recv 2"], only="recv")
    run.expect(["send 1", "send 2"], only="send")
    with pytest.raises(Failure):
        run.expect(["recv 2", "recv 1"], only="recv")


def test_a_difference_may_be_told_by_its_place() -> None:
    """Where every kernel does the same, the place tells mistakes apart."""
    run = run_with("map 1", "map 2", "map 3")
    for is_placed, places in ((False, 1), (True, 3)):
        kinds = set()
        for wrong in range(3):
            expected = ["map 1", "map 2", "map 3"]
            expected[wrong] = "map 0 0"
            with pytest.raises(Failure) as failure:
                run.expect(expected, is_placed=is_placed)
            kinds.add(failure.value.difference)
        assert len(kinds) == places


def test_a_claim_may_have_a_class_of_its_own() -> None:
    run = run_with("a")
    run.check(True, "never told")
    with pytest.raises(Failure) as failure:
        run.check(False, "page 1f2e is missing", difference="page 3 missing")
    assert failure.value.difference.startswith("page 3 missing, calls")
    assert not failure.value.is_t0


def test_all_that_came_is_kept_as_it_came() -> None:
    """Who counts characters counts those of the records, too."""
    said = "hello\n"
    piece = f"\x1e{NONCE}0000.a b\n"
    console = read_console((said + piece).encode(), NONCE)
    assert console.text == said + piece
    assert (console.talk, console.records) == (said, (("a", "b"),))


@pytest.mark.parametrize(
    "expected, got, message",
    [
        ("a b c", "a b", "record 3 of 3 is missing"),
        ("a b", "a b c", "record 3 is one too many"),
        ("a b c", "a c", "record 2 is missing: the one after it came"),
        ("a b", "a x b", "record 2 should not be there"),
        ("a b c", "a c b", "record 2 is out of order"),
        ("a b c", "a a c", "record 2 of the 3 that the test expects did not"),
        ("a b", "a x", "record 2 is another than expected"),
    ],
)
def test_the_first_difference_in_words(
    expected: str, got: str, message: str
) -> None:
    found = compare(
        [(word,) for word in expected.split()],
        [(word,) for word in got.split()],
    )
    assert found.message.startswith(message)


def test_a_record_that_is_like_an_earlier_one() -> None:
    """The words may be the same by chance: that is said last, and what was
    due is what to look at."""
    wanted = [("number", "<0>"), ("number", "<00>"), ("number", "<1>")]
    got = [wanted[0], wanted[0], wanted[2]]
    found = compare(wanted, got, ("", "the digits"))
    assert found.message == (
        "record 2 of the 3 that the test expects differs in the digits, and so"
        " is like record 1: compare the lines expected and got"
    )
    assert found.kind == "repeat -1"
    assert "  expected  number <00>" in found.lines
    found = compare([*wanted, ("end",)], [*wanted, wanted[0]])
    assert found.message.startswith("record 4 of the 4 that the test expects")
    assert "did not come, and record 1 came once more" in found.message


def test_the_words_that_differ_are_marked() -> None:
    found = compare(
        [("recv", "7", "1f2e", "99")], [("recv", "7", "0000", "99")]
    )
    lines = found.lines
    assert found.message == "record 1 differs in word 3, which is 0"
    assert lines[0] == "  expected  recv 7 1f2e 99"
    assert lines[1] == "  got       recv 7 0000 99"
    assert lines[2] == "                   ^^^^"


def test_calls_from_outside_every_program_are_not_lost() -> None:
    line = (
        b"riscv_cpu_do_interrupt: hart:0, async:0, cause:000000000000000%d,"
        b" epc:0x0000000000001234, tval:0x0000000000000000, desc=x\n"
    )
    log = TrapLog(line % 8 + line % 9 + line % 8, [])
    assert log.count(ELSEWHERE) == 2
    assert log.summary() == ("elsewhere: 0x1234 2",)


def test_a_file_that_is_no_elf_is_refused(tmp_path: Path) -> None:
    from grader.elf import Program

    file = tmp_path / "x.elf"
    file.write_text("text")
    with pytest.raises(ValueError, match="not a 64-bit"):
        Program("x", file)


def test_traps_that_are_no_calls_are_told_one_by_one() -> None:
    line = (
        b"riscv_cpu_do_interrupt: hart:0, async:%d, cause:%016x,"
        b" epc:0x%016x, tval:0x%016x, desc=any\n"
    )
    raw = b"".join(
        line % trap
        for trap in (
            (0, 8, 0x1000_0010, 0),
            (0, 13, 0x1000_0020, 0x20_0000_0008),
            (1, 5, 0x1000_0030, 0),
            (0, 9, 0xFFFF_FFC0_8020_0000, 0),  # the kernel asks the firmware
            (1, 7, 0x8000_0040, 0),  # in the firmware
            (1, 9, 0x1000_0050, 0),
        )
    )
    run = Run(read(), TrapLog(raw, []), 1000)
    [fault] = run.faults
    assert (fault.cause, fault.epc, fault.tval) == (
        13, 0x1000_0020, 0x20_0000_0008
    )  # fmt: skip
    assert fault.program == ELSEWHERE
    assert [t.epc for t in run.timer_interrupts] == [0x1000_0030]
    assert run.failure("lost").timer_interrupts == 1
