# SPDX-License-Identifier: MIT
"""Who runs next, and that everybody has a turn."""

from pathlib import Path

from tests.machine import Build, boot


def test_a_signaller_gets_its_turn(build: Build, tmp_path: Path) -> None:
    """A signal wakes a more urgent thread, which lets another one of the
    signaller's priority go on: that one does not keep the hart for ever."""
    result = boot(build, build.test_image("turns"), tmp_path)
    assert "turns done" in result.lines, result.console
    assert "FAILED" not in result.console
    assert result.status == 0
