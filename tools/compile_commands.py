# SPDX-License-Identifier: MIT
"""Writes compile_commands.json for clangd and clang-tidy.

    make -Bn all | python3 tools/compile_commands.py >compile_commands.json

The input is what make would run, so the flags cannot differ from those of the
build. gcc's ways of saying things are put in clang's words here and nowhere
else, so every tool that reads the file gets along with it."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

# What gcc alone understands, or what means nothing to a reader of sources.
GCC_ONLY = (
    "-misa-spec=",
    "--picolibc-buildtype=",
    "-flto",
    "-fsanitize-undefined-trap-on-error",
    "-MMD",
    "-MP",
)


@cache
def picolibc_headers(gcc: str, specs: str) -> str:
    """Where gcc finds the C library's headers with these specs."""
    answer = subprocess.run(
        [gcc, specs, "-M", "-x", "c", "-"],
        input="#include <picolibc.h>\n",
        check=True,
        capture_output=True,
        text=True,
    )
    (header,) = (
        word for word in answer.stdout.split() if word.endswith("picolibc.h")
    )
    return str(Path(header).parent)


def translate(words: list[str]) -> Iterator[str]:
    """One gcc command in clang's words."""
    gcc = words[0]
    yield "clang"
    yield "--target=riscv64-unknown-elf"
    for word in words[1:]:
        if word.startswith("--specs="):
            yield from ("-isystem", picolibc_headers(gcc, word))
        elif not word.startswith(GCC_ONLY):
            yield word


def entries(
    lines: Iterable[str], directory: Path
) -> Iterator[dict[str, object]]:
    """An entry for every C file that make would compile."""
    for line in lines:
        words = line.split()
        if not words or not words[0].endswith("gcc") or "-c" not in words:
            continue
        words = shlex.split(line)
        if words[-1].endswith(".c"):
            yield {
                "directory": str(directory),
                "file": words[-1],
                "arguments": list(translate(words)),
            }


def main() -> str | None:
    """Reads make's commands from the standard input; what went wrong."""
    table = list(entries(sys.stdin, Path.cwd()))
    json.dump(table, sys.stdout, indent=1)
    print()
    return None if table else "no command of the compiler in the input"


if __name__ == "__main__":
    sys.exit(main())
