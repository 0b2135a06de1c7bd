# SPDX-License-Identifier: MIT
"""Names: which ELF files belong to the boot image, and what is where.

Each program of a boot image is linked at an address of its own, so one gdb
can hold the symbols of all of them and of the kernel at once."""

import os
import re
from pathlib import Path

import gdb

# "main + 12 in section .text of /here/build/user/ping.elf"
SYMBOL = re.compile(r"(?P<name>\S+)(?: \+ (?P<offset>\d+))? in section")


def build_directory() -> Path:
    """Where make put the kernel."""
    return Path(os.environ.get("BUILD", "build"))


def program_files() -> list[Path]:
    """The ELF files of the boot image, in its order. A file of its directory
    that is not on its list is left from an earlier build."""
    directory = Path(os.environ.get("PROGRAMS", build_directory() / "user"))
    names = (directory / "programs").read_text().partition(":")[0].split()
    return [directory / f"{name}.elf" for name in names]


def location(address: int) -> str:
    """An address as "function+offset", as a number if it is in no function."""
    said = gdb.execute(f"info symbol {address:#x}", to_string=True)
    match = SYMBOL.match(said)
    if not match:
        return f"{address:#x}"
    name, offset = match["name"], match["offset"]
    return f"{name}+{offset}" if offset else name


class Symbols(gdb.Command):
    """Load the symbols of the kernel and of each program of the boot image.
BUILD and PROGRAMS in the environment name the directories they are in."""

    def __init__(self) -> None:
        super().__init__("chaski symbols", gdb.COMMAND_FILES)

    def invoke(self, argument: str, from_tty: bool) -> None:
        # -readnow: gdb's index has no functions that are inlined everywhere,
        # and `break` would not know them.
        try:
            gdb.execute(f"file -readnow {build_directory()}/kernel.elf")
            for file in program_files():
                gdb.execute(
                    f"add-symbol-file -readnow {file}", to_string=True
                )
        except FileNotFoundError as error:
            raise gdb.GdbError(
                f"There is no {error.filename}: run make first."
            ) from error
