# SPDX-License-Identifier: MIT
"""The file server, killed at more places and for longer than tests/test_fs.py
does it."""

import random
from pathlib import Path

import pytest

from tests.disk import disk_judge, disk_make
from tests.fs_host import AT_END, Label, Server, build_server
from tests.fs_model import Model
from tests.test_fs import MEMORY_MIN, kill_everywhere


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server that can be killed anywhere."""
    place = tmp_path_factory.mktemp("fs") / "watched"
    return build_server(place, is_watched=True)


def test_killed_at_each_store(watched: Path, tmp_path: Path) -> None:
    """Between any two stores, those of long copies too."""
    kill_everywhere(watched, tmp_path, "thorough")


@pytest.mark.parametrize("block", [1024, 2048, 4096])
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_random(
    watched: Path, tmp_path: Path, block: int, seed: int
) -> None:
    """Thousands of requests, killed all the time, the disk's driver too."""
    disk = disk_make(tmp_path / "disk", 3072, block=block)
    choice = random.Random(seed)
    pages = choice.choice([MEMORY_MIN, 512])
    with Server(watched, disk, pages=pages) as server:
        model = Model(server, seed)
        for _ in range(3000):
            reach = choice.choice([10, 100, 1000])
            server.order(Label.KILL, choice.randrange(reach))
            if choice.random() < 0.1:
                server.order(Label.DISK_DIES, choice.randrange(3))
            model.step()
        server.order(Label.KILL, AT_END)
        model.end()
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)
    model.compare_disk(saved, tmp_path / "files")
