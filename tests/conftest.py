# SPDX-License-Identifier: MIT
"""What the project's own tests share: the build folder, a device tree."""

import struct
import subprocess
from pathlib import Path

import pytest

from tests.machine import Build


@pytest.fixture(scope="session")
def build() -> Build:
    """The folder where make has put the kernel and the images."""
    here = Build.here()
    if not here.kernel.is_file() or not here.image.is_file():
        pytest.fail(f"nothing is built in {here.directory}: run make test")
    return here


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
