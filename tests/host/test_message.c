/* SPDX-License-Identifier: MIT */
/* Handles in messages: which error comes, and that a handle is in one table
 * before a rendezvous and in one table after (G1).
 *
 * Everything is drawn: what the sender asks for, what it has, who waits at the
 * endpoint that it may want to give away, whether the receiver has room. What
 * must come out is worked out here again, in the order of docs/syscalls. */
#include "message.h"

#include "check.h"
#include "endpoint.h"
#include "process.h"
#include "ram.h"

#include <string.h>

enum { SLOTS = 8, WAITING_MAX = STEP_ITEMS + 3, MESSAGES = 60000 };

enum { SENDER, RECEIVER, PROCESSES };

static struct process *processes[PROCESSES];
static struct slot slots[PROCESSES][SLOTS];
static struct endpoint ep;
static struct object other;
static struct thread from, to, waiting[WAITING_MAX];
static unsigned waiting_count;
static struct slot *given; /* the handle in the sender's a6, or NULL */
static unsigned seen[ERR_BUSY + 1];

static const struct object_class silent_class;

/* Copying to and from lent memory, which test_lease.c tries, wants these. */
bool
space_allows(const struct space *space, vaddr_t va, uint64_t need)
{
    (void)space, (void)va, (void)need;
    check_failed(__FILE__, __LINE__, "no lent byte is touched");
}

uint64_t
space_copy(const struct space *to, vaddr_t to_va, const struct space *from,
           vaddr_t from_va, uint64_t bytes)
{
    (void)to, (void)to_va, (void)from, (void)from_va, (void)bytes;
    check_failed(__FILE__, __LINE__, "no lent byte is touched");
}

static void
tables_make(void)
{
    object_init(&ep.object, &silent_class);
    object_init(&other, &silent_class);
    memset(slots, 0, sizeof(slots));
    for (unsigned p = 0; p < PROCESSES; p++) {
        processes[p] =
            phys_to_virt(RAM_START + (paddr_t)p * RECORD_LARGE_BYTES);
        handle_table_init(&processes[p]->handles, slots[p], SLOTS);
        for (unsigned i = check_below(SLOTS); i > 0; i--)
            handle_create(&processes[p]->handles, processes[p], &other,
                          KEY(OBJECT_MEMORY, RIGHTS_ALL));
    }
}

/* Puts a handle into the sender's a6: to the endpoint, to something else, or
 * one that is closed. */
static void
handle_draw(void)
{
    struct handle_table *table = &processes[SENDER]->handles;
    bool is_endpoint = check_below(3) > 0;
    rights_t rights = check_below(256) | (check_below(4) ? RIGHT_MOVE : 0);

    given = NULL;
    from.x[REG_A6] = check_below(2) ? HANDLE_NONE : check_random();
    if (handle_table_is_full(table))
        return;
    given = handle_create(
        table, processes[SENDER], is_endpoint ? &ep.object : &other,
        KEY(is_endpoint ? OBJECT_ENDPOINT : OBJECT_MEMORY, rights));
    from.x[REG_A6] = given->name;
    if (check_below(8) == 0) {
        handle_close(table, given);
        given = NULL;
    }
}

/* Lets threads wait at the endpoint, in groups of any size, the sender itself
 * perhaps among them. */
static void
queue_draw(void)
{
    bool is_receivers = check_below(2);
    struct thread **place = is_receivers ? &ep.receivers : &ep.senders;
    enum thread_state state =
        is_receivers ? THREAD_WAIT_RECV : THREAD_WAIT_SEND + check_below(2);

    ep.senders = ep.receivers = NULL;
    waiting_count =
        check_below(4) ? check_below(4) : check_below(WAITING_MAX + 1);
    for (unsigned i = 0, left = 0; i < waiting_count; i++) {
        struct thread *t = i == 0 && check_below(4) == 0 ? &from : &waiting[i];

        if (t == &from) {
            from.x[REG_A0] = from.x[REG_A6]; /* which is no reason to wait */
            from.state = state;
        } else {
            t->process = processes[check_below(PROCESSES)];
            t->state =
                is_receivers || check_below(4) ? state : THREAD_WAIT_FAULT;
            t->x[REG_A0] = check_below(8) ? check_random() : from.x[REG_A6];
        }
        if (left == 0) { /* a new group */
            left = 1 + check_below(6);
            *place = t->next = t->prev = t;
            t->lower = NULL;
        } else {
            t->next = *place;
            t->prev = (*place)->prev;
            t->prev->next = (*place)->prev = t;
        }
        if (--left == 0)
            place = &(*place)->lower;
    }
}

/* Whether another thread of the sender's process waits through its handle, or
 * there are too many to look at. A faulter waits through no handle that has a
 * name: its registers may hold any. */
static bool
is_busy(void)
{
    if (given->object != &ep.object)
        return false;
    if (waiting_count > STEP_ITEMS)
        return true;
    for (unsigned i = 0; i < waiting_count; i++)
        if (waiting[i].process == from.process &&
            waiting[i].state != THREAD_WAIT_FAULT &&
            waiting[i].x[REG_A0] == given->name)
            return true;
    return false;
}

/* Whether a window does not lie wholly below USER_TOP. */
static bool
is_outside(uint64_t start, uint64_t bytes)
{
    return start > USER_TOP || bytes > USER_TOP || start + bytes > USER_TOP;
}

/* What message_check must say. */
static err_t
error_expected(void)
{
    const uint64_t known =
        MESSAGE_LABEL_MASK | MESSAGE_NOWAIT | MESSAGE_HANDLE | MESSAGE_LEASES;
    uint64_t flags = from.x[REG_A1], leases = flags & MESSAGE_LEASES;

    if (flags & ~known)
        return ERR_ARGUMENT;
    if (leases &&
        (leases == MESSAGE_LEASES || from.x[REG_A7] != SYS_ENDPOINT_CALL))
        return ERR_ARGUMENT;
    if (leases && is_outside(from.x[REG_T1], from.x[REG_T2]))
        return ERR_ADDRESS;
    if (!(flags & MESSAGE_HANDLE))
        return OK;
    if (!given)
        return ERR_HANDLE;
    if (!(key_rights(given->node.key) & RIGHT_MOVE))
        return ERR_RIGHTS;
    if (from.x[REG_A7] == SYS_ENDPOINT_REPLY_RECV &&
        from.x[REG_A0] == given->name)
        return ERR_BUSY;
    return is_busy() ? ERR_BUSY : OK;
}

/* A window that is small and inside, or begins too high, or is too long. */
static void
lease_draw(void)
{
    static const uint64_t starts[] = {0,        0x1000,       USER_TOP - 1,
                                      USER_TOP, USER_TOP + 1, UINT64_MAX};

    from.x[REG_T1] = starts[check_below(2) ? 1 : check_below(6)];
    from.x[REG_T2] = check_below(8) ? check_below(3) : UINT64_MAX;
    if (check_below(8) == 0)
        from.x[REG_A1] |= check_below(4) == 0   ? MESSAGE_LEASES
                          : check_below(2) == 0 ? MESSAGE_LEASE_READ
                                                : MESSAGE_LEASE_WRITE;
}

static void
message_draw(void)
{
    static const uint64_t calls[] = {
        SYS_ENDPOINT_CALL, SYS_ENDPOINT_CALL,  SYS_ENDPOINT_CALL,
        SYS_ENDPOINT_SEND, SYS_ENDPOINT_REPLY, SYS_ENDPOINT_REPLY_RECV};

    memset(waiting, 0, sizeof(waiting));
    from.process = processes[SENDER];
    to.process = processes[check_below(4) ? RECEIVER : SENDER];
    for (unsigned i = 0; i < REG_COUNT; i++) {
        from.x[i] = check_random();
        to.x[i] = check_random();
    }
    from.x[REG_A1] &= MESSAGE_LABEL_MASK;
    to.x[REG_A1] &= MESSAGE_LABEL_MASK;
    if (check_below(8))
        from.x[REG_A1] |= MESSAGE_HANDLE;
    if (check_below(4) == 0)
        from.x[REG_A1] |= MESSAGE_NOWAIT;
    if (check_below(8) == 0)
        from.x[REG_A1] |= UINT64_C(1) << (36 + check_below(28));
    from.x[REG_A7] = calls[check_below(6)];
    lease_draw();
    handle_draw();
    if (check_below(16) == 0) /* receives through what it gives away */
        from.x[REG_A0] = from.x[REG_A6];
    queue_draw();
}

/* The handle has another name, in the receiver's table, and the old one names
 * nothing; no other register has changed. */
static void
attach_check(void)
{
    struct handle_table *mine = &from.process->handles;
    struct handle_table *theirs = &to.process->handles;
    struct slot before = given ? *given : (struct slot){0};
    uint64_t x[REG_COUNT], leases = from.x[REG_A1] & MESSAGE_LEASES;

    memcpy(x, to.x, sizeof(x));
    message_attach(&from, &to);
    if (from.x[REG_A1] & MESSAGE_HANDLE) {
        const struct slot *slot =
            handle_get(theirs, to.x[REG_A6], before.node.key);

        CHECK(slot && slot->object == before.object);
        CHECK(slot->node.key == before.node.key);
        CHECK(node_owner(&slot->node) == to.process);
        CHECK(!handle_get(mine, before.name, 0));
        x[REG_A6] = slot->name;
        x[REG_A1] |= MESSAGE_HANDLE; /* G2 */
    }
    if (leases) {
        x[REG_A1] |= leases;
        x[REG_T2] = from.x[REG_T2];
    }
    CHECK(memcmp(x, to.x, sizeof(x)) == 0);
}

static void
test_message(void)
{
    struct slot before[PROCESSES][SLOTS];
    err_t error;

    tables_make();
    message_draw();
    memcpy(before, slots, sizeof(slots));
    error = error_expected();
    CHECK(message_has_extras(&from) ==
          ((from.x[REG_A1] & ~(MESSAGE_LABEL_MASK | MESSAGE_NOWAIT)) != 0));
    CHECK(message_check(&from) == error);
    if (!error && from.x[REG_A1] & MESSAGE_HANDLE &&
        handle_table_is_full(&to.process->handles))
        error = ERR_FULL;
    CHECK(message_fits(&from, &to) == error);
    CHECK(memcmp(before, slots, sizeof(slots)) == 0);
    if (!error)
        attach_check();
    seen[error]++;
}

int
main(void)
{
    static const err_t expected[] = {OK,         ERR_ARGUMENT, ERR_HANDLE,
                                     ERR_RIGHTS, ERR_BUSY,     ERR_FULL,
                                     ERR_ADDRESS};

    for (unsigned i = 0; i < MESSAGES; i++)
        test_message();
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        CHECK(seen[expected[i]] > 800);
    return 0;
}
