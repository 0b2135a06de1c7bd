# SPDX-License-Identifier: MIT
"""Lab 4: what must arrive, worked out on the host from seed and contract.

A test writes a *plan* (see programs/ipc_driver.c) and follows it step by step
in a `World` of its own, in which sending and receiving are as the handout
says. The guest gets the plan; what it reports is compared with the World
afterwards, record by record, and so are the calls that QEMU saw (T0). Of
these the World counts two kinds for each program:

    begun        how often it asked to send, to call or to receive
    come back    how often that succeeded: sys_null follows each

A sender that waits has begun once more than its sends came back. So these
numbers show a kernel that lets senders go on before their messages are taken,
keeps them from going on, lets the dead go on, disturbs those that wait, or
makes messages up."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

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
OFFERS = 1000  # what the driver offers is made of seed + this
# Programs have up to 1,023 characters of the command line, and the words
# besides the plan need up to 125.
PLAN_BYTES_MAX = 890

STEP_ITEMS = 32  # of kernel/types.h
OUR_THREADS_MAX = 12  # of programs/ipc_driver.c
STAGES = 3  # of the pipeline
# What churn.c needs in one cycle, and some frames more; how many cycles are
# enough to miss what each one loses.
CHURN_FRAMES = 44
CYCLES_MIN = 120

WORD_MASK = (1 << 64) - 1
LABEL_MASK = (1 << 32) - 1


@dataclass(frozen=True)
class Message:
    """What arrives of one message."""

    label: int
    words: tuple[int, ...] = ()
    badge: int = 0

    def as_label(self) -> list[str]:
        """No token: nobody waits for an answer."""
        return [f"message {self.label:08x} token 0"]

    def as_words(self) -> list[str]:
        """Register by register."""
        return [f"a{2 + i} {word:016x}" for i, word in enumerate(self.words)]

    def as_badge(self) -> list[str]:
        """All of a1, for no flag may be in it, and the badge."""
        return [f"header {self.label:016x} badge {self.badge:016x}"]

    def as_whole(self) -> list[str]:
        """Label and words."""
        words = "".join(f" {word:016x}" for word in self.words)
        return [f"message {self.label:08x}{words}"]


T = TypeVar("T")

# How a call that came back ended: with what was received, or with an error.
# The result of a send that was taken is "OK".
Result = Message | str


class Actor:
    """Whoever the driver started. `program` and `call` say under what its
    calls are counted, `manner` how it sends."""

    def __init__(
        self,
        number: int,
        step: str,
        endpoint: int,
        priority: int,
        count: int,
        stream: SplitMix,
    ) -> None:
        self.number = number
        self.step = step
        self.endpoint = endpoint
        self.priority = priority
        self.left = count
        self.result: Result | None = None  # of a call that has come back
        self.message = Message(0)  # that it sends
        self.badges = [0]  # of a sender's handles
        self.is_receiver = step in "whu"
        self.is_process = step in "sqcwh"
        self.program, self.call = {
            "s": ("sender", "message_send"),
            "q": ("sender", "message_send"),
            "c": ("sender", "sys_endpoint_call"),
            "w": ("receiver", "sys_endpoint_recv"),
            "h": ("receiver", "sys_endpoint_recv"),
            "t": ("ipc_driver", "message_send"),
            "u": ("ipc_driver", "sys_endpoint_recv"),
            "m": ("crowd", "sys_endpoint_send"),
        }[step]
        self._stream = stream

    def next_message(self) -> Message:
        """Draws as the program draws: handle, turns, label, words. Threads
        have one handle and send but a label."""
        if self.step in "tm":
            return Message(self._stream.next() & LABEL_MASK)
        badge = self.badges[self._stream.below(len(self.badges))]
        self._stream.below(TURNS_MAX)
        label = self._stream.next() & LABEL_MASK
        words = tuple(self._stream.next() for _ in range(WORDS))
        return Message(label, words, badge)


@dataclass
class Endpoint:
    """Who waits here, in the order of arrival, and how many handles can
    receive."""

    senders: list[Actor] = field(default_factory=list)
    receivers: list[Actor] = field(default_factory=list)
    recv_handles: int = 2  # the driver's


class World:
    """What happens under a plan if the kernel keeps its contract."""

    def __init__(self, seed: Seed) -> None:
        self.records: list[Result] = []
        # What QEMU must see, by program and function.
        self.calls: Counter[tuple[str, str]] = Counter()
        self.taken = 0  # messages of the program "sender"
        self._seed = seed
        self._offers = seed.stream(OFFERS)
        self._badges = seed.stream()
        for _ in range(ENDPOINTS):  # those of the receiving ends
            self._badges.next()
        self._steps: list[str] = []
        self._actors: list[Actor] = []
        self._ready: list[Actor] = []
        self._notes: list[tuple[int, str]] = []
        self.endpoints = [Endpoint() for _ in range(ENDPOINTS)]

    @property
    def plan(self) -> str:
        plan = ",".join(self._steps)
        if len(plan) > PLAN_BYTES_MAX:
            raise ValueError(f"the plan is too long: {plan}")
        return plan

    @property
    def received(self) -> list[Message]:
        """What the driver has received."""
        return [r for r in self.records if isinstance(r, Message)]

    # ------------------------------------------------- the steps of a plan

    def start(
        self, endpoint: int, priority: int, count: int = 1, step: str = "s"
    ) -> int:
        """An actor starts; its number. Above the driver's priority it runs at
        once."""
        self._steps.append(f"{step}{endpoint}.{priority}{_unless_one(count)}")
        crowd = count if step == "m" else 1
        for _ in range(crowd):
            number = len(self._actors) + 1
            actor = Actor(
                *(number, step, endpoint, priority, count // crowd),
                self._seed.stream(number),
            )
            if actor.program == "sender":
                actor.badges += [self._badges.next(), self._badges.next()]
            if actor.is_receiver:
                self.endpoints[endpoint].recv_handles += 1
            self._actors.append(actor)
            self._ready.append(actor)
            self._settle()
        return number

    def receive(self, endpoint: int, times: int = 1) -> None:
        """The driver receives: from the queue, or it waits meanwhile."""
        self._steps.append(f"r{endpoint}{_unless_one(times)}")
        for _ in range(times):
            self.calls["ipc_driver", "receive"] += 1
            if self.endpoints[endpoint].senders:
                self._take(endpoint)
            else:
                self._wait(endpoint)
            self._settle()

    def receive_nowait(self, endpoint: int, times: int = 1) -> None:
        """The driver receives, but does not wait."""
        self._steps.append(f"n{endpoint}{_unless_one(times)}")
        for _ in range(times):
            self.calls["ipc_driver", "receive"] += 1
            if self.endpoints[endpoint].senders:
                self._take(endpoint)
                self._settle()
            else:
                self.records.append("error ERR_WOULD_BLOCK")

    def offer(self, endpoint: int, times: int = 1) -> None:
        """The driver sends, but does not wait."""
        self._steps.append(f"o{endpoint}{_unless_one(times)}")
        for _ in range(times):
            message = Message(self._offers.next() & LABEL_MASK)
            self.calls["ipc_driver", "message_send"] += 1
            error = self._offered(self.endpoints[endpoint], message)
            self.records.append(f"offer {error}")
            self._settle()

    def end(self, number: int) -> None:
        """A process is killed, or the handle of a thread of the driver's is
        closed."""
        self._steps.append(f"k{number}")
        actor = self._actors[number - 1]
        endpoint = self.endpoints[actor.endpoint]
        for queue in (endpoint.senders, endpoint.receivers):
            if actor in queue:
                queue.remove(actor)
                if not actor.is_process:
                    self._come_back(actor, "ERR_REVOKED")
        if actor.is_receiver:
            self._recv_handle_gone(actor.endpoint)
        self._settle()

    def drop(self, endpoint: int, which: int, step: str = "d") -> None:
        """The driver closes one of its two handles that can receive."""
        self._steps.append(f"{step}{endpoint}.{which}")
        self._recv_handle_gone(endpoint)
        self._settle()

    def ledger(self) -> None:
        """The driver records what actors noted: by actor, because the
        contract does not say who notes first."""
        self._steps.append("l")
        self.records.append("ledger")
        self.records += [
            f"actor {number} {note}"
            for number, note in sorted(self._notes, key=lambda n: n[0])
        ]
        self._notes = []

    # --------------------------------------------------- what happens then

    def _take(self, endpoint: int) -> None:
        """The driver takes the most urgent sender's message, of these the
        first one's."""
        sender = _first(self.endpoints[endpoint].senders)
        self.records.append(sender.message)
        self.taken += sender.program == "sender"
        self._come_back(sender, "OK")

    def _wait(self, endpoint: int) -> None:
        """The driver waits for a message, and others run."""
        driver = Actor(0, "u", endpoint, DRIVER_PRIORITY, 1, self._badges)
        self.endpoints[endpoint].receivers.append(driver)
        while driver.result is None:
            self._run(self._most_urgent())
        self._ready.remove(driver)
        self.records.append(driver.result)

    def _offered(self, endpoint: Endpoint, message: Message) -> str:
        """The error of a send with NOWAIT."""
        if endpoint.receivers:
            self._come_back(_first(endpoint.receivers), message)
            return "OK"
        return "ERR_WOULD_BLOCK" if endpoint.recv_handles else "ERR_DEAD"

    def _recv_handle_gone(self, endpoint: int) -> None:
        """With the last one nobody can receive any more."""
        it = self.endpoints[endpoint]
        it.recv_handles -= 1
        while it.recv_handles == 0 and it.senders:
            self._come_back(it.senders.pop(), "ERR_DEAD")

    def _come_back(self, actor: Actor, result: Result) -> None:
        """The call of an actor that waited is finished."""
        actor.result = result
        self._ready.append(actor)

    def _settle(self) -> None:
        """Whoever can run and is more urgent than the driver does."""
        while self._ready:
            actor = self._most_urgent()
            if actor.priority < DRIVER_PRIORITY:
                self._ready.append(actor)
                return
            self._run(actor)

    def _most_urgent(self) -> Actor:
        """Takes the actor that runs next out of those that can."""
        actor = max(self._ready, key=lambda a: a.priority)
        self._ready.remove(actor)
        tied = [a for a in self._ready if a.priority == actor.priority]
        # Those that make no call any more do not mind, nor does anybody else.
        if sum(not _is_at_end(a) for a in [actor, *tied]) > 1:
            raise ValueError("the contract does not say who runs")
        return actor

    def _run(self, actor: Actor) -> None:
        """The actor runs until it waits, or to its end."""
        if not self._go_on(actor):
            return
        endpoint = self.endpoints[actor.endpoint]
        queue, others = endpoint.senders, endpoint.receivers
        if actor.is_receiver:
            queue, others = others, queue
        else:
            actor.message = actor.next_message()
        actor.left -= 1
        self.calls[actor.program, actor.call] += 1
        if others:
            other = _first(others)
            sender, receiver = actor, other
            if actor.is_receiver:
                sender, receiver = receiver, sender
            sender.result = "OK"
            receiver.result = sender.message
            self.taken += sender.program == "sender"
            self._ready += [actor, other]
        elif not actor.is_receiver and endpoint.recv_handles == 0:
            self._come_back(actor, "ERR_DEAD")
        elif actor.step == "q":
            self._come_back(actor, "ERR_WOULD_BLOCK")
        else:
            queue.append(actor)

    def _go_on(self, actor: Actor) -> bool:
        """The actor looks at what its last call came to; whether it makes
        another."""
        result, actor.result = actor.result, None
        if isinstance(result, Message):
            self._notes.append((actor.number, f"{result.label:08x}"))
        elif result not in (None, "OK"):
            self._notes.append((actor.number, str(result)))
            return False
        if result is not None and actor.is_process:
            self.calls[actor.program, "sys_null"] += 1
        return actor.left > 0


def _is_at_end(actor: Actor) -> bool:
    """Whether its last call came back, and there will be none after it."""
    has_failed = isinstance(actor.result, str) and actor.result != "OK"
    return has_failed or (actor.result is not None and actor.left == 0)


def _first(queue: list[Actor]) -> Actor:
    """Takes the most urgent one out of a queue, of these the first."""
    actor = max(queue, key=lambda a: a.priority)
    queue.remove(actor)
    return actor


def _unless_one(number: int) -> str:
    """The end of a plan's step: 1 is what the driver takes if it is absent."""
    return "" if number == 1 else f".{number}"


def check(
    boot: Boot,
    world: World,
    report: str,
    form: Callable[[Message], list[str]],
) -> Run:
    """Boots with the world's plan and compares. A sender that goes on sends
    again, so that too few came back shows in the sends; and none may come
    back whose message nobody has taken."""
    run = boot(plan=world.plan, report=report)
    run.expect(
        line
        for record in world.records
        for line in (form(record) if isinstance(record, Message) else [record])
    )
    for (program, function), count in world.calls.items():
        if function != "sys_null":
            run.expect_ecalls(program, function, count)
    run.expect_ecalls("sender", "sys_null", 0, world.taken)
    return run


def check_all(boot: Boot, world: World) -> Run:
    """The same, and each call came back that should. Nobody else's did, and
    nobody began one anew."""
    run = boot(plan=world.plan)
    run.expect(
        line
        for record in world.records
        for line in (
            record.as_label() if isinstance(record, Message) else [record]
        )
    )
    for program in ("sender", "receiver"):
        world.calls[program, "sys_null"] += 0
    for (program, function), count in world.calls.items():
        run.expect_ecalls(program, function, count)
    return run


# ---------------------------------------------------------------- two orders


def receiver_first(seed: Seed) -> World:
    """Senders run only while the receiver waits. The last would send once
    more, had the run not come to its end in the midst of its first send.
    Beside them, a sender more urgent than its receiver: both go on."""
    world = World(seed)
    last, *others = sorted(sample(seed, PRIORITIES_BELOW, 3))
    counts = {last: 2, **{priority: seed.pick(1, 3) for priority in others}}
    for priority in shuffled(seed, list(counts)):
        world.start(0, priority, counts[priority])
    less_urgent, urgent = sorted(sample(seed, PRIORITIES_ABOVE, 2))
    world.start(1, less_urgent, 2, "w")
    world.start(1, urgent, 2)
    world.receive(0, sum(counts.values()) - 1)
    world.ledger()
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
    world.ledger()
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
    kind comes to its endpoint: nothing may be left of what was before.
    Before that, one waits at a fourth that is less urgent than the receiver:
    it comes there while the receiver waits elsewhere, for one still less
    urgent."""
    world = World(seed)
    least, less = sorted(sample(seed, PRIORITIES_BELOW, 2))
    world.start(3, less, 2)
    world.start(0, least)
    world.receive(0)
    world.receive(3, 2)
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
    world.ledger()
    check(boot, world, "label", Message.as_label)


@pytest.mark.score("4.1", "nowait")
def test_nowait(boot: Boot, seed: Seed) -> None:
    """The driver and senders will not wait: they get an error, and all is as
    it was before. So somebody who then waits comes to his own."""
    world = World(seed)
    above = sample(seed, PRIORITIES_ABOVE, 10)
    below = sample(seed, PRIORITIES_BELOW, 3)
    dead, *ends = sample(seed, range(ENDPOINTS), ENDPOINTS)
    for endpoint, then in zip(ends, shuffled(seed, ["s", "w", "driver"])):
        for what in shuffled(seed, ["receive", "offer", "start"]):
            if what == "receive":
                world.receive_nowait(endpoint, seed.pick(1, 3))
            elif what == "offer":
                world.offer(endpoint, seed.pick(1, 3))
            else:
                world.start(endpoint, above.pop(), step="q")
        if then == "s":
            world.start(endpoint, above.pop(), 2)
            world.receive_nowait(endpoint, 3)
        elif then == "w":
            world.start(endpoint, above.pop(), 2, "w")
            world.offer(endpoint, 3)
        else:
            world.start(endpoint, below.pop())
            world.receive(endpoint)
    # Nobody can receive there any more, so nobody begins to wait.
    for which in shuffled(seed, [0, 1]):
        world.drop(dead, which)
    world.offer(dead)
    world.start(dead, above.pop())
    world.start(dead, above.pop(), step="q")
    world.ledger()
    check_all(boot, world)


# ------------------------------------------------------ the message's content

# From here on each sender sends once, and who goes on after it does not
# matter: these scores are not lost with what 4.1 has lost already.


def receiver_waits(seed: Seed, step: str = "s") -> World:
    """One message of each of five senders, all to a receiver that waits."""
    world = World(seed)
    for priority in sample(seed, PRIORITIES_BELOW, 5):
        world.start(0, priority, step=step)
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
    check(boot, receiver_waits(seed, "q"), "badge", Message.as_badge)
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


# -------------------------------------------------------- leaving the queue


def leave_some(seed: Seed, world: World, queue: list[int]) -> None:
    """Of those who stand in a queue, the one in the middle, then the last,
    then the first leaves."""
    world.end(queue.pop(len(queue) // 2))
    for at in shuffled(seed, [0, -1]):
        world.end(queue.pop(at))


def wait_here(
    seed: Seed, world: World, endpoint: int, priority: int, steps: str
) -> list[int]:
    """One actor of each kind in `steps` begins to wait, in any order; their
    numbers."""
    order = shuffled(seed, list(range(len(steps))))
    return [world.start(endpoint, priority, step=steps[i]) for i in order]


@pytest.mark.score("4.4", "sender-leaves")
def test_sender_leaves(boot: Boot, seed: Seed) -> None:
    """At each endpoint all are of one priority. Processes are killed, and
    handles of the driver's own threads closed: in the middle, at both ends,
    and where nobody else waits. Then somebody else comes."""
    world = World(seed)
    above = sample(seed, PRIORITIES_ABOVE, 5)
    for step in shuffled(seed, "sct"):
        world.end(world.start(0, above[0], step=step))
        world.receive_nowait(0)
    alone = [world.start(0, above[0], step=s) for s in "st"]
    world.end(alone[1])
    world.end(alone[0])
    world.start(0, above[0])
    for endpoint in (1, 2):
        queue = wait_here(seed, world, endpoint, above[endpoint], "sssttt")
        leave_some(seed, world, queue)
        world.receive(endpoint)
        world.start(endpoint, above[endpoint])
    world.ledger()
    world.offer(3)  # nobody is left behind as a receiver
    for endpoint in shuffled(seed, [0, 1, 1, 2, 2]):
        world.receive(endpoint)
    for endpoint in range(ENDPOINTS):
        world.receive_nowait(endpoint)
    world.start(3, above[3])
    world.receive(3)
    check_all(boot, world)


@pytest.mark.score("4.4", "receiver-leaves")
def test_receiver_leaves(boot: Boot, seed: Seed) -> None:
    """The same with receivers. Who is left gets what is offered."""
    world = World(seed)
    above = sample(seed, PRIORITIES_ABOVE, 5)
    alone = [world.start(0, above[0], step=s) for s in "wu"]
    world.end(alone[1])
    world.end(alone[0])
    world.offer(0)
    world.start(0, above[0], step="w")
    world.offer(0, 2)
    for endpoint in (1, 2):
        queue = wait_here(seed, world, endpoint, above[endpoint], "wwwuuu")
        leave_some(seed, world, queue)
        world.offer(endpoint)
        world.ledger()
        world.start(endpoint, above[endpoint], step="w")
        world.offer(endpoint, 4)
        world.ledger()
    # Senders find no receiver that is none any more.
    world.start(1, above[3])
    world.receive(1)
    check_all(boot, world)


@pytest.mark.score("4.4", "among-groups")
def test_among_groups(boot: Boot, seed: Seed) -> None:
    """Three priorities in one queue, and of one of them there is but one. The
    heads of all groups go, and some others. Needs 4.3."""
    world = World(seed)
    levels = sample(seed, PRIORITIES_ABOVE, 3)
    single = levels[seed.pick(0, 2)]
    queue = {level: list[int]() for level in levels}
    for level in shuffled(seed, [x for x in levels * 3 if x != single]):
        queue[level].append(world.start(0, level))
    queue[single].append(world.start(0, single))
    for level in shuffled(seed, levels):
        world.end(queue[level].pop(0))
    for level in shuffled(seed, levels):
        queue[level].append(world.start(0, level))
    world.receive(0)
    others = [level for level in levels if level != single]
    world.end(queue[others[0]].pop())
    world.start(0, others[0])
    world.receive(0, len(world.endpoints[0].senders))
    world.receive_nowait(0)
    check_all(boot, world)


# ------------------------------------------------------------- hanging up


@pytest.mark.score("4.5", "queued-and-later")
def test_queued_and_later(boot: Boot, seed: Seed) -> None:
    """Senders and callers wait while one handle after the other goes: the
    driver's two, and that of a receiver. Only the last one ends their
    waiting, and whoever comes later does not begin to wait."""
    world = World(seed)
    above = sample(seed, PRIORITIES_ABOVE, 8)
    for endpoint in sample(seed, range(ENDPOINTS), 2):
        holder = world.start(endpoint, above.pop(), step="h")
        for step in ["s", *shuffled(seed, "scts")]:
            world.start(endpoint, above[seed.pick(0, 2)], step=step)
        goes = shuffled(seed, [0, 1, 2])
        for which in goes:
            if which == 2:
                world.end(holder)
            else:
                world.drop(endpoint, which)
            world.ledger()
        for step in shuffled(seed, "sctq"):
            world.start(endpoint, above[seed.pick(0, 2)], step=step)
        world.offer(endpoint)
        world.ledger()
    check_all(boot, world)


@pytest.mark.score("4.5", "crowd")
def test_crowd(boot: Boot, seed: Seed) -> None:
    """At two endpoints more wait than a step may finish; at the first of them
    it is one more. QEMU sees that the kernel began each close again."""
    world = World(seed)
    counts = [STEP_ITEMS + 1, STEP_ITEMS + seed.pick(3, 20)]
    for endpoint, count in enumerate(counts):
        priority, other = sample(seed, PRIORITIES_ABOVE, 2)
        world.start(endpoint, priority, count, "m")
        world.receive(endpoint)
        world.start(endpoint, other, step="t")
    for endpoint in shuffled(seed, [0, 1]):
        world.drop(endpoint, 1)
        world.ledger()
        world.drop(endpoint, 0, "e")
        world.ledger()
        world.offer(endpoint)
    run = check_all(boot, world)
    # Any close looks for threads that wait through the handle, step by step.
    # With the last, the first step of hanging up comes in the last of these,
    # and cannot be the last. How many follow is open: schedule() does some.
    more = run.ecalls("ipc_driver", "drop_last")
    more -= run.ecalls("ipc_driver", "drop")
    run.check(
        len(counts) <= more <= sum(counts),
        "closing the last handles must take the kernel more steps than closing"
        f" the others, {len(counts)} to {sum(counts)}; QEMU saw {more} more",
        is_t0=True,
    )


# --------------------------------------------------------------- all of it


@pytest.mark.score("4.6", "pipeline")
def test_pipeline(boot: Boot, seed: Seed) -> None:
    """Several senders, three relays one behind the other, and the driver. In
    what order the messages of different senders come is left open."""
    priorities = [
        p for p in sample(seed, range(1, 64), 9) if p != DRIVER_PRIORITY
    ]
    steps = [f"p{stage}.{priorities.pop()}" for stage in range(STAGES)]
    keys = [seed.stream(1 + stage) for stage in range(STAGES)]
    changes = [[key.next() for _ in range(WORDS)] for key in keys]
    sent: list[list[str]] = []
    for number in range(1 + STAGES, 1 + STAGES + seed.pick(3, 5)):
        count = seed.pick(3, 6)
        steps.append(f"s0.{priorities.pop()}{_unless_one(count)}")
        sender = Actor(number, "s", 0, 0, count, seed.stream(number))
        sender.badges += [0, 0]
        messages = [sender.next_message() for _ in range(count)]
        sent.append([relayed(m, changes).as_whole()[0] for m in messages])
    total = sum(map(len, sent))
    steps.append(f"r{STAGES}.{total}")
    run = boot(plan=",".join(steps), report="whole")
    run.expect(interleaved([" ".join(record) for record in run.records], sent))
    # At the end each relay may have asked for one message more.
    for program, function, low, high in (
        ("sender", "message_send", total, total),
        ("relay", "sys_endpoint_send", STAGES * total, STAGES * total),
        ("relay", "sys_endpoint_recv", STAGES * total, STAGES * (total + 1)),
    ):
        run.expect_ecalls(program, function, low, high)


def relayed(message: Message, changes: list[list[int]]) -> Message:
    """What becomes of a message on its way through the stages."""
    words = message.words
    for keys in changes:
        words = tuple((w * 3 + k) & WORD_MASK for w, k in zip(words, keys))
    return Message(message.label, words)


def interleaved(arrived: list[str], sent: list[list[str]]) -> list[str]:
    """All that was sent, each sender's in its order, and otherwise as near to
    what arrived as can be."""
    left = [list(messages) for messages in sent]
    expected = []
    for record in arrived:
        left = [messages for messages in left if messages]
        for messages in [m for m in left if m[0] == record] or left[:1]:
            expected.append(messages.pop(0))
    return expected + [record for messages in left for record in messages]


@pytest.mark.score("4.6", "mixture")
def test_mixture(boot: Boot, seed: Seed) -> None:
    """Whatever can be done, in any order, at two endpoints. Needs 4.3."""
    world = World(seed)
    # A receiver more urgent than its senders would wake several of them at
    # once, and the contract does not say which of equals runs first.
    of_receivers = sample(seed, PRIORITIES_ABOVE[:16], 16)
    of_senders = sample(seed, PRIORITIES_ABOVE[16:], 3)
    alive: list[int] = []
    threads = 0
    for turn in range(34):
        endpoint = seed.pick(0, 1)
        at = world.endpoints[endpoint]
        match seed.pick(0, 9):
            case 0 | 1 | 2:
                [priority] = sample(seed, of_senders, 1)
                count = seed.pick(1, 2)
                alive.append(world.start(endpoint, priority, count))
            case 3 if of_receivers:
                priority, count = of_receivers.pop(), seed.pick(1, 3)
                alive.append(world.start(endpoint, priority, count, "w"))
            case 4 | 5 if threads < OUR_THREADS_MAX:
                threads += 1
                if seed.pick(0, 1) or not of_receivers:
                    [priority] = sample(seed, of_senders, 1)
                    alive.append(world.start(endpoint, priority, step="t"))
                else:
                    priority = of_receivers.pop()
                    alive.append(world.start(endpoint, priority, step="u"))
            case 6 | 7 if alive:
                world.end(alive.pop(seed.pick(0, len(alive) - 1)))
            case 8 if at.senders:
                world.receive(endpoint, seed.pick(1, len(at.senders)))
            case 8:
                world.receive_nowait(endpoint)
            case _:
                world.offer(endpoint)
        if turn % 8 == 7:
            world.ledger()
    for which in shuffled(seed, [0, 1]):
        world.drop(0, which)
    world.ledger()
    check_all(boot, world)


@pytest.mark.score("4.6", "leaks")
def test_leaks(boot: Boot, seed: Seed) -> None:
    """One lost frame a cycle is more than the quota has. Whoever loses one
    asks for as many endpoints and processes all the same, and is told of it;
    a kernel that only says that all cycles were done is not asked."""
    cycles = seed.pick(CYCLES_MIN, CYCLES_MIN + 20)
    [priority] = sample(seed, PRIORITIES_ABOVE, 1)
    run = boot(plan=f"z{CHURN_FRAMES}.{priority}.{cycles},k1,l")
    run.expect(["ledger", f"actor 1 {cycles:08x}"])
    for function in ("sys_endpoint_create", "sys_process_create"):
        run.expect_ecalls("churn", function, cycles)


# ------------------------------------------------------------- random choices


def shuffled(seed: Seed, items: Sequence[T]) -> list[T]:
    """The items in an order that the seed picks."""
    left = list(items)
    return [left.pop(seed.pick(0, len(left) - 1)) for _ in items]


def sample(seed: Seed, items: Sequence[T], count: int) -> list[T]:
    """So many different items, in an order that the seed picks."""
    return shuffled(seed, items)[:count]


def most_urgent_not_first(priorities: list[int]) -> list[int]:
    """The priorities, moved round so that a queue that ignores them differs
    from one that does not."""
    first = next(
        i for i, p in enumerate(priorities) if p != max(priorities)
    )
    return priorities[first:] + priorities[:first]
