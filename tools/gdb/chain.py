# SPDX-License-Identifier: MIT
"""Why a thread is blocked: whom it waits for, whom that one waits for, and so
on to a thread that is not blocked on anybody, or back to one of the chain.

A message can be received by any thread that has a handle for it, and a call
be answered by any thread of the process that has its token. Then the chain
follows the likeliest: the thread that received the call, or that received
last there; and names the others, which might help as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.gdb.waits import (
    ANSWERED,
    SENT_WORDS,
    STATE_WORDS,
    Picture,
    Thread,
    waits_for,
)

OTHERS_MAX = 3  # threads named that might help as well

# Whom one would rather follow, of several that might help.
LIKELY = ("THREAD_RUNNING", "THREAD_READY")
UNLIKELY = ("THREAD_WAIT_RECV", "THREAD_WAIT_SIGNAL")


@dataclass(frozen=True)
class Holders:
    """Who holds what it takes to end a wait: addresses of processes."""

    # By the address of an endpoint, and of a thread.
    recv: Mapping[int, Sequence[int]] = field(default_factory=dict)
    send: Mapping[int, Sequence[int]] = field(default_factory=dict)
    signal: Mapping[int, Sequence[int]] = field(default_factory=dict)


def name(thread: Thread) -> str:
    """How a chain calls a thread."""
    return f"thread {thread.id} ({thread.process})"


def chain(at: int, picture: Picture, holders: Holders) -> list[str]:
    """The chain from the thread at `at`, a line a hop, the reason last."""
    lines: list[str] = []
    passed: list[int] = []
    others: list[int] = []
    while at not in passed:
        thread = picture.threads[at]
        passed.append(at)
        candidates = _candidates(at, picture, holders)
        if not candidates:
            return [*lines, _end(at, picture, holders)]
        rest = [picture.threads[other].id for other in candidates[1:]]
        others += [other for other in candidates[1:] if other not in others]
        line = f"{name(thread)}: {waits_for(thread, picture)}"
        at = candidates[0]
        if rest:
            verb = "answer" if thread.state in ANSWERED else "receive"
            first = f"thread {picture.threads[at].id}"
            line += f"; {first} may {verb}, or {_listed(rest)}"
        lines.append(line)
    circle = [picture.threads[x].id for x in passed[passed.index(at) :]]
    text = " -> ".join(map(str, [*circle, circle[0]]))
    free = [picture.threads[x].id for x in others if x not in passed]
    end = f"cycle: {text}"
    return [*lines, f"{end}, unless {_listed(free)} helps" if free else end]


def _listed(ids: Sequence[int]) -> str:
    """Some ids."""
    named = ", ".join(map(str, ids[:OTHERS_MAX]))
    more = len(ids) - OTHERS_MAX
    return named + (f" and {more} more" if more > 0 else "")


def _candidates(at: int, picture: Picture, holders: Holders) -> list[int]:
    """The threads that might end the wait of the one at `at`, the likeliest
    first; none if it waits for no thread, or if nobody is left."""
    thread = picture.threads[at]
    if thread.state in ANSWERED:
        homes: Sequence[int] = (thread.server_at,)
        first = [x for x, t in picture.threads.items() if _serves(t, thread)]
    elif thread.state in SENT_WORDS and thread.endpoint in picture.endpoints:
        homes = holders.recv.get(thread.endpoint, ())
        first = [picture.endpoints[thread.endpoint].server]
    else:
        return []
    able = [
        x
        for x, t in picture.threads.items()
        if t.home in homes and t.state != "THREAD_ENDED"
    ]
    return sorted(
        able,
        key=lambda x: (
            x not in first,
            x == at,
            _likelihood(picture.threads[x], thread),
            picture.threads[x].id,
        ),
    )


def _serves(server: Thread, caller: Thread) -> bool:
    """Whether `server` received the call or fault of `caller` last."""
    return server.home == caller.server_at and server.client == caller.token


def _likelihood(thread: Thread, waiting: Thread) -> int:
    """Small for one that can soon do something for `waiting`."""
    if thread.state in LIKELY:
        return 0
    if thread.endpoint == waiting.endpoint and thread.state in SENT_WORDS:
        return 3  # it would have to receive from itself
    return 2 if thread.state in UNLIKELY else 1


def _end(at: int, picture: Picture, holders: Holders) -> str:
    """The last line: the thread at `at`, and why the chain ends there."""
    thread = picture.threads[at]
    word = STATE_WORDS.get(thread.state, thread.state)
    text = f"{name(thread)}: {waits_for(thread, picture) or word}"
    if thread.state == "THREAD_RUNNING" and thread.hart:
        return f"{text} on hart {thread.hart}"
    if thread.state == "THREAD_READY":
        return f"{text}, it waits only for its turn"
    if thread.state == "THREAD_WAIT_RECV":
        return text + _who(holders.send.get(thread.endpoint, ()), "send")
    if thread.state == "THREAD_WAIT_SIGNAL":
        if thread.irqs or thread.deadline:
            return text
        return text + _who(holders.signal.get(at, ()), "signal")
    if thread.state in SENT_WORDS:
        return f"{text}; nobody can receive"
    if thread.state in ANSWERED:
        return f"{text}; nobody can answer"
    return text


def _who(homes: Sequence[int], verb: str) -> str:
    """How many processes can end a wait."""
    if not homes:
        return f"; nobody can {verb}"
    several = "es" if len(homes) > 1 else ""
    return f"; {len(homes)} process{several} can {verb}"
