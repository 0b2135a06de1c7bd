# SPDX-License-Identifier: MIT
"""Makes the inputs that fuzzing begins with.

    python3 -m tests.fuzz.seeds TREE

writes tests/fuzz/corpus. TREE is the device tree of a real machine:

    qemu-system-riscv64 -machine virt,dumpdtb=TREE -nodefaults -display none

The corpus is kept in the repository, so that all begin with the same; this
is for adding to it. An input with which a fuzzer found something belongs
there as well, under a name that says what was wrong."""

import struct
import sys
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"

# ------------------------------------------------------------- device trees

BEGIN_NODE, END_NODE, PROPERTY, NOTHING, END = 1, 2, 3, 4, 9

Value = bytes | str | tuple[int, ...]


def padded(data: bytes) -> bytes:
    """Zeros up to a whole cell."""
    return data + bytes(-len(data) % 4)


def cells(*numbers: int) -> bytes:
    """Numbers as the tree has them."""
    return struct.pack(f">{len(numbers)}I", *numbers)


def node(name: str, *inside: bytes) -> bytes:
    """A node with what is in it, properties first."""
    begin = cells(BEGIN_NODE) + padded(name.encode() + b"\0")
    return begin + b"".join(inside) + cells(END_NODE)


class Tree:
    """A tree whose names come before its structure: its last bytes are then
    those of the structure, behind which nothing may be read."""

    def __init__(self) -> None:
        self._names = b""

    def property(self, name: str, value: Value) -> bytes:
        """A property; a text gets its closing zero, numbers are cells."""
        if isinstance(value, str):
            value = value.encode() + b"\0"
        elif isinstance(value, tuple):
            value = cells(*value)
        at = len(self._names)
        self._names += name.encode() + b"\0"
        return cells(PROPERTY, len(value), at) + padded(value)

    def blob(self, structure: bytes) -> bytes:
        """The whole tree."""
        names = padded(self._names)
        start = 40 + len(names)
        total = start + len(structure)
        header = (0xD00DFEED, total, start, 40, 40, 17, 16, 0)
        sizes = (len(self._names), len(structure))
        return cells(*header, *sizes) + names + structure


def machine_tree() -> bytes:
    """All that the kernel knows, in as few bytes as it takes."""
    tree = Tree()
    p = tree.property
    wide = (p("#address-cells", (2,)), p("#size-cells", (2,)))
    cpus = (
        p("timebase-frequency", (10000000,)),
        p("#address-cells", (1,)),
        p("#size-cells", (0,)),
        node("cpu@0", p("riscv,isa", "rv64imac_sstc"), p("reg", (0,))),
        node("cpu@1", p("riscv,isa", "rv64imac"), p("reg", (1,))),
    )
    chosen = (
        p("bootargs", "seed=1"),
        p("linux,initrd-start", (0, 0x84000000)),
        p("linux,initrd-end", (0x84100000,)),
    )
    plic = (
        p("compatible", "riscv,plic0"),
        p("reg", (0, 0xC000000, 0, 0x600000)),
        p("interrupts-extended", (1, 11, 1, 9, 2, 11, 2, 9)),
    )
    clint = (
        p("compatible", "riscv,clint0"),
        p("reg", (0, 0x2000000, 0, 0x10000)),
    )
    finisher = (
        p("reg", (0, 0x100000, 0, 0x1000)),
        p("compatible", b"sifive,test1\0sifive,test0\0syscon\0"),
    )
    root = node(
        "",
        *wide,
        node("chosen", *chosen),
        node("memory@80000000", p("reg", (0, 0x80000000, 0, 0x8000000))),
        node("cpus", *cpus),
        node(
            "soc",
            *wide,
            node("plic@c000000", *plic),
            node("clint@2000000", *clint),
            node("test@100000", *finisher),
        ),
    )
    return tree.blob(root + cells(END))


def odd_tree() -> bytes:
    """What is allowed and rare: nothing-tokens, cells of width 0 and 4, a
    property without bytes, nodes as deep as the kernel follows."""
    tree = Tree()
    p = tree.property
    deep = b""
    for level in range(6):
        deep = node(f"n{level}", p("reg", b""), deep)
    root = node(
        "",
        cells(NOTHING, NOTHING),
        p("#address-cells", (4,)),
        p("#size-cells", (0,)),
        node("memory", p("reg", (1, 2, 3, 4))),
        deep,
    )
    return tree.blob(root + cells(NOTHING, END))


def ending_tree(name: str, value: Value) -> bytes:
    """A tree that breaks off behind a property: who reads on is outside."""
    tree = Tree()
    p = tree.property
    inside = cells(BEGIN_NODE) + padded(b"memory\0") + p(name, value)
    wide = p("#address-cells", (2,)) + p("#size-cells", (2,))
    return tree.blob(cells(BEGIN_NODE, 0) + wide + inside)


def chosen_tree() -> bytes:
    """A command line that is too long, and no zero at its end."""
    tree = Tree()
    arguments = tree.property("bootargs", b"a" * 1100)
    return tree.blob(node("", node("chosen", arguments)) + cells(END))


def trees(real: Path) -> dict[str, bytes]:
    """The seeds of fdt_fuzz.c."""
    blob = real.read_bytes()
    # QEMU dumps its whole buffer; the header tells the length.
    blob = blob[: struct.unpack_from(">I", blob, 4)[0]]
    made = machine_tree()
    return {
        "qemu.dtb": blob,
        "machine.dtb": made,
        "odd.dtb": odd_tree(),
        "empty.dtb": Tree().blob(cells(END)),
        "no_end.dtb": made[: len(made) - 4],
        "ends_in_reg.dtb": ending_tree("reg", (0, 0x80000000)),
        "ends_in_text.dtb": ending_tree("compatible", b"sifive,t"),
        "long_arguments.dtb": chosen_tree(),
    }


# ----------------------------------------------------------------- archives


def member(name: bytes, content: bytes) -> bytes:
    """A file of a newc archive."""
    fields = [0, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, 0, 0]
    fields[11] = len(name) + 1
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return padded(header + name + b"\0") + padded(content)


def archives() -> dict[str, bytes]:
    """The seeds of cpio_fuzz.c, which looks for "b"."""
    last = member(b"TRAILER!!!", b"")
    two = member(b"init", b"first content") + member(b"b", b"second") + last
    return {
        "two.cpio": two,
        "empty_file.cpio": member(b"a", b"") + last,
        "lower_case.cpio": member(b"abcdefghi", b"x" * 27).lower() + last,
        "no_files.cpio": last,
        "cut.cpio": member(b"init", b"first content")[:-4],
    }


# ------------------------------------------------------------------ handles

# The operations, as in tests/host/handle_model.h.
CREATE, DERIVE, MINT, MOVE, MAP, UNMAP, CLOSE, DELETE = range(8)
REVOKE, RETIRE, FAULT = range(8, 11)
FEWER, ALL = 0, 1


def handles() -> dict[str, bytes]:
    """The seeds of handle_fuzz.c. An operation asks, in this order, for the
    handle or mapping that it is done to, if there is any; for the table that
    a handle is made in; then a creation for the object and the rights, a
    derivation whether to keep all rights or which, a deletion or revocation
    for the number of steps."""
    first = bytes([CREATE, 0, 0, 255])
    child = bytes([DERIVE, 0, 0, ALL])
    return {
        "chain.ops": first + child + bytes([DERIVE, 1, 2, ALL]),
        # Close, move and delete what has both children and siblings.
        "middle.ops": first
        + child * 2
        + bytes([DERIVE, 1, 0, ALL, MINT, 1, 1, ALL])
        + bytes([CLOSE, 1, DERIVE, 1, 1, ALL, MOVE, 1, 2, DELETE, 1, 2]),
        "rights.ops": first
        + bytes([MINT, 0, 1, FEWER, 7, DERIVE, 1, 2, FEWER, 14])
        + bytes([CLOSE, 1]),
        "mapping.ops": first
        + bytes([MAP, 0, MAP, 0])
        + child
        + bytes([UNMAP, 0, CLOSE, 1, CLOSE, 0, UNMAP, 0]),
        "full.ops": first + child * 15 + bytes([MOVE, 3, 1]) + child,
        "again.ops": (first + bytes([CLOSE, 0])) * 3,
        # Children, grandchildren and a mapping go, the handle stays.
        "revoke.ops": first
        + child * 2
        + bytes([DERIVE, 1, 2, ALL, MAP, 1, REVOKE, 0, 2])
        + child,
        "retire.ops": first * 2 + child + bytes([MAP, 1, RETIRE, 0]) + first,
        # Object 2 is the endpoint. Each process's fault handle goes its own
        # way: closed, revoked, with the object.
        "fault.ops": bytes([CREATE, 0, 2, 255])
        + bytes([FAULT, 0, 0, FAULT, 0, 1, FAULT, 0, 1, FAULT, 0, 2])
        + bytes([CLOSE, 1, FAULT, 0, 0, REVOKE, 0, 1, FAULT, 0, 1, RETIRE, 2]),
    }


def main() -> None:
    """Writes all of them."""
    seeds = {
        "fdt": trees(Path(sys.argv[1])),
        "cpio": archives(),
        "handle": handles(),
    }
    for target, inputs in seeds.items():
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        for name, content in inputs.items():
            (CORPUS / target / name).write_bytes(content)


if __name__ == "__main__":
    main()
