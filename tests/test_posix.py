# SPDX-License-Identifier: MIT
"""Ordinary C programs: those of tests/posix, which use nothing but standard
headers, are built with `make program` and run on files in memory (the image
ramfs). So this tests the C library's system side, and through it the file
protocol's stubs."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.build import MAKE_VARIABLES
from tests.machine import ROOT, Build, Result, boot

POSIX = ROOT / "tests" / "posix"
IMAGE = ("posix", "ramfs", "starter")

# What is typed at the program of this name.
TYPED = {"conversation": "Ann\nx y\n3 4\nabc\nde"}

# Boots the image with programs of tests/posix, and with parameters.
Run = Callable[..., Result]


def make(build: Build, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs make as a user does."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in MAKE_VARIABLES
    }
    return subprocess.run(
        ["make", f"BUILD={os.path.relpath(build.directory, ROOT)}", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def program_make(build: Build, name: str, source: str, *more: str) -> None:
    """Builds the program `name` of a source of tests/posix."""
    sources = f"SOURCES=tests/posix/{source}.c"
    done = make(build, "program", f"NAME={name}", sources, *more)
    assert done.returncode == 0, done.stderr


def archive_make(place: Path, names: list[str], archive: Path) -> None:
    """Packs files of the folder into a boot archive, in this order."""
    with archive.open("wb") as output:
        subprocess.run(
            ["cpio", "-o", "-H", "newc", "--quiet"],
            cwd=place,
            input="\n".join(names).encode(),
            stdout=output,
            check=True,
        )


@pytest.fixture(scope="module")
def programs(build: Build) -> dict[str, Path]:
    """All programs of tests/posix, by name."""
    names = [source.stem for source in sorted(POSIX.glob("*.c"))]
    for name in names:
        program_make(build, name, name)
    program_make(build, "deeper", "deep", "STACK=0x400000")
    return {
        name: build.directory / "programs" / name for name in (*names, "deeper")
    }


@pytest.fixture(scope="module")
def run(
    build: Build,
    programs: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """Boots the image with all of them in its archive."""
    directory = tmp_path_factory.mktemp("posix")
    place = directory / "archive"
    archive = directory / "boot.cpio"
    shutil.copytree(build.test_image("ramfs").parent / "archive", place)
    for name, program in programs.items():
        shutil.copy(program, place / name)
    for name, text in TYPED.items():
        (place / f"{name}.in").write_text(text)
    others = {file.name for file in place.iterdir()} - set(IMAGE)
    archive_make(place, [*IMAGE, *sorted(others)], archive)

    def boot_it(names: str, *parameters: str) -> Result:
        line = " ".join((f"run={names}", *parameters))
        result = boot(build, archive, directory, "-append", line)
        assert result.status == 0, result.console
        return result

    return boot_it


def endings(result: Result) -> dict[str, str]:
    """How each program ended, as the last of its name did."""
    return dict(re.findall(r"^ended (\S+) (.*)$", result.console, re.M))


def checks(program: str) -> list[str]:
    """The names of the checks in a program's source, as they stand there."""
    text = (POSIX / f"{program}.c").read_text()
    return re.findall(r'\bcheck\(\s*"([^"]+)"', text)


@pytest.fixture(scope="module")
def all_checks(run: Run) -> Result:
    """Each program that checks something; files twice, for it looks at what
    its first run left when it ended."""
    return run("files,files,format,memory,names,process,streams,unix")


@pytest.mark.parametrize(
    "program",
    ["files", "format", "memory", "names", "process", "streams", "unix"],
)
def test_checks(all_checks: Result, program: str) -> None:
    """Every check of the program passes, and none is left out."""
    passed = re.findall(r"^ok (.*)$", all_checks.console, re.M)
    failed = [line for line in all_checks.lines if "FAILED" in line]
    assert not failed
    assert set(checks(program)) <= set(passed)
    assert f"{program}: 0 failures" in all_checks.lines
    expected = "exit 7" if program == "process" else "exit 0"
    assert endings(all_checks)[program] == expected


def test_what_happens_at_exit(all_checks: Result) -> None:
    """Functions for the end are called, the last one first, and then what is
    in buffers is written."""
    lines = all_checks.lines
    end = lines.index("ended process exit 7")
    assert lines[end - 2 : end] == [
        "the last is called first",
        "the first is called last",
    ]


def test_abort(run: Run) -> None:
    """A handler is called; a failed assert says so and is a status of its
    own, though the handler returns."""
    result = run("aborting")
    assert result.lines.count("signal 6") == 2
    assert "not for you" not in result.console
    assert re.search(r'assertion "argc == 0" failed', result.console)
    assert endings(result) == {"aborting": "exit 134"}


def test_conversation(run: Run) -> None:
    """A prompt is seen before its answer is read."""
    result = run("conversation", "terminal=1")
    assert (
        "name? two numbers, Ann? numbers! 7\n[3]\nended conversation exit 0\n"
        in result.console
    )


def test_stream(run: Run) -> None:
    """A stream's offsets count its bytes: the server refuses others."""
    result = run("format", "stream=1")
    assert "format: 0 failures" in result.lines
    assert endings(result) == {"format": "exit 0"}


@pytest.mark.parametrize("frames", [300, 500, 1000])
def test_memory_ends(run: Run, frames: int) -> None:
    """Whatever the quota is, its end is an error and no crash."""
    result = run("memory", f"frames={frames}")
    assert "FAILED" not in result.console
    assert endings(result) == {"memory": "exit 0"}


def test_stack(run: Run) -> None:
    """A program has the stack that it was built for, and no more."""
    result = run("deeper,deep", "frames=3000")
    assert "deep: 0 failures" in result.lines
    assert endings(result)["deeper"] == "exit 0"
    assert re.fullmatch(r"fault \d+", endings(result)["deep"])


def test_programs_start_programs(run: Run) -> None:
    """lib/program.h: arguments, environment, directory, files, ends."""
    result = run("process,aborting,starter")
    passed = re.findall(r"^ok (.*)$", result.console, re.M)
    source = (ROOT / "tests/guest/ramfs/starter.c").read_text()
    assert set(re.findall(r'\bcheck\(\s*"([^"]+)"', source)) <= set(passed)
    assert endings(result)["starter"] == "exit 0"


def test_no_program(build: Build) -> None:
    """make program says how it is used."""
    done = make(build, "program", "NAME=nothing", "SOURCES=no/such/file.c")
    assert done.returncode != 0
    assert "usage: make program NAME=" in done.stdout + done.stderr


def test_the_page(build: Build, tmp_path: Path) -> None:
    """docs/howto-program.md: its program is built by its command, added to a
    boot archive by its command, and runs."""
    page = (ROOT / "docs" / "howto-program.md").read_text()
    (source,) = re.findall(r"^```c\n(.*?)^```", page, re.M | re.S)
    commands = re.findall(r"^```sh\n(.*?)\n```", page, re.M | re.S)
    (tmp_path / "count.c").write_text(source)
    (tmp_path / "count.in").write_text("one\ntwo\nthree\n")

    words = commands[0].replace("count.c", str(tmp_path / "count.c"))
    done = make(build, *shlex.split(words)[1:])
    assert done.returncode == 0, done.stderr
    assert "boot archive" in done.stdout

    archive = tmp_path / "boot.cpio"
    shutil.copy(build.test_image("ramfs"), archive)
    shutil.copy(build.directory / "programs" / "count", tmp_path)
    adding = commands[2].replace("build/programs", ".").replace("../", "")
    for name in ("count", "count.in"):
        command = adding.replace(" count ", f" {name} ")
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    result = boot(build, archive, tmp_path, "-append", "run=count")
    assert "one: No such file or directory" in result.lines
    assert endings(result) == {"count": "exit 1"}


def test_names(build: Build, programs: dict[str, Path]) -> None:
    """A program from elsewhere sees the names of the list, all of them, and no
    others; each may be its own instead."""
    assert programs
    listed = subprocess.run(
        ["riscv64-unknown-elf-nm", "-g", build.directory / "user/standard.o"],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"^[0-9a-f]{16} (\w) (\S+)$", listed.stdout, re.M)
    names = (ROOT / "user/lib/standard.names").read_text().split()
    assert sorted(name for _, name in found) == sorted(names)
    assert {kind for kind, _ in found} == {"V", "W"}
