# SPDX-License-Identifier: MIT
"""Killing services while the system is busy.

The system of tests/guest/recovery runs programs that would see anything lost,
doubled or changed (load.c), and meanwhile services are killed at moments that
a seed chooses. Then the disk is judged by the host: e2fsck must find nothing
wrong, and what was written must be on it, byte for byte."""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.disk import disk_file, disk_judge, disk_make
from tests.machine import ROOT, Build
from tests.terminal import PROMPT, disk_options, terminal

SERVICES = (
    *("names", "console", "disk", "clock", "bin", "fs", "pipe", "echo"),
)
PAUSE_MAX_SECONDS = 0.05
SECONDS_MAX = 60
DISK_KIB = 16384
MASK = 2**32 - 1


@dataclass
class Report:
    """What was done and seen."""

    kills: dict[str, int] = field(default_factory=dict)
    console: str = ""


def piece(round_: int, number: int) -> bytes:
    """What load.c writes there."""
    state = (round_ * 2654435761 + number * 40503 + 1) & MASK
    data = bytearray()
    for _ in range(512):
        state = (state * 1664525 + 1013904223) & MASK
        data.append(state >> 24)
    return bytes(data)


def play(
    build: Build,
    directory: Path,
    seed: int,
    kills: int,
    services: tuple[str, ...] | None = None,
) -> Report:
    """Kills `kills` services at random under load, and checks everything.
    Raises AssertionError or TimeoutError if something is not as it should
    be."""
    dice = random.Random(seed)
    services = services or SERVICES
    report = Report()
    disk = directory / "disk.img"
    disk_make(disk, DISK_KIB, block=4096)
    image = build.test_image("recovery")
    with terminal(build, image, *disk_options(disk)) as line:
        line.expect(PROMPT)
        rounds, names = 4 + kills // 3, ("a", "b")
        count = 2000 * (1 + kills)
        for name in names:
            line.run(f"/bin/load files {name} {rounds} > /{name}.said &")
        check = f"/bin/load check {count} > /check.said"
        line.run(f"/bin/load write {count} | {check} &")
        for _ in range(kills):
            victim = dice.choice(services)
            line.listen(dice.uniform(0, PAUSE_MAX_SECONDS))
            line.run(f"svc kill {victim}", SECONDS_MAX)
            report.kills[victim] = report.kills.get(victim, 0) + 1
        line.run("wait", SECONDS_MAX)
        # What is typed, and the prompt, stands between the lines now.
        line.type(f"/bin/load lines line {kills} &\r")
        for _ in range(1 + kills // 10):
            line.type(f"svc kill {dice.choice(services)}\r")
            line.listen(dice.uniform(0, PAUSE_MAX_SECONDS))
        line.expect("load: lines line ok", SECONDS_MAX)
        line.type("echo the; echo end\r")
        line.expect("the\r\nend\r\n", SECONDS_MAX)
        line.expect(PROMPT)
        line.run("svc list", SECONDS_MAX)
        line.type("poweroff\r")
        assert line.status() == 0
        report.console = line.seen.replace("\r\n", "\n")

    said = report.console
    assert "FAILED" not in said and "GIVEN UP" not in said, said[-4000:]
    for name in names:
        ok = f"load: files {name} ok\n"
        assert disk_file(disk, f"/{name}.said") == ok.encode(), said[-4000:]
        expected = b"".join(piece(i, 0) for i in range(rounds))
        assert disk_file(disk, f"/{name}.kept") == expected
    ok = f"load: check {count} ok\n"
    assert disk_file(disk, "/check.said") == ok.encode(), said[-4000:]
    lines = re.findall(r"(?<!lines )line (\d+)\n", said)
    assert lines == [str(i) for i in range(kills)]
    disk_judge(disk)
    return report


def main() -> int:
    """Plays seeds from the command line: python3 -m tests.recovery SEED N."""
    import sys
    import tempfile

    seed, kills = int(sys.argv[1]), int(sys.argv[2])
    services = tuple(sys.argv[3:])
    with tempfile.TemporaryDirectory(dir=ROOT / "build") as directory:
        report = play(Build.here(), Path(directory), seed, kills, services)
    print(report.console[-3000:])
    print(report.kills)
    return 0


if __name__ == "__main__":
    main()
