# SPDX-License-Identifier: MIT
"""What the command line tells the pytest plugin: which kernel, built from
what, to grade with which lab on which seeds. A file, for they are two
processes."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from grader.mend import Kept

JOB_FILE = "job.json"


@dataclass(frozen=True)
class Job:
    """What to grade: written by the command line, read by the plugin."""

    lab: Path  # its lab.toml
    submission: str
    kernel: Path  # kernel.bin
    kernel_elf: Path
    sources: Path  # the kernel files it was built from
    programs: Path  # boot.cpio and the ELF files of the lab's programs
    memory: Path  # what the machine's memory holds at power-on
    out: Path
    seeds: list[int]
    exercise: str | None
    notes: list[str]
    kept: list[Kept]  # where it is graded without a fix
    is_unmended: bool  # nobody knows which fixes it lacks
    answers: str | None = None  # what stands in the student's file of answers

    @property
    def without(self) -> list[str]:
        """Where fixes are missing, each place once."""
        if self.is_unmended:
            return ["any file: nobody knows its release"]
        return list(dict.fromkeys(each.place for each in self.kept))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), default=str, indent=2))

    @staticmethod
    def read(file: Path) -> "Job":
        table = json.loads(file.read_text())
        for each in fields(Job):
            if each.type is Path:
                table[each.name] = Path(table[each.name])
        table["kept"] = [
            Kept(each["path"], each["function"], tuple(each["fix"]))
            for each in table["kept"]
        ]
        return Job(**table)
