# SPDX-License-Identifier: MIT
"""What the project's own tests share: the build folder, the system with an
end, a device tree."""

import struct
import subprocess
from pathlib import Path

import pytest

from tests.archive import read_archive, write_archive
from tests.machine import Build


@pytest.fixture(scope="session")
def build() -> Build:
    """The folder where make has put the kernel and the images."""
    here = Build.here()
    if not here.kernel.is_file() or not here.image.is_file():
        pytest.fail(f"nothing is built in {here.directory}: run make test")
    return here


@pytest.fixture(scope="session")
def system(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The system's boot image, and in it one service more, which orders init
    to switch the machine off as soon as all the others are ready."""
    files = read_archive(build.image)
    files["player"] = read_archive(build.test_image("services"))["player"]
    files["manifest"] += b"""
service player
    arguments play=none
    grants admin
    priority 20
"""
    return write_archive(tmp_path_factory.mktemp("system") / "cpio", files)


@pytest.fixture(scope="session")
def device_tree(
    build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The tree of a machine with 4 harts, 256 MiB and a command line."""
    file = tmp_path_factory.mktemp("tree") / "tree"
    subprocess.run(
        ["qemu-system-riscv64", "-machine", f"virt,dumpdtb={file}"]
        + ["-smp", "4", "-m", "256M", "-nodefaults", "-display", "none"]
        + ["-append", "number=7 text=here", "-kernel", str(build.kernel)],
        check=True,
        capture_output=True,
    )
    # QEMU dumps its whole buffer; the header tells the length.
    (length,) = struct.unpack_from(">I", file.read_bytes(), 4)
    file.write_bytes(file.read_bytes()[:length])
    return file
