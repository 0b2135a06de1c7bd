# SPDX-License-Identifier: MIT
"""init and the name server: what they promise to those who use them
(tests/guest/services plays the scenarios), and what init says of a manifest
that is wrong."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.archive import read_archive, write_archive
from tests.machine import ROOT, Build, Result, boot, boot_in_real_time

GUEST = ROOT / "tests" / "guest" / "services"

# Ends the machine, with status 1, when all that comes before it is started.
END = """
service end
    program quitter
    restart never
    critical
"""

# A service of which nothing is wrong.
GOOD = "service good\n    program subject\n    kept 1\n"

# Boots the image of tests/guest/services with another manifest.
Boot = Callable[[str], Result]


@pytest.fixture
def boot_manifest(build: Build, tmp_path: Path) -> Boot:
    """How to."""
    files = read_archive(build.test_image("services"))

    def run(manifest: str) -> Result:
        files["manifest"] = manifest.encode()
        image = write_archive(tmp_path / "boot.cpio", files)
        return boot(build, image, tmp_path)

    return run


@pytest.fixture(scope="module")
def played(
    build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Result:
    """All scenarios, once."""
    directory = tmp_path_factory.mktemp("services")
    return boot(build, build.test_image("services"), directory)


def test_archives_are_written_as_cpio_does(
    build: Build, tmp_path: Path
) -> None:
    """What is read and written again is the same archive for the kernel."""
    files = read_archive(build.image)
    again = write_archive(tmp_path / "again", files)
    assert list(files)[0] == "init"
    assert read_archive(again) == files


# --------------------------------------------------------------- scenarios


def scenario_names() -> list[str]:
    """Those in the player's list."""
    source = (GUEST / "player" / "main.c").read_text()
    return re.findall(r'\{"(\S+)", scenario_\w+\}', source)


def passed(result: Result) -> list[str]:
    """The scenarios that passed."""
    return re.findall(r"^scenario (\S+) ok$", result.console, re.M)


def test_scenarios(played: Result) -> None:
    """Every scenario passes, in the order of the list."""
    failed = [line for line in played.lines if "FAILED" in line]
    assert not failed
    assert scenario_names() and passed(played) == scenario_names()
    assert played.status == 0


def test_scenarios_on_two_harts(build: Build, tmp_path: Path) -> None:
    """The same when what a service does and what kills it happen at once."""
    image = build.test_image("services")
    result = boot_in_real_time(build, image, tmp_path, "-smp", "2")
    failed = [line for line in result.lines if "FAILED" in line]
    assert not failed
    assert passed(result) == scenario_names()
    assert result.status == 0


def ready(result: Result, service: str) -> list[tuple[str, float]]:
    """What the service found and at which millisecond it was ready, for each
    line that it has in the boot log."""
    lines = re.findall(
        rf"^{service:<8} (.*?) +(\d+\.\d) ms$", result.console, re.M
    )
    return [(detail, float(ms)) for detail, ms in lines]


def test_boot_log(played: Result) -> None:
    """Each service has its line, aligned, and the last one counts them. Who
    uses another comes after it, whatever the manifest's order."""
    lines = [line for line in played.lines if line.endswith(" ms")]
    assert {line.rindex(".") for line in lines} == {len("names") + 54 - 3}
    assert ready(played, "subject")[0][0] == "version 1, 65 pages kept"
    last = lines[8]
    assert re.match(r"init     8 services ready +\d+\.\d ms$", last)
    order = [line.split()[0] for line in lines[:8]]
    assert order[0] == "names" and order[-1] == "player"
    assert sorted(order) == sorted(
        re.findall(r"^service (\S+)", (GUEST / "manifest").read_text(), re.M)
    )


def test_faults_are_told(build: Build, played: Result) -> None:
    """A service that faults is ended with one line: name, cause, address,
    where in its program."""
    program = build.program("services", "subject")
    crash = re.findall(
        r"^(\S+) +FAULT: (.*), address (0x\w+), pc (0x\w+)$",
        played.console,
        re.M,
    )
    store = "store to a page that is not writable"
    frail = [line for line in crash if line[0] == "frail"]
    assert len(frail) == 4
    for name, cause, address, pc in frail:
        assert (name, cause, address) == ("frail", store, "0x2468")
        assert program.function(int(pc, 16)) in ("main", "subject_answer")


def test_back_off(played: Result) -> None:
    """A service that ends again and again is started later each time, and
    then no more, loudly."""
    times = [ms for _, ms in ready(played, "frail")]
    assert len(times) == 1 + 3 + 1  # once, three times again, by order
    first, second, third = (
        later - sooner for sooner, later in zip(times[:3], times[1:4])
    )
    del first  # whenever the scenario began
    assert 10 <= second < 20 <= third < 40
    (loud,) = [line for line in played.lines if "GIVEN UP" in line]
    assert re.match(r"frail    IS GIVEN UP: more than 3 ends in 60 s", loud)


def test_a_service_is_forgotten_before_the_next(played: Result) -> None:
    """Each process of a service that is a client of another is served only
    when that one knows that the process before is gone."""
    seen = re.findall(r"^visitor sees (\d+) gone$", played.console, re.M)
    (times, before) = re.findall(
        r"^visitor is gone (\d+) times after (\d+)$", played.console, re.M
    )[0]
    expected = [int(before) + i for i in range(1, int(times) + 1)]
    assert [int(n) for n in seen[1:]] == expected


def test_a_driver_keeps_to_its_device(played: Result) -> None:
    """A driver reaches its device's registers, and with no handle that it has
    those of another."""
    assert "driver at 0x101000, line 11" in played.lines
    assert "driver keeps to itself" in played.lines
    assert not [line for line in played.lines if "driver FAILED" in line]


def test_flush_before_power_off(played: Result) -> None:
    """A service that the manifest marks with `flush` is asked to flush."""
    assert played.lines[-1] == "subject flushed for 63"


# ----------------------------------------------------------- other manifests


def ends_with(manifest: str, argument: str) -> str:
    """The image's manifest, where subject and player have the argument and
    only one scenario is played."""
    text = (GUEST / "manifest").read_text()
    assert "arguments style=plain" in text
    text = text.replace("style=plain", argument)
    return text.replace(
        "service player", f"service player\n    arguments play=bin {argument}"
    )


def test_reset(boot_manifest: Boot) -> None:
    """The machine can be reset. (QEMU ends with 0 then; were it switched off
    it would be with 1.)"""
    result = boot_manifest(ends_with("", "end=reset"))
    assert passed(result) == ["bin"]
    assert result.lines[-1] == "subject flushed for 63"
    assert result.status == 0


def test_power_off_without_a_service_that_hangs(boot_manifest: Boot) -> None:
    """A service that never comes back from flushing does not keep the machine
    from going off."""
    result = boot_manifest(ends_with("", "hang=yes"))
    assert passed(result) == ["bin"]
    assert result.lines[-2] == "subject flushed for 63"
    assert "goes down without a service that hangs" in result.lines[-1]
    assert result.status == 0


def test_no_manifest(build: Build, tmp_path: Path) -> None:
    """Without a manifest the machine goes off, with the reason."""
    files = read_archive(build.test_image("services"))
    del files["manifest"]
    image = write_archive(tmp_path / "boot.cpio", files)
    result = boot(build, image, tmp_path)
    assert 'there is no file "manifest"' in result.lines[-1]
    assert result.status == 1


def problems(result: Result) -> list[tuple[int, str]]:
    """The lines of the manifest that init found fault with, and why."""
    found = re.findall(
        r"^init     manifest:(\d+): (.*)$", result.console, re.M
    )
    return [(int(line), text) for line, text in found]


def left_out(result: Result) -> dict[str, str]:
    """The services that were left out, and why."""
    return dict(
        re.findall(r"^(\S+) +is left out: (.*)$", result.console, re.M)
    )


# What is wrong in line 2 of a stanza, and what init says.
WRONG = {
    "priority 63": 'priority takes a number from 1 to 62, not "63"',
    "priority high": 'priority takes a number from 1 to 62, not "high"',
    "kept -1": 'kept takes a number from 0 to 512, not "-1"',
    "slots": 'slots takes a number from 16 to 4096, not ""',
    "frames most": 'frames takes a number from 16 to 1048576, not "most"',
    "restart often": "write: restart never, or: restart N in SECONDS",
    "restart 9 in 1": 'restart takes a number from 1 to 8, not "9"',
    "grants all": 'nothing is granted as "all"',
    "provides dev": "dev is no path",
    "provides": "provides wants at least one word",
    "uses bad": "bad uses itself, directly or through others",
    "uses nobody": "there is no service nobody to use",
    "devise uart": '"devise" is no word of a manifest',
    "program a b": "write: program FILE",
    "device": "write: device COMPATIBLE [KIND]",
    "terminal console": "write: terminal PATH",
    "arguments 1 2 3 4 5 6 7 8 9": "the line has too many words",
}


def test_wrong_lines(boot_manifest: Boot) -> None:
    """Each gets its line number and what to do; and costs its own service
    and no other."""
    manifest = "# wrong\n"
    for number, line in enumerate(WRONG):
        if "bad" not in line:
            manifest += f"service s{number}\n    {line}\n"
        else:
            manifest += f"service bad\n    {line}\n"
    result = boot_manifest(manifest + GOOD + END)
    found = problems(result)
    assert sorted(line for line, _ in found) == [
        3 + 2 * i for i in range(len(WRONG))
    ]
    texts = dict(found)
    for number, expected in enumerate(WRONG.values()):
        assert expected in texts[3 + 2 * number]
    assert len(left_out(result)) == len(WRONG)
    assert ready(result, "good")
    assert result.status == 1


def test_wrong_stanzas(boot_manifest: Boot) -> None:
    """What is wrong with a stanza's first line, or comes before any."""
    result = boot_manifest(
        "priority 3\nservice\nservice a-name-that-is-too-long\n"
        f"{GOOD}{GOOD}{END}"
    )
    found = dict(problems(result))
    assert set(found) == {1, 2, 3, 7, 8, 9}
    assert "belongs to no service" in found[1]
    assert "write: service NAME" in found[2]
    assert "write: service NAME" in found[3]
    assert "there is a service good already" in found[7]
    assert ready(result, "good")


def test_too_many_services(boot_manifest: Boot) -> None:
    """The first 24 are taken."""
    many = "".join(f"service s{i}\nprogram none\n" for i in range(23))
    result = boot_manifest(f"{END}{many}service last\n")
    assert [text for _, text in problems(result)] == [
        "last is one service too many: leave one out"
    ]


def test_what_is_not_there(boot_manifest: Boot) -> None:
    """No such program, no such device, a device that another has, a service
    that uses one of those: one line each, and the others go on."""
    result = boot_manifest(
        "service noprogram\n program none\n"
        "service nodevice\n program subject\n device acme,anvil\n"
        "service nokind\n program subject\n device virtio,mmio 2\n"
        "service first\n program subject\n kept 1\n device ns16550a\n"
        "service second\n program subject\n kept 1\n device ns16550a\n"
        "service user\n program subject\n uses nokind\n"
        f"{GOOD}{END}"
    )
    reasons = left_out(result)
    assert set(reasons) == {
        *("noprogram", "nodevice", "nokind", "second", "user")
    }
    assert reasons["noprogram"] == "its program is not in the boot archive"
    for name in ("nodevice", "nokind", "second"):
        assert "the machine has no such device" in reasons[name]
    assert reasons["user"] == "a service that it uses is not here"
    assert ready(result, "first") and ready(result, "good")


def test_circles(boot_manifest: Boot) -> None:
    """Services that use each other in a circle cannot be started first."""
    result = boot_manifest(
        "service user\n program subject\n uses a\n"
        "service a\n program subject\n uses b\n"
        "service b\n program subject\n uses c\n"
        "service c\n program subject\n uses a\n"
        f"{GOOD}{END}"
    )
    ((line, problem),) = problems(result)
    assert line > 3
    assert "uses itself, directly or through others" in problem
    assert set(left_out(result)) == {"user", "a", "b", "c"}
    assert ready(result, "good")


def test_a_prompt_comes_last(boot_manifest: Boot) -> None:
    """A service with a terminal is started when the others serve or have
    ended, whatever the manifest's order; if one of them does neither, after
    a second."""
    person = "service person\n program subject\n kept 1\n"
    terminal = "    terminal /dev/console\n"
    manifest = f"{person}{terminal}{END}{terminal}{GOOD}"

    def times(manifest: str) -> tuple[float, float]:
        result = boot_manifest(manifest)
        ((_, good),), ((_, prompt),) = (
            ready(result, name) for name in ("good", "person")
        )
        return good, prompt

    good, prompt = times(manifest)
    assert good <= prompt < 1000
    good, prompt = times(f"{manifest}service mute\n program sleeper\n")
    assert good < 1000 <= prompt < 1100


def test_what_is_due_and_cannot_start(boot_manifest: Boot) -> None:
    """A service that is due, but has to wait for the name server, keeps
    nobody else from being heard."""
    result = boot_manifest(
        "service names\n program sleeper\n"
        "service person\n program subject\n kept 1\n uses names\n"
        " terminal /dev/console\n"
        f"{GOOD}service end\n program quitter\n restart 8 in 60\n critical\n"
    )
    assert ready(result, "good") and not ready(result, "person")
    assert "end      IS GIVEN UP" in result.console
    assert result.status == 1


def test_a_critical_service_takes_the_system_with_it(
    boot_manifest: Boot,
) -> None:
    """When it is given up the machine goes off, with a status that says so;
    what is to be flushed is flushed."""
    result = boot_manifest(
        "service subject\n kept 1\n flush\n"
        "service core\n program quitter\n restart 2 in 60\n critical\n"
    )
    assert result.console.count("core     has ended with code 7") == 3
    assert "core     is critical: the system goes down" in result.lines
    assert result.lines[-1] == "subject flushed for 63"
    assert result.status == 1


def test_ping_pong(build: Build, tmp_path: Path) -> None:
    """The example of a client tells what a round trip costs: at most twice
    what the kernel's part of it does (tests/bench.json)."""
    files = read_archive(build.image)
    # When the client is through the machine goes off.
    small = (ROOT / "user" / "small.manifest").read_text()
    files["manifest"] = f"{small}    critical\n".encode()
    image = write_archive(tmp_path / "boot.cpio", files)
    result = boot(build, image, tmp_path, "-icount", "shift=0,sleep=off")
    ((rounds, each),) = re.findall(
        r"^(\d+) rounds, (\d+) instructions each$", result.console, re.M
    )
    recorded = json.loads((ROOT / "tests" / "bench.json").read_text())
    once = recorded["ipc_roundtrip_4w"]
    assert int(rounds) == 1000
    # A debug build checks its invariants, and is as slow as that.
    most = 20 * once if os.environ.get("DEBUG") else 2 * once
    assert once < int(each) < most
    assert "ping-pong is critical: the system goes down" in result.lines
