# SPDX-License-Identifier: MIT
"""The system calls and other traps of programs that QEMU saw.

`-d int` makes QEMU write one line for each trap, before the guest's first
instruction of its handler: no kernel can keep a call out of it or invent one.
A line holds the address of the `ecall`, which names the program and the
function, because each program is linked at addresses of its own and the
library has one function for each system call:

    riscv_cpu_do_interrupt: hart:0, async:0, cause:0000000000000008,
        epc:0x0000000010000a1c, tval:0x..., desc=user_ecall     (one line)

A call that the kernel starts again (its pc still on the `ecall`) counts
again."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from grader.elf import Program

USER_ECALL = re.compile(rb"async:0, cause:0*8, epc:0x([0-9a-f]+)")
KERNEL_ECALL = re.compile(rb"async:0, cause:0*9, epc:0x")
TRAP = re.compile(
    rb"async:([01]), cause:([0-9a-f]+), epc:0x(0{8}[0-7][0-9a-f]+),"
    rb" tval:0x([0-9a-f]+)"
)
USER_CALL = 8  # a cause [priv 10.1.8]
TIMER = 5  # the same, of interrupts
# Programs are linked below RAM, where neither kernel nor firmware runs.
USER_TRAP = re.compile(rb"epc:0x0{8}[0-7]")

# What a call site outside every program is counted under.
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Trap:
    """One trap of a program that was no system call: where it was, and what
    the hart then had in scause, sepc and stval."""

    program: str
    function: str
    is_interrupt: bool
    cause: int
    epc: int
    tval: int


class TrapLog:
    """User system calls, counted by program and function; other traps of
    programs one by one."""

    def __init__(self, raw: bytes, programs: Iterable[Program]) -> None:
        self.programs = {program.name: program for program in programs}
        self._raw = raw
        sites = Counter(int(epc, 16) for epc in USER_ECALL.findall(raw))
        self.ecalls: Counter[tuple[str, str]] = Counter()
        for site, count in sites.items():
            self.ecalls[_name(site, self.programs.values())] += count

    @property
    def programs_get_on(self) -> bool:
        """Whether the last tenth of all traps, at least one, has one of a
        program among it."""
        lines = self._raw.splitlines()
        tenth = max(1, len(lines) // 10)
        return any(USER_TRAP.search(line) for line in lines[-tenth:])

    def count(self, program: str, function: str | None = None) -> int:
        """System calls made in a program, or in one function of it."""
        return sum(
            count
            for (its_program, its_function), count in self.ecalls.items()
            if its_program == program and function in (None, its_function)
        )

    @cached_property
    def others(self) -> tuple[Trap, ...]:
        """Faults and interrupts of programs, in the order in which they
        came."""
        found = []
        for match in TRAP.finditer(self._raw):
            is_interrupt = match[1] == b"1"
            cause, epc, tval = (int(word, 16) for word in match.groups()[1:])
            if is_interrupt or cause != USER_CALL:
                names = _name(epc, self.programs.values())
                found.append(Trap(*names, is_interrupt, cause, epc, tval))
        return tuple(found)

    @property
    def firmware_calls(self) -> int:
        """Calls of the firmware, which the kernel makes."""
        return len(KERNEL_ECALL.findall(self._raw))

    @property
    def digest(self) -> str:
        """Eight digits that stand for all the counts."""
        counts = "\n".join(self.summary())
        return hashlib.sha256(counts.encode()).hexdigest()[:8]

    def summary(self) -> tuple[str, ...]:
        """One line for each program: its calls and how often each."""
        lines: dict[str, list[str]] = {}
        for (program, function), count in sorted(self.ecalls.items()):
            short = function.removeprefix("sys_")
            lines.setdefault(program, []).append(f"{short} {count}")
        return tuple(f"{name}: {', '.join(c)}" for name, c in lines.items())


def _name(site: int, programs: Iterable[Program]) -> tuple[str, str]:
    """The program and the function in it that an address lies in."""
    for program in programs:
        if function := program.function(site):
            return program.name, function
    return ELSEWHERE, hex(site)
