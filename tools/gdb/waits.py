# SPDX-License-Identifier: MIT
"""What a thread waits for, in words, from a picture of all threads.

The picture may be wrong: a kernel under work has wrong queues, and that is
just when one looks at it. So nothing here believes that a queue ends, or that
a thread that says it waits in a queue can be found there."""

from collections.abc import Mapping
from dataclasses import dataclass

from tools.gdb.words import corrupt

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
    server: str  # name of the process that may answer its call or fault
    next: int  # addresses of threads; of the same priority,
    lower: int  # and of the first of the next lower one
    hart: str = ""  # number of the one that it runs on
    base: int = 0  # its own priority, without a loan
    pending: int = 0  # signals
    deadline: str = ""  # when, in words
    fault: str = ""  # what and where, in words
    irqs: tuple[str, ...] = ()  # lines bound to it
    home: int = 0  # addresses: of its process,
    server_at: int = 0  # of the one that may answer, 0 if nobody may
    token: int = 0
    client: int = 0  # token of the caller that it received last


@dataclass(frozen=True)
class Endpoint:
    """An endpoint, likewise. Addresses of threads; 0: none."""

    senders: int
    receivers: int = 0
    server: int = 0  # who received last
    recv_handles: int = 0
    payer: str = ""  # name of the process


@dataclass(frozen=True)
class Picture:
    """All threads, and the endpoints, by address."""

    threads: Mapping[int, Thread]
    endpoints: Mapping[int, Endpoint]

    def queue(self, head: int) -> tuple[list[int], str]:
        """The addresses of the threads of a queue, first the one whose turn
        is next; and what is wrong with it, "" if nothing is."""
        order: dict[int, None] = {}
        problem = ""
        group = head
        while group and not problem:
            at = group
            while at in self.threads and at not in order:
                order[at] = None
                at = self.threads[at].next
            if at not in self.threads:
                problem = corrupt(f"{at:#x} is no thread")
            elif at != group:
                problem = corrupt("a circle that misses its first thread")
            else:
                group = self.threads[group].lower
                if group in order:
                    problem = corrupt("a group that comes again")
        return list(order), problem

    def senders_in_order(self, endpoint: int) -> list[int]:
        """The ids of the queued senders, first the one whose turn is next."""
        head = self.endpoints[endpoint].senders
        return [self.threads[at].id for at in self.queue(head)[0]]


# What the words of the state column are for each state of the kernel.
STATE_WORDS = {
    "THREAD_RUNNING": "running",
    "THREAD_READY": "ready",
    "THREAD_WAIT_RECV": "blocked",
    "THREAD_WAIT_SEND": "blocked",
    "THREAD_WAIT_CALL": "blocked",
    "THREAD_WAIT_REPLY": "blocked",
    "THREAD_ENDED": "ended",
    "THREAD_WAIT_SIGNAL": "blocked",
    "THREAD_WAIT_FAULT": "blocked",
    "THREAD_WAIT_ANSWER": "blocked",
    "THREAD_WAIT_NOTICE": "blocked",
}

# What stands in a queue of senders, by the state of the thread.
SENT_WORDS = {
    "THREAD_WAIT_SEND": "send",
    "THREAD_WAIT_CALL": "call",
    "THREAD_WAIT_FAULT": "fault",
    "THREAD_WAIT_NOTICE": "notice",
}
ANSWERED = ("THREAD_WAIT_REPLY", "THREAD_WAIT_ANSWER")


def waits_for(thread: Thread, picture: Picture) -> str:
    """What `thread` waits for; "" if for nothing but its turn."""
    endpoint = f"endpoint {thread.endpoint:#x}"
    if thread.state == "THREAD_WAIT_RECV":
        return f"recv on {endpoint}"
    if thread.state == "THREAD_WAIT_REPLY":
        return f"reply from {thread.server}"
    if thread.state == "THREAD_WAIT_ANSWER":
        return f"answer from {thread.server} to {thread.fault}"
    if thread.state == "THREAD_WAIT_SIGNAL":
        return _signal(thread)
    if thread.state in SENT_WORDS:
        what = SENT_WORDS[thread.state]
        if thread.state == "THREAD_WAIT_FAULT":
            what = f"fault ({thread.fault})"
        return f"{what} to {endpoint}, {_place(thread, picture)}"
    return ""


def _signal(thread: Thread) -> str:
    """A signal, and where one may come from."""
    sources = [f"interrupt {line}" for line in thread.irqs]
    if thread.deadline:
        sources.append(f"deadline {thread.deadline}")
    return f"signal ({', '.join(sources)})" if sources else "signal"


def _place(thread: Thread, picture: Picture) -> str:
    """Where in the queue of senders a thread stands."""
    if thread.endpoint not in picture.endpoints:
        return corrupt("no such endpoint")
    order = picture.senders_in_order(thread.endpoint)
    if thread.id not in order:
        return "not in its queue"
    ahead = order[: order.index(thread.id)]
    if not ahead:
        return "first in the queue"
    named = ", ".join(map(str, ahead[:AHEAD_MAX]))
    more = len(ahead) - AHEAD_MAX
    return f"queued behind {named}" + (f" and {more} more" if more > 0 else "")
