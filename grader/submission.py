# SPDX-License-Identifier: MIT
"""What was handed in, and what is refused.

A submission is one of

- a directory with kernel/*.c *.h *.S in it, or an archive of one, as
  `make handin` packs it (handin.py). kernel/abi is always the project's own;
  a file that is not there is taken from the starter tree. So are the files
  in user/ that are exercises; all else is the project's;
- one whole kernel file, called as it is called in kernel/, in the starter;
- any other .c file: a patch, whose functions are swapped into the complete
  kernel by name (how mutants are tried).

An archive also says which release it was made from; that of a directory shows
in its files, or else stays unknown. What was mended in given files since then
is merged in, where the student did not change the same lines.

It comes from a stranger, so nothing is followed and nothing is large."""

import gzip
import io
import re
import stat
import tarfile
import tomllib
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from grader.labtool import Sources, apply_patch
from grader.mend import Kept, Mended, Releases, mend
from grader.verdict import UsageError

FILE_BYTES_MAX = 64 << 10
TOTAL_BYTES_MAX = 1 << 20
ARCHIVE_BYTES_MAX = 16 << 20  # unpacked, with all that is ignored
SUFFIXES = (".c", ".h", ".S")
ARCHIVES = (".tar.gz", ".tgz")

# Names end up in make's recipes.
NAME = re.compile(r"(?:\w[\w.-]*/)*\w[\w.-]*", re.ASCII)

# In an archive: where it comes from.
ORIGIN_FILE = "handin.toml"
COMMIT = re.compile(r"[0-9a-f]{40,64}")

NOT_REGULAR = (
    "{} is a link or a special file: only regular files are accepted, hand in"
    " a copy"
)


class Refused(Exception):
    """A submission that is not built at all; says what to do about it."""


@dataclass(frozen=True)
class Origin:
    """What a handed-in archive says of itself."""

    lab: str  # its folder
    release: str | None  # the commit of lab/N that it was made from

    def text(self) -> str:
        """The content of handin.toml."""
        release = f'release = "{self.release}"\n' if self.release else ""
        return f'lab = "{self.lab}"\n{release}'

    @staticmethod
    def read(content: bytes) -> "Origin":
        """What a handin.toml says; Refused if it makes no sense."""
        try:
            table = tomllib.loads(content.decode())
            lab, release = str(table["lab"]), table.get("release")
        except (KeyError, ValueError) as error:
            raise Refused(f"{ORIGIN_FILE} makes no sense: {error}") from error
        if release is not None and not COMMIT.fullmatch(str(release)):
            raise Refused(f"{ORIGIN_FILE}: release is not the id of a commit")
        return Origin(lab, str(release) if release else None)


@dataclass(frozen=True)
class Submission:
    """The kernel sources to build, and what is worth saying about them."""

    label: str
    sources: Sources
    notes: tuple[str, ...] = ()
    # The files outside the kernel that are exercises, by path in the project.
    user: Sources = field(default_factory=dict)
    # Where it is graded without a fix, for the student's lines stayed.
    kept: tuple[Kept, ...] = ()
    is_unmended: bool = False  # nobody knows which fixes it lacks


@dataclass
class Given:
    """The files that were handed in, by path, and what was seen on the way."""

    files: dict[str, bytes]
    notes: list[str]

    def kernel(self) -> Sources:
        """The kernel's files, by their path in kernel/."""
        return {
            path.removeprefix("kernel/"): content
            for path, content in self.files.items()
            if path.startswith("kernel/")
        }


def read_submission(
    path: Path,
    reference: Sources,
    starter: Callable[[], Sources],
    releases: Releases | None = None,
    user: Sources | None = None,
) -> Submission:
    """The submission at `path`. `reference` is the project's kernel,
    `starter` makes the one with stubs, for what is missing, and `user` has
    the starter's other files with exercises; `releases` knows what students
    were given. Refused or UsageError if it cannot be used."""
    others = user or {}
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    if path.is_dir() or path.name.endswith(ARCHIVES):
        given = read_files(path, list(others))
        submission = _complete(
            str(path), given, reference, starter, releases
        )
        return _with_user(submission, given, others)
    if path.suffix not in SUFFIXES:
        raise UsageError(
            f"{path} is neither a directory with kernel/ in it nor a .c file,"
            " nor a .tar.gz of one"
        )
    content = _content(path)
    if path.name in reference:
        sources = {**starter(), path.name: content}
        note = f"all files but kernel/{path.name} are from the starter"
        return Submission(str(path), sources, (note,), others)
    text = content.decode(errors="surrogateescape")
    sources = apply_patch(reference, text, path.name)
    return Submission(str(path), sources)


def read_files(path: Path, user: Sequence[str] = ()) -> Given:
    """The files of a submission that count: those of the kernel, those of
    `user`, which are exercises, and what says where it comes from."""
    given = Given({}, [])
    finder = _in_directory if path.is_dir() else _in_archive
    for name, content in finder(path, user, given.notes):
        given.files[name] = content
    if not given.kernel():
        raise Refused(
            f"there is no kernel file in {path}: a submission is a directory"
            " with kernel/*.c, *.h and *.S in it"
        )
    for name in given.files:
        if not NAME.fullmatch(name):
            raise Refused(
                f"{name!r} has a name that make and the shell might take for"
                " more than a name: use letters, digits, and - . _"
            )
    total = sum(map(len, given.files.values()))
    if total > TOTAL_BYTES_MAX:
        raise Refused(
            f"its files have {total:,} bytes in all; at most"
            f" {TOTAL_BYTES_MAX:,} are accepted"
        )
    return given


def _counts(name: str, user: Sequence[str]) -> bool:
    """Whether a file of this path is part of a submission."""
    path = PurePosixPath(name)
    is_kernel = path.parts[:1] == ("kernel",) and len(path.parts) == 2
    return (
        (is_kernel and path.suffix in SUFFIXES)
        or name in user
        or name == ORIGIN_FILE
    )


def _in_directory(
    path: Path, user: Sequence[str], notes: list[str]
) -> Iterator[tuple[str, bytes]]:
    kernel = path / "kernel"
    if kernel.is_symlink() or (kernel.exists() and not kernel.is_dir()):
        raise Refused("kernel is not a directory: hand in the directory itself")
    for file in sorted(kernel.iterdir()) if kernel.is_dir() else ():
        if file.name == "abi" and file.is_dir() and not file.is_symlink():
            continue  # the project's own counts
        if file.is_dir() and not file.is_symlink():
            notes.append(_ignored(file.name))
        elif file.suffix in SUFFIXES or file.is_symlink():
            yield f"kernel/{file.name}", _content(file)
    for name in (*user, ORIGIN_FILE):
        file = path / name
        if file.is_symlink() or file.exists():
            _check_no_link(path, name)
            yield name, _content(file)


def _check_no_link(path: Path, name: str) -> None:
    """Refused if a directory on the way to a file is a link."""
    for parent in list(PurePosixPath(name).parents)[:-1]:
        if (path / parent).is_symlink():
            raise Refused(f"{parent} is a link: hand in the directory itself")


def _ignored(folder: str) -> str:
    return f"kernel/{folder}/ was ignored: kernel/ is flat"


def _unpacked(path: Path) -> bytes:
    """What a compressed archive holds, which is bounded however small it
    is."""
    with gzip.open(path) as stream:
        content = stream.read(ARCHIVE_BYTES_MAX + 1)
    if len(content) > ARCHIVE_BYTES_MAX:
        raise Refused(
            f"unpacked, it has more than {ARCHIVE_BYTES_MAX:,} bytes: pack it"
            " with make handin"
        )
    return content


def _in_archive(
    path: Path, user: Sequence[str], notes: list[str]
) -> Iterator[tuple[str, bytes]]:
    _check_regular(path)
    folders: set[str] = set()
    seen: set[str] = set()
    try:
        # As a stream: each member is looked at before it is read.
        stream = io.BytesIO(_unpacked(path))
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                name = _member_name(member)
                if name.startswith("kernel/abi/") or member.isdir():
                    continue
                parts = PurePosixPath(name).parts
                if parts[:1] == ("kernel",) and len(parts) > 2:
                    folders.add(parts[1])
                if not _counts(name, user):
                    continue
                if name in seen:
                    raise Refused(f"{name} is in the archive twice")
                seen.add(name)
                _check_size(name, member.size)
                part = archive.extractfile(member)
                yield name, part.read() if part else b""
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise Refused(f"{path.name} is no whole .tar.gz: {error}") from error
    notes += map(_ignored, sorted(folders))


def _member_name(member: tarfile.TarInfo) -> str:
    """A member's path, if it stays inside and is a file or a directory."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise Refused(f"{member.name} leads out of the archive")
    if not (member.isreg() or member.isdir()):
        raise Refused(NOT_REGULAR.format(member.name))
    return str(path)


def _complete(
    label: str,
    handed_in: Given,
    reference: Sources,
    starter: Callable[[], Sources],
    releases: Releases | None,
) -> Submission:
    """The whole kernel: what was handed in, mended, and what was not."""
    mended = Mended(handed_in.kernel())
    if releases:
        release = None
        if ORIGIN_FILE in handed_in.files:
            release = Origin.read(handed_in.files[ORIGIN_FILE]).release
        mended = mend(mended.sources, release, releases)
    given, notes = mended.sources, [*handed_in.notes, *mended.notes]
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
    sources = {**pristine, **given}
    return Submission(
        label,
        sources,
        tuple(notes),
        kept=mended.kept,
        is_unmended=mended.is_unmended,
    )


def _with_user(
    submission: Submission, given: Given, others: Sources
) -> Submission:
    """A submission with what was handed in of the files outside the
    kernel."""
    missing = [name for name in others if name not in given.files]
    user = {name: given.files.get(name, others[name]) for name in others}
    notes = submission.notes
    if missing:
        names = ", ".join(missing)
        notes = (*notes, f"not handed in, so taken from the starter: {names}")
    return replace(submission, user=user, notes=notes)


def _check_regular(file: Path) -> int:
    """The size of a file, if it is a regular one and no link."""
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise Refused(NOT_REGULAR.format(file.name))
    return status.st_size


def _check_size(name: str, size: int) -> None:
    if size > FILE_BYTES_MAX:
        raise Refused(
            f"{name} has {size:,} bytes; at most {FILE_BYTES_MAX:,} are"
            " accepted in one file"
        )


def _content(file: Path) -> bytes:
    """A file's content, if it is a small regular file and no link."""
    _check_size(file.name, _check_regular(file))
    return file.read_bytes()
