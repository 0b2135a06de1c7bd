# SPDX-License-Identifier: MIT
"""The shell, typed at: its own system in QEMU, one for all tests of this
file. What is read of a line, without a system, is in tests/host/test_shell.c."""

import re
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disk import disk_make
from tests.machine import ROOT, Build
from tests.terminal import PROMPT, Terminal, disk_options, terminal

CTRL_C, CTRL_D, UP = "\x03", "\x04", "\x1b[A"


def faulting_program() -> bytes:
    """A program for this machine that loads from address 0, and no more."""
    code = struct.pack("<I", 0x00003503)  # ld a0, 0(zero)
    address, headers = 0x1000000, 64 + 56
    size = headers + len(code)
    header = struct.pack(
        "<4s12B2HI3QI6H",
        *(b"\x7fELF", 2, 1, 1, *9 * (0,), 2, 243, 1),
        *(address + headers, 64, 0, 0, 64, 56, 1, 0, 0, 0),
    )
    load = (1, 1 | 4, 0, address, address, size, size, 0x1000)
    return header + struct.pack("<2I6Q", *load) + code


@pytest.fixture(scope="module")
def line(
    build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Terminal]:
    """The terminal, with the first prompt read."""
    directory = tmp_path_factory.mktemp("shell")
    files = directory / "files"
    files.mkdir()
    (files / "fault").write_bytes(faulting_program())
    shutil.copy(build.test_image("console").parent / "archive" / "keys", files)
    disk = directory / "disk.img"
    disk_make(disk, 16384, "-d", str(files), block=4096)
    with terminal(build, None, *disk_options(disk)) as line:
        line.expect(PROMPT)
        yield line


@pytest.mark.parametrize(
    ("command", "printed"),
    (
        ("echo a  b", "a b\n"),
        ("echo 'a  b' \"c\\\"\" d\\ e", "a  b c\" d e\n"),
        ("echo a; echo b # c", "a\nb\n"),
        ("echo a && echo b", "a\nb\n"),
        ("cat nothing 2> /dev/console", "cat: nothing: No such file"),
        ("cat /missing && echo b", "cat: /missing: No such file"),
        ("cat /missing || echo b", "\nb\n"),
        ("nothing; echo $?", "no such program"),
        ("nothing; echo $?", "\n127\n"),
        ("sh -c 'exit 7'; echo $?", "7\n"),
        ("echo one two three | wc -w", "       3\n"),
        ("echo c b a | cat | cat | cat", "c b a\n"),
        ("sh -c 'echo a; pwd; sh -c \"ls /bin/l*\"' | cat", "a\n/\n/bin/ls\n"),
        ("echo a b | sh -c 'true; cat'", "a b\n"),
        ("echo 'echo a; echo b' | sh | cat", "a\nb\n"),
        ("sh -c 'sleep 0.2 & echo a; wait' | sh -c cat", "\na\n"),
        ("ls /bin | grep '^l' | sort", "ls\n"),
        ("export A=x; echo $A ${A}y; unset A; echo $A.", "x xy\n.\n"),
        ("sh -c 'echo $PWD'", "/\n"),
        ("cd /bin; pwd; ls l*; cd /", "/bin\nls\n"),
        ("pwd | cat", "/\n"),
        ("help | head -n 1", "files "),
        ("ls" + 8 * " | cat" + "; echo b", "8 programs in a pipeline\nb\n"),
        ("| echo", "sh: a command is missing\n"),
        ("echo 'a", "sh: a quote is not closed\n"),
        ("echo a >", "sh: a file name is missing\n"),
        ("ls /", "bin\ndev\nfault\nkeys\nlost+found\nsvc\n"),
        ("ls /dev", "clock\nconsole\n"),
        ("cd /svc; pwd; ls; cd ..; pwd", "/svc\necho\npipe\n/\n"),
        ("echo /dev/c*", "/dev/clock /dev/console\n"),
        ("svc kill names; ls -l / | grep dev", "dr-xr-xr-x "),
        ("mkdir /dev", "mkdir: /dev: File exists\n"),
        ("echo a > /svc", "/svc: Is a directory\n"),
        ("echo a > /new/", "/new/: Is a directory\n"),
        ("cat /dev/nothing", "cat: /dev/nothing: No such file"),
        ("mkdir /x; mkdir /x/bin; ls / /x; rmdir /x/bin /x", "x\n/x:\nbin\n"),
        ("kill %9", "kill: %9: not a process of this shell\n"),
        ("cd /nothing", "cd: /nothing: No such file"),
        ("ping-pong 10", "10 rounds; make bench counts the instructions of"),
        ("ping-pong -5; echo $?", "usage: ping-pong [ROUNDS]\n2\n"),
        ("ping-pong ten; echo $?", "usage: ping-pong [ROUNDS]\n2\n"),
    ),
)
def test_command(line: Terminal, command: str, printed: str) -> None:
    assert printed in line.run(command)


def test_a_line_that_is_too_long(line: Terminal) -> None:
    """Nothing of it runs, and the next one does; also in a file."""
    words = " ".join(("w" * 79,) * 13)
    problem = "sh: the line has more than 1022 characters\n"
    assert line.run(f"echo {words}; echo a") == problem
    assert line.run("echo $?") == "2\n"
    line.run(f"export W='{words[:400]}'")
    line.run("echo \"echo $W $W $W; echo a\" > /long; echo 'echo b' >> /long")
    assert line.run("sh /long; sh < /long; rm /long; unset W") == 2 * (
        problem + "b\n"
    )


def test_files(line: Terminal) -> None:
    """Redirections, and the programs that change directories."""
    assert line.run("mkdir /shell; cd /shell; echo one > a; echo two >> a") == ""
    assert line.run("cat a; cat < a | wc -l") == "one\ntwo\n       2\n"
    assert line.run("sh -c 'cd /; cat; echo three' < a > /c; cat /c; rm /c") == (
        "one\ntwo\nthree\n"
    )
    assert line.run("echo lost | cat < a; echo x > b | cat; cat b") == (
        "one\ntwo\nx\n"
    )
    assert line.run("cat nothing > b 2> c; cat b; wc -l < c") == "       1\n"
    assert line.run("cp a d; mv d e; ls; rm a b c e; ls; cd /; rmdir shell") == (
        "a\nb\nc\ne\n"
    )
    assert "Read-only" in line.run("echo a > /bin/new")
    assert "No such file" in line.run("echo a > /nothing/new")


def test_a_redirection_is_where_it_was_typed(line: Terminal) -> None:
    """A program that goes elsewhere before it reads and writes does so in the
    files that it was given."""
    line.run("mkdir /shell; cd /shell; echo one > in")
    line.run("sh -c 'cd /; echo hello; cat missing' > out 2> problem")
    assert line.run("cat out; wc -l < problem") == "hello\n       1\n"
    assert line.run("sh -c 'cd /; cat' < in") == "one\n"
    assert line.run("cd /; rm -r shell; ls | grep out") == ""


def test_a_job_in_the_background(line: Terminal) -> None:
    assert line.run("sleep 60 &") == "[1] sleep 60\n"
    assert line.run("jobs") == "[1] 1 running   sleep 60\n"
    assert re.search(r" sleep +16 ", line.run("ps"))
    assert line.run("kill %1; wait %1; echo $?") == "130\n"
    assert line.run("sleep 0.1 | sleep 0.2 & wait; jobs") == (
        "[1] sleep 0.1 | sleep 0.2\n"
    )
    line.run("sleep 0.1 &")
    line.expect(r"|")  # the prompt has been read
    assert "[1] done, status 0   sleep 0.1" in line.run("sleep 0.3")


def test_a_job_in_the_background_leaves_the_terminal_alone(
    line: Terminal,
) -> None:
    """What it could read of the shell's is at its end; a file and a pipe are
    what they are elsewhere."""
    assert line.run("cat & wait") == "[1] cat\n"
    assert line.run("sh & wait") == "[1] sh\n"
    assert line.run("cat | wc -c & wait").endswith("\n       0\n")
    assert line.run("echo a > /f; wc -c < /f & wait").endswith("\n       2\n")
    assert line.run("echo a | sh -c 'cat & wait'") == "[1] cat\n"
    line.run("rm /f")


@pytest.mark.parametrize("command", ("sleep 60", "cat", "cat | cat | wc"))
def test_ctrl_c_ends_a_job(line: Terminal, command: str) -> None:
    line.type(f"{command}; echo not\r")
    line.expect(re.escape(command) + r"; echo not\r\n")
    line.type("typed")
    line.expect("typed")
    line.type(CTRL_C)
    text = line.expect(PROMPT)
    assert "not" not in line.run("echo $?") and text
    assert line.run("sh -c 'exit 3'; echo $?") == "3\n"


def test_ctrl_c_drops_what_was_typed_ahead(line: Terminal) -> None:
    line.type("sleep 60\r")
    line.expect(r"sleep 60\r\n")
    line.type("echo ahead\recho of it\r")
    line.expect(r"echo of it\r\n")
    line.type(CTRL_C)
    line.expect(PROMPT)
    before = len(line.seen)
    assert line.run("echo kept") == "kept\n"
    assert "ahead\r" not in line.seen[before:]


@pytest.mark.parametrize("typed", ("", "echo dropped"))
def test_ctrl_c_at_the_prompt_drops_the_line(
    line: Terminal, typed: str
) -> None:
    """Also if it comes before the shell asks for the line."""
    line.type(typed + CTRL_C)
    line.expect(PROMPT)
    assert line.run("echo kept") == "kept\n"


def test_ctrl_d_ends_a_text(line: Terminal) -> None:
    line.type("wc -l\r")
    line.expect(r"wc -l\r\n")
    line.type("a\rb\r" + CTRL_D)
    line.expect(r" 2\r\n")
    line.expect(PROMPT)


def test_what_is_typed_is_seen_again(line: Terminal) -> None:
    """A program that has the terminal give keys may end as it likes."""
    assert line.run("/keys; echo $?") == "0\n"
    assert line.run("echo seen") == "seen\n"


def test_ctrl_d_at_the_prompt(line: Terminal) -> None:
    """It ends a shell that was started by hand, and never the first one: init
    would give that up."""
    for _ in range(8):
        line.type(CTRL_D)
        line.expect(r"^\r\ntype poweroff to switch the machine off\r\n")
        line.expect(PROMPT)
    first = line.run("echo $$")
    line.type("sh\r")
    line.expect(PROMPT)
    assert line.run("echo $$") != first
    line.type(CTRL_D)
    line.expect(PROMPT)
    assert line.run("echo $$") == first


def test_history(line: Terminal) -> None:
    assert line.run("echo again") == "again\n"
    line.type(UP + "\r")
    line.expect(r"again\r\nagain\r\n")
    line.expect(PROMPT)


def test_a_full_disk(build: Build, tmp_path: Path) -> None:
    """What a command of the shell's own cannot write is the error of that command,
    and not of the next one. (Of a pipe that nobody reads the shell dies.)"""
    disk = tmp_path / "disk.img"
    disk_make(disk, 256)
    with terminal(build, None, *disk_options(disk)) as line:
        line.expect(PROMPT)
        assert "No space left" in line.run("echo > /a; cat /bin/* > /b")
        for command in ("help", "pwd", "export"):
            assert line.run(f"{command} > /c; echo $?; cd /; echo $?") == (
                f"{command}: cannot write: No space left on device\n1\n0\n"
            )


def test_a_program_that_faults_ends_alone(line: Terminal) -> None:
    assert line.run("/fault; echo $?") == (
        "sh: /fault: load from a page that is not readable, "
        "address 0x0, pc 0x1000078\n139\n"
    )


def test_much_goes_through_a_pipe(line: Terminal) -> None:
    size = line.run("cat /bin/sh | wc -c")
    assert line.run("cat /bin/sh | cat | cat | wc -c") == size
    assert int(size) > 3 * 16384  # more than the pipe holds


def test_shells_in_a_pipeline_share_their_ends(line: Terminal) -> None:
    """Each of the programs of a shell writes to, or reads from, the end that
    the shell was given; even two at once."""
    size = int(line.run("cat /bin/ls | wc -c"))
    once = "cat /bin/ls | sh -c 'sh -c \"cat | cat\"' | sh -c 'wc -c'"
    assert int(line.run(once)) == size
    both = "ls /bin & ls /bin & wait"
    assert line.run(f"sh -c '{both}' | grep '^sh$'") == "sh\nsh\n"


def test_a_reader_that_ends_early_ends_the_writer(line: Terminal) -> None:
    """Nobody reads what cat has left: it gets an error and ends."""
    assert line.run("cat /bin/sh | head -n 0; echo over") .endswith("over\n")


def test_top_at_rest(line: Terminal) -> None:
    """Whoever looks is all that runs, and that is not much."""
    shares = re.findall(r" (\d+)\.\d% ", line.run("top -n 1"))
    assert len(shares) > 8
    assert sum(map(int, shares)) < 50


def test_instructions_are_counted(build: Build) -> None:
    """In a system of its own, where QEMU counts them."""
    with terminal(build, None, "-icount", "shift=0") as line:
        line.expect(PROMPT)
        text = line.run("ping-pong 10")
        assert re.match(r"10 rounds, \d{3,4} instructions each\n", text)
        shares = re.findall(r" (\d+)\.\d% ", line.run("top -n 1"))
        assert sum(map(int, shares)) < 50


def test_shells_in_shells(line: Terminal) -> None:
    """Each gives on a part of its memory. Five have enough for a program, and
    two for a pipeline of eight; in the end it is said that there is none."""
    for shells in range(1, 6):
        line.type("sh\r")
        line.expect(PROMPT)
        assert line.run("echo a") == "a\n"
        if shells == 2:
            assert line.run("echo a" + 7 * " | cat") == "a\n"
    text = line.run("sh -c 'sh -c \"echo a\"'")
    assert re.search(r"^sh: /bin/\w+ cannot start: not enough memory\n", text)
    for _ in range(5):
        line.type(CTRL_D)
        line.expect(PROMPT)


def test_what_may_look_and_order(line: Terminal) -> None:
    """Only programs of /bin are known to be what their names say, so a copy
    is given nothing beside its files."""
    assert " init " in line.run("ps")
    line.run("cp /bin/ps /ps")
    assert "cannot look" in line.run("/ps")
    line.run("rm /ps")


def test_it_comes_back(line: Terminal) -> None:
    """The shell that init started, ended: jobs go with it, a new one asks."""
    line.run("sleep 60 &")
    line.type("exit 5\r")
    line.expect(r"sh +has ended with code 5\r\n")
    line.expect(PROMPT)
    assert " sleep " not in line.run("ps")


def test_programs_know_the_time_base(
    build: Build, device_tree: Path, tmp_path: Path
) -> None:
    """What the device tree says of it, here not what the library takes without
    that, comes to whatever a shell starts."""
    ten, twenty = (struct.pack(">I", hertz) for hertz in (10**7, 2 * 10**7))
    tree = device_tree.read_bytes()
    assert tree.count(ten) == 1
    file = tmp_path / "tree"
    file.write_bytes(tree.replace(ten, twenty))
    machine = ("-dtb", str(file), "-smp", "4", "-m", "256M")
    with terminal(build, None, *machine) as line:
        line.expect(PROMPT)
        assert line.run("sh -c 'echo $TIMEBASE'") == "20000000\n"


def test_without_a_disk(build: Build) -> None:
    """In a system of its own: what there is has names, so there is a root. And
    it can be switched off."""
    with terminal(build) as line:
        line.expect(PROMPT)
        assert line.run("cd /; ls; ls dev") == "bin\ndev\nsvc\nclock\nconsole\n"
        assert "No such file" in line.run("echo a > /new")
        line.type("poweroff 3\r")
        assert line.status() == 3


@pytest.mark.parametrize("page", ("README.md", "docs/system.md"))
def test_the_examples_of_the_book(
    build: Build, tmp_path: Path, page: str
) -> None:
    """What the page shows at the prompt can be typed, in a system of its own,
    and shows something."""
    commands = re.findall(
        r"^/\$ (.*?)(?:   .*)?$", (ROOT / page).read_text(), re.M
    )
    disk = tmp_path / "disk.img"
    disk_make(disk, 16384)
    with terminal(build, None, *disk_options(disk)) as line:
        line.expect(PROMPT)
        said = {command: line.run(command) for command in commands}
    assert said
    for command, text in said.items():
        assert len(text.splitlines()) > command.count("&")
        assert not re.search("no such|No such|not |usage", text), text
        counts = re.findall(r"^ .* (\d+) /(?:bin/sh|copy)$", text, re.M)
        assert len(set(counts)) == ("wc" in command)
