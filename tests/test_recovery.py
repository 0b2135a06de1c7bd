# SPDX-License-Identifier: MIT
"""Services die, or are replaced, while others use them, and nobody loses
anything. tests/check kills many more."""

import random
import re
from pathlib import Path

from tests.disk import disk_file, disk_judge, disk_make
from tests.machine import Build
from tests.recovery import DISK_KIB, play
from tests.terminal import PROMPT, Terminal, disk_options, terminal

SECONDS_MAX = 60
BIG_BYTES = 32 << 20
ROUNDS = 300


def restarts(line: Terminal) -> dict[str, int]:
    """How often each service was started again."""
    return {
        name: int(count)
        for name, count in re.findall(
            r"^(\w+) +\w+ +(\d+) +\d+$", line.run("svc list"), re.MULTILINE
        )
    }


def test_twenty_at_random(build: Build, tmp_path: Path) -> None:
    report = play(build, tmp_path, seed=1, kills=20)
    assert sum(report.kills.values()) == 20 and len(report.kills) > 5


def test_the_disk_dies_in_the_middle_of_a_large_copy(
    build: Build, tmp_path: Path
) -> None:
    big = random.Random(1).randbytes(BIG_BYTES)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "big").write_bytes(big)
    disk = tmp_path / "disk.img"
    files = str(tmp_path / "files")
    disk_make(disk, 98304, "-d", files, block=4096)
    image = build.test_image("recovery")
    with terminal(build, image, *disk_options(disk)) as line:
        line.expect(PROMPT)
        line.run("cp /big /copy &")
        kills = 1
        while "1 running   cp" in line.run("svc kill disk; jobs", SECONDS_MAX):
            kills += 1
        assert kills > 2, "the copy was too fast for this"
        line.run("wait", SECONDS_MAX)
        assert restarts(line)["disk"] == kills
        line.type("poweroff\r")
        assert line.status() == 0
    assert disk_file(disk, "/copy") == big
    disk_judge(disk)


def test_the_file_server_is_replaced_under_load(
    build: Build, tmp_path: Path
) -> None:
    disk = tmp_path / "disk.img"
    disk_make(disk, DISK_KIB, block=4096)
    image = build.test_image("recovery")
    with terminal(build, image, *disk_options(disk)) as line:
        line.expect("fs +ext2, .* version 1")
        line.expect(PROMPT)
        # Nothing is to be printed in the middle of what is typed.
        line.run(f"/bin/load files a {ROUNDS} > /a.said &")
        line.run(f"/bin/load files b {ROUNDS} > /b.said &")
        swaps = 0
        while " running " in line.run(
            f"svc replace fs /bin/fs{'' if swaps % 2 else '2'}; jobs",
            SECONDS_MAX,
        ):
            swaps += 1
        # The last one may have come when all was done.
        assert swaps >= 3, "the load was over too early"
        line.run("wait", SECONDS_MAX)
        said = "load: files a ok\nload: files b ok\n"
        assert line.run("cat /a.said /b.said") == said
        assert line.seen.count("version 2") == swaps // 2 + 1
        assert line.seen.count("version 1") == 1 + (swaps + 1) // 2
        # What is no program costs nothing.
        assert "svc: " in line.run("svc replace fs /a.kept")
        assert line.run("wc -c < /a.kept") == f"{ROUNDS * 512:8}\n"
        line.type("poweroff\r")
        assert line.status() == 0
    disk_judge(disk)


def test_the_console_dies_while_somebody_types(
    build: Build, tmp_path: Path
) -> None:
    """What was typed comes through once, whoever was the console."""
    with terminal(build, build.test_image("recovery")) as line:
        line.expect(PROMPT)
        for i in range(5):
            line.type(f"svc kill console\recho number {i}\r")
            line.expect(rf"\n(/\$ )*number {i}\r\n", SECONDS_MAX)
        line.expect(PROMPT)
        assert "no such program" not in line.seen
        line.type("poweroff\r")
        assert line.status() == 0
