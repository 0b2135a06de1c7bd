# SPDX-License-Identifier: MIT
"""From files to points: the command line on a project in the small."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.junit import junit_xml
from grader.tests.conftest import Project

NEXT_ONLY = """\
#include "answer.h"

uint64_t
answer_next(uint64_t value)
{
    return value + 1;
}

void
answer_call(long count)
{
    %s
}
"""


def test_the_reference_gets_all_points_on_all_seeds(project: Project) -> None:
    done = project.grade(project.root, *("--seed", 1, "--seed", 0x5A17))
    assert done.returncode == 0, done.stdout + done.stderr
    results = project.results
    assert (results["points"], results["max"]) == (10, 10)
    assert results["complete"] and results["qemu"]
    assert len(results["firmware_sha256"]) == 64
    values, calls = results["scores"]
    assert values["score"] == "values" and values["verdict"] == "PASS"
    assert [run["seed"] for run in values["seeds"]] == ["0x1", "0x5a17"]
    assert all(run["instructions"][0] > 0 for run in values["seeds"])
    assert "10 of 10 points" in done.stdout


def test_a_loss_is_explained(project: Project) -> None:
    done = project.grade(project.root / "labs/9-fake/mutants/same.c")
    assert done.returncode == 1
    assert project.verdicts == {"values": "FAIL", "calls": "PASS"}
    assert project.results["points"] == 4
    card = done.stdout
    for part in (
        "Record 1 differs in word 2",
        "expected  value 0000000000005a18",
        "got       value 0000000000005a17",
        "answer_next          kernel/answer.c:12",
        "make grade LAB=9-fake EX=9.1 SEED=0x5a17",
    ):
        assert part in card
    assert len(card.splitlines()) < 30


def test_the_report_is_kept(project: Project) -> None:
    """All that was printed, and all the same if nobody read it. What is no
    order at all leaves the last one's."""
    report = project.root / "out" / "report.txt"
    mutant = project.root / "labs/9-fake/mutants/same.c"
    words = ("--lab", "fake", "--seed", "0x5a17", "--out", report.parent)
    done = project.grade(mutant)
    said = done.stdout
    assert "--- 9.1 values: FAIL" in said and "4 of 10 points" in said
    assert report.read_text() == said
    assert project.grade(mutant, "--ex", "7.7").returncode == 2
    assert report.read_text() == said
    report.unlink()
    done = project.call_unheard("grade", mutant, *words)
    assert (done.returncode, done.stderr) == (1, "")
    assert report.read_text() == said and project.results["complete"]
    text = NEXT_ONLY % "return undeclared;"
    done = project.grade(project.submit("answer.c", text))
    assert "undeclared" in done.stdout and report.read_text() == done.stdout


def test_what_reports_do_not_show_is_seen_from_outside(
    project: Project,
) -> None:
    done = project.grade(project.root / "labs/9-fake/mutants/one_less.c")
    assert project.verdicts == {"values": "PASS", "calls": "FAIL"}
    assert "QEMU saw" in done.stdout


@pytest.mark.parametrize(
    "body, verdict",
    [
        ("for (;;)\n        (void)count;", "LIVELOCK"),
        ('for (;;)\n        __asm__("wfi" :: "r"(count));', "DEADLOCK"),
        ('(void)count;\n    __asm__("j ." ::: "memory");', "LIVELOCK"),
    ],
)
def test_a_crash_costs_its_own_exercise(
    project: Project, body: str, verdict: str
) -> None:
    done = project.grade(project.submit("answer.c", NEXT_ONLY % body))
    assert done.returncode == 1
    assert project.verdicts == {"values": "PASS", "calls": verdict}
    assert "taken from the starter: " in done.stdout
    assert project.results["notes"]


def test_one_exercise_alone(project: Project) -> None:
    done = project.grade(project.root, "--ex", "9.2")
    assert done.returncode == 0
    assert project.verdicts == {"values": "SKIPPED", "calls": "PASS"}
    assert "only exercise 9.2" in project.results["scores"][0]["message"]
    assert (project.results["points"], project.results["max"]) == (4, 4)


def test_a_whole_kernel_file(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "answer.c"
    file.write_text(NEXT_ONLY % "(void)count;")
    assert project.grade(file).returncode == 1
    assert project.verdicts == {"values": "PASS", "calls": "FAIL"}


def test_a_file_that_does_not_compile(project: Project) -> None:
    text = NEXT_ONLY % "return undeclared;"
    done = project.grade(project.submit("answer.c", text))
    assert done.returncode == 2
    assert set(project.verdicts.values()) == {"BUILD_ERROR"}
    assert project.results["points"] == 0
    assert any("undeclared" in line for line in project.results["build_log"])
    assert "kernel/answer.c:12" in done.stdout


def test_warnings_cost_nothing(project: Project) -> None:
    text = NEXT_ONLY % "int unused = 0;"
    assert project.grade(project.submit("answer.c", text)).returncode == 1
    assert project.verdicts["values"] == "PASS"


def test_an_empty_directory(project: Project, tmp_path: Path) -> None:
    done = project.grade(tmp_path)
    assert done.returncode == 2
    assert set(project.verdicts.values()) == {"BUILD_ERROR"}
    assert "there is no kernel file" in done.stdout


def test_links_are_refused(project: Project) -> None:
    tree = project.submit("answer.c", NEXT_ONLY % "")
    (tree / "kernel" / "secret.h").symlink_to("/etc/passwd")
    done = project.grade(tree)
    (tree / "kernel" / "secret.h").unlink()
    assert done.returncode == 2
    assert "secret.h is a link or a special file" in done.stdout


def test_a_fifo_is_refused(project: Project) -> None:
    tree = project.submit("answer.c", NEXT_ONLY % "")
    os.mkfifo(tree / "kernel" / "endless.c")
    done = project.grade(tree)
    (tree / "kernel" / "endless.c").unlink()
    assert done.returncode == 2
    assert "endless.c is a link or a special file" in done.stdout


def test_large_submissions_are_refused(project: Project) -> None:
    tree = project.submit("answer.c", "/*" + "x" * (64 << 10) + "*/")
    assert "at most 65,536" in project.grade(tree).stdout
    tree = project.submit("answer.c", NEXT_ONLY % "")
    for number in range(20):
        project.submit(f"more{number}.h", "/*" + "x" * (60 << 10) + "*/")
    done = project.grade(tree)
    shutil.rmtree(tree)
    assert done.returncode == 2
    assert "at most 1,048,576" in done.stdout


def test_a_machine_that_does_not_start_is_nobodys_loss(
    project: Project, tmp_path: Path
) -> None:
    """It is tried three times, and no score is zero."""
    fake = tmp_path / "qemu-system-riscv64"
    fake.write_text("#!/bin/sh\necho tried >>$0.log\nexit 1\n")
    fake.chmod(0o755)
    done = project.grade(project.root, path=str(tmp_path))
    assert done.returncode == 3
    assert set(project.verdicts.values()) == {"INFRA"}
    assert {s["points"] for s in project.results["scores"]} == {None}
    assert not project.results["complete"]
    log = tmp_path / "qemu-system-riscv64.log"
    assert len(log.read_text().splitlines()) == 3 * 2


def test_a_lab_test_that_breaks_is_nobodys_loss(project: Project) -> None:
    """The results of the scores before it stand."""
    file = project.root / "labs/9-fake/test_fake.py"
    text = file.read_text()
    file.write_text(text.replace('run.expect(["called"])', "run.nonsense()"))
    done = project.grade(project.root)
    skip = 'pytest.skip("no disk")\n    run = boot('
    file.write_text(text.replace("run = boot(", skip, 1))
    skipped = project.grade(project.root)
    file.write_text("this is no python\n")
    broken = project.grade(project.root)
    file.write_text(text)
    assert done.returncode == 3
    assert "The test itself broke at test_fake.py" in done.stdout
    assert skipped.returncode == 1 and "No disk" in skipped.stdout
    assert broken.returncode == 3


PARTS = """\
    run.part("first", run.records[0] == (f"value", f"{seed.value + 1:016x}"))
    run.part("count", len(run.records) == count, "too few or too many")
    run.part("last", seed.value == 0x5a17 or WRONG, "it is never right")
"""

TWO_TESTS = """

@pytest.mark.score("9.1", "values")
def test_more(boot: Boot, seed: Seed) -> None:
    boot(count=2).expect(["nothing like it"])
"""


@pytest.mark.parametrize(
    "is_partial, wrong, seeds, verdict, points",
    [
        (False, "True", (1,), "PASS", 6),
        (False, "False", (0x5A17, 1), "PARTIAL 2/3", 0),
        (True, "False", (0x5A17, 1), "PARTIAL 2/3", 4),
        (True, "False or run.expect(['x'])", (1,), "FAIL", 0),
    ],
)
def test_parts_of_a_score(
    project: Project,
    is_partial: bool,
    wrong: str,
    seeds: tuple[int, ...],
    verdict: str,
    points: int,
) -> None:
    parts = PARTS.replace("WRONG", wrong)
    done = graded_with(project, parts, "", is_partial, seeds)
    line = next(l for l in done.splitlines() if " values " in l)
    assert verdict in line
    assert project.results["scores"][0]["points"] == points
    if verdict.startswith("PARTIAL"):
        assert "Last: it is never right" in done
        right = project.results["scores"][0]["parts"]
        assert right == {"first": True, "count": True, "last": False}


def test_two_tests_of_one_score_are_its_parts(project: Project) -> None:
    done = graded_with(project, None, TWO_TESTS, True, (1,))
    assert "PARTIAL 1/2" in done
    assert project.results["scores"][0]["points"] == 3


def graded_with(
    project: Project,
    parts: str | None,
    more: str,
    is_partial: bool,
    seeds: tuple[int, ...],
) -> str:
    """What is said of the reference when the test of 9.1 reports these parts,
    and when there are more tests."""
    test, lab = (
        project.root / "labs/9-fake" / n for n in ("test_fake.py", "lab.toml")
    )
    texts = test.read_text(), lab.read_text()
    head, expectation = texts[0].split("    run.expect(\n", 1)
    try:
        test.write_text((head + parts if parts else texts[0]) + more)
        if is_partial:
            lab.write_text(
                texts[1].replace("points = 6", "points = 6\npartial = true")
            )
        numbers = [word for seed in seeds for word in ("--seed", seed)]
        return project.grade(project.root, *numbers).stdout
    finally:
        test.write_text(texts[0])
        lab.write_text(texts[1])


def test_junit(project: Project) -> None:
    """A testcase for each score and seed."""
    mutant = project.root / "labs/9-fake/mutants/same.c"
    project.grade(mutant, *("--seed", 1, "--seed", 2))
    suite = ElementTree.parse(project.root / "out/junit.xml").getroot()
    assert suite.attrib == {
        "name": "lab 9-fake",
        **{"tests": "4", "failures": "2", "errors": "0", "skipped": "0"},
    }
    first, second, *others = suite
    assert (first.get("classname"), first.get("name")) == (
        "9-fake.9.1",
        "values 0x1",
    )
    assert second.get("name") == "values 0x2"
    assert first[0].tag == "failure" and first[0].get("type") == "FAIL"
    assert "differs in word 2" in str(first[0].get("message"))
    assert all(len(case) == 0 for case in others)
    project.grade(project.root, "--ex", "9.2")
    suite = ElementTree.parse(project.root / "out/junit.xml").getroot()
    assert [child.tag for case in suite for child in case] == ["skipped"]
    project.grade(project.submit("answer.c", NEXT_ONLY % "return undeclared;"))
    suite = ElementTree.parse(project.root / "out/junit.xml").getroot()
    assert suite.get("failures") == "2"


def test_junit_holds_what_no_xml_may_hold() -> None:
    """A kernel's last words are any bytes."""
    outcome = {"seed": "0x1", "verdict": "PANIC", "message": "a\0\x1b\uffff<"}
    table = {
        "lab": {"number": 4, "name": "ipc"},
        "seeds": ["0x1", "0x2"],
        "scores": [
            {
                "exercise": "4.1",
                "score": "s",
                "verdict": "PANIC",
                "message": "",
                "seeds": [outcome],
            }
        ],
    }
    suite = ElementTree.fromstring(junit_xml(table).encode())
    assert suite[0][0].get("message") == "a???<"
    assert suite[1][0].tag == "error"  # this seed was not reached


def test_the_starter(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "tree"
    done = project.call("starter", "--lab", "9-fake", "--out", out)
    assert done.returncode == 0, done.stderr
    answer = (out / "kernel/answer.c").read_text()
    assert " * Lab: fake-next */\nuint64_t\nanswer_next(" in answer
    assert "ANSWER_STEP;" not in answer and "user_calls" not in answer
    lab = out / "labs/9-fake"
    assert sorted(p.name for p in lab.iterdir()) == [
        "lab.toml", "stubs.c", "test_fake.py",
    ]  # fmt: skip
    # It builds, boots, and gets nothing.
    assert project.grade(out).returncode == 1
    assert project.results["points"] == 0
    again = project.call("starter", "--lab", "9-fake", "--out", out)
    assert again.returncode == 2 and "is not empty" in again.stderr


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("grade", ".", "--lab", "zzz"), "the labs here: 8-echo, 9-fake"),
        (("grade", ".", "--lab", "9", "--ex", "7.7"), "it has 9.1, 9.2"),
        (("grade", "/nowhere", "--lab", "9"), "/nowhere does not exist"),
        (("grade", ".", "--lab", "9", "--seed", "x"), "a number like 0x5a17"),
        (("grade", "Makefile", "--lab", "9"), "neither a directory"),
        ((), "COMMAND"),
    ],
)
def test_bad_input_gets_an_answer(
    project: Project, arguments: tuple[str, ...], said: str
) -> None:
    done = project.call(*arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_lab_with_a_mistake_in_it_is_named(project: Project) -> None:
    file = project.root / "labs/9-fake/lab.toml"
    text = file.read_text()
    try:
        file.write_text(text.replace('title = "Calls"', ""))
        done = project.grade(project.root)
        assert done.returncode == 2 and "'title' is missing" in done.stderr
        file.write_text(text.replace('name = "calls"', 'name = "other"'))
        done = project.grade(project.root)
        assert done.returncode == 3 and "not in lab.toml" in done.stderr
    finally:
        file.write_text(text)


def test_any_python_will_start_it() -> None:
    """A python without pytest finds one that has it."""
    root = Path(__file__).parent.parent.parent
    hide_pytest = (
        "import sys, runpy, importlib.util;"
        "find = importlib.util.find_spec;"
        "importlib.util.find_spec = lambda n: n != 'pytest' and find(n);"
        "sys.argv = ['grader', '--help'];"
        "runpy.run_module('grader', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", hide_pytest],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "grade one submission" in done.stdout


def test_results_are_json_with_a_schema(project: Project) -> None:
    project.grade(project.root)
    table = json.loads((project.root / "out/results.json").read_text())
    assert table["schema"] == 1
    assert table["lab"] == {
        "number": 9,
        "name": "fake",
        "title": "A lab for the grader's own tests",
    }
