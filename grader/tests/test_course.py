# SPDX-License-Identifier: MIT
"""A whole course in git: an instructor who publishes labs and mends things,
and a student who writes in the same files.

The project of this test is the real one with the two small labs behind its
own. Nothing is built here: it is about trees and histories."""

import posixpath
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.branches import write_branches
from grader.git import Repository
from grader.lab import Function, Lab, find_labs
from grader.labtool import definitions, replace
from grader.starter import stubs
from grader.update import release_of, update
from grader.verdict import UsageError

PROJECT = Path(__file__).parent / "project"
SMALL = ("echo.c", "echo.h", "answer.c", "answer.h", "abi/answer.h")
DATE = "@1900000000 +0000"
# A link to another file: its path.
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")


def identity(name: str) -> dict[str, str]:
    """Who commits, and when."""
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (
            *(("NAME", name), ("EMAIL", f"{name}@example.org")),
            ("DATE", DATE),
        )
    }


@dataclass(frozen=True)
class Tree:
    """A working tree that somebody commits in."""

    root: Path

    @property
    def repository(self) -> Repository:
        return Repository(self.root)

    @property
    def labs(self) -> list[Lab]:
        return find_labs(self.root)

    def git(self, *arguments: str) -> str:
        return self.repository.run(*arguments)

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        """Changes a file, and makes sure that it changed."""
        file = self.root / path
        old = file.read_text()
        new = change(old)
        assert new != old, path
        file.write_text(new)

    def files(self, commit: str) -> dict[str, str]:
        """The ids of a commit's files."""
        found = self.repository.tree(commit)
        return {path: blob for path, (_, blob) in found.items()}


@pytest.fixture
def project(
    tmp_path: Path,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
) -> Tree:
    """The project, in a repository with one commit."""
    root = tmp_path / "project"
    real = Repository(pytestconfig.rootpath)
    for name in real.run("ls-files", "-z").split("\0")[:-1]:
        source, target = real.path / name, root / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for name in SMALL:
        shutil.copy(PROJECT / "kernel" / name, root / "kernel" / name)
    for folder in ("8-echo", "9-fake"):
        shutil.copytree(PROJECT / "labs" / folder, root / "labs" / folder)
    # Nobody's settings, and a clock that stands still.
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name, value in identity("somebody").items():
        monkeypatch.setenv(name, value)
    tree = Tree(root)
    subprocess.run(["git", "init", "-q", "-b", "main", root], check=True)
    tree.commit("the project")
    return tree


def cloned(source: Tree, name: str, branch: str) -> Tree:
    """A clone, with one branch checked out under the name `work`."""
    target = source.root.parent / name
    source.git("clone", "-q", "-b", branch, ".", str(target))
    clone = Tree(target)
    clone.git("remote", "set-url", "origin", str(source.root))
    clone.git("switch", "-q", "-c", "work")
    return clone


def solutions(tree: Tree) -> dict[Function, str]:
    """The complete functions of the project, by lab."""
    found: dict[Function, str] = {}
    for lab in tree.labs:
        for function in lab.functions:
            text = (tree.root / function.file).read_text()
            place = definitions(text, function.file)[function.name]
            found[function] = text[place.start : place.end]
    return found


# --------------------------------------------------------------- the branches


def test_the_first_run(project: Tree) -> None:
    steps = write_branches(project.root, "main")
    folders = [lab.folder for lab in project.labs]
    assert [s.branch for s in steps if s.branch.startswith("lab/")] == [
        f"lab/{folder}" for folder in folders
    ]
    assert {step.news for step in steps} == {"new"}
    older = ""
    before: dict[str, str] = {}
    for folder in folders:
        branch = f"lab/{folder}"
        count = project.git("rev-list", "--count", branch).strip()
        assert int(count) == folders.index(folder) + 1
        files = project.files(branch)
        if older:
            assert project.repository.contains(branch, older)
            added = set(files) - set(before)
            assert all(path.startswith(f"labs/{folder}/") for path in added)
            assert {p: b for p, b in files.items() if p in before} == before
        assert f"labs/{folder}/lab.toml" in files
        older, before = branch, files
    for path in before:
        first = path.split("/")[0]
        assert first != "tests" and not path.startswith("grader/tests/"), path
        assert not {"mutants", "alternatives", "cheats"} & set(path.split("/"))
    assert "labs/4-ipc/test_ipc.py" in before
    assert "labs/4-ipc/programs/sender.c" in before
    # All labs' exercises are stubs in all branches.
    for function, stub in stubs(project.labs).items():
        first_branch = f"lab/{folders[0]}"
        content = project.repository.content(first_branch, function.file)
        assert content and stub in content.decode(), function.name


def test_links_lead_to_what_is_in_the_branch(project: Tree) -> None:
    """A page of the project may be in a branch, and what it leads to not: a
    later lab, or tests of ours."""
    write_branches(project.root, "main")
    branches = project.repository.references(
        "refs/heads/lab", "refs/heads/instructor"
    )
    assert len(branches) == 2 * len(project.labs) - 1
    seen, broken = 0, set()
    for branch in branches:
        files = project.files(branch)
        places = {str(p) for path in files for p in Path(path).parents} | {
            *files
        }
        for page in (path for path in files if path.endswith(".md")):
            text = project.git("cat-file", "blob", files[page])
            for link in LINK.findall(text):
                target = posixpath.join(posixpath.dirname(page), link)
                seen += 1
                if posixpath.normpath(target) not in places:
                    broken.add(f"{branch}: {page}: {link}")
    assert seen > 100 and not broken


def test_the_same_commit_makes_the_same_branches(project: Tree) -> None:
    other = cloned(project, "other", "main")
    steps = write_branches(project.root, "main")
    assert write_branches(other.root, "origin/main") == steps
    again = write_branches(project.root, "main")
    assert [(s.branch, s.commit) for s in again] == [
        (s.branch, s.commit) for s in steps
    ]
    assert {step.news for step in again} == {"unchanged"}
    # The same from a clone that knows only what was published.
    fresh = cloned(project, "fresh", "main")
    assert write_branches(fresh.root, "origin/main") == again


def test_a_fresh_start_has_earlier_labs_solved(project: Tree) -> None:
    write_branches(project.root, "main")
    written = stubs(project.labs)
    complete = solutions(project)
    first, *others = project.labs
    heads = project.repository.references("refs/heads/instructor")
    assert len(heads) == len(others)
    for lab in others:
        branch = f"instructor/lab/{lab.folder}-start"
        assert project.repository.contains(branch, f"lab/{lab.folder}")
        for each in project.labs:
            for function in each.functions:
                content = project.repository.content(branch, function.file)
                is_solved = each.number < lab.number
                wanted = (complete if is_solved else written)[function]
                assert content and wanted in content.decode()


def test_a_fix_lands_where_it_belongs(project: Tree) -> None:
    """In the lowest branch that it concerns; the others merge it."""
    write_branches(project.root, "main")
    labs = [f"lab/{lab.folder}" for lab in project.labs]
    old = {branch: project.repository.commit(branch) for branch in labs}
    project.edit("labs/8-echo/README.md", lambda text: text + "More.\n")
    project.edit("tests/machine.py", lambda text: text + "# More.\n")
    project.commit("labs: say more")
    steps = write_branches(project.root, "main", "say more")
    news = {s.branch: s.news for s in steps if s.branch in old}
    assert set(news.values()) == {"unchanged", "fixed", "merged"}
    assert [news[b] for b in labs[-3:]] == ["unchanged", "fixed", "merged"]
    project.edit("kernel/echo.c", lambda text: text.replace("% 10", "% 10U"))
    project.edit("labs/9-fake/stubs.c", lambda text: text + "\n/* End. */\n")
    project.commit("two things")
    steps = write_branches(project.root, "main")
    news = {s.branch: s.news for s in steps if s.branch in old}
    assert news[labs[0]] == "fixed" and news[labs[-1]] == "fixed"
    assert {news[branch] for branch in labs[1:-1]} == {"merged"}
    for older, branch in zip([None, *labs], labs):
        assert project.repository.contains(branch, str(old[branch]))
        if older:
            assert project.repository.contains(branch, older)
    message = project.git("show", "-s", "--format=%B", f"{labs[1]}")
    assert "merge what is new" in message
    first = project.git("show", "-s", "--format=%B%an", labs[0])
    assert "fix kernel/echo.c" in first and "Chaski course" in first


@pytest.mark.parametrize(
    "path, old, new",
    [
        ("labs/9-fake/stubs.c", "Return the number", "Answer the number"),
        ("kernel/answer.c", "The number after", "The next number after"),
        ("kernel/answer.c", "answer_next(uint64_t", "answer_next(long"),
    ],
)
def test_a_published_stub_stays(
    project: Tree, path: str, old: str, new: str
) -> None:
    steps = write_branches(project.root, "main")
    project.edit(path, lambda text: text.replace(old, new))
    project.edit(
        "labs/9-fake/stubs.c",
        lambda text: text.replace("next(uint64_t", "next(long")
        if "long" in new
        else text + "\n",
    )
    project.commit("labs: another stub")
    with pytest.raises(UsageError, match="answer_next .*is not what students"):
        write_branches(project.root, "main")
    for step in steps:
        assert project.repository.commit(step.branch) == step.commit


def test_what_was_published_solved_is_no_exercise(project: Tree) -> None:
    """A history that holds a solution could never be mended."""
    shutil.move(project.root / "labs/9-fake", project.root.parent / "later")
    project.commit("labs: one less")
    write_branches(project.root, "main")
    shutil.move(project.root.parent / "later", project.root / "labs/9-fake")
    project.commit("labs: one more")
    with pytest.raises(UsageError, match="answer_next"):
        write_branches(project.root, "main")


def test_a_branch_that_is_checked_out_is_left_alone(project: Tree) -> None:
    write_branches(project.root, "main")
    project.git("switch", "-q", "lab/9-fake")
    with pytest.raises(UsageError, match="git switch main"):
        write_branches(project.root, "main")


def test_branches_that_have_parted(project: Tree) -> None:
    """What others wrote is known by now, and is not what was written here."""
    other = cloned(project, "other", "main")
    write_branches(project.root, "main")
    other.edit("kernel/echo.c", lambda text: text.replace("% 10", "% 10U"))
    other.commit("kernel: mend")
    write_branches(other.root, "HEAD")
    project.git("remote", "add", "course", str(other.root))
    project.git("fetch", "-q", "course")
    with pytest.raises(UsageError, match="have parted"):
        write_branches(project.root, "main")
    heads = [lab.folder for lab in project.labs]
    heads += [f"{folder}-start" for folder in heads[1:]]
    for folder in heads:
        kind = "instructor/lab" if folder.endswith("-start") else "lab"
        project.git("update-ref", "-d", f"refs/heads/{kind}/{folder}")
    project.git("fetch", "-q", "course")
    news = {step.news for step in write_branches(project.root, "main")}
    assert news == {"fixed", "merged"}


def test_a_students_tree_makes_no_branches(project: Tree) -> None:
    write_branches(project.root, "main")
    student = cloned(project, "student", "lab/9-fake")
    with pytest.raises(UsageError, match="a student's tree"):
        write_branches(student.root, "HEAD")


# ----------------------------------------------------------- no solution in it


def windows(text: str) -> Iterator[tuple[str, ...]]:
    """Any three lines in a row, but for blank ones and those of a bracket,
    if they say enough to be somebody's work."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if len(line) > 1]
    for three in zip(lines, lines[1:], lines[2:]):
        if sum(map(len, three)) >= 40:
            yield three


def test_no_solution_is_in_the_history(project: Tree) -> None:
    """Not even three lines of it, in any file that was ever in a branch. What
    the stubs or given functions of the kernel say as well gives nothing
    away."""
    write_branches(project.root, "main")
    project.edit("kernel/echo.c", lambda text: text.replace("% 10", "% 10U"))
    project.commit("kernel: mend")
    write_branches(project.root, "main")
    bodies = solutions(project)
    given = "".join(stubs(project.labs).values())
    for file in sorted((project.root / "kernel").rglob("*.[chS]")):
        text = file.read_text()
        for function, body in bodies.items():
            if function.file == str(file.relative_to(project.root)):
                text = text.replace(body, "\n|\n")
        given += "\n|\n" + text
    secret = {
        window: function.name
        for function, body in bodies.items()
        for window in windows(body)
    }
    for window in windows(given):
        secret.pop(window, None)
    assert len({name for name in secret.values()}) >= len(bodies) // 2
    assert not list(found_in(project, "refs/heads/lab/*", secret))
    # It would be found.
    assert list(found_in(project, "refs/heads/instructor/lab/*", secret))


def found_in(
    tree: Tree, references: str, secret: dict[tuple[str, ...], str]
) -> Iterator[str]:
    """Where the histories of references hold a secret."""
    words = ("rev-list", "--objects", f"--glob={references}")
    listed = tree.git(*words).splitlines()
    names = dict(line.split(" ", 1) for line in listed if " " in line)
    for blob, content in contents(tree, list(names)):
        for window in windows(content.decode(errors="replace")):
            if window in secret:
                yield f"{secret[window]} in {names[blob]}: {window}"


def contents(tree: Tree, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """Those of these objects that are files, with their contents."""
    done = subprocess.run(
        ["git", "-C", tree.root, "cat-file", "--batch"],
        input="\n".join(names).encode(),
        capture_output=True,
        check=True,
    ).stdout
    while done:
        head, done = done.split(b"\n", 1)
        name, kind, size = head.decode().split()
        if kind == "blob":
            yield name, done[: int(size)]
        done = done[int(size) + 1 :]


# ----------------------------------------------------------------- the student


def solved(text: str, path: str, name: str, body: str) -> str:
    """What this student makes of a function: another body, with remarks, and
    above its comment a helper."""
    head, rest = body.split("\n{\n", 1) if "\n{\n" in body else (body, "")
    mine = f"{head}\n{{\n    /* I see: {name}. */\n    {name}_seen++;\n{rest}"
    if path.endswith(".S"):
        mine = body.replace(":\n", ":\n    nop  /* I see. */\n", 1)
    text = replace(text, path, name, mine)
    at = definitions(text, path)[name].comment
    helper = f"/* How often. */\nstatic int {name}_seen;\n\n"
    return text[:at] + ("" if path.endswith(".S") else helper) + text[at:]


def played(tree: Tree, labs: list[Lab], bodies: dict[Function, str]) -> None:
    """All that the student does in these labs, in whichever tree: exercises,
    a field in a header, a file, answers."""
    for lab in labs:
        for function in lab.functions:
            body = next(b for f, b in bodies.items() if f == function)
            path, name = function.file, function.name
            tree.edit(path, lambda text: solved(text, path, name, body))
        tree.edit(
            "kernel/thread.h",
            lambda text: text.replace(
                "struct thread {\n",
                f"struct thread {{\n    int field_{lab.number};\n",
            ),
        )
        if lab.answers_file:
            tree.edit(
                lab.answers_file,
                lambda text: text.replace('name = ""', 'name = "ada"'),
            )
        own = tree.root / f"kernel/own_{lab.number}.c"
        own.write_text(f"int own_{lab.number};\n")


def neighbours(tree: Tree, lab: Lab) -> set[tuple[str, str]]:
    """File and name of the given functions that follow an exercise of a
    lab."""
    exercises = {f.name for each in tree.labs for f in each.functions}
    found = set()
    for function in lab.functions:
        text = (tree.root / function.file).read_text()
        names = list(definitions(text, function.file))
        after = names[names.index(function.name) + 1 :][:1]
        found |= {(function.file, n) for n in after if n not in exercises}
    return found


def mend(tree: Tree, path: str, name: str, word: str) -> None:
    """A fix in a given function: in its first line, and just before it."""
    text = (tree.root / path).read_text()
    place = definitions(text, path)[name]
    body = text[place.start : place.end]
    mark = "{\n" if "{\n" in body else ":\n"
    body = body.replace(mark, f"{mark}    /* {word} */\n", 1)
    comment = text[place.comment : place.start]
    above = comment.replace("/* ", f"/* {word}: ", 1)
    mended = text[: place.comment] + above + body + text[place.end :]
    (tree.root / path).write_text(mended)


def test_a_whole_course(project: Tree) -> None:
    """Solve, fix, merge, to the last lab and beyond. Never a conflict; each
    tree is what the student would have written into the newest one."""
    bodies = solutions(project)
    write_branches(project.root, "main")
    labs = project.labs
    first = next(lab for lab in labs if lab.functions)
    assert neighbours(project, first) and neighbours(project, labs[-2])
    student = cloned(project, "student", f"lab/{labs[0].folder}")
    for number, lab in enumerate(labs):
        said = "\n".join(update(student.root, lab.folder if number else ""))
        assert "kept" not in said
        if number + 1 < len(labs):
            assert f"make update LAB={labs[number + 1].folder}" in said
        played(student, [lab], bodies)
        student.commit(f"my lab {lab.number}")
        check(project, student, number, bodies)
        # A fix next to what was solved, and one next to what is to come.
        for each in labs[number : number + 2]:
            for path, name in neighbours(project, each):
                mend(project, path, name, f"in lab {lab.number}")
        readme = f"labs/{lab.folder}/lab.toml"
        project.edit(readme, lambda text: f"# As of {lab.number}.\n{text}")
        project.commit(f"kernel: mend what lab {lab.number} showed")
        write_branches(project.root, "main")
        said = "\n".join(update(student.root, ""))
        assert said.startswith("Merged lab/") and "kept" not in said
        check(project, student, number, bodies)
        release = release_of(student.repository, lab.folder)
        assert release == project.repository.commit(f"lab/{lab.folder}")
    said = "\n".join(update(student.root, ""))
    assert said == f"You have all of lab/{labs[-1].folder} already."
    log = student.git("log", "--format=%s")
    assert log.count("Merge lab/") == 2 * len(labs) - 1


def check(
    project: Tree, student: Tree, number: int, bodies: dict[Function, str]
) -> None:
    """The student's tree is the newest of the lab with the student's work."""
    labs = project.labs[: number + 1]
    branch = f"lab/{labs[-1].folder}"
    place = student.root.parent / f"expected-{branch.replace('/', '-')}"
    shutil.rmtree(place, ignore_errors=True)
    project.git("clone", "-q", "-b", branch, ".", str(place))
    expected = Tree(place)
    played(expected, labs, bodies)
    expected.commit("expected")
    mine, theirs = student.files("HEAD"), expected.files("HEAD")
    paths = {*mine, *theirs}
    assert not {path for path in paths if mine.get(path) != theirs.get(path)}


def test_the_same_course_has_the_same_ids(project: Tree) -> None:
    """Also when it is written in two places, step by step."""
    other = cloned(project, "other", "main")
    for number in range(2):
        steps = write_branches(project.root, "main")
        assert write_branches(other.root, "origin/main") == steps
        for path, name in neighbours(project, project.labs[-2]):
            mend(project, path, name, f"time {number}")
        project.commit("kernel: mend")
        # Without the branches there, or they would be taken from it.
        other.git("fetch", "-q", "--no-tags", "origin", "main")


def test_a_fix_that_meets_the_students_lines(project: Tree) -> None:
    """The student's lines stay, and the fix is shown."""
    write_branches(project.root, "main")
    student = cloned(project, "student", "lab/9-fake")
    student.edit(
        "kernel/echo.c", lambda text: text.replace("% 10;", "% 10; /* my */")
    )
    student.git("rm", "-q", "kernel/abi/answer.h")
    student.commit("mine")
    project.edit(
        "kernel/echo.c", lambda text: text.replace("% 10;", "% 10U;")
    )
    project.edit("kernel/abi/answer.h", lambda text: text + "/* More. */\n")
    project.edit("kernel/echo.h", lambda text: text + "/* More. */\n")
    project.commit("kernel: mend")
    write_branches(project.root, "main")
    said = "\n".join(update(student.root, "fake"))
    assert "kernel/echo.c, in echo_digits: your lines were kept" in said
    assert "    |         sum += value % 10U;" in said
    assert "kernel/abi/answer.h: your lines were kept" in said
    assert "% 10; /* my */" in (student.root / "kernel/echo.c").read_text()
    assert not (student.root / "kernel/abi/answer.h").exists()
    assert "More" in (student.root / "kernel/echo.h").read_text()
    assert not student.git("status", "--porcelain")
    assert "already" in update(student.root, "")[0]


def test_what_stops_an_update(project: Tree) -> None:
    """A word about it, and nothing has changed."""
    write_branches(project.root, "main")
    student = cloned(project, "student", "lab/8-echo")
    before = student.git("rev-parse", "HEAD")
    student.edit("kernel/echo.c", lambda text: text + "\n")
    with pytest.raises(UsageError, match="not committed"):
        update(student.root, "9")
    student.git("restore", ".")
    with pytest.raises(UsageError, match="no lab 'nine' yet; .*9-fake"):
        update(student.root, "nine")
    stray = student.root / "labs/9-fake/lab.toml"
    stray.parent.mkdir()
    stray.write_text("mine\n")
    (student.root / "labs/9-fake/lab.toml").rename(stray.parent / "stubs.c")
    with pytest.raises(UsageError, match="never committed"):
        update(student.root, "9")
    assert student.git("rev-parse", "HEAD") == before
    shutil.rmtree(stray.parent)
    assert "Merged lab/9-fake" in update(student.root, "9")[0]
