# SPDX-License-Identifier: MIT
"""The file server on this machine: building it, and talking to it.

The server's own sources are linked with a disk that is an array
(tests/host/fs). A Server is one such process; requests are those of
user/proto/file.h."""

import errno
import struct
import subprocess
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import TracebackType

from tests.machine import ROOT

SERVER = ROOT / "user" / "servers" / "fs"
HERE = ROOT / "tests" / "host" / "fs"

COMMON = (
    *("-std=c11", "-g", "-Wall", "-Wextra", "-Werror"),
    # A kill leaves by longjmp, and what it leaves is not read any more.
    "-Wno-clobbered",
    *("-D_GNU_SOURCE", "-Iuser", "-Ikernel", "-Iuser/servers"),
)
# Each store calls a function of tests/host/fs/machine.c, and all variables are
# in .data, which is put back when the server starts again.
WATCHED = (
    *("-O1", "-fsanitize=thread", "-fno-pie", "-fno-builtin"),
    *("-fno-zero-initialized-in-bss", "-fno-common"),
    *("-Dmemcpy=kill_memcpy", "-Dmemset=kill_memset"),
)
CHECKED = (
    *("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)


class Label(IntEnum):
    """Of requests: proto/file.h; of orders: tests/host/fs/drive.c."""

    OPEN = 1
    CLOSE = 2
    READ = 3
    WRITE = 4
    STAT = 5
    TRUNCATE = 6
    SYNC = 7
    LIST = 8
    MAKE = 9
    REMOVE = 10
    RENAME = 11
    SPACE = 12
    GONE = 13
    KILL = 100
    RESTART = 101
    SAVE = 102
    DISK_FAILS = 103
    DISK_DIES = 104
    EVERYWHERE = 105
    UNLENT = 106
    BAD = 107
    NEW = 108
    UNREADABLE = 109


TO_READ, TO_WRITE, CREATE, EXCLUSIVE, EMPTY, DIRECTORY = (
    1 << bit for bit in range(6)
)
AT_END = 2**64 - 1
DIRECTORY_MODE, FILE_MODE = 0o040755, 0o100644
FRAME = struct.Struct("<9Q")


def run(*command: str | Path) -> None:
    """Runs a command that has to succeed."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def build_server(place: Path, is_watched: bool) -> Path:
    """Compiles the server with its surroundings: with ASan and UBSan, or so
    that it can be killed before each store."""
    sources = [f for f in SERVER.glob("*.c") if f.name not in NOT_HERE]
    sources.append(ROOT / "user/lib/call.c")
    place.mkdir()
    flags = WATCHED if is_watched else CHECKED
    compile_all(place, (*COMMON, *flags), sources)
    if is_watched:
        for file in place.glob("*.o"):
            run("objcopy", "--rename-section", ".data=fsdata", file)
    around = place / "around"
    around.mkdir()
    link = ("-no-pie",) if is_watched else CHECKED
    compile_all(around, (*COMMON, *link), list(HERE.glob("*.c")))
    program = place / "drive"
    objects = (*place.glob("*.o"), *around.glob("*.o"))
    run("gcc", *link, "-o", program, *objects)
    return program


# The loop and its line of the boot log need a system around them.
NOT_HERE = ("main.c", "version.c")


def compile_all(
    place: Path, flags: tuple[str, ...], sources: list[Path]
) -> None:
    """Compiles each source to an object in `place`."""
    for file in sources:
        run("gcc", *flags, "-c", "-o", place / f"{file.stem}.o", file)


@dataclass
class Answer:
    """What came back."""

    error: int
    words: tuple[int, ...]
    data: bytes
    stores: int  # how many the server made to what outlives it


@dataclass
class Conversation:
    """About one open file, or about none, as struct file."""

    client: int
    number: int = 0
    sequence: int = 0


class Server:
    """A server and its machine."""

    def __init__(
        self, program: Path, image: Path, *options: str, pages: int = 512
    ) -> None:
        self.process = subprocess.Popen(
            [program, image, str(pages), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout
        self.ready = self.process.stdout.readline().decode().strip()
        self.roots: dict[int, Conversation] = {}
        self.is_everywhere = False

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        status = self.process.wait()
        if kind is None:
            assert status == 0

    def ask(
        self,
        label: int,
        badge: int,
        words: tuple[int, ...],
        data: bytes = b"",
        room: int = 0,
    ) -> Answer:
        """One message, as it is."""
        assert self.process.stdin and self.process.stdout
        words = (*words, *(0,) * (5 - len(words)))
        lent = room or len(data)
        frame = FRAME.pack(label, badge, *words, lent, room > 0)
        self.process.stdin.write(frame + data)
        self.process.stdin.flush()
        came = self.process.stdout.read(FRAME.size)
        assert len(came) == FRAME.size, "the server's machine has ended"
        _, stores, error, *rest, _, _ = FRAME.unpack(came)
        back = self.process.stdout.read(room) if room else b""
        return Answer(error, tuple(rest), back, stores)

    def order(self, label: Label, *words: int, data: bytes = b"") -> None:
        """Has something done to the machine."""
        self.ask(label, 0, words, data)

    def call(
        self,
        conversation: Conversation,
        label: Label,
        *words: int,
        data: bytes = b"",
        room: int = 0,
    ) -> Answer:
        """A request with its sequence number, again if the server is killed."""
        conversation.sequence += 1
        words = (*words, *(0,) * (4 - len(words)), conversation.sequence)
        if self.is_everywhere:
            self.order(Label.EVERYWHERE)
        for _ in range(100):
            answer = self.ask(
                label, conversation.client, words, data=data, room=room
            )
            if answer.error != errno.EINTR:
                break
        return answer

    # --------------------------------------------------- the requests

    def root(self, client: int) -> Conversation:
        """The client's conversation about no open file."""
        return self.roots.setdefault(client, Conversation(client))

    def open(
        self, client: int, path: str, flags: int
    ) -> tuple[int, Conversation]:
        """Opens a file; an error, or what it is known by."""
        answer = self.call(
            self.root(client), Label.OPEN, flags, data=path.encode()
        )
        return answer.error, Conversation(client, answer.words[0])

    def close(self, file: Conversation) -> int:
        """Closes it."""
        return self.call(file, Label.CLOSE, file.number).error

    def read(
        self, file: Conversation, offset: int, count: int
    ) -> tuple[int, bytes]:
        """Reads until there is no more, or an error."""
        parts: list[bytes] = []
        while count > 0:
            answer = self.call(
                file, Label.READ, file.number, offset, room=min(count, 1 << 16)
            )
            if answer.error or not answer.words[0]:
                return answer.error, b"".join(parts)
            parts.append(answer.data[: answer.words[0]])
            offset += answer.words[0]
            count -= answer.words[0]
        return 0, b"".join(parts)

    def write(
        self, file: Conversation, offset: int, data: bytes
    ) -> tuple[int, int]:
        """Writes all of it, or what fits; the error and how much."""
        done = 0
        while done < len(data):
            answer = self.call(
                *(file, Label.WRITE, file.number, offset),
                data=data[done : done + (1 << 16)],
            )
            if answer.error:
                return answer.error, done
            done += answer.words[0]
            offset = answer.words[1]
        return 0, done

    def truncate(self, file: Conversation, size: int) -> int:
        """Cuts it, or lengthens it."""
        return self.call(file, Label.TRUNCATE, file.number, size).error

    def stat(self, file: Conversation) -> tuple[int, int, int]:
        """Mode, links, size."""
        answer = self.call(file, Label.STAT, file.number)
        assert answer.error == 0
        mode_and_links, size, _, _ = answer.words
        return mode_and_links & 0xFFFFFFFF, mode_and_links >> 32, size

    def sync(self, file: Conversation) -> int:
        """Brings all to the disk."""
        return self.call(file, Label.SYNC, file.number).error

    def make(self, client: int, path: str, mode: int) -> int:
        """Makes a directory or a file."""
        return self.path(client, Label.MAKE, path, mode)

    def remove(self, client: int, path: str, mode: int = 0) -> int:
        """Removes a name."""
        return self.path(client, Label.REMOVE, path, mode)

    def rename(self, client: int, old: str, new: str) -> int:
        """Renames."""
        count = len(old.encode())
        return self.path(client, Label.RENAME, old + new, count)

    def path(self, client: int, label: Label, path: str, word: int) -> int:
        """A request about a path."""
        answer = self.call(self.root(client), label, word, data=path.encode())
        return answer.error

    def space(self) -> tuple[int, ...]:
        """Bytes of a block, blocks, free blocks, free files."""
        return self.call(self.root(1), Label.SPACE).words

    def gone(self, client: int) -> None:
        """The client has ended."""
        self.ask(Label.GONE, 0, (client,))
        self.roots.pop(client, None)

    def list(self, client: int, path: str) -> tuple[int, dict[str, int]]:
        """The names in a directory, and their kinds."""
        error, file = self.open(client, path, TO_READ | DIRECTORY)
        names: dict[str, int] = {}
        position = 0
        while not error:
            answer = self.call(
                file, Label.LIST, file.number, position, room=512
            )
            error = answer.error
            if error or not answer.words[0]:
                break
            position = answer.words[1]
            names.update(entries(answer.data[: answer.words[0]]))
        if file.number:
            assert self.close(file) == 0
        return error, names

    def save(self, file: Path) -> Path:
        """The disk as it will be when all is written."""
        self.order(Label.SAVE, data=str(file).encode())
        return file


def entries(data: bytes) -> dict[str, int]:
    """Takes struct file_entry apart."""
    names: dict[str, int] = {}
    while data:
        _, mode, count = struct.unpack_from("<QII", data)
        name = data[16:count].split(b"\0")[0].decode()
        assert name not in names
        names[name] = mode
        data = data[count:]
    return names
