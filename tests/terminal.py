# SPDX-License-Identifier: MIT
"""The system as a person at its terminal sees it: types, reads, waits.

QEMU's serial line is a pair of pipes, so nothing on the way echoes, edits or
loses a byte. (A socket would do too, but has room for no more than some
hundred writes of one byte, which is how QEMU writes.) Time is the host's:
whoever types waits for facts, the text that must come, and not for a while."""

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.machine import SECONDS_MAX, Build, machine_command

# What the shell prints when it waits for a command, at the end of a line.
PROMPT = r"(?m)^\S*\$ \Z"


class Terminal:
    """A terminal at a running machine. What was received is in `seen`; what
    `expect` has found, and all before it, counts as read."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin and process.stdout
        self._process = process
        self._keys = process.stdin.fileno()
        self._screen = process.stdout.fileno()
        os.set_blocking(self._keys, False)
        self._read = 0
        self._bytes = bytearray()
        self.is_closed = False

    @property
    def seen(self) -> str:
        """All that the machine has sent so far, byte for byte."""
        return self._bytes.decode("latin-1")

    @property
    def unread(self) -> str:
        """What it has sent behind what was read."""
        return self.seen[self._read :]

    def type(self, text: str | bytes, seconds: float = SECONDS_MAX) -> None:
        """Types at full speed: as fast as the machine takes it. Takes in
        what it sends meanwhile, or both might wait for each other."""
        data = text.encode("latin-1") if isinstance(text, str) else text
        deadline = time.monotonic() + seconds
        while data:
            if time.monotonic() > deadline or self.is_closed:
                raise TimeoutError(f"not typed: {data[:60]!r}")
            ready = select.select([self._screen], [self._keys], [], 0.1)
            if ready[0]:
                self._receive()
            if ready[1] and not self.is_closed:
                data = data[os.write(self._keys, data) :]

    def expect(
        self, pattern: str, seconds: float = SECONDS_MAX
    ) -> re.Match[str]:
        """Waits until the regular expression matches somewhere in what is
        unread. The match, and what was before it, is then read. A \\Z in it
        is the end of what has been sent up to now."""
        deadline = time.monotonic() + seconds
        while not (match := re.search(pattern, self.unread)):
            left = deadline - time.monotonic()
            if left <= 0 or self.is_closed:
                why = "the machine is off" if self.is_closed else "no"
                raise TimeoutError(
                    f"{why}: {pattern!r} in {self.unread[-2000:]!r}"
                )
            self.listen(min(left, 1))
        self._read += match.end()
        return match

    def run(
        self,
        command: str,
        seconds: float = SECONDS_MAX,
        prompt: str = PROMPT,
    ) -> str:
        """Types a command at the prompt; returns what it printed up to the
        next prompt, with \\n between lines."""
        self.type(command + "\r")
        self.expect(re.escape(command) + "\r\n", seconds)
        start = self._read
        match = self.expect(prompt, seconds)
        text = self.seen[start : self._read - len(match[0])]
        return text.replace("\r\n", "\n")

    def listen(self, seconds: float) -> bool:
        """Takes in what comes within that time; False if nothing does."""
        if not select.select([self._screen], [], [], seconds)[0]:
            return False
        self._receive()
        return True

    def status(self, seconds: float = SECONDS_MAX) -> int:
        """Waits until the machine is off; returns QEMU's exit status. What
        it sent last is taken in too."""
        deadline = time.monotonic() + seconds
        while not self.is_closed:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"still on: {self.unread[-2000:]!r}")
            self.listen(min(left, 1))
        return self._process.wait(max(deadline - time.monotonic(), 1))

    def _receive(self) -> None:
        data = os.read(self._screen, 1 << 16)
        self._bytes += data
        self.is_closed = not data


def disk_options(disk: Path, *more: str) -> tuple[str, ...]:
    """What QEMU is told to have `disk` as the machine's disk; `more` are
    properties of the drive, as in "readonly=on"."""
    drive = f"file={disk},if=none,format=raw,id={disk.stem}"
    return (
        *("-global", "virtio-mmio.force-legacy=false"),
        *("-drive", ",".join((drive, *more))),
        *("-device", f"virtio-blk-device,drive={disk.stem}"),
    )


@contextmanager
def terminal(
    build: Build, image: Path | None = None, *options: str
) -> Iterator[Terminal]:
    """A terminal at a machine that was just switched on, with the system's
    boot image or `image`; it is switched off at the end."""
    line = ("-chardev", "stdio,id=line,signal=off")
    command = machine_command(
        build, image or build.image, "chardev:line", (*line, *options)
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        try:
            yield Terminal(process)
        finally:
            process.kill()
