# SPDX-License-Identifier: MIT
"""What the project's own tests share: the build folder."""

import pytest

from tests.machine import Build


@pytest.fixture(scope="session")
def build() -> Build:
    """The folder where make has put the kernel and the images."""
    here = Build.here()
    if not here.kernel.is_file() or not here.image.is_file():
        pytest.fail(f"nothing is built in {here.directory}: run make test")
    return here
