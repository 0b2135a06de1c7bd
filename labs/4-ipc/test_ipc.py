# SPDX-License-Identifier: MIT
"""Lab 4: what must arrive, worked out on the host from seed and contract.

A test writes a *plan* (see programs/ipc_driver.c) and follows it step by step
in a `World` of its own, in which sending and receiving are as the handout
says. The guest gets the plan; what it reports is compared with the World
afterwards, record by record, and so are the calls that QEMU saw (T0):

    receives     how often the driver asked for a message
    sends        how often the senders asked to send one
    returns      how often a send came back: sys_null follows each

A sender that waits has sent once more than its sends came back. So these
three numbers show a kernel that lets senders go on before their messages are
taken, keeps them from going on, or makes messages up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from grader.plugin import Boot
from grader.run import Run
from grader.seed import Seed, SplitMix

DRIVER_PRIORITY = 32
PRIORITIES_BELOW = range(1, DRIVER_PRIORITY)
PRIORITIES_ABOVE = range(DRIVER_PRIORITY + 1, 64)
ENDPOINTS = 4
WORDS = 5
TURNS_MAX = 20000
# The kernel keeps 255 characters of its command line, and the words besides
# the plan need up to 125.
PLAN_BYTES_MAX = 130


@dataclass(frozen=True)
class Message:
    """What arrives of one message."""

    label: int
    words: tuple[int, ...]
    badge: int

    def as_label(self) -> list[str]:
        """No token: nobody waits for an answer."""
        return [f"message {self.label:08x} token 0"]

    def as_words(self) -> list[str]:
        """Register by register."""
        return [f"a{2 + i} {word:016x}" for i, word in enumerate(self.words)]

    def as_badge(self) -> list[str]:
        """All of a1, for no flag may be in it, and the badge."""
        return [f"header {self.label:016x} badge {self.badge:016x}"]


class Sender:
    """A run of programs/sender.c: what it sends, and how far it is."""

    def __init__(
        self, endpoint: int, priority: int, count: int, stream: SplitMix
    ) -> None:
        self.endpoint = endpoint
        self.priority = priority
        self.left = count
        self.badges = [0]  # of its handles
        self.message: Message | None = None  # sent, and its send not back
        self._stream = stream

    def next_message(self) -> Message:
        """Draws as the program draws: handle, turns, label, words."""
        badge = self.badges[self._stream.below(len(self.badges))]
        self._stream.below(TURNS_MAX)
        label = self._stream.next() & 0xFFFFFFFF
        words = tuple(self._stream.next() for _ in range(WORDS))
        return Message(label, words, badge)


class World:
    """What happens under a plan if the kernel keeps its contract."""

    def __init__(self, seed: Seed) -> None:
        self.received: list[Message] = []
        self.sends = 0
        self._seed = seed
        self._badges = seed.stream()
        for _ in range(ENDPOINTS):  # those of the receiving ends
            self._badges.next()
        self._steps: list[str] = []
        self._started = 0
        self._ready: list[Sender] = []
        self._queues: list[list[Sender]] = [[] for _ in range(ENDPOINTS)]

    @property
    def plan(self) -> str:
        plan = ",".join(self._steps)
        if len(plan) > PLAN_BYTES_MAX:
            raise ValueError(f"the plan is too long: {plan}")
        return plan

    def start(self, endpoint: int, priority: int, count: int) -> None:
        """A sender starts. Above the driver's priority it runs at once."""
        self._steps.append(f"s{endpoint}.{priority}{_unless_one(count)}")
        self._started += 1
        stream = self._seed.stream(self._started)
        sender = Sender(endpoint, priority, count, stream)
        sender.badges += [self._badges.next(), self._badges.next()]
        self._go_on(sender)

    def receive(self, endpoint: int, times: int) -> None:
        """The driver receives: from the queue, or it waits meanwhile."""
        self._steps.append(f"r{endpoint}{_unless_one(times)}")
        for _ in range(times):
            while not self._queues[endpoint]:
                self._let_another_run()
            self._take(endpoint)

    def _take(self, endpoint: int) -> None:
        """The most urgent sender's message, of these the first one's."""
        queue = self._queues[endpoint]
        sender = max(queue, key=lambda s: s.priority)  # the first such
        queue.remove(sender)
        assert sender.message
        self.received.append(sender.message)
        self._go_on(sender)

    def _go_on(self, sender: Sender) -> None:
        """The sender can run: now, or when the driver waits."""
        if sender.priority > DRIVER_PRIORITY:
            self._run(sender)
        else:
            self._ready.append(sender)

    def _let_another_run(self) -> None:
        """The driver waits, so the most urgent of the others runs."""
        sender = max(self._ready, key=lambda s: s.priority)
        self._ready.remove(sender)
        if sender.priority in (other.priority for other in self._ready):
            raise ValueError("the contract does not say who runs")
        self._run(sender)

    def _run(self, sender: Sender) -> None:
        """The sender runs until it has sent, or to its end."""
        sender.message = None
        if sender.left:
            sender.left -= 1
            sender.message = sender.next_message()
            self.sends += 1
            self._queues[sender.endpoint].append(sender)


def _unless_one(number: int) -> str:
    """The end of a plan's step: 1 is what the driver takes if it is absent."""
    return "" if number == 1 else f".{number}"


def check(
    boot: Boot,
    world: World,
    report: str,
    form: Callable[[Message], list[str]],
    nowait: int = 0,
) -> Run:
    """Boots with the world's plan and compares. A sender that goes on sends
    again, so that too few came back shows in the sends; and none may come
    back whose message nobody has taken."""
    run = boot(plan=world.plan, report=report, nowait=nowait)
    received = len(world.received)
    run.expect(line for message in world.received for line in form(message))
    run.expect_ecalls("ipc_driver", "receive", received)
    run.expect_ecalls("sender", "sys_endpoint_send", world.sends)
    run.expect_ecalls("sender", "sys_null", 0, received)
    return run


# ---------------------------------------------------------------- two orders


def receiver_first(seed: Seed) -> World:
    """Senders run only while the receiver waits. The last would send once
    more, had the run not come to its end in the midst of its first send."""
    world = World(seed)
    last, *others = sorted(sample(seed, PRIORITIES_BELOW, 3))
    counts = {last: 2, **{priority: seed.pick(1, 3) for priority in others}}
    for priority in shuffled(seed, list(counts)):
        world.start(0, priority, counts[priority])
    world.receive(0, sum(counts.values()) - 1)
    return world


def sender_first(seed: Seed) -> World:
    """Each sender waits alone, at an endpoint of its own, before the receiver
    comes, and comes back after its message is taken. One of them is met only
    once, at the very end, so nobody's waiting can set right that it was not
    woken."""
    world = World(seed)
    for endpoint in sample(seed, range(ENDPOINTS), ENDPOINTS):
        [priority] = sample(seed, PRIORITIES_ABOVE, 1)
        world.start(endpoint, priority, 5)
    last, *others = sample(seed, range(ENDPOINTS), ENDPOINTS)
    takes = [e for e in others for _ in range(seed.pick(2, 4))]
    for endpoint in [*shuffled(seed, takes), last]:
        world.receive(endpoint, 1)
    return world


@pytest.mark.score("4.1", "receiver-first")
def test_receiver_first(boot: Boot, seed: Seed) -> None:
    check(boot, receiver_first(seed), "label", Message.as_label)


@pytest.mark.score("4.1", "sender-first")
def test_sender_first(boot: Boot, seed: Seed) -> None:
    check(boot, sender_first(seed), "label", Message.as_label)


@pytest.mark.score("4.1", "both-orders")
def test_both_orders(boot: Boot, seed: Seed) -> None:
    """At three endpoints at once. When a sender has ended, one of the other
    kind comes to its endpoint: nothing may be left of what was before."""
    world = World(seed)
    below = sample(seed, PRIORITIES_BELOW, 3)
    above = sample(seed, PRIORITIES_ABOVE, 3)
    to_come = [
        [below.pop(), above.pop()],
        [above.pop(), below.pop()],
        shuffled(seed, [above.pop(), below.pop()]),
    ]
    left = [0, 0, 0]
    while busy := [e for e in range(3) if left[e] or to_come[e]]:
        [endpoint] = sample(seed, busy, 1)
        if left[endpoint]:
            world.receive(endpoint, 1)
            left[endpoint] -= 1
        else:
            left[endpoint] = seed.pick(1, 3)
            world.start(endpoint, to_come[endpoint].pop(0), left[endpoint])
    check(boot, world, "label", Message.as_label)


# ------------------------------------------------------ the message's content

# From here on each sender sends once, and who goes on after it does not
# matter: these scores are not lost with what 4.1 has lost already.


def receiver_waits(seed: Seed) -> World:
    """One message of each of five senders, all to a receiver that waits."""
    world = World(seed)
    for priority in sample(seed, PRIORITIES_BELOW, 5):
        world.start(0, priority, 1)
    world.receive(0, 5)
    return world


def senders_wait(seed: Seed) -> World:
    """One message of each of four senders, each alone at an endpoint."""
    world = World(seed)
    for endpoint in sample(seed, range(ENDPOINTS), ENDPOINTS):
        [priority] = sample(seed, PRIORITIES_ABOVE, 1)
        world.start(endpoint, priority, 1)
    for endpoint in sample(seed, range(ENDPOINTS), ENDPOINTS):
        world.receive(endpoint, 1)
    return world


@pytest.mark.score("4.2", "words")
def test_words(boot: Boot, seed: Seed) -> None:
    check(boot, receiver_waits(seed), "words", Message.as_words)
    check(boot, senders_wait(seed), "words", Message.as_words)


@pytest.mark.score("4.2", "label-and-badge")
def test_label_and_badge(boot: Boot, seed: Seed) -> None:
    """Where a receiver waits, NOWAIT changes nothing and must not arrive."""
    check(boot, receiver_waits(seed), "badge", Message.as_badge, nowait=1)
    check(boot, senders_wait(seed), "badge", Message.as_badge)


# ------------------------------------------------------------------ the queue


@pytest.mark.score("4.3", "priority")
def test_priority(boot: Boot, seed: Seed) -> None:
    """Nine senders of nine priorities; three come when some have gone. Two
    are never asked and must wait to the end."""
    world = World(seed)
    priorities = sample(seed, PRIORITIES_ABOVE, 9)
    for priority in most_urgent_not_first(priorities[:6]):
        world.start(0, priority, 1)
    world.receive(0, seed.pick(2, 4))
    for priority in priorities[6:]:
        world.start(0, priority, 1)
    world.receive(0, 7 - len(world.received))
    check(boot, world, "label", Message.as_label)


@pytest.mark.score("4.3", "fifo")
def test_fifo(boot: Boot, seed: Seed) -> None:
    """Three priorities with three senders each, and then one or two more.
    Two are never asked and must wait to the end."""
    world = World(seed)
    levels = sample(seed, PRIORITIES_ABOVE, 3)
    early = most_urgent_not_first(shuffled(seed, levels * 3))
    late = shuffled(seed, levels + shuffled(seed, levels)[:2])
    for priority in early:
        world.start(0, priority, 1)
    world.receive(0, seed.pick(2, 5))
    for priority in late:
        world.start(0, priority, 1)
    world.receive(0, len(early) + len(late) - 2 - len(world.received))
    check(boot, world, "label", Message.as_label)


# ------------------------------------------------------------- random choices


def shuffled(seed: Seed, items: Sequence[int]) -> list[int]:
    """The items in an order that the seed picks."""
    left = list(items)
    return [left.pop(seed.pick(0, len(left) - 1)) for _ in items]


def sample(seed: Seed, items: Sequence[int], count: int) -> list[int]:
    """So many different items, in an order that the seed picks."""
    return shuffled(seed, items)[:count]


def most_urgent_not_first(priorities: list[int]) -> list[int]:
    """The priorities, moved round so that a queue that ignores them differs
    from one that does not."""
    first = next(
        i for i, p in enumerate(priorities) if p != max(priorities)
    )
    return priorities[first:] + priorities[:first]
