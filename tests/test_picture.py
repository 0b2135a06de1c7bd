# SPDX-License-Identifier: MIT
"""The picture of the system is the one that manifest and trace make."""

from collections import Counter

from tools.picture import (
    MANIFEST,
    PICTURE,
    PROGRAM,
    picture,
    read_calls,
    read_manifest,
)


def test_the_picture_is_up_to_date() -> None:
    assert PICTURE.read_text() == picture(), "run: python3 -m tools.picture"


def test_calls_are_seen_in_a_trace() -> None:
    """A call that is taken at once; one that waits is not seen, nor is a
    thread that only goes on."""
    trace = """\
         100 us  trap       4 fs               a 8 b 1 call 1
         101 us  leave      9 sh               a 0 b 0
         110 us  trap       9 sh               a 8 b 10007 call 0
         111 us  leave      4 fs               a 0 b 5
         120 us  trap       4 fs               a 8 b 2 call 1
         121 us  leave      9 sh               a 0 b 8
         130 us  trap      12                  a 8 b 10007 call 0
         131 us  leave      4 fs               a 0 b 5
         140 us  trap       9 sh               a 8 b 10007 call 0
         141 us  leave     13 ls               a 0 b 5
"""
    assert read_calls(trace) == Counter(
        {("sh", "fs"): 1, (PROGRAM, "fs"): 1}
    )


def test_the_manifest_is_read() -> None:
    services = read_manifest(MANIFEST.read_text())
    assert services["disk"].device == "virtio,mmio 2"
    assert "disk" in services["fs"].uses
    assert services["fs"].provides == ["/"]
