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
            "Nobody can say which release this comes from: it is graded as it"
            " is, without what was mended since"
        )
    return said


def _packed(files: dict[str, bytes]) -> bytes:
    """An archive of these files: same files, same bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(stream.getvalue(), mtime=0)
