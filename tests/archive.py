# SPDX-License-Identifier: MIT
"""Boot archives, read and written: cpio's "newc" format [cpio(5)]. A test may
so give the system another manifest, or other programs."""

from pathlib import Path

HEADER_BYTES = 6 + 13 * 8
TRAILER = "TRAILER!!!"


def read_archive(archive: Path) -> dict[str, bytes]:
    """The files by name, in their order."""
    content = archive.read_bytes()
    files: dict[str, bytes] = {}
    at = 0
    while True:
        fields = [int(content[at + 6 + 8 * i :][:8], 16) for i in range(13)]
        name_bytes, file_bytes = fields[11], fields[6]
        name = content[at + HEADER_BYTES :][: name_bytes - 1].decode()
        if name == TRAILER:
            return files
        start = _padded(at + HEADER_BYTES + name_bytes)
        files[name] = content[start : start + file_bytes]
        at = _padded(start + file_bytes)


def write_archive(archive: Path, files: dict[str, bytes]) -> Path:
    """Writes the files in this order; the first one is what is started."""
    content = bytearray()
    for name, data in (*files.items(), (TRAILER, b"")):
        fields = [0] * 13
        fields[1], fields[4], fields[6] = 0o100644, 1, len(data)
        fields[11] = len(name) + 1
        content += b"070701" + b"".join(b"%08x" % field for field in fields)
        for part in (name.encode() + b"\0", data):
            content += part
            content += bytes(_padded(len(content)) - len(content))
    archive.write_bytes(content)
    return archive


def _padded(length: int) -> int:
    return length + 3 & ~3
