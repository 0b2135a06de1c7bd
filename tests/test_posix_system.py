# SPDX-License-Identifier: MIT
"""The C programs of tests/posix on the real system: they lie on an ext2 disk
that the host made, the shell starts them, and the host judges the disk."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disk import disk_edit, disk_judge, disk_make
from tests.machine import Build
from tests.terminal import PROMPT, Terminal, disk_options, terminal
from tests.test_posix import POSIX, checks, program_make

TERMINAL_PROGRAM = "conversation"


@pytest.fixture(scope="module")
def disk(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disk with all programs in /programs, and a directory to work in."""
    image = tmp_path_factory.mktemp("disk") / "disk.img"
    disk_make(image, 16384, block=4096)
    orders = ["mkdir home", "mkdir programs", "cd programs"]
    for source in sorted(POSIX.glob("*.c")):
        name = source.stem
        program_make(build, name, name)
        orders.append(f"write {build.directory}/programs/{name} {name}")
    orders += ["cd /home", "mkdir linked", "cd linked"]
    orders.append("symlink link /programs")
    disk_edit(image, *orders)
    return image


@pytest.fixture(scope="module")
def line(build: Build, disk: Path) -> Iterator[Terminal]:
    """The shell's terminal, in /home and with the environment that the
    programs ask for."""
    with terminal(build, None, *disk_options(disk)) as line:
        line.expect(PROMPT)
        line.run("cd /home")
        line.run("export GREETING=hello EMPTY=")
        yield line
        line.run("sync")
    disk_judge(disk)


@pytest.mark.parametrize(
    ("command", "program"),
    (
        ("/programs/files && /programs/files", "files"),
        ("/programs/format | cat", "format"),
        ("/programs/memory", "memory"),
        ("/programs/names > out; cat out", "names"),
        ("/programs/process one 'two words' ''", "process"),
        ("/programs/streams", "streams"),
        ("/programs/unix", "unix"),
    ),
)
def test_checks(line: Terminal, command: str, program: str) -> None:
    """Each check passes, whatever its output goes through."""
    text = line.run(command, 60)
    assert "FAILED" not in text
    assert set(checks(program)) <= set(re.findall(r"^ok (.*)$", text, re.M))


def test_status(line: Terminal) -> None:
    """How a program ended comes back to the shell."""
    text = line.run("/programs/aborting; echo $?")
    assert "signal 6\n" in text and text.endswith("\n134\n")
    assert line.run("/programs/process; echo $?").endswith("\n1\n")


def test_a_pipe_without_a_reader(line: Terminal) -> None:
    """Ends the program that writes to it, unless the program minds."""
    command = "/programs/piping 2> told | head -n 2; wc -c told"
    assert line.run(command) == "line\nline\n       0 told\n"
    told = "EPIPE 1, ferror 1\n"
    for word, number in (("ignore", 0), ("handle", 13)):
        command = f"/programs/piping {word} 2> told | head -n 1; cat told"
        assert line.run(command) == f"line\nsignal {number}, {told}"


def test_links_are_removed(line: Terminal) -> None:
    """Though this system does not follow them."""
    assert "Too many symbolic links" in line.run("cat linked/link")
    assert line.run("rm -r linked; ls | grep linked") == ""
    assert line.run("ls /programs | head -n 1") == "aborting\n"


def test_conversation(line: Terminal) -> None:
    """A prompt is there before its answer is typed."""
    line.type(f"/programs/{TERMINAL_PROGRAM}\r")
    line.expect(r"name\? \Z")
    line.type("Ann\r")
    line.expect(r"two numbers, Ann\? \Z")
    line.type("x y\r")
    line.expect(r"numbers! \Z")
    line.type("3 4\r")
    line.expect(r"7\r\n")
    line.type("abc\r\x04")
    line.expect(r"\[3\]\r\n")
    line.expect(PROMPT)


def test_numbers_of_files_are_whole(build: Build, tmp_path: Path) -> None:
    """Files are the same if their numbers are, all 32 bits of them: here they
    are 12, 65536 and 12 + 65536."""
    image = tmp_path / "disk.img"
    disk_make(image, 49152, "-N", "100000", block=4096)
    orders = []
    places = (("a", 0, 0), ("b", 13, 65523), ("c", 65537, 11))
    for name, first, count in places:
        (tmp_path / name).write_text(f"{name}\n")
        orders += [f"seti <{first}> {count}"] if count else []
        orders += [f"write {tmp_path / name} {name}"]
    disk_edit(image, *orders)
    with terminal(build, None, *disk_options(image)) as line:
        line.expect(PROMPT)
        for name in "abc":
            refused = f"cp: {name} and ./{name} are the same file\n"
            text = line.run(f"cp {name} ./{name}; cat {name}")
            assert text == f"{refused}{name}\n"
        assert line.run("cp a c; cat c") == "a\n"
