# SPDX-License-Identifier: MIT
"""Lets a console's output through and says, below a panic's backtrace, which
lines of source its addresses are.

    qemu-system-riscv64 ... | python3 -m tools.backtrace build/kernel.elf

Bytes go through as they come, so that typing at the console is not delayed;
only the lines that are added come when the backtrace's own line is complete."""

import os
import re
import subprocess
import sys

ADDR2LINE = os.environ.get("CROSS", "riscv64-unknown-elf-") + "addr2line"
BACKTRACE = re.compile(rb"^  backtrace((?: 0x[0-9a-f]+)+)\r?$")
CHUNK_BYTES = 4096


def source_lines(kernel: str, words: list[bytes]) -> str:
    """A line for each address: function, file and line. All but the first are
    return addresses, which belong to the instruction before: the call."""
    addresses = [int(word, 16) for word in words]
    places = [addresses[0], *(address - 1 for address in addresses[1:])]
    answer = subprocess.run(
        [ADDR2LINE, "-f", "-p", "-i", "-e", kernel, *map(hex, places)],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = answer.stdout.splitlines() or [answer.stderr.strip()]
    return "".join(f"    {line.strip()}\r\n" for line in lines)


def main() -> int:
    """Until the console ends."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    line = b""
    while chunk := os.read(0, CHUNK_BYTES):
        for part in chunk.splitlines(keepends=True):
            os.write(1, part)
            line += part
            if not part.endswith(b"\n"):
                continue
            if found := BACKTRACE.match(line.rstrip(b"\n")):
                text = source_lines(sys.argv[1], found[1].split())
                os.write(1, text.encode())
            line = b""
    return 0


if __name__ == "__main__":
    sys.exit(main())
