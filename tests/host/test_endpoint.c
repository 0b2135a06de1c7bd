/* SPDX-License-Identifier: MIT */
/* Endpoints against a model that has no queues.
 *
 * The model knows of each thread what it waits for, since when and through
 * which handle, and how urgent it is for whose sake. Who is first is found by
 * looking at all of them: the most urgent, and of those the one that has waited
 * longest. After each operation the queues must be in that order, link by link,
 * and what a thread that went on has in its registers must be what the model
 * expects.
 *
 * Calls, faults, notices and signals meet here as they do in the kernel. The
 * scheduler and the end of processes are not here: a thread that can go on, and
 * a process that would end, is noted as such. */
#include "riscv_fake.h"

#include "call.h"
#include "check.h"
#include "process.h"
#include "ram.h"
#include "sched.h"
#include "signals.h"
#include "trace.h"

/* With its fence: so it comes to the function below. */
#include "fault.c"

#include <string.h>

enum {
    PROCESSES = 3,
    THREADS = 90, /* so that closing takes more than one step of 32 */
    ENDPOINTS = 3,
    HANDLES = 24,
    SLOTS = 64,
    QUOTA = 300,
    OPERATIONS = 90000,
    TURN = 400,
};

enum activity {
    ABLE,
    SENDING,
    CALLING,
    RECEIVING,
    AWAITING,  /* the answer to its call */
    LISTENING, /* for signals only */
    FAULTING,  /* queued with its fault */
    FAULTED,   /* awaiting the answer to that */
    NOTIFYING, /* queued with the end of its process */
};

struct known_thread {
    struct thread *t;
    enum activity activity;
    unsigned endpoint;        /* where it waits, and through which handle */
    unsigned handle;          /* index into handles; HANDLES: none */
    uint64_t since;           /* a number that grows */
    uint64_t sent[REG_COUNT]; /* its registers when it began */
    unsigned server;          /* who may answer, when AWAITING or FAULTED */
    unsigned priority;
    token_t client;          /* of the caller or faulter it received last */
    uint64_t pending;        /* signals */
    unsigned ready_priority; /* under which it is in the ready queue */
    bool is_dropped;         /* nobody will receive what it was queued with */
};

struct known_handle {
    bool is_used;
    bool is_closing; /* it has no rights any more */
    bool is_fault;   /* its process's fault handle */
    unsigned process, endpoint;
    rights_t rights;
    uint64_t badge;
    struct slot *slot;
};

struct known_endpoint {
    struct endpoint *ep;
    unsigned receive_handles;
    bool is_retired;             /* who paid for it has ended */
    struct known_thread *server; /* who received there last, or NULL */
};

static struct process *processes[PROCESSES];
static struct slot slots[PROCESSES][SLOTS];
static struct known_thread all[THREADS];
static struct known_handle handles[HANDLES];
static struct known_endpoint endpoints[ENDPOINTS];
static struct payer payer;
static uint64_t now;

/* What each operation came to, so that none is only thought to happen. */
static struct {
    unsigned sent, waited, dead, refused, replied, revoked, hung_up, steps;
    unsigned faults, answers, notices, signals, dropped, raised, moved, settled;
    unsigned fatal;
} seen;

/* What was asked of the rooms that are not here. */
static struct {
    const struct process *process; /* that ends, or NULL */
    struct process_death death;
} ended;
static pte_t table_entry; /* what maps any address */
static uaddr_t address_flushed;

/* ------------------------------------------------- the scheduler's stand-in */

int ready_top;

static struct known_thread *
known(const struct thread *t)
{
    for (unsigned i = 0; i < THREADS; i++)
        if (all[i].t == t)
            return &all[i];
    check_failed(__FILE__, __LINE__, "a thread that nobody knows");
}

void
ready_push(struct thread *t)
{
    t->state = THREAD_READY;
    known(t)->ready_priority = t->priority;
}

/* Who is taken out of the queue is looked for under its priority. */
void
ready_remove(struct thread *t)
{
    CHECK(t->state == THREAD_READY);
    CHECK(known(t)->ready_priority == t->priority);
    t->state = THREAD_RUNNING;
}

struct thread *
schedule(void)
{
    return NULL;
}

struct thread *
sched_wake(struct thread *t, struct thread *partner)
{
    return sched_wake_both(t, partner, NULL);
}

struct thread *
sched_wake_both(struct thread *t, struct thread *first, struct thread *second)
{
    if (first)
        ready_push(first);
    if (second)
        ready_push(second);
    return t;
}

struct thread *
sched_switch_later(struct thread *partner)
{
    if (partner)
        ready_push(partner);
    return NULL;
}

/* --------------------------------------------- the other rooms' stand-ins */

pte_t
space_entry(const struct space *space, vaddr_t va)
{
    (void)space, (void)va;
    return table_entry;
}

void
fake_flush_page(uint64_t vaddr, uint64_t asid)
{
    (void)asid;
    address_flushed = vaddr;
}

const char *
cause_text(uint64_t cause)
{
    (void)cause;
    return "";
}

void
log_format(const char *format, ...)
{
    (void)format;
}

/* The trace is off. */
void
trace_note(enum trace_event event, unsigned thread, uint64_t a, uint64_t b)
{
    (void)event, (void)thread, (void)a, (void)b;
}

/* Nobody cleans up but who hangs up, which goes on until it is done. */
void
sched_clean_soon(void)
{
}

void
process_end(struct process *p, struct process_death death)
{
    ended.process = p;
    ended.death = death;
}

/* As undeliverable_drop. */
static void
drop(struct thread *t)
{
    struct known_thread *k = known(t);

    CHECK(k->activity == FAULTING || k->activity == NOTIFYING);
    CHECK(endpoints[k->endpoint].receive_handles == 0 ||
          (k->activity == FAULTING && handles[k->handle].is_closing));
    if (k->activity == FAULTING)
        fault_end(t);
    else
        endpoint_cancel(t, ERR_DEAD);
    CHECK(t->state == THREAD_ENDED);
    k->is_dropped = true;
}

/* -------------------------------------------------------------- the queues */

static bool
is_sender(const struct known_thread *k)
{
    return k->activity == SENDING || k->activity == CALLING ||
           k->activity == FAULTING || k->activity == NOTIFYING;
}

static bool
waits_before(const struct known_thread *a, const struct known_thread *b)
{
    return a->priority != b->priority ? a->priority > b->priority
                                      : a->since < b->since;
}

/* Who in the queue comes next after `last`, or first if that is NULL. */
static struct known_thread *
queue_next(unsigned endpoint, bool of_senders, const struct known_thread *last)
{
    struct known_thread *next = NULL;

    for (struct known_thread *k = all; k < all + THREADS; k++) {
        bool is_here = of_senders ? is_sender(k) : k->activity == RECEIVING;

        if (is_here && k->endpoint == endpoint &&
            (!last || waits_before(last, k)) &&
            (!next || waits_before(k, next)))
            next = k;
    }
    return next;
}

/* The queue is groups in falling order of priority, each a circle (E3). */
static void
check_queue(unsigned endpoint, bool of_senders)
{
    const struct endpoint *ep = endpoints[endpoint].ep;
    const struct known_thread *k = queue_next(endpoint, of_senders, NULL);

    for (const struct thread *head = of_senders ? ep->senders : ep->receivers;
         head; head = head->lower) {
        const struct thread *t = head;

        do {
            CHECK(k && k->t == t && t->priority == head->priority);
            CHECK(t->next->prev == t && t->endpoint == ep); /* E2 */
            k = queue_next(endpoint, of_senders, k);
            t = t->next;
        } while (t != head);
        CHECK(!k || k->t->priority < head->priority);
    }
    CHECK(!k);
}

/* It serves the endpoint at which it received last, if no other has since. */
static void
check_serves(const struct known_thread *k)
{
    const struct endpoint *serves = NULL;

    for (unsigned e = 0; e < ENDPOINTS; e++)
        if (endpoints[e].server == k)
            serves = endpoints[e].ep;
    CHECK(k->t->serves == serves);
    CHECK(!serves || serves->server == k->t); /* N1 */
}

static void
check_thread(const struct known_thread *k)
{
    static const enum thread_state states[] = {
        [SENDING] = THREAD_WAIT_SEND,     [CALLING] = THREAD_WAIT_CALL,
        [RECEIVING] = THREAD_WAIT_RECV,   [AWAITING] = THREAD_WAIT_REPLY,
        [LISTENING] = THREAD_WAIT_SIGNAL, [FAULTING] = THREAD_WAIT_FAULT,
        [FAULTED] = THREAD_WAIT_ANSWER,   [NOTIFYING] = THREAD_WAIT_NOTICE,
    };

    if (k->activity == ABLE) {
        CHECK(k->t->state == THREAD_RUNNING || k->t->state == THREAD_READY);
    } else { /* no register of a thread that waits has changed */
        CHECK(k->t->state == states[k->activity]);
        CHECK(memcmp(k->t->x, k->sent, sizeof(k->sent)) == 0);
    }
    CHECK(k->t->server ==
          (k->activity == AWAITING ? processes[k->server] : NULL)); /* E4 */
    CHECK(k->t->fault_server ==
          (k->activity == FAULTED ? processes[k->server] : NULL)); /* V1 */
    CHECK(k->t->pending == k->pending);
    CHECK(!k->pending || /* B1 */
          (k->activity != RECEIVING && k->activity != LISTENING));
    CHECK(k->t->priority == k->priority);
    CHECK(k->t->state != THREAD_READY || k->ready_priority == k->priority);
    check_serves(k);
}

static void
check_all(void)
{
    for (unsigned e = 0; e < ENDPOINTS; e++) {
        const struct endpoint *ep = endpoints[e].ep;

        CHECK(!ep->senders || !ep->receivers);                   /* E1 */
        CHECK(ep->recv_handles == endpoints[e].receive_handles); /* E5 */
        CHECK(ep->server ==
              (endpoints[e].server ? endpoints[e].server->t : NULL));
        check_queue(e, true);
        check_queue(e, false);
    }
    for (unsigned i = 0; i < THREADS; i++)
        check_thread(&all[i]);
}

/* ------------------------------------------------------------ the urgency */

static void
priority_raise(struct known_thread *k, unsigned priority)
{
    if (k->priority >= priority)
        return;
    k->priority = priority;
    seen.raised++;
    if (is_sender(k) || k->activity == RECEIVING) {
        k->since = now++; /* behind those that are as urgent */
        seen.moved++;
    }
}

/* `k` begins to wait there for an answer, and raises who received last. */
static void
server_raise(const struct known_thread *k)
{
    struct known_thread *server = endpoints[k->endpoint].server;

    if (server)
        priority_raise(server, k->priority);
}

/* `k` receives there from now on. */
static void
server_note(struct known_thread *k, unsigned endpoint)
{
    for (unsigned e = 0; e < ENDPOINTS; e++)
        if (endpoints[e].server == k)
            endpoints[e].server = NULL;
    endpoints[endpoint].server = k;
}

/* `server` works for `k`, whose token it got. */
static void
client_note(struct known_thread *server, struct known_thread *k)
{
    server->client = k->t->token;
    if (server->priority < k->priority)
        server->priority = k->priority;
    k->server = 0;
    while (processes[k->server] != server->t->process)
        k->server++;
}

/* ------------------------------------------------------------ the messages */

/* Anything in all registers of a thread that runs. */
static void
registers_draw(struct known_thread *k)
{
    for (unsigned i = 0; i < REG_COUNT; i++)
        k->sent[i] = k->t->x[i] = check_random();
    k->t->state = THREAD_RUNNING;
}

/* Fills the registers as a program does before it asks. */
static void
registers_fill(struct known_thread *k, handle_t name)
{
    registers_draw(k);
    k->sent[REG_A0] = k->t->x[REG_A0] = name;
    if (check_below(4))
        k->sent[REG_A1] = k->t->x[REG_A1] &= ~MESSAGE_NOWAIT;
}

/* `k` has received: label and flags, token and badge are these, and no register
 * has changed that a message does not come in. */
static void
check_received(struct known_thread *k, uint64_t label, token_t token,
               uint64_t badge)
{
    const uint64_t *x = k->t->x;

    CHECK(x[REG_A0] == OK && x[REG_A1] == label);
    CHECK(x[REG_T0] == token && x[REG_T1] == badge);
    for (unsigned i = 0; i < REG_COUNT; i++)
        if ((i < REG_A0 || i > REG_A6) && i != REG_T0 && i != REG_T1)
            CHECK(x[i] == k->sent[i]);
    k->activity = ABLE;
}

/* The five words of what `k` has received. */
static void
check_words(const struct known_thread *k, const uint64_t *words)
{
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        CHECK(k->t->x[REG_A2 + i] == words[i]);
}

/* `to` went on with the message that `from` sent. */
static void
check_message(const struct known_thread *from, struct known_thread *to,
              uint64_t badge, token_t token)
{
    check_received(to, from->sent[REG_A1] & MESSAGE_LABEL_MASK, token, badge);
    check_words(to, &from->sent[REG_A2]);
    seen.sent++;
}

/* `to` went on with the fault of `k`, which now waits for an answer. */
static void
check_fault(struct known_thread *k, struct known_thread *to, uint64_t badge)
{
    const uint64_t words[MESSAGE_WORDS] = {k->t->fault_cause,
                                           k->t->fault_address, k->sent[REG_PC],
                                           thread_id(k->t), 0};

    check_received(to, MESSAGE_FAULT, k->t->token, badge);
    check_words(to, words);
    k->activity = FAULTED;
    client_note(to, k);
}

/* `to` went on with the notice that `k` held. */
static void
check_notice(struct known_thread *k, struct known_thread *to)
{
    check_received(to, MESSAGE_ENDED, 0, k->sent[REG_T1]);
    check_words(to, &k->sent[REG_A2]);
    CHECK(k->t->state == THREAD_ENDED);
    k->t->state = THREAD_RUNNING; /* as another thread's */
    k->activity = ABLE;
    seen.notices++;
}

/* `k` went on with its signals. */
static void
check_signals(struct known_thread *k)
{
    const uint64_t words[MESSAGE_WORDS] = {k->pending, 0, 0, 0, 0};

    check_received(k, MESSAGE_SIGNAL, 0, 0);
    check_words(k, words);
    k->pending = 0;
    seen.signals++;
}

/* The process of `k` was to end, for this reason. */
static void
check_ended(struct known_thread *k, uint64_t code)
{
    CHECK(ended.process == k->t->process && k->t->state == THREAD_ENDED);
    CHECK(ended.death.reason == ENDED_FAULT);
    CHECK(ended.death.code == (int64_t)code);
    CHECK(ended.death.address == k->t->fault_address);
    ended.process = NULL;
    k->t->state = THREAD_RUNNING; /* as another process's */
    k->activity = ABLE;
    seen.fatal++;
}

static void
check_finished(struct known_thread *k, err_t error)
{
    CHECK(k->t->x[REG_A0] == (uint64_t)error);
    k->activity = ABLE;
}

static void
wait_note(struct known_thread *k, enum activity activity, unsigned handle)
{
    k->activity = activity;
    k->endpoint = handles[handle].endpoint;
    k->handle = handle;
    k->since = now++;
    seen.waited++;
}

/* `from` and `to` have met. The answer to a call is still to come. */
static void
meet_note(struct known_thread *from, struct known_thread *to, bool is_call,
          uint64_t badge)
{
    check_message(from, to, badge, is_call ? from->t->token : 0);
    if (is_call) {
        from->activity = AWAITING;
        client_note(to, from);
    } else {
        check_finished(from, OK);
    }
}

/* ---------------------------------------------------------- the operations */

static void
try_send(struct known_thread *k, unsigned handle, bool is_call)
{
    struct known_handle *h = &handles[handle];
    struct known_thread *receiver = queue_next(h->endpoint, false, NULL);

    registers_fill(k, h->slot->name);
    if (is_call)
        (void)endpoint_call(k->t, h->slot);
    else
        (void)endpoint_send(k->t, h->slot);

    if (receiver) {
        meet_note(k, receiver, is_call, h->badge);
    } else if (endpoints[h->endpoint].receive_handles == 0) {
        check_finished(k, ERR_DEAD);
        seen.dead++;
    } else if (k->sent[REG_A1] & MESSAGE_NOWAIT) {
        check_finished(k, ERR_WOULD_BLOCK);
        seen.refused++;
    } else {
        wait_note(k, is_call ? CALLING : SENDING, handle);
        if (is_call)
            server_raise(k);
    }
}

/* Somebody whom a thread of this process may answer, or NULL: a caller or, as
 * `activity` says, a faulter. */
static struct known_thread *
client_of(const struct known_thread *server, enum activity activity)
{
    unsigned start = check_below(THREADS);

    for (unsigned i = 0; i < THREADS; i++) {
        struct known_thread *k = &all[(start + i) % THREADS];

        if (k->activity == activity &&
            processes[k->server] == server->t->process)
            return k;
    }
    return NULL;
}

/* Who answers the client that it works for is as urgent as it is itself. */
static void
reply_restore(struct known_thread *k, token_t token)
{
    if (k->t->client == token)
        thread_restore(k->t);
    if (k->client == token) {
        k->priority = k->t->base_priority;
        k->client = 0;
    }
}

/* Answers a caller with what is in the registers of `k`. */
static void
reply(struct known_thread *k, struct known_thread *caller)
{
    token_t token = caller->t->token;

    CHECK(token_find(k->t, token) == caller->t);
    for (unsigned p = 0; p < PROCESSES; p++) { /* others may not */
        struct thread other = {.process = processes[p]};

        CHECK(p == caller->server || !token_find(&other, token));
    }
    CHECK(!fault_find(k->t, token));
    reply_restore(k, token);
    reply_send(k->t, caller->t);
    CHECK(!token_find(k->t, token)); /* once */
    check_message(k, caller, 0, caller->sent[REG_T0]);
    seen.replied++;
}

/* The receiving half of a call: what syscall_message.c does. */
static void
recv(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);
    struct thread *sender = ep->senders;

    thread_restore(t);
    if (t->pending) {
        signal_take(t);
        (void)sched_wake(t, partner);
        return;
    }
    call_serve(ep, t);
    if (!sender || thread_waits_in_endpoint(sender)) {
        (void)endpoint_recv(t, via, partner);
        return;
    }
    CHECK(endpoint_dequeue(&ep->senders) == sender);
    if (sender->state == THREAD_WAIT_FAULT) {
        fault_receive(t, sender);
    } else { /* as notice_receive */
        message_copy(sender, t, sender->x[REG_T1]);
        t->x[REG_A1] = MESSAGE_ENDED;
        t->x[REG_T0] = 0;
        sender->state = THREAD_ENDED;
    }
    (void)sched_wake(t, partner);
}

static void
recv_note(struct known_thread *k, unsigned handle, struct known_thread *sender)
{
    k->priority = k->t->base_priority;
    k->client = 0;
    if (k->pending) {
        check_signals(k);
        return;
    }
    server_note(k, handles[handle].endpoint);
    if (!sender && k->sent[REG_A1] & MESSAGE_NOWAIT) {
        check_finished(k, ERR_WOULD_BLOCK);
        seen.refused++;
    } else if (!sender) {
        wait_note(k, RECEIVING, handle);
    } else if (sender->activity == FAULTING) {
        check_fault(sender, k, handles[sender->handle].badge);
    } else if (sender->activity == NOTIFYING) {
        check_notice(sender, k);
    } else {
        meet_note(sender, k, sender->activity == CALLING,
                  handles[sender->handle].badge);
    }
}

static void
try_recv(struct known_thread *k, unsigned handle, bool replies)
{
    struct known_handle *h = &handles[handle];
    struct known_thread *sender = queue_next(h->endpoint, true, NULL);
    struct known_thread *caller = replies ? client_of(k, AWAITING) : NULL;

    registers_fill(k, h->slot->name);
    if (caller)
        reply(k, caller);
    recv(k->t, h->slot, caller ? caller->t : NULL);
    recv_note(k, handle, sender);
}

static void
try_reply(struct known_thread *k)
{
    struct known_thread *caller = client_of(k, AWAITING);

    if (!caller)
        return;
    registers_draw(k);
    reply(k, caller);
    ready_push(caller->t);
}

/* Receives signals only. */
static void
try_listen(struct known_thread *k)
{
    registers_fill(k, HANDLE_NONE);
    thread_restore(k->t);
    k->priority = k->t->base_priority;
    k->client = 0;
    (void)signal_wait(k->t, NULL);
    if (k->pending) {
        check_signals(k);
    } else if (k->sent[REG_A1] & MESSAGE_NOWAIT) {
        check_finished(k, ERR_WOULD_BLOCK);
    } else {
        k->activity = LISTENING;
    }
}

static void
try_signal(struct known_thread *k)
{
    uint64_t bits = UINT64_C(1) << check_below(64);
    bool is_receiving = k->activity == RECEIVING || k->activity == LISTENING;
    struct thread *woken = signal_send(k->t, bits);

    CHECK(woken == (is_receiving ? k->t : NULL));
    k->pending |= bits;
    if (woken) {
        ready_push(woken);
        check_signals(k);
    }
}

/* The end of a slice: who was raised for somebody that is gone is so no more.
 */
static void
try_settle(struct known_thread *k)
{
    unsigned priority = k->t->base_priority;

    for (struct known_thread *each = all; each < all + THREADS; each++)
        if (each->t->token == k->client && each->priority > priority)
            priority = each->priority;
    for (unsigned e = 0; e < ENDPOINTS; e++) {
        const struct known_thread *first = queue_next(e, true, NULL);

        if (endpoints[e].server == k && first &&
            (first->activity == CALLING || first->activity == FAULTING) &&
            first->priority > priority)
            priority = first->priority;
    }
    seen.settled += k->priority != priority;
    k->priority = priority;
    k->t->state = THREAD_RUNNING;
    call_settle(k->t);
}

/* ---------------------------------------------------- faults and notices */

/* A thread of the process whose fault handle it is faults. */
static void
try_fault(struct known_thread *k, unsigned handle)
{
    static const uint64_t causes[] = {CAUSE_BREAKPOINT, CAUSE_LOAD_PAGE,
                                      CAUSE_STORE_PAGE};
    const struct known_handle *h = &handles[handle];
    struct known_thread *receiver = queue_next(h->endpoint, false, NULL);
    uint64_t cause = causes[check_below(3)];
    uaddr_t address = check_random();
    bool is_allowed;

    registers_draw(k);
    table_entry = PTE_V | (check_below(8) ? 0 : PTE_R);
    is_allowed = table_entry & PTE_R && cause == CAUSE_LOAD_PAGE;
    address_flushed = 0;
    CHECK((fault_raise(k->t, cause, address) == k->t) == is_allowed);
    CHECK(address_flushed == (is_allowed ? address : 0));
    if (is_allowed)
        return;
    CHECK(k->t->fault_cause == cause && k->t->fault_address == address);
    seen.faults++;
    if (h->is_closing ||
        (!receiver && endpoints[h->endpoint].receive_handles == 0)) {
        check_ended(k, cause);
    } else if (receiver) {
        check_fault(k, receiver, h->badge);
    } else {
        wait_note(k, FAULTING, handle);
        server_raise(k);
    }
}

/* Answers a fault, in each way. */
static void
try_answer(struct known_thread *k)
{
    struct known_thread *faulter = client_of(k, FAULTED);
    token_t token = faulter ? faulter->t->token : 0;
    uint64_t label = check_below(FAULT_END + 2);
    struct thread *back;

    if (!faulter)
        return;
    registers_draw(k);
    k->sent[REG_A1] = k->t->x[REG_A1] =
        label | (check_below(2) ? MESSAGE_NOWAIT : 0);
    CHECK(fault_find(k->t, token) == faulter->t && !token_find(k->t, token));
    for (unsigned p = 0; p < PROCESSES; p++) { /* others may not */
        struct thread other = {.process = processes[p]};

        CHECK(p == faulter->server || !fault_find(&other, token));
    }
    CHECK(fault_answer_check(k->t) == (label <= FAULT_END ? OK : ERR_ARGUMENT));
    if (label > FAULT_END)
        return;
    reply_restore(k, token);
    back = fault_answer(k->t, faulter->t);
    CHECK(back == (label == FAULT_END ? NULL : faulter->t));
    CHECK(!fault_find(k->t, token)); /* once */
    if (label == FAULT_RESUME_AT)
        faulter->sent[REG_PC] = k->sent[REG_A2];
    CHECK(memcmp(faulter->sent, faulter->t->x, sizeof(faulter->sent)) == 0);
    faulter->activity = ABLE;
    if (back)
        ready_push(back);
    else
        check_ended(faulter, k->sent[REG_A2]);
    seen.answers++;
}

/* The thread stands for one whose process has ended and whose fault handle,
 * which is gone by then, was to this endpoint; as end_notice. */
static void
try_notice(struct known_thread *k, unsigned endpoint)
{
    struct endpoint *ep = endpoints[endpoint].ep;

    if (ep->receivers || ep->recv_handles == 0)
        return;
    registers_draw(k);
    k->sent[REG_A1] = k->t->x[REG_A1] = 0;
    endpoint_wait(k->t, ep, &ep->senders, THREAD_WAIT_NOTICE);
    k->activity = NOTIFYING;
    k->endpoint = endpoint;
    k->handle = HANDLES;
    k->since = now++;
}

/* What the kernel does when a thread's process ends, or a message does not
 * fit: it no longer waits. */
static void
try_cancel(struct known_thread *k)
{
    token_t token = k->t->token;

    switch (k->activity) {
    case ABLE:
        break;
    case AWAITING:
        call_dead(k->t);
        CHECK(k->t->token != token);
        check_finished(k, ERR_DEAD);
        break;
    case FAULTED: /* it tries again what it did */
        fault_retry(k->t);
        CHECK(k->t->token != token);
        CHECK(memcmp(k->sent, k->t->x, sizeof(k->sent)) == 0);
        k->activity = ABLE;
        break;
    case LISTENING:
        k->t->state = THREAD_RUNNING;
        k->activity = ABLE;
        break;
    case SENDING:
    case CALLING:
    case RECEIVING:
    case FAULTING:
    case NOTIFYING:
        endpoint_cancel(k->t, ERR_QUOTA);
        CHECK(k->t->state == THREAD_ENDED);
        ready_push(k->t);
        check_finished(k, ERR_QUOTA);
        break;
    }
}

/* Faults and notices that nobody will receive: their processes end. */
static unsigned
drops_note(void)
{
    unsigned count = 0;

    for (struct known_thread *k = all; k < all + THREADS; k++) {
        if (!k->is_dropped)
            continue;
        k->is_dropped = false;
        k->t->state = THREAD_RUNNING; /* as another process's */
        k->activity = ABLE;
        count++;
    }
    ended.process = NULL;
    seen.dropped += count;
    return count;
}

/* Senders that were sent away because nobody can receive: the first ones. */
static void
hangup_note(unsigned endpoint)
{
    struct known_thread *k;

    while ((k = queue_next(endpoint, true, NULL)) &&
           k->t->state == THREAD_READY) {
        CHECK(k->activity == SENDING || k->activity == CALLING);
        CHECK(endpoints[endpoint].receive_handles == 0);
        check_finished(k, ERR_DEAD);
        seen.hung_up++;
    }
}

/* One step of closing a handle, or the whole of it. */
static void
try_close(unsigned handle, bool wholly)
{
    struct known_handle *h = &handles[handle];
    struct known_endpoint *e = &endpoints[h->endpoint];
    unsigned revoked = seen.revoked, hung_up = seen.hung_up;
    bool is_done, waits = false;

    if (!h->is_closing && h->rights & ENDPOINT_RECV && e->receive_handles > 0)
        e->receive_handles--;
    h->is_closing = true;
    do {
        is_done = handle_delete(&processes[h->process]->handles, h->slot);
        seen.steps++;
    } while (wholly && !is_done);

    drops_note();
    for (struct known_thread *k = all; k < all + THREADS; k++) {
        bool is_through =
            (is_sender(k) || k->activity == RECEIVING) && k->handle == handle;

        if (is_through && k->t->state == THREAD_READY &&
            k->t->x[REG_A0] == ERR_REVOKED) {
            check_finished(k, ERR_REVOKED);
            seen.revoked++;
        } else if (is_through && k->t->state != THREAD_READY) {
            waits = true;
        }
    }
    hangup_note(h->endpoint);
    CHECK(wholly || (seen.revoked - revoked <= STEP_ITEMS &&
                     seen.hung_up - hung_up <= STEP_ITEMS));
    if (is_done) {
        CHECK(!waits);
        CHECK(e->receive_handles > 0 || !queue_next(h->endpoint, true, NULL));
        h->is_used = false;
    }
}

/* The endpoint's payer ends; its handles go later. */
static void
try_retire(unsigned endpoint)
{
    bool is_done;

    endpoints[endpoint].is_retired = true;
    endpoints[endpoint].receive_handles = 0;
    is_done = endpoint_retire(endpoints[endpoint].ep);
    if (drops_note() > 0) { /* one at a time, and then it is asked again */
        CHECK(!is_done);
        return;
    }
    hangup_note(endpoint);
    CHECK(is_done == !queue_next(endpoint, true, NULL));
}

/* Notes a new handle where none was known. */
static void
handle_note(unsigned handle, struct known_handle what)
{
    what.is_used = true;
    what.rights = key_rights(what.slot->node.key);
    handles[handle] = what;
    if (what.rights & ENDPOINT_RECV) {
        endpoint_recv_handle_added(what.slot->object);
        endpoints[what.endpoint].receive_handles++;
    }
}

/* A copy of handle `from`, in any table. */
static void
try_copy(unsigned handle, unsigned from)
{
    const struct known_handle *source = &handles[from];
    struct known_handle copy = {
        .process = check_below(PROCESSES),
        .endpoint = source->endpoint,
        .badge = check_below(2) ? check_random() : source->badge,
    };
    static const rights_t kept[] = {RIGHTS_ALL, RIGHTS_ALL, ENDPOINT_SEND,
                                    ENDPOINT_RECV};

    copy.slot = handle_derive(source->slot, &processes[copy.process]->handles,
                              processes[copy.process], kept[check_below(4)],
                              copy.badge);
    handle_note(handle, copy);
}

/* A copy of handle `from` as the fault handle of a process that has none. */
static void
try_supervise(unsigned handle, unsigned from)
{
    const struct known_handle *source = &handles[from];
    struct known_handle copy = {
        .process = check_below(PROCESSES),
        .endpoint = source->endpoint,
        .badge = source->badge,
        .is_fault = true,
    };
    struct handle_table *table = &processes[copy.process]->handles;

    if (handle_fault(table) || source->is_fault ||
        !(source->rights & ENDPOINT_SEND))
        return;
    handle_derive_fault(source->slot, table, processes[copy.process]);
    copy.slot = handle_fault(table);
    handle_note(handle, copy);
}

/* An endpoint with its first handle, in the place of one that has gone. */
static void
endpoint_begin(unsigned endpoint)
{
    struct known_endpoint *e = &endpoints[endpoint];
    struct known_handle first = {.process = endpoint, .endpoint = endpoint};
    unsigned handle = 0;

    *e = (struct known_endpoint){0};
    CHECK(endpoint_create(&payer, &e->ep) == OK);
    first.slot = handle_create(
        &processes[endpoint]->handles, processes[endpoint], &e->ep->object,
        KEY(OBJECT_ENDPOINT, RIGHT_DERIVE | ENDPOINT_SEND | ENDPOINT_RECV));
    while (handles[handle].is_used)
        handle++;
    handle_note(handle, first);
}

static unsigned
handles_count(unsigned endpoint)
{
    unsigned count = 0;

    for (unsigned i = 0; i < HANDLES; i++)
        count += handles[i].is_used && handles[i].endpoint == endpoint;
    return count;
}

/* Something with a handle that is not being closed. */
static void
step_handle(unsigned handle)
{
    unsigned endpoint = handles[handle].endpoint, place = check_below(HANDLES);

    bool has_room = !handles[place].is_used &&
                    !endpoints[endpoint].is_retired &&
                    handles_count(endpoint) < HANDLES / ENDPOINTS;

    if (check_below(60) == 0)
        try_retire(endpoint);
    else if (check_below(4) == 0)
        try_close(handle, check_below(2));
    else if (has_room && check_below(3) == 0)
        try_supervise(place, handle);
    else if (has_room && !handles[handle].is_fault)
        try_copy(place, handle);
}

/* A thread of the process, one that can run if there is any. */
static struct known_thread *
thread_of(unsigned process)
{
    unsigned start = check_below(THREADS);
    struct known_thread *k = NULL;

    for (unsigned i = 0; i < THREADS; i++) {
        struct known_thread *each = &all[(start + i) % THREADS];

        if (each->t->process == processes[process] &&
            (!k || each->activity == ABLE))
            k = each;
        if (k && k->activity == ABLE)
            break;
    }
    return k;
}

/* Something that a thread asks for, of the process whose handle it is. */
static void
step_thread(unsigned handle, bool receives)
{
    const struct known_handle *h = &handles[handle];
    struct known_thread *k = thread_of(h->process);
    unsigned choice = check_below(16);

    if (k->activity != ABLE)
        try_cancel(k);
    else if (h->is_fault)
        try_fault(k, handle);
    else if (choice < 2)
        try_reply(k);
    else if (choice == 2)
        try_answer(k);
    else if (receives && h->rights & ENDPOINT_RECV)
        try_recv(k, handle, choice < 12);
    else if (!receives && h->rights & ENDPOINT_SEND)
        try_send(k, handle, choice < 9);
}

/* Something that a thread asks for, or that happens to it, without a handle. */
static void
step_other(struct known_thread *k)
{
    unsigned choice = check_below(8);

    if (choice < 2)
        try_cancel(k);
    else if (choice < 5)
        try_signal(k);
    else if (k->activity == ABLE && choice == 5)
        try_listen(k);
    else if (k->activity == ABLE && choice == 6)
        try_settle(k);
    else if (k->activity == ABLE)
        try_notice(k, check_below(ENDPOINTS));
}

/* `haste` in 16 threads receive. */
static void
step(unsigned haste)
{
    unsigned handle = check_below(HANDLES);

    while (!handles[handle].is_used)
        handle = (handle + 1) % HANDLES;
    ready_top = check_below(2) ? READY_NONE : PRIORITY_COUNT - 1;
    if (handles[handle].is_closing && handles[handle].is_fault &&
        check_below(2))
        step_thread(handle, false);
    else if (handles[handle].is_closing)
        try_close(handle, false);
    else if (check_below(60) == 0)
        step_handle(handle);
    else if (check_below(6) == 0)
        step_other(&all[check_below(THREADS)]);
    else
        step_thread(handle, check_below(16) < haste);
    for (unsigned e = 0; e < ENDPOINTS; e++)
        if (handles_count(e) == 0)
            endpoint_begin(e);
}

/* Closes a handle step by step, while others give up waiting; the number of
 * steps. */
static unsigned
close_by_steps(unsigned handle)
{
    unsigned steps = 0;

    for (; handles[handle].is_used; steps++) {
        try_cancel(&all[check_below(THREADS)]);
        try_close(handle, false);
        check_all();
    }
    return steps;
}

/* All threads wait to send, through a handle for each process. One of these is
 * closed, then the only one to receive through: both take more than a step. */
static void
test_crowd(void)
{
    struct slot *source = handles[0].slot;
    enum { LAST = HANDLES - 1, LOOKING = THREADS / STEP_ITEMS + 1 };

    CHECK(handles[0].is_used && handles[0].rights & ENDPOINT_RECV);
    for (unsigned p = 0; p < PROCESSES; p++) {
        struct known_handle copy = {.process = p, .badge = p};

        copy.slot = handle_derive(source, &processes[p]->handles, processes[p],
                                  ENDPOINT_SEND, p);
        handle_note(LAST - p, copy);
    }
    for (unsigned i = 0; i < THREADS; i++)
        while (all[i].activity == ABLE)
            try_send(&all[i], LAST - i % PROCESSES, i % 2);
    check_all();
    CHECK(close_by_steps(LAST) == LOOKING);
    CHECK(seen.revoked > 20);
    CHECK(close_by_steps(0) == LOOKING + 1); /* one more to hang up */
    CHECK(seen.hung_up > STEP_ITEMS);
}

/* ------------------------------------------------------ the beginning, end */

static void
begin(void)
{
    static const unsigned priorities[] = {0, 7, 7, 31, 32, 63};

    frame_init(RAM_START, RAM_END, RAM_START);
    payer_init(&payer, QUOTA);
    thread_table_init();
    endpoint_set_undeliverable(drop);
    for (unsigned p = 0; p < PROCESSES; p++) {
        processes[p] = record_alloc(&payer, RECORD_PROCESS);
        payer_init(&processes[p]->payer, QUOTA);
        list_init(&processes[p]->threads);
        handle_table_init(&processes[p]->handles, slots[p], SLOTS);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        all[i].priority = priorities[check_below(6)];
        CHECK(thread_create(processes[i % PROCESSES], all[i].priority,
                            &all[i].t) == OK);
        all[i].t->state = THREAD_RUNNING;
    }
    for (unsigned e = 0; e < ENDPOINTS; e++)
        endpoint_begin(e);
}

/* With the last handle the endpoint's record goes, and its page. */
static void
end(void)
{
    for (unsigned i = 0; i < THREADS; i++)
        try_cancel(&all[i]);
    for (unsigned i = 0; i < HANDLES; i++)
        if (handles[i].is_used)
            try_close(i, true);
    CHECK(record_any(&payer, RECORD_ENDPOINT) == NULL);
    CHECK(payer.quota == QUOTA - 1); /* the processes' page */
}

int
main(void)
{
    begin();
    test_crowd();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        /* By turns senders crowd, all goes its way, receivers crowd. */
        static const unsigned hastes[] = {2, 8, 14};

        step(hastes[i / TURN % 3]);
        check_all();
    }
    CHECK(seen.sent > 2000 && seen.waited > 4000 && seen.replied > 800);
    CHECK(seen.refused > 500 && seen.dead > 1000 && seen.steps > 200);
    CHECK(seen.revoked > 500 && seen.hung_up > 100);
    CHECK(seen.faults > 1500 && seen.fatal > 800 && seen.answers > 250);
    CHECK(seen.notices > 100 && seen.dropped > 100 && seen.signals > 1000);
    CHECK(seen.raised > 200 && seen.moved > 30 && seen.settled > 40);
    end();
    return 0;
}
