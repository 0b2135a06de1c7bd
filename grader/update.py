# SPDX-License-Identifier: MIT
"""`make update`: a lab of the course merged into a student's own branch,
its given files with all fixes since.

It is `git merge -X ours`: where a fix and the student changed the same lines,
the student's stay, and the fix is shown, with the function it is about. So a
merge never ends half done, and nobody's work is ever overwritten."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.git import Repository, blob_id
from grader.lab import find_labs
from grader.labtool import Sources
from grader.mend import Kept, kept_places
from grader.verdict import UsageError

REMOTE = "origin"
# Where lab/* may be: here, or in any remote that was fetched.
PLACES = ("refs/heads/lab", "refs/remotes/*/lab/*")
LAB_BRANCH = re.compile(r"refs/(?:heads|remotes/[^/]+)/lab/(\d+)-([^/]+)")


@dataclass(frozen=True)
class Release:
    """A lab's branch as this repository knows it."""

    number: int
    name: str
    reference: str
    commit: str

    @property
    def folder(self) -> str:
        return f"{self.number}-{self.name}"


def releases(repository: Repository) -> list[Release]:
    """The labs there are branches of, by number: those of the remote, or
    where there is none those here, or else of whatever other remote."""
    for place in (f"refs/remotes/{REMOTE}/lab", *PLACES):
        found = [
            Release(int(match[1]), match[2], reference, commit)
            for reference, commit in repository.references(place).items()
            if (match := LAB_BRANCH.fullmatch(reference))
        ]
        if found:
            return sorted(found, key=lambda release: release.number)
    return []


def release_of(repository: Repository, lab: str) -> str | None:
    """The commit of a lab's branch, given by its folder, that the work here
    comes from: the newest that was merged. None if nobody can say."""
    for release in releases(repository):
        if release.folder == lab:
            return repository.ask("merge-base", "HEAD", release.commit)
    return None


def release_sources(root: Path, commit: str) -> Sources | None:
    """The kernel's sources in a commit, if a lab's branch has it, here or as
    it was fetched from anywhere: a release is one wherever it is known from."""
    repository = Repository(root)
    if not repository.is_top():
        return None
    tips = repository.references(*PLACES).values()
    if not any(repository.contains(tip, commit) for tip in tips):
        return None
    return _kernel_at(repository, commit)


def newest_sources(root: Path) -> Sources:
    """The kernel's sources as the last of the labs' branches has them: with
    all fixes, for each branch contains those before it."""
    repository = Repository(root)
    return _kernel_at(repository, releases(repository)[-1].commit)


def likely_release(root: Path, given: Sources) -> str | None:
    """The commit of a lab's branch that most of these kernel files are taken
    from, unchanged; None if there is none that has most of its own in them.

    A student's own git could say more, but it is a stranger's: its settings
    can name programs that git would run. Of several that are as likely it is
    the oldest. If the student has later fixes already, they are the same on
    both sides of the merge, and nothing comes of them; with a later release
    than the true one, fixes would be taken for lines that he took out."""
    repository = Repository(root)
    tips = repository.references(*PLACES) if repository.is_top() else {}
    if not tips:
        return None
    algorithm = repository.run("rev-parse", "--show-object-format").strip()
    mine = {
        f"kernel/{name}": blob_id(content, algorithm)
        for name, content in given.items()
    }
    found, most = None, 0
    words = ("rev-list", "--reverse", "--topo-order")
    for commit in repository.run(*words, *tips.values()).split():
        files = {
            path: blob
            for path, (_, blob) in repository.tree(commit).items()
            if re.fullmatch(r"kernel/[^/]+\.[chS]", path)
        }
        same = sum(mine.get(path) == blob for path, blob in files.items())
        if same > most and 2 * same > len(files):
            found, most = commit, same
    return found


def _kernel_at(repository: Repository, commit: str) -> Sources:
    sources: Sources = {}
    for path in repository.tree(commit):
        if path.startswith("kernel/"):
            content = repository.content(commit, path)
            sources[path.removeprefix("kernel/")] = content or b""
    return sources


def update(root: Path, name: str) -> list[str]:
    """Merges a lab, called `4`, `ipc` or `4-ipc`, or if `name` is empty the
    one that the student has come to. Returns what is to be said."""
    repository = Repository(root)
    if not repository.is_top():
        raise UsageError(f"{root} is not the top of a git repository")
    _check_clean(repository)
    said = []
    if repository.ask("remote", "get-url", REMOTE):
        if repository.status("fetch", "--quiet", REMOTE):
            said.append(f"{REMOTE} cannot be reached: this is what was known.")
    known = releases(repository)
    release = _chosen(root, known, name)
    said += _merge(repository, release)
    if newer := [r.folder for r in known if r.number > release.number]:
        said.append(
            f"There is more: {', '.join(newer)}. To begin it:"
            f" make update LAB={newer[0]}"
        )
    return said


def _check_clean(repository: Repository) -> None:
    """UsageError if a merge could meet work that is not committed."""
    if repository.ask("rev-parse", "-q", "--verify", "MERGE_HEAD"):
        raise UsageError(
            "a merge is under way: finish it, or git merge --abort"
        )
    if repository.run("status", "--porcelain", "--untracked-files=no"):
        raise UsageError(
            "there are changes that are not committed. Commit them first:"
            " git commit -a"
        )
    if not repository.ask("var", "GIT_COMMITTER_IDENT"):
        raise UsageError(
            "git does not know who you are: git config user.name 'Your Name';"
            " git config user.email you@example.org"
        )


def _chosen(root: Path, known: Sequence[Release], name: str) -> Release:
    """The release to merge; UsageError names those there are."""
    if not known:
        raise UsageError(
            f"there is no branch lab/* here nor in {REMOTE}: was this tree"
            " cloned from the course's?"
        )
    if not name:
        here = {lab.folder for lab in find_labs(root)}
        mine = [release for release in known if release.folder in here]
        return (mine or known[:1])[-1]
    for release in known:
        if name in (str(release.number), release.name, release.folder):
            return release
    there = ", ".join(release.folder for release in known)
    raise UsageError(f"there is no lab {name!r} yet; there are {there}")


def _merge(repository: Repository, release: Release) -> list[str]:
    """Merges a release and tells how it went."""
    branch = f"lab/{release.folder}"
    base = repository.ask("merge-base", "HEAD", release.commit)
    if not base:
        raise UsageError(
            f"your branch and {branch} have nothing in common: only a tree"
            " that was cloned from the course's can be updated"
        )
    if base == release.commit:
        return [f"You have all of {branch} already."]
    kept = _would_keep(repository, release)
    words = ("merge", "-X", "ours", "--no-edit", "--quiet")
    message = f"Merge {branch}"
    if repository.status(*words, "-m", message, release.commit):
        _settle(repository)
    taken = repository.run("diff", "--name-only", base, release.commit)
    count = len(taken.splitlines())
    said = [f"Merged {branch}: {count} file{'s' if count > 1 else ''}."]
    if kept:
        said.append("You had changed the same lines as a fix:")
        for each in kept:
            said += each.told()
        said.append("If the fix is right for yours, put it in by hand.")
    return said


def _settle(repository: Repository) -> None:
    """Ends a merge that stopped because one side removed a file: where the
    student has it, theirs stays, where not, it stays away. UsageError if it
    stopped for another reason, with nothing changed."""
    unmerged = repository.run("ls-files", "--unmerged", "-z").split("\0")[:-1]
    stages: dict[str, set[str]] = {}
    for line in unmerged:
        what, path = line.split("\t", 1)
        stages.setdefault(path, set()).add(what.split(" ")[2])
    for path, found in stages.items():
        if "2" in found:
            repository.run("checkout", "--ours", "--", path)
            repository.run("add", "--", path)
        else:
            repository.run("rm", "--quiet", "--force", "--", path)
    if not repository.ask("rev-parse", "-q", "--verify", "MERGE_HEAD"):
        raise UsageError(
            "git cannot merge: a file of yours that you never committed is in"
            " the way of one that is new. Move it, or commit it"
        )
    repository.run("commit", "--no-edit", "--quiet")


def _would_keep(repository: Repository, release: Release) -> list[Kept]:
    """Where the merge will keep the student's lines against the release's:
    git tries the merge without -X ours, and touches nothing."""
    words = ("merge-tree", "--write-tree", "--name-only", "-z")
    settings = ("-c", "merge.conflictStyle=merge")
    printed = repository.output(*settings, *words, "HEAD", release.commit)
    tree, *rest = printed.split("\0")
    paths = rest[: rest.index("")] if "" in rest else []
    kept = []
    for path in dict.fromkeys(paths):
        content = repository.content(tree, path)
        text = (content or b"").decode(errors="replace")
        places = list(kept_places(path, text))
        # No mark in it: one side changed the file, the other removed it.
        kept += places or [Kept(path, None, ("a change, or no such file",))]
    return kept
