# SPDX-License-Identifier: MIT
"""Handles, and the derivation trees that they and the mappings form."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import gdb

from tools.gdb import target
from tools.gdb.chain import Holders, name
from tools.gdb.kernel import RECORD_LARGE_BYTES, UNREADABLE, Kernel, Process
from tools.gdb.words import (
    KEY_FAULT,
    KEY_MAPPING,
    RIGHT_RECV,
    RIGHT_SEND,
    RIGHT_SIGNAL,
    RIGHTS_MASK,
    corrupt,
    key_type,
    pages_text,
    rights_text,
)

INDEX_BITS = 16  # kernel/abi/rights.h


@dataclass(frozen=True)
class Slot:
    """A slot that has a handle."""

    at: int
    index: int  # its place
    name: int
    key: int
    badge: int
    object: int  # address of the header

    @property
    def is_fault_handle(self) -> bool:
        """Whether it is the one that has no name."""
        return self.key & ~RIGHTS_MASK == KEY_FAULT


@dataclass(frozen=True)
class Node:
    """A place in an object's tree, or the end of what can be followed."""

    at: int
    depth: int  # 1: a child of the object itself
    key: int = 0
    owner: int = 0  # address of the process
    index: int = 0
    problem: str = ""


class Handles:
    """All handles at one stop of the machine."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.node = kernel.offset("struct slot", "node")

    def slots(self, process: Process) -> tuple[list[Slot], str]:
        """The handles of a process, and what is wrong with its table."""
        found: list[Slot] = []
        kind = self.kernel.type("struct slot")
        if process.fresh > process.slot_count:
            return found, corrupt(f"{process.fresh} slots were used")
        for index in range(process.fresh):
            at = process.slots + index * kind.sizeof
            try:
                record = self.kernel.at(at, "struct slot")
            except gdb.MemoryError:
                return found, corrupt(f"table at {process.slots:#x}")
            slot = Slot(
                at=at,
                index=index,
                name=int(record["name"]),
                key=int(record["node"]["key"]),
                badge=int(record["badge"]),
                object=int(record["object"]),
            )
            if slot.name or slot.key:
                found.append(slot)
        return found, ""

    @cached_property
    def by_process(self) -> dict[int, tuple[list[Slot], str]]:
        """The same for each process, by its address."""
        processes = self.kernel.processes
        return {at: self.slots(p) for at, p in processes.items()}

    def tree(self, head: int) -> list[Node]:
        """The tree below an object's header, each node before those that
        were derived from it."""
        nodes: list[Node] = []
        seen: set[int] = set()
        waiting = self._below(head, 1)
        while waiting:
            node = waiting.pop(0)
            if not node.problem and node.at in seen:
                node = replace(node, problem=corrupt(f"{node.at:#x} again"))
            if node.problem:
                nodes.append(node)
                continue
            seen.add(node.at)
            try:
                record = self.kernel.at(node.at, "struct node")
            except gdb.MemoryError:
                nodes.append(replace(node, problem=corrupt(f"{node.at:#x}")))
                continue
            nodes.append(self._node(node.at, node.depth, record))
            head = node.at + self.kernel.offset("struct node", "children")
            waiting[:0] = self._below(head, node.depth + 1)
        return nodes

    def _below(self, head: int, depth: int) -> list[Node]:
        """The members of a list of nodes, not looked at yet."""
        links = self.kernel.links(head)
        nodes = [Node(at, depth) for at in links.members]
        if links.problem:
            nodes.append(Node(0, depth, problem=links.problem))
        return nodes

    def _node(self, at: int, depth: int, record: gdb.Value) -> Node:
        owner = int(record["owner"]) * RECORD_LARGE_BYTES
        return Node(
            at=at,
            depth=depth,
            key=int(record["key"]),
            owner=owner + target.KERNEL_BASE,
            index=int(record["index"]),
        )

    @cached_property
    def depths(self) -> dict[int, int]:
        """How deep in its object's tree each slot's node is, by the address
        of the slot."""
        objects = dict.fromkeys(
            slot.object
            for slots, _ in self.by_process.values()
            for slot in slots
        )
        return {
            node.at - self.node: node.depth
            for head in objects
            for node in self.tree(head)
            if not node.problem
        }

    @cached_property
    def holders(self) -> Holders:
        """Who can receive and send where, and signal whom."""
        recv: dict[int, list[int]] = {}
        send: dict[int, list[int]] = {}
        signal: dict[int, list[int]] = {}
        thread = self.kernel.offset("struct thread", "object")
        for process, (slots, _) in self.by_process.items():
            for slot in slots:
                kind = key_type(slot.key)
                if kind == "endpoint" and not slot.is_fault_handle:
                    if slot.key & RIGHT_RECV:
                        recv.setdefault(slot.object, []).append(process)
                    if slot.key & RIGHT_SEND:
                        send.setdefault(slot.object, []).append(process)
                if kind == "thread" and slot.key & RIGHT_SIGNAL and slot.badge:
                    at = slot.object - thread
                    signal.setdefault(at, []).append(process)
        return Holders(*map(_once, (recv, send, signal)))

    # In words.

    def object_text(self, key: int, at: int) -> str:
        """What an object is, whose header is at `at`."""
        kind = key_type(key)
        try:
            return self._object_text(kind, at)
        except gdb.MemoryError:
            return corrupt(f"{kind or 'object'} at {at:#x}")

    def _object_text(self, kind: str, at: int) -> str:
        kernel = self.kernel
        if kind == "thread":
            at -= kernel.offset("struct thread", "object")
            thread = kernel.picture.threads.get(at)
            return name(thread) if thread else corrupt(f"thread at {at:#x}")
        if kind == "process":
            at -= kernel.offset("struct process", "object")
            if at not in kernel.processes:
                return corrupt(f"process at {at:#x}")
            return f"process {kernel.process_name(at)}"
        if kind == "endpoint":
            kernel.at(at, "struct endpoint")
            return f"endpoint {at:#x}"
        if kind == "memory":
            memory = kernel.at(at, "struct memory")
            pages = pages_text(int(memory["pages"]))
            return f"memory {at:#x}, {pages} at {int(memory['start']):#x}"
        if kind == "irq":
            line = int(kernel.at(at, "struct irq")["line"])
            return f"interrupt {line}" if line else "all interrupts"
        return kind or corrupt(f"object at {at:#x}")

    def node_text(self, node: Node) -> str:
        """A handle or mapping of a tree: whose and which, and what it may."""
        if node.problem:
            return node.problem
        if node.owner not in self.kernel.processes:
            return corrupt(f"node at {node.at:#x}")
        owner = self.kernel.process_name(node.owner)
        if node.key == KEY_MAPPING:
            return f"{owner} mapping, {self._mapping_text(node)}"
        try:
            slot = self.kernel.at(node.at - self.node, "struct slot")
            handle = f"{int(slot['name']):#x}" if int(slot["name"]) else "fault"
        except gdb.MemoryError:
            handle = UNREADABLE
        return f"{owner} {handle} {rights_text(node.key)}".rstrip()

    def _mapping_text(self, node: Node) -> str:
        at = node.at - self.kernel.offset("struct mapping", "node")
        try:
            va = int(self.kernel.at(at, "struct mapping")["va"])
        except gdb.MemoryError:
            return corrupt(f"mapping at {at:#x}")
        return f"{pages_text(node.index)} at {va:#x}"


def _once(lists: dict[int, list[int]]) -> dict[int, list[int]]:
    """The same without repetitions."""
    return {at: list(dict.fromkeys(all)) for at, all in lists.items()}


def chosen(kernel: Kernel, words: Iterator[str]) -> list[Process]:
    """The processes that a command's words name; all, if there is none."""
    names = list(words)
    if not names:
        return list(kernel.processes.values())
    found: list[Process] = []
    for word in names:
        processes = kernel.process_of(word)
        if not processes:
            raise gdb.GdbError(f"There is no process {word}.")
        found += processes
    return found
