# SPDX-License-Identifier: MIT
"""Classes of differences, and hints: shown when they must be right."""

import json
import shutil
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.difference import compare, without_numbers
from grader.gate import (
    GateError,
    Kind,
    Subject,
    check_facts,
    check_record,
    examine,
)
from grader.grade import Order
from grader.hints import HINTS_FILE, Hints, Mutant, signature
from grader.lab import Lab, find_lab, read_lab
from grader.tests.conftest import Project

A = "0123456789abcdef"
B = "fedcba9876543210"


@pytest.mark.parametrize(
    "expected, got, kind",
    [
        ("a 1;b 2;c 3", "a 1", "ends after 1 of 3"),
        ("a 1", "a 1;a 1", "goes on after 1"),
        ("m 1;m 2;m 3", "m 3;m 1;m 2", "order +2"),
        ("m 1;m 2;m 3", "m 1;m 1;m 3", "repeat -1"),
        ("m 12", "error ERR_DEAD", "error ERR_DEAD instead of m #"),
        ("e ERR_FULL", "e ERR_DEAD", "e word 2: ERR_DEAD"),
        (f"m {A}", f"m {0:016x}", "m word 2: zero"),
        (f"m {A}", "m bad0bad0bad000a3", "m word 2: unwritten"),
        (f"m {A}", "m 00000000bad000a1", "m word 2: unwritten"),
        (f"m {A}", "m dbdbdbdbdbdbdbdb", "m word 2: unwritten"),
        (f"m {A}", "m 0000000089abcdef", "m word 2: low 32 bits"),
        (f"m {A}", "m 000000000000cdef", "m word 2: low 16 bits"),
        (f"m {A}", "m ffffffff89abcdef", "m word 2: sign of 32 bits"),
        ("m 89abcdef", "m 0000cdef", "m word 2: low 16 bits"),
        (f"m {A}", "m 0123456989abcdef", "m word 2: above 32 bits"),
        (f"m {A}", f"m {B}", f"m word 2: other {B}"),
        (f"m {A};m {B} 1", f"m {B};m 1", "m word 2: that of m word 2 +1"),
        (f"r 1 {A} 2;r 1 {B} 2", f"r 1 {B} 3", "r word 3: that of r word 3 +1"
            ", r word 4: other 3"),
    ],
)  # fmt: skip
def test_classes_of_differences(expected: str, got: str, kind: str) -> None:
    found = compare(
        [tuple(line.split()) for line in expected.split(";")],
        [tuple(line.split()) for line in got.split(";")],
    )
    assert found.kind == kind


def test_the_words_of_a_record_can_have_names() -> None:
    found = compare(
        [("m", A, "badge", B)],
        [("m", A, "badge", "0")],
        ("", "a1", "", "badge"),
    )
    assert found.kind == "badge: zero"
    assert found.message == "record 1 differs in badge, which is 0"


def test_inputs_leave_no_trace_in_a_class() -> None:
    text = "FAULT sender thread 3: bad load, pc 0x0000000011000010"
    assert without_numbers(text) == "FAULT sender thread #: bad load, pc #"


# ---------------------------------------------------------------- signatures

SEEDS = ["0x1", "0x2"]


def results(**lost: str) -> dict[str, Any]:
    """Results of the scores x, y and z; of the lost ones, what is different
    on the second seed."""
    scores = [
        {
            "exercise": "1.1",
            "score": name,
            "verdict": "FAIL" if name in lost else "PASS",
            "seeds": [
                {"seed": "0x1", "verdict": "PASS", "difference": ""},
                {
                    "seed": "0x2",
                    "verdict": "FAIL" if name in lost else "PASS",
                    "difference": lost.get(name, ""),
                },
            ],
        }
        for name in "xyz"
    ]
    machine = {"qemu": "7", "firmware_sha256": "f"}
    return {"seeds": SEEDS, "scores": scores, **machine}


def hints(**mutants: dict[str, Any]) -> Hints:
    return Hints(
        "7",
        "f",
        SEEDS,
        {n: Mutant(f"it is {n}.", signature(r)) for n, r in mutants.items()},
    )


HINTS = hints(
    one=results(x="zero"),
    two=results(x="zero", y="zero"),
    three=results(x="other", y="zero"),
    twin1=results(z="zero"),
    twin2=results(z="zero"),
)


@pytest.mark.parametrize(
    "table, hint",
    [
        (results(x="zero"), "it is one."),
        (results(x="zero", y="zero"), "it is two."),
        (results(x="other", y="zero"), "it is three."),
        (results(x="other"), None),  # the same scores, another class
        (results(y="zero"), None),
        (results(z="zero"), None),  # two mutants are like this
        (results(), None),  # it is right
        ({**results(x="zero"), "seeds": ["0x1"]}, None),
    ],
)
def test_a_hint_needs_the_whole_signature_of_one_mutant(
    table: dict[str, Any], hint: str | None
) -> None:
    assert HINTS.find(table) == hint


def test_scores_that_were_not_graded_do_not_count() -> None:
    table = results(y="zero", x="other")
    table["scores"][0]["verdict"] = "SKIPPED"
    assert HINTS.find(table) is None  # two or three
    table["scores"] = table["scores"][:1] + table["scores"][2:]
    assert HINTS.find(table) is None  # nothing is lost in z
    table = results(x="other", y="nonsense")
    table["scores"][1]["verdict"] = "SKIPPED"
    assert HINTS.find(table) == "it is three."


def test_a_mutant_left_out_of_the_table_gets_no_hint() -> None:
    one = HINTS.mutants["one"].signature
    assert HINTS.find_alike(one, {"1.1 x", "1.1 y", "1.1 z"}) == "it is one."
    assert HINTS.find_alike(one, {"1.1 x", "1.1 y", "1.1 z"}, "one") is None


def test_on_some_of_the_seeds_less_is_lost() -> None:
    lost = {"1.1 x": ["FAIL: zero"]}
    assert HINTS.lost_on("one", ["0x2"]) == lost
    assert HINTS.lost_on("one", ["0x1"]) == {}
    assert HINTS.lost_on("one", SEEDS) == HINTS.mutants["one"].signature


# -------------------------------------------------------------- the record

LAB = """\
number = 1
name = "x"
title = "x"
budget = 1
programs = ["x"]
"""
EXERCISE = """
[[exercise]]
id = "1.{number}"
title = "x"
functions = []
"""
SCORE = """
[[exercise.score]]
name = "{name}"
points = 1
t0 = "x"
"""


@pytest.fixture(name="lab")
def _lab(tmp_path: Path) -> Lab:
    """A lab of the scores 1.1 x, y, z and 1.2 u, with the mutants a and b of
    1.1."""
    folder = tmp_path / "labs" / "1-x"
    (folder / "mutants").mkdir(parents=True)
    text = LAB + EXERCISE.format(number=1)
    text += "".join(SCORE.format(name=name) for name in "xyz")
    text += EXERCISE.format(number=2) + SCORE.format(name="u")
    (folder / "lab.toml").write_text(text)
    for name in "ab":
        header = f"/* kills: 1.1; hint: it is {name}. */\n"
        (folder / "mutants" / f"{name}.c").write_text(header)
    return read_lab(folder / "lab.toml")


def record(**signatures: dict[str, list[str]]) -> Hints:
    """A hints.json of mutants that lose this."""
    mutants = {
        f"{name}.c": Mutant(f"it is {name}.", lost)
        for name, lost in signatures.items()
    }
    return Hints("7", "f", SEEDS, mutants)


def refusal(problem: str | None) -> AbstractContextManager[Any]:
    """Where the lab must be refused for this problem, or for none."""
    if problem is None:
        return nullcontext()
    return pytest.raises(GateError, match=problem)


ZERO = ["FAIL: zero", "PASS"]
OTHER = ["PASS", "FAIL: other"]


@pytest.mark.parametrize(
    "hints, problem",
    [
        (record(a={"1.1 x": ZERO}, b={"1.1 y": ZERO}), None),
        (record(a={"1.1 x": ZERO}, b={"1.1 x": OTHER}), None),
        (None, r"out of date \(a.c, b.c\)"),
        (record(a={"1.1 x": ZERO}), r"out of date \(b.c\)"),
        (
            record(a={"1.1 x": ZERO}, b={"1.1 y": ZERO}, c={"1.1 z": ZERO}),
            r"out of date \(c.c\)",
        ),
        (record(a={"1.1 x": ZERO}, b={"1.2 u": ZERO}), "b.c survives"),
        (record(a={"1.1 x": ZERO}, b={"1.1 x": ZERO}), "a.c and b.c"),
        (
            record(a={"1.1 x": ZERO}, b={"1.1 x": ZERO, "1.2 u": ZERO}),
            "a.c left out of the table gets the hint of another: it is b",
        ),
    ],
)
def test_the_record_is_examined_as_a_whole(
    lab: Lab, hints: Hints | None, problem: str | None
) -> None:
    with refusal(problem):
        check_record(lab, hints)


def test_a_hint_that_the_mutant_no_longer_has_is_out_of_date(lab: Lab) -> None:
    hints = record(a={"1.1 x": ZERO}, b={"1.1 y": ZERO})
    (lab.path / "mutants/b.c").write_text("/* kills: 1.1; hint: new. */\n")
    with pytest.raises(GateError, match=r"out of date \(b.c\)"):
        check_record(lab, hints)


@pytest.mark.parametrize(
    "lost, t0, record, is_enough",
    [
        (True, True, None, True),
        (True, False, None, False),
        (False, False, None, False),
        (False, False, record(a={"1.1 x": ZERO}), True),
        (False, False, record(a={"1.1 y": ZERO}), False),
        (True, False, record(a={"1.1 x": ZERO}), False),
    ],
)
def test_what_is_seen_from_outside_must_be_all_that_is_lost(
    lab: Lab, lost: bool, t0: bool, record: Hints | None, is_enough: bool
) -> None:
    file = lab.path / "lab.toml"
    only = 'name = "x"\nonly = "mutants/a.c"\npoints'
    file.write_text(file.read_text().replace('name = "x"\npoints', only))
    table = results(**({"x": "zero"} if lost else {}))
    for outcome in table["scores"][0]["seeds"]:
        outcome["t0"] = t0
    mutant = Subject(Kind.MUTANT, lab.path / "mutants/a.c")
    with refusal(None if is_enough else "a.c is not lost to"):
        check_facts(read_lab(file), {mutant: table}, record)


def test_another_machine_is_named() -> None:
    assert HINTS.machine_differs(results()) is None
    assert HINTS.machine_differs({**results(), "qemu": None}) is None
    warning = HINTS.machine_differs({**results(), "qemu": "9.1.0"})
    assert warning and warning.startswith("QEMU is 9.1.0, not 7:")
    warning = HINTS.machine_differs({**results(), "firmware_sha256": "e"})
    assert warning and "the firmware is another build" in warning


def test_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hints.json"
    assert Hints.read(file) is None
    HINTS.write(file)
    assert Hints.read(file) == HINTS


# ---------------------------------------------------------- from end to end

SURVIVOR = """\
/* kills: 9.1; hint: none. */
uint64_t
answer_next(uint64_t value)
{
    return 1 + value;
}
"""


def test_the_lab_passes_its_examination_and_gives_hints(
    project: Project,
) -> None:
    done = project.gate("--write-hints")
    assert done.returncode == 0, done.stdout + done.stderr
    for subject in ("starter", "mutants/same.c", "cheats/printed.c"):
        assert subject in done.stdout
    mutant = project.root / "labs/9-fake/mutants/same.c"
    said = " ".join(project.grade(mutant).stdout.split())
    assert "fails exactly like a kernel in which it returns the" in said
    assert project.results["hint"] == "it returns the number itself."
    # With the record, one seed is enough to see that a mutant has changed.
    lab = find_lab(project.root, "fake")
    order = Order(project.root, lab, project.root / "out", [0x5A17])
    hints = Hints.read(lab.path / HINTS_FILE)
    assert hints
    examine(order, Subject(Kind.MUTANT, mutant), hints)
    less = lab.path / "mutants/one_less.c"
    with pytest.raises(GateError, match=r"out of date \(same.c\)"):
        lost = hints.mutants[less.name]
        examine(
            order,
            Subject(Kind.MUTANT, mutant),
            replace(hints, mutants={mutant.name: lost}),
        )
    # Another mistake that loses the same score gets none.
    other = mutant.read_text().replace("return value", "return value + 2")
    (project.root / "other.c").write_text(other)
    assert "exactly like" not in project.grade(project.root / "other.c").stdout


def test_a_fact_that_others_do_without_fails_the_examination(
    project: Project,
) -> None:
    file = project.root / "labs/9-fake/lab.toml"
    text = file.read_text()
    # This one loses other points.
    wrong = text.replace("mutants/one_less.c", "mutants/same.c")
    assert wrong != text
    file.write_text(wrong)
    done = project.gate("--write-hints")
    file.write_text(text)
    assert done.returncode == 1
    assert "9.2 calls: mutants/same.c is not lost to" in done.stdout


def test_stale_hints_and_a_mutant_that_survives_fail_the_examination(
    project: Project,
) -> None:
    lab = project.root / "labs/9-fake"
    for part in ("mutants", "alternatives", "cheats"):
        shutil.rmtree(lab / part)
    stale = {"hint": "it is gone.", "signature": {}}
    table = {
        "qemu": "1.2.3",
        "firmware_sha256": "",
        "seeds": ["0x5a17"],
        "mutants": {"gone.c": stale},
    }
    (lab / "hints.json").write_text(json.dumps(table))
    (lab / "mutants").mkdir()
    (lab / "mutants/survivor.c").write_text(SURVIVOR)
    done = project.gate()
    assert done.returncode == 1
    assert "mutants/survivor.c survives" in done.stdout
    assert "out of date (gone.c)" in done.stdout
    # Said of every grading on another machine than the lab was made on.
    assert "QEMU is " in done.stdout and ", not 1.2.3" in done.stdout
