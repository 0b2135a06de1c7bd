# SPDX-License-Identifier: MIT
"""Counts lines and bytes, and compares them with their limits.

    make stats

Lines are counted as cloc does: of code, those that are neither empty nor all
comment. Sizes come from the debug information. Exit status: 0 when all limits
are kept."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.suppressed import suppressions

ROOT = Path(__file__).resolve().parents[1]
BUILD = os.environ.get("BUILD", "build")
CROSS = os.environ.get("CROSS", "riscv64-unknown-elf-")

# The limits of the kernel. A function of more than NORM_LINES is counted.
CODE_LINES = 4700  # docs/adr/0007-size-of-the-whole-kernel.md
HEADER_LINES = 1400
FILE_LINES = 250
FUNCTION_LINES = 60
NORM_LINES = 40
CHECK_LINES = 250  # check.c, the invariants in debug builds

# Bytes of what the kernel keeps most of.
OBJECT_BYTES = {
    "struct thread": 512,
    "struct process": 512,
    "struct endpoint": 64,
    "struct memory": 64,
    "struct mapping": 64,
    "struct slot": 64,
    "struct irq": 64,
}

SHOWN = 5  # how many of the largest


@dataclass(frozen=True)
class Lines:
    """How many lines a file has, the empty ones left out."""

    code: int
    comment: int


@dataclass(frozen=True)
class Row:
    """One figure, its limit if it has one, and a remark."""

    name: str
    value: int
    limit: int | None = None
    remark: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the limit is broken."""
        return self.limit is not None and self.value > self.limit

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"of {self.limit:,}"
        remark = "OVER" if self.is_over else self.remark
        line = f"  {self.name:42}{self.value:8,} {limit:9} {remark}"
        return line.rstrip()


def counted(file: Path) -> Lines:
    """The lines of a C or assembly file. A comment within a string is none,
    and a line with code and a comment is code."""
    text = file.read_text()
    without = re.sub(
        r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*',
        lambda match: match[0] if match[0].startswith('"') else "",
        text,
        flags=re.DOTALL,
    )
    code = sum(1 for line in without.splitlines() if line.strip())
    full = sum(1 for line in text.splitlines() if line.strip())
    return Lines(code, full - code)


def counted_all(folder: str) -> dict[str, Lines]:
    """The lines of each file of C or assembly in the folder, by its path."""
    return {
        str(file.relative_to(ROOT)): counted(file)
        for file in sorted((ROOT / folder).rglob("*.[chS]"))
    }


def total(lines: dict[str, Lines], *suffixes: str) -> int:
    """Lines of code of all files with one of the suffixes."""
    return sum(
        each.code for name, each in lines.items() if name.endswith(suffixes)
    )


def kernel_lines(lines: dict[str, Lines]) -> Iterator[Row]:
    """The kernel as a whole."""
    code = total(lines, ".c", ".S")
    headers = total(lines, ".h")
    comments = sum(each.comment for each in lines.values())
    share = round(100 * comments / (code + headers))
    check = lines["kernel/check.c"].code if "kernel/check.c" in lines else 0
    yield Row("kernel: .c and .S", code - check, CODE_LINES)
    yield Row("kernel: .h, with abi", headers, HEADER_LINES)
    yield Row("kernel: comment lines", comments, None, f"{share} % of the code")
    yield Row("kernel: check.c", check, CHECK_LINES)


def other_lines() -> Iterator[Row]:
    """The rest of the C code, which has no limit."""
    for folder in ("user", "labs", "tests"):
        yield Row(folder, total(counted_all(folder), ".c", ".h", ".S"))


def largest_files(lines: dict[str, Lines]) -> Iterator[Row]:
    """The longest files of the kernel."""
    by_size = sorted(lines, key=lambda name: lines[name].code, reverse=True)
    for name in by_size[:SHOWN]:
        yield Row(name, lines[name].code, FILE_LINES)


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Name and length of each function of the file: in C the lines from
    brace to brace, in assembly from the label to the .size line. Relies on
    the layout that make format gives."""
    name, begin = "", 0
    for number, line in enumerate(file.read_text().splitlines()):
        match = re.match(r"(\w+)(\(|:)", line)
        if file.suffix == ".S":
            if match and match[2] == ":":
                name, begin = match[1], number
            size = re.match(r"\s*\.size\s+(\w+)", line)
            if size and size[1] == name:
                yield name, number - begin + 1
        elif match and match[2] == "(":
            name = match[1]
        elif line == "{":
            begin = number
        elif line == "}" and name:
            yield name, number - begin + 1
            name = ""


def longest_functions() -> Iterator[Row]:
    """The longest functions of the kernel, and how many are not short."""
    found = [
        (length, f"{name} ({file.name})")
        for file in sorted((ROOT / "kernel").glob("*.[chS]"))
        for name, length in functions(file)
    ]
    found.sort(reverse=True)
    for length, name in found[:SHOWN]:
        yield Row(name, length, FUNCTION_LINES)
    long = sum(length > NORM_LINES for length, _ in found)
    yield Row(f"functions over the norm of {NORM_LINES}", long)
    yield Row("functions in all", len(found))


def object_sizes() -> Iterator[Row]:
    """Sizes of the kernel's objects, from its debug information."""
    questions = [
        f"--eval-command=print/d sizeof({name})" for name in OBJECT_BYTES
    ]
    answer = subprocess.run(
        ["gdb-multiarch", "-nx", "-batch", *questions, f"{BUILD}/kernel.elf"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    sizes = re.findall(r"^\$\d+ = (\d+)$", answer.stdout, re.MULTILINE)
    for (name, limit), size in zip(OBJECT_BYTES.items(), sizes, strict=True):
        yield Row(name, int(size), limit)


def section_sizes() -> Iterator[Row]:
    """Text, data and bss of the kernel."""
    answer = subprocess.run(
        [f"{CROSS}size", f"{BUILD}/kernel.elf"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    titles, values = (line.split() for line in answer.stdout.splitlines())
    for title, value in list(zip(titles, values, strict=True))[:3]:
        yield Row(title, int(value))


def main() -> int:
    """Prints all figures."""
    kernel = counted_all("kernel")
    status = 0
    for title, rows in (
        ("Lines of code", [*kernel_lines(kernel), *other_lines()]),
        ("Largest files of the kernel", largest_files(kernel)),
        ("Longest functions, brace to brace", longest_functions()),
        ("Objects, in bytes", object_sizes()),
        ("Sections of the kernel, in bytes", section_sizes()),
    ):
        print(title)
        for row in rows:
            print(row)
            status |= row.is_over
        print()
    print("Checks that are switched off, and why")
    for each in suppressions(ROOT):
        print(f"  {each.place}: {each.check}")
        print(f"      {each.reason or 'NO REASON'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
