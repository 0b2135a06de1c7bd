# SPDX-License-Identifier: MIT
"""Guests for the grader's own tests: small programs that run in S-mode where
a kernel would, and behave as their boot arguments say. And a small project
with a lab of two exercises, to try the whole way from files to points."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader import poison, qemu
from grader.build import Kernel, Workshop, pristine_sources
from grader.elf import Program
from grader.lab import Lab, find_lab
from grader.labtool import Sources
from grader.run import Run, judge

# A project in the small; its lab's tests are not ours.
collect_ignore = ["project"]

GUESTS = Path(__file__).parent / "guests"
NONCE = "0badcafe"
BUDGET = 20_000_000


@dataclass(frozen=True)
class Guest:
    """A guest that was built: `run("wait")` boots and judges it."""

    elf: Path
    binary: Path
    directory: Path
    memory: Path

    @property
    def program(self) -> Program:
        return Program("guest", self.elf)

    def boot(
        self,
        do: str,
        *,
        shift: int = 2,
        budget: int = BUDGET,
        keep: bool = False,
        **more: int,
    ) -> qemu.Boot:
        """Boots the guest with `do=...` and more boot arguments."""
        words = {"do": do, "nonce": NONCE, "seed": "0x5a17"}
        words.update((name, str(value)) for name, value in more.items())
        machine = qemu.Machine(
            kernel=self.binary,
            initrd=None,
            memory=self.memory,
            bootargs=" ".join(f"{k}={v}" for k, v in words.items()),
            shift=shift,
            seed=1,
            end_stop=self.program.address("test_end"),
            budget=budget,
            directory=self.directory / "run",
        )
        return qemu.run(machine, keep)

    def run(
        self,
        do: str,
        *,
        budget: int = BUDGET,
        faults: bool = False,
        **more: int,
    ) -> Run:
        """Boots the guest and judges the run."""
        return judge(
            self.boot(do, budget=budget, keep=False, **more),
            nonce=NONCE,
            budget=budget,
            programs=[self.program],
            kernel_elf=self.elf,
            faults=faults,
        )


    @contextmanager
    def standing(self, do: str) -> Iterator[Run]:
        """A run whose machine still stands at its end stop."""
        boot = self.boot(do, keep=True)
        assert boot.stop
        with closing(boot.stop):
            yield judge(
                boot, nonce=NONCE, budget=BUDGET, programs=[self.program]
            )


@pytest.fixture(scope="session")
def poisoned(pytestconfig: pytest.Config) -> Path:
    """What memory holds at power-on."""
    return poison.template(pytestconfig.rootpath / "build")


@pytest.fixture(scope="session")
def behave(
    tmp_path_factory: pytest.TempPathFactory, poisoned: Path
) -> Guest:
    """The guest of guests/behave.c."""
    directory = tmp_path_factory.mktemp("guest")
    elf, binary = directory / "guest.elf", directory / "guest.bin"
    sources = [GUESTS / name for name in ("start.S", "user.S", "behave.c")]
    subprocess.run(
        ["riscv64-unknown-elf-gcc", "-march=rv64imac", "-misa-spec=2.2"]
        + ["-mabi=lp64", "-mcmodel=medany", "-O1", "-g", "-Wall", "-Werror"]
        + ["-nostdlib", "-ffreestanding", "-Wl,-Ttext=0x80200000"]
        + ["-Wl,--section-start=.user=0x80210000", "-o", elf, *sources],
        check=True,
    )
    subprocess.run(
        ["riscv64-unknown-elf-objcopy", "-O", "binary", elf, binary],
        check=True,
    )
    return Guest(elf, binary, directory, poisoned)


@dataclass(frozen=True)
class System:
    """The real kernel and the programs of a lab, booted without its tests:
    the lab's driver then follows its default plan."""

    workshop: Workshop
    lab: Lab
    reference: Sources
    memory: Path

    def build(self, sources: Sources | None = None) -> Kernel:
        """Builds the real kernel, or one from other sources."""
        return self.workshop.kernel(sources or self.reference)

    @property
    def programs(self) -> list[Program]:
        directory = self.workshop.programs(self.lab)
        names = self.lab.programs
        return [Program(name, directory / f"{name}.elf") for name in names]

    def machine(self, kernel: Kernel, **more: object) -> qemu.Machine:
        """A machine that boots this kernel, with more boot arguments."""
        words: dict[str, object] = {"nonce": NONCE, "seed": "0x5a17", **more}
        return qemu.Machine(
            kernel=kernel.binary,
            initrd=self.workshop.programs(self.lab) / "boot.cpio",
            memory=self.memory,
            bootargs=" ".join(f"{k}={v}" for k, v in words.items()),
            shift=2,
            seed=1,
            end_stop=self.programs[0].address("test_end"),
            budget=2 * BUDGET,
            directory=self.workshop.build / "run",
        )

    @contextmanager
    def run(self, kernel: Kernel, **more: object) -> Iterator[Run]:
        """A run that came to its end stop and stands there."""
        boot = qemu.run(self.machine(kernel, **more), keep=True)
        with closing(boot.stop) if boot.stop else nullcontext():
            yield judge(
                boot, nonce=NONCE, budget=2 * BUDGET, programs=self.programs
            )


@pytest.fixture(scope="session")
def system(pytestconfig: pytest.Config, poisoned: Path) -> System:
    """The real system. Objects stay between the runs of the tests."""
    root = pytestconfig.rootpath
    workshop = Workshop(root, root / "build" / "grader-tests")
    lab = find_lab(root, "ipc")
    return System(workshop, lab, pristine_sources(root), poisoned)


@dataclass(frozen=True)
class Project:
    """A copy of the small project in project/, and the grader at work on
    it: `grade(path)` is `python3 -m grader grade path`."""

    root: Path

    @property
    def results(self) -> dict[str, Any]:
        """The results.json of the last grading."""
        file = self.root / "out" / "results.json"
        return dict(json.loads(file.read_text()))

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each score in it."""
        return {s["score"]: s["verdict"] for s in self.results["scores"]}

    def call(
        self, *arguments: object, path: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The grader's command line on this project, `path` before PATH."""
        environment = dict(os.environ)
        if path:
            environment["PATH"] = f"{path}:{environment['PATH']}"
        return subprocess.run(
            [sys.executable, "-m", "grader", "--root", str(self.root)]
            + [str(argument) for argument in arguments],
            cwd=Path(__file__).parent.parent.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def call_unheard(
        self, *arguments: object
    ) -> subprocess.CompletedProcess[str]:
        """The same, when nobody reads what it prints."""
        reader, writer = os.pipe()
        os.close(reader)
        with open(writer, "wb", closefd=True) as output:
            return subprocess.run(
                [sys.executable, "-m", "grader", "--root", str(self.root)]
                + [str(argument) for argument in arguments],
                cwd=Path(__file__).parent.parent.parent,
                stdout=output,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )

    def grade(
        self, submission: object, *more: object, path: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Grades a submission on one seed, unless `more` says otherwise."""
        out = self.root / "out"
        words = ["grade", submission, "--lab", "fake", "--out", out]
        seeds = () if "--seed" in more else ("--seed", "0x5a17")
        return self.call(*words, *seeds, *more, path=path)

    def gate(self, *more: object) -> subprocess.CompletedProcess[str]:
        """The lab's examination, on one seed."""
        out = self.root / "out"
        words = ["gate", "--lab", "9", "--out", out, "--seed", "0x5a17"]
        return self.call(*words, *more)

    def submit(self, name: str, text: str) -> Path:
        """A directory with one kernel file in it."""
        file = self.root / "submission" / "kernel" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file.parent.parent


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small project, built once for the tests of a module."""
    root = tmp_path_factory.mktemp("project") / "tree"
    shutil.copytree(Path(__file__).parent / "project", root)
    for name in ("start.S", "user.S", "guest.h"):
        shutil.copy(GUESTS / name, root / "kernel")
    return Project(root)
