# SPDX-License-Identifier: MIT
"""Whole functions, found and swapped in source files.

The unit of an exercise is a whole function, so this is all that a lab needs
from a parser. The house style makes it easy: a definition has its return
type on a line of its own, its name at column 0, and ends with a `}` at
column 0. In assembly it runs from its label to its `.size` line.

    /* The comment above a function stays where it is. */
    err_t                                  <- start
    endpoint_send(struct thread *t)        <- line
    {
        ...
    }                                      <- end

A *patch* is a .c file with changed functions: a mutant, a stub file, an
alternative. Each function that the tree knows replaces the tree's; whatever
else a patch defines goes above the first one that it replaced."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.verdict import UsageError

C_NAME = re.compile(r"^([A-Za-z_]\w*)\(", re.MULTILINE)
C_END = re.compile(r"^\}[ \t]*$", re.MULTILINE)
S_LABEL = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE)
INCLUDE = re.compile(r"^#\s*include\b.*\n|^#\s*pragma once\n", re.MULTILINE)
COMMENT_ABOVE = re.compile(r"/\*(?:(?!\*/).)*\*/[ \t]*\n\Z", re.DOTALL)
FIRST_COMMENT = re.compile(r"\s*/\*(.*?)\*/", re.DOTALL)

# A tree of source files: path below kernel/ -> content.
Sources = dict[str, bytes]


@dataclass(frozen=True)
class Definition:
    """A function in a text: text[start:end] is all of it but its comment,
    which begins at `comment` (the same as `start` if there is none)."""

    name: str
    comment: int
    start: int
    end: int
    line: int  # of its name, from 1


def definitions(text: str, path: str) -> dict[str, Definition]:
    """The functions that a file defines, by name, in the order of the text.
    The ending of `path` says which language it is."""
    finder = _in_assembly if path.endswith(".S") else _in_c
    return {d.name: d for d in finder(text)}


def _in_c(text: str) -> Iterable[Definition]:
    for match in C_NAME.finditer(text):
        body = _after_parentheses(text, match.end() - 1)
        if not text[body:].lstrip().startswith("{"):
            continue  # a declaration, or the call of a macro
        end = C_END.search(text, body)
        if end:
            start = _first_line(text, match.start())
            yield _definition(match[1], text, start, end.end(), match.start())


def _in_assembly(text: str) -> Iterable[Definition]:
    for match in S_LABEL.finditer(text):
        size = re.compile(rf"^\s*\.size\s+{match[1]}\b.*$", re.MULTILINE)
        if end := size.search(text, match.end()):
            start = match.start()
            yield _definition(match[1], text, start, end.end(), start)


def _definition(
    name: str, text: str, start: int, end: int, name_at: int
) -> Definition:
    above = COMMENT_ABOVE.search(text, 0, start)
    comment = above.start() if above else start
    line = text.count("\n", 0, name_at) + 1
    return Definition(name, comment, start, min(end + 1, len(text)), line)


def _after_parentheses(text: str, at: int) -> int:
    """The place behind the parenthesis that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    return len(text)


def _first_line(text: str, name_at: int) -> int:
    """The start of the return type: of the lines that directly precede the
    name and end nothing else."""
    start = name_at
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        line = text[above : start - 1].rstrip()
        if not line or line.endswith(("*/", ";", "}")) or line[0] in "#/ ":
            break
        start = above
    return start


def locate(kernel: Path, name: str) -> tuple[str, int] | None:
    """The file (as in kernel/endpoint.c) and line where a submission defines
    a function, whatever its style; None if it does not."""
    loose = re.compile(rf"^[\w\s*]*\b{name}\s*\([^;]*$", re.MULTILINE)
    texts = {
        file: file.read_text(errors="replace")
        for file in sorted(kernel.glob("*.[chS]"))
    }
    for file, text in texts.items():
        if found := definitions(text, file.name).get(name):
            return f"kernel/{file.name}", found.line
    for file, text in texts.items():
        if file.suffix != ".S" and (match := loose.search(text)):
            if _after_parentheses(text, text.index("(", match.start())) < len(
                text
            ) and C_END.search(text, match.end()):
                at = text.index(name, match.start())
                return f"kernel/{file.name}", text.count("\n", 0, at) + 1
    return None


def replace(text: str, path: str, name: str, new: str) -> str:
    """The text with the function `name` replaced by `new`, its comment
    kept. UsageError if the text has no such function."""
    found = definitions(text, path).get(name)
    if not found:
        raise UsageError(f"{path} does not define {name}")
    return text[: found.start] + new + text[found.end :]


def first_comment(text: str) -> str:
    """The first comment of a file, on one line."""
    match = FIRST_COMMENT.match(text)
    return " ".join(match[1].replace("\n *", "\n").split()) if match else ""


def apply_patch(
    sources: Mapping[str, bytes], patch: str, name: str
) -> Sources:
    """The tree with the functions of a patch swapped in. `name` is the
    patch's own, for the error when it changes nothing."""
    texts = {
        path: content.decode(errors="surrogateescape")
        for path, content in sources.items()
        if path.endswith((".c", ".h", ".S")) and "/" not in path
    }
    homes = _homes(texts)
    new = definitions(patch, name)
    swapped = [function for function in new if function in homes]
    if not swapped:
        raise UsageError(
            f"{name} defines no function that the kernel has; a whole kernel"
            " file must have the name it has in kernel/"
        )
    for function in swapped:
        home = homes[function]
        if isinstance(home, list):
            raise UsageError(
                f"{name}: {function} is in {' and '.join(home)}"
            )
        part = new[function]
        texts[home] = replace(
            texts[home], home, function, patch[part.start : part.end]
        )
    first = str(homes[swapped[0]])
    extra = _without(patch, [new[function] for function in swapped])
    if extra:
        at = definitions(texts[first], first)[swapped[0]].comment
        texts[first] = texts[first][:at] + extra + texts[first][at:]
    changed = {
        path: text.encode(errors="surrogateescape")
        for path, text in texts.items()
    }
    return {**sources, **changed}


def _homes(texts: Mapping[str, str]) -> dict[str, str | list[str]]:
    """The file of each function; a list of files where a name is in two."""
    homes: dict[str, str | list[str]] = {}
    for path, text in texts.items():
        for function in definitions(text, path):
            other = homes.get(function)
            if other is None:
                homes[function] = path
            else:
                homes[function] = [
                    *([other] if isinstance(other, str) else other), path
                ]  # fmt: skip
    return homes


def _without(patch: str, swapped: Iterable[Definition]) -> str:
    """What a patch holds besides the swapped functions: new helpers, types
    and variables. Its includes and its first comment are left out."""
    for part in sorted(swapped, key=lambda d: d.start, reverse=True):
        patch = patch[: part.comment] + patch[part.end :]
    if match := FIRST_COMMENT.match(patch):
        patch = patch[match.end() :]
    patch = INCLUDE.sub("", patch).strip()
    return f"{patch}\n\n" if patch else ""
