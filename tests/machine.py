# SPDX-License-Identifier: MIT
"""The machine as a user sees it: boots to its own end, with an exit status.

The grader's driver (grader.qemu) stops a run at one address and judges it.
The project's own tests want other things: any processor and any amount of
memory, the status that the power-off register gives to QEMU, and a debugger
that stops more than once.

A run that does not end by itself is killed after SECONDS_MAX: the tests wait
for facts, and this is only there so that a hung kernel is a failed test."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.elf import Program
from grader.remote import GENERAL_REGISTERS, Gdb

ROOT = Path(__file__).resolve().parent.parent
SECONDS_MAX = 20


@dataclass(frozen=True)
class Build:
    """The folder that make builds in, BUILD if it is set."""

    directory: Path

    @classmethod
    def here(cls) -> "Build":
        """The build folder of this run of make."""
        return cls(ROOT / os.environ.get("BUILD", "build"))

    @property
    def kernel(self) -> Path:
        """The flat kernel, which is what QEMU boots."""
        return self.directory / "kernel.bin"

    @property
    def kernel_elf(self) -> Path:
        """The same with symbols."""
        return self.directory / "kernel.elf"

    @property
    def image(self) -> Path:
        """The system's boot image."""
        return self.directory / "boot.cpio"

    def test_image(self, name: str) -> Path:
        """The boot image of tests/guest/<name>."""
        return self.directory / "tests" / name / "boot.cpio"

    def program(self, image: str, name: str) -> Program:
        """The symbols of program `name` of a test image; image "" is the
        system."""
        place = f"tests/{image}" if image else "user"
        return Program(name, self.directory / place / f"{name}.elf")


@dataclass(frozen=True)
class Result:
    """How a run ended: QEMU's exit status, and what it printed."""

    status: int  # negative: killed, because it would not end
    console: str

    @property
    def lines(self) -> list[str]:
        """What was printed, the firmware's greeting included."""
        return self.console.splitlines()


class Running:
    """A machine that was switched on."""

    def __init__(
        self, process: subprocess.Popen[bytes], console: Path
    ) -> None:
        self._process = process
        self._console = console

    def result(self, seconds: float = SECONDS_MAX) -> Result:
        """Waits for the end of the run."""
        guard = threading.Timer(seconds, self._process.kill)
        guard.start()
        status = self._process.wait()
        guard.cancel()
        text = self._console.read_bytes().decode(errors="replace")
        return Result(status, text.replace("\r\n", "\n"))


class Debugger:
    """The gdb stub of a running machine: breakpoints that may be passed
    again and again, and any register by its name."""

    def __init__(self, gdb: Gdb) -> None:
        self.gdb = gdb
        self._breakpoints: set[int] = set()

    def break_at(self, *addresses: int) -> None:
        """Stops the machine whenever it comes to one of the addresses."""
        for address in addresses:
            self.gdb.break_at(address)
            self._breakpoints.add(address)

    def forget(self, *addresses: int) -> None:
        """Takes breakpoints away."""
        for address in addresses:
            self.gdb.ask(f"z0,{address:x},4")
            self._breakpoints.discard(address)

    def go(self) -> int:
        """Runs to the next breakpoint and returns its address."""
        here = self.gdb.pc()
        if here in self._breakpoints:
            # The stub would stop at it at once, without a step.
            self.gdb.ask(f"z0,{here:x},4")
            self.gdb.ask("s")
            self.gdb.break_at(here)
            if self.gdb.pc() in self._breakpoints:
                return self.gdb.pc()
        self.gdb.resume()
        deadline = time.monotonic() + SECONDS_MAX
        while not self.gdb.stopped(1):
            if time.monotonic() > deadline:
                raise TimeoutError("no breakpoint was reached")
        return self.gdb.pc()

    def read(self, register: str) -> int:
        """The value of a register, control registers included."""
        if register in GENERAL_REGISTERS:
            return self.gdb.registers()[register]
        return self.gdb.control_register(register)

    def write(self, register: str, value: int) -> None:
        """Changes a general register, or the pc."""
        # The stub wants to have been asked for the registers' description.
        self.gdb.ask("qXfer:features:read:target.xml:0,10")
        number = GENERAL_REGISTERS.index(register)
        data = (value % 2**64).to_bytes(8, "little").hex()
        answer = self.gdb.ask(f"P{number:x}={data}")
        if answer != "OK":
            raise ValueError(f"{register} cannot be written: {answer}")


def yield_compile(plugin: Path) -> subprocess.CompletedProcess[str]:
    """Makes the plugin of tests/yield.c."""
    return subprocess.run(
        ["gcc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Wmissing-prototypes"]
        # A function that this QEMU lacks is found out at once (-z now).
        + ["-fPIC", "-shared", "-Wl,-z,now", "-o", str(plugin)]
        + ["tests/yield.c"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def plugin_is_taken(plugin: Path) -> bool:
    """Whether QEMU runs with this plugin."""
    machine = ("-machine", "none", "-nodefaults", "-display", "none")
    ran = subprocess.run(
        ["qemu-system-riscv64", *machine, "-monitor", "stdio"]
        + ["-plugin", f"file={plugin}"],
        input=b"quit\n",
        capture_output=True,
    )
    return ran.returncode == 0


@cache
def harts_options(build: Build, harts: int) -> tuple[str, ...]:
    """QEMU's options for several harts. They give way to one another if the
    host can have it (tests/yield.c); if not, they do the same more slowly."""
    number = ("-smp", str(harts))
    plugin = build.directory / "yield.so"
    if yield_compile(plugin).returncode != 0 or not plugin_is_taken(plugin):
        return number
    return (*number, "-plugin", f"file={plugin}")


def machine_command(
    build: Build, initrd: Path | None, serial: str, options: Sequence[str]
) -> list[str]:
    """QEMU's command line for a machine whose serial line is `serial`;
    `options` come last, so that they win."""
    return [
        *("setpriv", "--pdeathsig", "KILL"),
        *("qemu-system-riscv64", "-machine", "virt", "-m", "128M"),
        *("-nodefaults", "-display", "none", "-no-reboot"),
        *("-serial", serial, "-kernel", str(build.kernel)),
        *(("-initrd", str(initrd)) if initrd else ()),
        *options,
    ]


def boot(
    build: Build, initrd: Path | None, directory: Path, *options: str
) -> Result:
    """Boots and waits for the end. The machine's time is that of its
    instructions, also for its devices, so that a busy host does not change
    what happens."""
    timing = ("-icount", "shift=2,sleep=off", "-rtc", "clock=vm")
    return boot_in_real_time(build, initrd, directory, *timing, *options)


def boot_in_real_time(
    build: Build, initrd: Path | None, directory: Path, *options: str
) -> Result:
    """The same by the host's clock, as `make run` does it."""
    return start(build, initrd, directory, *options).result()


def start(
    build: Build, initrd: Path | None, directory: Path, *options: str
) -> Running:
    """Switches a machine on, without saying how its time goes."""
    console = directory / "console"
    command = machine_command(build, initrd, f"file:{console}", options)
    return Running(subprocess.Popen(command), console)


@contextmanager
def debug(
    build: Build, initrd: Path, directory: Path, *options: str
) -> Iterator[tuple[Running, Debugger]]:
    """A machine stopped before its first instruction. Its time is that of
    its instructions, with sleep: without, the clock of a machine that stops
    at a breakpoint would run on to its end, and no timer would ever come."""
    near, far = socket.socketpair()
    stub = ("-chardev", f"socket,id=gdb,fd={far.fileno()}", "-S")
    command = machine_command(
        build,
        initrd,
        f"file:{directory / 'console'}",
        ("-icount", "shift=0", *stub, "-gdb", "chardev:gdb", *options),
    )
    with near, far:
        process = subprocess.Popen(command, pass_fds=[far.fileno()])
        far.close()
        try:
            yield (
                Running(process, directory / "console"),
                Debugger(Gdb(near)),
            )
        finally:
            process.kill()
            process.wait()
