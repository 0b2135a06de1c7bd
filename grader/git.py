# SPDX-License-Identifier: MIT
"""Plain git commands, run in one repository. What is read or written here
does not depend on the settings of whoever runs it."""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.verdict import UsageError

# Line ends and modes are what they are.
SETTINGS = ("core.autocrlf=false", "core.fileMode=true", "core.quotePath=false")

# By path: its mode, as in 100644, and the id of its content.
Tree = dict[str, tuple[str, str]]


def blob_id(content: bytes, algorithm: str) -> str:
    """The id that git gives a content."""
    head = f"blob {len(content)}\0".encode()
    return hashlib.new(algorithm, head + content).hexdigest()


@dataclass(frozen=True)
class Repository:
    """A git repository, by the top of its working tree."""

    path: Path

    def run(
        self,
        *arguments: str,
        given: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """What a git command prints; UsageError with its words if it fails."""
        done = self._call(arguments, given, environment)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).decode(errors="replace")
            raise UsageError(f"git {arguments[0]}: {said.strip()}")
        return done.stdout.decode(errors="surrogateescape")

    def ask(self, *arguments: str) -> str | None:
        """What a git command prints; None if it fails."""
        done = self._call(arguments)
        if done.returncode != 0:
            return None
        return done.stdout.decode(errors="surrogateescape").strip()

    def output(self, *arguments: str) -> str:
        """What a git command prints, whether it fails or not."""
        return self._call(arguments).stdout.decode(errors="surrogateescape")

    def status(self, *arguments: str) -> int:
        """A git command's exit status."""
        return self._call(arguments).returncode

    def _call(
        self,
        arguments: tuple[str, ...],
        given: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[bytes]":
        settings = [word for each in SETTINGS for word in ("-c", each)]
        try:
            return subprocess.run(
                ["git", "-C", str(self.path), *settings, *arguments],
                input=given,
                env={**os.environ, "LC_ALL": "C", **(environment or {})},
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise UsageError("git is not installed") from error

    def is_top(self) -> bool:
        """Whether this is a repository, and its top."""
        top = self.ask("rev-parse", "--show-toplevel")
        return top is not None and Path(top).resolve() == self.path.resolve()

    def commit(self, name: str) -> str | None:
        """The id of a commit; None if there is none of this name."""
        return self.ask("rev-parse", "-q", "--verify", f"{name}^{{commit}}")

    def contains(self, newer: str, older: str) -> bool:
        """Whether a commit is, or has among its ancestors, another."""
        return self.status("merge-base", "--is-ancestor", older, newer) == 0

    def references(self, *patterns: str) -> dict[str, str]:
        """The full names and commits of the references below `patterns`."""
        form = "--format=%(refname) %(objectname)"
        lines = self.run("for-each-ref", form, *patterns).splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def content(self, commit: str, path: str) -> bytes | None:
        """A file's content in a commit; None if it is not there."""
        done = self._call(("cat-file", "blob", f"{commit}:{path}"))
        return done.stdout if done.returncode == 0 else None

    def tree(self, commit: str) -> Tree:
        """All files of a commit."""
        tree: Tree = {}
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit)
        for line in listed.split("\0")[:-1]:
            what, path = line.split("\t", 1)
            mode, _, blob = what.split(" ")
            tree[path] = mode, blob
        return tree

    def write_blob(self, content: bytes) -> str:
        """Keeps a content and returns its id."""
        words = ("hash-object", "-w", "--no-filters", "--stdin")
        return self.run(*words, given=content).strip()

    def write_tree(self, tree: Tree) -> str:
        """Keeps a tree and returns its id."""
        lines = "".join(
            f"{mode} {blob}\t{path}\0" for path, (mode, blob) in tree.items()
        )
        with tempfile.TemporaryDirectory() as directory:
            environment = {"GIT_INDEX_FILE": f"{directory}/index"}
            self.run(
                *("update-index", "-z", "--index-info"),
                given=lines.encode(errors="surrogateescape"),
                environment=environment,
            )
            return self.run("write-tree", environment=environment).strip()

    def export(self, commit: str, directory: Path) -> None:
        """Writes all files of a commit to a directory."""
        with tempfile.TemporaryDirectory() as place:
            environment = {"GIT_INDEX_FILE": f"{place}/index"}
            self.run("read-tree", commit, environment=environment)
            self.run(
                *("checkout-index", "-a", f"--prefix={directory}/"),
                environment=environment,
            )
