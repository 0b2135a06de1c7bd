# SPDX-License-Identifier: MIT
"""The file server against a model of files, on this machine.

The judge of the disk is e2fsck, and debugfs reads what the server wrote. What a request does must not depend on where the server
is killed while it does it: the end of the file."""

import errno
import os
import random
from pathlib import Path

import pytest

from tests.disk import disk_edit, disk_judge, disk_make, run_tool
from tests.fs_host import (
    AT_END,
    CREATE,
    DIRECTORY_MODE,
    EMPTY,
    FILE_MODE,
    TO_READ,
    TO_WRITE,
    Conversation,
    Label,
    Server,
    build_server,
)
from tests.fs_model import BOTH, Model, Node

MEMORY_MIN = 144  # pages
LAYOUTS = [(1024, 128), (1024, 256), (2048, 256), (4096, 256)]


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server under ASan and UBSan."""
    place = tmp_path_factory.mktemp("fs") / "checked"
    return build_server(place, is_watched=False)


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server that can be killed anywhere."""
    place = tmp_path_factory.mktemp("fs") / "watched"
    return build_server(place, is_watched=True)


@pytest.mark.parametrize("block,inode", LAYOUTS)
@pytest.mark.parametrize("seed", range(2))
def test_random_requests(
    checked: Path, tmp_path: Path, block: int, inode: int, seed: int
) -> None:
    """The server does what the model does, e2fsck finds nothing, and debugfs
    reads the same files; the disk is full now and then."""
    disk = disk_make(tmp_path / "disk", 3072, block=block, inode=inode)
    pages = 512 if seed else MEMORY_MIN
    with Server(checked, disk, pages=pages) as server:
        assert server.ready == "ready"
        model = Model(server, seed)
        for _ in range(500):
            model.step()
        model.end()
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)
    model.compare_disk(saved, tmp_path / "files")


# ------------------------------------------------------------ kinds of disks


@pytest.mark.parametrize(
    "options",
    [
        ("-r", "0"),
        ("-O", "none"),
        ("-O", "^filetype"),
        ("-O", "^sparse_super,^large_file,^resize_inode"),
        ("-O", "^resize_inode,^dir_index,^ext_attr"),
        ("-O", "has_journal"),
        ("-g", "512", "-N", "256"),
    ],
)
def test_features(
    checked: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Volumes of revision 0 and 1, with and without what ext2 may have."""
    is_old = options == ("-r", "0")
    disk = disk_make(
        tmp_path / "disk", 3072, *options, inode=128 if is_old else 256
    )
    with Server(checked, disk) as server:
        assert server.ready == "ready"
        model = Model(server, 3)
        for _ in range(200):
            model.step()
        model.end()
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)
    model.compare_disk(saved, tmp_path / "files")


def test_what_the_host_wrote(checked: Path, tmp_path: Path) -> None:
    """Files that mke2fs put there are read byte for byte: with holes, in a
    directory that has many and an index."""
    files = tmp_path / "files"
    (files / "many").mkdir(parents=True)
    root = Node(names={"lost+found": Node(names={})})
    assert root.names is not None
    root.names["many"] = many = Node(names={})
    assert many.names is not None
    for i in range(300):
        content = os.urandom(i * 7)
        (files / "many" / f"{i}{'x' * 60}").write_bytes(content)
        many.names[f"{i}{'x' * 60}"] = Node(content=bytearray(content))
    content = b"begin" + bytes(3_000_000) + os.urandom(1_500_000)
    (files / "holes").write_bytes(content)
    root.names["holes"] = Node(content=bytearray(content))
    disk = disk_make(tmp_path / "disk", 8192, "-d", str(files))
    # What e2fsck does to a large directory: it makes an index.
    run_tool("e2fsck", "-fyD", disk)
    with Server(checked, disk) as server:
        model = Model(server, 1)
        model.root = root
        model.compare(root, "")
        assert server.make(1, "many/new", FILE_MODE) == 0
        assert server.remove(1, f"many/17{'x' * 60}") == 0
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)


def test_refusals(checked: Path, tmp_path: Path) -> None:
    """What is not known is refused, or not written to; and so is a disk that
    is too small for its file system, or has none."""
    file = tmp_path / "disk"
    for options, line in [
        (("-O", "extents"), "needs features that are not known"),
        (("-O", "64bit,extents"), "needs features that are not known"),
        (("-O", "meta_bg,^resize_inode"), "needs features that are not known"),
    ]:
        with Server(checked, disk_make(file, 2048, *options)) as server:
            assert server.ready == line
            assert server.open(1, "", TO_READ)[0] == errno.ENODEV
    good = disk_make(file, 2048).read_bytes()
    for image, line in [
        (good[:1500000], "is smaller than its file system"),
        (bytes(len(good)), "has no ext2 file system"),
        (bytes(512), "cannot be read"),
    ]:
        file.write_bytes(image)
        with Server(checked, file) as server:
            assert server.ready == line


def test_read_only(checked: Path, tmp_path: Path) -> None:
    """A disk that is read-only, or has features that forbid writing, is read
    and not changed."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "one").write_bytes(b"content")
    disk = disk_make(tmp_path / "disk", 2048, "-d", str(files))
    other = disk_make(
        *(tmp_path / "other", 2048, "-d", str(files)), "-O", "huge_file"
    )
    for image, options in ((disk, ("read-only",)), (other, ())):
        with Server(checked, image, *options) as server:
            error, file = server.open(1, "one", TO_READ)
            assert server.read(file, 0, 100) == (0, b"content")
            assert server.open(1, "one", TO_WRITE)[0] == errno.EROFS
            assert server.open(1, "two", CREATE)[0] == errno.EROFS
            assert server.truncate(file, 0) == errno.EROFS
            assert server.make(1, "two", DIRECTORY_MODE) == errno.EROFS
            assert server.remove(1, "one") == errno.EROFS
            assert server.rename(1, "one", "two") == errno.EROFS
            assert server.sync(file) == 0
            assert server.close(file) == 0
            saved = server.save(tmp_path / "saved")
        assert saved.read_bytes() == image.read_bytes()


def record_of(image: bytes, name: bytes) -> int:
    """Where the record with this name is."""
    at = image.index(bytes([len(name)]) + b"\1" + name + b"\0") - 6
    assert at % 4 == 0
    return at


def spoil(disk: Path, at: int, value: bytes) -> None:
    """Overwrites bytes of the image."""
    image = bytearray(disk.read_bytes())
    image[at : at + len(value)] = value
    disk.write_bytes(image)


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A disk with a few files: /one of 3 blocks, /far with pointers, /d/e/."""
    files = tmp_path / "files"
    (files / "d" / "e").mkdir(parents=True)
    (files / "one").write_bytes(b"1" * 3000)
    (files / "two").write_bytes(b"2" * 3000)
    (files / "far").write_bytes(b"3" * 300000)
    return disk_make(tmp_path / "disk", 1024, "-d", str(files))


@pytest.mark.parametrize(
    "offset,value",
    [
        (4, b"\0\0"),  # the record leads nowhere
        (4, b"\5\0"),
        (4, b"\x0d\0"),
        (4, b"\xfc\xff"),  # out of its block
        (6, b"\xff"),  # its name is longer
        (6, b"\0"),
        (0, b"\xff\xff\xff\xff"),  # an inode that there is not
        (9, b"/"),
    ],
)
def test_bad_records(
    checked: Path, small_disk: Path, offset: int, value: bytes
) -> None:
    """Each record of a directory is checked."""
    spoil(small_disk, record_of(small_disk.read_bytes(), b"one") + offset, value)
    with Server(checked, small_disk) as server:
        assert server.list(1, "")[0] == errno.EIO
        assert server.open(1, "new", CREATE)[0] == errno.EIO
        assert server.list(1, "d")[0] == 0


def test_bad_pointers(checked: Path, small_disk: Path) -> None:
    """Blocks that are none of a file's are neither read nor freed."""
    table = int(
        disk_edit(small_disk, "stats").split("inode table at ")[1].split()[0]
    )
    for where, value in [
        ("block[0]", 999999),
        ("block[1]", table),
        ("block[2]", 1),
        ("block[IND]", table + 1),
        ("block[DIND]", 0xFFFFFFFF),
    ]:
        disk_edit(small_disk, f"sif far {where} {value}")
    before = small_disk.read_bytes()
    with Server(checked, small_disk) as server:
        error, file = server.open(1, "far", BOTH)
        for at in (0, 1024, 2048, 13000, 270000):
            assert server.read(file, at, 10)[0] == errno.EIO
            assert server.write(file, at, b"x")[0] == errno.EIO
        assert server.remove(1, "far") == 0
        assert server.close(file) == errno.EIO
        server.gone(1)
        assert server.read(file, 0, 1)[0] == errno.EBADF
    assert before == small_disk.read_bytes()


def test_bad_tables(checked: Path, small_disk: Path, tmp_path: Path) -> None:
    """Bitmaps and tables outside their group; blocks that are free twice."""
    for field_name in ("block_bitmap", "inode_bitmap", "inode_table"):
        for value in (1, 0, 1020, 5000):
            image = tmp_path / "bad"
            image.write_bytes(small_disk.read_bytes())
            disk_edit(image, f"set_bg 0 {field_name} {value}")
            with Server(checked, image) as server:
                if server.ready != "ready":
                    assert server.ready == "has tables in wrong places"
                else:
                    assert value == 1020
    # Each block of one is one of two, too.
    for i in range(3):
        block = int(disk_edit(small_disk, f"bmap one {i}").split()[-1])
        disk_edit(small_disk, f"sif two block[{i}] {block}")
    with Server(checked, small_disk) as server:
        free = server.space()
        assert server.remove(1, "one") == 0
        middle = server.space()
        assert server.remove(1, "two") == errno.EIO
        assert server.space() == middle != free


def test_circles(checked: Path, small_disk: Path) -> None:
    """Directories that contain themselves do not make the server go round."""
    image = small_disk.read_bytes()
    dot_dots = [
        at
        for at in range(0, len(image), 4)
        if image[at + 6 : at + 10] == b"\2\2.."
    ]
    below = disk_edit(small_disk, "stat d/e").split("Inode: ")[1].split()[0]
    with Server(checked, small_disk) as server:
        assert server.rename(1, "d", "d/e/f") == errno.EINVAL
    for at in dot_dots[1:]:
        spoil(small_disk, at, int(below).to_bytes(4, "little"))
    disk_edit(small_disk, "link d d/e/again")
    with Server(checked, small_disk) as server:
        assert server.list(1, "d/e/again/e/again/e/again")[0] == 0
        assert server.make(1, "x", DIRECTORY_MODE) == 0
        assert server.rename(1, "x", "d/e/x") == errno.EIO
        assert server.remove(1, "d/e/again") == errno.ENOTEMPTY


@pytest.mark.parametrize("block", [1024, 4096])
def test_damaged_images(checked: Path, tmp_path: Path, block: int) -> None:
    """Whatever the disk says, the server neither crashes nor loops."""
    disk = disk_make(tmp_path / "disk", 1024, block=block)
    with Server(checked, disk) as server:
        model = Model(server, 5)
        for _ in range(100):
            model.step()
        model.end()
        good = server.save(tmp_path / "good").read_bytes()
    choice = random.Random(block)
    # The tables, and the first blocks of files and directories.
    reach = 200 * 1024
    for i in range(60):
        image = bytearray(good)
        for _ in range(choice.choice([1, 10, 300])):
            at = choice.randrange(1024, reach)
            wild = choice.choice([0, 255, 1, 2, choice.randrange(256)])
            image[at] = wild
            if choice.random() < 0.3:
                image[at : at + 4] = choice.choice([b"\xff\xff\xff\xff", bytes(4)])
        disk.write_bytes(image)
        with Server(checked, disk) as server:
            careless = Careless(server, i)
            careless.root = model.root
            for _ in range(60):
                careless.try_step()


class Careless(Model):
    """A model that does not mind what the server says."""

    def try_step(self) -> None:
        """One random request."""
        try:
            self.step()
        except AssertionError as wrong:
            assert "has ended" not in str(wrong)


# -------------------------------------------------------------- the borders


def test_large_files(checked: Path, tmp_path: Path) -> None:
    """Three levels of pointers; sizes of over 4 GiB; nothing beyond."""
    disk = disk_make(tmp_path / "disk", 8192, "-O", "^large_file")
    with Server(checked, disk) as server:
        free = server.space()[2]
        error, file = server.open(1, "large", BOTH | CREATE)
        parts = {at << 20: os.urandom(3000) for at in (0, 5, 63, 70, 900, 5000)}
        for at, data in parts.items():
            assert server.write(file, at + 1000, data) == (0, 3000)
        for at, data in parts.items():
            assert server.read(file, at + 1000, 3000) == (0, data)
            assert server.read(file, at + 4000, 100)[1] == bytes(
                0 if at == 5000 << 20 else 100
            )
        disk_judge(server.save(tmp_path / "saved"))
        assert server.truncate(file, 1 << 45) == errno.EFBIG
        assert server.write(file, 1 << 45, b"x")[0] == errno.EFBIG
        assert server.truncate(file, (70 << 20) + 2000) == 0
        assert server.stat(file)[2] == (70 << 20) + 2000
        disk_judge(server.save(tmp_path / "saved"))
        assert server.remove(1, "large") == 0
        assert server.close(file) == 0
        assert server.space()[2] == free
        disk_judge(server.save(tmp_path / "saved"))


def test_full_disk(checked: Path, tmp_path: Path) -> None:
    """A full disk says so; nothing is half-done, nothing lost; what is removed
    makes room."""
    disk = disk_make(tmp_path / "disk", 1024, "-N", "64")
    with Server(checked, disk) as server:
        assert server.make(1, "d", DIRECTORY_MODE) == 0
        error, file = server.open(1, "all", BOTH | CREATE)
        data = os.urandom(1 << 20)
        error, done = server.write(file, 0, data)
        assert error == errno.ENOSPC and server.space()[2] == 0
        assert server.read(file, 0, 1 << 20) == (0, data[:done])
        before = server.save(tmp_path / "before").read_bytes()
        assert server.make(1, "e", DIRECTORY_MODE) == errno.ENOSPC
        assert server.write(file, 1 << 30, b"x") == (errno.ENOSPC, 0)
        assert server.write(file, done, b"x") == (errno.ENOSPC, 0)
        assert server.save(tmp_path / "saved").read_bytes() == before
        disk_judge(tmp_path / "saved")
        assert server.truncate(file, done // 2) == 0
        count = 0
        while (error := server.make(1, f"d/{count}", FILE_MODE)) == 0:
            count += 1
        assert error == errno.ENOSPC and server.space()[3] == 0
        assert server.open(1, "one more", CREATE)[0] == errno.ENOSPC
        assert server.rename(1, "d/0", "d/1") == 0
        assert server.make(1, "one more", DIRECTORY_MODE) == 0
        assert server.read(file, 0, 1 << 20) == (0, data[: done // 2])
        disk_judge(server.save(tmp_path / "saved"))


def test_disk_errors(checked: Path, tmp_path: Path) -> None:
    """When the disk fails requests do too, and change nothing; what was said
    to be done is there when it works again."""
    disk = disk_make(tmp_path / "disk", 3072)
    choice = random.Random(1)
    with Server(checked, disk) as server:
        model = Model(server, 11)
        for _ in range(40):
            for _ in range(10):
                model.step()
            server.order(Label.DISK_FAILS, choice.randrange(5))
            for i in range(20):
                answers = {
                    server.make(1, f"x{i}", DIRECTORY_MODE),
                    server.rename(1, f"x{i}", f"y{i}"),
                    server.remove(1, f"y{i}"),
                }
                assert answers <= {0, errno.EIO, errno.ENOENT, errno.ENOSPC}
            if model.open:
                error = server.sync(model.open[0].file)
                assert error in (0, errno.EIO)
            server.order(Label.DISK_FAILS, AT_END)
            for i in range(20):
                for name in (f"x{i}", f"y{i}"):
                    assert server.remove(1, name) in (0, errno.ENOENT)
        model.end()
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)


def test_bad_place(checked: Path, tmp_path: Path) -> None:
    """One place that cannot be written harms what is there and nothing else:
    the rest goes to the disk, and what is there is kept for a better day."""
    disk = disk_make(tmp_path / "disk", 2048)
    with Server(checked, disk, pages=MEMORY_MIN) as server:
        data = os.urandom(100000)
        error, file = server.open(1, "good", BOTH | CREATE)
        assert server.write(file, 0, data) == (0, 100000)
        server.save(tmp_path / "saved")
        middle = int(disk_edit(tmp_path / "saved", "bmap good 7").split()[-1])
        server.order(Label.BAD, 2 * middle)
        assert server.sync(file) == errno.EIO
        assert not state_of(server, tmp_path) & 1
        for i in range(12):  # more than the cache holds
            error, other = server.open(1, f"{i}", BOTH | CREATE)
            assert server.write(other, 0, data) == (0, 100000)
        assert server.read(file, 0, 100000) == (0, data)
        assert server.sync(file) == errno.EIO
        server.order(Label.BAD, AT_END)
        assert server.sync(file) == 0
        assert state_of(server, tmp_path) & 1
        assert server.read(other, 0, 1) == (0, data[:1])
        assert server.close(other) == 0
        assert state_of(server, tmp_path) & 1
        server.order(Label.NEW)
        error, file = server.open(1, "good", TO_READ)
        assert server.read(file, 0, 100000) == (0, data)
        disk_judge(server.save(tmp_path / "saved"))


@pytest.mark.parametrize("block", [1024, 4096])
def test_unreadable_place(checked: Path, tmp_path: Path, block: int) -> None:
    """One place that cannot be read hides its own block and no other, however
    much is read at a time and from where."""
    files = tmp_path / "files"
    files.mkdir()
    data = os.urandom(300000)
    (files / "f").write_bytes(data)
    disk = disk_make(tmp_path / "disk", 2048, "-d", str(files), block=block)
    for index in (0, 1, 5, 50, 70):
        where = int(disk_edit(disk, f"bmap f {index}").split()[-1])
        start, end = index * block, (index + 1) * block
        with Server(checked, disk) as server:
            server.order(Label.UNREADABLE, where * block // 512)
            error, file = server.open(1, "f", BOTH)
            assert server.read(file, 0, 300000) == (errno.EIO, data[:start])
            assert server.read(file, start, 1)[0] == errno.EIO
            assert server.read(file, end, 300000) == (0, data[end:])
            server.order(Label.NEW)
            error, file = server.open(1, "f", BOTH)
            for at in range(0, 300000, 3000):
                is_hit = at < end and start < at + 3000
                good = data[at : max(at, start) if is_hit else at + 3000]
                error, got = server.read(file, at, 3000)
                assert (error, got) == (errno.EIO if is_hit else 0, good)


def state_of(server: Server, place: Path) -> int:
    """What the superblock says of the volume: bit 0 is "clean"."""
    disk = server.save(place / "state").read_bytes()
    return int.from_bytes(disk[1024 + 58 : 1024 + 60], "little")


def test_power_cut(checked: Path, tmp_path: Path) -> None:
    """While blocks leave the cache the disk says that it is not clean, with
    whatever of them the power goes: the array is what has left (and the
    machine minds that nothing does before). Then it never becomes clean."""
    disk = disk_make(tmp_path / "disk", 2048)
    before = disk.read_bytes()
    with Server(checked, disk, pages=MEMORY_MIN) as server:
        assert server.make(1, "little", DIRECTORY_MODE) == 0
        assert not state_of(server, tmp_path) & 1
        server.order(Label.NEW)
        assert server.save(tmp_path / "saved").read_bytes() == before
        for _ in range(2):
            error, file = server.open(1, "much", BOTH | CREATE)
            assert server.write(file, 0, os.urandom(600000)) == (0, 600000)
            assert server.sync(file) == 0
            assert state_of(server, tmp_path) & 1
            disk_judge(tmp_path / "state")
            for i in range(12):  # more than the cache holds
                assert server.write(file, i << 16, bytes(50000))[0] == 0
                assert server.make(1, f"{_}{i}", DIRECTORY_MODE) == 0
            server.order(Label.RESTART)
        server.order(Label.NEW)
        assert not state_of(server, tmp_path) & 1
        error, file = server.open(1, "much", BOTH)
        assert server.write(file, 0, b"more") == (0, 4)
        assert server.sync(file) == 0
        assert not state_of(server, tmp_path) & 1


def test_mark_cannot_be_written(checked: Path, tmp_path: Path) -> None:
    """Where the disk cannot be told that it is not clean nothing is written,
    and nothing lost: what was said to be done is there when it can."""
    disk = disk_make(tmp_path / "disk", 2048)
    before = disk.read_bytes()
    with Server(checked, disk, pages=MEMORY_MIN) as server:
        error, file = server.open(1, "f", BOTH | CREATE)
        server.order(Label.BAD, 2)
        data = os.urandom(1 << 20)
        error, done = server.write(file, 0, data)
        assert error == errno.EIO and done > 0
        assert server.sync(file) == errno.EIO
        server.order(Label.BAD, AT_END)
        assert server.write(file, done, data[done:]) == (0, len(data) - done)
        assert server.sync(file) == 0
        saved = server.save(tmp_path / "saved")
        assert server.read(file, 0, len(data)) == (0, data)
        assert saved.read_bytes() != before
    disk_judge(saved)


def test_paths(checked: Path, tmp_path: Path) -> None:
    """No path leaves the root; odd ones get the right errors."""
    with Server(checked, disk_make(tmp_path / "disk", 512)) as server:
        assert server.make(1, "a", DIRECTORY_MODE) == 0
        assert server.make(1, "a/b/", DIRECTORY_MODE) == 0
        assert server.make(1, "../../f", FILE_MODE) == 0
        assert server.list(1, "..")[1].keys() == {"a", "f", "lost+found"}
        assert server.list(1, "a/b/../../../..")[1] == server.list(1, "")[1]
        assert server.list(1, "a/./b/..")[1].keys() == {"b"}
        assert server.list(1, "x/..")[0] == errno.ENOENT
        assert server.list(1, "f/..")[0] == errno.ENOTDIR
        assert server.open(1, "f/", TO_READ)[0] == errno.ENOTDIR
        assert server.open(1, "new/", CREATE)[0] == errno.EISDIR
        assert server.make(1, "new/", FILE_MODE) == errno.ENOENT
        assert server.make(1, "", DIRECTORY_MODE) == errno.EEXIST
        assert server.make(1, "a/..", DIRECTORY_MODE) == errno.EEXIST
        assert server.make(1, "c" * 255, DIRECTORY_MODE) == 0
        assert server.make(1, "c" * 256, FILE_MODE) == errno.ENAMETOOLONG
        assert server.make(1, "c/" * 600, FILE_MODE) == errno.ENAMETOOLONG
        assert server.make(1, "z\0z", FILE_MODE) == errno.EINVAL
        assert server.make(1, "dev", 0o020666) == errno.EINVAL
        assert server.remove(1, "") == errno.EBUSY
        assert server.remove(1, "a/b/..") == errno.EINVAL
        assert server.remove(1, "..") == errno.EBUSY
        assert server.rename(1, "a", "a/b/c") == errno.EINVAL
        assert server.rename(1, "a/b", "a") == errno.ENOTEMPTY
        assert server.rename(1, "a", "") == errno.EBUSY
        assert server.rename(1, "f", "g/") == errno.ENOTDIR
        assert server.rename(1, "f", "f") == 0
        assert server.path(1, Label.RENAME, "fg", 9) == errno.EINVAL


def test_clients(checked: Path, tmp_path: Path) -> None:
    """Open files belong to their clients; the tables end somewhere, and what a
    client had is free when it has ended; a closed file is not open."""
    with Server(checked, disk_make(tmp_path / "disk", 512)) as server:
        error, file = server.open(7, "mine", BOTH | CREATE)
        thief = Conversation(8, file.number)
        assert server.write(file, 0, b"secret") == (0, 6)
        assert server.read(thief, 0, 6)[0] == errno.EBADF
        assert server.close(thief) == errno.EBADF
        assert server.ask(Label.GONE, 8, (7,)).error == errno.ENOSYS
        assert server.read(file, 0, 6) == (0, b"secret")

        # Two clients have it open when its name goes; it ends with the last.
        free = server.space()[2]
        error, other = server.open(8, "mine", BOTH)
        assert server.remove(8, "mine") == 0
        assert server.open(8, "mine", BOTH)[0] == errno.ENOENT
        server.gone(7)
        assert server.read(file, 0, 6)[0] == errno.EBADF
        assert server.read(other, 0, 6) == (0, b"secret")
        assert server.space()[2] == free
        server.gone(8)
        assert server.space()[2] == free + 1

        # A client may have a quarter; four of them have all.
        for client in (3, 4, 5, 9):
            opened = 0
            while (error := server.open(client, "", TO_READ)[0]) == 0:
                opened += 1
            assert (error, opened) == (errno.EMFILE, 64)
        assert server.open(6, "new", TO_READ | CREATE)[0] == errno.ENFILE
        server.gone(9)
        assert server.open(6, "new", TO_READ)[0] == errno.ENOENT
        assert server.open(6, "", TO_READ)[0] == 0
        for client in (3, 4, 5, 6):
            server.gone(client)
        for client in range(10, 10 + 128):
            assert server.open(client, "", TO_READ)[0] == 0
        assert server.open(1000, "", TO_READ)[0] == errno.ENFILE
        server.gone(10)
        error, file = server.open(1000, "", TO_READ)
        assert error == 0
        assert server.read(file, 0, 1)[0] == errno.EISDIR
        assert server.write(file, 0, b"x")[0] == errno.EBADF
        assert server.close(file) == 0
        assert server.close(file) == errno.EBADF
        assert server.ask(Label.KILL - 1, 1000, ()).error == errno.ENOSYS
        disk_judge(server.save(tmp_path / "saved"))


def test_clients_that_never_end(checked: Path, tmp_path: Path) -> None:
    """Sessions of which nobody says that they have ended do not fill the table:
    that goes which was used longest ago, but none with an open file. What stays
    remembers its last answer, a successor knows the order."""
    with Server(checked, disk_make(tmp_path / "disk", 512)) as server:

        def pass_by(clients: range) -> None:
            for client in clients:
                error, file = server.open(client, "", TO_READ)
                assert (error, server.close(file)) == (0, 0)

        def make(client: int, name: bytes) -> int:
            words = (FILE_MODE, 0, 0, 0, 77)
            return server.ask(Label.MAKE, client, words, data=name).error

        error, file = server.open(1, "", TO_READ)
        assert make(1, b"one") == 0
        pass_by(range(10, 300))
        assert make(2, b"two") == 0
        assert make(3, b"three") == 0
        server.order(Label.RESTART)
        pass_by(range(300, 425))
        assert (make(2, b"two"), make(3, b"three")) == (0, 0)
        pass_by(range(500, 625))
        assert make(3, b"three") == 0
        pass_by(range(700, 701))
        assert make(3, b"three") == 0
        assert make(2, b"two") == errno.EEXIST
        pass_by(range(1000, 1300))
        assert make(1, b"one") == 0
        assert make(3, b"three") == errno.EEXIST
        assert server.close(file) == 0
        disk_judge(server.save(tmp_path / "saved"))


def test_short_leases(checked: Path, tmp_path: Path) -> None:
    """Of a client whose memory is not all there that is written which is; if
    nothing is it gets an error, and nothing has changed."""
    with Server(checked, disk_make(tmp_path / "disk", 512)) as server:
        error, file = server.open(1, "f", BOTH | CREATE)
        before = server.save(tmp_path / "before").read_bytes()
        server.order(Label.UNLENT, 10000)
        assert server.write(file, 0, bytes(10000)) == (errno.EFAULT, 0)
        server.order(Label.UNLENT, 1)
        assert server.make(1, "g", DIRECTORY_MODE) == errno.EFAULT
        disk_judge(server.save(tmp_path / "saved"))
        assert server.stat(file)[2] == 0
        assert server.space()[2] == super_free(before)
        content = bytearray()
        for offset in (0, 500, 3, 1024, 9000, 12345, 20480):
            for unlent in (1, 5000, 8976, 9999, 10000):
                data = os.urandom(10000)
                left = 10000 - unlent
                server.order(Label.UNLENT, unlent)
                answer = server.call(
                    *(file, Label.WRITE, file.number, offset), data=data
                )
                if left:
                    assert answer.error == 0
                    assert answer.words[:2] == (left, offset + left)
                    content.extend(bytes(max(0, offset - len(content))))
                    content[offset : offset + left] = data[:left]
                else:
                    assert answer.error == errno.EFAULT
                assert server.stat(file)[2] == len(content)
                # What is behind the end is not there when it moves.
                assert server.truncate(file, len(content) + 3000) == 0
                content.extend(bytes(3000))
                whole = server.read(file, 0, len(content) + 1)
                assert whole == (0, bytes(content))
                disk_judge(server.save(tmp_path / "saved"))
            del content[len(content) // 2 :]
            assert server.truncate(file, len(content)) == 0
        server.order(Label.UNLENT, 1)
        assert server.read(file, 0, 10000)[0] == errno.EFAULT


def test_writes_that_fail(checked: Path, tmp_path: Path) -> None:
    """When the disk fails in the middle of a write that is written which could
    be; a write that gets an error has changed nothing."""
    disk = disk_make(tmp_path / "disk", 2048)
    with Server(checked, disk, pages=MEMORY_MIN) as server:
        content = bytearray(os.urandom(30000))
        error, file = server.open(1, "f", BOTH | CREATE)
        assert server.write(file, 0, content) == (0, 30000)
        error, large = server.open(1, "large", BOTH | CREATE)
        assert server.write(large, 0, bytes(600000)) == (0, 600000)
        assert server.sync(file) == 0
        short = 0
        for left in range(40):
            # What it reads drives the other out.
            assert server.read(large, 0, 600000)[0] == 0
            offset, data = 500 + 700 * left, os.urandom(9000)
            server.order(Label.DISK_FAILS, left % 10)
            answer = server.call(
                *(file, Label.WRITE, file.number, offset), data=data
            )
            server.order(Label.DISK_FAILS, AT_END)
            done = answer.words[0] if not answer.error else 0
            assert answer.error in (0, errno.EIO)
            content[offset : offset + done] = data[:done]
            short += 0 < done < 9000
            assert server.stat(file)[2] == len(content)
            assert server.read(file, 0, 60000) == (0, bytes(content))
        assert short > 3
        disk_judge(server.save(tmp_path / "saved"))


def super_free(disk: bytes) -> int:
    """How many blocks the superblock says are free."""
    return int.from_bytes(disk[1024 + 12 : 1024 + 16], "little")


def test_orphans_after_power_failure(checked: Path, tmp_path: Path) -> None:
    """A file without a name that was open when the power went ends when the
    next server begins; one whose list of them is damaged does not write."""
    disk = disk_make(tmp_path / "disk", 512)
    with Server(checked, disk) as server:
        free = server.space()[2:]
        for name in ("a", "b", "c"):
            error, file = server.open(1, name, BOTH | CREATE)
            assert server.write(file, 0, bytes(30000)) == (0, 30000)
            assert server.remove(1, name) == 0
        assert server.sync(file) == 0
        server.order(Label.NEW)
        assert server.space()[2:] == free
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)
    damaged = bytearray(saved.read_bytes())
    damaged[1024 + 232 : 1024 + 236] = b"\xff\xff\0\0"
    disk.write_bytes(damaged)
    with Server(checked, disk) as server:
        assert server.ready == "ready"
        assert server.make(1, "a", FILE_MODE) == errno.EROFS


# ----------------------------------------------------------- killed anywhere


def kill_everywhere(watched: Path, tmp_path: Path, *options: str) -> None:
    """Has each of these requests killed at each of its stores."""
    disk = disk_make(tmp_path / "disk", 512)
    with Server(watched, disk, *options) as server:
        server.is_everywhere = True
        error, file = server.open(1, "one", BOTH | CREATE)
        assert not error
        assert server.write(file, 0, os.urandom(14000)) == (0, 14000)
        assert server.write(file, 300000, os.urandom(3000)) == (0, 3000)
        assert server.write(file, 10, os.urandom(700)) == (0, 700)
        server.order(Label.UNLENT, 900)
        assert server.write(file, AT_END, os.urandom(2500)) == (0, 2500)
        assert server.truncate(file, 12800) == 0
        assert server.truncate(file, 20000) == 0
        assert server.make(1, "a", DIRECTORY_MODE) == 0
        assert server.make(1, "b", DIRECTORY_MODE) == 0
        assert server.make(1, "b/c", DIRECTORY_MODE) == 0
        assert server.rename(1, "one", "a/two") == 0
        assert server.rename(1, "b/c", "a/c") == 0
        assert server.rename(1, "a/c", "a/d") == 0
        for i in range(12):
            server.is_everywhere = i == 11
            assert server.make(1, "b/" + f"{i:02}" * 50, FILE_MODE) == 0
        assert server.rename(1, "b/" + "03" * 50, "a/two") == 0
        assert server.sync(file) == 0
        assert state_of(server, tmp_path) & 1
        assert server.close(file) == 0
        assert server.open(1, "a/two", TO_WRITE | EMPTY)[0] == 0
        assert server.remove(1, "a/d") == 0
        assert server.remove(1, "a/two") == 0
        for client in range(2, 150):  # a session takes the place of another
            server.is_everywhere = client == 149
            error, file = server.open(client, "", TO_READ)
            assert (error, server.close(file)) == (0, 0)
        server.gone(1)
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)


def test_killed_write_is_not_repeated(watched: Path, tmp_path: Path) -> None:
    """A client that ends with the server does not repeat its write: what it
    left behind the end of the file is not there when another makes it longer."""
    disk = disk_make(tmp_path / "disk", 512)
    killed = 0
    with Server(watched, disk) as server:
        error, file = server.open(1, "f", BOTH | CREATE)
        assert server.write(file, 0, b"abc") == (0, 3)
        for at in range(40):
            server.order(Label.KILL, at)
            words = (file.number, 3, 0, 0, 1000 + at)
            answer = server.ask(Label.WRITE, 1, words, data=b"X" * 500)
            killed += answer.error == errno.EINTR
            server.order(Label.KILL, AT_END)
            if answer.error == 0:
                break
            assert server.stat(file)[2] == 3
            if at % 2:
                assert server.truncate(file, 300) == 0
            else:
                assert server.write(file, 299, b"\0") == (0, 1)
            assert server.read(file, 0, 600) == (0, b"abc" + bytes(297))
            assert server.truncate(file, 3) == 0
        assert killed > 5 and answer.error == 0


def test_killed_at_each_store(watched: Path, tmp_path: Path) -> None:
    """Wherever a request is killed, the successor finds all of it or nothing,
    and the same request made again gives the same answer and the same image."""
    kill_everywhere(watched, tmp_path)


@pytest.mark.parametrize("block,pages", [(1024, MEMORY_MIN), (4096, MEMORY_MIN), (1024, 512)])
def test_killed_at_random(
    watched: Path, tmp_path: Path, block: int, pages: int
) -> None:
    """A server that is killed all the time does what the model does, with a
    cache that is too small for the disk too."""
    disk = disk_make(tmp_path / "disk", 3072, block=block)
    choice = random.Random(block)
    with Server(watched, disk, pages=pages) as server:
        model = Model(server, 7)
        for _ in range(500):
            server.order(Label.KILL, choice.randrange(300))
            if choice.random() < 0.1:
                server.order(Label.DISK_DIES, choice.randrange(3))
            model.step()
        server.order(Label.KILL, AT_END)
        model.end()
        saved = server.save(tmp_path / "saved")
    disk_judge(saved)
    model.compare_disk(saved, tmp_path / "files")
