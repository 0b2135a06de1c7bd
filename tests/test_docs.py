# SPDX-License-Identifier: MIT
"""What documentation and sources promise about themselves: pages match the
system calls, links lead somewhere, includes run one way, sizes are kept."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.machine import ROOT

KERNEL, USER, DOCS = ROOT / "kernel", ROOT / "user", ROOT / "docs"
ABI = KERNEL / "abi"

# Where there are sources and text of the project's own.
PLACES = ("docs", "grader", "kernel", "labs", "tests", "tools", "user")

# What a freestanding compiler brings: all that the kernel has of C.
FREESTANDING = {"stdarg.h", "stdbool.h", "stddef.h", "stdint.h"}

# docs/adr/0007-size-of-the-whole-kernel.md
KERNEL_LINES_MAX = 4700
HEADER_LINES_MAX = 1400
FILE_LINES_MAX = 250  # check.c, which debug builds have, counts for itself
FUNCTION_LINES_MAX = 60


def sources(*places: Path, ends: tuple[str, ...] = (".c", ".h")) -> list[Path]:
    """The files below `places` whose names end so."""
    return sorted(
        file
        for place in places
        for file in place.rglob("*")
        if file.suffix in ends and file.is_file()
    )


def name(file: Path) -> str:
    """A file as messages call it."""
    return str(file.relative_to(ROOT))


# ----------------------------------------------------------- documentation


def calls() -> dict[str, int]:
    """The system calls of the ABI: page name and number."""
    text = (ABI / "syscall.h").read_text()
    found = re.findall(r"^    SYS_(\w+) = (\d+),$", text, re.M)
    assert found
    return {call.lower(): int(number) for call, number in found}


def pages() -> dict[str, str]:
    """The pages of the system calls, by name."""
    files = (DOCS / "syscalls").glob("*.md")
    return {f.stem: f.read_text() for f in files if f.stem != "README"}


def test_each_call_has_a_page() -> None:
    """Each system call has a page of its number, and each page a call."""
    numbers = {
        call: re.findall(r"^Call number (\d+) \(`SYS_(\w+)`\)\.$", text, re.M)
        for call, text in pages().items()
    }
    assert numbers == {
        call: [(str(number), call.upper())] for call, number in calls().items()
    }


def test_the_list_of_pages_is_complete() -> None:
    """The overview names each call, its number and its page."""
    text = (DOCS / "syscalls" / "README.md").read_text()
    rows = re.findall(r"^\| (\d+) \| \[(\w+)\]\((\w+)\.md\) \|", text, re.M)
    assert sorted(rows, key=lambda row: int(row[0])) == [
        (str(number), call, call)
        for call, number in sorted(calls().items(), key=lambda item: item[1])
    ]


def test_pages_show_what_programs_include() -> None:
    """The declarations on a page are those of user/lib/syscall.h."""
    header = normal((USER / "lib" / "syscall.h").read_text())
    for call, text in pages().items():
        blocks = re.findall(r"^```c\n(.*?)^```", text, re.M | re.S)
        assert len(blocks) == 1, call
        for declaration in re.findall(r"[^;]+;", blocks[0]):
            assert normal(declaration) in header, call


def normal(text: str) -> str:
    """C text with its blanks made alike, and without what only checks."""
    text = text.replace("MUST_CHECK ", "")
    return " ".join(re.sub(r"([(),;*])", r" \1 ", text).split())


def test_pages_name_known_errors() -> None:
    """No page promises an error that there is not."""
    listed = re.findall(r"X\((\w+), \d+,", (ABI / "error.h").read_text())
    for call, text in pages().items():
        named = set(re.findall(r"\bERR_\w+", text))
        assert named <= set(listed), call


def documents() -> list[Path]:
    """All Markdown files but those of build folders."""
    below = [ROOT / place for place in PLACES]
    return [*ROOT.glob("*.md"), *sources(*below, ends=(".md",))]


@pytest.mark.parametrize("document", documents(), ids=name)
def test_links_resolve(document: Path) -> None:
    """What a document links to is there, the heading included."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    links += re.findall(r'(?:src|href|srcset)="([^"]+)"', text)
    for link in links:
        if re.match(r"\w+:", link):
            continue
        path, _, heading = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{link} leads nowhere"
        if heading:
            assert heading in headings(target), f"{link} has no such heading"


def headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", document.read_text(), re.M)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in found
    }


def test_nothing_is_left_to_do() -> None:
    """No file says that something is missing in it."""
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3))
    kinds = (".c", ".h", ".S", ".ld", ".py", ".md", ".toml", "")
    files = sources(*(ROOT / place for place in PLACES), ends=kinds)
    for file in (*files, ROOT / "Makefile"):
        found = re.search(rf"\b({marks})\b", file.read_text())
        assert not found, f"{name(file)}: {found}"


# ---------------------------------------------------------------- includes


def includes(file: Path) -> list[tuple[str, str]]:
    """What a file includes: the mark, < or a quote, and the name."""
    pattern = r'^\s*#\s*include\s+([<"])([^>"]+)[>"]'
    return re.findall(pattern, file.read_text(), re.M)


def test_the_kernel_includes_itself_only() -> None:
    """The kernel needs nothing of user space and no C library; what programs
    see of it needs nothing of the rest."""
    for file in sources(KERNEL, ends=(".c", ".h", ".S")):
        home = ABI if file.parent == ABI else KERNEL
        for mark, header in includes(file):
            if mark == "<":
                assert header in FREESTANDING, f"{name(file)}: {header}"
            else:
                assert (home / header).is_file(), f"{name(file)}: {header}"


# Directories of programs: what they may include from the tree.
LAYERS = {
    "user/lib": ("abi", "lib", "proto"),
    "user/proto": ("abi", "lib", "proto"),
    **{
        place: ("abi", "lib", "proto")
        for place in ("user/servers", "user/drivers", "user/apps")
    },
}


@pytest.mark.parametrize("place", LAYERS)
def test_programs_include_downwards(place: str) -> None:
    """Programs, the library and the protocols see the ABI, the library and the
    protocols, and the headers of their own directory, which may be one of
    many small programs; nobody sees the kernel or another program."""
    for file in sources(ROOT / place):
        for mark, header in includes(file):
            above = header.partition("/")[0]
            where = f"{name(file)}: {header}"
            if mark == '"':
                is_own = "/" not in header and header.endswith(".h")
                assert is_own, f"{where} is no header of its directory"
                assert (file.parent / header).is_file(), where
                continue
            if "/" in header and above != "sys":
                assert above in LAYERS[place], where
            else:
                assert not (KERNEL / header).exists(), where


def test_headers_stand_alone() -> None:
    """Each header compiles by itself: it includes what it uses."""
    target = ["-march=rv64imac", "-misa-spec=2.2", "-mabi=lp64", "-std=c11"]
    kernel = (*target, "-ffreestanding", "-Ikernel")
    check_headers(sources(KERNEL, ends=(".h",)), *kernel)
    check_headers(
        sources(USER, ends=(".h",)),
        *target,
        *("--specs=picolibc.specs", "-D_DEFAULT_SOURCE"),
        *("-Iuser", "-Ikernel"),
    )


def check_headers(headers: Iterable[Path], *flags: str) -> None:
    """Compiles headers, each as a unit of its own."""
    command = ["riscv64-unknown-elf-gcc", *flags, "-w", "-fsyntax-only"]
    done = subprocess.run(
        [*command, "-x", "c", *map(str, headers)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for header in headers:
        assert "#pragma once" in header.read_text(), name(header)


# ------------------------------------------------------------------- sizes


def code_lines(file: Path) -> int:
    """Lines that are neither empty nor comment."""
    text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)
    text = re.sub(r"//.*", "", text)
    return sum(1 for line in text.splitlines() if line.strip())


def test_the_kernel_is_small() -> None:
    """All of it can be read: the sums, and each file."""
    files = sources(KERNEL, ends=(".c", ".S"))
    code = [code_lines(file) for file in files if file.name != "check.c"]
    headers = [code_lines(file) for file in sources(KERNEL, ends=(".h",))]
    assert sum(code) <= KERNEL_LINES_MAX
    assert sum(headers) <= HEADER_LINES_MAX


@pytest.mark.parametrize("place", [KERNEL, USER], ids=name)
def test_files_and_functions_are_short(place: Path) -> None:
    """No file and no function is longer than one can keep in mind."""
    for file in sources(place, ends=(".c", ".h", ".S")):
        lines = code_lines(file)
        assert lines <= FILE_LINES_MAX, f"{name(file)}: {lines} lines"
        text = file.read_text()
        for body in re.finditer(r"^\{\n.*?^\}", text, re.M | re.S):
            length = body.group().count("\n") + 1
            begin = text.count("\n", 0, body.start()) + 1
            where = f"{name(file)}:{begin}"
            assert length <= FUNCTION_LINES_MAX, f"{where}: {length} lines"
