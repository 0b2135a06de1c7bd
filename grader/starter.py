# SPDX-License-Identifier: MIT
"""The tree a student starts from: the whole project, with the exercises of
this lab and of the later ones replaced by their stubs, and without what
would give them away.

Functions of earlier labs are solved in it. What students get as branches has
the stubs of all labs (branches.py); they bring their own solutions along."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.build import pristine_sources
from grader.lab import Function, Lab, find_labs
from grader.labtool import Sources, definitions, replace
from grader.verdict import UsageError

# Not for students: solutions, broken solutions, and the tests of both.
LEFT_OUT = ("mutants", "alternatives", "cheats")
LEFT_OUT_ON_TOP = ("tests", ".git", "build")


def has_solutions(root: Path) -> bool:
    """Whether this is the project's own tree, and not a student's."""
    return any((lab.path / "mutants").is_dir() for lab in find_labs(root))


def starter_sources(root: Path, lab: Lab) -> Sources:
    """The kernel's sources with stubs for this lab's functions and later
    ones."""
    return kernel_with(root, stubs(_from(root, lab.number)))


def so_far_sources(root: Path, lab: Lab) -> Sources:
    """The kernel's sources with this lab and the earlier ones solved. Stubs
    of later labs that refuse stop the machine instead: no lab up to this one
    may ever call them."""
    later = stubs(_from(root, lab.number + 1))
    return kernel_with(
        root,
        {
            function: _stopped(function, stub)
            if function.stub == "refuse"
            else stub
            for function, stub in later.items()
        },
    )


def user_files(root: Path, lab: Lab) -> list[str]:
    """The files outside the kernel that are exercises of this lab or of an
    earlier one, and this lab's answers."""
    found = {
        function.file
        for each in find_labs(root)
        if each.number <= lab.number
        for function in each.functions
        if not function.file.startswith("kernel/")
    }
    if lab.answers_file:
        found.add(lab.answers_file)
    return sorted(found)


def starter_user(root: Path, lab: Lab) -> Sources:
    """These files as the starter has them, by their path in the project."""
    stubbed = files_with(root, stubs(_from(root, lab.number)))
    return {
        name: stubbed[name].encode()
        if name in stubbed
        else (root / name).read_bytes()
        for name in user_files(root, lab)
    }


def _from(root: Path, number: int) -> list[Lab]:
    """The project's labs from this number on."""
    return [lab for lab in find_labs(root) if lab.number >= number]


def _stopped(function: Function, stub: str) -> str:
    """A stub that stops the machine when it is called."""
    if function.is_assembly:
        return stub.replace(":\n", ":\n    ebreak\n", 1)
    return stub.replace("\n{\n", "\n{\n    __builtin_trap();\n", 1)


def kernel_with(root: Path, bodies: Mapping[Function, str]) -> Sources:
    """The kernel's sources with other bodies for these functions."""
    return {
        **pristine_sources(root),
        **{
            path.removeprefix("kernel/"): text.encode()
            for path, text in files_with(root, bodies).items()
            if path.startswith("kernel/")
        },
    }


def files_with(root: Path, bodies: Mapping[Function, str]) -> dict[str, str]:
    """The files that define these functions, by their path in the project,
    with other bodies for them."""
    files: dict[str, str] = {}
    for function, body in bodies.items():
        path = function.file
        if path not in files:
            if not (root / path).is_file():
                raise UsageError(f"lab.toml: there is no {path}")
            files[path] = (root / path).read_text()
        files[path] = replace(files[path], path, function.name, body)
    return files


def stubs(labs: Iterable[Lab]) -> dict[Function, str]:
    """What students find in place of each function of these labs: the body
    in stubs.c, or in stubs.S if the function is written in assembly."""
    found: dict[Function, str] = {}
    for lab in labs:
        for function in lab.functions:
            ending = ".S" if function.is_assembly else ".c"
            file = lab.path / f"stubs{ending}"
            text = file.read_text() if file.is_file() else ""
            stub = definitions(text, file.name).get(function.name)
            if not stub:
                raise UsageError(f"{file} has no stub for {function.name}")
            found[function] = text[stub.start : stub.end]
    return found


def write_starter(root: Path, lab: Lab, out: Path) -> int:
    """Writes the student's tree to a directory that is empty or not there
    yet, and returns how many files it has."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            f"{out} is not empty; name a directory that does not exist yet"
        )
    labs = find_labs(root)
    folders = [each.folder for each in labs if each.number <= lab.number]
    user = user_files(root, lab)
    count = 0
    for path in _project_files(root):
        if path.parts[0] == "kernel" or str(path) in user:
            continue  # as the starter has them, below
        if not is_for_students(path, folders):
            continue
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target, follow_symlinks=False)
        count += 1
    files = {
        f"kernel/{name}": content
        for name, content in starter_sources(root, lab).items()
    }
    for name, content in {**files, **starter_user(root, lab)}.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        count += 1
    return count


def is_for_students(path: Path, folders: Iterable[str]) -> bool:
    """Whether students get this file of the project, `folders` being those of
    the labs that they have."""
    first, *rest = path.parts
    if first in LEFT_OUT_ON_TOP or path.is_relative_to("grader/tests"):
        return False
    if first != "labs" or len(rest) < 2:
        return True
    return rest[0] in folders and not any(part in LEFT_OUT for part in rest)


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
