# SPDX-License-Identifier: MIT
"""Kernels and programs, made by the project's own Makefile.

A kernel is built from an *overlay*, a directory that looks like kernel/ and
is given to make as KERNEL. Overlay and objects stay between builds, and only
files whose content changed are written. So make compiles only those: a
mutant differs from the one before in one file, and so does a student's next
attempt."""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.lab import Lab
from grader.labtool import Sources
from grader.verdict import InfrastructureError

BUILD_SECONDS = 300
LOG_LINES = 20
CONTRACT_LINES = 1000

# How the compiler says that labs/<lab>/contract.c does not hold.
MOVED_TYPE = re.compile(r'static assertion failed: "(.*)"')
MOVED_NAME = re.compile(r"contract\.c:.*error: '(\w+)' undeclared")

# Variables of a make that called us; they would change what our make does.
MAKE_VARIABLES = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
OWN_VARIABLES = ("KERNEL", "BUILD", "DEBUG", "WERROR", "LAB", "BOOTARGS")


class BuildError(Exception):
    """A kernel that does not build; `log` is what the compiler said."""

    def __init__(self, log: list[str]) -> None:
        super().__init__("\n".join(log))
        self.log = log


@dataclass(frozen=True)
class Kernel:
    """A kernel that was built, and the sources it was built from."""

    binary: Path
    elf: Path
    sources: Path


def pristine_sources(root: Path) -> Sources:
    """All files of the tree's kernel/, by their path in it."""
    kernel = root / "kernel"
    return {
        str(file.relative_to(kernel)): file.read_bytes()
        for file in sorted(kernel.rglob("*"))
        if file.is_file()
    }


class Workshop:
    """A place where kernels are built, one after the other."""

    def __init__(self, root: Path, out: Path) -> None:
        self.root = root
        self.overlay = out / "kernel"
        self.build = out / "build"

    def kernel(self, sources: Sources, werror: bool = False) -> Kernel:
        """Builds a kernel from these sources; BuildError if that fails."""
        _synchronise(self.overlay, sources)
        variables = self._variables()
        variables.append("WERROR=-Werror" if werror else "WERROR=")
        binary, elf = self.build / "kernel.bin", self.build / "kernel.elf"
        log = _make(self.root, [*variables, "kernel"])
        if log is not None:
            prefix = f"{self.overlay}/"
            raise BuildError([line.replace(prefix, "kernel/") for line in log])
        if not binary.is_file() or not elf.is_file():
            raise InfrastructureError(f"make succeeded without {binary}")
        return Kernel(binary, elf, self.overlay)

    def _variables(self) -> list[str]:
        """For make: which kernel, and not optimised across functions, so that
        what failed can be looked at in gdb as it was written
        (docs/adr/0002)."""
        return [
            *(f"KERNEL={self.overlay}", f"BUILD={self.build}"),
            *("OPTIMIZE=-Og", "KERNEL_LTO="),
        ]

    def contract(self, labs: Iterable[Lab]) -> list[str]:
        """What the compiler says of the labs' contract.c, of those that have
        one, in the kernel that was built last, or should have been."""
        folders = [
            lab.folder for lab in labs if (lab.path / "contract.c").is_file()
        ]
        if not folders:
            return []
        words = [*self._variables(), "WERROR=", f"LAB={' '.join(folders)}"]
        return _make(self.root, [*words, "contract"], CONTRACT_LINES) or []

    def moved(self, labs: Iterable[Lab]) -> list[str]:
        """What labs fix and that kernel has otherwise: a sentence for each
        name and type."""
        found: list[str] = []
        for line in self.contract(labs):
            if match := MOVED_TYPE.search(line):
                found.append(match[1])
            elif match := MOVED_NAME.search(line):
                found.append(f"{match[1]} is no longer declared")
        return list(dict.fromkeys(found))

    def programs(self, lab: Lab, user: Sources | None = None) -> Path:
        """Builds a lab's programs; the directory with boot.cpio and ELFs.
        `user` has the files of user/ that are a student's, by their path in
        the project: BuildError if they do not build. A lab that a driver in
        the kernel runs has none, and so an empty list: gdb reads it."""
        if not lab.programs:
            place = self.root / "build" / "labs" / lab.folder
            place.mkdir(parents=True, exist_ok=True)
            (place / "programs").write_text("")
            return place
        words = [f"LAB={lab.folder}", "lab-programs"]
        if user:
            root = self._tree_with(user)
            log = _make(root, [*words, "WERROR="])
            if log is not None:
                raise BuildError(log)
        else:
            root = self.root
            log = _make(root, words)
            if log is not None:
                text = "\n".join(log)
                raise InfrastructureError(f"the lab's programs:\n{text}")
        return root / "build" / "labs" / lab.folder

    def _tree_with(self, user: Sources) -> Path:
        """A tree whose user/ has other files; all else leads to the
        project's."""
        tree = self.build.parent / "tree"
        tree.mkdir(parents=True, exist_ok=True)
        for entry in self.root.iterdir():
            link = tree / entry.name
            if entry.name not in ("user", "build") and not link.exists():
                link.symlink_to(entry.resolve())
        own = self.root / "user"
        sources = {
            str(file.relative_to(self.root)): file.read_bytes()
            for file in sorted(own.rglob("*"))
            if file.is_file()
        }
        _synchronise(
            tree / "user",
            {
                path.removeprefix("user/"): content
                for path, content in {**sources, **user}.items()
            },
        )
        return tree


def _synchronise(directory: Path, sources: Sources) -> None:
    """Makes a directory hold exactly these files, touching no more than it
    must."""
    for path, content in sources.items():
        file = directory / path
        if not file.is_file() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    for file in directory.rglob("*"):
        if file.is_file() and str(file.relative_to(directory)) not in sources:
            file.unlink()


def _make(
    root: Path, arguments: list[str], lines_max: int = LOG_LINES
) -> list[str] | None:
    """Runs make; None if it succeeded, else the first lines it said."""
    drop = {*MAKE_VARIABLES, *OWN_VARIABLES}
    environment = {k: v for k, v in os.environ.items() if k not in drop}
    environment["LC_ALL"] = "C"
    jobs = f"-j{os.cpu_count() or 1}"
    try:
        done = subprocess.run(
            ["make", "-C", root, "-s", jobs, "-Otarget", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise InfrastructureError("make is not installed") from error
    except subprocess.TimeoutExpired:
        return [f"the build took longer than {BUILD_SECONDS} s"]
    if done.returncode == 0:
        return None
    # Compilers talk on stderr; what they say comes before make's summary.
    lines = done.stderr.decode(errors="replace").splitlines()
    lines += done.stdout.decode(errors="replace").splitlines()
    return lines[:lines_max] or ["make failed without a word"]
