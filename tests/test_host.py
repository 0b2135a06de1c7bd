# SPDX-License-Identifier: MIT
"""The pure modules, compiled for this machine.

Each test of tests/host is a program with a main of its own; it runs under
gcc's address and undefined-behaviour sanitizers, which see a read that is one
byte outside or a shift that is one too far, where QEMU would see nothing."""

import subprocess
from pathlib import Path

import pytest

from tests.machine import ROOT, Build

HOST = ROOT / "tests" / "host"

# The sources that each test is linked with.
MEMORY = ("kernel/object.c", "kernel/frame.c", "tests/host/ram.c")
SOURCES = {
    "asid": ("kernel/asid.c",),
    "console": tuple(
        f"user/drivers/uart/{name}.c"
        for name in ("state", "rings", "console", "files", "line")
    ),
    "cpio": ("kernel/cpio.c",),
    "deadline": ("kernel/deadline.c",),
    "endpoint": (
        # fault.c is part of the test itself, which has its fence.
        *("kernel/endpoint.c", "kernel/call.c", "kernel/token.c"),
        *("kernel/signals.c", "kernel/handle.c", "kernel/thread.c"),
        *MEMORY,
    ),
    "fdt": ("kernel/fdt.c",),
    "frame": ("kernel/frame.c", "tests/host/ram.c"),
    "handle": (
        "kernel/handle.c",
        *("tests/host/handle_model.c", "tests/host/ram.c"),
    ),
    # chunk.c and malloc.c are part of the test itself, under other names.
    "heap": (),
    # space.c is part of the test itself, which has its fences.
    "lease": ("kernel/lease.c", "kernel/asid.c", "kernel/sv39.c", *MEMORY),
    "library": tuple(
        f"user/lib/{name}.c" for name in ("archive", "devicetree", "elf")
    ),
    "line": ("user/drivers/uart/line.c",),
    "list": (),
    "log": ("kernel/log.c",),
    "manifest": tuple(
        f"user/servers/init/{name}.c" for name in ("manifest", "directive")
    ),
    "message": (
        *("kernel/message.c", "kernel/lease.c", "kernel/handle.c"),
        "tests/host/ram.c",
    ),
    "names": ("user/servers/names/table.c",),
    "object": MEMORY,
    "pathname": ("user/lib/pathname.c",),
    # pipes.c is part of the test itself, which ends it.
    "pipe": ("user/servers/pipe/users.c",),
    "shell": ("user/apps/sh/tokens.c", "user/apps/sh/words.c"),
    "sv39": ("kernel/sv39.c", "tests/host/ram.c"),
    # hart.c and space.c are part of the test itself, which has their fences.
    "tlb": ("kernel/asid.c", "kernel/sv39.c", *MEMORY),
    "virtq": ("user/lib/virtq.c",),
}

FLAGS = (
    # check.c leaves a failed assert by longjmp, and nothing is read after it.
    "-Wno-clobbered",
    *("-std=c11", "-O1", "-g", "-Wall", "-Wextra"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
    *("-D_GNU_SOURCE", "-DCHASKI_HOST", "-DDEBUG=1"),
    # tests/host comes first: kernel/ has a check.h too.
    *("-Itests/host", "-Ikernel", "-Iuser"),
)


def compile_test(
    name: str, program: Path, other: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Builds the test `name`; with `other` in the place of the kernel's file
    of the same name, linked or included."""
    sources = [f"tests/host/test_{name}.c", "tests/host/check.c"]
    for source in SOURCES[name]:
        is_other = other and Path(source).name == other.name
        sources.append(str(other) if is_other else source)
    before = [f"-I{other.parent}"] if other else []
    return subprocess.run(
        ["gcc", *before, *FLAGS, "-o", str(program), *sources],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", SOURCES)
def test_module(
    build: Build, device_tree: Path, tmp_path: Path, name: str
) -> None:
    """The module keeps its promises, whatever it is given."""
    files = build.directory / "user" / "archive"
    arguments: dict[str, tuple[str | Path, ...]] = {
        "cpio": (build.image, files / "init"),
        "fdt": (device_tree,),
        "library": (build.image, "echod", files / "echod", device_tree),
    }
    program = tmp_path / name
    compiled = compile_test(name, program)
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
