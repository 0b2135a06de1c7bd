# SPDX-License-Identifier: MIT
"""The picture of the running system in README: its processes, and who talks to
whom.

Nobody draws it. The boxes are the services of user/manifest, the thin lines
what each of them may call; thick lines are calls that a recorded trace shows.

    python3 -m tools.picture            writes docs/system.svg from both
    python3 -m tools.picture --record   boots the system first, types at its
                                        shell, and writes docs/system.calls

A trace is what the guest's program `trace` prints. A call is seen in it when a
thread traps with a call, and the next to leave the kernel on that hart is a
thread that waited to receive. docs/system.calls has a line for each pair:
caller, called, how often."""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "user" / "manifest"
CALLS = ROOT / "docs" / "system.calls"
PICTURE = ROOT / "docs" / "system.svg"

PROGRAM = "programs"  # whatever the shell has started
COMMANDS = (
    "ls /bin | wc -l",
    "date > /noted",
    "cat /noted",
    "rm /noted",
    "ping-pong 3",
)
LINES = 512

CALL, REPLY_RECV = 0, 1  # numbers of system calls (kernel/abi/syscall.h)

WIDTH, BOX_WIDTH, BOX_HEIGHT, ROW, MARGIN = 880, 116, 54, 130, 24
BLUE, ORANGE, GREY, INK = "#4a78a8", "#b4531f", "#9aa7b4", "#1d2733"


@dataclass
class Service:
    """A stanza of the manifest."""

    name: str
    device: str = ""
    uses: list[str] = field(default_factory=list)
    provides: list[str] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Box:
    """Where a process is in the picture: the middle of its box."""

    x: float
    y: float


def read_manifest(text: str) -> dict[str, Service]:
    """The services, by name, in the manifest's order."""
    services: dict[str, Service] = {}
    service = Service("")
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        key, *rest = words
        if key == "service":
            service = services.setdefault(rest[0], Service(rest[0]))
        elif key == "device":
            service.device = " ".join(rest)
        elif key in ("uses", "provides", "grants"):
            getattr(service, key).extend(rest)
    return services


RECORD = re.compile(
    r"^ *\d+ us +(?P<event>trap|leave) +(?P<thread>\d+) (?P<name>.{16}) a "
    r"(?P<a>[0-9a-f]+) b [0-9a-f]+(?: call (?P<call>\d+))?$"
)


def read_calls(trace: str) -> Counter[tuple[str, str]]:
    """How often one process called another, by their names."""
    calls: Counter[tuple[str, str]] = Counter()
    receiving: set[str] = set()
    caller: tuple[str, str] | None = None
    for line in trace.splitlines():
        match = RECORD.match(line)
        if not match:
            caller = None
            continue
        thread, name = match["thread"], match["name"].strip()
        if name in ("", "trace"):  # gone, or gone and its number used again
            name = PROGRAM
        if match["event"] == "trap":
            call = int(match["call"] or -1)
            caller = (thread, name) if call == CALL else None
            receiving.discard(thread)
            if call == REPLY_RECV:
                receiving.add(thread)
        else:
            if caller and thread in receiving and int(match["a"], 16) == 0:
                calls[caller[1], name] += 1
            receiving.discard(thread)
            caller = None
    return calls


def depth(name: str, services: dict[str, Service]) -> int:
    """How many services are below it at the most."""
    below = [u for u in services[name].uses if u in services and u != name]
    return 1 + max((depth(u, services) for u in below), default=0)


def rows(services: dict[str, Service]) -> list[list[str]]:
    """Which processes stand beside each other, from the top: the shell and its
    programs, servers, drivers. init is apart."""
    drivers = [s.name for s in services.values() if s.device]
    shells = [s.name for s in services.values() if "admin" in s.grants]
    servers = [n for n in services if n not in drivers and n not in shells]
    upper = [n for n in servers if depth(n, services) > 1]
    lower = [n for n in servers if n not in upper]
    return [[*shells, PROGRAM], upper + lower, drivers]


def place(services: dict[str, Service]) -> dict[str, Box]:
    """The boxes; init stands at the left, as high as all of them."""
    boxes: dict[str, Box] = {}
    left = MARGIN + BOX_WIDTH + 40
    table = rows(services)
    for index, row in enumerate(table):
        step = (WIDTH - MARGIN - left) / len(row)
        for column, name in enumerate(row):
            boxes[name] = Box(
                left + step * (column + 0.5), MARGIN + 60 + ROW * index
            )
    middle = MARGIN + 60 + ROW * (len(table) - 1) / 2
    boxes["init"] = Box(MARGIN + BOX_WIDTH / 2, middle)
    return boxes


def edge(a: Box, b: Box) -> tuple[float, float, float, float]:
    """A line from the rim of one box to the rim of the other."""

    def rim(start: Box, end: Box) -> tuple[float, float]:
        dx, dy = end.x - start.x, end.y - start.y
        reach = [
            size / 2 / abs(d)
            for size, d in ((BOX_WIDTH + 6, dx), (BOX_HEIGHT + 6, dy))
            if d
        ]
        share = min(reach, default=0)
        return start.x + dx * share, start.y + dy * share

    return (*rim(a, b), *rim(b, a))


def _text(
    x: float, y: float, words: str, size: int, colour: str, bold: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}"'
        f'{weight} text-anchor="middle">{escape(words)}</text>'
    )


def _box(box: Box, title: str, below: str) -> Iterator[str]:
    yield (
        f'<rect x="{box.x - BOX_WIDTH / 2:.0f}"'
        f' y="{box.y - BOX_HEIGHT / 2:.0f}" width="{BOX_WIDTH}"'
        f' height="{BOX_HEIGHT}" rx="8" fill="#eef4fb" stroke="{BLUE}"'
        ' stroke-width="1.5"/>'
    )
    yield _text(box.x, box.y + (-3 if below else 6), title, 17, INK, True)
    if below:
        yield _text(box.x, box.y + 16, below, 12, "#4a5a6a")


def _line(ends: Iterable[float], style: str) -> str:
    x1, y1, x2, y2 = ends
    return (
        f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"'
        f" {style}/>"
    )


def draw(services: dict[str, Service], calls: Counter[tuple[str, str]]) -> str:
    """The picture, as SVG."""
    boxes = place(services)
    bottom = max(box.y for box in boxes.values()) + BOX_HEIGHT / 2
    height = bottom + 130
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {WIDTH} {height:.0f}"'
        ' font-family="Helvetica, Arial, sans-serif" role="img"'
        ' aria-label="The processes of the system and who calls whom">',
        '<defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5"'
        ' markerWidth="7" markerHeight="7" orient="auto"><path'
        f' d="M0 0 10 5 0 10z" fill="{ORANGE}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>',
        _text(WIDTH / 2, 26, "thin: may call (the manifest)   "
              "arrow: has called (a trace)", 13, "#4a5a6a"),
    ]  # fmt: skip
    allowed = {(s.name, u) for s in services.values() for u in s.uses}
    for user, used in sorted(allowed):
        if user in boxes and used in boxes and not calls[user, used]:
            parts.append(
                _line(
                    edge(boxes[user], boxes[used]),
                    f'stroke="{GREY}" stroke-width="1"',
                )
            )
    for (user, used), count in sorted(calls.items()):
        if user not in boxes or used not in boxes or user == used:
            continue
        x1, y1, x2, y2 = edge(boxes[user], boxes[used])
        parts.append(
            _line(
                (x1, y1, x2, y2),
                f'stroke="{ORANGE}" stroke-width="2" marker-end="url(#a)"',
            )
        )
        x, y = x1 + (x2 - x1) * 0.35, y1 + (y2 - y1) * 0.35
        parts.append(_text(x + 9, y, str(count), 12, ORANGE))
    for name, box in boxes.items():
        service = services.get(name)
        below = "starts, supervises" if name == "init" else ""
        if name == PROGRAM:
            below = "the shell's children"
        if service:
            below = " ".join(service.provides)
        parts.extend(_box(box, name, below))
    parts.extend(_machine(services, boxes, bottom))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _machine(
    services: dict[str, Service], boxes: dict[str, Box], bottom: float
) -> Iterator[str]:
    """The kernel below all processes, and devices below their drivers."""
    top = bottom + 22
    yield (
        f'<rect x="{MARGIN}" y="{top:.0f}" width="{WIDTH - 2 * MARGIN}"'
        ' height="34" rx="6" fill="#fdf3e7" stroke="#b4531f"/>'
    )
    yield _text(
        WIDTH / 2,
        top + 22,
        "kernel: address spaces, threads, handles, messages",
        14,
        INK,
    )
    for service in services.values():
        if service.device:
            yield _text(
                boxes[service.name].x, top + 62, service.device, 13, INK
            )


def picture() -> str:
    """The picture that the tree's manifest and recorded calls make."""
    calls: Counter[tuple[str, str]] = Counter()
    for line in CALLS.read_text().splitlines():
        caller, called, count = line.split()
        calls[caller, called] = int(count)
    return draw(read_manifest(MANIFEST.read_text()), calls)


def record() -> str:
    """Types the commands at the shell of a fresh system, traced, and returns
    what `trace` then shows."""
    from tests.disk import disk_make
    from tests.machine import Build
    from tests.terminal import PROMPT, disk_options, terminal

    build = Build.here()
    with tempfile.TemporaryDirectory() as place_of_disk:
        disk = Path(place_of_disk) / "disk.img"
        disk_make(disk, 16384, block=4096)
        with terminal(build, None, *disk_options(disk)) as line:
            line.expect(PROMPT)
            shown = ""
            for command in COMMANDS:
                line.run(f"trace on; {command}; trace off")
                shown += line.run(f"trace {LINES}")
            return shown


def main() -> int:
    """What `python3 -m tools.picture` does."""
    parser = argparse.ArgumentParser(description="draws docs/system.svg")
    parser.add_argument("--record", action="store_true")
    if parser.parse_args().record:
        CALLS.write_text(
            "".join(
                f"{caller} {called} {count}\n"
                for (caller, called), count in sorted(
                    read_calls(record()).items()
                )
            )
        )
    PICTURE.write_text(picture())
    return 0


if __name__ == "__main__":
    sys.exit(main())
