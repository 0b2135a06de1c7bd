# SPDX-License-Identifier: MIT
"""The kernel and its library, seen from programs: each image of tests/guest is
booted and has to print what it promises. Then other machines, and machines on
which the kernel can do nothing but say why."""

import os
import re
import struct
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.elf import Program
from tests.machine import (
    ROOT,
    Build,
    Result,
    boot,
    boot_in_real_time,
    debug,
)

PAGES = ROOT / "docs" / "syscalls"
GUESTS = ROOT / "tests" / "guest"

# Boots an image of tests/guest ("": the system, which switches itself off when
# all its services are ready) with options for QEMU.
Boot = Callable[..., Result]

# The part of HART_STACK_BYTES (kernel/layout.h) above the guard page.
KERNEL_STACK_BYTES = 8192

# A processor without the timer compare register of its own: the kernel's
# deadlines go through the firmware.
NO_SSTC = ("-cpu", "rv64,sstc=false")

# A debug build has its trace on, and is later than promised with all.
DEBUG_OPTIONS = (
    ("-append", "trace=0 slow=1") if os.environ.get("DEBUG") else ()
)

# Images that consist of scenarios.
SCENARIO_IMAGES = (
    *("ends", "faults", "handles", "inherit", "leases", "notices"),
    *("refusals", "revoke", "signals", "deadlines", "irqs", "inspect"),
)

# Errors that need a longer story than a row of misuse.c: which scenario of
# which of those images tells it.
TOLD_BY_SCENARIOS = {
    ("endpoint_call", "ERR_REVOKED"): "ends/revoked",
    ("endpoint_send", "ERR_REVOKED"): "ends/revoked",
    ("endpoint_reply_recv", "ERR_REVOKED"): "ends/revoked",
    ("endpoint_create", "ERR_FULL"): "ends/full-table",
    ("memory_create", "ERR_FULL"): "ends/full-table",
    ("process_create", "ERR_FULL"): "ends/full-table",
    ("thread_create", "ERR_FULL"): "ends/full-threads",
    ("memory_map", "ERR_FULL"): "ends/full-mappings",
    ("endpoint_call", "ERR_BUSY"): "refusals/busy",
    ("endpoint_send", "ERR_BUSY"): "refusals/busy",
    ("endpoint_reply", "ERR_BUSY"): "refusals/busy",
    ("endpoint_reply_recv", "ERR_BUSY"): "refusals/busy",
    ("endpoint_call", "ERR_FULL"): "refusals/full",
    ("endpoint_send", "ERR_FULL"): "refusals/full",
    ("endpoint_reply", "ERR_FULL"): "refusals/full",
    ("endpoint_reply_recv", "ERR_FULL"): "refusals/full",
}

LOAD = "load from a page that is not readable"
STORE = "store to a page that is not writable"
FETCH = "fetch from a page that is not executable"

# What party.c does in scenario "faults", in order: role, cause, address. No
# address where the specification leaves it open.
FAULTS = (
    ("load", LOAD, 0x30000000),
    ("store", STORE, "role_load"),
    ("fetch", FETCH, "pc"),
    ("kernel", LOAD, 0xFFFFFFC080201000),
    ("privileged", "illegal instruction", None),
    ("float", "illegal instruction", None),
    ("breakpoint", "breakpoint instruction", None),
    ("stack", STORE, 64),
)


@pytest.fixture(scope="module")
def run(
    build: Build, system: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Result]:
    """Boots an image; the same one on the same machine only once."""
    done: dict[tuple[str, ...], Result] = {}

    def run_once(name: str, *options: str) -> Result:
        image = build.test_image(name) if name else system
        if (name, *options) not in done:
            directory = tmp_path_factory.mktemp(name or "system")
            done[name, *options] = boot(build, image, directory, *options)
        return done[name, *options]

    return run_once


# ------------------------------------------------------------- system calls


def test_misuse(run: Boot) -> None:
    """Every misuse gets the error that it should, and nothing is lost."""
    result = run("misuse")
    rows = [line for line in result.lines if line.startswith("row ")]
    wrong = [row for row in rows if not re.fullmatch(r"row \S+ \S+ ok", row)]
    assert not wrong
    assert f"misuse {len(rows)} rows, 0 failures" in result.lines
    assert result.status == 0


def test_every_documented_error_is_provoked(run: Boot) -> None:
    """Each row of each page's error table happens, and no other error does."""
    rows = re.findall(r"^row (\S+) (\S+) ok$", run("misuse").console, re.M)
    provoked = set(rows) - {("unknown", "ERR_SYSCALL")}
    documented = {
        (page.stem, error)
        for page in PAGES.glob("*.md")
        for error in re.findall(r"^\| (ERR_\w+) \|", page.read_text(), re.M)
    }
    assert ("unknown", "ERR_SYSCALL") in rows
    assert provoked | set(TOLD_BY_SCENARIOS) == documented
    # A scenario that a row makes superfluous should leave the list.
    assert not provoked & set(TOLD_BY_SCENARIOS)
    passed = {
        f"{image}/{scenario}"
        for image in SCENARIO_IMAGES
        for scenario in scenarios(run(image))
    }
    assert set(TOLD_BY_SCENARIOS.values()) <= passed


# --------------------------------------------------------------- scenarios


def scenarios(result: Result) -> list[str]:
    """The scenarios that passed."""
    return re.findall(r"^scenario (\S+) ok$", result.console, re.M)


@pytest.mark.parametrize("image", SCENARIO_IMAGES)
def test_scenarios(run: Boot, image: str) -> None:
    """Every scenario passes, in the order of the list in the program."""
    result = run(image, *DEBUG_OPTIONS)
    source = (GUESTS / image / f"{image}.c").read_text()
    listed = re.findall(r'\{"(\S+)", scenario_\w+\}', source)
    failed = [line for line in result.lines if "FAILED" in line]
    assert not failed
    assert listed and scenarios(result) == listed
    assert result.status == 0


def test_faults_are_told(build: Build, run: Boot) -> None:
    """A program that faults is ended with one line, which says who, why and
    where. Scenarios are played twice."""
    party = build.program("ends", "party")
    lines = re.findall(
        r"^FAULT (\S+) thread \d+: (.*), pc (0x\w{16}), address (0x\w{16})$",
        run("ends").console,
        re.M,
    )
    held = [("hold_and_fault", STORE, 0)] * 2
    expected = [*held, *FAULTS, *FAULTS]
    assert run("ends").console.count("FAULT ") == len(lines) == len(expected)
    for line, (role, cause, address) in zip(lines, expected):
        pc, told = int(line[2], 16), int(line[3], 16)
        assert line[:2] == ("party", cause)
        if address == "pc":
            assert told == pc and party.function(pc) is None
            continue
        assert party.function(pc) == f"role_{role}"
        if isinstance(address, str):
            assert told == party.address(address)
        elif address is not None:
            assert told == address


# Scenarios of image "faults" in which nobody helps, in order: where the party
# faults. All others are answered, and then there is nothing to tell.
UNHELPED = (
    ("nobody", 0x30000000),
    ("pager-was-last", 0x30000000),
    ("hangup", 0x30000000),
    ("revoked-queued", 0x30000000),
    ("revoked-received", 0x30001000),
    ("replaced-queued", 0x30000000),
    ("half-revoked", 0x30000000),
)


def test_unhelped_faults_are_told(run: Boot) -> None:
    """A fault that nobody can receive is told in the log, one line each time,
    and no other is."""
    told: list[tuple[str, int]] = []
    addresses: list[int] = []
    for line in run("faults").lines:
        if line.startswith("FAULT party "):
            assert LOAD in line
            addresses.append(int(line.split()[-1], 16))
        elif line.startswith("scenario "):
            told += [(line.split()[1], address) for address in addresses]
            addresses = []
    assert told == [case for case in UNHELPED for _ in range(2)]


# ----------------------------------------------------- library and the system


def test_library(run: Boot) -> None:
    """The user library's own test."""
    result = run("library", "-append", "number=0x1234 text=here")
    wrong = [line for line in result.lines if line.startswith("FAILED")]
    assert not wrong
    assert "failures: 0" in result.lines
    assert result.status == 0


def own_lines(result: Result) -> list[str]:
    """What the programs printed: all that follows the kernel's greeting."""
    numbers = [
        number
        for number, line in enumerate(result.lines)
        if line.startswith("chaski: ")
    ]
    assert len(numbers) == 1, "not booted once"
    return result.lines[numbers[0] + 1 :]


def without_times(result: Result) -> list[str]:
    """What the programs printed, but not when, nor what the clock said then.
    Services that have nothing to do with each other may get ready in any
    order."""
    times = r" +\d+\.\d ms$|(?<=^clock    )[-\d]+ [:\d]+(?= UTC)"
    return sorted(re.sub(times, "", line) for line in own_lines(result))


def test_system(run: Boot) -> None:
    """The system comes up: each service of the manifest is ready, or there is
    a line about what it lacks. Then it switches off by an order."""
    result = run("")
    manifest = (ROOT / "user" / "manifest").read_text()
    services = re.findall(r"^service (\S+)", manifest, re.M)
    told = Counter(line.split()[0] for line in own_lines(result))
    del told["/$"]  # the shell asks what it is to do
    assert told == Counter([*services, "player", "init"])
    left_out = [line for line in own_lines(result) if "left out" in line]
    count = len(services) + 1 - len(left_out)
    assert f"init     {count} services ready" in without_times(result)
    assert result.status == 0


def test_system_in_real_time(
    build: Build, run: Boot, system: Path, tmp_path: Path
) -> None:
    """It does the same by the host's clock."""
    result = boot_in_real_time(build, system, tmp_path)
    assert without_times(result) == without_times(run(""))
    assert result.status == 0


# ----------------------------------------------------------- other machines


@pytest.mark.parametrize("image", ["", "misuse", "ends", "deadlines"])
def test_without_sstc(run: Boot, image: str) -> None:
    """Without a timer register of its own the kernel does just the same."""
    usual, other = run(image), run(image, *NO_SSTC)
    assert "sstc" in usual.console and "sstc" not in other.console
    assert without_times(other) == without_times(usual)
    assert other.status == usual.status == 0


@pytest.mark.parametrize("mebibytes", [64, 1024])
@pytest.mark.parametrize("image", ["", "misuse"])
def test_other_memory(run: Boot, image: str, mebibytes: int) -> None:
    """The kernel finds out how much memory there is, and uses it."""
    usual, other = run(image), run(image, "-m", f"{mebibytes}M")
    greeting = rf"^chaski: {mebibytes} MiB, (\d+) frames free, 1 harts, booted on 0$"
    found = re.search(greeting, other.console, re.M)
    assert found
    # The kernel and the firmware take a megabyte, or a few.
    assert 0 <= mebibytes * 256 - int(found[1]) < 1024
    assert without_times(other) == without_times(usual)
    assert other.status == 0


# ------------------------------------------------------- nothing can be done


def panic(result: Result) -> list[str]:
    """The kernel's last words: the panic's text and what follows it. The
    machine must have been switched off with status 1."""
    head, mark, text = result.console.partition("PANIC hart 0: ")
    assert mark and "PANIC" not in text
    assert head == "" or head.endswith("\n")
    assert result.status == 1
    return text.splitlines()


def backtrace(lines: list[str]) -> list[int]:
    """The addresses of a panic's backtrace."""
    traces = [line for line in lines if line.startswith("  backtrace ")]
    assert len(traces) == 1
    return [int(address, 16) for address in traces[0].split()[1:]]


def test_no_boot_image(build: Build, tmp_path: Path) -> None:
    """Without -initrd the kernel says what is missing."""
    lines = panic(boot(build, None, tmp_path))
    assert lines[0] == "no boot archive: start QEMU with -initrd"
    assert backtrace(lines)


NO_INIT = "no init: the boot archive (-initrd) does not begin with it"
NO_ROOM = "init does not fit: too large, or linked at a bad address"
LOWEST_KERNEL = 0xFFFFFFC000000000
CUT_OFF = "the first file of the boot archive is cut off"


def with_header(image: bytes, **fields: int) -> bytes:
    """The boot image with other numbers in init's header (abi/boot.h)."""
    names = ("base", "entry", "text", "rodata", "data", "bss")
    at = image.index(b"1chaski1")
    changed = bytearray(image)
    for name, value in fields.items():
        place = at + 8 * (1 + names.index(name))
        struct.pack_into("<Q", changed, place, value)
    return bytes(changed)


BAD_IMAGES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "garbage": (NO_INIT, lambda image: bytes(range(256)) * 40),
    "text": (NO_INIT, lambda image: b"A"),
    "another magic": (NO_INIT, lambda image: b"070702" + image[6:]),
    "no digit": (NO_INIT, lambda image: image[:54] + b"x" + image[55:]),
    "a long name": (NO_INIT, lambda image: image[:94] + b"f" + image[95:]),
    "a header": (NO_INIT, lambda image: image[:110]),
    "a part of init": (NO_INIT, lambda image: image[:8000]),
    "not init first": (NO_INIT, lambda image: image[::-1]),
    "no init magic": (NO_INIT, lambda i: i.replace(b"1chaski1", b"1chaski2")),
    "long text": (CUT_OFF, lambda i: with_header(i, text=1 << 20)),
    "endless text": (CUT_OFF, lambda i: with_header(i, text=1 << 63)),
    "long data": (CUT_OFF, lambda i: with_header(i, data=(1 << 64) - 1)),
    "much bss": (NO_ROOM, lambda i: with_header(i, bss=1 << 20)),
    "endless bss": (NO_ROOM, lambda i: with_header(i, bss=(1 << 64) - 1)),
    "odd base": (NO_ROOM, lambda i: with_header(i, base=0x10000001)),
    "kernel base": (NO_ROOM, lambda i: with_header(i, base=LOWEST_KERNEL)),
    "highest base": (NO_ROOM, lambda i: with_header(i, base=2**64 - 4096)),
}


@pytest.mark.parametrize("kind", BAD_IMAGES)
def test_bad_boot_image(build: Build, tmp_path: Path, kind: str) -> None:
    """Whatever -initrd names, the kernel says what is wrong with it."""
    text, spoil = BAD_IMAGES[kind]
    image = tmp_path / "initrd"
    image.write_bytes(spoil(build.image.read_bytes()))
    assert panic(boot(build, image, tmp_path))[0] == text


def break_kernel(
    build: Build,
    directory: Path,
    register: str,
    change: Callable[[int], int],
) -> list[str]:
    """Spoils a register as the kernel begins with a system call, and returns
    its last words."""
    trap = Program("kernel", build.kernel_elf).address("trap")
    with debug(build, build.image, directory) as (machine, debugger):
        debugger.break_at(trap)
        assert debugger.go() == trap
        debugger.write(register, change(debugger.read(register)))
        debugger.forget(trap)
        debugger.gdb.resume()
        return panic(machine.result())


def test_kernel_jumps_astray(build: Build, tmp_path: Path) -> None:
    """A kernel that jumps to 0 is stopped, with a trace of how it got there:
    the return address points into the caller."""
    kernel = Program("kernel", build.kernel_elf)
    lines = break_kernel(build, tmp_path, "pc", lambda pc: 0)
    assert lines[0] == FETCH
    assert re.fullmatch(r"  thread \d+", lines[1])
    assert lines[2].startswith(f"  pc 0x{0:016x} address 0x{0:016x} sp 0x")
    trace = backtrace(lines)
    assert trace[0] == 0
    # A debug build has its trace on, and comes by another way.
    callers = ("trap_entry", "trap_exit", "trap_traced")
    assert kernel.function(trace[1]) in callers


@pytest.mark.parametrize("value", [0, 8, 0x4000000000, 2**64 - 8])
def test_kernel_loses_its_stack(
    build: Build, tmp_path: Path, value: int
) -> None:
    """The panic has a stack of its own: it does not need the one that is
    gone."""
    lines = break_kernel(build, tmp_path, "sp", lambda sp: value)
    assert lines[0] in (LOAD, STORE)
    told = int(lines[2].split()[-1], 16)
    assert (value - told) % 2**64 < 512, "not the stack that was set"
    assert backtrace(lines)
    assert "  the stack pointer is not on the stack" in lines


@pytest.mark.parametrize("value", [8])
def test_kernel_loses_its_hart(
    build: Build, tmp_path: Path, value: int
) -> None:
    """Nor does it need the hart's record, which tells the current thread and
    the bounds of the stack."""
    lines = break_kernel(build, tmp_path, "tp", lambda tp: value)
    assert lines[0] in (LOAD, STORE)
    assert backtrace(lines)


def test_kernel_stack_overflows(build: Build, tmp_path: Path) -> None:
    """A stack that is used up ends at a page that is not there: all of it is
    above sp when a trap begins."""
    lines = break_kernel(
        build, tmp_path, "sp", lambda top: top - KERNEL_STACK_BYTES
    )
    assert lines[0] in (LOAD, STORE)
    assert backtrace(lines)
