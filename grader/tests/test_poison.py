# SPDX-License-Identifier: MIT
"""Memory full of rubbish: who relies on zeroes is found out, nobody else."""

import re
from dataclasses import replace
from pathlib import Path

from grader import poison, qemu
from grader.build import Kernel
from grader.tests.conftest import System


def boots(system: System, kernel: Kernel) -> tuple[qemu.Boot, qemu.Boot]:
    """What becomes of a kernel in memory of zeroes, and in poisoned one."""
    machine = system.machine(kernel)
    return qemu.run(replace(machine, memory=None)), qemu.run(machine)


def test_a_kernel_that_leaves_its_bss_uncleared_dies_of_poison_only(
    system: System,
) -> None:
    text = system.reference["entry.S"].decode()
    loop = re.compile(r"^20: +sd +zero.*?^ +bltu.*?$", re.DOTALL | re.MULTILINE)
    patched, count = loop.subn("20:", text)
    assert count == 1
    sources = {**system.reference, "entry.S": patched.encode()}
    zeroes, poisoned = boots(system, system.build(sources))
    assert zeroes.end is qemu.End.END_STOP
    assert poisoned.end is not qemu.End.END_STOP


def test_a_kernel_that_relies_on_nothing_does_not_notice(
    system: System,
) -> None:
    """Not one instruction differs."""
    zeroes, poisoned = boots(system, system.build())
    assert zeroes.end is qemu.End.END_STOP
    assert zeroes == poisoned


def test_the_template_is_made_once(tmp_path: Path) -> None:
    file = poison.template(tmp_path)
    assert set(file.read_bytes()) == {poison.POISON}
    made = file.stat()
    assert poison.template(tmp_path) == file
    assert file.stat() == made
    file.write_bytes(b"short")
    assert poison.template(tmp_path).stat().st_size == made.st_size
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
