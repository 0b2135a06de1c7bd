# SPDX-License-Identifier: MIT
"""Fixes that meet a student's work, in `make update` and in grading.

Three versions of a file are merged: what the student was given, what the
student made of it, and what is given now. Where only the course changed lines,
its fix comes in. Where both changed the same lines the student's stay, so
nobody's work is ever overwritten. But then the fix is missing, and points that
are lost for want of it look like the student's own mistake. So each such place
is told, with what the fix says there."""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.labtool import Sources, definitions

CONFLICT = re.compile(
    r"^<{7} [^\n]*\n(.*?)^={7}\r?\n(.*?)^>{7} [^\n]*\n",
    re.MULTILINE | re.DOTALL,
)
# git merge-file answers with the number of conflicts, this many at most.
CONFLICTS_MAX = 127
LINES_SHOWN_MAX = 12


@dataclass(frozen=True)
class Kept:
    """A place where the student's lines stayed instead of a fix."""

    path: str
    function: str | None
    fix: tuple[str, ...]  # its lines; none if it takes lines away

    @property
    def place(self) -> str:
        """The file, and the function if it is in one."""
        return self.path + (f", in {self.function}" if self.function else "")

    def told(self) -> Iterator[str]:
        """The place, and what the fix says there."""
        yield f"  {self.place}: your lines were kept. The fix has"
        for line in self.fix[:LINES_SHOWN_MAX] or ("nothing here",):
            yield f"    | {line}".rstrip()
        if len(self.fix) > LINES_SHOWN_MAX:
            yield f"    | ... {len(self.fix) - LINES_SHOWN_MAX} lines more"


@dataclass(frozen=True)
class Releases:
    """What students were given, and would be given now: kernel sources with
    the stubs of all labs."""

    then: Callable[[str], Sources | None]  # by commit; None: not known here
    now: Callable[[], Sources]
    # The commit that sources come from, as far as they show it.
    find: Callable[[Sources], str | None]


@dataclass(frozen=True)
class Mended:
    """The kernel files of a submission with what was mended since its
    release."""

    sources: Sources
    notes: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    is_unmended: bool = False  # nobody knows which fixes it lacks


def mend(given: Sources, release: str | None, releases: Releases) -> Mended:
    """The files with all fixes since the release that they come from, but for
    those that meet the student's own changes. Where they do not say their
    release, it is looked for."""
    notes = []
    if not release:
        release = releases.find(given)
        if not release:
            note = (
                "it is graded as it is, without what was mended since its"
                " release: it does not say which one that is, and no branch"
                " lab/* here has most of its files"
            )
            return Mended(given, (note,), is_unmended=True)
        notes.append(
            "it does not say which release it comes from; most of its files"
            f" are those of {release[:12]}, so it is taken to be that"
        )
    base = releases.then(release)
    if base is None:
        note = (
            f"it comes from {release[:12]}, which no branch lab/* here"
            " has: what was mended since then is not in it"
        )
        return Mended(given, (note,), is_unmended=True)
    now = releases.now()
    mended = dict(given)
    kept: list[Kept] = []
    for name in sorted(given):
        old, new = base.get(name), now.get(name)
        if old is not None and new is not None and old != new:
            path = f"kernel/{name}"
            mended[name], places = merge_file(path, given[name], old, new)
            kept += places
    changed = [name for name in mended if mended[name] != given[name]]
    if changed:
        names = ", ".join(f"kernel/{name}" for name in changed)
        notes.append(f"mended since its release, so merged in: {names}")
    if kept:
        names = "; ".join(dict.fromkeys(each.place for each in kept))
        notes.append(
            "a fix and the student changed the same lines, and the student's"
            f" were kept, so it is graded without the fix: {names}"
        )
    return Mended(mended, tuple(notes), tuple(kept))


def merge_file(
    path: str, ours: bytes, base: bytes, theirs: bytes
) -> tuple[bytes, list[Kept]]:
    """A file with the changes from `base` to `theirs`, but for those that
    meet changes of ours; and these places."""
    with tempfile.TemporaryDirectory() as directory:
        files = [Path(directory) / name for name in ("ours", "base", "theirs")]
        for file, content in zip(files, (ours, base, theirs)):
            file.write_bytes(content)
        plain = _git_merge_file(files)
        if plain.returncode == 0:
            return plain.stdout, []
        # Of a file that is not text git says nothing: it stays as it is.
        if not 0 < plain.returncode <= CONFLICTS_MAX:
            return ours, [Kept(path, None, ("a change, and yours is no text",))]
        merged = _git_merge_file(files, "--ours").stdout
    text = plain.stdout.decode(errors="replace")
    kept = list(kept_places(path, text))
    return merged, kept or [Kept(path, None, ("another change",))]


def _git_merge_file(
    files: list[Path], *options: str
) -> "subprocess.CompletedProcess[bytes]":
    """One merge of ours, base and theirs, whatever the settings of whoever
    runs it."""
    style = ("-c", "merge.conflictStyle=merge")
    return subprocess.run(
        ["git", *style, "merge-file", "-p", *options, *files],
        capture_output=True,
        check=False,
    )


def kept_places(path: str, text: str) -> Iterator[Kept]:
    """The conflicts in a merged text."""
    for match in CONFLICT.finditer(text):
        # As the student has it: the other conflicts do not matter here.
        before = CONFLICT.sub(lambda m: m[1], text[: match.start()])
        mine = before + match[1] + CONFLICT.sub(
            lambda m: m[1], text[match.end() :]
        )
        start, end = len(before), len(before) + len(match[1])
        function = next(
            (
                found.name
                for found in definitions(mine, path).values()
                if found.comment < end and start < found.end
            ),
            None,
        )
        yield Kept(path, function, tuple(match[2].splitlines()))
