# SPDX-License-Identifier: MIT
"""What was handed in, and what is refused.

A submission is one of

- a directory with kernel/*.c *.h *.S in it. kernel/abi is always the
  project's own; a file that is not there is taken from the starter tree;
- one whole kernel file, called as it is called in kernel/, in the starter;
- any other .c file: a patch, whose functions are swapped into the complete
  kernel by name (how mutants are tried).

It comes from a stranger, so nothing is followed and nothing is large."""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.labtool import Sources, apply_patch
from grader.verdict import UsageError

FILE_BYTES_MAX = 64 << 10
TOTAL_BYTES_MAX = 1 << 20
SUFFIXES = (".c", ".h", ".S")


class Refused(Exception):
    """A submission that is not built at all; says what to do about it."""


@dataclass(frozen=True)
class Submission:
    """The kernel sources to build, and what is worth saying about them."""

    label: str
    sources: Sources
    notes: tuple[str, ...] = ()


def read_submission(
    path: Path, reference: Sources, starter: Callable[[], Sources]
) -> Submission:
    """The submission at `path`. `reference` is the project's kernel,
    `starter` makes the one with stubs, for what is missing. Refused or
    UsageError if it cannot be used."""
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    if path.is_dir():
        return _directory(path, reference, starter)
    if path.suffix not in SUFFIXES:
        raise UsageError(
            f"{path} is neither a directory with kernel/ in it nor a .c file"
        )
    content = _content(path)
    if path.name in reference:
        sources = {**starter(), path.name: content}
        note = f"all files but kernel/{path.name} are from the starter"
        return Submission(str(path), sources, (note,))
    text = content.decode(errors="surrogateescape")
    sources = apply_patch(reference, text, path.name)
    return Submission(str(path), sources)


def _directory(
    path: Path, reference: Sources, starter: Callable[[], Sources]
) -> Submission:
    kernel = path / "kernel"
    if kernel.is_symlink() or (kernel.exists() and not kernel.is_dir()):
        raise Refused("kernel is not a directory: hand in the directory itself")
    given: Sources = {}
    notes: list[str] = []
    for file in sorted(kernel.iterdir()) if kernel.is_dir() else ():
        if file.name == "abi" and file.is_dir() and not file.is_symlink():
            continue  # the project's own counts
        if file.is_dir() and not file.is_symlink():
            notes.append(f"kernel/{file.name}/ was ignored: kernel/ is flat")
        elif file.suffix in SUFFIXES or file.is_symlink():
            given[file.name] = _content(file)
    if not given:
        raise Refused(
            f"there is no kernel file in {path}: a submission is a directory"
            " with kernel/*.c, *.h and *.S in it"
        )
    total = sum(map(len, given.values()))
    if total > TOTAL_BYTES_MAX:
        raise Refused(
            f"its kernel files have {total:,} bytes in all; at most"
            f" {TOTAL_BYTES_MAX:,} are accepted"
        )
    pristine = {
        name: content
        for name, content in reference.items()
        if "/" in name or not name.endswith(SUFFIXES)
    }
    missing = [name for name in reference if name not in {**given, **pristine}]
    if missing:
        base = starter()
        pristine.update({name: base[name] for name in missing})
        notes.append(
            "not handed in, so taken from the starter: "
            + ", ".join(f"kernel/{name}" for name in missing)
        )
    return Submission(str(path), {**pristine, **given}, tuple(notes))


def _content(file: Path) -> bytes:
    """A file's content, if it is a small regular file and no link."""
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise Refused(
            f"{file.name} is a link or a special file: only regular files"
            " are accepted, hand in a copy"
        )
    if status.st_size > FILE_BYTES_MAX:
        raise Refused(
            f"{file.name} has {status.st_size:,} bytes; at most"
            f" {FILE_BYTES_MAX:,} are accepted in one file"
        )
    return file.read_bytes()
