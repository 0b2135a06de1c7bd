# SPDX-License-Identifier: MIT
"""The pure modules, compiled for this machine.

Each test of tests/host is a program with a main of its own; it runs under
gcc's address and undefined-behaviour sanitizers, which see a read that is one
byte outside or a shift that is one too far, where QEMU would see nothing."""

import struct
import subprocess
from pathlib import Path

import pytest

from tests.machine import ROOT, Build

HOST = ROOT / "tests" / "host"

# The sources that each test is linked with.
MEMORY = ("kernel/object.c", "kernel/frame.c", "tests/host/ram.c")
SOURCES = {
    "asid": ("kernel/asid.c",),
    "cpio": ("kernel/cpio.c",),
    "endpoint": (
        *("kernel/endpoint.c", "kernel/handle.c", "kernel/thread.c"),
        *MEMORY,
    ),
    "fdt": ("kernel/fdt.c",),
    "frame": ("kernel/frame.c", "tests/host/ram.c"),
    "handle": (
        "kernel/handle.c",
        *("tests/host/handle_model.c", "tests/host/ram.c"),
    ),
    "library": tuple(
        f"user/lib/{name}.c" for name in ("archive", "devicetree", "elf")
    ),
    "list": (),
    "log": ("kernel/log.c",),
    "message": ("kernel/message.c", "kernel/handle.c", "tests/host/ram.c"),
    "object": MEMORY,
    "sv39": ("kernel/sv39.c", "tests/host/ram.c"),
    # space.c is part of the test itself, which has its fences.
    "tlb": ("kernel/asid.c", "kernel/sv39.c", *MEMORY),
}

FLAGS = (
    # check.c leaves a failed assert by longjmp, and nothing is read after it.
    "-Wno-clobbered",
    *("-std=c11", "-O1", "-g", "-Wall", "-Wextra"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    *("-D_GNU_SOURCE", "-DCHASKI_HOST"),
    *("-Ikernel", "-Iuser", "-Itests/host"),
)


@pytest.fixture(scope="session")
def device_tree(
    build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The tree of a machine with 2 harts, 256 MiB and a command line."""
    file = tmp_path_factory.mktemp("tree") / "tree"
    subprocess.run(
        ["qemu-system-riscv64", "-machine", f"virt,dumpdtb={file}"]
        + ["-smp", "2", "-m", "256M", "-nodefaults", "-display", "none"]
        + ["-append", "number=7 text=here", "-kernel", str(build.kernel)],
        check=True,
        capture_output=True,
    )
    # QEMU dumps its whole buffer; the header tells the length.
    (length,) = struct.unpack_from(">I", file.read_bytes(), 4)
    file.write_bytes(file.read_bytes()[:length])
    return file


@pytest.mark.parametrize("name", SOURCES)
def test_module(
    build: Build, device_tree: Path, tmp_path: Path, name: str
) -> None:
    """The module keeps its promises, whatever it is given."""
    files = build.directory / "user" / "archive"
    arguments: dict[str, tuple[str | Path, ...]] = {
        "cpio": (build.image, files / "init"),
        "fdt": (device_tree,),
        "library": (build.image, "echo", files / "echo", device_tree),
    }
    program = tmp_path / name
    own = (f"tests/host/test_{name}.c", "tests/host/check.c")
    command = ["gcc", *FLAGS, "-o", str(program), *own, *SOURCES[name]]
    compiled = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert compiled.returncode == 0, compiled.stderr
    assert not compiled.stderr
    ran = subprocess.run(
        [program, *arguments.get(name, ())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_each_test_is_run() -> None:
    """No file of tests/host is forgotten."""
    files = {file.stem for file in HOST.glob("test_*.c")}
    assert files == {f"test_{name}" for name in SOURCES}
