/* SPDX-License-Identifier: MIT */
/* A plugin of QEMU for machines with more harts than the host has processors.
 *
 * Each hart is a thread of QEMU. One that spins, at the kernel's lock or in the
 * firmware until others have fenced, spends the time that the host owes to the
 * one it waits for. So one that has spun for a moment gives way to the others.
 *
 * Who spins is told by its atomic instructions. Between two returns from a trap
 * the kernel makes two, the firmware a few for each hart that it asks. More is
 * waiting, and then each one gives way. It may happen too early, or to a
 * program that has many; it costs a moment and changes nothing that a hart can
 * see but the time.
 *
 * tests/machine.py builds it and does without it where that fails. The
 * functions of QEMU are declared here, for no package has the header; they are
 * those of version 1 of its interface, and other QEMUs refuse the plugin. */
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    ATOMICS_MAX = 16, /* that are no waiting yet */
    OPCODE_MASK = 0x7f,
    OPCODE_ATOMIC = 0x2f,
    SRET = 0x10200073,
    MRET = 0x30200073,
};

struct qemu_plugin_tb; /* some instructions in a row */
struct qemu_plugin_insn;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *,
                                                 size_t index);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(
    uint64_t plugin, void (*call)(uint64_t plugin, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(
    struct qemu_plugin_insn *insn, void (*call)(unsigned hart, void *data),
    enum qemu_plugin_cb_flags flags, void *data);

extern int qemu_plugin_version;
int qemu_plugin_install(uint64_t plugin, const void *machine, int count,
                        char **arguments);

/* Those of this hart since it last returned from a trap. */
static _Thread_local unsigned atomics;

static void
atomic_run(unsigned hart, void *data)
{
    (void)hart, (void)data;
    if (++atomics > ATOMICS_MAX)
        sched_yield();
}

static void
return_run(unsigned hart, void *data)
{
    (void)hart, (void)data;
    atomics = 0;
}

/* QEMU translates these instructions, and will run them often. */
static void
block_watch(uint64_t plugin, struct qemu_plugin_tb *tb)
{
    (void)plugin;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t word;

        if (qemu_plugin_insn_size(insn) != sizeof(word))
            continue;
        memcpy(&word, qemu_plugin_insn_data(insn), sizeof(word));
        if ((word & OPCODE_MASK) == OPCODE_ATOMIC)
            qemu_plugin_register_vcpu_insn_exec_cb(
                insn, atomic_run, QEMU_PLUGIN_CB_NO_REGS, NULL);
        else if (word == SRET || word == MRET)
            qemu_plugin_register_vcpu_insn_exec_cb(
                insn, return_run, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
}

int qemu_plugin_version = 1;

int
qemu_plugin_install(uint64_t plugin, const void *machine, int count,
                    char **arguments)
{
    (void)machine, (void)count, (void)arguments;
    qemu_plugin_register_vcpu_tb_trans_cb(plugin, block_watch);
    return 0;
}
