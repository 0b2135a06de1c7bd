# SPDX-License-Identifier: MIT
"""A model of files: what the file server should do, in a few dicts."""

import errno
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.disk import disk_copy
from tests.fs_host import (
    AT_END,
    CREATE,
    DIRECTORY,
    DIRECTORY_MODE,
    EMPTY,
    EXCLUSIVE,
    FILE_MODE,
    TO_READ,
    TO_WRITE,
    Conversation,
    Server,
)

BOTH = TO_READ | TO_WRITE


@dataclass
class Node:
    """A file or a directory."""

    names: "dict[str, Node] | None" = None  # of a directory
    content: bytearray = field(default_factory=bytearray)


@dataclass
class Opened:
    """An open file: as the server knows it, and in the model."""

    file: Conversation
    node: Node
    flags: int


class Model:
    """What should be on the disk, and random requests that change it."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.random = random.Random(seed)
        self.root = Node(names={"lost+found": Node(names={})})
        self.open: list[Opened] = []

    def path(self) -> list[str]:
        """A random path, of things that are there more often than not."""
        path: list[str] = []
        node = self.root
        while True:
            names = sorted(node.names or {})
            if names and self.random.random() < 0.6:
                name = self.random.choice(names)
            else:
                name = self.random.choice("abcdef") * self.random.choice(
                    [1, 1, 3, 40]
                )
            path.append(name)
            if not node.names or name not in node.names:
                return path
            node = node.names[name]
            if node.names is None or self.random.random() < 0.4:
                return path

    def find(self, path: list[str]) -> tuple[int, Node | None]:
        """What is at the path; or an error about what comes before it."""
        node = self.root
        for i, name in enumerate(path):
            if node.names is None:
                return errno.ENOTDIR, None
            if name not in node.names:
                return (errno.ENOENT if i + 1 < len(path) else 0), None
            node = node.names[name]
        return 0, node

    def names_of(self, path: list[str]) -> dict[str, Node]:
        """The directory that the path's last name is in."""
        parent = self.find(path[:-1])[1]
        assert parent and parent.names is not None
        return parent.names

    def text(self, path: list[str]) -> str:
        """The path as a client may write it."""
        extra = ["", "./", "../", "", ""]
        return self.random.choice(extra) + "/".join(path)

    # ------------------------------------------------------ the requests

    def step(self) -> None:
        """One random request."""
        steps = [
            *(self.step_open, self.step_open, self.step_write),
            *(self.step_write, self.step_write, self.step_read),
            *(self.step_truncate, self.step_close, self.step_make),
            *(self.step_remove, self.step_remove, self.step_rename),
            *(self.step_rename, self.step_list, self.step_sync),
        ]
        self.random.choice(steps)()

    def step_open(self) -> None:
        flags = self.random.choice([TO_READ, BOTH, BOTH, TO_WRITE])
        for flag in (CREATE, CREATE, EXCLUSIVE, EMPTY, DIRECTORY):
            flags |= flag * (self.random.random() < 0.3)
        path = self.path()
        error, node = self.find(path)
        is_new = not error and not node
        if not error:
            error = self.open_error(node, flags)
        got, file = self.server.open(1, self.text(path), flags)
        assert got == error, (path, flags)
        if error:
            return
        if is_new:
            node = self.names_of(path)[path[-1]] = Node()
        assert node
        if flags & EMPTY:
            node.content.clear()
        self.open.append(Opened(file, node, flags))
        if len(self.open) > 12:
            self.step_close()

    @staticmethod
    def open_error(node: Node | None, flags: int) -> int:
        """What opening it answers."""
        if not node:
            return 0 if flags & CREATE else errno.ENOENT
        if flags & CREATE and flags & EXCLUSIVE:
            return errno.EEXIST
        if node.names is not None:
            return errno.EISDIR if flags & (TO_WRITE | EMPTY) else 0
        return errno.ENOTDIR if flags & DIRECTORY else 0

    def some(self, flag: int) -> Opened | None:
        """An open file that may be read, or written."""
        files = [
            one
            for one in self.open
            if one.node.names is None and one.flags & flag
        ]
        return self.random.choice(files) if files else None

    def offset(self, node: Node) -> int:
        """Where to read or write: in the file, or a little behind it."""
        reach = self.random.choice([100, 5000, 100000, 1000000])
        if self.random.random() < 0.5:
            reach = len(node.content) + 1
        return self.random.randrange(reach)

    def step_write(self) -> None:
        one = self.some(TO_WRITE)
        if not one:
            return
        at = self.offset(one.node)
        count = self.random.choice([1, 100, 1024, 4096, 5000, 70000])
        data = self.random.randbytes(self.random.randrange(count) + 1)
        is_end = self.random.random() < 0.3
        error, done = self.server.write(one.file, AT_END if is_end else at, data)
        assert error in (0, errno.ENOSPC)
        content = one.node.content
        at = len(content) if is_end else at
        if done:
            content.extend(bytes(max(0, at - len(content))))
            content[at : at + done] = data[:done]

    def step_read(self) -> None:
        one = self.some(TO_READ)
        if one:
            at, count = self.offset(one.node), self.random.randrange(1, 90000)
            data = bytes(one.node.content[at : at + count])
            assert self.server.read(one.file, at, count) == (0, data)

    def step_truncate(self) -> None:
        one = self.some(TO_WRITE)
        if one:
            size = self.offset(one.node)
            assert self.server.truncate(one.file, size) == 0
            del one.node.content[size:]
            one.node.content.extend(bytes(size - len(one.node.content)))

    def step_close(self) -> None:
        if self.open:
            one = self.open.pop(self.random.randrange(len(self.open)))
            assert self.server.close(one.file) == 0

    def step_sync(self) -> None:
        if self.open:
            assert self.server.sync(self.open[0].file) == 0

    def step_make(self) -> None:
        is_directory = self.random.random() < 0.8
        path = self.path()
        error, node = self.find(path)
        if node:
            error = errno.EEXIST
        mode = DIRECTORY_MODE if is_directory else FILE_MODE
        got = self.server.make(1, self.text(path), mode)
        if got == errno.ENOSPC:
            return
        assert got == error, path
        if not error:
            new = Node(names={} if is_directory else None)
            self.names_of(path)[path[-1]] = new

    def step_remove(self) -> None:
        path = self.path()
        mode = self.random.choice([0, DIRECTORY_MODE, FILE_MODE])
        error, node = self.find(path)
        if not error:
            error = self.remove_error(node, mode)
        assert self.server.remove(1, self.text(path), mode) == error, path
        if not error:
            del self.names_of(path)[path[-1]]

    @staticmethod
    def remove_error(node: Node | None, mode: int) -> int:
        """What removing it answers."""
        if not node:
            return errno.ENOENT
        if node.names is None:
            return errno.ENOTDIR if mode == DIRECTORY_MODE else 0
        if mode == FILE_MODE:
            return errno.EISDIR
        return errno.ENOTEMPTY if node.names else 0

    def step_rename(self) -> None:
        old, new = self.path(), self.path()
        error, node = self.find(old)
        if not error and not node:
            error = errno.ENOENT
        if not error:
            error, other = self.find(new)
        is_same = not error and node is other
        if not error and not is_same:
            assert node
            if other:
                mode = FILE_MODE if node.names is None else DIRECTORY_MODE
                error = self.remove_error(other, mode)
            if not error and node.names is not None and new[: len(old)] == old:
                error = errno.EINVAL
        got = self.server.rename(1, self.text(old), self.text(new))
        if got == errno.ENOSPC:
            return
        assert got == error, (old, new)
        if not error and not is_same:
            assert node
            del self.names_of(old)[old[-1]]
            self.names_of(new)[new[-1]] = node

    def step_list(self) -> None:
        path = self.path()
        error, node = self.find(path)
        if not error and not node:
            error = errno.ENOENT
        if node and node.names is None:
            error = errno.ENOTDIR
        got, names = self.server.list(1, self.text(path))
        assert got == error
        if not error:
            assert node and node.names is not None
            assert set(names) == set(node.names)

    # -------------------------------------------------------- the end

    def end(self) -> None:
        """Closes everything and looks at everything."""
        while self.open:
            self.step_close()
        self.compare(self.root, "")

    def compare(self, node: Node, path: str) -> None:
        """The server has what the model has."""
        assert node.names is not None
        error, names = self.server.list(1, path)
        assert not error and set(names) == set(node.names)
        for name, child in node.names.items():
            below = f"{path}/{name}"
            if child.names is not None:
                self.compare(child, below)
                continue
            error, file = self.server.open(1, below, TO_READ)
            assert not error
            assert self.server.stat(file)[2] == len(child.content)
            got = self.server.read(file, 0, len(child.content))
            assert got == (0, bytes(child.content)), below
            assert self.server.close(file) == 0

    def compare_disk(self, image: Path, place: Path) -> None:
        """debugfs reads the same from the disk."""
        disk_copy(image, place)
        self.compare_files(self.root, place)

    def compare_files(self, node: Node, place: Path) -> None:
        """The folder has what the model has."""
        assert node.names is not None
        assert {file.name for file in place.iterdir()} == set(node.names)
        for name, child in node.names.items():
            if child.names is not None:
                self.compare_files(child, place / name)
            else:
                assert (place / name).read_bytes() == bytes(child.content)
