# SPDX-License-Identifier: MIT
"""Labs in which students answer in a file: lab 0. What gdb shows with the
handout's own commands is what the grader expects; and the file is handed in
with its lab and with no other."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from grader.handin import handin
from grader.lab import Lab, find_lab
from grader.verdict import UsageError

OUT = Path("build/grader-tests/answers")
NAME = "ada"
NINTH = ["break visit", "ignore 1 8", "continue", "print number"]
FURTHER = ["print *$.next"] * 8  # beyond the end of any chain


@pytest.fixture(name="lab")
def _lab(pytestconfig: pytest.Config) -> Lab:
    return find_lab(pytestconfig.rootpath, "setup")


@pytest.fixture(name="work")
def _work(lab: Lab, tmp_path: Path) -> Path:
    """A student's tree as far as it counts."""
    work = tmp_path / "work"
    shutil.copytree(lab.root / "kernel", work / "kernel")
    shutil.copytree(
        lab.path, work / "labs" / lab.folder, ignore=lambda *_: ["mutants"]
    )
    return work


def answer(work: Path, text: str) -> None:
    """Writes the student's answers."""
    (work / "labs" / "0-setup" / "answers.toml").write_text(text)


def call(lab: Lab, command: str, work: Path, **environment: str) -> str:
    """What the grader says of exercise 0.2 under one seed."""
    return subprocess.run(
        [sys.executable, "-m", "grader", command, str(work)]
        + ["--lab", "setup", "--ex", "0.2", "--seed", "0x5a17"]
        + ["--out", str(lab.root / OUT)],
        cwd=lab.root,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    ).stdout


def gdb(lab: Lab, work: Path, commands: list[str], script: Path) -> str:
    """What gdb says to these commands, up to the first that it refuses."""
    script.write_text("".join(f"{command}\n" for command in commands))
    # Which is given first is read first.
    own = lab.root / OUT / "gdb" / "exercise.gdb"
    words = f"-batch -x {own} -x {script}"
    return call(lab, "debug", work, GDB_ARGUMENTS=words)


def test_gdb_shows_what_the_grader_expects(
    lab: Lab, work: Path, tmp_path: Path
) -> None:
    answer(work, f'name = "{NAME}"\n')
    handout = (lab.path / "README.md").read_text()
    commands = re.findall(r"^\(gdb\) (.*)$", handout, re.MULTILINE)
    seen = gdb(lab, work, [*commands, *FURTHER], tmp_path / "script")
    [hits] = re.findall(r"in visit .*\n\s+breakpoint already hit (\d+)", seen)
    *_, last = re.findall(r"value = (\d+),", seen)
    seen = gdb(lab, work, NINTH, tmp_path / "script")
    *_, ninth = re.findall(r"\$\d+ = (\d+)", seen)
    assert "visited += number;" in seen  # its source is found
    file = lab.path / "alternatives" / "answers.toml"
    expected = tomllib.loads(file.read_text())
    assert expected["name"] == NAME
    found = {"hits": int(hits), "ninth": int(ninth), "last": int(last)}
    assert found.items() <= expected.items()


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "write your name into the answers"),
        ('name = "Ada Lovelace"', "write your name into the answers"),
        ('name = "ada', "answers.toml: "),
        ("a = " + "[" * 9999, "answers.toml: "),
        ('name = "ada"\nhits = true\nninth = 2559.0', "hits = true"),
    ],
)
def test_what_is_no_answer_costs_points_and_no_more(
    lab: Lab, work: Path, text: str, said: str
) -> None:
    answer(work, text)
    card = " ".join(call(lab, "grade", work).split())
    assert said.lower() in card.lower()
    assert "0 of 5 points" in card


def test_answers_are_handed_in_with_their_lab(
    lab: Lab, work: Path, tmp_path: Path
) -> None:
    shutil.copytree(lab.root / "labs" / "4-ipc", work / "labs" / "4-ipc")
    archive = tmp_path / "handin.tar.gz"
    answer(work, f'name = "{NAME}"\n')
    for name, has_answers in ("setup", True), ("ipc", False):
        handin(work, find_lab(work, name), archive)
        with tarfile.open(archive) as packed:
            names = packed.getnames()
        assert ("labs/0-setup/answers.toml" in names) is has_answers
        assert "kernel/main.c" in names


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "Write your login there"),
        ('word = "1f2e"', "name is empty"),
        ('name = "  "', "name is empty"),
        ("name = 7", "name is empty"),
        ('name = "ada', "0-setup/answers.toml: "),
    ],
)
def test_answers_of_nobody_are_not_packed(
    lab: Lab, work: Path, tmp_path: Path, text: str | None, said: str
) -> None:
    """As they are given, there is no name in them."""
    if text is not None:
        answer(work, text)
    archive = tmp_path / "handin.tar.gz"
    with pytest.raises(UsageError) as refused:
        handin(work, find_lab(work, "setup"), archive)
    assert said in str(refused.value)
    assert not archive.exists()
