# SPDX-License-Identifier: MIT
"""docs/invariants.md has every invariant that a file's header numbers, in the
header's own words, and names nothing that does not exist."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.machine import ROOT

PAGE = ROOT / "docs" / "invariants.md"

# "E1  At most one ...", then lines that are indented deeper.
NUMBERED = re.compile(
    r"^ \* ([A-Z]\d+)  (\S.*(?:\n \*  {2,}\S.*)*)", re.MULTILINE
)


class Invariant(NamedTuple):
    """One numbered sentence and the file that keeps it."""

    file: str
    number: str
    text: str


class Row(NamedTuple):
    """A line of the page: an invariant, and what would notice a breach."""

    invariant: Invariant
    noticed: str


def of_headers() -> Iterator[Invariant]:
    """Those in the first long comment of each source."""
    for folder in ("kernel", "user"):
        for source in sorted((ROOT / folder).rglob("*.[chS]")):
            file = str(source.relative_to(ROOT))
            for number, text in NUMBERED.findall(source.read_text()):
                words = text.replace("*/", "").replace("\n *", " ").split()
                yield Invariant(file, number, " ".join(words))


def of_page() -> Iterator[Row]:
    """Those on the page: a heading per file, a table of three columns."""
    file = ""
    for line in PAGE.read_text().splitlines():
        if heading := re.fullmatch(r"## \[(.+)\]\(\.\./(.+)\)", line):
            assert heading[1] == heading[2]
            file = heading[1]
        elif row := re.fullmatch(r"\| ([A-Z]\d+) \| (.+) \| (.+) \|", line):
            yield Row(Invariant(file, row[1], row[2]), row[3])


def test_the_page_is_what_the_headers_say() -> None:
    """None is missing on either side, and none is worded otherwise."""
    headers = set(of_headers())
    page = {row.invariant for row in of_page()}
    assert headers
    assert not headers - page, "not in docs/invariants.md"
    assert not page - headers, "in no header"


def test_numbers_are_unique() -> None:
    """A number alone says which invariant is meant."""
    numbers = [invariant.number for invariant in of_headers()]
    assert sorted(numbers) == sorted(set(numbers))


def test_what_the_page_names_exists() -> None:
    """A file that notices a breach is there, and what is named beside it is
    in that file or in the invariant's own."""
    for (file, number, _), noticed in of_page():
        names = re.findall(r"`([^`]+)`", noticed)
        places = [name for name in names if "/" in name]
        texts = [(ROOT / place).read_text() for place in (file, *places)]
        for name in set(names) - set(places):
            is_there = any(re.search(rf"\b{name}\b", text) for text in texts)
            assert is_there, f"{number}: {name}"
