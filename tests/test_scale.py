# SPDX-License-Identifier: MIT
"""How much fits into a machine: a thousand processes in 128 MiB.

That a message costs the same in a crowd is a figure, see test_bench.py."""

import re
from pathlib import Path

from tests.machine import Build, boot

PROCESSES = 1000


def test_a_thousand_processes(build: Build, tmp_path: Path) -> None:
    """A thousand processes live at once, and each has answered a message."""
    image = build.test_image("thousand")
    result = boot(
        build, image, tmp_path, "-append", f"processes={PROCESSES}"
    )
    found = re.findall(
        r"^thousand started (\d+) answered (\d+) alive (\d+) frames (\d+)$",
        result.console,
        re.MULTILINE,
    )
    assert len(found) == 1, result.console
    assert [int(value) for value in found[0][:3]] == [PROCESSES] * 3
    assert result.status == 0
