# SPDX-License-Identifier: MIT
"""Two small clients for a running QEMU.

`Gdb` speaks the gdb remote protocol: a packet is `$text#` and two hex digits,
the sum of its bytes; each side answers `+` to a packet that arrived whole.
`Qmp` speaks QEMU's own protocol: one JSON object a line, and events come in
between the answers. Neither waits longer than a number of seconds."""

import json
import re
import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from grader.verdict import InfrastructureError

ANSWER_SECONDS = 30.0

# Registers in the order of the stub's `g` answer, eight bytes each.
GENERAL_REGISTERS = (
    "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7"
    " s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6 pc"
).split()
# One answer carries at most so many bytes.
ANSWER_BYTES_MAX = 2048


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
    """The debugger's end of QEMU's gdb stub, as little as an end stop needs."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._socket.settimeout(ANSWER_SECONDS)
        self._received = b""
        self._control_registers: dict[str, int] = {}

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

    def interrupt(self) -> None:
        """Stops a machine that runs."""
        if not self.stopped(0):
            with _connection("gdb stub"):
                self._socket.sendall(b"\x03")
            self._packet()

    def pc(self) -> int:
        """The program counter of a stopped machine."""
        return self.registers()["pc"]

    def registers(self) -> dict[str, int]:
        """The general registers of a stopped machine, by their ABI names,
        and the pc."""
        data = bytes.fromhex(self.ask("g"))
        return {
            name: int.from_bytes(data[8 * i : 8 * i + 8], "little")
            for i, name in enumerate(GENERAL_REGISTERS)
        }

    def control_register(self, name: str) -> int:
        """A control register. QEMU describes them and their numbers in an
        XML text, one element a register."""
        if not self._control_registers:
            for tag in re.findall("<reg [^>]*>", self._text("riscv-csr.xml")):
                words = dict(re.findall(r'(\w+)="([^"]*)"', tag))
                self._control_registers[words["name"]] = int(words["regnum"])
        answer = self.ask(f"p{self._control_registers[name]:x}")
        return int.from_bytes(bytes.fromhex(answer), "little")

    def _text(self, name: str) -> str:
        """A text that comes in several answers; the first letter of each
        says whether more follow."""
        text, more = "", True
        while more:
            span = f"{len(text):x},{ANSWER_BYTES_MAX:x}"
            answer = self.ask(f"qXfer:features:read:{name}:{span}")
            text, more = text + answer[1:], answer[:1] == "m"
        return text

    def read_physical(self, address: int, length: int) -> bytes:
        """Memory of a stopped machine, past its page tables. Where there is
        none, QEMU answers zeroes."""
        if self.ask("Qqemu.PhyMemMode:1") != "OK":
            raise InfrastructureError("QEMU does not read physical memory")
        data = b""
        while len(data) < length:
            at = address + len(data)
            count = min(length - len(data), ANSWER_BYTES_MAX)
            data += bytes.fromhex(self.ask(f"m{at:x},{count:x}"))
        return data

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
