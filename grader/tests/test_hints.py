# SPDX-License-Identifier: MIT
"""Classes of differences, and hints: shown when they must be right."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.difference import compare, without_numbers
from grader.hints import Hints, Mutant, signature
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
    assert HINTS.find(results(x="zero"), but=["one"]) is None


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
