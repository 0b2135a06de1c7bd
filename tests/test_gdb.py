# SPDX-License-Identifier: MIT
"""gdb on a machine whose threads wait for each other as stage.c says.

One gdb goes through SCRIPT from power-on to the end, started as `make gdb`
starts it; the tests look at what it said at each step, cell by cell. Another
looks at a kernel whose memory it has ruined before, a third at four harts. And
each example of docs/debugging.md is tried: its commands work, its tables are
true."""

import os
import re
import shlex
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.archive import read_archive, write_archive
from tests.machine import ROOT, Build
from tools.gdb import paging, words
from tools.gdb.chain import Holders, chain
from tools.gdb.table import table
from tools.gdb.waits import Endpoint, Picture, Thread, waits_for

BUILD = Build(Build.here().directory / "gdb")  # what make gdb boots
MACHINE = ("-machine", "virt", "-m", "128M", "-nodefaults", "-nographic")
# Time goes by instructions, and no slice ends: nothing depends on the host.
STEADY = ("-icount", "shift=0", "-append", "slice_us=1000000 trace=0")
TRACED = ("-icount", "shift=0", "-append", "slice_us=1000000 trace=1")
GUARD_SECONDS = 120  # only against a machine that hangs

# stage.c starts these with actor.c; they come to their main in this order.
ACTORS = (
    *("server", "caller", "early", "urgent", "late", "left", "right", "lost"),
    *("pager", "paged", "faulter", "gone"),
)

COMMANDS = ("threads", "endpoints", "handles", "pagetable", "events", "why")

Script = Mapping[str, Sequence[str]]

# What is looked at when stage.c has come to its end.
LOOKS = (
    "chaski endpoints",
    *(f"chaski handles {name}" for name in ("init", "paged", "empty", "gone")),
    "chaski handles --tree init",
    "chaski pagetable",
    *(f"chaski pagetable {name}" for name in ("caller", "gone", "kernel")),
    "chaski pagetable 0x3030011234",
    "chaski pagetable caller 0x5000",
    *(f"chaski why {thread}" for thread in range(1, 17)),
    "chaski events",
    *("chaski why", "chaski why 99", "chaski handles nobody"),
    *("chaski events x", "chaski pagetable nobody"),
    *(f"help chaski {name}" for name in COMMANDS),
    "help chaski",
)

# What gdb is told at each step.
SCRIPT = {
    "power-on": ("chaski threads", "chaski pagetable kernel"),
    "before paging": (
        "tbreak entry.S:_start",
        "continue",
        "info registers pc satp",
        "chaski threads",
    ),
    "in C": (
        *("tbreak kernel_main", "continue", "chaski threads"),
        "chaski pagetable kernel",
    ),
    "one program": ("break actor.c:main",),
    **{
        f"main of {name}": ("continue", "backtrace", "chaski threads")
        for name in ACTORS
    },
    "in a program": ("tbreak test_end", "continue", "chaski threads"),
    # A command that refuses its argument ends a script: so within Python.
    **{look: (f"python run({look!r})",) for look in LOOKS},
    "on the way in": ("tbreak trap_entry", "continue", "chaski threads"),
    "in the kernel": (
        *("tbreak trap", "continue", "backtrace"),
        *("frame 1", "chaski threads"),
    ),
}

HANDOUT = ROOT / "labs" / "4-ipc" / "README.md"
# Runs a command and prints what it says or refuses; a Python error is neither.
RUN = """python
def run(command):
    try:
        print(gdb.execute(command, to_string=True), end="")
    except gdb.error as error:
        print(f"refused: {error}")
end"""

PAGE = ROOT / "docs" / "debugging.md"
EXAMPLES = re.findall(
    r"^```gdb\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL
)

ADDRESS = re.compile(r"0xffffffc0[0-9a-f]{8}\b")
PYTHON_ERROR = "Error occurred in Python"

Row = dict[str, str]


def rows(text: str, *head: str) -> list[Row]:
    """The rows of the table with these first heads in what gdb said, a
    dictionary each. Columns are apart by two blanks in every line. Offsets
    behind functions are dropped, they are the compiler's affair."""
    lines = text.splitlines()
    while lines and lines[0].split()[: len(head)] != list(head):
        del lines[0]
    assert lines, f"no table {head} in:\n{text}"
    count = next((i for i, x in enumerate(lines) if not x), len(lines))
    lines = lines[:count]
    width = max(map(len, lines))
    used = "".join(
        "x" if any(line[i : i + 1].strip() for line in lines) else " "
        for i in range(width)
    )
    spans = [match.span() for match in re.finditer(r"x+(?: x+)*", used)]
    names, *cells = [
        [line[a:b].strip() for a, b in spans] for line in lines
    ]
    found = [dict(zip(names, row)) for row in cells]
    for row in found:
        if "pc" in row:
            row["pc"] = row["pc"].split("+")[0]
    return found


@dataclass(frozen=True)
class Session:
    """What gdb said in each step, and where its socket was."""

    said: dict[str, str]
    socket: Path
    console: str

    def threads(self, step: str) -> list[Row]:
        """The rows that `chaski threads` printed."""
        return rows(self.said[step], "hart", "id")

    def running(self, step: str) -> str:
        """The process whose thread runs."""
        (row,) = (row for row in self.threads(step) if row["hart"])
        assert row["state"] == "running"
        return row["process"]

    def told(self, kind: str) -> dict[str, str]:
        """What stage.c printed: handles by what it calls them."""
        found = re.findall(rf"^{kind} (\S+) (\S+)$", self.console, re.MULTILINE)
        assert found
        return dict(found)

    @property
    def endpoints(self) -> dict[str, str]:
        """The addresses of stage.c's endpoints, by what it calls them, as
        the handles that it still has show them, and its actors' otherwise."""
        by_handle = {
            row["handle"]: row["object"]
            for row in rows(self.said["chaski handles init"], "handle")
        }
        found = {
            name: by_handle[handle].removeprefix("endpoint ")
            for name, handle in self.told("endpoint").items()
            if by_handle.get(handle, "").startswith("endpoint ")
        }
        threads = self.threads("in a program")
        for id, name in ((10, "left"), (11, "nobody")):
            found[name] = ADDRESS.findall(threads[id - 1]["waits for"])[0]
        return found


@contextmanager
def debug(
    image: Path,
    programs: Path,
    script: Script,
    options: Sequence[str] = (),
) -> Iterator[Session]:
    """gdb has gone through `script` on a machine with this boot image."""
    assert image.is_file(), "make test builds the image first"
    with tempfile.TemporaryDirectory() as directory:
        commands = Path(directory) / "commands"
        lines = (
            line
            for step, lines in script.items()
            for line in (f"echo @ {step}\\n", *lines, "echo \\n")
        )
        commands.write_text("\n".join((RUN, *lines)))
        done = subprocess.run(
            [
                *(str(ROOT / "tools" / "debug"), *MACHINE, *options),
                *("-kernel", str(BUILD.kernel), "-initrd", str(image)),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "BUILD": str(BUILD.directory),
                "PROGRAMS": str(programs),
                "RUN": directory,
                "GDB_ARGUMENTS": f"-nh -batch -x {commands}",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=GUARD_SECONDS,
            check=False,
        )
        _, *steps = re.split(r"^@ (.*)\n", done.stdout, flags=re.MULTILINE)
        said = dict(zip(steps[::2], steps[1::2]))
        assert done.returncode == 0 and said.keys() == script.keys(), (
            f"gdb did not come to the end:\n{done.stdout}"
        )
        assert PYTHON_ERROR not in done.stdout, done.stdout
        console = (Path(directory) / "console.log").read_bytes().decode()
        yield Session(
            said, Path(directory) / "gdb.sock", console.replace("\r\n", "\n")
        )


def test_what_the_handout_says(tmp_path: Path) -> None:
    """The commands under "How to debug" of lab 4, and what they show."""
    page = HANDOUT.read_text().split("## How to debug")[1].split("## Think")[0]
    (make,) = re.findall(r"^    (make gdb .*)$", page, re.MULTILINE)
    typed = re.findall(
        r"^    ((?:break|continue|print|next|chaski)\b.*?)(?:  .*)?$",
        page,
        re.MULTILINE,
    )
    assert len(typed) == 7
    commands = tmp_path / "commands"
    commands.write_text("\n".join(typed))
    said = subprocess.run(
        [*shlex.split(make), f"BUILD={BUILD.directory.parent}"],
        cwd=ROOT,
        env={**os.environ, "GDB_ARGUMENTS": f"-nh -batch -x {commands}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=GUARD_SECONDS,
        check=True,
    ).stdout
    assert re.search(r"^Breakpoint 1, endpoint_send ", said, re.MULTILINE)
    assert re.search(r'^\$1 = "sender\\0', said, re.MULTILINE)
    # No flag; in the low half the label.
    assert re.search(r"^\$2 = \{0x[0-9a-f]{1,8}, 0x", said, re.MULTILINE)
    assert re.search(r"receivers = 0x0,.*recv_handles = 2", said, re.DOTALL)
    assert [row["process"] for row in rows(said, "hart", "id")] == ["init", "sender"]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """gdb has gone through SCRIPT."""
    image = BUILD.test_image("gdb")
    with debug(image, image.parent, SCRIPT, STEADY) as done:
        yield done


def test_no_threads_before_paging(session: Session) -> None:
    message = "The kernel has no threads yet: paging is off"
    assert message in session.said["power-on"]
    assert message in session.said["before paging"]
    assert "Paging is off: the machine" in session.said["power-on"]


def test_no_threads_before_the_first_one(session: Session) -> None:
    message = "The kernel has no threads yet: it has not made the first one"
    assert message in session.said["in C"]


def test_page_table_before_the_first_thread(session: Session) -> None:
    """The first table of all: whole GiB with all rights."""
    [row] = rows(session.said["in C"], "address", "pages")
    assert int(row["address"], 16) == 0xFFFFFFC080000000
    assert row["rights"].startswith("RWX")


def test_breakpoint_before_paging(session: Session) -> None:
    said = session.said["before paging"]
    assert "_start () at kernel/entry.S:" in said
    assert re.search(r"^pc +0x80200000\b", said, re.MULTILINE)
    assert re.search(r"^satp +0x0\b", said, re.MULTILINE)


@pytest.mark.parametrize("name", ACTORS)
def test_breakpoint_in_one_program(session: Session, name: str) -> None:
    """Each actor stops at its main. The others do not, though they have a
    main as well and come by it: stage before, the spinner between the last
    actor and the next stop."""
    said = session.said[f"main of {name}"]
    assert re.search(r"^#0 +main \(argc=2, .*actor\.c:", said, re.MULTILINE)
    assert session.running(f"main of {name}") == name


def test_stop_after_the_actors(session: Session) -> None:
    assert re.search(r", test_end \(\) at ", session.said["in a program"])


# chaski threads

FAULT = "store to a page that is not writable, address 0x10"


def expected_threads(ends: Mapping[str, str], pc: str) -> list[str]:
    """The cells of each row of the table in stage.c; the endpoints' addresses
    are given, and where the thread that runs is. D is the deadline."""
    return [
        f"0|1|init|running|32||0x30||{pc}|",
        "|2|init|blocked|33||||sys_endpoint_recv|"
        f"recv on endpoint {ends['quiet']}",
        "|3|init|blocked|34||||sys_endpoint_recv|signal (interrupt 12)",
        f"|4|server|blocked|40||||sys_endpoint_recv|"
        f"recv on endpoint {ends['service']}",
        "|5|caller|blocked|41||||sys_endpoint_call|reply from server",
        f"|6|early|blocked|42||||sys_endpoint_send|"
        f"send to endpoint {ends['busy']}, queued behind 7",
        f"|7|urgent|blocked|50||||sys_endpoint_send|"
        f"send to endpoint {ends['busy']}, first in the queue",
        f"|8|late|blocked|42||||sys_endpoint_call|"
        f"call to endpoint {ends['busy']}, queued behind 7, 6",
        "|9|left|blocked|45||||sys_endpoint_call|reply from right",
        f"|10|right|blocked|45|35|||sys_endpoint_call|"
        f"call to endpoint {ends['left']}, first in the queue",
        f"|11|lost|blocked|36||||sys_endpoint_send|"
        f"send to endpoint {ends['nobody']}, first in the queue",
        "|12|pager|blocked|44|||in D s|sys_endpoint_recv|"
        "signal (deadline in D s)",
        f"|13|paged|blocked|22||||main|answer from pager to {FAULT}",
        f"|14|faulter|blocked|21||||main|fault ({FAULT}) to endpoint "
        f"{ends['faults']}, first in the queue",
        f"|15|gone|blocked|20||||sys_thread_exit|"
        f"notice to endpoint {ends['faults']}, queued behind 14",
        "|16|spinner|ready|10||||sys_endpoint_reply|",
    ]


def with_deadline(text: str) -> str:
    """The same with D for when the deadline is: a bit less than 2**40 ticks
    of 100 nanoseconds from power-on."""
    for seconds in re.findall(r"in (\d+\.\d{7}) s", text):
        assert 0 < 2**40 / 10**7 - float(seconds) < 1
    return re.sub(r"in \d+\.\d{7} s", "in D s", text)


@pytest.mark.parametrize(
    ("step", "pc"),
    [
        ("in a program", "test_end"),
        ("on the way in", "sys_machine_power_off"),
        ("in the kernel", "sys_machine_power_off"),
    ],
)
def test_threads(session: Session, step: str, pc: str) -> None:
    """The table says what stage.c says, wherever the machine stopped."""
    ends = session.endpoints
    assert len(set(ends.values())) == len(ends) == 10
    cells = [
        with_deadline("|".join(row.values())) for row in session.threads(step)
    ]
    assert cells == expected_threads(ends, pc)


# chaski endpoints


def test_endpoints(session: Session) -> None:
    ends = session.endpoints
    found = rows(session.said["chaski endpoints"], "endpoint", "payer")
    # `right` is the one that no thread waits at and no handle of init names.
    known = {*ends.values()}
    (right,) = {row["endpoint"] for row in found} - known - {""}
    expected = [
        f"{ends['quiet']}|init|1|2|receivers|2|init|33|recv",
        f"{ends['service']}|init|2|4|receivers|4|server|40|recv",
        f"{ends['busy']}|init|1||senders|7|urgent|50|send",
        "|||||6|early|42|send",
        "|||||8|late|42|call",
        f"{ends['spin']}|init|2|16|||||",
        f"{ends['left']}|init|1||senders|10|right|45|call",
        f"{right}|init|1|10|||||",
        f"{ends['nobody']}|init|1||senders|11|lost|36|send",
        f"{ends['pages']}|init|3|12|||||",
        f"{ends['faults']}|init|1||senders|14|faulter|21|fault",
        "|||||15|gone|20|notice",
        f"{ends['gate']}|init|3||||||",
        f"{ends['tree']}|init|5||||||",
    ]
    assert ["|".join(row.values()) for row in found] == expected


# chaski handles

ALL = "DERIVE MOVE SEND RECV"


def test_handles_of_init(session: Session) -> None:
    """The handles that stage.c tells of, and some that boot.h fixes."""
    said = session.said["chaski handles init"]
    found = {row["handle"]: row for row in rows(said, "handle")}
    title = re.match(r"process init, number (\d+): (\d+) of 256 slots", said)
    assert title and int(title[2]) == len(found)
    for handle, row in found.items():
        index, generation = int(handle, 16) & 0xFFFF, int(handle, 16) >> 16
        assert row["index"] == str(index)
        assert row["generation"] == str(generation)

    ends = {k: f"endpoint {v}" for k, v in session.endpoints.items()}
    told = session.told("endpoint") | session.told("handle")
    (memory,) = session.told("memory").items()
    thread, whole = "DERIVE MOVE SIGNAL CONTROL", "DERIVE SEND RECV"
    expected = {
        told["quiet"]: f"endpoint|{ALL}||1|{ends['quiet']}",
        told["busy"]: f"endpoint|{ALL}||1|{ends['busy']}",
        told["driver"]: "thread|SIGNAL|0x4|2|thread 3 (init)",
        told["self"]: "thread|SIGNAL|0x30|2|thread 1 (init)",
        told["pages.badge"]: f"endpoint|{ALL}|0x77|2|{ends['pages']}",
        told["tree"]: f"endpoint|{ALL}||1|{ends['tree']}",
        told["bare"]: f"endpoint|{whole}||2|{ends['tree']}",
        told["branch"]: f"endpoint|{whole}||2|{ends['tree']}",
        told["minted"]: f"endpoint|{whole}|0x77|3|{ends['tree']}",
        told["leaf"]: f"endpoint|RECV|0x77|4|{ends['tree']}",
        "0x10001": "process|DERIVE MOVE MAP HANDLES THREADS KILL CHARGE "
        "INSPECT||1|process init",
        "0x10002": f"thread|{thread}||1|thread 1 (init)",
        "0x10005": "machine|DERIVE MOVE LOG INSPECT TRACE POWER||1|machine",
        "0x10007": "irq|DERIVE MOVE BIND||1|all interrupts",
    }
    for handle, cells in expected.items():
        columns = ("type", "rights", "badge", "depth", "object")
        assert "|".join(found[handle][c] for c in columns) == cells, handle
    text = found[memory[0]]["object"]
    assert re.fullmatch(rf"memory 0x\w+, 3 pages at {memory[1]}", text)
    assert found[memory[0]]["rights"] == "DERIVE MOVE READ WRITE EXEC PHYS"
    # These were closed, moved or revoked.
    for name in ("left", "right", "nobody", "revoked"):
        assert told[name] not in found
    lines = [row["object"] for row in found.values() if row["type"] == "irq"]
    assert lines == ["all interrupts", "interrupt 12"]


def test_handles_of_others(session: Session) -> None:
    pages = f"endpoint {session.endpoints['pages']}"
    nobody = f"endpoint {session.endpoints['nobody']}"
    gate = f"endpoint {session.endpoints['gate']}"
    mine = "DERIVE MAP HANDLES THREADS CHARGE INSPECT"
    for name, cells in {
        "paged": [
            f"fault|0||endpoint|SEND|0x77|3|{pages}",
            f"0x10001|1|1|process|{mine}||2|process paged",
            f"0x10002|2|1|endpoint|RECV||2|{gate}",
        ],
        "empty": [f"0x10001|1|1|endpoint|RECV||1|{nobody}"],
    }.items():
        found = rows(session.said[f"chaski handles {name}"], "handle")
        columns = (
            *("handle", "index", "generation", "type", "rights", "badge"),
            *("depth", "object"),
        )
        got = ["|".join(row.get(c, "") for c in columns) for row in found]
        assert got == cells
    said = session.said["chaski handles gone"]
    title = r"process gone, number \d+: 0 of 64 slots are in use\s+"
    assert re.fullmatch(title, said)


def test_trees(session: Session) -> None:
    """What was derived from what, and that nothing is left of what was
    revoked."""
    told = session.told("endpoint") | session.told("handle")
    (memory,) = session.told("memory").items()
    lines = session.said["chaski handles --tree init"].splitlines()

    def below(object: str) -> list[str]:
        start = lines.index(object) + 1
        end = next(
            i for i in range(start, len(lines)) if not lines[i].startswith(" ")
        )
        return lines[start:end]

    assert below(f"endpoint {session.endpoints['tree']}") == [
        f"  init {told['tree']} {ALL}",
        f"    init {told['bare']} DERIVE SEND RECV",
        f"    init {told['branch']} DERIVE SEND RECV",
        f"      init {told['minted']} DERIVE SEND RECV",
        f"        init {told['leaf']} RECV",
    ]
    assert below(f"endpoint {session.endpoints['pages']}") == [
        f"  init {told['pages']} {ALL}",
        f"    init {told['pages.badge']} {ALL}",
        "      paged fault SEND",
        "    pager 0x10002 RECV",
    ]
    (object,) = (x for x in lines if x.endswith(f"3 pages at {memory[1]}"))
    assert below(object) == [
        f"  init {memory[0]} DERIVE MOVE READ WRITE EXEC PHYS",
        "    init mapping, 3 pages at 0x3030000000",
        "    init mapping, 2 pages at 0x3030010000",
    ]


# chaski pagetable


def test_page_table_of_init(session: Session) -> None:
    """The mappings that stage.c made, and the stack of boot.h."""
    ((_, physical),) = session.told("memory").items()
    found = rows(session.said["chaski pagetable"], "address", "pages")
    by_address = {row["address"]: row for row in found}
    whole, part = by_address["0x3030000000"], by_address["0x3030010000"]
    assert (whole["pages"], whole["rights"]) == ("3", "RW-U-AD")
    assert (part["pages"], part["rights"]) == ("2", "R--U-AD")
    assert whole["physical"] == physical
    assert int(part["physical"], 16) == int(physical, 16) + 4096
    object = re.sub(", .*", "", whole["memory"])
    assert re.fullmatch(r"memory 0xffffffc0\w{8}", object)
    assert whole["memory"] == f"{object}, from its page 0"
    assert part["memory"] == f"{object}, from its page 1"
    stack = [row for row in found if int(row["address"], 16) >= 0x3FFFFFB000]
    assert sum(int(row["pages"]) for row in stack) == 4
    assert {row["rights"] for row in stack} == {"RW-U-AD"}


def test_page_table_of_a_program(session: Session) -> None:
    """The segments as the program's ELF file has them, and the stack."""
    said = session.said["chaski pagetable caller"]
    assert said.startswith("process caller, number ")
    found = rows(said, "address", "pages")
    *segments, stack = found
    assert [row["rights"] for row in segments] == [
        "R-XU-AD",
        "R--U-AD",
        "RW-U-AD",
    ]
    assert segments[0]["address"] == "0x11000000"  # the image's second program
    assert (stack["address"], stack["pages"]) == ("0x3fffffb000", "4")
    assert all(row["memory"].endswith(", from its page 0") for row in found)


def test_page_table_of_an_ended_process(session: Session) -> None:
    said = session.said["chaski pagetable gone"]
    assert "Its page tables are gone: it has ended." in said


def test_page_table_of_the_kernel(session: Session) -> None:
    """Code is executable and nothing else is; all of it is global; no page
    is a program's."""
    found = rows(session.said["chaski pagetable kernel"], "address", "pages")
    for row in found:
        assert row["rights"].endswith("-GAD")
        address, physical = int(row["address"], 16), int(row["physical"], 16)
        assert address - physical == 0xFFFFFFC000000000
    code = [row for row in found if "X" in row["rights"]]
    assert [row["rights"] for row in code] == ["R-X-GAD"]
    assert int(code[0]["physical"], 16) - 0x80200000 <= 0x1000


def test_walk(session: Session) -> None:
    """Each entry is where the one before says, and the last one leads to what
    stage.c has mapped there."""
    ((_, physical),) = session.told("memory").items()
    said = session.said["chaski pagetable 0x3030011234"]
    found = rows(said.partition("\n0x3030011234")[0] + "\n\n", "level")
    expected = {"2": 0xC0, "1": 0x180, "0": 0x11}
    assert {row["level"]: int(row["index"]) for row in found} == expected
    for above, below in zip(found, found[1:]):
        leads = int(above["leads to"].removeprefix("table "), 16)
        assert int(below["entry at"], 16) == leads + 8 * int(below["index"])
        assert int(above["entry"], 16) == leads >> 2 | 1
    page = int(physical, 16) + 2 * 4096
    assert found[-1]["leads to"] == f"page {page:#x}"
    assert int(found[-1]["entry"], 16) == page >> 2 | 0b11010011
    assert found[-1]["rights"] == "R--U-AD"
    assert f"\n0x3030011234 is physical address {page + 0x234:#x}\n" in said
    assert "in the mapping of 2 pages at 0x3030010000 of memory 0x" in said


def test_walk_to_nowhere(session: Session) -> None:
    said = session.said["chaski pagetable caller 0x5000"]
    assert rows(said, "level")[-1]["leads to"] == "nowhere: it is not mapped"
    assert "is physical address" not in said


# chaski events


@pytest.fixture(scope="module")
def traced() -> Iterator[Session]:
    """The same situation, with the trace on."""
    image = BUILD.test_image("gdb")
    script = {
        "end": ("tbreak test_end", "continue"),
        "chaski events 40": ("chaski events 40",),
        "chaski events 100000": ("chaski events 100000",),
        "kernel": ("tbreak trap", "continue", "chaski threads"),
        "off": ("set var $stvec = (unsigned long)&trap_entry", "chaski events"),
    }
    with debug(image, image.parent, script, TRACED) as done:
        yield done


def test_events_without_the_trace(session: Session) -> None:
    lines = session.said["chaski events"].splitlines()
    assert lines[0] == "The trace is empty."
    assert "make gdb BOOTARGS=trace=1" in lines[1]


def test_events_when_the_trace_is_off(traced: Session) -> None:
    """What is there is shown all the same; 20 without a number."""
    said = traced.said["off"]
    assert "\nThe trace is off.\nTo turn it on: " in said
    events = said.partition("\nThe trace")[0]
    assert len(rows(events, "time", "hart")) == 20


def test_where_a_traced_thread_goes_on(traced: Session) -> None:
    (running,) = (row for row in traced.threads("kernel") if row["hart"])
    assert running["pc"] == "sys_machine_power_off"


def test_events(traced: Session) -> None:
    """The last ones: what stage.c did at its end."""
    found = rows(traced.said["chaski events 40"], "time", "hart")
    assert len(found) == 40
    cells = [
        "|".join(row[c] for c in ("hart", "event", "thread", "process", "what"))
        for row in found
    ]
    starts = (
        "0|trap|15|gone|thread_exit",
        "0|end||gone|code 7",
        "0|leave|16|spinner|a0 ",
        "0|trap|16|spinner|endpoint_reply_recv handle 0x10002",
        "0|leave|16|spinner|a0 0x0, a1 0x0",
        "0|trap|16|spinner|endpoint_reply",
        "0|leave|1|init|a0 0x0, ",
        "0|trap|1|init|thread_yield",
        "0|leave|1|init|",
        "0|trap|1|init|machine_inspect handle 0x10005",
    )
    first = cells.index(starts[0])
    for cell, start in zip(cells[first:], starts):
        assert cell.startswith(start)
    times = [float(row["time"]) for row in found]
    assert times == sorted(times)


def test_events_of_faults_and_creation(traced: Session) -> None:
    found = rows(traced.said["chaski events 100000"], "time", "hart")
    assert 256 < len(found) <= 512  # what a ring holds
    traps = [row for row in found if row["event"] == "trap"]
    faults = [row for row in traps if row["what"].startswith("store to a page")]
    assert [row["process"] for row in faults] == ["paged", "faulter"]
    made = [row for row in found if row["event"] == "create"]
    assert [row["process"] for row in made][-1] == "spinner"
    assert made[-1]["thread"] == "16"


# chaski why


def expected_chains(ends: Mapping[str, str]) -> dict[int, list[str]]:
    """The lines of each chain."""
    end = {name: f"endpoint {address}" for name, address in ends.items()}
    init = "thread 1 (init): running on hart 0"
    help = "; thread 1 may receive, or 2, 3"
    pager = "thread 12 (pager): signal (deadline in D s)"
    left = "thread 9 (left): reply from right"
    right = f"thread 10 (right): call to {end['left']}, first in the queue"
    return {
        1: [init],
        2: [f"thread 2 (init): recv on {end['quiet']}; 1 process can send"],
        3: ["thread 3 (init): signal (interrupt 12)"],
        4: [
            f"thread 4 (server): recv on {end['service']}; "
            "2 processes can send"
        ],
        5: [
            "thread 5 (caller): reply from server",
            f"thread 4 (server): recv on {end['service']}; "
            "2 processes can send",
        ],
        6: [
            f"thread 6 (early): send to {end['busy']}, queued behind 7{help}",
            init,
        ],
        7: [
            f"thread 7 (urgent): send to {end['busy']}, "
            f"first in the queue{help}",
            init,
        ],
        8: [
            f"thread 8 (late): call to {end['busy']}, "
            f"queued behind 7, 6{help}",
            init,
        ],
        9: [left, right, "cycle: 9 -> 10 -> 9"],
        10: [right, left, "cycle: 10 -> 9 -> 10"],
        11: [
            f"thread 11 (lost): send to {end['nobody']}, "
            "first in the queue; nobody can receive"
        ],
        12: [pager],
        13: [f"thread 13 (paged): answer from pager to {FAULT}", pager],
        14: [
            f"thread 14 (faulter): fault ({FAULT}) to {end['faults']}, "
            f"first in the queue{help}",
            init,
        ],
        15: [
            f"thread 15 (gone): notice to {end['faults']}, "
            f"queued behind 14{help}",
            init,
        ],
        16: ["thread 16 (spinner): ready, it waits only for its turn"],
    }


@pytest.mark.parametrize("thread", range(1, 17))
def test_why(session: Session, thread: int) -> None:
    said = with_deadline(session.said[f"chaski why {thread}"])
    expected = expected_chains(session.endpoints)[thread]
    assert said.strip().splitlines() == expected


# What is said to a mistake, and of the commands.


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("chaski why", "Of which thread? chaski threads has the ids."),
        ("chaski why 99", "There is no thread 99."),
        ("chaski handles nobody", "There is no process nobody."),
        ("chaski pagetable nobody", "There is no process nobody."),
        ("chaski events x", "How many events? A number, 1 or more."),
    ],
)
def test_refusal(session: Session, command: str, answer: str) -> None:
    assert session.said[command].strip() == f"refused: {answer}"


@pytest.mark.parametrize("name", COMMANDS)
def test_help(session: Session, name: str) -> None:
    """Each command explains itself, and is listed with its first line."""
    text = session.said[f"help chaski {name}"].strip()
    first = text.splitlines()[0]
    assert len(text.splitlines()) > 3
    listed = f"chaski {name} -- {first.split(':')[0]}"
    assert listed in session.said["help chaski"]


def test_backtrace_to_the_entry(session: Session) -> None:
    said = session.said["in the kernel"]
    assert re.search(r"^#0 +trap \(.*cause=8, .*\) at ", said, re.MULTILINE)
    assert re.search(r"^#1 .* in trap_entry \(\)", said, re.MULTILINE)


def test_the_machine_ends_with_gdb(session: Session) -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
            probe.connect(str(session.socket))


# A kernel whose memory is not what it should be.

INIT = "threads[1]->process"
WILD = {
    "a queue": "set var threads[6]->next = (struct thread *)0x1234",
    "a server": f"set var threads[9]->server = (struct process *){1 << 60}",
    "a process": "set var threads[16]->process = (struct process *)0x10",
    "a serving thread": "set var threads[4]->serves->server = (void *)0x55",
    "an object": f"set var {INIT}->handles.slots[9].object = (void *)0x42",
    "a name": f"set var {INIT}->handles.slots[10].name = 0x70007",
    "a key": f"set var {INIT}->handles.slots[11].node.key = 0x4321",
    "a tree": f"set var {INIT}->handles.slots[14].node.children.next = "
    f"&{INIT}->handles.slots[2].node.siblings",
    "a circle": f"set var {INIT}->payer.pages[0].next->next = "
    f"{INIT}->payer.pages[0].next",
    "children": f"set var {INIT}->children.next->next = 0",
    "a table": f"set var {INIT}->space.root[0] = "
    f"((unsigned long){INIT}->space.root - 0xffffffc000000000) >> 2 | 1",
    "a ring": "set var harts[0].trace = (void *)0x10",
    "a slot table": "set var threads[12]->process->handles.slots = (void *)8",
    "a root": "set var threads[12]->process->space.root = (void *)8",
}

EVERYTHING = (
    *("chaski threads", "chaski endpoints", "chaski handles"),
    *("chaski handles --tree", "chaski pagetable init"),
    *("chaski pagetable pager", "chaski pagetable kernel"),
    *("chaski pagetable init 0x5000", "chaski events"),
    *(f"chaski why {thread}" for thread in range(1, 16)),
)


@pytest.fixture(scope="module")
def ruined() -> Iterator[Session]:
    """Every command has looked at a kernel full of wild pointers."""
    image = BUILD.test_image("gdb")
    script: Script = {
        "end": ("tbreak test_end", "continue", "tbreak trap", "continue"),
        **{name: (command,) for name, command in WILD.items()},
        **{each: (f"python run({each!r})",) for each in EVERYTHING},
    }
    with debug(image, image.parent, script, STEADY) as done:
        yield done


@pytest.mark.parametrize("name", WILD)
def test_ruin(ruined: Session, name: str) -> None:
    """What the test writes is there to be written over."""
    assert not ruined.said[name].strip()


@pytest.mark.parametrize(
    ("command", "cell"),
    [
        ("chaski threads", "late .*, not in its queue"),
        ("chaski threads", "reply from \\?"),
        ("chaski endpoints", "senders +7 +urgent +50 +send$"),
        ("chaski endpoints", "corrupt: 0x1234 is no thread"),
        ("chaski endpoints", "corrupt: 0x55"),
        ("chaski endpoints", "endpoints of init: corrupt: list has no end"),
        ("chaski endpoints", "children of init: corrupt: list leads to 0x"),
        ("chaski handles", "corrupt: endpoint at 0x42"),
        ("chaski handles", "corrupt: 0x70007 +10 "),
        ("chaski handles", "corrupt: key 0x4321"),
        ("chaski handles", "corrupt: table at 0x8"),
        ("chaski handles --tree", "corrupt: list has no end"),
        ("chaski handles --tree", "corrupt: endpoint at 0x42"),
        ("chaski pagetable init", "corrupt: table leads back to itself"),
        ("chaski pagetable init 0x5000", "leads to"),
        ("chaski pagetable pager", "corrupt: table is nowhere"),
        ("chaski events", "hart 0: corrupt: ring at 0x10"),
        ("chaski why 9", "thread 9 .left.: reply from \\?; nobody can answer"),
    ],
)
def test_ruin_is_shown(ruined: Session, command: str, cell: str) -> None:
    assert re.search(cell, ruined.said[command], re.MULTILINE)


@pytest.mark.parametrize("command", EVERYTHING)
def test_nothing_ends_in_a_python_error(ruined: Session, command: str) -> None:
    """Not one of them; and each says something."""
    assert ruined.said[command].strip()


# Writes wild words all over the kernel's objects, a few at a time, and looks
# at everything each time.
FUZZ = f"""python
import random
chance = random.Random(1)
inferior = gdb.selected_inferior()
init = int(gdb.parse_and_eval("(unsigned long){INIT}"))
threads = [int(gdb.parse_and_eval(f"(unsigned long)threads[{{n}}]"))
           for n in range(1, 17)]
homes = [int(gdb.parse_and_eval(f"(unsigned long)threads[{{n}}]->process"))
         for n in range(1, 17)]
slots = int(gdb.parse_and_eval("(unsigned long){INIT}->handles.slots"))
ends = int(gdb.parse_and_eval("(unsigned long)threads[2]->endpoint"))
words = [(at, 512) for at in threads + homes] + [(slots, 4096)] * 8
words += [(ends & ~4095, 1024)] * 8
words += [(at & ~4095, 64) for at in threads + homes]
wild = [0, 1, 0x1234, 1 << 63, 2**64 - 1, 2**64 - 8, init, slots, *threads]
for round in range(12):
    kept = []
    for _ in range(4):
        start, length = chance.choice(words)
        at = start + chance.randrange(length // 8) * 8
        kept.append((at, bytes(inferior.read_memory(at, 8))))
        value = chance.choice((*wild, at, chance.getrandbits(64)))
        inferior.write_memory(at, value.to_bytes(8, "little"))
    for command in {EVERYTHING[::2]!r}:
        try:
            gdb.execute(command, to_string=True)
        except gdb.error as error:
            if "{PYTHON_ERROR}" in str(error):
                print(f"round {{round}}: {{command}}: {{error}}")
                print(kept)
    for at, value in reversed(kept):
        inferior.write_memory(at, value)
print("survived")
end"""


def test_wild_words() -> None:
    """Whatever is in the kernel's memory, no command fails."""
    image = BUILD.test_image("gdb")
    script = {
        "end": ("tbreak test_end", "continue", "tbreak trap", "continue"),
        "fuzz": (FUZZ,),
        "after": ("chaski threads",),
    }
    with debug(image, image.parent, script, STEADY) as session:
        assert session.said["fuzz"].strip() == "survived"
        assert len(session.threads("after")) == 16


# Several harts.


def test_four_harts() -> None:
    """Two threads run at once, the others are where they wait; a hart that
    idles runs nobody. Each hart but the first comes into the kernel as if
    it had been told to while the firmware still started it, and the firmware
    had dropped that: it can be told again all the same."""
    image = BUILD.test_image("gdb")
    script = {
        "joining": (
            *("break kernel_join", "commands", "silent"),
            *("set var hart->is_interrupted = 1", "continue", "end"),
        ),
        "end": (
            *("tbreak test_end", "continue", "chaski threads"),
            *("chaski why 16", "chaski pagetable", "chaski events 100000"),
        ),
    }
    options = ("-smp", "4", "-append", "trace=1 harts=4")
    with debug(image, image.parent, script, options) as session:
        said = session.said["end"]
        threads = said[: said.index("thread 16 (spinner)")] + "\n\n"
        found = {row["id"]: row for row in rows(threads, "hart", "id")}
        assert len(found) == 16
        on = {id: row["hart"] for id, row in found.items() if row["hart"]}
        assert on.keys() == {"1", "16"}
        assert on["1"] != on["16"] and set(on.values()) <= set("0123")
        assert found["1"]["pc"] == "test_end"
        assert found["16"]["pc"] == "main"  # whichever hart gdb looks at
        assert found["16"]["state"] == "running"
        assert found["8"]["waits for"].startswith("call to endpoint ")
        assert f"thread 16 (spinner): running on hart {on['16']}\n" in said
        assert "\nprocess init, number " in said
        events = rows(said, "time", "hart")
        assert len({row["hart"] for row in events}) == 4
        times = [float(row["time"]) for row in events]
        assert times == sorted(times)
        idle = [row for row in events if row["event"] == "idle"]
        assert idle and all(not row["thread"] for row in idle)


# The page for students.


def with_numbered_addresses(table: list[Row]) -> list[Row]:
    """The same table, but addresses are numbered as they come."""
    seen: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"#{len(seen)}")

    return [
        {name: ADDRESS.sub(number, cell) for name, cell in row.items()}
        for row in table
    ]


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=[example.splitlines()[0] for example in EXAMPLES]
)
def test_example_of_the_page(example: str, tmp_path: Path) -> None:
    """Each example, from power-on: the commands work, and a table that the
    page shows is the one that gdb prints."""
    _, *parts = re.split(r"^\(gdb\) (.*)\n", example, flags=re.MULTILINE)
    script = {
        f"{i} {command}": (command,)
        for i, command in enumerate(parts[::2])
    }
    files = read_archive(BUILD.image)
    files["manifest"] = (ROOT / "user" / "small.manifest").read_bytes()
    image = write_archive(tmp_path / "small.cpio", files)
    programs = BUILD.directory / "user"
    # A debug build has its trace on; the page shows the usual one.
    options = ("-append", "trace=0") if os.environ.get("DEBUG") else ()
    with debug(image, programs, script, options) as session:
        for step, shown in zip(script, parts[1::2]):
            if "waits for" in shown:
                table_shown = with_numbered_addresses(
                    rows(shown, "hart", "id")
                )
                printed = with_numbered_addresses(session.threads(step))
                assert printed == table_shown
            elif "chaski" in step:
                assert with_numbers(session.said[step]) == with_numbers(shown)


def with_numbers(text: str) -> list[str]:
    """The lines of a text without what may differ from build to build: the
    numbers that are addresses, or come from them, and how wide they are."""
    text = re.sub(r"0x[0-9a-f]{5,}|\bnumber \d+|\d+\.\d{7}", "#", text)
    return [" ".join(line.split()) for line in text.strip().splitlines()]


# Words, against the headers that they come from.


def test_rights() -> None:
    """The bits of kernel/abi/rights.h have these names, in this order."""
    text = (ROOT / "kernel/abi/rights.h").read_text()
    bits = dict(re.findall(r"(\w+) = 1 << (\d),", text))
    for number, name in enumerate(words.RIGHTS_OF_ALL):
        assert bits.pop(f"RIGHT_{name}") == str(number)
    for kind, names in words.RIGHTS.items():
        for number, name in enumerate(names, start=2):
            assert bits.pop(f"{kind.upper()}_{name}") == str(number)
    assert not bits
    kinds = re.findall(r"OBJECT_(\w+) = (\d),", text)
    assert kinds == [
        (name.upper(), str(bit)) for bit, name in enumerate(words.TYPES)
    ]


def test_causes() -> None:
    """The texts are those of kernel/cause.c."""
    numbers = dict(
        re.findall(
            r"(CAUSE_\w+) = (\d+)", (ROOT / "kernel/riscv.h").read_text()
        )
    )
    texts = re.findall(
        r'\[(CAUSE_\w+)\] = "(.+)"', (ROOT / "kernel/cause.c").read_text()
    )
    assert words.CAUSES == {int(numbers[name]): text for name, text in texts}
    assert words.cause_text(10) == "unknown trap"


# Queues as a wrong kernel may leave them, without gdb.

ENDPOINT = 0xE0
SENDER = Thread(
    id=0,
    process="p",
    state="THREAD_WAIT_SEND",
    priority=1,
    pc="main",
    endpoint=ENDPOINT,
    server="",
    next=0,
    lower=0,
)


def queue(*links: tuple[int, int]) -> Picture:
    """Senders 1, 2, ... at the addresses of that name, with these `next` and
    `lower`; 1 is the head."""
    threads = {
        i: replace(SENDER, id=i, next=after, lower=lower)
        for i, (after, lower) in enumerate(links, start=1)
    }
    return Picture(threads, {ENDPOINT: Endpoint(senders=1)})


@pytest.mark.parametrize(
    ("links", "order"),
    [
        ([(1, 0)], [1]),
        ([(2, 0), (3, 0), (1, 0)], [1, 2, 3]),
        ([(2, 3), (1, 0), (4, 0), (3, 0)], [1, 2, 3, 4]),
        # The rest are wrong: a NULL, a circle that misses its head, a group
        # that comes again, a pointer to no thread.
        ([(2, 0), (0, 0), (3, 0)], [1, 2]),
        ([(2, 0), (3, 0), (2, 0)], [1, 2, 3]),
        ([(1, 2), (2, 1)], [1, 2]),
        ([(9, 9), (2, 0)], [1]),
    ],
)
def test_queue(links: list[tuple[int, int]], order: list[int]) -> None:
    assert queue(*links).senders_in_order(ENDPOINT) == order


def test_thread_that_its_queue_has_lost() -> None:
    picture = queue((1, 0), (2, 0))
    lost = waits_for(picture.threads[2], picture)
    assert lost == "send to endpoint 0xe0, not in its queue"


def test_long_queue() -> None:
    picture = queue((2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (1, 0))
    last = waits_for(picture.threads[6], picture)
    assert last == "send to endpoint 0xe0, queued behind 1, 2, 3 and 2 more"


def test_table_alignment() -> None:
    rows = [("9", "a"), ("10", ""), ("", "ccc")]
    assert table(("id", "name"), rows).splitlines() == [
        "id  name",
        " 9  a",
        "10",
        "    ccc",
    ]


# Chains and page tables, without gdb.


def waiting(
    id: int,
    state: str,
    home: int = 0,
    server_at: int = 0,
    token: int = 0,
    client: int = 0,
) -> Thread:
    """A thread of the process at address `home`, else at that of its id."""
    return replace(
        SENDER,
        id=id,
        state=f"THREAD_{state}",
        home=home or id,
        server_at=server_at,
        token=token,
        client=client,
        next=id,
    )


def chain_ends(at: int, *threads: Thread, **holders: list[int]) -> str:
    """The last line of the chain from thread `at`; the endpoint can be
    received from by the processes `recv`."""
    picture = Picture(
        {thread.id: thread for thread in threads},
        {ENDPOINT: Endpoint(senders=1)},
    )
    held = {name: {ENDPOINT: homes} for name, homes in holders.items()}
    return chain(at, picture, Holders(**held))[-1]


def test_chain_that_others_could_break() -> None:
    """Two threads wait for one another's process, and a third thread of one
    of them could answer as well."""
    one = waiting(1, "WAIT_REPLY", server_at=2, token=7)
    two = waiting(2, "WAIT_REPLY", server_at=1, client=7)
    idle = waiting(3, "WAIT_SIGNAL", home=2)
    assert chain_ends(1, one, two) == "cycle: 1 -> 2 -> 1"
    with_idle = chain_ends(1, one, two, idle)
    assert with_idle == "cycle: 1 -> 2 -> 1, unless 3 helps"


def test_chain_follows_who_took_the_call() -> None:
    """Of the server's threads it is the one that received the call last; if
    none did, one that runs."""
    caller = waiting(1, "WAIT_REPLY", server_at=2, token=7)
    taker = waiting(3, "WAIT_SIGNAL", home=2, client=7)
    free = waiting(2, "RUNNING")
    assert chain_ends(1, caller, taker, free).startswith("thread 3 (p): signal")
    other = replace(taker, client=8)
    assert chain_ends(1, caller, other, free) == "thread 2 (p): running"


def test_chain_to_nobody() -> None:
    sender = waiting(1, "WAIT_SEND")
    assert chain_ends(1, sender, recv=[]).endswith("; nobody can receive")
    assert chain_ends(1, sender, recv=[1]) == "cycle: 1 -> 1"
    receiver = waiting(1, "WAIT_RECV")
    assert chain_ends(1, receiver, send=[]).endswith("; nobody can send")
    signal = waiting(1, "WAIT_SIGNAL")
    assert chain_ends(1, signal) == "thread 1 (p): signal; nobody can signal"
    caller = waiting(1, "WAIT_REPLY", server_at=9)
    assert chain_ends(1, caller).endswith("; nobody can answer")


def test_runs_of_pages() -> None:
    """Pages become one run as long as addresses go on and rights agree; a
    large page counts for as many as it covers."""
    tables: dict[int, dict[int, int]] = {1: {}, 2: {}, 3: {}}
    tables[1][0] = 2 << 10 | 1
    tables[1][511] = 0 << 10 | 0xEF  # a gigabyte for the kernel
    tables[2][0] = 3 << 10 | 1
    tables[2][1] = 512 << 10 | 0xD3  # two megabytes
    for index, number, bits in (
        *((1, 8, 0xD7), (2, 9, 0xD7), (3, 10, 0xD3), (4, 12, 0xD3)),
        *((6, 13, 0xD3), (511, 511, 0xD3)),
    ):
        tables[3][index] = number << 10 | bits

    def read(address: int, length: int) -> bytes:
        table = tables[address // 4096]
        entries = [table.get(i, 0).to_bytes(8, "little") for i in range(512)]
        return b"".join(entries)[address % 4096 :][:length]

    found = list(paging.runs(paging.leaves(read, 4096, 0)))
    flags = paging.flags_text
    assert [(r.start, r.pages, r.physical, flags(r.flags)) for r in found] == [
        (0x1000, 2, 0x8000, "RW-U-AD"),
        (0x3000, 1, 0xA000, "R--U-AD"),
        (0x4000, 1, 0xC000, "R--U-AD"),
        (0x6000, 1, 0xD000, "R--U-AD"),
        (0x1FF000, 1 + 512, 511 * 4096, "R--U-AD"),
        (0xFFFFFFFFC0000000, 1 << 18, 0, "RWX-GAD"),
    ]
    steps = list(paging.walk(read, 4096, 0x201234))
    assert [step.level for step in steps] == [2, 1]
    assert steps[-1].is_leaf and steps[-1].target == 0x200000
