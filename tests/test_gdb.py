# SPDX-License-Identifier: MIT
"""gdb on a machine whose threads wait for each other as stage.c says.

One gdb goes through SCRIPT from power-on to the end, started as `make gdb`
starts it; the tests look at what it said at each step. And each example of
docs/debugging.md is tried: its commands work, its tables are true."""

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

from tests.machine import ROOT, Build
from tools.gdb.table import table
from tools.gdb.waits import Picture, Thread, waits_for

BUILD = Build(Build.here().directory / "gdb")  # what make gdb boots
MACHINE = ("-machine", "virt", "-m", "128M", "-nodefaults", "-nographic")
GUARD_SECONDS = 120  # only against a machine that hangs

# stage.c starts these with actor.c, in this order.
ACTORS = ("server", "caller", "early", "urgent", "late")

# What gdb is told at each step.
SCRIPT = {
    "power-on": ("chaski threads",),
    "before paging": (
        "tbreak entry.S:_start",
        "continue",
        "info registers pc satp",
        "chaski threads",
    ),
    "in C": ("tbreak kernel_main", "continue", "chaski threads"),
    "one program": ("break actor.c:main",),
    **{
        f"main of {name}": ("continue", "backtrace", "chaski threads")
        for name in ACTORS
    },
    "in a program": ("tbreak test_end", "continue", "chaski threads"),
    "on the way in": ("tbreak trap_entry", "continue", "chaski threads"),
    "in the kernel": (
        *("tbreak trap", "continue", "backtrace"),
        *("frame 1", "chaski threads"),
    ),
}

COLUMNS = ("id", "process", "state", "priority", "pc", "waits for")

HANDOUT = ROOT / "labs" / "4-ipc" / "README.md"
PAGE = ROOT / "docs" / "debugging.md"
EXAMPLES = re.findall(
    r"^```gdb\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL
)

ADDRESS = re.compile(r"0xffffffc0[0-9a-f]{8}\b")

Row = dict[str, str]


def rows(text: str) -> list[Row]:
    """The rows of the table in what gdb said: a dictionary each, in which "*"
    is the column without a head. Offsets behind functions are dropped, they
    are the compiler's affair."""
    lines = text.splitlines()
    while not lines[0].endswith("waits for"):
        del lines[0]
    starts = [0, *(lines[0].index(name) for name in COLUMNS), None]
    found = []
    for line in lines[1:]:
        if not re.match(r"[* ] +\d", line):
            break
        cells = [line[a:b].strip() for a, b in zip(starts, starts[1:])]
        found.append(dict(zip(("*", *COLUMNS), cells)))
        found[-1]["pc"] = found[-1]["pc"].split("+")[0]
    return found


@dataclass(frozen=True)
class Session:
    """What gdb said in each step, and where its socket was."""

    said: dict[str, str]
    socket: Path

    def threads(self, step: str) -> list[Row]:
        """The rows that `chaski threads` printed."""
        return rows(self.said[step])

    def running(self, step: str) -> str:
        """The process whose thread runs."""
        (row,) = (row for row in self.threads(step) if row["*"])
        assert row["state"] == "running"
        return row["process"]


@contextmanager
def debug(
    image: Path, programs: Path, script: Mapping[str, Sequence[str]]
) -> Iterator[Session]:
    """gdb has gone through `script` on a machine with this boot image."""
    assert image.is_file(), "make test builds the image first"
    with tempfile.TemporaryDirectory() as directory:
        commands = Path(directory) / "commands"
        commands.write_text(
            "\n".join(
                line
                for step, lines in script.items()
                for line in (f"echo @ {step}\\n", *lines, "echo \\n")
            )
        )
        done = subprocess.run(
            [
                *(ROOT / "tools" / "debug", *MACHINE),
                *("-kernel", BUILD.kernel, "-initrd", image),
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
        yield Session(said, Path(directory) / "gdb.sock")


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
    assert [row["process"] for row in rows(said)] == ["init", "sender"]


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """gdb has gone through SCRIPT."""
    image = BUILD.test_image("gdb")
    with debug(image, image.parent, SCRIPT) as done:
        yield done


def test_no_threads_before_paging(session: Session) -> None:
    message = "The kernel has no threads yet: paging is off"
    assert message in session.said["power-on"]
    assert message in session.said["before paging"]


def test_no_threads_before_the_first_one(session: Session) -> None:
    message = "The kernel has no threads yet: it has not made the first one"
    assert message in session.said["in C"]


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


def expected_threads(
    quiet: str, service: str, busy: str, pc: str
) -> list[str]:
    """The cells of each row of the table in stage.c; the endpoints' addresses
    are given, and where the thread that runs is."""
    return [
        f"*|1|init|running|32|{pc}|",
        f"|2|init|blocked|33|sys_endpoint_recv|recv on endpoint {quiet}",
        f"|3|server|blocked|40|sys_endpoint_recv|recv on endpoint {service}",
        "|4|caller|blocked|41|sys_endpoint_call|reply from server",
        f"|5|early|blocked|42|sys_endpoint_send|"
        f"send to endpoint {busy}, queued behind 6",
        f"|6|urgent|blocked|50|sys_endpoint_send|"
        f"send to endpoint {busy}, first in the queue",
        f"|7|late|blocked|42|sys_endpoint_call|"
        f"call to endpoint {busy}, queued behind 6, 5",
        "|8|spinner|ready|10|sys_endpoint_reply|",
    ]


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
    threads = session.threads(step)
    waits = {row["id"]: row["waits for"] for row in threads}
    quiet, service, busy = (ADDRESS.findall(waits[i])[0] for i in "235")
    assert len({quiet, service, busy}) == 3
    assert ["|".join(row.values()) for row in threads] == expected_threads(
        quiet, service, busy, pc
    )


def test_backtrace_to_the_entry(session: Session) -> None:
    said = session.said["in the kernel"]
    assert re.search(r"^#0 +trap \(.*cause=8\) at ", said, re.MULTILINE)
    assert re.search(r"^#1 .* in trap_entry \(\)", said, re.MULTILINE)


def test_the_machine_ends_with_gdb(session: Session) -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
            probe.connect(str(session.socket))


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
def test_example_of_the_page(example: str) -> None:
    """Each example, from power-on: the commands work, and a table that the
    page shows is the one that gdb prints."""
    _, *parts = re.split(r"^\(gdb\) (.*)\n", example, flags=re.MULTILINE)
    script = {
        f"{i} {command}": (command,)
        for i, command in enumerate(parts[::2])
    }
    programs = BUILD.directory / "user"
    with debug(BUILD.image, programs, script) as session:
        for step, shown in zip(script, parts[1::2]):
            if "waits for" in shown:
                table_shown = with_numbered_addresses(rows(shown))
                printed = with_numbered_addresses(session.threads(step))
                assert printed == table_shown


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
    return Picture(threads, {ENDPOINT: 1})


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
