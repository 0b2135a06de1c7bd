# SPDX-License-Identifier: MIT
"""Hints: "it fails exactly like a kernel in which ...".

The *signature* of a kernel is what became of it in each score under each
public seed: the verdict, the class of the first difference, and a digest of
how many calls QEMU saw. The gate (gate.py) computes the signatures of all
mutants and writes them, with each mutant's hint, to labs/<lab>/hints.json.

A submission gets a hint only when its signature, over all scores that were
graded, is that of one mutant and of no other. Verdicts alone would not do:
different mistakes lose the same scores. With fewer seeds there is no hint."""

import json
from collections.abc import Collection, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.verdict import Verdict

HINTS_FILE = "hints.json"

# Of each score that was lost, by exercise and name: one entry a seed.
Signature = dict[str, list[str]]


@dataclass(frozen=True)
class Mutant:
    """A kernel with a known mistake."""

    hint: str
    signature: Signature


@dataclass(frozen=True)
class Hints:
    """What hints.json holds: of which seeds, found out with what, and the
    mutants by name. Seeds are the same schedules only with the same QEMU and
    firmware."""

    qemu: str
    firmware_sha256: str
    seeds: list[str]
    mutants: dict[str, Mutant]

    @staticmethod
    def read(file: Path) -> "Hints | None":
        """The hints in a file; None if there is none."""
        if not file.is_file():
            return None
        table = json.loads(file.read_text())
        table["mutants"] = {
            name: Mutant(**mutant) for name, mutant in table["mutants"].items()
        }
        return Hints(**table)

    def write(self, file: Path) -> None:
        """Writes the file: a line for each score that a mutant loses, so that
        a change of it can be read."""
        lines = [f'"{key}": {json.dumps(value)},' for key, value in (
            ("qemu", self.qemu),
            ("firmware_sha256", self.firmware_sha256),
            ("seeds", self.seeds),
        )]  # fmt: skip
        mutants = []
        for name, mutant in sorted(self.mutants.items()):
            scores = ",\n   ".join(
                f"{json.dumps(score)}: {json.dumps(entries)}"
                for score, entries in mutant.signature.items()
            )
            mutants.append(
                f'{json.dumps(name)}: {{"hint": {json.dumps(mutant.hint)},'
                f' "signature": {{\n   {scores}}}}}'
            )
        listed = ",\n  ".join(mutants)
        lines.append(f'"mutants": {{\n  {listed}}}')
        file.write_text("{" + "\n ".join(lines) + "}\n")

    def find(self, results: dict[str, Any]) -> str | None:
        """The hint for the table of results.json."""
        if results["seeds"] != self.seeds:
            return None
        graded = {
            _name(score)
            for score in results["scores"]
            if score["verdict"] != Verdict.SKIPPED
        }
        return self.find_alike(signature(results), graded)

    def find_alike(
        self, own: Signature, graded: Set[str], but: str = ""
    ) -> str | None:
        """The hint for a kernel of this signature, if only the scores in
        `graded` were; None if no mutant, or more than one, has it. The mutant
        called `but` does not count."""
        alike = [
            mutant
            for name, mutant in self.mutants.items()
            if name != but
            and own
            == {s: e for s, e in mutant.signature.items() if s in graded}
        ]
        return alike[0].hint if own and len(alike) == 1 else None

    def lost_on(self, name: str, seeds: Collection[str]) -> Signature:
        """The signature of a mutant if it had been graded on these of the
        seeds alone."""
        lost: Signature = {}
        for score, entries in self.mutants[name].signature.items():
            some = [e for s, e in zip(self.seeds, entries) if s in seeds]
            if any(entry != Verdict.PASS for entry in some):
                lost[score] = some
        return lost

    def machine_differs(self, results: dict[str, Any]) -> str | None:
        """What to say if seeds mean other schedules here than they did to
        those who made the lab."""
        differing = [
            text
            for text, here, there in (
                (
                    f"QEMU is {results['qemu']}, not {self.qemu}",
                    results["qemu"],
                    self.qemu,
                ),
                (
                    "the firmware is another build",
                    results["firmware_sha256"],
                    self.firmware_sha256,
                ),
            )
            if here and here != there
        ]
        if not differing:
            return None
        return (
            f"{' and '.join(differing)}: seeds may mean other schedules here"
            " than where this lab was made and where it will be graded"
        )


def signature(results: dict[str, Any]) -> Signature:
    """The signature of the kernel that these results are of."""
    found: Signature = {}
    for score in results["scores"]:
        if score["verdict"] in (Verdict.PASS, Verdict.SKIPPED):
            continue
        entries: dict[str, str] = {}
        for outcome in score["seeds"]:
            entry = outcome["verdict"]
            if outcome["difference"]:
                entry += f": {outcome['difference']}"
            # Of several tests the first that did not pass.
            seed = outcome["seed"]
            if entries.get(seed, Verdict.PASS) == Verdict.PASS:
                entries[seed] = entry
        found[_name(score)] = [
            entries.get(seed, Verdict.INFRA) for seed in results["seeds"]
        ]
    return found


def score_name(exercise: str, score: str) -> str:
    """What a score is called in a signature."""
    return f"{exercise} {score}"


def _name(score: dict[str, Any]) -> str:
    return score_name(score["exercise"], score["score"])
