# SPDX-License-Identifier: MIT
"""A lab's driver in the kernel under test, and tables seen from outside."""

import struct
from pathlib import Path

import pytest

from grader.driver import DRIVER_FILE, with_driver
from grader.lab import Lab, read_lab
from grader.labtool import Sources, locate
from grader.submission import Refused
from grader.sv39 import entries

KERNEL = """\
/* Starts something. */
static int
boot_first(int a)
{
    return other_thing(a);
}

int
other_thing(int a)
{
    return boot_first(a);
}
"""
DRIVER = """\
/* A driver. */
#include "main.h"

/* In main.c. */
static int
boot_first(int a)
{
    return driver_main(a);
}

int
other_thing(int a)
{
    return other_thing_given(a) + 1;
}

int
driver_main(int a)
{
    return a;
}
"""
LAB = """\
number = 1
name = "x"
title = "x"
budget = 1
programs = []
{driver}
exercise = []
"""


@pytest.fixture(name="lab")
def _lab(tmp_path: Path) -> Lab:
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "main.c").write_text(KERNEL)
    folder = tmp_path / "labs" / "1-x"
    folder.mkdir(parents=True)
    (folder / "driver.c").write_text(DRIVER)
    toml = folder / "lab.toml"
    toml.write_text(LAB.format(driver='driver = "driver.c"'))
    return read_lab(toml)


def _submission(text: str) -> Sources:
    return {"main.c": text.encode()}


def test_replaces_and_keeps(lab: Lab) -> None:
    """What the driver replaces stays beside it; the rest is a file."""
    built = with_driver(_submission(KERNEL), lab)
    main = built["main.c"].decode()
    assert "__attribute__((unused)) static int\nboot_first_given(int" in main
    assert main.count("return driver_main(a);") == 1
    assert main.index("boot_first_given(int") < main.index("\nboot_first(int")
    assert "\nother_thing_given(int a);\n" in main
    driver = built[DRIVER_FILE].decode()
    assert '#include "main.h"' in driver and "\ndriver_main(int" in driver
    assert "boot_first" not in driver and "In main.c" not in driver


def test_the_students_own_names_are_not_replaced(lab: Lab) -> None:
    """A function of the student's may be called as one of the driver's."""
    own = KERNEL + "\nstatic int\ndriver_main(int b)\n{\n    return b;\n}\n"
    main = with_driver(_submission(own), lab)["main.c"].decode()
    assert "driver_main_given" not in main


def test_refuses_a_kernel_without_the_place(lab: Lab) -> None:
    """Nothing runs if the driver cannot be put where it belongs."""
    with pytest.raises(Refused, match="main.c no longer defines boot_first"):
        with_driver(_submission(KERNEL.replace("boot_first(", "b(")), lab)
    with pytest.raises(Refused):
        with_driver({}, lab)


def test_a_lab_has_a_driver_or_programs(lab: Lab) -> None:
    """With neither, no run would end."""
    toml = lab.path / "lab.toml"
    toml.write_text(LAB.format(driver=""))
    with pytest.raises(Exception, match="programs is empty"):
        read_lab(toml)


def test_a_definition_is_found_before_a_call(tmp_path: Path) -> None:
    """A call over several lines in an earlier file is no definition."""
    call = "int\nf(void)\n{\n    if (g(1,\n          2))\n        h();\n}\n"
    (tmp_path / "a.c").write_text(call)
    (tmp_path / "b.c").write_text("int\ng(int a, int b)\n{\n}\n")
    assert locate(tmp_path, "g") == ("kernel/b.c", 2)


def test_entries_are_those_of_the_hart() -> None:
    """Tables before what is in them, large leaves, both halves, and no
    endless walk."""
    memory = bytearray(3 * 4096)

    def put(table: int, slot: int, word: int) -> None:
        struct.pack_into("<Q", memory, table * 4096 + 8 * slot, word)

    def read(address: int, length: int) -> bytes:
        return bytes(memory[address : address + length])

    put(0, 1, 1 << 10 | 0b1)
    put(1, 511, 2 << 10 | 0b1)
    put(2, 3, 0x80000 << 10 | 0xDF)
    put(2, 4, 0x80000 << 10 | 0xDE)  # not valid
    put(0, 258, 0x40000 << 10 | 0xEF)
    found = entries(read, 0)
    low = (1 << 30) + (511 << 21)
    assert [(e.va, e.level, e.is_leaf) for e in found] == [
        (1 << 30, 2, False),
        (low, 1, False),
        (low + 3 * 4096, 0, True),
        (0xFFFFFFC080000000, 2, True),
    ]
    assert (found[2].pa, found[2].bits & 1023) == (0x80000000, 0xDF)
    assert found[3].bytes == 1 << 30
    assert entries(read, 0, 256) == found[3:]
    with pytest.raises(ValueError, match="more than"):
        for slot in range(512):
            put(0, slot, 1 << 10 | 0b1)
            put(1, slot, 2 << 10 | 0b1)
        entries(read, 0)
