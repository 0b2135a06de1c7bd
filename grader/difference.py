# SPDX-License-Identifier: MIT
"""The first difference between what was expected and what came.

It is told three times: in a sentence, in lines that show the place, and as a
*class*. The class leaves out what is the inputs' own and keeps what is the
mistake's: two kernels with the same mistake fall into the same classes on the
same seeds, which is what hints are made of (hints.py). Classes are:

    ends after 3 of 9           records are missing
    goes on after 9             there are too many
    order +2                    the record came that was due 2 places later
    repeat -1                   the record came again that was 1 place before
    error ERR_DEAD instead of message # token #
    badge: low 32 bits          a word of it is wrong in this way

What can be wrong with a word:

    zero              it is 0
    unwritten         given programs fill registers with such a pattern
    low 32 bits       above these there is 0
    sign of 32 bits   above these there is the sign
    above 32 bits     these are right, what is above them is not
    that of badge +1  it is a word of the record that is due 1 place later
    ERR_DEAD          a name, itself
    other 1f2e        none of these: the word itself. If it comes from the
                      inputs, it is the same in another kernel"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.console import Record

BEFORE, AFTER = 3, 2  # records shown around a difference

NUMBER = re.compile(r"\b(?:0x)?(?:[0-9a-f]{4,}|\d[0-9a-f]*)\b")
NAME = re.compile(r"[A-Z][A-Z_]+")
# What programs/ipc_driver.c and its like put into registers before a call,
# and what memory is full of.
UNWRITTEN = re.compile(r"0*(?:bad0)+00[0-9a-f]{2}|(?:db){2,}")
# A shorter word may be found elsewhere by chance.
TELLING_DIGITS = 8


@dataclass(frozen=True)
class Difference:
    """Where two lists of records part."""

    message: str
    lines: list[str]
    kind: str


def compare(
    expected: Sequence[Record],
    got: Sequence[Record],
    fields: Sequence[str] = (),
) -> Difference:
    """The first difference of two lists that are not equal. `fields` names
    the words of a record."""
    at = next(
        (i for i, (a, b) in enumerate(zip(expected, got)) if a != b),
        min(len(expected), len(got)),
    )
    wanted = expected[at] if at < len(expected) else None
    actual = got[at] if at < len(got) else None
    lines = [f"    {' '.join(r)}" for r in expected[max(0, at - BEFORE) : at]]
    if at > BEFORE:
        lines.insert(0, f"    ... {at - BEFORE} more that are right")
    lines.append(f"  expected  {' '.join(wanted) if wanted else '(the end)'}")
    lines.append(f"  got       {' '.join(actual) if actual else '(the end)'}")
    if wanted and actual and len(wanted) == len(actual):
        lines.append("            " + _marks(wanted, actual))
    after = got[at + 1 : at + 1 + AFTER]
    lines += [f"    then      {' '.join(record)}" for record in after]
    return Difference(
        _explain(expected, got, at, fields),
        [line.rstrip() for line in lines],
        _classify(expected, got, at, fields),
    )


def without_numbers(text: str) -> str:
    """A text with `#` for each number in it."""
    return NUMBER.sub("#", text)


def _explain(
    expected: Sequence[Record],
    got: Sequence[Record],
    at: int,
    fields: Sequence[str],
) -> str:
    """The first difference in words: missing, extra, order, or content."""
    place = f"record {at + 1}"
    if at == len(got):
        return f"{place} of {len(expected)} is missing: the reports end before"
    if at == len(expected):
        return f"{place} is one too many: the reports should be at their end"
    wanted, actual = expected[at], got[at]
    if wanted in got[at + 1 :]:
        if actual in expected[at + 1 :]:
            return f"{place} is out of order: it should come later"
        return f"{place} should not be there"
    if actual in expected[at + 1 :]:
        return f"{place} is missing: the one after it came instead"
    wrong = [i for i, (a, b) in enumerate(zip(wanted, actual)) if a != b]
    if actual in expected[:at]:
        place += f" of the {len(expected)} that the test expects"
        earlier = f"record {_last(expected, at, actual) + 1}"
        # It may be like that one by chance: what was due comes first.
        told = f"did not come, and {earlier} came once more instead"
        if _alike(wanted, actual):
            words = _words(wrong, fields)
            told = f"differs in {words}, and so is like {earlier}"
        return f"{place} {told}: compare the lines expected and got"
    if _alike(wanted, actual):
        zero = all(_is_zero(actual[i]) for i in wrong)
        return (
            f"{place} differs in {_words(wrong, fields)}"
            + (f", {'which are' if len(wrong) > 1 else 'which is'} 0" * zero)
        )
    return f"{place} is another than expected"


def _classify(
    expected: Sequence[Record],
    got: Sequence[Record],
    at: int,
    fields: Sequence[str],
) -> str:
    """The class of the first difference."""
    if at == len(got):
        return f"ends after {at} of {len(expected)}"
    if at == len(expected):
        return f"goes on after {at}"
    wanted, actual = expected[at], got[at]
    if actual in expected[at:]:
        return f"order +{expected.index(actual, at) - at}"
    if actual in expected[:at]:
        return f"repeat {_last(expected, at, actual) - at}"
    if not _alike(wanted, actual):
        return f"{_shape(actual)} instead of {_shape(wanted)}"
    return ", ".join(
        f"{_field(wanted, i, fields)}: {_word(expected, at, i, b, fields)}"
        for i, (a, b) in enumerate(zip(wanted, actual))
        if a != b
    )


def _last(expected: Sequence[Record], at: int, record: Record) -> int:
    """Where a record was due the last time before place `at`."""
    return max(i for i in range(at) if expected[i] == record)


def _word(
    expected: Sequence[Record],
    at: int,
    index: int,
    got: str,
    fields: Sequence[str],
) -> str:
    """What is wrong with word `index` of record `at`, which came as `got`."""
    wanted = expected[at][index]
    if NAME.fullmatch(got) or NAME.fullmatch(wanted):
        return got
    if _is_zero(got):
        return "zero"
    if UNWRITTEN.fullmatch(got):
        return "unwritten"
    if len(got) >= TELLING_DIGITS and (
        place := _found(expected, at, got, fields)
    ):
        return f"that of {place}"
    return _bits(wanted, got) or f"other {got}"


def _found(
    expected: Sequence[Record], at: int, got: str, fields: Sequence[str]
) -> str | None:
    """Which word of which record, the nearest one, is equal to `got`."""
    for i in sorted(range(len(expected)), key=lambda i: abs(i - at)):
        if got in expected[i]:
            field = _field(expected[i], expected[i].index(got), fields)
            return f"{field} {i - at:+}"
    return None


def _bits(wanted: str, got: str) -> str | None:
    """How a number differs whose low half or more is right."""
    try:
        a, b = int(wanted, 16), int(got, 16)
    except ValueError:
        return None
    width = 4 * max(len(wanted), len(got))
    same = (a ^ b) & -(a ^ b)
    low = (same.bit_length() - 1) // 8 * 8  # so many low bits are right
    if low < 8:
        return None
    # More may be right by chance than were meant to be: a byte can be 0.
    for bits in (8, 16, 32):
        mask = (1 << bits) - 1
        if bits <= low and b == a & mask:
            return f"low {bits} bits"
        if bits <= low and b == (1 << width) - 1 & ~mask | a & mask:
            return f"sign of {bits} bits"
    return f"above {low} bits"


def _alike(wanted: Record, actual: Record) -> bool:
    """Whether two records are of one kind, and differ in words only."""
    return len(wanted) == len(actual) and wanted[:1] == actual[:1]


def _is_zero(word: str) -> bool:
    return not word.strip("0x")


def _shape(record: Record) -> str:
    return without_numbers(" ".join(record))


def _field(record: Record, index: int, fields: Sequence[str]) -> str:
    """The name of a word: the test's, or its record's kind and its place."""
    if index < len(fields) and fields[index]:
        return fields[index]
    return f"{record[0]} word {index + 1}"


def _words(wrong: Sequence[int], fields: Sequence[str]) -> str:
    """The words that differ, in a sentence."""
    if all(i < len(fields) and fields[i] for i in wrong):
        return " and ".join(fields[i] for i in wrong)
    numbers = ", ".join(str(i + 1) for i in wrong)
    return f"word{'s' if len(wrong) > 1 else ''} {numbers}"


def _marks(wanted: Record, actual: Record) -> str:
    """Carets below the words of `actual` that differ."""
    return " ".join(
        ("^" if a != b else " ") * len(b) for a, b in zip(wanted, actual)
    )
