# SPDX-License-Identifier: MIT
r"""`make branches`: what students get, as branches made from one commit.

    main    o-----------o--------------o        written by hand
                        :              :
    lab/1-boot          A              F        F: a fix, where it belongs
                         \              \
    lab/2-traps           B--------------M      B adds labs/2-traps, no more
                           \              \
    lab/3-threads           C--------------M'   M, M': the fix, merged forward

 B1  The files of lab/N are those of the commit without what is not for
     students, without the folders of labs after N, and with the stubs of all
     labs: the work of earlier labs is in the students' own branches.
 B2  No branch is ever rewritten: a student who merged it can merge it again.
     lab/N always contains the lab before it.
 B3  A stub and the comment above it stay as they were published. Students
     have changed those lines, so a change of them would meet theirs.
 B4  Nothing here is random: the same commit and the same branches give the
     same ids. Author and committer are fixed, the date is the commit's.
 B5  No solution is in the history of any lab/N.

Solutions are in the branches below instructor/: instructor/lab/N-start is
lab/N with all earlier labs solved, for a fresh start. Nobody should merge it
over work of his own."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from grader.git import Repository, Tree
from grader.lab import Function, Lab, find_labs
from grader.labtool import definitions
from grader.starter import files_with, has_solutions, is_for_students, stubs
from grader.verdict import UsageError

AUTHOR = "Chaski course", "course@chaski.invalid"
PATHS_NAMED_MAX = 20


@dataclass(frozen=True)
class Step:
    """What became of one branch."""

    branch: str
    commit: str
    news: str  # in one or two words


@dataclass
class Publication:
    """Branches as they are written; nothing points at them before the end."""

    repository: Repository
    commit: str  # that all is made from
    labs: Sequence[Lab]  # as they are in it
    message: str = ""
    steps: list[Step] = field(default_factory=list)

    def all(self, root: Path) -> None:
        """Writes the commits of all branches. `root` has the commit's
        files."""
        bodies = stubs(self.labs)
        files = self._students(root, bodies)
        self._check_stubs(root, bodies)
        older: tuple[str, str] | None = None
        for lab in self.labs:
            tree = _up_to(files, self.labs, lab)
            tip = self._lab(lab, tree, older)
            self._start(root, lab, tree, tip)
            older = lab.folder, tip

    def _students(self, root: Path, bodies: Mapping[Function, str]) -> Tree:
        """B1, with all labs' folders."""
        folders = [lab.folder for lab in self.labs]
        tree = {
            path: entry
            for path, entry in self.repository.tree(self.commit).items()
            if is_for_students(Path(path), folders)
        }
        return self._with(tree, files_with(root, bodies))

    def _with(self, tree: Tree, files: Mapping[str, str]) -> Tree:
        """A tree with other contents for some of its files."""
        write = self.repository.write_blob
        return {
            **tree,
            **{
                path: (tree[path][0], write(text.encode()))
                for path, text in files.items()
            },
        }

    def _check_stubs(self, root: Path, bodies: Mapping[Function, str]) -> None:
        """B3, and B5 where a new lab makes an exercise of what was published
        solved: UsageError if a function is not as it was published."""
        wanted = files_with(root, bodies)
        branches = [f"lab/{lab.folder}" for lab in self.labs]
        tips = {branch: self._tip(branch) for branch in branches}
        for branch, path in product(branches, wanted):
            tip = tips[branch]
            if not tip:
                continue
            content = self.repository.content(tip, path) or b""
            old = content.decode(errors="replace")
            for function in bodies:
                name = function.name
                if function.file == path and (
                    _text(old, path, name) != _text(wanted[path], path, name)
                ):
                    raise UsageError(
                        f"{name} ({path}) is not what students have in"
                        f" {branch}: a stub and the comment above it stay as"
                        " they were published. Put them back, or begin a new"
                        " course where there is no branch lab/*"
                    )

    def _lab(
        self, lab: Lab, tree: Tree, older: tuple[str, str] | None
    ) -> str:
        """Brings lab/N up to date, after the lab before it: `older`, its
        folder and newest commit."""
        branch = f"lab/{lab.folder}"
        title = f"lab {lab.folder}: {lab.title}"
        tip = self._tip(branch)
        before = [older[1]] if older else []
        if not tip:
            tip = self._write(tree, before, title)
            self.steps.append(Step(branch, tip, "new"))
            return tip
        news = "unchanged"
        if older and not self.repository.contains(tip, older[1]):
            # All but this lab's own folder comes from the lab before it.
            own = {
                path: entry
                for path, entry in self.repository.tree(tip).items()
                if path.startswith(f"labs/{lab.folder}/")
            }
            merged = {**self.repository.tree(older[1]), **own}
            title = f"lab {lab.folder}: merge what is new in lab {older[0]}"
            tip = self._write(merged, [tip, *before], title)
            news = "merged"
        had = self.repository.tree(tip)
        if had != tree:
            tip = self._write(tree, [tip], self._fix(lab, had, tree))
            news = "fixed"
        self.steps.append(Step(branch, tip, news))
        return tip

    def _fix(self, lab: Lab, old: Tree, new: Tree) -> str:
        """The message of a commit that changes one tree into another."""
        changed = sorted(
            path
            for path in {*old, *new}
            if old.get(path) != new.get(path)
        )
        title = self.message or f"fix {_counted(changed)}"
        names = "\n".join(changed[:PATHS_NAMED_MAX])
        if len(changed) > PATHS_NAMED_MAX:
            names += "\nand others"
        return f"lab {lab.folder}: {title}\n\n{names}"

    def _start(self, root: Path, lab: Lab, tree: Tree, base: str) -> None:
        """Brings the branch with all earlier labs solved up to date: it comes
        from lab/N, so that the next lab can be merged into it."""
        earlier = [each for each in self.labs if each.number < lab.number]
        if not earlier:
            return
        unsolved = [each for each in self.labs if each.number >= lab.number]
        paths = {f.file for each in earlier for f in each.functions}
        files = {path: (root / path).read_text() for path in paths}
        files.update(files_with(root, stubs(unsolved)))
        solved = self._with(tree, files)
        branch = f"instructor/lab/{lab.folder}-start"
        tip = self._tip(branch)
        if not tip:
            parents, news = [base], "new"
        elif not self.repository.contains(tip, base):
            parents, news = [tip, base], "merged"
        elif self.repository.tree(tip) != solved:
            parents, news = [tip], "fixed"
        else:
            self.steps.append(Step(branch, tip, "unchanged"))
            return
        title = f"lab {lab.folder}: a fresh start, earlier labs solved"
        tip = self._write(solved, parents, title)
        self.steps.append(Step(branch, tip, news))

    def _tip(self, branch: str) -> str | None:
        """The newest commit of a branch, here or where it was published."""
        known = self.repository.references(
            f"refs/heads/{branch}", f"refs/remotes/*/{branch}"
        )
        for tip in known.values():
            others = known.values()
            if all(self.repository.contains(tip, other) for other in others):
                return tip
        if known:
            raise UsageError(
                f"{' and '.join(known)} have parted: what was published must"
                " go on. Delete what was not"
            )
        return None

    def _write(self, tree: Tree, parents: Sequence[str], message: str) -> str:
        """B4: one commit; its id."""
        run = self.repository.run
        date = run("show", "-s", "--format=%ct", self.commit).strip() + " +0000"
        name, address = AUTHOR
        environment = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (
                *(("NAME", name), ("EMAIL", address), ("DATE", f"@{date}")),
            )
        }
        words = [word for parent in parents for word in ("-p", parent)]
        return run(
            *("-c", "i18n.commitEncoding=UTF-8"),
            *("commit-tree", self.repository.write_tree(tree), *words),
            given=f"{message}\n".encode(),
            environment=environment,
        ).strip()


def _up_to(files: Tree, labs: Sequence[Lab], last: Lab) -> Tree:
    """The files without the folders of labs after `last`."""
    later = tuple(
        f"labs/{lab.folder}/" for lab in labs if lab.number > last.number
    )
    return {
        path: entry
        for path, entry in files.items()
        if not path.startswith(later)
    }


def _text(text: str, path: str, name: str) -> str | None:
    """A function with the comment above it; None if it is not there."""
    found = definitions(text, path).get(name)
    return text[found.comment : found.end] if found else None


def _counted(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"


def write_branches(root: Path, source: str, message: str = "") -> list[Step]:
    """Writes the students' branches, from a commit of the project, and
    returns what became of each."""
    repository = Repository(root)
    if not repository.is_top():
        raise UsageError(f"{root} is not the top of a git repository")
    commit = repository.commit(source)
    if not commit:
        raise UsageError(f"there is no commit {source}")
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory).resolve()
        repository.export(commit, copy)
        labs = find_labs(copy)
        if not labs:
            raise UsageError(f"there is no lab in {source}")
        if not has_solutions(copy):
            raise UsageError(
                "this is a student's tree, without solutions: branches are"
                " made from the project's own"
            )
        publication = Publication(repository, commit, labs, message)
        publication.all(copy)
    _point(repository, publication.steps)
    return publication.steps


def _point(repository: Repository, steps: Sequence[Step]) -> None:
    """Makes the branches point at their commits: all of them, or none."""
    heads = repository.run("worktree", "list", "--porcelain").splitlines()
    for step in steps:
        if f"branch refs/heads/{step.branch}" in heads:
            raise UsageError(
                f"{step.branch} is checked out, and would change under your"
                " feet: git switch main"
            )
    lines = "".join(
        f"update refs/heads/{step.branch} {step.commit}\n" for step in steps
    )
    repository.run("update-ref", "--stdin", given=lines.encode())


def told(steps: Sequence[Step]) -> Iterator[str]:
    """What became of the branches, a line for each."""
    width = max(len(step.branch) for step in steps)
    for step in steps:
        yield f"  {step.branch:<{width}}  {step.commit[:12]}  {step.news}"
