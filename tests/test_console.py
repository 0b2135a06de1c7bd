# SPDX-License-Identifier: MIT
"""The console's driver, typed at over its serial line: nothing is lost, nothing
comes twice, whatever is typed at once, and however often it is killed.

The programs at the other side are those of tests/guest/console."""

import random
import re
import zlib
from collections.abc import Iterator

import pytest

from tests.machine import Build
from tests.terminal import Terminal, terminal

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 .,;/"


@pytest.fixture(name="typist")
def fixture_typist(build: Build) -> Iterator[Terminal]:
    """A terminal at a machine that waits for commands."""
    with terminal(build, build.test_image("console")) as here:
        here.expect("typist ready\r\n")
        yield here


def prose(seed: int, lines: int) -> str:
    """Lines that a person might type, without any that edits."""
    dice = random.Random(seed)
    return "".join(
        "".join(dice.choices(LETTERS, k=dice.randrange(1, 90))) + "\n"
        for _ in range(lines)
    )


def told(text: str) -> str:
    """How typist.c tells of this text."""
    count, data = text.count("\n"), text.encode("latin-1")
    return f"{len(data)} {count} {zlib.crc32(data):08x}"


def command(typist: Terminal, line: str) -> None:
    """Types a command, and waits for its answer to begin."""
    typist.type(line + "\n")
    typist.expect(re.escape(line) + "\r\n")


def test_lines_at_full_speed(typist: Terminal) -> None:
    """More than 10,000 bytes typed as fast as the line takes them come
    whole, in order, and are shown as they were typed."""
    text = prose(1, 300)
    assert len(text) > 10000
    command(typist, f"lines {text.count(chr(10))}")
    typist.expect("lines ready\r\n")
    typist.type(text)
    match = typist.expect(r"(?s)\A(.*)lines (\d.*)\r\n")
    assert match[2] == told(text)
    assert match[1].replace("\r\n", "\n") == text


def test_keys_at_full_speed(typist: Terminal) -> None:
    """The same in the mode for keys: every byte but Ctrl-C, and no echo."""
    dice = random.Random(2)
    codes = [code for code in range(256) if code != 3]
    text = "".join(chr(dice.choice(codes)) for _ in range(12000))
    command(typist, f"keys {len(text)}")
    typist.expect("keys ready\r\n")
    typist.type(text)
    match = typist.expect(r"\A(.*)keys (\d+) \d+ (\w+)\r\n")
    assert match[1] == ""
    assert (match[2], match[3]) == tuple(told(text).split()[::2])
    command(typist, "gone")  # and lines are lines again
    typist.expect("gone ok")


def test_nobody_reads(typist: Terminal) -> None:
    """What is typed while nobody reads waits for whoever will."""
    text = prose(3, 200)
    count = text.count("\n")
    typist.type("gone\n" * 5 + f"lines {count}\n" + text)
    assert typist.expect(r"lines (\d+ .*)\r\n")[1] == told(text)


def test_long_line(typist: Terminal) -> None:
    """A line that is longer than the driver's is not cut."""
    text = "x" * 3000 + "yz\n"
    command(typist, "lines 1")
    typist.expect("lines ready\r\n")
    typist.type(text)
    assert typist.expect(r"lines (\d+ .*)\r\n")[1] == told(text)


def test_end_of_input(typist: Terminal) -> None:
    """Ctrl-D on an empty line is the end; on another it is not."""
    command(typist, "lines 9")
    typist.expect("lines ready\r\n")
    typist.type("abc\x04\ndef\n\x04")
    assert typist.expect(r"lines (\d+ .*)\r\n")[1] == told("abc\ndef\n")


def test_several_writers(typist: Terminal) -> None:
    """What several write at once mixes by lines, each one's in order."""
    command(typist, "writers 6 200")
    match = typist.expect(r"(?s)\A(.*)writers done")
    lines = match[1].split("\r\n")[:-1]
    alphabet = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq"
    for writer in range(6):
        own = [line for line in lines if line.startswith(f"w{writer} ")]
        assert own == [
            f"w{writer} {n:06} {alphabet[: n * 7 % 40]}." for n in range(200)
        ]
    assert len(lines) == 6 * 200


def test_several_readers(typist: Terminal) -> None:
    """Those who wait to read get a line each, first come, first served."""
    command(typist, "readers 6")
    typist.type("".join(f"line {n}\n" for n in range(6)))
    lines = {typist.expect(r"readers (\d) (line \d)\r\n")[0] for _ in range(6)}
    assert {line.split()[-1] for line in lines} == set("012345")


def test_interrupt(typist: Terminal) -> None:
    """Ctrl-C signals who watches, drops the line, and wakes who reads; what
    follows is a new line."""
    command(typist, "watch")
    typist.expect("watch ready\r\n")
    typist.type("half a li")
    typist.expect("half a li")
    typist.type("\x03gone\n")
    typist.expect(r"\A\^C\r\n")
    typist.expect("watch EINTR, signal 4\r\n")
    typist.expect("gone ok")


def test_interrupt_in_a_flood(typist: Terminal) -> None:
    """Ctrl-C is seen while writers keep the line busy, with the output's ring
    full and as much typed before that nobody reads."""
    command(typist, "flood")
    typist.expect("(a line of the flood\r\n){1000}")
    typist.type(prose(4, 50) + "\x03")
    typist.expect("flood ends, signal 4\r\n")
    typist.type("gone\n")
    typist.expect("gone ok\r\n")


def test_interrupt_outlives_the_driver(typist: Terminal) -> None:
    """Ctrl-C that nobody could be told of, for whoever watched gave its thread
    to a driver that was killed, is told when it watches again."""
    command(typist, "flood")
    typist.expect("a line of the flood\r\n")
    typist.type("\x03")
    typist.expect("flood ends, signal 4\r\n")
    command(typist, "kill 1 1 tell")
    typist.expect("kill ends\r\n")
    typist.type("\x03")
    typist.expect(r"\^C\r\n")
    command(typist, "flood")
    typist.expect("flood ends, signal 4\r\n")
    command(typist, "gone")
    typist.expect("gone ok\r\n")


def test_closed_while_read(typist: Terminal) -> None:
    """Who waits for a line from a file that is closed hears of it, and takes
    no room among those who wait."""
    command(typist, "closed 300")
    typist.expect("closed 300\r\n")


def test_files(typist: Terminal) -> None:
    """Files that are closed take no room, and errors are those promised."""
    command(typist, "gone")
    typist.expect("gone ok\r\n")
    command(typist, "refusals")
    assert typist.expect(r"(?s)\A(.*)refusals done\r\n")[1] == ""


def restarts(typist: Terminal) -> int:
    """How often the driver was started again, so far."""
    command(typist, "restarts")
    return int(typist.expect(r"restarts (\d+)\r\n")[1])


def test_killed_while_writing(typist: Terminal) -> None:
    """Killed in the middle of output: all of it comes, once, in order."""
    command(typist, "kill 30 3000")
    typist.expect("kill begins\r\n")
    command(typist, "writers 4 400")
    match = typist.expect(r"(?s)\A(.*)writers done")
    lines = match[1].split("\r\n")[:-1]
    assert len(lines) == 4 * 400
    for writer in range(4):
        own = [line for line in lines if line.startswith(f"w{writer} ")]
        assert [int(line.split()[1]) for line in own] == list(range(400))
    assert restarts(typist) > 10


def test_killed_while_waiting(typist: Terminal) -> None:
    """Who waits for a line waits for it however many drivers end."""
    command(typist, "kill 50 3000 tell")
    typist.expect("kill begins\r\n")
    # Either comes first, and what is typed may stand in between.
    typist.type("lines 1\n")
    typist.expect(
        r"(?s)kill ends\r\n.*lines ready\r\n|lines ready\r\n.*kill ends\r\n"
    )
    typist.type("at last\n")
    assert typist.expect(r"lines (\d+ .*)\r\n")[1] == told("at last\n")
    assert restarts(typist) == 50


def test_killed_while_typing(typist: Terminal) -> None:
    """Killed in the middle of input: all of it is read, once, in order, and
    shown once."""
    text = prose(5, 400)
    command(typist, "kill 30 3000")
    typist.expect("kill begins\r\n")
    command(typist, f"lines {text.count(chr(10))}")
    typist.expect("lines ready\r\n")
    typist.type(text)
    match = typist.expect(r"(?s)\A(.*)lines (\d.*)\r\n")
    assert match[2] == told(text)
    assert match[1].replace("\r\n", "\n") == text
    assert restarts(typist) > 10
