# SPDX-License-Identifier: MIT
"""Disks with an ext2 file system: made and judged by the host's own tools."""

import subprocess
from pathlib import Path


def run_tool(
    name: str, *arguments: str | Path, orders: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """Runs a program of e2fsprogs, wherever it is."""
    return subprocess.run(
        [name, *arguments],
        input=orders.encode(),
        capture_output=True,
        check=False,
        env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"},
    )


def disk_make(
    disk: Path, kib: int, *options: str, block: int = 1024, inode: int = 256
) -> Path:
    """Makes a disk, in the place of what was there; `options` are those of
    mke2fs, as in "-d", a folder of files to begin with."""
    disk.unlink(missing_ok=True)
    layout = ("-b", str(block), "-I", str(inode))
    blocks = str(kib * 1024 // block)
    ran = run_tool(
        *("mke2fs", "-q", "-F", "-t", "ext2", *layout, *options),
        *(str(disk), blocks),
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return disk


def disk_judge(disk: Path) -> None:
    """Fails unless e2fsck finds nothing wrong."""
    ran = run_tool("e2fsck", "-fn", disk)
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode()


def disk_edit(disk: Path, *requests: str) -> str:
    """Has debugfs change the disk, or tell something about it."""
    orders = "\n".join(requests)
    ran = run_tool("debugfs", "-w", "-f", "-", disk, orders=orders)
    assert ran.returncode == 0, ran.stderr.decode()
    return ran.stdout.decode()


def disk_file(disk: Path, name: str) -> bytes:
    """The content of a file."""
    return run_tool("debugfs", "-R", f"cat {name}", disk).stdout


def disk_copy(disk: Path, place: Path) -> None:
    """Copies all files to a new folder."""
    place.mkdir()
    ran = run_tool("debugfs", "-R", f"rdump / {place}", disk)
    assert ran.returncode == 0, ran.stderr.decode()
