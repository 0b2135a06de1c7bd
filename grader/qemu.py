# SPDX-License-Identifier: MIT
"""One boot, from power-on to a certain end.

The same kernel under the same seed must do the same thing on every host, so
nothing here depends on the host's clock:

- `-icount shift=N,sleep=off`: an instruction takes 2**N virtual nanoseconds,
  and an idle machine jumps to its next timer at once.
- The budget is a number of instructions. QEMU is asked every 10 ms how many
  it has executed; the run is *ended* at twice the budget, which says nothing
  yet, and *judged* by the exact count at its end stop.
- The end stop is a breakpoint at `test_end`, where a given program ends. It
  is set before power-on and hit once: a machine that stops and goes on
  would see its clock jump. Here everything has been printed, the count is
  exact, and registers and page tables can be read (endstop.py).
- A machine in which nothing is armed runs its virtual clock to the end of
  time within one poll: that is how a deadlock looks. A kernel whose timer
  ticks on while no program ever runs again is one too, after 60 virtual
  seconds.
- The console goes to a file: with a slow pipe the guest would execute other
  counts. The trap log (`-d int`) goes to another: it is evidence.

The wall clock is only a backstop, and what it ends is nobody's fault.

QEMU gets two connected sockets (gdb stub, monitor) as open files. They have
no name, so no path can be too long and two graders cannot collide."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from grader.endstop import MEMORY_BYTES, EndStop
from grader.remote import Gdb, Gone, Qmp
from grader.traplog import USER_TRAP
from grader.verdict import InfrastructureError

ARGUMENTS_FILE = "arguments.json"  # what `arguments` says of a run

POLL_SECONDS = 0.010
CONSOLE_BYTES_MAX = 4 << 20
TRAP_LOG_BYTES_MAX = 64 << 20

# mtime counts at 10 MHz and would reach this after 228 years of work.
MTIME_ADDRESS = 0x200BFF8
MTIME_HZ = 10_000_000
MTIME_NEVER = 1 << 56
IDLE_VIRTUAL_SECONDS = 60

# The backstop: a start of QEMU, and the slowest host we can imagine.
START_SECONDS = 60
INSTRUCTIONS_PER_SECOND_MIN = 1_000_000

FIRMWARE = Path("/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin")


class End(Enum):
    """How a run came to its end."""

    END_STOP = "it reached test_end"
    POWER_OFF = "the machine was switched off"
    DEADLOCK = "nothing can ever happen again"
    BUDGET = "twice the budget was spent"
    OUTPUT_LIMIT = "the console passed 4 MiB"
    TRAP_STORM = "the trap log passed 64 MiB"


@dataclass(frozen=True)
class Machine:
    """What is booted, and how."""

    kernel: Path  # a flat binary: QEMU would clear the .bss of an ELF file
    initrd: Path | None
    # What memory holds at power-on, a file as large as memory of which the
    # machine gets a private copy. None: zeroes.
    memory: Path | None
    bootargs: str
    shift: int
    seed: int
    end_stop: int  # virtual address
    budget: int  # instructions
    directory: Path  # for console, trap log, arguments, QEMU's messages


@dataclass(frozen=True)
class Boot:
    """A finished run, as QEMU saw it."""

    end: End
    icount: int | None  # None after a power-off: QEMU took it along
    console: bytes
    traplog: bytes
    qemu_version: str
    # The stopped machine, if `run` was asked to keep it and it got there.
    stop: EndStop | None = field(default=None, compare=False)
    # Where the hart was when the grader ended a run that would not end.
    last_pc: int | None = field(default=None, compare=False)


def firmware() -> Path | None:
    """The distribution's OpenSBI; None means the one that QEMU brings."""
    return FIRMWARE if FIRMWARE.is_file() else None


def run(machine: Machine, keep: bool = False) -> Boot:
    """Boots the machine and returns when it has come to its end. `keep`
    leaves a machine at its end stop there, until its `stop` is closed.
    InfrastructureError if QEMU or the host is to blame."""
    machine.directory.mkdir(parents=True, exist_ok=True)
    for name in ("console", "traplog"):
        (machine.directory / name).write_bytes(b"")
    words = json.dumps(arguments(machine), indent=1)
    (machine.directory / ARGUMENTS_FILE).write_text(words)
    stop: EndStop | None = None
    last_pc = None
    with ExitStack() as stack:
        process, gdb, qmp = stack.enter_context(_power_on(machine))
        gdb.break_at(machine.end_stop)
        gdb.resume()
        try:
            end: End = _watch(machine, gdb, qmp)
            # At an end stop this is exact.
            icount: int | None = qmp.icount()
            if keep and end is End.END_STOP:
                stop = EndStop(gdb, stack.pop_all())
            elif end in (End.BUDGET, End.TRAP_STORM):
                gdb.interrupt()
                last_pc = gdb.pc()
        except Gone:
            # The test finisher makes QEMU exit, with the guest's status.
            if process.wait() < 0:
                raise
            end, icount = End.POWER_OFF, None
    return Boot(
        end,
        icount,
        (machine.directory / "console").read_bytes(),
        (machine.directory / "traplog").read_bytes(),
        qmp.version,
        stop,
        last_pc,
    )


def arguments(machine: Machine) -> list[str]:
    """QEMU's arguments that decide what happens in the machine."""
    memory = f"-m {MEMORY_BYTES >> 20}M -machine virt".split()
    if machine.memory:
        backend = f"memory-backend-file,id=ram,size={MEMORY_BYTES},share=off"
        memory[-1] += ",memory-backend=ram"
        memory += ["-object", f"{backend},mem-path={machine.memory}"]
    initrd = ["-initrd", str(machine.initrd)] if machine.initrd else []
    return [
        *(*memory, "-smp", "1", "-nodefaults", "-display", "none"),
        *("-icount", f"shift={machine.shift},sleep=off"),
        *("-seed", str(machine.seed)),
        *("-rtc", "base=2030-01-01,clock=vm"),
        *("-bios", str(firmware() or "default")),
        *("-kernel", str(machine.kernel), *initrd),
        *("-append", machine.bootargs),
        "-no-reboot",
    ]


def _command(machine: Machine, gdb: int, qmp: int) -> list[str]:
    """QEMU's command line; `gdb` and `qmp` are descriptors of sockets."""
    qemu = shutil.which("qemu-system-riscv64")
    if not qemu:
        raise InfrastructureError("qemu-system-riscv64 is not installed")
    # If the grader dies, so does its machine.
    guard = ["setpriv", "--pdeathsig", "KILL"]
    return [
        *(guard if shutil.which("setpriv") else []),
        *(qemu, *arguments(machine)),
        *("-serial", f"file:{machine.directory / 'console'}"),
        *("-d", "int", "-D", str(machine.directory / "traplog")),
        *("-chardev", f"socket,id=gdb,fd={gdb}", "-gdb", "chardev:gdb"),
        *("-chardev", f"socket,id=qmp,fd={qmp}"),
        *("-mon", "chardev=qmp,mode=control"),
        "-S",
    ]


@contextmanager
def _power_on(
    machine: Machine,
) -> Iterator[tuple[subprocess.Popen[bytes], Gdb, Qmp]]:
    """A machine stopped before its first instruction; it is gone at the end
    of the block, whatever happens in it."""
    errors = machine.directory / "qemu.err"
    gdb, gdb_far = socket.socketpair()
    qmp, qmp_far = socket.socketpair()
    with gdb, qmp, gdb_far, qmp_far, errors.open("wb") as log:
        far = (gdb_far.fileno(), qmp_far.fileno())
        process = subprocess.Popen(
            _command(machine, *far),
            pass_fds=far,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        gdb_far.close()
        qmp_far.close()
        try:
            yield process, Gdb(gdb), Qmp(qmp)
        except InfrastructureError as error:
            said = errors.read_text(errors="replace").strip()
            raise InfrastructureError(f"{error}\n{said}".strip()) from error
        finally:
            process.kill()
            process.wait()


def _watch(machine: Machine, gdb: Gdb, qmp: Qmp) -> End:
    """Waits until the run is over."""
    console = machine.directory / "console"
    started = time.monotonic()
    patience = (
        START_SECONDS + 2 * machine.budget / INSTRUCTIONS_PER_SECOND_MIN
    )
    last_user_trap = 0  # in mtime ticks
    with (machine.directory / "traplog").open("rb") as traps:
        while not gdb.stopped(POLL_SECONDS):
            if qmp.icount() > 2 * machine.budget:
                return End.BUDGET
            if console.stat().st_size > CONSOLE_BYTES_MAX:
                return End.OUTPUT_LIMIT
            now = qmp.physical_word(MTIME_ADDRESS)
            if USER_TRAP.search(traps.read(TRAP_LOG_BYTES_MAX)):
                last_user_trap = now
            if traps.tell() > TRAP_LOG_BYTES_MAX:
                return End.TRAP_STORM
            idle_too_long = (
                now - last_user_trap > IDLE_VIRTUAL_SECONDS * MTIME_HZ
            )
            # A stopped machine's clock runs to its end as well: it must
            # still be running after the clock was read.
            if (
                now >= MTIME_NEVER or idle_too_long
            ) and qmp.status() == "running":
                return End.DEADLOCK
            if time.monotonic() - started > patience:
                raise InfrastructureError(f"no end after {patience:.0f} s")
    status = qmp.status()
    if status != "debug" or gdb.pc() != machine.end_stop:
        raise InfrastructureError(f"QEMU stopped by itself ({status})")
    return End.END_STOP
