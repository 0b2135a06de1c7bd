/* SPDX-License-Identifier: MIT */
/* Messages, leases, signals and faults of chaos.c.
 *
 * A fault is a load that mostly finds no page. Whoever receives it answers:
 * mostly so that the thread goes on, now and then wrongly, late, or never. */
#pragma once

#include "dice.h"

enum { WINDOW_BYTES = 6 * PAGE_BYTES };

/* What is lent, and where what others lent is copied to. */
static char window[WINDOW_BYTES], copies[WINDOW_BYTES];

static uint64_t
ticks_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static err_t
try_deadline(struct dice *d)
{
    uint64_t ticks = chance(d, 80) ? ticks_now() + roll(d, 20000)
                                   : roll(d, 4) << roll(d, 64);

    return sys_thread_deadline(ticks, roll(d, 30));
}

/* Answers a fault, with the token in `m`: the thread goes on behind its load,
 * tries again, or ends; or the answer is none. */
static err_t
fault_reply(struct dice *d, const struct message *fault)
{
    struct message m = {.header = FAULT_RESUME_AT, .token = fault->token};

    m.words[0] = fault->words[2] + 4;
    if (chance(d, 10))
        m.header = roll(d, 5);
    if (chance(d, 20)) { /* as a pager does it */
        m.header = FAULT_RESUME;
        (void)!sys_memory_map(some_of(d, children), some_of(d, memories),
                              fault->words[1] / PAGE_BYTES * PAGE_BYTES, 0, 1,
                              MEMORY_READ);
        if (chance(d, 20))
            return OK; /* and forgets to answer */
    }
    return sys_endpoint_reply(&m);
}

static void
note(enum syscall_number number, err_t error)
{
    __atomic_fetch_add(&tally->count[number][error % TALLY_ERRORS], 1,
                       __ATOMIC_RELAXED);
}

/* Copies from what was lent, or to it, with `token`. */
static err_t
try_lease(struct dice *d, enum syscall_number number, token_t token)
{
    char *place = copies + roll(d, WINDOW_BYTES / 2);
    uint64_t offset = chance(d, 50) ? 0 : roll(d, 4000);
    uint64_t bytes = chance(d, 90) ? roll(d, 10000) : roll(d, 17000), done;

    if (chance(d, 10))
        place = (char *)(mapped[roll(d, FEW)].address + roll(d, 4096));
    if (number == SYS_LEASE_READ)
        return sys_lease_read(token, offset, place, bytes, &done);
    return sys_lease_write(token, offset, place, bytes, &done);
}

/* A caller waits: serves it, mostly at once. */
static void
message_serve(struct dice *d, const struct message *m)
{
    uint64_t leases = message_flags(m) & MESSAGE_LEASES;
    struct message reply = {.header = 7, .token = m->token};
    enum syscall_number number =
        leases & MESSAGE_LEASE_READ ? SYS_LEASE_READ : SYS_LEASE_WRITE;

    for (uint64_t i = leases ? 1 + roll(d, 3) : 0; i > 0; i--) {
        __atomic_fetch_add(&tally->calls, 1, __ATOMIC_RELAXED);
        note(number, try_lease(d, number, m->token));
    }
    if (chance(d, 70)) {
        __atomic_fetch_add(&tally->calls, 1, __ATOMIC_RELAXED);
        note(SYS_ENDPOINT_REPLY, sys_endpoint_reply(&reply));
    } else if (leases) {
        lent[roll(d, FEW)] = m->token;
    } else {
        tokens[roll(d, FEW)] = m->token;
    }
}

/* Keeps what a message brought. */
static void
message_keep(struct dice *d, const struct message *m)
{
    if (message_flags(m) & MESSAGE_HANDLE)
        pool_put(d, m->words[4]);
    if (message_flags(m) & MESSAGE_FAULT) {
        if (chance(d, 80))
            (void)!fault_reply(d, m);
        else
            faults[roll(d, FEW)] = m->token;
    } else if (m->token != 0) {
        message_serve(d, m);
    }
}

static token_t
some_token(struct dice *d)
{
    if (chance(d, 20))
        return some_of(d, faults);
    return some_of(d, chance(d, 30) ? lent : tokens);
}

/* Some of our window, and now and then memory that is perhaps not there. */
static err_t
call_lend(struct dice *d, handle_t port, struct message *m)
{
    uint64_t address = (uint64_t)window + roll(d, WINDOW_BYTES);

    if (chance(d, 20))
        address = chance(d, 50) ? mapped[roll(d, FEW)].address + roll(d, 4096)
                                : some_address(d);
    m->header |= chance(d, 50) ? MESSAGE_LEASE_READ : MESSAGE_LEASE_WRITE;
    return sys_endpoint_call_lend(port, m, (const void *)address,
                                  roll(d, WINDOW_BYTES));
}

static err_t
try_call(struct dice *d, handle_t port, struct message *m)
{
    err_t error =
        chance(d, 40) ? call_lend(d, port, m) : sys_endpoint_call(port, m);

    m->token = 0;
    if (error == OK)
        message_keep(d, m);
    return error;
}

/* Receiving from an endpoint, or signals alone; mostly not for ever. */
static err_t
try_reply_recv(struct dice *d, handle_t port, struct message *m)
{
    err_t error;

    if (chance(d, 15))
        port = HANDLE_NONE;
    if (chance(d, 90))
        (void)!sys_thread_deadline(ticks_now() + roll(d, 5000), 1);
    error = sys_endpoint_reply_recv(port, m);
    if (error == OK)
        message_keep(d, m);
    return error;
}

static err_t
try_message(struct dice *d, enum syscall_number number)
{
    handle_t port = chance(d, 70) ? ports[roll(d, PORTS)] : some_handle(d);
    struct message m = {.header = roll(d, 9)};

    if (chance(d, 45))
        m.header |= MESSAGE_NOWAIT;
    if (chance(d, 30))
        m.header |= MESSAGE_HANDLE;
    if (chance(d, 1))
        m.header |= UINT64_C(1) << (34 + roll(d, 30));
    m.words[4] = chance(d, 10) && !is_granted(port) ? port : other_handle(d);
    if (number == SYS_ENDPOINT_REPLY || chance(d, 60))
        m.token = some_token(d);
    if (number == SYS_ENDPOINT_SEND)
        return sys_endpoint_send(port, &m);
    if (number == SYS_ENDPOINT_REPLY)
        return sys_endpoint_reply(&m);
    if (number == SYS_ENDPOINT_CALL)
        return try_call(d, port, &m);
    return try_reply_recv(d, port, &m);
}

static err_t
try_signal(struct dice *d)
{
    return sys_thread_signal(chance(d, 90) ? some_of(d, signals)
                                           : some_handle(d));
}

/* One that comes back to where it was, in four bytes more. */
static void
fault_load(uint64_t address)
{
    __asm__ volatile(".option push\n\t.option norvc\n\t"
                     "ld zero, 0(%0)\n\t"
                     ".option pop" ::"r"(address)
                     : "memory");
}

/* Faults if somebody can help, and seldom if nobody can. */
static err_t
try_supervise(struct dice *d)
{
    /* Another fault handle ends us if a fault is queued through this one. */
    bool is_own = chance(d, is_supervised ? 2 : 50);
    handle_t process = is_own ? self : some_of(d, children);
    handle_t port = chance(d, 80) ? ports[roll(d, PORTS)] : some_handle(d);
    err_t error;

    if (is_supervised ? chance(d, 70) : chance(d, 1)) {
        fault_load(chance(d, 80) ? some_address(d)
                                 : mapped[roll(d, FEW)].address);
        return OK;
    }
    error = sys_process_supervise(process, port);
    if (is_own && error == OK)
        is_supervised = true;
    return error;
}
