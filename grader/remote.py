# SPDX-License-Identifier: MIT
"""Two small clients for a running QEMU.

`Gdb` speaks the gdb remote protocol: a packet is `$text#` and two hex digits,
the sum of its bytes; each side answers `+` to a packet that arrived whole.
`Qmp` speaks QEMU's own protocol: one JSON object a line, and events come in
between the answers. Neither waits longer than a number of seconds."""

import json
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from grader.verdict import InfrastructureError

ANSWER_SECONDS = 30.0


class Gone(InfrastructureError):
    """QEMU closed the connection: it has ended, or is about to."""


@contextmanager
def _connection(part: str) -> Iterator[None]:
    """Says what a trouble with a socket means."""
    try:
        yield
    except TimeoutError as error:
        raise InfrastructureError(f"QEMU's {part} is silent") from error
    except OSError as error:
        raise Gone(f"QEMU's {part}: {error}") from error


class Gdb:
    """The debugger's end of QEMU's gdb stub, as little as an end stop needs.
    Reading registers and page tables at a stop is more `ask`s."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.settimeout(ANSWER_SECONDS)
        self._received = b""

    def break_at(self, address: int) -> None:
        """Sets a breakpoint at a virtual address, whatever the space."""
        if self.ask(f"Z0,{address:x},4") != "OK":
            raise InfrastructureError(f"no breakpoint at {address:#x}")

    def resume(self) -> None:
        """Lets the machine run. The answer comes when it stops: `stopped`."""
        self._send("c")

    def stopped(self, seconds: float) -> bool:
        """Waits so long for the machine to stop; True if it did."""
        if b"#" not in self._received:
            if not select.select([self._socket], [], [], seconds)[0]:
                return False
            self._receive()
        return b"#" in self._received and bool(self._packet())

    def pc(self) -> int:
        """The program counter of a stopped machine: it comes after the 32
        general registers, eight bytes each."""
        registers = bytes.fromhex(self.ask("g"))
        return int.from_bytes(registers[32 * 8 : 33 * 8], "little")

    def ask(self, text: str) -> str:
        """Sends a packet and returns the answer's text."""
        self._send(text)
        return self._packet()

    def _send(self, text: str) -> None:
        body = text.encode()
        with _connection("gdb stub"):
            self._socket.sendall(b"$%s#%02x" % (body, sum(body) & 0xFF))

    def _packet(self) -> str:
        while True:
            head, mark, rest = self._received.partition(b"#")
            if mark and len(rest) >= 2:
                break
            self._receive()
        self._received = rest[2:]
        with _connection("gdb stub"):
            self._socket.sendall(b"+")
        return head.partition(b"$")[2].decode()

    def _receive(self) -> None:
        with _connection("gdb stub"):
            data = self._socket.recv(65536)
        if not data:
            raise Gone("QEMU is gone")
        self._received += data


class Qmp:
    """QEMU's monitor."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(ANSWER_SECONDS)
        self._file = connection.makefile("rwb")
        greeting = self._line()["QMP"]["version"]["qemu"]
        self.version = "{major}.{minor}.{micro}".format(**greeting)
        self.ask("qmp_capabilities")

    def icount(self) -> int:
        """Instructions executed since power-on, exact in every icount mode."""
        return int(self.ask("query-replay")["icount"])

    def status(self) -> str:
        """`running`, or `debug` at a breakpoint."""
        return str(self.ask("query-status")["status"])

    def physical_word(self, address: int) -> int:
        """The 64-bit word at a physical address, device registers included."""
        command = {"command-line": f"xp /1gx {address:#x}"}
        text = str(self.ask("human-monitor-command", command))
        return int(text.partition(":")[2], 16)

    def ask(self, command: str, arguments: dict[str, str] | None = None) -> Any:
        """Executes a command and returns what it returns."""
        request: dict[str, Any] = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        with _connection("monitor"):
            self._file.write(json.dumps(request).encode() + b"\n")
            self._file.flush()
        while True:
            answer = self._line()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise InfrastructureError(f"{command}: {answer['error']}")

    def _line(self) -> Any:
        with _connection("monitor"):
            line = self._file.readline()
        if not line:
            raise Gone("QEMU is gone")
        return json.loads(line)
