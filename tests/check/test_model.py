# SPDX-License-Identifier: MIT
"""Every order of events in a model of the rendezvous (docs/model.md).

Spin makes a program of tests/model/rendezvous.pml that tries everything. Here
it is run for several small groups of parties. So that nobody trusts a search
that cannot find anything, it is also run for each mistake in
tests/model/mutants, which must break the claim that it names, and once in a
form that shows which statements were never executed."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.machine import ROOT

MODEL = ROOT / "tests" / "model" / "rendezvous.pml"
MUTANTS = sorted((ROOT / "tests" / "model" / "mutants").glob("*.pml"))
LAB_MUTANTS = ROOT / "labs" / "4-ipc" / "mutants"
PAGE = ROOT / "docs" / "model.md"

DEPTH = 20_000
MEMORY_MB = 1500
SECONDS = 300

# Who takes part, each time small enough to try everything. The bits of MORTAL
# and REVOKED are processes: clients, then servers, then the supervisor.
PARTIES = {
    "talk": "CLIENTS=2 URGENCIES=2 NOWAITS=1",
    "again": "CLIENTS=1 MESSAGES=2 SERVER_THREADS=2 RETRIES=1 MORTAL=3",
    "queue": "CLIENTS=3 URGENCIES=3 REVOKED=7",
    "hangup": "CLIENTS=3 NOWAITS=1 REVOKED=9 MORTAL=16",
    "ends": "CLIENTS=2 NOWAITS=1 MORTAL=15",
    "threads": "SERVER_THREADS=2 URGENCIES=2 CLOSING=1 RETRIES=1 "
    "REVOKED=4 MORTAL=4",
    "servers": "SERVERS=2 KEEPER=1 RETRIES=1 REVOKED=16 MORTAL=28",
}

# Smaller ones, which between them execute all of the model.
PARTIES |= {
    "few-handles": "CLIENTS=2 URGENCIES=3 NOWAITS=1 REVOKED=3",
    "few-threads": "CLIENTS=1 SERVER_THREADS=2 RETRIES=1 CLOSING=1 MORTAL=2",
    "few-ends": "CLIENTS=2 KEEPER=1 MORTAL=12",
}

# What spin calls a circle, as mutants name it.
NO_END = "no end"


@dataclass(frozen=True)
class Search:
    """What a search has come to."""

    text: str
    broken: str  # the claim, NO_END, or "": none

    @property
    def is_whole(self) -> bool:
        """Whether it has seen everything: neither the depth nor the memory
        was too small, and no error ended it."""
        cuts = (
            "Search not completed",
            "max search depth too small",
            "MEMLIM",
            "out of memory",
        )
        return bool(
            re.search(r"^Full statespace search", self.text, re.M)
            and re.search(r"depth reached \d+, errors: 0$", self.text, re.M)
            and not any(cut in self.text for cut in cuts)
        )


def run(place: Path, *command: str) -> str:
    """All that a command says in that folder."""
    done = subprocess.run(
        command,
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode >= 0, done.stdout
    return done.stdout


def build(place: Path, model: str, parties: str, *flags: str) -> None:
    """Makes the program `pan` that searches."""
    (place / "model.pml").write_text(model)
    defines = [f"-D{each}" for each in PARTIES[parties].split()]
    said = run(place, "spin", "-a", *defines, "model.pml")
    assert "Error" not in said and (place / "pan.c").is_file(), said
    said = run(
        place,
        *("gcc", "-w", "-o", "pan", "-DCOLLAPSE", *flags),
        *(() if "MEMLIM" in str(flags) else (f"-DMEMLIM={MEMORY_MB}",)),
        "pan.c",
    )
    assert (place / "pan").is_file(), said


def search(place: Path, *options: str, depth: int = DEPTH) -> Search:
    """Runs it. -b: a path that is too long is an error."""
    said = run(place, "./pan", "-b", f"-m{depth}", *options)
    if "non-progress cycle (at depth" in said:
        return Search(said, NO_END)
    if "errors: 0" in said:
        return Search(said, "")
    story = run(place, "./pan", "-S")
    claims = re.findall(r"(\w+) is broken", story, re.M)
    return Search(f"{said}\n{story}", claims[-1] if claims else "unknown")


@pytest.mark.parametrize(
    "parties", [name for name in PARTIES if not name.startswith("few")]
)
def test_all_claims_hold(tmp_path: Path, parties: str) -> None:
    """Whatever happens in whatever order, no claim is broken."""
    build(tmp_path, MODEL.read_text(), parties, "-O1", "-DSAFETY")
    found = search(tmp_path)
    assert not found.broken, found.text
    assert found.is_whole, found.text


@pytest.mark.parametrize("parties", ["talk", "again", "few-ends"])
def test_everything_comes_to_an_end(tmp_path: Path, parties: str) -> None:
    """There is no circle: no step is done again and again for ever."""
    build(tmp_path, MODEL.read_text(), parties, "-O1", "-DNP")
    found = search(tmp_path, "-l")
    assert not found.broken, found.text
    assert found.is_whole, found.text


def test_too_little_depth_is_noticed(tmp_path: Path) -> None:
    """A search that did not look far enough is not taken for success."""
    build(tmp_path, MODEL.read_text(), "talk", "-O0", "-DSAFETY")
    assert search(tmp_path).is_whole
    assert not search(tmp_path, depth=50).is_whole


def test_too_little_memory_is_noticed(tmp_path: Path) -> None:
    """Nor is one that had to stop in the middle."""
    flags = ("-O0", "-DSAFETY", "-DMEMLIM=150")
    build(tmp_path, MODEL.read_text(), "queue", *flags)
    found = search(tmp_path)
    assert "reached -DMEMLIM" in found.text
    assert not found.is_whole


# --------------------------------------------------------------- statements


@dataclass(frozen=True)
class Statement:
    """One of the steps that spin has made of the model's text."""

    process: str
    state: int


def statements(text: str) -> dict[Statement, str]:
    """All of them, each with its line and its text, as `pan -d` lists them."""
    found: dict[Statement, str] = {}
    process = ""
    for line in text.splitlines():
        if match := re.match(r"(?:proctype (\w+)|(init))", line):
            process = match[1] or match[2]
        elif match := re.match(r"\tstate +(\d+) -.*pml:(\d+ => .*)", line):
            found[Statement(process, int(match[1]))] = match[2]
    return found


def unreached(text: str) -> set[Statement]:
    """Those that a search says it has never executed."""
    found: set[Statement] = set()
    process = ""
    for line in text.splitlines():
        if match := re.match(r"unreached in (?:proctype )?(\w+)", line):
            process = match[1]
        elif match := re.match(r"\t.*pml:\d+, state (\d+), ", line):
            found.add(Statement(process, int(match[1])))
    return found


# What is done only when a claim is broken, and the end of programs that have
# none.
IDLE = re.compile(r"=> (printf\('(\w+| is broken\\n)'\)|assert\(0\)|-end-)")


def test_all_of_the_model_is_executed(tmp_path: Path) -> None:
    """No statement is idle but those that report a broken claim. Spin does
    not look into a d_step; so each is made an atomic, which is the same, and
    slower."""
    model = re.sub(r"\bd_step\b", "atomic", MODEL.read_text())
    known: set[str] = set()
    reached: set[str] = set()
    for parties in (name for name in PARTIES if name.startswith("few")):
        place = tmp_path / parties
        place.mkdir()
        build(place, model, parties, "-O0", "-DSAFETY")
        found = search(place)
        assert found.is_whole, found.text
        texts = statements(run(place, "./pan", "-d"))
        idle = unreached(found.text)
        for each, text in texts.items():
            line = text.partition(" ")[0]
            if not IDLE.search(text):
                known.add(line)
            if each not in idle:
                assert "assert(0)" not in text
                reached.add(line)
    assert len(known) > 200
    assert known - reached == set()


# ------------------------------------------------------------------ mutants

BREAKS = re.compile(r"/\* breaks: ([\w ]+) in (\w+); ")
INLINE = re.compile(r"^inline (\w+)\(.*?^\}\n", re.M | re.S)


def mutated(mutant: Path) -> str:
    """The model with the functions of a mutant in place of its own."""
    model = MODEL.read_text()
    functions = list(INLINE.finditer(mutant.read_text()))
    assert functions, f"{mutant.name} changes nothing"
    for function in functions:
        old = [f[0] for f in INLINE.finditer(model) if f[1] == function[1]]
        assert len(old) == 1 and old[0] != function[0], function[1]
        model = model.replace(old[0], function[0])
    return model


@pytest.mark.parametrize("mutant", MUTANTS, ids=[m.stem for m in MUTANTS])
def test_each_mutant_is_found(tmp_path: Path, mutant: Path) -> None:
    """A mistake breaks the claim that its file names."""
    match = BREAKS.search(mutant.read_text())
    assert match, f"{mutant.name} does not say what it breaks"
    is_circle = match[1] == NO_END
    flags = ("-O0", "-DNP" if is_circle else "-DSAFETY")
    build(tmp_path, mutated(mutant), match[2], *flags)
    found = search(tmp_path, *(["-l"] if is_circle else []))
    assert found.broken == match[1], found.text


def test_each_claim_is_broken_by_some_mutant() -> None:
    """A claim that nothing breaks may be one that cannot be broken."""
    numbers = re.findall(r"\bclaim\(([A-Z]\d+),", MODEL.read_text())
    claims = {NO_END, *numbers}
    matches = [BREAKS.search(file.read_text()) for file in MUTANTS]
    assert {match[1] for match in matches if match} == claims


def test_no_mutant_of_the_lab_is_forgotten() -> None:
    """Each is seeded here, or docs/model.md says why it cannot be."""
    seeded = {file.stem for file in MUTANTS}
    rows = re.findall(r"^\| `([\w-]+)` \| .+ \|$", PAGE.read_text(), re.M)
    excused = set(rows)
    assert not seeded & excused
    assert {file.stem for file in LAB_MUTANTS.glob("*.c")} <= seeded | excused


def test_the_kernel_has_the_same_numbers() -> None:
    """The model judges all invariants of kernel/endpoint.c."""
    kernel = (ROOT / "kernel" / "endpoint.c").read_text()
    numbers = set(re.findall(r"^ \* (E\d+)  \S", kernel, re.M))
    assert numbers == set(re.findall(r"claim\((E\d+),", MODEL.read_text()))
