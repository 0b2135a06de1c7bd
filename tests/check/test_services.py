# SPDX-License-Identifier: MIT
"""The scenarios of init and the name server on more harts than the host has
processors: whoever kills and whoever is killed run at once, and stop at any
place for as long as the host likes."""

from pathlib import Path

import pytest

from tests.machine import Build, start
from tests.test_services import passed, scenario_names

SECONDS_MAX = 120


@pytest.mark.parametrize("harts", [4, 8])
def test_scenarios_on_harts(build: Build, tmp_path: Path, harts: int) -> None:
    """They pass there too."""
    image = build.test_image("services")
    running = start(build, image, tmp_path, "-smp", str(harts))
    result = running.result(SECONDS_MAX)
    assert not [line for line in result.lines if "FAILED" in line]
    assert passed(result) == scenario_names()
    assert result.status == 0
