# SPDX-License-Identifier: MIT
"""Memory that is full of rubbish, as it is on a real machine.

QEMU gives a machine zeroes, and a kernel that forgets to clear its .bss, a
new page table or a fresh frame gets away with it. So the memory of every
graded run starts as a private copy of one template file: QEMU maps it and
reads or copies a page when the guest first touches it, which costs as little
as a page of zeroes. The template itself never changes.

The byte is chosen so that whatever reads it goes wrong soon: eight of them
are no address at all, a huge or negative number, never a null pointer or
"false"; as a page-table entry they are a valid leaf with all rights, far
outside of memory."""

import os
import tempfile
from pathlib import Path

from grader.endstop import MEMORY_BYTES

POISON = 0xDB

def template(directory: Path) -> Path:
    """The template in this directory; made when it is not there yet."""
    file = directory / f"poison-{POISON:02x}.ram"
    if not file.is_file() or file.stat().st_size != MEMORY_BYTES:
        directory.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: another grader may be about to start.
        descriptor, draft = tempfile.mkstemp(dir=directory)
        with os.fdopen(descriptor, "wb") as out:
            for _ in range(MEMORY_BYTES >> 20):
                out.write(bytes([POISON]) * (1 << 20))
        os.replace(draft, file)
    return file
