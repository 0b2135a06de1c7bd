# SPDX-License-Identifier: MIT
"""The disk's driver: what clients read and write is what is in the image file,
several at once, with errors, on other disks, and however often it is killed.

The clients are those of tests/guest/disk."""

import errno
import random
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.machine import Build
from tests.terminal import Terminal, disk_options, terminal

SECTOR = 512
SECTORS = 16384
PART = 1024  # sectors of each client


@pytest.fixture(name="disk")
def fixture_disk(tmp_path: Path) -> Path:
    """A disk of 8 MiB that is not all zeros: its second half is noise."""
    disk = tmp_path / "disk"
    half = SECTORS * SECTOR // 2
    disk.write_bytes(bytes(half) + random.Random(1).randbytes(half))
    return disk


@contextmanager
def reader(build: Build, *options: str) -> Iterator[Terminal]:
    """A terminal at a machine with a disk that waits for commands."""
    with terminal(build, build.test_image("disk"), *options) as here:
        here.expect("reader ready\r\n")
        yield here


def ask(here: Terminal, line: str) -> list[str]:
    """Types a command; returns the words of its answer."""
    here.type(line + "\n")
    here.expect(re.escape(line) + "\r\n")
    name = line.split()[0]
    return str(here.expect(rf"{name} (.*)\r\n")[1]).split()


def pattern(sector: int, version: int) -> bytes:
    """What reader.c writes there."""
    words = []
    for place in range(SECTOR // 8):
        word = (sector << 32 | version << 8 | place) * 0x9E3779B97F4A7C15
        word %= 2**64
        words.append((word ^ word >> 29).to_bytes(8, "little"))
    return b"".join(words)


def clients(here: Terminal, disk: Path, count: int, rounds: int) -> None:
    """Has clients read and write, and compares with the image."""
    line = f"clients {count} {rounds}"
    here.type(line + "\n")
    here.expect(line + "\r\n")
    match = here.expect(r"(?s)\A(.*)clients done\r\n")
    content = disk.read_bytes()
    expected = [
        f"client {n} {zlib.crc32(content[n * part : (n + 1) * part]):08x}"
        for part in (PART * SECTOR,)
        for n in range(count)
    ]
    assert match[1].split("\r\n")[:-1] == expected
    assert any(content[: PART * SECTOR])


def test_same_bytes(build: Build, disk: Path) -> None:
    """What is read is what the file has; what is written it has then."""
    with reader(build, *disk_options(disk)) as here:
        assert ask(here, "info") == ["0", str(SECTORS), "0"]
        before = disk.read_bytes()
        for sector, count in ((SECTORS - 1, 1), (8200, 128), (9001, 77)):
            part = before[sector * SECTOR : (sector + count) * SECTOR]
            answer = ask(here, f"read {sector} {count}")
            assert answer == ["0", f"{zlib.crc32(part):08x}"]
        assert ask(here, "write 5001 100 7") == ["0"]
        assert ask(here, "flush") == ["0"]
        written = b"".join(pattern(n, 7) for n in range(5001, 5101))
        after = disk.read_bytes()
        assert after[5001 * SECTOR : 5101 * SECTOR] == written
        assert after[: 5001 * SECTOR] == before[: 5001 * SECTOR]
        assert after[5101 * SECTOR :] == before[5101 * SECTOR :]
        assert ask(here, "refusals") == ["done"]


def test_several_clients(build: Build, disk: Path) -> None:
    """Requests of several clients do not mix."""
    with reader(build, *disk_options(disk)) as here:
        clients(here, disk, 7, 60)


def test_killed(build: Build, disk: Path) -> None:
    """Killed in the middle, again and again: no client notices."""
    with reader(build, *disk_options(disk)) as here:
        here.type("kill 40 2000\n")
        here.expect("kill begins\r\n")
        clients(here, disk, 7, 100)
        assert int(ask(here, "restarts")[0]) > 10


def test_read_only(build: Build, disk: Path) -> None:
    """A disk that may not be written is not, and says so."""
    disk.chmod(0o444)
    with reader(build, *disk_options(disk, "readonly=on")) as here:
        assert ask(here, "info") == ["0", str(SECTORS), "1"]
        assert ask(here, "write 0 1 1") == [str(errno.EROFS)]
        assert ask(here, "read 0 1")[0] == "0"
        assert ask(here, "flush") == ["0"]


def test_device_errors(build: Build, disk: Path, tmp_path: Path) -> None:
    """An error of the device is one of the request, and of no other."""
    rules = tmp_path / "rules"
    rules.write_text(
        """
[inject-error]
event = "read_aio"
errno = "5"
sector = "100"

[inject-error]
event = "write_aio"
errno = "5"
sector = "200"

[inject-error]
event = "flush_to_disk"
errno = "5"
once = "on"
"""
    )
    drive = (
        f"if=none,id=disk,format=raw,file=blkdebug:{rules}:{disk}"
        ",rerror=report,werror=report"
    )
    options = (
        *("-global", "virtio-mmio.force-legacy=false"),
        *("-drive", drive, "-device", "virtio-blk-device,drive=disk"),
    )
    bad = str(errno.EIO)
    with reader(build, *options) as here:
        assert ask(here, "read 96 8")[0] == bad
        assert ask(here, "read 104 8")[0] == "0"
        assert ask(here, "write 200 1 1") == [bad]
        assert ask(here, "write 208 1 1") == ["0"]
        assert ask(here, "flush") == [bad]
        assert ask(here, "flush") == ["0"]
        assert ask(here, "restarts") == ["0"]


def test_no_disk(build: Build, disk: Path) -> None:
    """A machine that has no disk, or one from before the standard, says what
    is wrong."""
    image = build.test_image("disk")
    with terminal(build, image) as here:
        here.expect(r"disk +is left out")
    old = disk_options(disk)[2:]
    with terminal(build, image, *old) as here:
        here.expect(
            "virtio_blk: the device is a legacy one: QEMU needs "
            "-global virtio-mmio.force-legacy=false\r\n"
        )


def test_clock(build: Build, disk: Path) -> None:
    """The clock tells the host's time, in nanoseconds."""
    with reader(build, *disk_options(disk), "-rtc", "base=utc") as here:
        before = time.time_ns()
        told = int(ask(here, "clock")[0])
        assert before - 2 * 10**9 < told < time.time_ns() + 2 * 10**9
