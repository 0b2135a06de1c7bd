# SPDX-License-Identifier: MIT
"""The pager: a program's pages come when they are touched, and the copies of
a program share what they do not write (tests/guest/pager/pages.c looks)."""

import re
from collections.abc import Iterator

import pytest

from tests.machine import Build
from tests.terminal import PROMPT, Terminal, terminal

FAULT = "139\n"  # as other shells have it: 128 + 11


@pytest.fixture(scope="module")
def line(build: Build) -> Iterator[Terminal]:
    """A shell's prompt."""
    with terminal(build, build.test_image("pager")) as here:
        here.expect(PROMPT)
        yield here


def counts(text: str) -> dict[str, int]:
    """What the pager tells with -v."""
    match = re.search(
        r"^pager: (?P<processes>\d+) process(es)? of (?P<pages>\d+) pages: "
        r"(?P<shared>\d+) shared, (?P<copied>\d+) copied, (?P<zero>\d+) zero$",
        text,
        re.MULTILINE,
    )
    assert match
    return {k: int(v) for k, v in match.groupdict().items()}


def sleepers(line: Terminal, count: int) -> list[int]:
    """KiB that each of `count` programs called sleep has, once all of them
    sleep."""
    for _ in range(100):
        found = re.findall(
            r"^\d+ sleep +\d+ signal +\d+ +(\d+)/\d+ ",
            line.run("ps"),
            re.MULTILINE,
        )
        if len(found) == count:
            return [int(kib) for kib in found]
        line.run("sleep 0.01")
    raise AssertionError(f"{len(found)} sleep, not {count}")


def test_pages_come(line: Terminal) -> None:
    """All that a program can see of its pages is as it would be if they had
    been there from the beginning."""
    assert line.run("pager pages; echo $?") == "0\n"


def test_copies_share_what_they_read(line: Terminal) -> None:
    """Each has its own data, and no more pages than it needs."""
    one = counts(line.run("pager -v pages"))
    text = line.run("pager -v -n 8 pages; echo $?")
    assert text.endswith("\n0\n")
    all_of_them = counts(text)
    assert all_of_them["processes"] == 8
    for kind in ("shared", "copied", "zero"):
        assert all_of_them[kind] == 8 * one[kind]
    assert one["shared"] > 2 and one["copied"] >= 2 and one["zero"] > 80


def test_copies_on_two_harts(build: Build) -> None:
    """Two threads that fault at one page at once lose nothing."""
    image = build.test_image("pager")
    with terminal(build, image, "-smp", "2") as here:
        here.expect(PROMPT)
        for _ in range(5):
            assert here.run("pager -n 4 pages; echo $?") == "0\n"


def test_what_is_not_touched_is_not_there(line: Terminal) -> None:
    """A program that waits at its beginning takes a part of the frames that
    it has without a pager."""
    line.run("sleep 1000 &")
    line.run("pager sleep 1000 &")
    used = sleepers(line, 2)
    numbers = re.findall(r"^(\d+) (?:sleep|pager) ", line.run("ps"), re.M)
    for number in numbers:
        line.run(f"kill {number}")
    line.run("wait")
    assert used[1] < used[0] / 2


@pytest.mark.parametrize(
    "how,told",
    [
        ("wild", "fault: load from a page that is not readable"),
        ("rodata", "fault: store to a page that is not writable"),
        ("jump", "fault: fetch from a page that is not executable"),
        ("stack", "fault: store to a page that is not writable"),
        ("breakpoint", "fault: breakpoint instruction"),
    ],
)
def test_a_fault_that_is_one(line: Terminal, how: str, told: str) -> None:
    """What the program must not do ends it, with the reason."""
    text = line.run(f"pager pages {how}; echo $?")
    assert told in text and text.endswith(f"\n{FAULT}")


def test_a_pager_that_dies_takes_its_program_along(line: Terminal) -> None:
    """Nobody waits for a page that nobody brings."""
    line.run("pager -n 3 sleep 1000 &")
    sleepers(line, 3)
    (number,) = re.findall(r"^(\d+) pager ", line.run("ps"), re.MULTILINE)
    line.run(f"kill {number}; wait")
    names = re.findall(r"^\d+ (\S+) ", line.run("ps"), re.MULTILINE)
    assert "sleep" not in names and "pager" not in names


def test_a_program_in_a_pipeline(line: Terminal) -> None:
    """It has the pager's standard files, its arguments and environment."""
    assert line.run("echo one two | pager cat | cat") == "one two\n"
    assert line.run("pager echo 1 '2  3'") == "1 2  3\n"
    assert line.run("pager sh -c 'echo $PATH'") == "/bin\n"
    assert line.run("pager sh -c 'exit 3'; echo $?") == "3\n"


def test_usage(line: Terminal) -> None:
    """What is wrong is said."""
    usage = "usage: pager [-v] [-n COPIES] PROGRAM [ARGUMENT]...\n"
    for command in ("pager", "pager -n 0 cat", "pager -n 33 cat", "pager -x"):
        assert usage in line.run(f"{command}; echo $?")
    assert "/bin/nothing: No such file" in line.run("pager nothing")
    assert "/bin: Permission denied" in line.run("pager /bin")
