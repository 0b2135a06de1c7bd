# SPDX-License-Identifier: MIT
"""The programs that read and write text are ordinary C: they are compiled for
this machine, under the sanitizers, and do what its own programs of the same
name do."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.machine import ROOT

APPS = ROOT / "user" / "apps"
FLAGS = (
    *("-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-D_GNU_SOURCE"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)

LINES = "".join(f"{number}\n" for number in range(1, 31))
WORDS = "pear 10\napple 9\n\nfig 100\nApple 9\nno end of line"

# What is typed; files a, b and an empty one, e, are there.
SAME = (
    *("cat a b", "cat - < a", "cat", "cat missing a"),
    *("echo", "echo -n a  b", "echo -- -n"),
    *("head -n 3 a", "head a", "head -n 2 a b", "head -n 0 a", "head e"),
    *("tail -n 3 a", "tail a", "tail -n 2 b", "tail -n 0 b", "tail -n 2 a b"),
    *("sort b", "sort -r b", "sort -n a", "sort -nr a", "sort -u a a", "sort"),
    *("grep -n 2 a", "grep -vc 1 a", "grep -i apple b", "grep x a"),
    *("grep ^[12]. a b", "grep (fig|pear).1 b", "grep -c apple a b"),
    *("ls", "ls -a", "ls a e", "ls d"),
    # What cannot be read is said, and the status tells it.
    *("cat d a", "head d", "head -n 2 a d b", "tail d", "tail -n 1 a d b"),
    *("grep x d", "grep 2 d a", "grep -c 2 a d", "sort d", "sort a d"),
)


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all of them."""
    folder = tmp_path_factory.mktemp("apps")
    names = {words.split()[0] for words in SAME}
    names |= {"wc", "hexdump", "cp", "mv", "rm", "mkdir", "rmdir", "touch"}
    compilers = [
        subprocess.Popen(
            ["gcc", *FLAGS, "-o", str(folder / name), str(APPS / f"{name}.c")]
        )
        for name in sorted(names)
    ]
    assert not any(compiler.wait() for compiler in compilers)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to work in."""
    for name, text in (("a", LINES), ("b", WORDS), ("e", "")):
        (tmp_path / name).write_text(text)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "inner").write_text("inner\n")
    return tmp_path


def run(
    command: Sequence[str], place: Path, typed: str = ""
) -> tuple[int, str, str]:
    """What became of a command: its status and what it printed."""
    done = subprocess.run(
        list(command),
        cwd=place,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", SAME)
def test_the_same_as_elsewhere(apps: Path, place: Path, command: str) -> None:
    words, _, file = command.partition(" < ")
    name, *rest = words.split()
    typed = (place / file).read_text() if file else WORDS
    extended = ["-E"] if name == "grep" else []
    status, out, problem = run([str(apps / name), *rest], place, typed)
    expected = run([name, *extended, *rest], place, typed)
    assert (status, out) == expected[:2]
    assert bool(problem) == bool(expected[2])


def test_wc(apps: Path, place: Path) -> None:
    status, out, _ = run([str(apps / "wc"), "a", "b"], place)
    assert status == 0
    assert [line.split() for line in out.splitlines()] == [
        ["30", "30", "81", "a"],
        ["5", "12", str(len(WORDS)), "b"],
        ["35", "42", str(81 + len(WORDS)), "total"],
    ]
    assert run([str(apps / "wc"), "-l"], place, LINES)[1].split() == ["30"]


def test_wc_of_much(apps: Path, place: Path) -> None:
    """Numbers that fill their columns have a space between them."""
    text = "\n" * 10**8
    lines, words, size = run([str(apps / "wc")], place, text)[1].split()
    assert (lines, words, size) == (str(10**8), "0", str(10**8))


@pytest.mark.parametrize("number", ("abc", "-1", "3x", ""))
@pytest.mark.parametrize("name", ("head", "tail"))
def test_lines_that_are_no_number(
    apps: Path, place: Path, name: str, number: str
) -> None:
    status, out, problem = run([str(apps / name), "-n", number, "a"], place)
    assert (status, out) == (2, "")
    assert problem == f"usage: {name} [-n LINES] [FILE]...\n"


def test_hexdump(apps: Path, place: Path) -> None:
    data = bytes(range(256)) + b"end"
    (place / "bytes").write_bytes(data)
    lines = run([str(apps / "hexdump"), "bytes"], place)[1].splitlines()
    seen = b"".join(bytes.fromhex(line[9:59]) for line in lines[:-1])
    assert seen == data
    assert lines[-1] == f"{len(data):08x}"
    assert lines[16].endswith("|end|")


@pytest.mark.parametrize("name", ("wc", "hexdump"))
def test_what_cannot_be_read(apps: Path, place: Path, name: str) -> None:
    status, out, problem = run([str(apps / name), "d", "a"], place)
    assert (status, problem) == (1, f"{name}: d: Is a directory\n")
    assert run([str(apps / name), "a"], place)[1].splitlines()[0] in out


def test_files_move(apps: Path, place: Path) -> None:
    def do(words: str) -> int:
        name, *rest = words.split()
        status, _, problem = run([str(apps / name), *rest], place)
        assert bool(problem) == bool(status)
        return status

    assert do("cp a copy") == 0
    assert (place / "copy").read_text() == LINES
    assert do("cp a b d") == 0
    assert (place / "d" / "b").read_text() == WORDS
    assert do("cp a a") == 1
    assert (place / "a").read_text() == LINES
    assert do("cp a missing/x") == 1
    assert do("cp d copy") == 1
    assert do("mv copy moved") == 0
    assert not (place / "copy").exists()
    assert do("mv moved d") == 0
    assert do("mkdir d") == 1
    assert do("mkdir new") == 0
    assert do("mkdir -p p/q/r") == 0
    assert do("mkdir -p p/q/r") == 0
    assert do("rmdir p/q") == 1
    assert do("rmdir new") == 0
    assert do("touch made a") == 0
    assert (place / "made").read_text() == ""
    assert (place / "a").read_text() == LINES
    assert do("rm d") == 1
    assert do("rm missing") == 1
    assert do("rm -f missing") == 0
    outside = place.parent / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (place / "link").symlink_to(outside)
    (place / "d" / "broken").symlink_to("nowhere")
    (place / "d" / "outside").symlink_to(outside)
    assert do("rm link") == 0
    assert do("rm -r d p made") == 0
    assert (outside / "kept").read_text() == "kept"
    assert sorted(path.name for path in place.iterdir()) == ["a", "b", "e"]
