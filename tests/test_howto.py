# SPDX-License-Identifier: MIT
"""docs/howto-lab.md, followed to the letter: its files are put into a copy of
the tree, and its command finds nothing wrong with them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.machine import ROOT

PAGE = ROOT / "docs" / "howto-lab.md"
FILE = re.compile(r"^`(labs/\S+)`:\n\n```\w+\n(.*?)^```", re.M | re.S)
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)

# What the new lab is built from; the copy has no other lab.
COPIED = ("Makefile", "kernel", "user", "grader", "tools")


def test_the_exercise_of_the_page(tmp_path: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    page = PAGE.read_text()
    for name, content in FILE.findall(page):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
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
