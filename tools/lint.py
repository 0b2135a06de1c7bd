# SPDX-License-Identifier: MIT
"""Finds what the compiler does not: layout, suspicious code, spelling, types.

    make lint
    make format

A check that finds nothing is one line; another shows all that it found. How
files include each other, and how long they are, the tests look at. Exit
status: 0 when nothing was found."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which

from tools.suppressed import WORDS, suppressions

ROOT = Path(__file__).resolve().parents[1]
BUILD = os.environ.get("BUILD", "build")

# What clang-format lays out, what the analysers read, what is Python.
LAID_OUT = ("kernel", "user", "labs", "tests", "grader/tests")
ANALYSED = ("kernel", "user")
PYTHON = ("grader", "tests", "tools", "labs")
PROSE = ("README.md", "CONTRIBUTING.md", "docs", "Makefile", ".ci", ".github")

Findings = Iterator[str]


def files(folders: Sequence[str], *suffixes: str) -> list[str]:
    """The files with one of the suffixes, by their path in the tree."""
    return sorted(
        str(file.relative_to(ROOT))
        for folder in folders
        for file in (ROOT / folder).rglob("*")
        if file.suffix in suffixes
    )


def said(*command: str) -> list[str]:
    """What a command prints, and a line about its status if that is all
    that it says of its failure."""
    answer = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if answer.returncode != 0 and not answer.stdout:
        return [f"{command[0]} ended with status {answer.returncode}"]
    return answer.stdout.splitlines()


def at_once(each: Callable[[str], list[str]], given: Sequence[str]) -> Findings:
    """What `each` finds in every one, on all processors."""
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for lines in workers.map(each, given):
            yield from lines


def clang_format(option: str) -> list[str]:
    """Runs clang-format on all C. Every version lays code out a little
    differently; 14 is the reference's."""
    tool = which("clang-format-14") or "clang-format"
    (version,) = said(tool, "--version")
    if " version 14." not in version:
        return [f"clang-format 14 is needed, others disagree: {version}"]
    return said(tool, option, *files(LAID_OUT, ".c", ".h"))


def layout() -> Findings:
    """C as .clang-format has it."""
    lines = clang_format("--dry-run")
    places = [line.partition(":")[0] for line in lines if ": warning: " in line]
    for file in dict.fromkeys(places):
        yield f"{file}: {places.count(file)} places; make format mends them"
    if not places:
        yield from lines


def tidy() -> Findings:
    """clang-tidy, as .clang-tidy says."""

    def one(file: str) -> list[str]:
        lines = said("clang-tidy", "-p", BUILD, "--quiet", file)
        return [
            line.replace(f"{ROOT}/", "")
            for line in lines
            if re.search(r": (warning|error): ", line)
        ]

    # A finding in a header comes with every file that includes it.
    yield from sorted(set(at_once(one, files(ANALYSED, ".c"))))


def suspicious() -> Findings:
    """cppcheck, which has no idea of gcc's builtin functions."""
    place = Path(BUILD, "cppcheck")
    (ROOT / place).mkdir(parents=True, exist_ok=True)
    yield from said(
        "cppcheck",
        f"--project={BUILD}/compile_commands.json",
        f"--cppcheck-build-dir={place}",
        *(f"--file-filter={folder}/*" for folder in ANALYSED),
        "--enable=warning,style,performance,portability",
        "-D__builtin_memcpy=memcpy",
        "-D_Noreturn=__attribute__((noreturn))",
        "--suppressions-list=tools/cppcheck.txt",
        "--template={file}:{line}: {severity}: {message} [{id}]",
        "--std=c11",
        "--quiet",
    )


def scripts() -> Findings:
    """shellcheck on whatever begins as a shell script."""
    candidates = files(("tools", ".ci"), "")
    yield from said(
        "shellcheck",
        "--format=gcc",
        *(
            file
            for file in candidates
            if (ROOT / file).is_file()
            and re.match(r"#!.*\b(ba)?sh\n", (ROOT / file).read_text())
        ),
    )


def spelling() -> Findings:
    """codespell on all that is text."""
    yield from said(
        "codespell",
        f"--ignore-words-list={','.join(WORDS)}",
        "--skip=*.pyc",
        *(place for place in PROSE if (ROOT / place).exists()),
        *("kernel", "user", "labs", "grader", "tests", "tools"),
    )


def types() -> Findings:
    """mypy, strictly."""
    cache = f"--cache-dir={BUILD}/mypy"
    sources = files(PYTHON, ".py")
    yield from said("mypy", "--strict", "--no-error-summary", cache, *sources)


def names() -> Findings:
    """pyflakes: names that nobody uses or nobody knows."""
    tool = which("pyflakes3") or "pyflakes"
    yield from said(tool, *files(PYTHON, ".py"))


def reasons() -> Findings:
    """Each suppression has its reason."""
    for each in suppressions(ROOT):
        if not each.reason:
            yield f"{each.place}: {each.check} is suppressed without a reason"


CHECKS = {
    "clang-format": layout,
    "clang-tidy": tidy,
    "cppcheck": suspicious,
    "shellcheck": scripts,
    "codespell": spelling,
    "mypy": types,
    "pyflakes": names,
    "suppressions": reasons,
}


def main() -> int:
    """Runs all checks and tells what they found."""
    if "--format" in sys.argv:
        print(*clang_format("-i"), sep="\n", end="")
        return 0
    status = 0
    for name, check in CHECKS.items():
        begin = time.monotonic()
        findings = list(check())
        seconds = time.monotonic() - begin
        count = f"{len(findings)} findings" if findings else "ok"
        print(f"  {name:14}{count:14}{seconds:5.1f} s", flush=True)
        for finding in findings:
            print(f"    {finding}")
        status |= bool(findings)
    return status


if __name__ == "__main__":
    sys.exit(main())
