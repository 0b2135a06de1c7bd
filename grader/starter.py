# SPDX-License-Identifier: MIT
"""The tree a student starts from: the whole project, with the exercises of
this lab and of the later ones replaced by their stubs, and without what
would give them away."""

import shutil
import subprocess
from pathlib import Path

from grader.build import pristine_sources
from grader.lab import Lab, find_labs
from grader.labtool import Sources, definitions, replace
from grader.verdict import UsageError

# Not for students: solutions, broken solutions, and the tests of both.
LEFT_OUT = ("mutants", "alternatives", "cheats")
LEFT_OUT_ON_TOP = ("tests", ".git", "build")


def starter_sources(root: Path, lab: Lab) -> Sources:
    """The kernel's sources with stubs for this lab's functions and later
    ones."""
    sources = pristine_sources(root)
    for each in find_labs(root):
        if each.number >= lab.number:
            _put_stubs(sources, each)
    return sources


def _put_stubs(sources: Sources, lab: Lab) -> None:
    file = lab.path / "stubs.c"
    stubs = file.read_text()
    bodies = definitions(stubs, file.name)
    for exercise in lab.exercises:
        for function in exercise.functions:
            path = function.file.removeprefix("kernel/")
            if path not in sources:
                raise UsageError(f"lab.toml: there is no {function.file}")
            stub = bodies.get(function.name)
            if not stub:
                raise UsageError(f"{file} has no stub for {function.name}")
            text = replace(
                sources[path].decode(),
                function.file,
                function.name,
                stubs[stub.start : stub.end],
            )
            sources[path] = text.encode()


def write_starter(root: Path, lab: Lab, out: Path) -> int:
    """Writes the student's tree to a directory that is empty or not there
    yet, and returns how many files it has."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            f"{out} is not empty; name a directory that does not exist yet"
        )
    count = 0
    for path in _project_files(root):
        if _is_left_out(path) or path.parts[0] == "kernel":
            continue
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target, follow_symlinks=False)
        count += 1
    for name, content in starter_sources(root, lab).items():
        target = out / "kernel" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        count += 1
    return count


def _is_left_out(path: Path) -> bool:
    first, *rest = path.parts
    return (
        first in LEFT_OUT_ON_TOP
        or (first == "labs" and any(part in LEFT_OUT for part in rest))
        or path.is_relative_to("grader/tests")
    )


def _project_files(root: Path) -> list[Path]:
    """All files of the project, relative to its root: what git knows or
    would add, or everything where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "-c", "-o"]
            + ["--exclude-standard", "--deduplicate"],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        listed = None
    if listed and listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().split("\0")[:-1]
        paths = [Path(name) for name in names]
    else:
        paths = [file.relative_to(root) for file in root.rglob("*")]
    return sorted(
        path
        for path in paths
        if (root / path).is_file() and "__pycache__" not in path.parts
    )
