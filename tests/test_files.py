# SPDX-License-Identifier: MIT
"""Files in the whole system: the file server on its disk, with clients that
notice nothing when it, the disk's driver or both are killed, or when another
version takes its place.

The clients are those of tests/guest/files; e2fsck and debugfs judge."""

import os
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.disk import (
    disk_copy,
    disk_file,
    disk_judge,
    disk_make,
    run_tool,
)
from tests.machine import SECONDS_MAX, Build
from tests.terminal import Terminal, disk_options, terminal

CLIENTS = 4


@contextmanager
def client(build: Build, disk: Path, harts: int = 1) -> Iterator[Terminal]:
    """A terminal at a machine with the disk, that waits for commands."""
    options = (*disk_options(disk), "-smp", str(harts))
    with terminal(build, build.test_image("files"), *options) as here:
        here.expect("client ready\r\n")
        yield here


def ask(here: Terminal, line: str) -> list[str]:
    """Types a command; returns the words of its answer."""
    here.type(line + "\n")
    here.expect(re.escape(line) + "\r\n")
    name = line.split()[0]
    return str(here.expect(rf"(?m)^{name} (.*)\r\n")[1]).split()


def load(here: Terminal, rounds: int) -> dict[str, str]:
    """Has clients use files; what those must be: their sizes and sums."""
    line = f"load {CLIENTS} {rounds}"
    here.type(line + "\n")
    here.expect(line + "\r\n")
    match = here.expect(r"(?s)\A(.*)load done\r\n")
    found = re.findall(r"file (\S+) (.*)\r\n", match[1])
    assert len(found) == 3 * CLIENTS
    return dict(found)


def has_all(disk: Path, files: dict[str, str]) -> bool:
    """Whether the disk has these files."""
    return all(
        f"{len(content)} {zlib.crc32(content):08x}" == expected
        for content, expected in (
            (disk_file(disk, name), expected)
            for name, expected in files.items()
        )
    )


def compare(disk: Path, files: dict[str, str], place: Path) -> None:
    """The disk is in order and has these files."""
    disk_judge(disk)
    disk_copy(disk, place)
    for name, expected in files.items():
        content = (place / name).read_bytes()
        assert f"{len(content)} {zlib.crc32(content):08x}" == expected
    for client_place in place.glob("[0-9]"):
        assert len(list(client_place.iterdir())) == 3


@pytest.mark.parametrize(
    "block,victim,kills,harts",
    [
        (1024, "", 0, 1),
        (4096, "", 0, 2),
        (4096, "disk", 1000, 1),
        (1024, "fs", 1000, 1),
        (4096, "fs", 1000, 1),
        # To start a server takes 80 ms when a busy host runs one hart at a
        # time, for each waits for the other to forget a page.
        (1024, "fs", 60, 2),
    ],
)
def test_load(
    build: Build,
    tmp_path: Path,
    block: int,
    victim: str,
    kills: int,
    harts: int,
) -> None:
    """Several clients at once; each request is done once, however often a
    server is killed; all of it is on the disk when the power is off."""
    disk = disk_make(tmp_path / "disk", 8192, block=block)
    with client(build, disk, harts) as here:
        if victim:
            here.type(f"kill {victim} {kills} 5000\n")
            here.expect("kill begins\r\n")
        files = load(here, 150)
        if victim:
            assert ask(here, "calm") == ["again"]
            assert int(ask(here, f"restarts {victim}")[0]) > 10
        here.type("off\n")
        assert here.status() == 0
    compare(disk, files, tmp_path / "files")


def test_copy_while_killed(build: Build, tmp_path: Path) -> None:
    """A copy of 4 MiB is finished and right, though first the driver and then
    the file server are killed in the middle, and then replaced; what sync
    said to be on the disk is there without any further word."""
    content = os.urandom(4 << 20)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "from").write_bytes(content)
    disk = disk_make(
        *(tmp_path / "disk", 32768, "-d", str(tmp_path / "root")), block=4096
    )
    told = f"{len(content)} {zlib.crc32(content):08x}"
    with client(build, disk) as here:
        for victim, target in (("disk", "one"), ("fs", "two")):
            here.type(f"kill {victim} 1000 5000\n")
            here.expect("kill begins\r\n")
            assert ask(here, f"copy from {target}")[0] == str(len(content))
            assert ask(here, "calm") == ["again"]
            assert int(ask(here, f"restarts {victim}")[0]) > 10
        assert ask(here, "swap fs2") == ["0"]
        assert " ".join(ask(here, "sum one")) == told
        assert " ".join(ask(here, "sum two")) == told
        assert ask(here, "sync") == ["0"]
    compare(disk, {"from": told, "one": told, "two": told}, tmp_path / "files")


def is_clean(disk: Path) -> bool:
    """What the superblock says of the volume."""
    with disk.open("rb") as file:
        file.seek(1024 + 58)
        return bool(file.read(1)[0] & 1)


def test_power_cut(build: Build, tmp_path: Path) -> None:
    """When the power goes while blocks leave the cache the disk says so, the
    next boot says what to do, serves it, and believes e2fsck only."""
    content = os.urandom(4 << 20)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "from").write_bytes(content)
    disk = disk_make(
        *(tmp_path / "disk", 32768, "-d", str(tmp_path / "root")), block=4096
    )
    told = f"{len(content)} {zlib.crc32(content):08x}"
    with client(build, disk) as here:
        assert re.search(r"fs +ext2, \d+ MiB free, version", here.seen)
        assert " ".join(ask(here, "sum from")) == told
        assert is_clean(disk)
        assert ask(here, "copy from one")[0] == str(len(content))
    assert not is_clean(disk)
    with client(build, disk) as here:
        line = r"fs +ext2, not clean: run e2fsck on the host +\d"
        assert re.search(line, here.seen)
        assert " ".join(ask(here, "sum from")) == told
        assert ask(here, "sync") == ["0"]
        here.type("off\n")
        assert here.status() == 0
    assert not is_clean(disk)
    run_tool("e2fsck", "-fy", disk)
    with client(build, disk) as here:
        assert re.search(r"fs +ext2, \d+ MiB free, version", here.seen)
        assert " ".join(ask(here, "sum from")) == told
        assert ask(here, "copy from two")[0] == str(len(content))
        assert ask(here, "sync") == ["0"]
    assert is_clean(disk)
    compare(disk, {"from": told, "two": told}, tmp_path / "files")


def test_written_without_a_word(build: Build, tmp_path: Path) -> None:
    """Nobody says sync, and the power goes: what was written some seconds
    before is there."""
    disk = disk_make(tmp_path / "disk", 8192, block=4096)
    deadline = time.monotonic() + SECONDS_MAX
    with client(build, disk) as here:
        files = load(here, 20)
        assert not has_all(disk, files), "the test would see nothing"
        while not has_all(disk, files):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        while not is_clean(disk):
            assert time.monotonic() < deadline
    compare(disk, files, tmp_path / "files")
