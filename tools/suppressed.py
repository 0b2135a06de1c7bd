# SPDX-License-Identifier: MIT
"""Every check that was switched off, where, and why.

A suppression stands in the code, or in the configuration of the tool that it
is for. Its reason stands behind it on the same line, or in the comment just
above. One without a reason is a finding of `make lint`; `make stats` lists
all of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Words that codespell takes for misspelt ones.
WORDS = {
    "hart": "what RISC-V calls a hardware thread",
    "harts": "several of them",
    "msdos": "a file system, as stat calls it",
    "sie": "a control register",
}

FOLDERS = ("kernel", "user", "labs", "grader", "tests", "tools", ".ci")
SUFFIXES = (".c", ".h", ".S", ".py", "")  # "": scripts

# What a suppression looks like: group 1 is the check, 2 the reason behind it.
FORMS = (
    re.compile(r"(?:NOLINT\w*)\(([\w.,-]+)\)[:\s]*(.*)"),
    re.compile(r"cppcheck-suppress(?:-file)? (\w+)[\s;:]*(.*)"),
    re.compile(r"#pragma GCC diagnostic ignored \"-W([\w-]+)\"(.*)"),
    re.compile(r"(no_sanitize\w*)\W*(.*)"),
    re.compile(r"[*/]\s(clang-format off)(.*)"),
    re.compile(r"# shellcheck disable=(SC\d+)\s*#?(.*)"),
    re.compile(r"# type: ignore\[?([\w,-]*)\]?\s*#?(.*)"),
    re.compile(r"# (noqa)\b:?\s*\w*\s*#?(.*)"),
    re.compile(r"(?<=[\s\[\"'])-W(no-[\w-]+)()"),
    re.compile(r"^(follow_imports|disallow_\w+) = (?:\"skip\"|false)()"),
)


@dataclass(frozen=True)
class Suppression:
    """One check that does not speak up in one place."""

    place: str  # file:line, or the file
    check: str
    reason: str  # empty: there is none


def suppressions(root: Path) -> list[Suppression]:
    """All of them, configuration first."""
    found = [
        Suppression("tools/suppressed.py", f"codespell {word}", reason)
        for word, reason in WORDS.items()
    ]
    for configuration in sorted(root.glob("**/.clang-tidy")):
        found += _in_clang_tidy(root, configuration)
    found += _in_cppcheck(root, root / "tools" / "cppcheck.txt")
    for file in _sources(root):
        found += _in_source(root, file)
    return found


def _sources(root: Path) -> Iterator[Path]:
    """Everything that may hold a suppression, but this file."""
    yield root / "Makefile"
    yield root / "pyproject.toml"
    yield root / ".clangd"
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if (
                file.is_file()
                and file.suffix in SUFFIXES
                and not file.name.startswith(".")
                and file != Path(__file__)
            ):
                yield file


def _in_clang_tidy(root: Path, file: Path) -> Iterator[Suppression]:
    """A check that is taken out as `-check` has a comment "Not check: ..."."""
    text = file.read_text()
    comment = " ".join(re.findall(r"^# *(.*)$", text, re.MULTILINE))
    reasons = dict(re.findall(r"Not ([\w.-]+): (.+?)(?=$|\s*Not )", comment))
    for check in re.findall(r"^ *-([a-z][\w.-]*)", text, re.MULTILINE):
        place = str(file.relative_to(root))
        yield Suppression(place, check, reasons.get(check, ""))


def _in_cppcheck(root: Path, file: Path) -> Iterator[Suppression]:
    """A line check or check:file, with the reason above."""
    reason = ""
    for line in file.read_text().splitlines():
        if line.startswith("#"):
            reason = f"{reason} {line[1:].strip()}".strip()
        elif line:
            place = line.partition(":")[2] or str(file.relative_to(root))
            yield Suppression(place, line.partition(":")[0], reason)
        if not line.startswith("#"):
            reason = ""


def _in_source(root: Path, file: Path) -> Iterator[Suppression]:
    """What a line of the file suppresses, in any of the forms."""
    lines = file.read_text().splitlines()
    for i, line in enumerate(lines):
        for form in FORMS:
            for match in form.finditer(line):
                behind = match[2].replace("*/", "").strip(" .;:")
                yield Suppression(
                    f"{file.relative_to(root)}:{i + 1}",
                    match[1] or "all",
                    behind or _comment_above(lines[:i]),
                )


def _comment_above(lines: list[str]) -> str:
    """The text of a comment that ends in the last of the lines."""
    words: list[str] = []
    for line in reversed(lines):
        match = re.match(r"\s*(/\*|\*|//|#(?!define|if|include))\s*(.*)", line)
        if not match:
            break
        words.insert(0, match[2].replace("*/", "").strip())
        if match[1] == "/*":
            break
    return " ".join(words).strip()
