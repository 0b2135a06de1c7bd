# SPDX-License-Identifier: MIT
"""docs/howto-lab.md and docs/howto-service.md, followed to the letter: their
files are put into a copy of the tree, and what they promise comes true."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.archive import read_archive, write_archive
from tests.machine import ROOT, Build, boot

LAB_PAGE = ROOT / "docs" / "howto-lab.md"
SERVICE_PAGE = ROOT / "docs" / "howto-service.md"
FILE = re.compile(
    r"^`((?:labs|user)/\S+)`:\n\n```\w+\n(.*?)^```", re.M | re.S
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
STANZA = re.compile(r"^Add to `user/manifest`:\n\n```\n(.*?)^```", re.M | re.S)

# What the new lab is built from; the copy has no other lab.
COPIED = ("Makefile", "kernel", "user", "grader", "tools")

# The page's program twice, and one that kills the service in between. Each is
# more urgent than init, so that it is through before the next one starts; the
# last one switches off.
TRIAL = """
service say
    program board-say
    arguments hello
    uses names
    restart never
    priority 33
service kill
    program svc
    arguments kill board
    uses names
    grants admin
    restart never
    priority 33
service read
    program board-say
    uses names
    restart never
    priority 33
service list
    program svc
    arguments list
    uses names
    grants admin
    restart never
    priority 33
service player
    uses names
    arguments play=none
    grants admin
    priority 20
"""


def copy_tree(to: Path, page: str) -> None:
    """Copies the tree and adds the page's files."""
    to.mkdir(exist_ok=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name)
        else:
            shutil.copy(ROOT / name, to / name)
    for name, content in FILE.findall(page):
        file = to / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


def test_the_service_of_the_page(build: Build, tmp_path: Path) -> None:
    """The system with the page's service comes up; a line that was written
    outlives the service."""
    tree = tmp_path / "tree"
    page = SERVICE_PAGE.read_text()
    copy_tree(tree, page)
    (stanza,) = STANZA.findall(page)
    with (tree / "user" / "manifest").open("a") as manifest:
        manifest.write("\n" + stanza)
    # The library is as it is built here already; and warnings are errors.
    shutil.copytree(build.directory / "user", tree / "build" / "user")
    (tree / "tests").mkdir()
    done = subprocess.run(
        ["make", "BUILD=build", "build/boot.cpio"],
        cwd=tree,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout

    files = read_archive(tree / "build" / "boot.cpio")
    files["player"] = read_archive(build.test_image("services"))["player"]
    files["manifest"] += TRIAL.encode()
    result = boot(build, write_archive(tmp_path / "cpio", files), tmp_path)
    assert re.search(r"^board    one line +\d+\.\d ms$", result.console, re.M)
    assert "on the board: hello" in result.lines
    # It was killed indeed.
    assert re.search(r"^board +running +1 +[1-9]", result.console, re.M)
    assert result.status == 0


def test_the_exercise_of_the_page(tmp_path: Path) -> None:
    """The lab of the page passes its examination."""
    page = LAB_PAGE.read_text()
    copy_tree(tmp_path, page)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for command in "".join(COMMANDS.findall(page)).splitlines():
        done = subprocess.run(
            [sys.executable, *command.split()[1:]],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert "passes its examination" in done.stdout
