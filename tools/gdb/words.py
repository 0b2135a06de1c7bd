# SPDX-License-Identifier: MIT
"""Numbers of the kernel in words: the same ones in every table.

These are the names of kernel/abi/rights.h and the texts of kernel/cause.c;
tests/test_gdb.py compares."""

RIGHTS_OF_ALL = ("DERIVE", "MOVE")

# What the bits of a key's upper byte name, and the rights from bit 2 on.
TYPES = ("process", "thread", "endpoint", "memory", "irq", "machine")
RIGHTS = {
    "process": ("MAP", "HANDLES", "THREADS", "KILL", "CHARGE", "INSPECT"),
    "thread": ("SIGNAL", "CONTROL"),
    "endpoint": ("SEND", "RECV"),
    "memory": ("READ", "WRITE", "EXEC", "PHYS"),
    "irq": ("BIND",),
    "machine": ("LOG", "INSPECT", "TRACE", "POWER"),
}
RIGHT_SEND = 1 << 2
RIGHT_RECV = 1 << 3
RIGHT_SIGNAL = 1 << 2

RIGHTS_MASK = 0xFF
KEY_FAULT = 1 << 14  # kernel/handle.h: types that no call looks for
KEY_MAPPING = 1 << 15

CAUSE_INTERRUPT = 1 << 63
CAUSE_USER_CALL = 8
CAUSES = {
    0: "jump to an odd address",
    1: "fetch where there is no memory",
    2: "illegal instruction",
    3: "breakpoint instruction",
    4: "misaligned load",
    5: "load where there is no memory",
    6: "misaligned store",
    7: "store where there is no memory",
    CAUSE_USER_CALL: "system call",
    12: "fetch from a page that is not executable",
    13: "load from a page that is not readable",
    15: "store to a page that is not writable",
}
INTERRUPTS = {1: "interrupt of another hart", 5: "timer", 9: "device"}


def cause_text(cause: int) -> str:
    """Why a trap happened."""
    if cause & CAUSE_INTERRUPT:
        return INTERRUPTS.get(cause & ~CAUSE_INTERRUPT, "unknown interrupt")
    return CAUSES.get(cause, "unknown trap")


def key_type(key: int) -> str:
    """The type of the object that a handle with this key names; "" if it can
    be none."""
    if key & ~RIGHTS_MASK == KEY_FAULT:
        return "endpoint"
    for bit, name in enumerate(TYPES):
        if key & ~RIGHTS_MASK == 1 << (8 + bit):
            return name
    return ""


def rights_text(key: int) -> str:
    """A key's rights, in the order of their bits. A right that this type
    does not use is still there: RIGHTS_ALL has them all."""
    names = RIGHTS_OF_ALL + RIGHTS.get(key_type(key), ())
    return " ".join(
        name for bit, name in enumerate(names) if key & 1 << bit
    )


def seconds(ticks: int, hertz: int) -> str:
    """A time, to the tick of a clock of 10 MHz."""
    return f"{ticks / hertz:.7f}"


def pages_text(count: int) -> str:
    """A number of pages."""
    return f"{count} page" if count == 1 else f"{count} pages"


def corrupt(what: str) -> str:
    """The cell of something that cannot be as it is."""
    return f"corrupt: {what}"
