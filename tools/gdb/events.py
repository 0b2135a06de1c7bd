# SPDX-License-Identifier: MIT
"""`chaski events`."""

from collections.abc import Iterator
from dataclasses import dataclass

import gdb

from tools.gdb import target
from tools.gdb.kernel import Kernel
from tools.gdb.symbols import location
from tools.gdb.table import table
from tools.gdb.threads import require_threads
from tools.gdb.words import CAUSE_USER_CALL, cause_text, corrupt, seconds

HEAD = ("time", "hart", "event", "thread", "process", "what")
SHOWN = 20  # events, if nobody says how many
EVENT_WORDS = {
    "TRACE_TRAP": "trap",
    "TRACE_LEAVE": "leave",
    "TRACE_CREATE": "create",
    "TRACE_END": "end",
    "TRACE_IDLE": "idle",
}
HOW = """To turn it on: make gdb BOOTARGS=trace=1, from the first program on; \
or in a
program that has the machine's handle, sys_machine_trace(machine, 1)."""

# Calls whose first argument is no handle.
WITHOUT_HANDLE = (
    *("endpoint_reply", "lease_read", "lease_write", "null", "thread_exit"),
    *("thread_yield", "thread_deadline"),
)


@dataclass(frozen=True)
class Event:
    """A record of the trace."""

    time: int
    hart: str
    event: str  # the kernel's name for it
    call: int
    thread: int
    a: int
    b: int


def hart_events(kernel: Kernel, at: int, hart: str) -> Iterator[Event]:
    """What is in the ring at `at`, oldest first."""
    names = kernel.words("enum trace_event")
    kind = kernel.type("struct trace_ring")
    records = kind["records"].type
    size = records.target().sizeof
    places = records.range()[1] + 1
    start = at + kind["records"].bitpos // 8
    count = int.from_bytes(kernel.memory.kernel(at, 8), "little")
    for number in range(max(0, count - places), count):
        place = start + number % places * size
        record = kernel.memory.value(place, records.target())
        event = int(record["event"])
        yield Event(
            time=int(record["time"]),
            hart=hart,
            event=names.get(event, corrupt(f"event {event}")),
            call=int(record["call"]),
            thread=int(record["thread"]),
            a=int(record["a"]),
            b=int(record["b"]),
        )


def events(kernel: Kernel) -> tuple[list[Event], list[str]]:
    """All events in the order of time, and what is wrong with rings."""
    harts = kernel.variable("harts")
    found: list[Event] = []
    problems = []
    for i, hart in enumerate(kernel.hart_names.values()):
        ring = int(harts[i]["trace"])
        try:
            found += hart_events(kernel, ring, hart)
        except gdb.MemoryError:
            problems.append(f"hart {hart}: {corrupt(f'ring at {ring:#x}')}")
    return sorted(found, key=lambda event: event.time), problems


class Words:
    """Events in words: what threads and processes are called now."""

    def __init__(self, kernel: Kernel) -> None:
        calls = kernel.words("enum syscall_number").items()
        self.calls = {n: name[len("SYS_") :].lower() for n, name in calls}
        self.processes = {p.number: p.name for p in kernel.processes.values()}
        threads = kernel.picture.threads.values()
        self.threads = {thread.id: thread.process for thread in threads}
        self.hertz = kernel.hertz

    def process(self, number: int) -> str:
        """A process by its number, which is all that is left of one that has
        ended."""
        return self.processes.get(number, f"number {number}")

    def call(self, event: Event) -> str:
        """A system call and the handle that it named."""
        name = self.calls.get(event.call, f"call {event.call}")
        if name in WITHOUT_HANDLE:
            return name
        return f"{name} handle {event.b:#x}"

    def row(self, event: Event) -> tuple[str, ...]:
        """An event as cells below HEAD."""
        thread = str(event.thread) if event.thread else ""
        process = self.threads.get(event.thread, "")
        what = ""
        if event.event == "TRACE_TRAP" and event.a == CAUSE_USER_CALL:
            what = self.call(event)
        elif event.event == "TRACE_TRAP":
            what = cause_text(event.a)
        elif event.event == "TRACE_LEAVE":
            what = f"a0 {event.a:#x}, a1 {event.b:#x}"
        elif event.event == "TRACE_CREATE":
            process = self.process(event.a)
        elif event.event == "TRACE_END":
            process, what = self.process(event.a), f"code {event.b}"
        return (
            *(seconds(event.time, self.hertz), event.hart),
            *(EVENT_WORDS.get(event.event, event.event), thread, process),
            what,
        )


class Events(gdb.Command):
    """List the last events of the trace, of all harts: chaski events [N]
N is how many; 20 without.

    time     in seconds, on the clock of the machine
    event    trap: the thread came into the kernel; leave: it goes on from now
             on; create: it was made; end: the process begins to end; idle:
             the hart has nothing to do
    what     of a trap, its cause, or the call and the handle that it named;
             of one that leaves, its a0 (the error, after a call) and a1

What was sent to whom follows from who came in with which call, and who left.
Threads and processes go by the names that they have now."""

    def __init__(self) -> None:
        super().__init__("chaski events", gdb.COMMAND_STATUS)

    def invoke(self, argument: str, from_tty: bool) -> None:
        kernel = Kernel()
        if not require_threads(kernel):
            return
        word = argument.strip() or str(SHOWN)
        if not word.isdigit() or not int(word):
            raise gdb.GdbError("How many events? A number, 1 or more.")
        found, problems = events(kernel)
        words = Words(kernel)
        if found:
            print(table(HEAD, [words.row(e) for e in found[-int(word) :]]))
        for problem in problems:
            print(problem)
        if location(target.register("stvec")) != "trap_entry_traced":
            print("The trace is off." if found else "The trace is empty.")
            print(HOW)
        elif not found and not problems:
            print("The trace is on, and nothing has happened yet.")
