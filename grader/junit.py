# SPDX-License-Identifier: MIT
"""junit.xml: the results in the form that other tools know.

One testcase for each score and seed, made from the table of results.json. A
loss is a `failure`, what nobody could judge an `error`, and what was not run
is `skipped`. There are no times: they are the host's, and no part of a
judgement."""

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from grader.verdict import Verdict

# What an XML file may not hold, not even escaped: a kernel may print it.
FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd]")

ELEMENTS = {Verdict.INFRA: "error", Verdict.SKIPPED: "skipped"}


def junit_xml(results: dict[str, Any]) -> str:
    """The text of junit.xml for the table that results.json holds."""
    lab = f"{results['lab']['number']}-{results['lab']['name']}"
    suite = Element("testsuite", name=f"lab {lab}")
    for score in results["scores"]:
        for seed in results["seeds"]:
            case = SubElement(
                suite,
                "testcase",
                classname=f"{lab}.{score['exercise']}",
                name=f"{score['score']} {seed}",
            )
            _judgement(case, _worst(score, seed))
    for attribute, tags in (
        ("tests", {"testcase"}),
        ("failures", {"failure"}),
        ("errors", {"error"}),
        ("skipped", {"skipped"}),
    ):
        count = sum(element.tag in tags for element in suite.iter())
        suite.set(attribute, str(count))
    text = tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _worst(score: dict[str, Any], seed: str) -> tuple[Verdict, str]:
    """Verdict and message of a score on one seed: of the first test that was
    lost, else of the first that did not pass. Where nothing was run, the
    score's own."""
    outcomes = [
        (Verdict(each["verdict"]), str(each["message"]))
        for each in score["seeds"]
        if each["seed"] == seed
    ]
    if not outcomes and score["seeds"]:
        return Verdict.INFRA, "the grader ended before it came to this seed"
    if not outcomes:
        return Verdict(score["verdict"]), str(score["message"])
    worse = [each for each in outcomes if each[0] is not Verdict.PASS]
    losses = [each for each in worse if each[0] not in ELEMENTS]
    return next(iter(losses or worse), (Verdict.PASS, ""))


def _judgement(case: Element, judged: tuple[Verdict, str]) -> None:
    verdict, message = judged
    if verdict is Verdict.PASS:
        return
    text = FORBIDDEN.sub("?", message)
    tag = ELEMENTS.get(verdict, "failure")
    SubElement(case, tag, type=str(verdict), message=text)
