# SPDX-License-Identifier: MIT
"""`make handin`: one archive with all that a student wrote for a lab.

It holds what counts (submission.py) and nothing else: kernel/*.c *.h *.S, the
files in user/ that are exercises up to this lab, and handin.toml, which says
which lab it is for and which release it comes from. What goes in is read in
the same way as on the instructor's machine, so what would be refused there is
refused here."""

import gzip
import io
import os
import tarfile
import tomllib
from pathlib import Path

from grader.git import Repository
from grader.lab import Lab
from grader.starter import user_files
from grader.submission import ORIGIN_FILE, Origin, Refused, read_files
from grader.update import release_of
from grader.verdict import UsageError


def handin(root: Path, lab: Lab, out: Path) -> list[str]:
    """Packs the work in a student's tree. Returns what is to be said."""
    try:
        given = read_files(root, user_files(root, lab))
    except Refused as refusal:
        raise UsageError(str(refusal)) from refusal
    if lab.answers_file:
        _check_name(lab.answers_file, given.files.get(lab.answers_file, b""))
    repository = Repository(root)
    release = None
    if repository.is_top():
        release = release_of(repository, lab.folder)
    origin = Origin(lab.folder, release).text()
    files = {**given.files, ORIGIN_FILE: origin.encode()}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(_packed(files))
    size = out.stat().st_size
    said = [f"{os.path.relpath(out)}: {len(files) - 1} files, {size:,} bytes"]
    said += given.notes
    if not release:
        said.append(
            "Nobody can say which release this comes from: what was mended"
            " since comes in only if it shows in the files"
        )
    return said


def _check_name(path: str, content: bytes) -> None:
    """UsageError unless a file of answers says whose they are: what is right
    depends on the name, so without one nothing in it is."""
    try:
        name = tomllib.loads(content.decode()).get("name")
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {error}") from error
    if not isinstance(name, str) or not name.strip():
        raise UsageError(
            f"{path}: name is empty, and what is right depends on it. Write"
            ' your login there, as in name = "ada", see with make grade that'
            " the answers are right for it, and pack again"
        )


def _packed(files: dict[str, bytes]) -> bytes:
    """An archive of these files: same files, same bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(stream.getvalue(), mtime=0)
