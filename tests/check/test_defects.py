# SPDX-License-Identifier: MIT
"""The host tests notice what they are there for.

Of a file of the kernel there is a copy with one thing broken, and the test
that is built with it has to fail. Where the file is part of the test, as
hart.c is of the model of TLBs, the copy is included in its place."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.machine import ROOT
from tests.test_host import compile_test


class Defect(NamedTuple):
    """Something in a file that is needed, and what is there instead. A bare
    name is that of a file of the kernel."""

    test: str
    file: str
    needed: str
    broken: str


DEFECTS = {
    # Fences that do not reach all harts, or are not asked for at all.
    "local_fence": Defect(
        "tlb",
        "hart.c",
        "    if (others)\n        sbi_flush(",
        "    if (false)\n        sbi_flush(",
    ),
    "local_code_fence": Defect(
        "tlb", "hart.c", "        sbi_flush_code(others);", "        ;"
    ),
    "no_own_code_fence": Defect(
        "tlb",
        "hart.c",
        "    riscv_flush_code();\n    if (others)",
        "    if (others)",
    ),
    "no_fence_after_a_rest": Defect(
        "tlb", "hart.c", "            harts[i].is_flush_due = true;", "            ;"
    ),
    "leave_in_name_only": Defect(
        "tlb", "hart.c", "    CSR_WRITE(satp, hart->satp);", ""
    ),
    "no_fence_at_unmap": Defect(
        "tlb",
        "space.c",
        "    hart_flush(va, (uint64_t)pages * PAGE_BYTES, space->asid);",
        "",
    ),
    "no_fence_at_reuse": Defect(
        "tlb", "space.c", "    hart_flush(0, FLUSH_ALL, space->asid);", ""
    ),
    # Urgency that is lent to a thread in a queue, or kept too long.
    "raised_in_place": Defect(
        "endpoint",
        "call.c",
        "    } else if (thread_is_queued(t)) {",
        "    } else if (false) {",
    ),
    "raised_while_ready": Defect(
        "endpoint",
        "call.c",
        "if (t->state == THREAD_READY) {",
        "if (false) {",
    ),
    "raised_by_senders": Defect(
        "endpoint",
        "call.c",
        "(first->state == THREAD_WAIT_CALL ||\n"
        "                             first->state == THREAD_WAIT_FAULT)",
        "true",
    ),
    "raised_for_ever": Defect(
        "endpoint", "call.c", "    t->priority = t->base_priority;", ""
    ),
    "nothing_lent": Defect(
        "endpoint",
        "token.c",
        "        server->priority = caller->priority;",
        "        ;",
    ),
    "two_served": Defect(
        "endpoint", "call.c", "    if (t->serves)\n", "    if (false)\n"
    ),
    # What waits in a queue of senders and is no sender.
    "fault_through_closing": Defect(
        "endpoint", "fault.c", "via && key_rights(via->node.key)", "via"
    ),
    "fault_stays": Defect(
        "endpoint",
        "endpoint.c",
        "            if (t->state == THREAD_WAIT_FAULT)",
        "            if (false)",
    ),
    "fault_gets_an_error": Defect(
        "endpoint",
        "endpoint.c",
        "            if (!thread_waits_in_endpoint(t))",
        "            if (false)",
    ),
    "resumes_at_once": Defect(
        "endpoint",
        "fault.c",
        "if (answer == FAULT_RESUME_AT)",
        "if (false)",
    ),
    "signal_lost": Defect(
        "endpoint", "signals.c", "t->pending |= bits", "t->pending = bits"
    ),
    "signal_in_queue": Defect(
        "endpoint", "signals.c", "        endpoint_cancel(t, OK);", "        ;"
    ),
    # Lent memory.
    "past_the_lent_page": Defect(
        "lease",
        "space.c",
        "PAGE_BYTES - (from_va + done) % PAGE_BYTES",
        "PAGE_BYTES",
    ),
    "past_the_own_page": Defect(
        "lease",
        "space.c",
        "PAGE_BYTES - (to_va + done) % PAGE_BYTES",
        "PAGE_BYTES",
    ),
    "past_the_window": Defect(
        "lease",
        "lease.c",
        "        bytes = window - order->offset;",
        "        ;",
    ),
    "outside_the_window": Defect(
        "lease", "lease.c", "if (order->offset > window)", "if (false)"
    ),
    "writes_what_is_read_only": Defect(
        "lease", "space.c", "to_va + done, PTE_W)", "to_va + done, PTE_R)"
    ),
    "window_wraps": Defect(
        "lease",
        "lease.c",
        "bytes > USER_TOP - start",
        "start + bytes > USER_TOP",
    ),
    "lends_both_ways": Defect(
        "message",
        "lease.c",
        "(from->x[REG_A1] & MESSAGE_LEASES) == MESSAGE_LEASES",
        "false",
    ),
    "faulter_is_asked": Defect(
        "message", "message.c", "thread_waits_in_endpoint(t) && ", ""
    ),
    # The tree of handles and its first slot.
    "fault_slot_given_out": Defect(
        "handle", "handle.c", "if (slot == table->slots)", "if (false)"
    ),
    "revokes_children_only": Defect(
        "handle",
        "handle.c",
        "    list_splice(&slot->node.siblings, &slot->node.children);",
        "    list_init(&slot->node.children);",
    ),
    "revokes_one_step": Defect(
        "handle",
        "handle.c",
        "            return true;\n    return false;",
        "            return true;\n    return true;",
    ),
    # The tree of devices.
    "too_many_harts": Defect(
        "fdt", "fdt.c", "        if (m->hart_count < HART_MAX)\n", ""
    ),
    "too_many_contexts": Defect(
        "fdt", "fdt.c", "p->bytes / 8 && hart < HART_MAX", "p->bytes / 8"
    ),
    "half_a_context": Defect(
        "fdt", "fdt.c", "i < p->bytes / 8 &&", "i < (p->bytes + 7) / 8 &&"
    ),
    # What the name server and init read and keep.
    "name_is_known_when_gone": Defect(
        "names",
        "user/servers/names/table.c",
        "        t->clients[i].known &= ~(UINT64_C(1) << place);",
        "        ;",
    ),
    "orphans": Defect(
        "names",
        "user/servers/names/table.c",
        "parent && parent->is_ending && !c->is_ending",
        "parent && false",
    ),
    "half_a_component": Defect(
        "names",
        "user/servers/names/table.c",
        "n < length && path[n] != '/' && text[n - 1] != '/'",
        "false",
    ),
    "who_uses_a_circle_is_blamed": Defect(
        "manifest",
        "user/servers/init/manifest.c",
        "steps < m->count; steps++",
        "steps < m->count; steps = m->count",
    ),
    "any_number": Defect(
        "manifest",
        "user/servers/init/directive.c",
        " && *number >= low &&\n        *number <= high",
        "",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_noticed(
    device_tree: Path, tmp_path: Path, name: str
) -> None:
    """The test fails, by what it looks for and not by a time limit."""
    defect = DEFECTS[name]
    file = ROOT / ("" if "/" in defect.file else "kernel") / defect.file
    text = file.read_text()
    assert text.count(defect.needed) == 1, "the defect has no place any more"
    folder = tmp_path / file.parent.name
    folder.mkdir()
    source = folder / file.name
    if file.parent.name != "kernel":  # which is among the places for headers
        for header in file.parent.glob("*.h"):
            shutil.copy(header, folder)
    source.write_text(text.replace(defect.needed, defect.broken))
    program = tmp_path / "program"
    compiled = compile_test(defect.test, program, source)
    assert compiled.returncode == 0, compiled.stderr
    ran = subprocess.run(
        [program, device_tree],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode != 0, "the defect was not noticed"
