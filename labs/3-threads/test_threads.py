# SPDX-License-Identifier: MIT
"""Lab 3: who must run when, worked out on the host from seed and contract.

A test writes a script for each thread (see programs/threads.c) and a `World`
follows them: one ready queue, one clock, and no time passes but while all
sleep. The guest gets the scripts; what its threads noted, in the order in
which they ran, is compared with the World's notes. So are the calls that QEMU
saw (T0): each thread has a function of its own to make its notes in, and what
is asked of the kernel is counted by system call."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

import pytest

from grader.plugin import Boot
from grader.run import Run
from grader.seed import PHASE_US_MIN, Seed

MAIN_PRIORITY = 32
BELOW = range(2, MAIN_PRIORITY)
ABOVE = range(MAIN_PRIORITY + 1, 63)
MIDDLE = range(2, 63)  # between the thread that ends the run and the boss
BOSS_PRIORITY = 63
THREADS_MAX = 24  # of programs/threads.c
PLAN_BYTES_MAX = 850
DEADLINE = 1 << 63
STEP_ITEMS = 32  # of kernel/types.h

# So long that no slice ends in a run whose order is to be known.
NO_SLICE = 1_000_000  # microseconds
# Thousands of instructions: a unit of time in which all sleep but for a
# moment, and what a whole run may take with all of its units slept through.
UNIT = 400
SLEPT_MAX = 18_000
ENDS_AT = 60

# Rounds of work, each of some 3,000 instructions: until a run ends, and of
# one that yields long before its slice is over.
WORK = 300
BRIEF = 8
TURNS_MIN = 7  # of which two at least end with a slice

# More than there are ids; more than a process of 40 frames has room for.
STARTS = 16_600
STARTS_FEW = 900
KILLS = 150
CHILD_THREADS = 6
PARTY_THREADS = 7  # as many as a frame has room for
# A process that ends is gone when others had so many turns.
TURNS_TO_END = 20

# A step of a script, its two numbers, and how to find them in one.
Step = tuple[str, int, int]
STEP = re.compile(r"([a-z])(?:(\d+)(?:\.(\d+))?)?")

T = TypeVar("T")


class Actor:
    """A thread with its script."""

    def __init__(self, number: int, priority: int, script: str) -> None:
        self.number = number
        self.priority = priority
        self.script = script
        self.steps: list[Step] = [
            (letter, int(a or 0), int(b or 0))
            for letter, a, b in STEP.findall(script)
        ]
        self.at = 0  # the step that comes next
        self.pending = 0
        self.got: int | None = None  # while it waited
        self.is_waiting = self.has_ended = False
        self.deadline: int | None = None
        self.handles = 1  # to it
        self.signals = 0  # sent to it, each through a handle of its own


class World:
    """What happens under these scripts if the kernel keeps its contract.
    Thread 0 is there, and runs."""

    def __init__(self, scripts: Sequence[tuple[int, str]]) -> None:
        if len(scripts) > THREADS_MAX:
            raise ValueError("too many threads")
        self.actors = [
            Actor(number, priority, script)
            for number, (priority, script) in enumerate(scripts)
        ]
        self.plan = plan_of(scripts)
        if len(self.plan) > PLAN_BYTES_MAX:
            raise ValueError(f"the plan is too long: {self.plan}")
        self.notes: list[str] = []
        self.calls: Counter[str] = Counter()  # what QEMU must see
        self.more: Counter[str] = Counter()  # what it may see besides
        self.is_timed = "t" in self.plan
        self._time = 0
        self._kept: list[Actor] = []
        self._ready: list[Actor] = []
        self._current = self.actors[0]
        while self._step():
            pass

    def _step(self) -> bool:
        """One step of the thread that runs; whether there are more."""
        me = self._current
        if me.at == len(me.steps):
            self._exit(me)
            return True
        letter, a, b = me.steps[me.at]
        me.at += 1
        match letter:
            case "e":
                return False
            case "n":
                self._note(me)
            case "y":
                self.calls["sys_thread_yield"] += 1
                self._ready.append(me)
                self._pick()
            case "c":
                self.calls["sys_thread_create"] += 1
                self._wake(self.actors[a])
            case "s":
                self._signal_from(me, self.actors[a], 1 << b)
            case "m":
                self.actors[a].handles += b
                self._kept += [self.actors[a]] * b
            case "g":
                gone = sum(each.has_ended for each in self._kept)
                self.notes.append(
                    f"thread {me.number} gone {gone} of {len(self._kept)}"
                )
                self.calls["sys_thread_signal"] += len(self._kept)
            case "h":
                error = "ERR_HANDLE" if self.actors[a].has_ended else "OK"
                self.notes.append(f"thread {me.number} handle {error}")
            case "w" | "v":
                self._receive(me, letter == "w")
            case "b":
                self._time = 0
            case "t" | "o" | "f":
                self._deadline(me, letter, a)
            case "q":
                self._child(me, a)
            case "z":
                self._party(me, f"started {a}", threads=a)
            case "k":
                self._party(me, f"killed {a}", processes=a)
            case _:
                raise ValueError(f"the World knows no step {letter}")
        return True

    def _note(self, actor: Actor, what: str = "") -> None:
        self.calls[f"note_{actor.number}"] += 1
        self.notes.append(f"thread {actor.number}{what}")

    def _pick(self) -> None:
        """The most urgent runs, of these the one that was ready first. If
        there is none, time passes."""
        while not self._ready:
            self._sleep()
        self._current = max(self._ready, key=lambda actor: actor.priority)
        self._ready.remove(self._current)
        if self._current.got is not None:
            self._got(self._current)

    def _wake(self, other: Actor) -> None:
        """The thread that runs makes another able to."""
        self._ready.append(other)
        if other.priority > self._current.priority:
            self._ready.append(self._current)
            self._pick()

    def _signal(self, other: Actor, bits: int) -> bool:
        """Whether that wakes it."""
        if not other.is_waiting:
            other.pending |= bits
            return False
        other.is_waiting = False
        other.got = bits
        return True

    def _signal_from(self, me: Actor, other: Actor, bits: int) -> None:
        if other.has_ended:
            self.notes.append(f"thread {me.number} signal ERR_HANDLE")
            return
        self.calls["sys_thread_signal"] += 1
        other.signals += 1
        if self._signal(other, bits):
            self._wake(other)

    def _receive(self, me: Actor, may_wait: bool) -> None:
        self.calls["sys_endpoint_recv"] += 1
        if me.pending:
            me.got, me.pending = me.pending, 0
            self._got(me)
        elif may_wait:
            me.is_waiting = True
            self._pick()
        else:
            self._note(me, " ERR_WOULD_BLOCK")

    def _got(self, me: Actor) -> None:
        """The receive of the thread that runs comes back."""
        when = f" at {self._time}" if self.is_timed else ""
        self._note(me, f" got {me.got:x}{when}")
        me.got = None

    def _deadline(self, me: Actor, letter: str, units: int) -> None:
        self.calls["sys_thread_deadline"] += 1
        is_past = letter == "o" or (letter == "t" and units <= self._time)
        me.deadline = units if letter == "t" and not is_past else None
        if is_past:
            self._signal(me, DEADLINE)

    def _sleep(self) -> None:
        """Until the first deadline."""
        sleepers = [a for a in self.actors if a.deadline is not None]
        first = min(sleepers, key=lambda actor: actor.deadline or 0)
        if sum(a.deadline == first.deadline for a in sleepers) > 1:
            raise ValueError("the contract does not say who wakes first")
        self._time, first.deadline = first.deadline or 0, None
        if self._signal(first, DEADLINE):
            self._ready.append(first)

    def _exit(self, me: Actor) -> None:
        self.calls["sys_thread_exit"] += -(-me.handles // STEP_ITEMS)
        # One at a time, and those it was signalled through may be there yet.
        self.more["sys_thread_exit"] += me.handles + me.signals
        me.has_ended = True
        me.deadline = None
        self._pick()

    def _child(self, me: Actor, turns: int) -> None:
        """A process is there as long as its last thread, and hardly longer."""
        name = f"thread {me.number} child"
        self.notes += [f"{name} there {turns} turns", f"{name} gone"]
        self.calls["sys_thread_create"] += turns
        self.calls["sys_thread_yield"] += turns
        self.more["sys_thread_yield"] += TURNS_TO_END

    def _party(
        self, me: Actor, what: str, threads: int = 0, processes: int = 0
    ) -> None:
        """Threads or processes come and go, and one process pays."""
        self.notes.append(f"thread {me.number} {what}")
        self.calls["sys_process_create"] += 1 + processes
        self.calls["sys_thread_create"] += PARTY_THREADS + threads
        self.calls["sys_thread_create"] += CHILD_THREADS * processes
        self.more["sys_thread_yield"] += TURNS_TO_END * processes


def check(
    boot: Boot,
    seed: Seed,
    scripts: Sequence[tuple[int, str]],
    is_exact: bool = True,
) -> Run:
    """Boots with these scripts and compares. `is_exact`: whoever receives the
    signal of a deadline waited for it, so the guest can tell whether it came
    too early or too late."""
    world = World(scripts)
    run = boot(
        plan=world.plan,
        unit=ticks(seed, UNIT) if world.is_timed else 0,
        exact=int(is_exact),
        slice_us=NO_SLICE,
        phase_us=NO_SLICE,
    )
    run.expect(world.notes)
    if world.is_timed:
        check_slept(run)
    for actor in world.actors:
        world.calls[f"note_{actor.number}"] += 0
    for function, count in world.calls.items():
        most = count + world.more[function]
        run.expect_ecalls("threads", function, count, most)
    return run


def check_slept(run: Run) -> None:
    """Fails if the hart was busy while all threads slept."""
    run.check(
        (run.icount or 0) < SLEPT_MAX * 1000,
        f"while all threads slept the hart had to idle: the whole run may"
        f" take {SLEPT_MAX * 1000:,} instructions, and took {run.icount:,}",
        is_t0=True,
    )


def ticks(seed: Seed, thousands: int) -> int:
    """So many thousands of instructions in ticks of the time base, which has
    10 MHz: 100 ns each."""
    return (thousands * 10) << seed.shift


# --------------------------------------------------------------- the scripts


def plan_of(scripts: Sequence[tuple[int, str]]) -> str:
    """The scripts as the guest gets them."""
    return ",".join(f"{priority}{script}" for priority, script in scripts)


def staged(
    seed: Seed,
    actors: Sequence[tuple[int, str]],
    *,
    end: str = "e",
    boss: str = "",
) -> list[tuple[int, str]]:
    """All are there before the first of them runs: a boss starts them, in any
    order, and first of all the least urgent, which ends the run. They are
    numbered from 2 on, and that one is the last."""
    numbers = range(2, 2 + len(actors))
    starts = [2 + len(actors), *shuffled(seed, numbers)]
    script = "".join(f"c{number}" for number in starts) + boss
    return [
        (MAIN_PRIORITY, "c1"),
        (BOSS_PRIORITY, script),
        *actors,
        (1, end),
    ]


def shuffled(seed: Seed, items: Sequence[T]) -> list[T]:
    """The items in an order that the seed picks."""
    left = list(items)
    return [left.pop(seed.pick(0, len(left) - 1)) for _ in items]


def sample(seed: Seed, items: Sequence[T], count: int) -> list[T]:
    """So many different items, in an order that the seed picks."""
    return shuffled(seed, items)[:count]


def picked(seed: Seed, items: Sequence[T]) -> T:
    """One of the items."""
    return items[seed.pick(0, len(items) - 1)]


# --------------------------------------------------------------- ready threads


@pytest.mark.score("3.1", "priority")
def test_priority(boot: Boot, seed: Seed) -> None:
    """No two threads are equally urgent. Thread 0 starts seven of them; four
    of these start another each, two of which are more urgent than whoever
    starts them."""
    priorities = [p for p in MIDDLE if p != MAIN_PRIORITY]
    chosen = sorted(sample(seed, priorities, 11))
    early = [chosen[i] for i in (1, 3, 4, 6, 7, 8, 9)]
    late = [chosen[i] for i in (0, 2, 5, 10)]
    kinds = ["n", "nyn", "ny"]
    scripts = [(p, picked(seed, kinds)) for p in shuffled(seed, early)]
    starters = sample(seed, range(len(scripts)), len(late))
    for i, priority in zip(starters, shuffled(seed, late)):
        own, script = scripts[i]
        scripts[i] = own, f"{script}c{len(scripts) + 2}n"
        scripts.append((priority, "nyn"))
    first = "c1" + "".join(f"c{2 + i}" for i in range(len(early)))
    check(boot, seed, [(MAIN_PRIORITY, first + "n"), (1, "e"), *scripts])


@pytest.mark.score("3.1", "turns")
def test_turns(boot: Boot, seed: Seed) -> None:
    """Three priorities with three threads each, which take turns. One of each
    starts a fourth when it has had its first turn: that one's comes last."""
    levels = sample(seed, MIDDLE, 3)
    actors = [
        (level, "ny" * seed.pick(1, 3) + "n")
        for level in shuffled(seed, levels * 3)
    ]
    for level in levels:
        at = [i for i, actor in enumerate(actors) if actor[0] == level]
        i = picked(seed, at[:3])
        actors[i] = level, f"nc{2 + len(actors)}yn"
        actors.append((level, "nyn"))
    scripts = staged(seed, actors[:9])
    # The last three are started by others, and not by the boss.
    scripts[2 + 9 :] = [*actors[9:], scripts[-1]]
    boss = scripts[1][1].replace(f"c{2 + 9}c", f"c{2 + 12}c", 1)
    scripts[1] = BOSS_PRIORITY, boss
    check(boot, seed, scripts)


# ------------------------------------------------------------------- slices


def slice_us(seed: Seed) -> int:
    """The length of all slices: of 60,000 to 100,000 instructions."""
    return max(seed.pick(60, 100) << seed.shift, PHASE_US_MIN)


def turns_of(run: Run) -> list[str]:
    """Who worked, in the order of the records."""
    return [" ".join(record) for record in run.records]


def take_turns(turns: list[str], threads: Sequence[int]) -> bool:
    """Whether these threads had their turns one after the other, each when all
    others had theirs, and nobody else had any."""
    count = len(threads)
    first = turns[:count]
    rounds = first * (1 + len(turns) // count)
    everybody = sorted(f"thread {number}" for number in threads)
    return sorted(first) == everybody and turns == rounds[: len(turns)]


@pytest.mark.score("3.2", "shares")
def test_shares(boot: Boot, seed: Seed) -> None:
    """Three threads of one priority work on and on, and a fourth yields long
    before its slice is over: whoever comes then has a whole slice. A less
    urgent one must not run. Who has done its work first ends the run."""
    priority = picked(seed, MIDDLE[1:])
    actors = [(priority, f"l{WORK}e")] * 3
    actors += [(priority, f"l{BRIEF}y" * 60), (priority - 1, f"l{WORK}")]
    length = slice_us(seed)
    plan = plan_of(staged(seed, actors))
    run = boot(plan=plan, slice_us=length, phase_us=length)
    work = [run.ecalls("threads", f"note_{n}") for n in range(2, 7)]
    turns = turns_of(run)
    if WORK in work[:3]:
        # Who has done its work is in its last turn. Another that was about to
        # note its own does so yet, out of turn.
        last = f"thread {2 + work.index(WORK)}"
        while turns and turns[-1] != last:
            turns.pop()
    run.check(
        take_turns(turns, [2, 3, 4, 5]),
        "threads of one priority had to take turns, each when all others had"
        " theirs, and less urgent ones had to wait",
    )
    run.check(
        max(work[:3]) == WORK and min(work[:3]) > WORK * 0.8 and work[4] == 0,
        f"threads of one priority had to have equal slices: when one had done"
        f" {WORK} rounds of work, the three had done {work[:3]}, and one less"
        f" urgent {work[4]}",
        is_t0=True,
    )


@pytest.mark.score("3.2", "urgent-first")
def test_urgent_first(boot: Boot, seed: Seed) -> None:
    """Slices end while less urgent threads are ready, and they must wait on.
    Two of one priority take turns; then one of them starts a more urgent
    one."""
    least, less, more, most = sorted(sample(seed, MIDDLE[1:], 4))
    rounds = [seed.pick(90, 120) for _ in range(5)]
    actors = [
        (most, f"l{rounds[0]}"),
        (less, f"l{rounds[1] // 2}c6l{rounds[1] - rounds[1] // 2}"),
        (less, f"l{rounds[2]}"),
        (least, f"l{rounds[3]}"),
        (more, f"l{rounds[4]}"),
    ]
    scripts = staged(seed, actors)
    scripts[1] = BOSS_PRIORITY, "c7" + "".join(
        f"c{n}" for n in shuffled(seed, range(2, 6))
    )
    length = slice_us(seed)
    run = boot(plan=plan_of(scripts), slice_us=length, phase_us=length)
    turns = ", ".join(turns_of(run))
    pair = "(, thread [34])"
    run.check(
        re.fullmatch(f"thread 2{pair}+, thread 6{pair}+, thread 5", turns)
        is not None
        and len(run.records) > TURNS_MIN,
        "of those that can run only the most urgent may, and those that are"
        " equally urgent had to take turns",
    )
    for number, count in enumerate(rounds, 2):
        run.expect_ecalls("threads", f"note_{number}", count)


# ------------------------------------------------------------------ signals


@pytest.mark.score("3.3", "waiting")
def test_waiting(boot: Boot, seed: Seed) -> None:
    """Threads of all kinds of priorities wait. Then one that was itself
    waiting signals all of them, once or more; the more urgent run at once, and
    of the others some have the second signal still to come."""
    numbers = range(3, 10)
    waits = {n: seed.pick(1, 3) for n in numbers}
    levels = sample(seed, BELOW, 2) + sample(seed, ABOVE, 3) + [32, 32]
    signals = shuffled(seed, [n for n in numbers for _ in range(waits[n])])
    script = "w" + "".join(f"s{n}.{seed.pick(0, 62)}" for n in signals)
    actors = [
        (MAIN_PRIORITY, script + "nw"),
        *[(level, "w" * waits[n] + "n") for n, level in zip(numbers, levels)],
        (1, f"s2.{seed.pick(0, 62)}n"),
    ]
    check(boot, seed, staged(seed, actors)[:-1] + [(0, "e")])


@pytest.mark.score("3.3", "pending")
def test_pending(boot: Boot, seed: Seed) -> None:
    """Signals come before anybody waits: from a more urgent thread, from the
    thread itself, from one that has already signalled. They add up."""
    levels = sample(seed, MIDDLE, 2)
    actors = []
    for number in range(2, 8):
        level = levels[number % 2]
        own = [f"s{number}.{seed.pick(0, 62)}" for _ in range(seed.pick(0, 2))]
        receives = shuffled(seed, ["v", "v", *own, *own])
        actors.append((level, "".join(receives) + picked(seed, ["n", "v"])))
    targets = [n for n in range(2, 8) for _ in range(seed.pick(1, 4))]
    boss = "".join(f"s{n}.{seed.pick(0, 62)}" for n in shuffled(seed, targets))
    waiter = (picked(seed, MIDDLE), "wvw")
    boss += f"s8.{seed.pick(0, 30)}s8.{seed.pick(31, 62)}"
    check(boot, seed, staged(seed, [*actors, waiter], boss=boss))


# ---------------------------------------------------------------- deadlines


@pytest.mark.score("3.4", "order")
def test_order(boot: Boot, seed: Seed) -> None:
    """As many deadlines as there is room for, set in any order."""
    units = sample(seed, range(5, ENDS_AT), THREADS_MAX - 3)
    levels = sample(seed, MIDDLE, 3)
    actors = [(picked(seed, levels), f"t{unit}w") for unit in units]
    scripts = staged(seed, actors, end=f"t{ENDS_AT}we")
    scripts[0] = MAIN_PRIORITY, "bc1"
    check(boot, seed, scripts)


@pytest.mark.score("3.4", "changed")
def test_changed(boot: Boot, seed: Seed) -> None:
    """All set a deadline. Then, while all are set, some set it earlier, some
    later, some take it away, and some had one that was past. Those without
    are signalled at the end."""
    level = picked(seed, MIDDLE)
    units = sample(seed, range(5, ENDS_AT), 34)
    actors, ends = [], ""
    for number, kind in enumerate(shuffled(seed, "eeeellllffffkkkoo"), 2):
        before, after = sorted([units.pop(), units.pop()])
        if kind == "e":
            script = f"t{after}yt{before}w"
        elif kind == "l":
            script = f"t{before}yt{after}w"
        elif kind == "f":
            script = f"t{before}yfw"
            ends += f"s{number}.{seed.pick(0, 62)}"
        elif kind == "k":
            script = f"t{after}yw"
        else:
            script = f"oywt{after}w"
        actors.append((level, script))
    scripts = staged(seed, actors, end=f"t{ENDS_AT}w{ends}e")
    scripts[0] = MAIN_PRIORITY, "bc1"
    check(boot, seed, scripts)


# --------------------------------------------------------------------- exit


@pytest.mark.score("3.5", "handles")
def test_handles(boot: Boot, seed: Seed) -> None:
    """Threads with one handle, with some, and with more than a step may
    close. None of those handles names anything afterwards."""
    counts = shuffled(seed, [0, seed.pick(1, 20), seed.pick(66, 90)])
    makes = "".join(f"m{2 + i}.{n}" for i, n in enumerate(counts))
    looks = "".join(f"h{2 + i}" for i in range(3))
    level = picked(seed, BELOW)
    scripts = [
        (MAIN_PRIORITY, f"c1c2c3c4{makes}{looks}"),
        (1, f"{looks}gc5h5e"),
        *[(level, "nyn"), (level, "n"), (level, "yn")],
        (40, "n"),
    ]
    check(boot, seed, scripts)


@pytest.mark.score("3.5", "successor")
def test_successor(boot: Boot, seed: Seed) -> None:
    """Threads end with a deadline to come and with signals that they never
    received. Those that come after them, in their records, get neither. Needs
    3.3 and 3.4."""
    units = sample(seed, range(5, ENDS_AT - 10), 8)
    old = [(picked(seed, BELOW[2:]), f"t{unit}n") for unit in units[:5]]
    level = picked(seed, ABOVE)
    new = [(level, f"t{unit}w") for unit in units[5:]] + [(level, "w")] * 3
    signals = "".join(f"s{n}.{seed.pick(0, 62)}" for n in range(2, 7))
    numbers = range(8, 8 + len(new))
    starts = "".join(f"c{n}" for n in numbers)
    end = f"{starts}t{ENDS_AT}w" + "".join(f"s{n}.5" for n in numbers[3:])
    gone = "".join(f"h{n}" for n in range(2, 7))
    scripts = staged(seed, old, end=f"{gone}{end}e", boss=signals)
    scripts[0] = MAIN_PRIORITY, "bc1"
    scripts[6 + 1 :] = [scripts[-1], *new]
    check(boot, seed, scripts)


@pytest.mark.score("3.5", "last")
def test_last(boot: Boot, seed: Seed) -> None:
    """A process has to be there until the last of its threads exits, and not
    much longer."""
    count = seed.pick(4, 9)
    level = picked(seed, BELOW)
    check(boot, seed, [(MAIN_PRIORITY, "c1"), (level, f"q{count}e")])


# ---------------------------------------------------------------- all of it


@pytest.mark.score("3.6", "mixture")
def test_mixture(boot: Boot, seed: Seed) -> None:
    """Whatever threads can do, in any order."""
    levels = sample(seed, MIDDLE, 5)
    units = shuffled(seed, range(3, ENDS_AT))
    count = 12
    actors = []
    for number in range(2, 2 + count):
        script = ""
        for _ in range(seed.pick(4, 9)):
            match seed.pick(0, 8):
                case 0 | 1:
                    script += "n"
                case 2:
                    script += "y"
                case 3 | 4 if units:
                    script += f"t{units.pop()}w"
                case 5:
                    script += picked(seed, ["v", "v", "fv", "ov"])
                case _:
                    other = seed.pick(2, 1 + count)
                    script += f"s{other}.{seed.pick(0, 62)}"
        actors.append((picked(seed, levels), script))
    scripts = staged(seed, actors, end=f"t{ENDS_AT}we")
    scripts[0] = MAIN_PRIORITY, "bc1"
    check(boot, seed, scripts, is_exact=False)


@pytest.mark.score("3.6", "leaks")
def test_leaks(boot: Boot, seed: Seed) -> None:
    """More threads come and go than a process has room for, and under every
    second seed, for it takes long, more than there are ids. Half of them have
    deadlines. Each needs a frame for its record: one that is lost each time
    is missing after forty."""
    count = seed.pick(0, 50) + picked(seed, [STARTS, STARTS_FEW])
    check(boot, seed, [(MAIN_PRIORITY, f"z{count}e")])


@pytest.mark.score("3.6", "killed")
def test_killed(boot: Boot, seed: Seed) -> None:
    """Processes are killed with threads that wait, that have deadlines and
    that are ready. Then many threads exit."""
    count = KILLS + seed.pick(0, 20)
    starts = STARTS_FEW // 2 + seed.pick(0, 20)
    check(boot, seed, [(MAIN_PRIORITY, f"k{count}z{starts}e")])
