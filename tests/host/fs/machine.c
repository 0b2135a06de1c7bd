/* SPDX-License-Identifier: MIT */
/* The system calls that the server makes, and its stores. */
#include "machine.h"

#include <fs/ext2.h>
#include <fs/slots.h>
#include <lib/syscall.h>
#include <proto/block.h>
#include <proto/clock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct machine machine = {
    .requests_left = UINT64_MAX,
    .deaths_left = UINT64_MAX,
    .bad_sector = UINT64_MAX,
    .unreadable = UINT64_MAX,
    .stores_left = UINT64_MAX,
    .time = 1800000000,
};
_Alignas(4096) char kept[KEPT_BYTES];

/* Counts one of `*left`; true when it was the last. */
static bool
is_last(uint64_t *left)
{
    return *left != UINT64_MAX && (*left)-- == 0;
}

static void
kill_point(void)
{
    machine.stores++;
    if (machine.stores_left != UINT64_MAX && machine.stores_left-- == 0) {
        machine.stores_left = UINT64_MAX;
        longjmp(machine.killed, 1);
    }
}

void
store_point(const void *at, size_t bytes)
{
    static const char *behind;
    const char *byte = at;
    bool is_in_row = byte == behind && (uintptr_t)byte % ROW_BYTES != 0;

    behind = byte + bytes;
    if (is_in_row && !machine.is_thorough)
        return;
    if (byte < kept + sizeof(kept) && byte + bytes > kept)
        kill_point();
}

/* Whether the superblock at `sectors` says that all is on the disk. */
static bool
is_clean(const char *super)
{
    return ((const struct ext2_super *)(const void *)super)->state &
           EXT2_STATE_CLEAN;
}

void
disk_settle(void)
{
    machine.is_flushed = true;
    machine.may_be_clean =
        machine.disk_bytes >= EXT2_SUPER_OFFSET + SECTOR_BYTES &&
        is_clean(machine.disk + EXT2_SUPER_OFFSET);
}

/* A disk may do what it was not told to flush in any order. So while it may
 * say "clean" nothing else is written, and that is not said while anything is
 * left to be written. */
static void
mark_check(uint64_t sector, uint64_t count, const char *from)
{
    uint64_t super = EXT2_SUPER_OFFSET / SECTOR_BYTES - sector;
    const struct store *store = (void *)kept;
    size_t dirty = 0;

    for (size_t slot = 0; slot < STORE_SLOTS; slot++)
        dirty += (store->slots[slot] & SLOT_DIRTY) != 0;
    if (super < count && is_clean(from + super * SECTOR_BYTES)) {
        if (dirty > 0 || !machine.is_flushed) {
            fprintf(stderr, "machine: clean, but %zu are dirty\n", dirty);
            abort();
        }
        machine.may_be_clean = true;
    }
    if (machine.may_be_clean && (super != 0 || count != 1)) {
        fprintf(stderr, "machine: sector %lu before the mark\n", sector);
        abort();
    }
    machine.is_flushed = false;
}

/* Sector by sector, and between them the server may be killed too. */
static int
disk_serve(struct message *m, char *window)
{
    uint64_t sector = m->words[0], count = m->words[1];
    char *at = machine.disk + sector * SECTOR_BYTES;
    bool is_write = message_label(m) == BLOCK_WRITE;

    if (sector + count > machine.disk_bytes / SECTOR_BYTES)
        return EINVAL;
    if (is_write && machine.is_read_only)
        return EROFS;
    if (is_last(&machine.requests_left)) {
        machine.requests_left = 0; /* and so do all that follow */
        return EIO;
    }
    if ((is_write ? machine.bad_sector : machine.unreadable) - sector < count)
        return EIO;
    if (is_write)
        mark_check(sector, count, window);
    for (; count > 0; count--) {
        kill_point();
        if (is_write)
            memcpy(at, window, SECTOR_BYTES);
        else
            memcpy(window, at, SECTOR_BYTES);
        at += SECTOR_BYTES;
        window += SECTOR_BYTES;
    }
    return 0;
}

static err_t
call_serve(handle_t endpoint, struct message *m, char *window)
{
    if (endpoint == CLOCK) {
        *m = (struct message){.header = CLOCK_DONE,
                              .words = {machine.time * 1000000000}};
        return OK;
    }
    if (endpoint != DISK)
        abort();
    if (is_last(&machine.deaths_left))
        return ERR_DEAD;
    switch (message_label(m)) {
    case BLOCK_INFO:
        m->words[1] = machine.disk_bytes / SECTOR_BYTES;
        m->words[2] = machine.is_read_only;
        m->words[0] = 0;
        break;
    case BLOCK_FLUSH:
        m->words[0] = is_last(&machine.requests_left) ? EIO : 0;
        if (m->words[0] == 0)
            disk_settle();
        break;
    default:
        m->words[0] = (uint64_t)disk_serve(m, window);
        break;
    }
    m->header = BLOCK_DONE;
    return OK;
}

/* Nobody else is there to go first. */
void
sys_thread_yield(void)
{
}

err_t
sys_endpoint_call(handle_t endpoint, struct message *m)
{
    return call_serve(endpoint, m, NULL);
}

err_t
sys_endpoint_call_lend(handle_t endpoint, struct message *m, const void *window,
                       uint64_t bytes)
{
    (void)bytes;
    return call_serve(endpoint, m, (char *)window);
}

/* How much of a copy can be done. */
static uint64_t
lease_bytes(uint64_t offset, uint64_t bytes)
{
    uint64_t end = machine.lent - machine.unlent;

    if (bytes > 16384)
        bytes = 16384;
    if (offset >= end)
        return 0;
    return bytes < end - offset ? bytes : end - offset;
}

err_t
sys_lease_read(token_t token, uint64_t offset, void *to, uint64_t bytes,
               uint64_t *done)
{
    (void)token;
    *done = lease_bytes(offset, bytes);
    store_point(to, *done);
    memcpy(to, machine.window + offset, *done / 2);
    store_point(to, *done);
    memcpy(to, machine.window + offset, *done);
    return *done < bytes && *done < 16384 ? ERR_LEASE : OK;
}

err_t
sys_lease_write(token_t token, uint64_t offset, const void *from,
                uint64_t bytes, uint64_t *done)
{
    (void)token;
    *done = lease_bytes(offset, bytes);
    memcpy(machine.window + offset, from, *done);
    return *done < bytes && *done < 16384 ? ERR_LEASE : OK;
}

/* --------------------------------------------------- stores of the server */

/* Calls of the C library: half of it is written when the server is killed. */
void *kill_memcpy(void *to, const void *from, size_t bytes);
void *kill_memset(void *to, int value, size_t bytes);

void *
kill_memcpy(void *to, const void *from, size_t bytes)
{
    store_point(to, bytes);
    memcpy(to, from, bytes / 2);
    store_point(to, bytes);
    return memcpy(to, from, bytes);
}

void *
kill_memset(void *to, int value, size_t bytes)
{
    store_point(to, bytes);
    memset(to, value, bytes / 2);
    store_point(to, bytes);
    return memset(to, value, bytes);
}

/* What gcc has the server call before each access. */
#define ACCESS(bytes)                                                          \
    void __tsan_read##bytes(void *at);                                         \
    void __tsan_read##bytes(void *at)                                          \
    {                                                                          \
        (void)at;                                                              \
    }                                                                          \
    void __tsan_write##bytes(void *at);                                        \
    void __tsan_write##bytes(void *at)                                         \
    {                                                                          \
        store_point(at, bytes);                                                \
    }                                                                          \
    void __tsan_unaligned_read##bytes(void *at);                               \
    void __tsan_unaligned_read##bytes(void *at)                                \
    {                                                                          \
        (void)at;                                                              \
    }                                                                          \
    void __tsan_unaligned_write##bytes(void *at);                              \
    void __tsan_unaligned_write##bytes(void *at)                               \
    {                                                                          \
        store_point(at, bytes);                                                \
    }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __tsan_read_range(void *at, size_t bytes);
void
__tsan_read_range(void *at, size_t bytes)
{
    (void)at;
    (void)bytes;
}

void __tsan_write_range(void *at, size_t bytes);
void
__tsan_write_range(void *at, size_t bytes)
{
    store_point(at, bytes);
}

void __tsan_init(void);
void
__tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void
__tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void);
void
__tsan_func_exit(void)
{
}

void __tsan_atomic_signal_fence(int order);
void
__tsan_atomic_signal_fence(int order)
{
    (void)order;
}
