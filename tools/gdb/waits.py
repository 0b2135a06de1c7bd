# SPDX-License-Identifier: MIT
"""What a thread waits for, in words, from a picture of all threads.

The picture may be wrong: a kernel under work has wrong queues, and that is
just when one looks at it. So nothing here believes that a queue ends, or that
a thread that says it waits in a queue can be found there."""

from collections.abc import Mapping
from dataclasses import dataclass

AHEAD_MAX = 3  # threads named that are ahead in a queue


@dataclass(frozen=True)
class Thread:
    """A thread as the kernel's memory shows it."""

    id: int
    process: str  # name
    state: str  # the kernel's name for it
    priority: int
    pc: str
    endpoint: int  # address; says something while it waits in its queue
    server: str  # name of the process that may answer
    next: int  # addresses of threads; of the same priority,
    lower: int  # and of the first of the next lower one


@dataclass(frozen=True)
class Picture:
    """All threads by address, and each endpoint's first sender."""

    threads: Mapping[int, Thread]
    senders: Mapping[int, int]

    def senders_in_order(self, endpoint: int) -> list[int]:
        """The ids of the queued senders, first the one whose turn is next."""
        order: list[int] = []
        head = self.senders.get(endpoint, 0)
        while head in self.threads:
            at = head
            while at in self.threads and self.threads[at].id not in order:
                order.append(self.threads[at].id)
                at = self.threads[at].next
            head = self.threads[head].lower
            if head in self.threads and self.threads[head].id in order:
                break
        return order


# What the words of the state column are for each state of the kernel.
STATE_WORDS = {
    "THREAD_RUNNING": "running",
    "THREAD_READY": "ready",
    "THREAD_WAIT_RECV": "blocked",
    "THREAD_WAIT_SEND": "blocked",
    "THREAD_WAIT_CALL": "blocked",
    "THREAD_WAIT_REPLY": "blocked",
    "THREAD_ENDED": "ended",
}


def waits_for(thread: Thread, picture: Picture) -> str:
    """What `thread` waits for; "" if for nothing but its turn."""
    endpoint = f"endpoint {thread.endpoint:#x}"
    if thread.state == "THREAD_WAIT_RECV":
        return f"recv on {endpoint}"
    if thread.state == "THREAD_WAIT_REPLY":
        return f"reply from {thread.server}"
    if thread.state == "THREAD_WAIT_SEND":
        return f"send to {endpoint}, {_place(thread, picture)}"
    if thread.state == "THREAD_WAIT_CALL":
        return f"call to {endpoint}, {_place(thread, picture)}"
    return ""


def _place(thread: Thread, picture: Picture) -> str:
    """Where in the queue of senders a thread stands."""
    order = picture.senders_in_order(thread.endpoint)
    if thread.id not in order:
        return "not in its queue"
    ahead = order[: order.index(thread.id)]
    if not ahead:
        return "first in the queue"
    named = ", ".join(map(str, ahead[:AHEAD_MAX]))
    more = len(ahead) - AHEAD_MAX
    return f"queued behind {named}" + (f" and {more} more" if more > 0 else "")
