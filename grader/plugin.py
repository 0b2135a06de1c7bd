# SPDX-License-Identifier: MIT
"""The pytest plugin: it boots a kernel for each test and counts the points.

A lab's tests are ordinary pytest functions that say which score they decide:

    @pytest.mark.score("4.1", "receiver-first")
    def test_receiver_first(boot: Boot, seed: Seed) -> None:
        run = boot(count=seed.pick(3, 9))
        run.expect(model(seed))
        run.expect_ecalls("sender", "sys_endpoint_send", 5)

Each runs once for every seed. The kernel and all else that is given comes in
a *job*, a file that `python3 -m grader grade` writes: the plugin builds
nothing. Without a job it does nothing but register the marker."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader import qemu
from grader.card import Loss, card, hint_text, note, score_line
from grader.difference import without_numbers
from grader.elf import Program
from grader.hints import HINTS_FILE, Hints
from grader.job import Job
from grader.lab import Lab, Score, read_lab
from grader.results import Outcome, Results
from grader.run import Part, Run, judge
from grader.seed import Seed
from grader.verdict import Failure, InfrastructureError, Verdict

# An INFRA verdict is retried twice.
ATTEMPTS = 3
# What is longer, kernel and programs would cut.
BOOTARGS_BYTES_MAX = 1023


@dataclass
class Grading:
    """A job under way."""

    job: Job
    lab: Lab
    results: Results
    programs: list[Program]
    kernel: Program
    # By score: the tests still to come, and the loss to show.
    awaited: Counter[tuple[str, str]] = field(default_factory=Counter)
    boots: Counter[str] = field(default_factory=Counter)  # by score and seed
    losses: dict[tuple[str, str], Loss] = field(default_factory=dict)

    def end_stop(self) -> int:
        """Where a run ends: the first program's `test_end`, or that of the
        driver in the kernel."""
        first = self.programs[0] if self.programs else self.kernel
        return first.address("test_end")


GRADING = pytest.StashKey[Grading]()
SCORE = pytest.StashKey[Score]()
TRAIL = pytest.StashKey["Trail"]()


@dataclass
class Trail:
    """What the boots of one test left behind."""

    names: list[str] = field(default_factory=list)  # of their directories
    icounts: list[int | None] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


# ------------------------------------------------------------- before the run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that names the job."""
    parser.addoption("--job", metavar="FILE", help="what `grader grade` wrote")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker, and takes up the job if there is one."""
    config.addinivalue_line(
        "markers", "score(exercise, name): the score that a test decides"
    )
    if file := config.getoption("--job"):
        config.stash[GRADING] = _start(Job.read(Path(file)))


def _start(job: Job) -> Grading:
    lab = read_lab(job.lab)
    results = Results(
        lab,
        job.out / "results.json",
        submission=job.submission,
        seeds=job.seeds,
        exercise=job.exercise,
        kernel=job.kernel,
        notes=job.notes,
        kept=job.kept,
    )
    programs = [
        Program(name, job.programs / f"{name}.elf") for name in lab.programs
    ]
    kernel = Program("kernel", job.kernel_elf)
    return Grading(job, lab, results, programs, kernel)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs every test that decides a score once for each seed."""
    grading = metafunc.config.stash.get(GRADING, None)
    if grading and "seed" in metafunc.fixturenames:
        seeds = grading.job.seeds
        metafunc.parametrize("seed", seeds, indirect=True, ids=map(hex, seeds))


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Pairs tests with scores, keeps those asked for, in lab.toml's order."""
    grading = config.stash.get(GRADING, None)
    if not grading:
        return
    scores = grading.lab.scores
    for item in items:
        mark = item.get_closest_marker("score")
        key = mark.args if mark else ()
        score = next((s for s in scores if s.key == key), None)
        if not score:
            raise pytest.UsageError(
                f"{item.nodeid}: its score {key} is not in lab.toml"
            )
        item.stash[SCORE] = score
    tested = {item.stash[SCORE].key for item in items}
    if untested := [s.key for s in scores if s.key not in tested]:
        raise pytest.UsageError(f"no test decides {untested}")
    chosen = [
        item
        for item in items
        if grading.job.exercise in (None, item.stash[SCORE].exercise)
    ]
    chosen.sort(key=lambda item: scores.index(item.stash[SCORE]))
    items[:] = chosen
    grading.awaited.update(item.stash[SCORE].key for item in items)
    grading.results.write()


# ------------------------------------------------------------------- the run


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> Seed:
    """The seed of this run, a generator that nobody has used yet."""
    return Seed(request.param)


class Boot:
    """The fixture `boot`: called, it boots the kernel and runs it to its end
    stop. Keyword arguments become boot arguments of the guest."""

    def __init__(
        self,
        grading: Grading,
        score: Score,
        seed: Seed,
        trail: Trail,
    ) -> None:
        self._grading = grading
        self._score = score
        self._seed = seed
        self._trail = trail
        self._machines = ExitStack()

    @property
    def kernel(self) -> Program:
        """What the ELF file of the kernel under test says."""
        return self._grading.kernel

    def close(self) -> None:
        """Ends the machines that stand at their end stops."""
        self._machines.close()

    def __call__(
        self,
        *,
        faults: bool = False,
        initrd: bytes | None = None,
        stop_in_kernel: str | None = None,
        **arguments: int | str,
    ) -> Run:
        """Boots and judges. A run that does not come to its end in good
        order raises its `Failure`. `faults=True` for tests in which programs
        are meant to fault; `initrd` for what a driver in the kernel reads
        where the boot archive would be."""
        job = self._grading.job
        name = self._name()
        directory = job.out / "runs" / name
        # A lab without programs has none to boot.
        has_programs = bool(self._grading.programs)
        archive = job.programs / "boot.cpio" if has_programs else None
        if initrd is not None:
            directory.mkdir(parents=True, exist_ok=True)
            archive = directory / "initrd"
            archive.write_bytes(initrd)
        end_stop = self._grading.end_stop()
        if stop_in_kernel:
            end_stop = self._in_kernel(stop_in_kernel)
        # Repeats with the seed; differs between scores and boots.
        nonce = hashlib.sha256(name.encode()).hexdigest()[:8]
        machine = qemu.Machine(
            kernel=job.kernel,
            initrd=archive,
            memory=job.memory,
            bootargs=self._bootargs(nonce, arguments),
            shift=self._seed.shift,
            seed=self._seed.value,
            end_stop=end_stop,
            budget=self._score.budget,
            directory=directory,
        )
        self._trail.names.append(name)
        boot = _retried(machine)
        if boot.stop:
            self._machines.callback(boot.stop.close)
        self._grading.results.qemu_version = boot.qemu_version
        self._trail.icounts.append(boot.icount)
        run = judge(
            boot,
            nonce=nonce,
            budget=self._score.budget,
            programs=self._grading.programs,
            kernel_elf=job.kernel_elf,
            faults=faults,
            parts=self._trail.parts,
        )
        run.name = name
        return run

    def adopt(self, run: Run) -> None:
        """Enters a run that another test made as one that this test rests
        on."""
        if run.name not in self._trail.names:
            self._trail.names.append(run.name)
            self._trail.icounts.append(run.icount)

    def _in_kernel(self, function: str) -> int:
        """Where a function of the kernel under test begins."""
        try:
            return self.kernel.address(function)
        except KeyError:
            raise Failure(
                Verdict.FAIL, f"the kernel has no function {function}"
            ) from None

    def _name(self) -> str:
        """The directory of the boot that comes next."""
        name = f"{self._score.exercise}-{self._score.name}-{self._seed}"
        self._grading.boots[name] += 1
        return f"{name}-{self._grading.boots[name]}"

    def _bootargs(self, nonce: str, arguments: dict[str, int | str]) -> str:
        """The command line: first what the kernel reads, for it keeps only
        the beginning. A test may choose any of the words."""
        words: dict[str, int | str] = {
            "slice_us": self._seed.slice_us,
            "phase_us": self._seed.phase_us,
            "lab": self._grading.lab.number,
            "score": self._score.name,
            "seed": str(self._seed),
            "nonce": nonce,
            **arguments,
        }
        line = " ".join(f"{key}={value}" for key, value in words.items())
        if len(line) > BOOTARGS_BYTES_MAX:
            raise ValueError(
                f"boot arguments of {len(line)} bytes, at most"
                f" {BOOTARGS_BYTES_MAX} arrive: {line}"
            )
        return line


def _retried(machine: qemu.Machine) -> qemu.Boot:
    """Runs the machine, again if the grader or the host was to blame."""
    for attempt in range(ATTEMPTS):
        try:
            return qemu.run(machine, keep=True)
        except InfrastructureError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("not reached")


@pytest.fixture
def boot(request: pytest.FixtureRequest, seed: Seed) -> Iterator[Boot]:
    """Boots the kernel under test; see `Boot`."""
    trail = request.node.stash.setdefault(TRAIL, Trail())
    grading = request.config.stash[GRADING]
    boot = Boot(grading, request.node.stash[SCORE], seed, trail)
    with closing(boot):
        yield boot


@pytest.fixture
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the student answers, in a lab that asks."""
    grading = request.config.stash[GRADING]
    try:
        return tomllib.loads(grading.job.answers or "")
    except (ValueError, RecursionError) as error:
        raise Failure(
            Verdict.FAIL, f"{grading.lab.answers}: {error}"
        ) from error


# --------------------------------------------------------- what it came to


def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> None:
    """Enters a test's outcome, and reports a score with its last test."""
    grading = item.config.stash.get(GRADING, None)
    if not grading or (call.when != "call" and not call.excinfo):
        return
    score = item.stash[SCORE]
    value = _seed_of(item)
    trail = item.stash.get(TRAIL, Trail())
    parts = trail.parts
    failure = _failure(call)
    is_whole = failure is None  # else no part of it counts
    failure = failure or _loss_of(parts)
    outcome = Outcome(
        value,
        failure.verdict if failure else Verdict.PASS,
        failure.message if failure else "",
        trail.icounts,
        trail.names,
        where=_where(item, call),
        difference=failure.difference if failure else "",
        is_t0=failure is not None and failure.is_t0,
        test=getattr(item, "originalname", item.name),
        wrong={p.name for p in parts if p.loss or not is_whole},
        right={p.name for p in parts if is_whole and not p.loss},
    )
    result = grading.results.add(score, outcome)
    if failure and result.decisive is outcome:
        grading.losses[score.key] = Loss(failure, value)
    grading.awaited[score.key] -= 1
    if grading.awaited[score.key] == 0:
        grading.results.write()
        _report(grading, score)


def _seed_of(item: pytest.Item) -> int:
    """The seed that an item was parametrised with."""
    callspec = getattr(item, "callspec", None)
    return int(callspec.params["seed"]) if callspec else 0


def _failure(call: pytest.CallInfo[None]) -> Failure | None:
    """What an exception in a test means for its score. Whatever is neither
    a verdict nor an assertion is the lab's own mistake."""
    error = call.excinfo.value if call.excinfo else None
    match error:
        case None:
            return None
        case Failure():
            return error
        case pytest.skip.Exception():
            return Failure(Verdict.SKIPPED, str(error))
        case AssertionError():
            loss = Failure(Verdict.FAIL, str(error) or "an assertion failed")
            loss.difference = without_numbers(loss.message)
            return loss
        case InfrastructureError():
            return Failure(Verdict.INFRA, str(error))
    assert call.excinfo
    last = call.excinfo.traceback[-1]
    where = f"{Path(last.path).name}:{last.lineno + 1}"
    return Failure(
        Verdict.INFRA, f"the test itself broke at {where}: {error!r}"
    )


def _where(item: pytest.Item, call: pytest.CallInfo[None]) -> str:
    """The line of the lab's test that was not content."""
    entries = call.excinfo.traceback if call.excinfo else ()
    lines = [e.lineno + 1 for e in entries if Path(e.path) == item.path]
    return f"{item.path.name}:{lines[-1]}" if lines else ""


def _loss_of(parts: Sequence[Part]) -> Failure | None:
    """What wrong parts come to: the first one's failure."""
    losses = [part.loss for part in parts if part.loss]
    if not losses:
        return None
    if len(losses) < len(parts):
        losses[0].verdict = Verdict.PARTIAL
    return losses[0]


def _report(grading: Grading, score: Score) -> None:
    """Prints a score's line, and its card if it was lost."""
    print(score_line(grading.results.scores[score.key]), flush=True)
    if loss := grading.losses.get(score.key):
        exercise = grading.lab.exercise(score.exercise)
        job = grading.job
        lab = grading.lab
        print(card(lab, exercise, score, loss, job.sources, job.without))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Says why a lab's tests cannot even be read."""
    if report.failed:
        print(report.longreprtext)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Looks for a hint, and writes the results for the last time, whatever
    happened."""
    grading = session.config.stash.get(GRADING, None)
    if not grading:
        return
    results = grading.results
    if hints := Hints.read(grading.job.lab.parent / HINTS_FILE):
        table = results.table()
        results.hint = hints.find(table)
        if results.hint:
            print(hint_text(grading.lab, results.hint, len(results.seeds)))
        if warning := hints.machine_differs(table):
            print(note(warning))
    results.write()
