# SPDX-License-Identifier: MIT
"""Whole functions: found, swapped, with all around them left alone."""

from pathlib import Path

import pytest

from grader.labtool import apply_patch, definitions, first_comment, locate
from grader.labtool import replace as replace_function
from grader.verdict import UsageError

SOURCE = """\
/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

static int helper(int x);

#define TWICE(x) \\
    ((x) + (x))

/* Sends.
 *
 * Lab: ipc-send */
err_t
endpoint_send(struct thread *t, err_t (*done)(int),
              int flags)
{
    if (flags) {
        return OK;
    }
    return ERR_FULL;
}

static inline struct thread *
first(struct thread **queue)
{
    return *queue;
}

/* The last one. */
static int
helper(int x)
{
    return TWICE(x);
}
"""

ASSEMBLY = """\
    .text
# Restores.
trap_exit:
    ld ra, 8(t0)
1:  sret
    .size trap_exit, . - trap_exit
after:
    nop
"""


def test_definitions_of_c() -> None:
    found = definitions(SOURCE, "endpoint.c")
    assert list(found) == ["endpoint_send", "first", "helper"]
    send = found["endpoint_send"]
    text = SOURCE[send.start : send.end]
    assert text.startswith("err_t\nendpoint_send(")
    assert text.endswith("return ERR_FULL;\n}\n")
    assert SOURCE[send.comment :].startswith("/* Sends.")
    assert SOURCE.splitlines()[send.line - 1].startswith("endpoint_send(")
    first = found["first"]
    assert first.comment == first.start
    assert SOURCE[first.start :].startswith("static inline struct thread *")


def test_definitions_of_assembly() -> None:
    found = definitions(ASSEMBLY, "trap.S")
    assert list(found) == ["trap_exit"]
    exit_ = found["trap_exit"]
    assert ASSEMBLY[exit_.start : exit_.end] == (
        "trap_exit:\n    ld ra, 8(t0)\n1:  sret\n"
        "    .size trap_exit, . - trap_exit\n"
    )


def test_a_stub_keeps_the_comment() -> None:
    stub = "err_t\nendpoint_send(void)\n{\n    return ERR_UNFINISHED;\n}\n"
    text = replace_function(SOURCE, "endpoint.c", "endpoint_send", stub)
    assert " * Lab: ipc-send */\nerr_t\nendpoint_send(void)\n" in text
    assert "ERR_FULL" not in text
    assert text.count("helper(int x)") == SOURCE.count("helper(int x)")
    # The function itself put back gives the file back.
    send = definitions(SOURCE, "endpoint.c")["endpoint_send"]
    old = SOURCE[send.start : send.end]
    assert replace_function(text, "endpoint.c", "endpoint_send", old) == SOURCE


def test_a_function_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="does not define nothing_here"):
        replace_function(SOURCE, "endpoint.c", "nothing_here", "")


PATCH = """\
/* kills: 4.2; hint: it believes that
 * a queue is a stack. */
#include "endpoint.h"

/* A new type. */
struct pair {
    int a, b;
};

static int
added(void)
{
    return 1;
}

/* This comment stays behind. */
err_t
endpoint_send(struct thread *t, err_t (*done)(int),
              int flags)
{
    return added();
}
"""


def test_a_patch_is_swapped_in_by_name() -> None:
    sources = {"endpoint.c": SOURCE.encode(), "abi/x.h": b"int x;\n"}
    patched = apply_patch(sources, PATCH, "lifo.c")
    text = patched["endpoint.c"].decode()
    assert text.count("return added();") == 1
    assert "ERR_FULL" not in text and "stays behind" not in text
    assert text.count('#include "endpoint.h"') == 1
    # What is new comes before what uses it, and before its comment.
    assert (
        text.index("struct pair")
        < text.index("added(void)")
        < text.index("/* Sends.")
        < text.index("return added();")
    )
    assert "kills:" not in text
    assert patched["abi/x.h"] == sources["abi/x.h"]


def test_a_patch_in_assembly() -> None:
    patch = (
        "/* kills: 2.2; hint: it forgets ra. */\n"
        "trap_exit:\n    sret\n    .size trap_exit, . - trap_exit\n"
    )
    patched = apply_patch({"trap.S": ASSEMBLY.encode()}, patch, "mutant.S")
    assert patched["trap.S"].decode() == ASSEMBLY.replace(
        "    ld ra, 8(t0)\n1:  sret\n", "    sret\n"
    )


def test_a_patch_that_changes_nothing_says_so() -> None:
    with pytest.raises(UsageError, match="no function that the kernel has"):
        apply_patch({"a.c": b"int x;\n"}, PATCH, "lifo.c")


def test_the_first_comment_on_one_line() -> None:
    assert first_comment(PATCH) == (
        "kills: 4.2; hint: it believes that a queue is a stack."
    )


def test_a_student_has_a_style_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int endpoint_recv(int);\n")
    (tmp_path / "b.c").write_text(
        "int other(void) { return 0; }\n"
        "static err_t endpoint_recv(struct thread *t) {\n"
        "        return OK;\n"
        "}\n"
    )
    assert locate(tmp_path, "endpoint_recv") == ("kernel/b.c", 2)
    assert locate(tmp_path, "endpoint_send") is None
