# SPDX-License-Identifier: MIT
"""`python3 -m grader`: needs a python that has pytest, and looks for one.

The `python3` that comes first on a student's path is often not the one the
distribution installed pytest for. So this file uses the standard library
alone, and starts again with the first python that can import pytest."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path


def python_with_pytest() -> str | None:
    """The path of a python of version 3.11 or later that has pytest."""
    check = "import sys, pytest; sys.exit(sys.version_info < (3, 11))"
    for candidate in (shutil.which("python3"), "/usr/bin/python3"):
        if candidate and (
            subprocess.run([candidate, "-c", check], capture_output=True)
        ).returncode == 0:
            return candidate
    return None


def main() -> int:
    if not importlib.util.find_spec("pytest") or sys.version_info < (3, 11):
        python = python_with_pytest()
        if not python:
            print(
                "grader: no python3 of version 3.11 or later has pytest."
                " Install it (Debian, Ubuntu: apt install python3-pytest).",
                file=sys.stderr,
            )
            return 3
        here = str(Path(__file__).resolve().parent.parent)
        path = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = f"{here}:{path}" if path else here
        os.execv(python, [python, "-m", "grader", *sys.argv[1:]])

    from grader.cli import command_line

    return command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
