# SPDX-License-Identifier: MIT
"""What is handed in: packed, read, refused, mended; and the second grading
where earlier labs fail."""

import gzip
import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.build import BuildError, Workshop
from grader.git import Repository
from grader.grade import Order, submission_at
from grader.lab import find_lab
from grader.mend import Kept, merge_file
from grader.second import read_course
from grader.starter import starter_user
from grader.submission import (
    ARCHIVE_BYTES_MAX,
    FILE_BYTES_MAX,
    Refused,
    Submission,
    read_files,
    read_submission,
)
from grader.tests.conftest import Project
from grader.update import likely_release, release_sources
from grader.verdict import UsageError


def member(name: str, content: bytes = b"int x;\n") -> tuple[
    tarfile.TarInfo, bytes
]:
    """A regular file of an archive."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    return info, content


def special(name: str, kind: bytes, target: str = "") -> tuple[
    tarfile.TarInfo, bytes
]:
    """Something else than a file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def archive(
    path: Path, *members: tuple[tarfile.TarInfo, bytes]
) -> Path:
    """An archive of these members, however strange they are."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        for info, content in members:
            file.addfile(info, io.BytesIO(content))
    path.write_bytes(gzip.compress(stream.getvalue()))
    return path


def test_an_archive_holds_what_counts(tmp_path: Path) -> None:
    file = archive(
        tmp_path / "a.tar.gz",
        special("kernel", tarfile.DIRTYPE),
        member("./kernel/echo.c", b"first"),
        member("kernel/trap.S"),
        member("kernel/own.h"),
        member("kernel/notes.txt"),
        member("kernel/abi/syscall.h"),
        member("kernel/deep/a.c"),
        member("Makefile"),
        member("grader/run.py"),
        member("user/servers/names.c"),
        member("user/servers/init.c"),
    )
    given = read_files(file, ["user/servers/names.c"])
    assert sorted(given.files) == [
        *("kernel/echo.c", "kernel/own.h", "kernel/trap.S"),
        "user/servers/names.c",
    ]
    assert given.files["kernel/echo.c"] == b"first"
    assert given.notes == ["kernel/deep/ was ignored: kernel/ is flat"]


GOOD = member("kernel/echo.c")


@pytest.mark.parametrize(
    "members, said",
    [
        ([special("kernel/a.c", tarfile.SYMTYPE, "/etc/passwd")], "is a link"),
        ([special("kernel/a.c", tarfile.LNKTYPE, "echo.c")], "is a link"),
        ([special("kernel", tarfile.SYMTYPE, "/")], "is a link"),
        ([special("kernel/a.c", tarfile.CHRTYPE)], "a special file"),
        ([special("kernel/a.c", tarfile.FIFOTYPE)], "a special file"),
        ([special("notes", tarfile.SYMTYPE, "x")], "notes is a link"),
        ([member("kernel/../../a.c")], "leads out of the archive"),
        ([member("/kernel/a.c")], "leads out of the archive"),
        ([member("kernel/a.c", b"x" * (FILE_BYTES_MAX + 1))], "at most 65,536"),
        ([member("video", bytes(ARCHIVE_BYTES_MAX))], "16,777,216 bytes"),
        ([GOOD], "echo.c is in the archive twice"),
        (
            [member(f"kernel/{i}.c", bytes(60 << 10)) for i in range(20)],
            "at most 1,048,576",
        ),
        ([member("kernel/$(id).c")], "has a name that make"),
        ([member("kernel/a b.c")], "has a name that make"),
        ([member("handin.toml", b"lab = ")], "handin.toml makes no sense"),
        (
            [member("handin.toml", b'lab = "x"\nrelease = "--help"')],
            "not the id of a commit",
        ),
    ],
)
def test_a_strange_archive_is_refused(
    project: Project,
    tmp_path: Path,
    members: list[tuple[tarfile.TarInfo, bytes]],
    said: str,
) -> None:
    """With a sentence that says what is wrong, and no points."""
    file = archive(tmp_path / "a.tar.gz", GOOD, *members)
    done = project.grade(file)
    assert done.returncode == 2
    assert said in " ".join(done.stdout.split())
    assert set(project.verdicts.values()) == {"BUILD_ERROR"}


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "no whole .tar.gz"),
        (b"no archive at all", "no whole .tar.gz"),
        (gzip.compress(b"no archive inside"), "no whole .tar.gz"),
        (gzip.compress(bytes(1 << 20))[:-30], "no whole .tar.gz"),
    ],
)
def test_what_is_no_archive(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "a.tar.gz"
    file.write_bytes(content)
    with pytest.raises(Refused, match=said):
        read_files(file)
    link = tmp_path / "b.tar.gz"
    link.symlink_to(file)
    with pytest.raises(Refused, match="is a link"):
        read_files(link)


def test_a_user_file_behind_a_link(tmp_path: Path) -> None:
    kernel = tmp_path / "tree/kernel"
    kernel.mkdir(parents=True)
    (kernel / "a.c").write_text("int x;\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/names.c").write_text("int y;\n")
    (tmp_path / "tree/user").symlink_to(tmp_path / "out")
    with pytest.raises(Refused, match="user is a link"):
        read_files(tmp_path / "tree", ["user/names.c"])


def test_a_fix_in_given_lines_comes_in() -> None:
    base = b"".join(b"line %d\n" % i for i in range(20))
    ours = base.replace(b"line 3\n", b"my line\n")
    theirs = base.replace(b"line 15\n", b"mended\n")
    both = base.replace(b"line 3\n", b"my line\n").replace(
        b"line 15\n", b"mended\n"
    )
    assert merge_file("a.c", ours, base, theirs) == (both, [])
    # Where both changed a line, the student's stays, and the fix is told.
    theirs = theirs.replace(b"line 3\n", b"another\n")
    kept = Kept("a.c", None, ("another",))
    assert merge_file("a.c", ours, base, theirs) == (both, [kept])
    binary = b"\0\1\2"
    merged, [kept] = merge_file("a.c", binary, base, theirs)
    assert merged == binary and "no text" in kept.fix[0]


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_a_fix_that_is_left_out_is_told_whoever_grades(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    """Neither the settings of git nor the ends of lines hide it."""
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[merge]\n\tconflictStyle = {style}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    base = b"int\na(void)\n{\n    return 1;\n}\n"
    theirs = base.replace(b"1", b"2")
    for ours, function in (
        (base.replace(b"1", b"3"), "a"),
        (base.replace(b"\n", b"\r\n"), None),
    ):
        merged, [kept] = merge_file("kernel/a.c", ours, base, theirs)
        assert merged == ours
        assert "    return 2;" in kept.fix
        assert function in (None, kept.function)


MAKE_COPIES = """\
lab-programs:
\t@mkdir -p build/labs/$(LAB)
\t@! grep -q nonsense user/names.c
\t@cat user/names.c user/init.c labs/lab.txt >build/labs/$(LAB)/boot.cpio
"""


def test_exercises_outside_the_kernel(tmp_path: Path) -> None:
    """Programs are built with the student's files among the project's, which
    stay as they are."""
    root = tmp_path / "root"
    for name, text in (
        ("Makefile", MAKE_COPIES),
        ("user/names.c", "int\nname(void)\n{\n    return 7;\n}\n"),
        ("user/init.c", "init\n"),
        ("labs/lab.txt", "lab\n"),
        ("labs/6-lab/stubs.c", "int\nname(void)\n{\n    return 0;\n}\n"),
        (
            "labs/6-lab/lab.toml",
            'number = 6\nname = "lab"\ntitle = "t"\nbudget = 1\n'
            'programs = ["p"]\n[[exercise]]\nid = "6.1"\ntitle = "t"\n'
            'score = []\nfunctions = [{ name = "name",'
            ' file = "user/names.c", stub = "refuse" }]\n',
        ),
        ("kernel/a.c", "int a;\n"),
        ("mine/kernel/a.c", "int b;\n"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    lab = find_lab(root, "6")
    starter = starter_user(root, lab)
    assert b"return 0" in starter["user/names.c"]
    reference = {"a.c": b"int a;\n"}

    def submitted() -> Submission:
        return read_submission(
            root / "mine", reference, lambda: reference, user=starter
        )

    assert submitted().user == starter
    assert "from the starter: user/names.c" in submitted().notes[0]
    (root / "mine/user").mkdir()
    (root / "mine/user/names.c").write_text("mine\n")
    (root / "mine/user/init.c").write_text("not mine\n")
    workshop = Workshop(root, tmp_path / "out")
    built = workshop.programs(lab, submitted().user) / "boot.cpio"
    assert built.read_text() == "mine\ninit\nlab\n"
    assert "return 7" in (root / "user/names.c").read_text()
    assert "return 7" in (workshop.programs(lab) / "boot.cpio").read_text()
    (root / "mine/user/names.c").write_text("nonsense\n")
    with pytest.raises(BuildError):
        workshop.programs(lab, submitted().user)


# ------------------------------------------------- from the student to a mark


@pytest.fixture(scope="module")
def course(
    project: Project, monkeypatch_module: pytest.MonkeyPatch
) -> Iterator[Project]:
    """The small project in a repository, with its branches."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch_module.setenv(f"GIT_{role}_NAME", "somebody")
        monkeypatch_module.setenv(f"GIT_{role}_EMAIL", "a@example.org")
    (project.root / ".gitignore").write_text("/build/\n/out/\n")
    init = ["git", "init", "-q", "-b", "main", str(project.root)]
    subprocess.run(init, check=True)
    committed(project.root, "the project")
    done = project.call("branches")
    assert done.returncode == 0, done.stderr
    assert "lab/9-fake" in done.stdout and "new" in done.stdout
    yield project


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Changes to the environment that last as long as the module's tests."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def committed(root: Path, message: str) -> None:
    """Commits all that is new."""
    repository = Repository(root)
    repository.run("add", "-A")
    repository.run("commit", "-q", "-m", message)


@pytest.fixture
def student(course: Project, tmp_path: Path) -> Project:
    """A student's clone, with both labs solved in a strange style."""
    root = tmp_path / "student"
    Repository(course.root).run(
        *("clone", "-q", "-b", "lab/9-fake", str(course.root), str(root))
    )
    for name in ("echo.c", "answer.c"):
        shutil.copy(course.root / "kernel" / name, root / "kernel" / name)
    (root / "kernel/own.h").write_text("/* My own. */\n")
    committed(root, "all of it")
    return Project(root)


def packed(student: Project, lab: str = "9") -> Path:
    """What `make handin` makes of a student's tree."""
    file = student.root.parent / "handin.tar.gz"
    done = student.call("handin", "--lab", lab, "--out", file)
    assert done.returncode == 0, done.stderr
    return file


def test_what_is_handed_in_is_graded(
    course: Project, student: Project
) -> None:
    file = packed(student)
    with tarfile.open(file) as contents:
        names = contents.getnames()
    assert "kernel/own.h" in names and "kernel/abi/answer.h" not in names
    assert "handin.toml" in names and "Makefile" not in names
    done = course.grade(file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert course.results["points"] == 10 == course.results["counted"]
    assert packed(student).read_bytes() == file.read_bytes()


def test_a_student_is_up_to_date(course: Project, student: Project) -> None:
    done = student.call("update")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "You have all of lab/9-fake already.\n"
    done = student.call("branches")
    assert done.returncode == 2 and "a student's tree" in done.stderr


def test_whoever_reads_may_leave(course: Project, student: Project) -> None:
    """As `| head` does: the work is done, and there is no word about it."""
    file = student.root / "handin.tar.gz"
    calls: list[tuple[Project, list[object]]] = [
        (course, ["branches"]),
        (student, ["update"]),
        (student, ["handin", "--lab", "9", "--out", file]),
        (student, ["--help"]),
    ]
    for tree, words in calls:
        done = tree.call_unheard(*words)
        assert (done.returncode, done.stderr) == (0, ""), words
    assert file.is_file()
    # It is the end of the reader that ends nothing, not errors.
    done = student.call_unheard("branches")
    assert done.returncode == 2 and "a student's tree" in done.stderr


def test_a_file_that_is_not_there_is_named(
    course: Project, student: Project
) -> None:
    (student.root / "kernel/answer.c").unlink()
    done = course.grade(packed(student))
    assert "from the starter: kernel/answer.c" in " ".join(done.stdout.split())
    assert course.results["points"] == 0


def test_what_cannot_be_packed(student: Project) -> None:
    (student.root / "kernel/big.c").write_text(" " * (FILE_BYTES_MAX + 1))
    done = student.call("handin", "--lab", "9")
    assert done.returncode == 2 and "big.c has 65,537 bytes" in done.stderr


@contextmanager
def mended(course: Project) -> Iterator[None]:
    """Two lines of a given function are mended meanwhile."""
    file = course.root / "kernel/echo.c"
    old = file.read_text()
    new = old.replace("uint64_t sum = 0;", "uint64_t sum = 0x0;")
    file.write_text(new.replace("value % 10;", "value % 10U;"))
    try:
        yield
    finally:
        file.write_text(old)


def test_a_fix_may_be_what_it_lacks_to_be_built(
    course: Project, student: Project
) -> None:
    file = student.root / "kernel/echo.c"
    file.write_text(file.read_text().replace("value % 10;", "value % ten;"))
    with mended(course):
        assert course.grade(packed(student)).returncode == 2
    [kept] = course.results["not_mended"]
    assert kept["function"] == "echo_digits"
    assert any("without the fix" in note for note in course.results["notes"])


def test_later_fixes_come_in(course: Project, student: Project) -> None:
    """A student packs today, the instructor mends tomorrow and grades then:
    given lines are mended, the student's stay, and no solution slips in."""
    file = student.root / "kernel/echo.c"
    file.write_text(
        file.read_text().replace("value % 10;", "value % 10; /* my */")
    )
    stub = (course.root / "labs/8-echo/stubs.c").read_text()
    text = (student.root / "kernel/echo.c").read_text()
    head, rest = text.split("uint64_t\necho_twice", 1)
    unsolved = stub[stub.index("uint64_t\necho_twice") :]
    assert rest
    (student.root / "kernel/echo.c").write_text(head + unsolved)
    answer = student.root / "kernel/answer.c"
    answer.write_text(answer.read_text().replace("+ ANSWER_STEP", "+ 2"))
    handed_in = packed(student)
    with mended(course):
        done = course.grade(handed_in, "--ex", "9.1")
    said = " ".join(done.stdout.split())
    assert "mended since its release, so merged in: kernel/echo.c" in said
    built = (course.root / "out/kernel/echo.c").read_text()
    assert "sum = 0x0;" in built
    assert "value % 10; /* my */" in built and "10U" not in built
    # The fix that met the student's line is told: above, and on each card.
    place = "kernel/echo.c, in echo_digits"
    assert f"so it is graded without the fix: {place}" in said
    assert f"{place}: your lines were kept. The fix has" in said
    assert "    |         sum += value % 10U;" in done.stdout
    assert f"without a fix in {place}" in done.stdout
    assert course.results["not_mended"] == [
        {
            "path": "kernel/echo.c",
            "function": "echo_digits",
            "fix": ["        sum += value % 10U;"],
        }
    ]
    assert "return value + 1;" in built and "twice++" not in built
    # Of a release that nobody knows, nothing is known.
    strange = archive(
        handed_in.parent / "strange.tar.gz",
        member("kernel/echo.c", file.read_bytes()),
        member("handin.toml", b'lab = "9-fake"\nrelease = "%s"' % (b"ab" * 20)),
    )
    assert "abababababab, which no branch" in " ".join(
        course.grade(strange).stdout.split()
    )


def test_a_directory_is_mended_too(course: Project, student: Project) -> None:
    """Its release shows in the files that the student left alone."""
    with mended(course):
        done = course.grade(student.root, "--ex", "9.1")
    said = " ".join(done.stdout.split())
    released = str(Repository(course.root).commit("lab/8-echo"))
    assert f"most of its files are those of {released[:12]}" in said
    assert "mended since its release, so merged in: kernel/echo.c" in said
    built = (course.root / "out/kernel/echo.c").read_text()
    assert "sum = 0x0;" in built and "for (int bit" in built
    # One of which nobody knows anything; the card says so.
    odd = student.root.parent / "odd"
    (odd / "kernel").mkdir(parents=True)
    answer = (student.root / "kernel/answer.c").read_text()
    answer = answer.replace("+ ANSWER_STEP", "+ 2")
    (odd / "kernel/answer.c").write_text(answer)
    done = course.grade(odd, "--ex", "9.1")
    assert "without a fix in any file: nobody knows its release" in done.stdout
    note, *_ = course.results["notes"]
    assert note.startswith("it is graded as it is, without what was mended")
    # The project itself is what is given now.
    done = course.grade(course.root, "--ex", "9.1")
    assert not course.results["notes"]


def test_the_release_that_files_are_from(
    course: Project, student: Project, tmp_path: Path
) -> None:
    main = Project(tmp_path / "main")
    git = Repository(course.root)
    git.run("clone", "-q", "-b", "main", str(course.root), str(main.root))
    first = git.commit("lab/8-echo")
    kernel = student.root / "kernel"

    def found() -> str | None:
        files = [file for file in kernel.iterdir() if file.is_file()]
        sources = {file.name: file.read_bytes() for file in files}
        return likely_release(main.root, sources)

    assert found() == first
    for name in ("echo.c", "main.c"):
        file = main.root / "kernel" / name
        file.write_text(file.read_text() + "/* Mended. */\n")
        committed(main.root, f"kernel: mend {name}")
        assert main.call("branches").returncode == 0
        # As likely as the first, or less: this student changed echo.c.
        assert found() == first
    shutil.copy(main.root / "kernel/main.c", kernel)
    assert found() == Repository(main.root).commit("lab/8-echo") != first
    for name in ("main.c", "answer.h", "echo.h", "guest.h", "user.S"):
        (kernel / name).write_text("/* Mine. */\n")
    assert found() is None


def test_a_release_is_known_from_any_remote(
    course: Project, tmp_path: Path
) -> None:
    """An instructor's new clone has no branch lab/* before it is made, but
    may have fetched what was published."""
    root = tmp_path / "fresh"
    Repository(course.root).run(
        *("clone", "-q", "--single-branch", "-b", "main"),
        *(str(course.root), str(root)),
    )
    fresh = Repository(root)
    released = str(Repository(course.root).commit("lab/9-fake"))
    assert release_sources(root, released) is None
    fresh.run("remote", "add", "published", str(course.root))
    fresh.run("fetch", "-q", "published")
    sources = release_sources(root, released)
    assert sources and b"return 0;" in sources["echo.c"]
    # Only what was published is a release.
    assert release_sources(root, str(fresh.commit("main"))) is None


def test_a_clone_of_what_was_published_mends_too(
    course: Project, student: Project, tmp_path: Path
) -> None:
    """It has no solutions, and no branch lab/* of its own but one."""
    handed_in = packed(student)
    main, clone = Project(tmp_path / "main"), Project(tmp_path / "clone")
    git = Repository(course.root)
    git.run("clone", "-q", "-b", "main", str(course.root), str(main.root))
    file = main.root / "kernel/echo.c"
    file.write_text(file.read_text().replace("sum = 0;", "sum = 0x0;"))
    committed(main.root, "kernel: mend")
    assert main.call("branches").returncode == 0
    git.run("clone", "-q", "-b", "lab/8-echo", str(main.root), str(clone.root))
    (clone.root / "kernel/echo.h").write_text("This is not released.\n")
    order = Order(
        clone.root, find_lab(clone.root, "8"), clone.root / "out", [1]
    )
    submission = submission_at(order, handed_in)
    assert "mended since its release" in "".join(submission.notes)
    assert b"sum = 0x0;" in submission.sources["echo.c"]
    assert b"released" not in submission.sources["echo.h"]


def test_a_type_that_moved_is_named(course: Project, student: Project) -> None:
    for name in ("echo.c", "echo.h"):
        file = student.root / "kernel" / name
        text = file.read_text().replace("echo_word(uint64", "echo_word(int64")
        file.write_text(text.replace("echo_twice(", "echo_two("))
    done = course.grade(student.root, "--lab", "8")
    said = " ".join(done.stdout.split())
    assert done.returncode == 2
    assert "echo_word no longer has the type that lab 8 fixes" in said
    assert "echo_twice is no longer declared" in said
    for name in ("echo.c", "echo.h"):
        file = student.root / "kernel" / name
        file.write_text(file.read_text().replace("echo_two(", "echo_twice("))
    assert course.grade(student.root).returncode == 0
    assert "echo_word no longer has" in "".join(course.results["notes"])


def broken(student: Project) -> Path:
    """A submission in which an exercise of the earlier lab is wrong."""
    file = student.root / "kernel/echo.c"
    text = file.read_text()
    file.write_text(text.replace("return copy;", "return copy + 1;"))
    return packed(student)


@pytest.mark.parametrize("counts", ["own", "reference", "better", None])
def test_earlier_labs_are_put_right(
    course: Project, student: Project, counts: str | None
) -> None:
    handed_in = broken(student)
    more: list[object] = []
    if counts:
        file = student.root.parent / "course.toml"
        file.write_text(f'[grading]\ncounts = "{counts}"\n')
        more = ["--course", file]
    done = course.grade(handed_in, *more)
    assert done.returncode == 1
    results = course.results
    assert results["points"] == 4 and results["second"]["points"] == 10
    assert results["second"]["failed"] == ["8.1", "8.2"]
    # Its other function is as in the complete kernel.
    assert results["second"]["put_in"] == ["echo_word"]
    is_second = counts in ("better", "reference")
    assert results["counted"] == (10 if is_second else 4)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "9.1 values 0 of 6 FAIL 6 of 6 PASS" in lines
    assert "4 of 10 points as handed in, 10 with earlier" in done.stdout
    assert (course.root / "out/report.txt").read_text() == done.stdout


def test_what_does_not_fit_is_left_out(
    course: Project, student: Project
) -> None:
    """Another type: the complete body no longer compiles."""
    for name in ("echo.c", "echo.h"):
        file = student.root / "kernel" / name
        file.write_text(
            file.read_text().replace(
                "echo_word(uint64_t value)", "echo_word(uint64_t value, ...)"
            )
        )
    file = student.root / "kernel/echo.c"
    file.write_text(file.read_text().replace("twice++", "twice += 3"))
    done = course.grade(broken(student))
    second = course.results["second"]
    assert second["put_in"] == ["echo_twice"]
    assert second["left_out"] == ["echo_word"]
    assert "do not fit and were left out: echo_word" in done.stdout


def test_own_losses_are_graded_once(
    course: Project, student: Project
) -> None:
    """Nothing is wrong with the earlier lab; and a student's own tree has
    nothing to put in."""
    file = student.root / "kernel/answer.c"
    file.write_text(file.read_text().replace("+ ANSWER_STEP", "+ 2"))
    assert course.grade(packed(student)).returncode == 1
    assert "second" not in course.results
    broken(student)
    assert student.grade(student.root).returncode == 1
    assert "second" not in student.results


@pytest.mark.parametrize(
    "text, said",
    [
        ('[grading]\ncounts = "mine"', "grading.counts = 'mine': it is one of"),
        ("[grading]\ncounts = 1", 'is one of "own", "reference", "better"'),
        ('[grading]\ncounts = ["own"]', "grading.counts = ['own']: it is one"),
        ('[grading]\ncount = "own"', "grading.count is unknown; [grading] has"),
        ('counts = "better"', "counts is unknown; there is [grading]"),
        ('[grades]\ncounts = "own"', "grades is unknown; there is [grading]"),
        ('grading = "better"', "it is a table, [grading], and has counts"),
        ("[[grading]]", "it is a table, [grading], and has counts"),
        ("[grading", "course.toml: "),
        (None, "No such file"),
    ],
)
def test_a_course_file_has_nothing_that_is_not_known(
    project: Project, tmp_path: Path, text: str | None, said: str
) -> None:
    """It is refused before anything is graded, on the command line too."""
    bad = tmp_path / "course.toml"
    if text is not None:
        bad.write_text(text)
    with pytest.raises(UsageError) as refused:
        read_course(bad)
    assert said in str(refused.value) and str(bad) in str(refused.value)
    if text is None:
        done = project.grade(project.root, "--course", bad)
        assert done.returncode == 2 and said in done.stderr
        assert "points" not in done.stdout


def test_a_course_file_that_decides(tmp_path: Path) -> None:
    file = tmp_path / "course.toml"
    for text, counts in (
        ('[grading]\ncounts = "better"\n', "better"),
        ("[grading]\n", "own"),
        ("# Nothing yet.\n", "own"),
    ):
        file.write_text(text)
        assert read_course(file).counts == counts
    assert read_course(None).counts == "own"
