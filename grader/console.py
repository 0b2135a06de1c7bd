# SPDX-License-Identifier: MIT
"""What came out of the machine's console.

*Records* are the reports of given programs. One call of the early log carries
40 bytes, so a record comes in pieces, each exactly:

    0x1e  nonce   sequence  kind  payload           newline
          8 hex   4 hex     1     0 to 25 printable

The nonce is this run's own: a record of another run is no record. The
sequence counts the pieces of the whole run from 0, so that none is lost,
doubled or exchanged. Kind '+' means that the record goes on in the next
piece, '.' that this was its last. Its text is words separated by blanks.

Everything else is the kernel's talk. Two of its lines decide a verdict:

    PANIC hart 0: text                        then pc and backtrace lines
    FAULT program thread 3: cause, pc 0x..., address 0x..."""

import re
from dataclasses import dataclass

RECORDS_MAX = 200

PIECE = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([+.])([ -~]{0,25})\r?\Z")
PANIC = re.compile(r"^PANIC hart \d+: .*$", re.MULTILINE)
PANIC_PC = re.compile(r"^  pc 0x([0-9a-f]+)", re.MULTILINE)
BACKTRACE = re.compile(r"^  backtrace((?: 0x[0-9a-f]+)*)", re.MULTILINE)
FAULT = re.compile(
    r"^FAULT \S+ thread \d+: .*, pc 0x[0-9a-f]+, address 0x[0-9a-f]+",
    re.MULTILINE,
)

Record = tuple[str, ...]


@dataclass(frozen=True)
class Panic:
    """A kernel's last words."""

    text: str
    pc: int | None  # of the instruction that trapped; None if none did
    callers: tuple[int, ...]  # return addresses, the innermost first


@dataclass(frozen=True)
class Console:
    """The console of one run, taken apart."""

    records: tuple[Record, ...]
    rejected: str | None  # why the records cannot be trusted
    panic: Panic | None
    faults: tuple[str, ...]
    talk: str  # all that is not a record
    text: str  # all of it, as it came


def read_console(raw: bytes, nonce: str, complete: bool = True) -> Console:
    """Takes the console of the run with this nonce apart. `complete` says
    that the run ended by itself; else its last piece may be cut off."""
    text = raw.decode("latin-1").replace("\r\n", "\n")
    before, *chunks = text.split("\x1e")
    pieces: list[str] = []
    talk = [before]
    for chunk in chunks:
        piece, newline, after = chunk.partition("\n")
        # A piece that the end of the run cut off: it was never reported.
        if newline or complete:
            pieces.append(piece)
        talk.append(after)
    kernel_talk = "".join(talk)
    records, rejected = _join(pieces, nonce)
    return Console(
        records,
        rejected,
        _find_panic(kernel_talk),
        tuple(match[0] for match in FAULT.finditer(kernel_talk)),
        kernel_talk,
        text,
    )


def _join(
    pieces: list[str], nonce: str
) -> tuple[tuple[Record, ...], str | None]:
    """The records that the pieces make up, and why no more of them count."""
    records: list[Record] = []
    text = ""
    kind = "."
    for number, piece in enumerate(pieces):
        match = PIECE.match(piece)
        if not match:
            reason = f"piece {number} is malformed: {piece[:40]!r}"
            return tuple(records), reason
        its_nonce, sequence, kind, payload = match.groups()
        if its_nonce != nonce:
            reason = f"piece {number} has the nonce {its_nonce}, not {nonce}"
            return tuple(records), reason
        if int(sequence, 16) != number:
            reason = (
                f"piece {number} has the sequence number {int(sequence, 16)}:"
                " pieces were lost, doubled or exchanged"
            )
            return tuple(records), reason
        text += payload
        if kind == ".":
            records.append(tuple(text.split()))
            text = ""
        if len(records) > RECORDS_MAX:
            return tuple(records), f"there are more than {RECORDS_MAX}"
    return tuple(records), "the last one has no end" if kind == "+" else None


def _find_panic(talk: str) -> Panic | None:
    panic = PANIC.search(talk)
    if not panic:
        return None
    rest = talk[panic.end() :]
    where = PANIC_PC.search(rest)
    pc = int(where[1], 16) if where else None
    backtrace = BACKTRACE.search(rest)
    words = backtrace[1].split() if backtrace else []
    # A backtrace begins with the pc again, if there is one.
    callers = [int(word, 16) for word in words if int(word, 16) != pc]
    return Panic(panic[0], pc, tuple(callers))
