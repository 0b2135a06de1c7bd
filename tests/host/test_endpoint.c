/* SPDX-License-Identifier: MIT */
/* Endpoints against a model that has no queues.
 *
 * The model knows of each thread what it waits for, since when and through
 * which handle. Who is first is found by looking at all of them: the most
 * urgent, and of those the one that has waited longest. After each operation
 * the queues must be in that order, link by link, and what a thread that went
 * on has in its registers must be what the model expects.
 *
 * The scheduler is not here: a thread that can go on is noted as such. */
#include "endpoint.h"

#include "check.h"
#include "process.h"
#include "ram.h"
#include "sched.h"

#include <string.h>

enum {
    PROCESSES = 3,
    THREADS = 90, /* so that closing takes more than one step of 32 */
    ENDPOINTS = 3,
    HANDLES = 24,
    SLOTS = 64,
    QUOTA = 300,
    OPERATIONS = 60000,
    TURN = 400,
};

enum activity { ABLE, SENDING, CALLING, RECEIVING, AWAITING };

struct known_thread {
    struct thread *t;
    enum activity activity;
    unsigned endpoint;        /* where it waits, and through which handle */
    unsigned handle;          /* index into handles */
    uint64_t since;           /* a number that grows */
    uint64_t sent[REG_COUNT]; /* its registers when it began */
    unsigned server;          /* who may answer, when AWAITING */
};

struct known_handle {
    bool is_used;
    bool is_closing; /* it has no rights any more */
    unsigned process, endpoint;
    rights_t rights;
    uint64_t badge;
    struct slot *slot;
};

struct known_endpoint {
    struct endpoint *ep;
    unsigned receive_handles;
    bool is_retired; /* who paid for it has ended */
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
} seen;

/* ------------------------------------------------- the scheduler's stand-in */

uint64_t ready_mask;

void
ready_push(struct thread *t)
{
    t->state = THREAD_READY;
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

/* -------------------------------------------------------------- the queues */

static bool
is_sender(const struct known_thread *k)
{
    return k->activity == SENDING || k->activity == CALLING;
}

static bool
waits_before(const struct known_thread *a, const struct known_thread *b)
{
    return a->t->priority != b->t->priority ? a->t->priority > b->t->priority
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

static void
check_thread(const struct known_thread *k)
{
    static const enum thread_state states[] = {
        [SENDING] = THREAD_WAIT_SEND,
        [CALLING] = THREAD_WAIT_CALL,
        [RECEIVING] = THREAD_WAIT_RECV,
        [AWAITING] = THREAD_WAIT_REPLY,
    };

    if (k->activity == ABLE) {
        CHECK(k->t->state == THREAD_RUNNING || k->t->state == THREAD_READY);
    } else { /* no register of a thread that waits has changed */
        CHECK(k->t->state == states[k->activity]);
        CHECK(memcmp(k->t->x, k->sent, sizeof(k->sent)) == 0);
    }
    CHECK(k->t->server ==
          (k->activity == AWAITING ? processes[k->server] : NULL)); /* E4 */
}

static void
check_all(void)
{
    for (unsigned e = 0; e < ENDPOINTS; e++) {
        const struct endpoint *ep = endpoints[e].ep;

        CHECK(!ep->senders || !ep->receivers);                   /* E1 */
        CHECK(ep->recv_handles == endpoints[e].receive_handles); /* E5 */
        check_queue(e, true);
        check_queue(e, false);
    }
    for (unsigned i = 0; i < THREADS; i++)
        check_thread(&all[i]);
}

/* ------------------------------------------------------------ the messages */

/* Fills the registers as a program does before it asks. */
static void
registers_fill(struct known_thread *k, const struct known_handle *h)
{
    for (unsigned i = 0; i < REG_COUNT; i++)
        k->t->x[i] = check_random();
    k->t->x[REG_A0] = h->slot->name;
    if (check_below(4))
        k->t->x[REG_A1] &= ~MESSAGE_NOWAIT;
    k->t->state = THREAD_RUNNING;
    memcpy(k->sent, k->t->x, sizeof(k->sent));
}

/* `to` went on with the message that `from` sent: label, words, badge and
 * token are as they must be, and no other register has changed. */
static void
check_message(const struct known_thread *from, struct known_thread *to,
              uint64_t badge, token_t token)
{
    const uint64_t *x = to->t->x;

    CHECK(x[REG_A0] == OK && x[REG_T1] == badge && x[REG_T0] == token);
    CHECK(x[REG_A1] == (from->sent[REG_A1] & MESSAGE_LABEL_MASK));
    for (unsigned i = 0; i < REG_COUNT; i++)
        if (i >= REG_A2 && i <= REG_A6)
            CHECK(x[i] == from->sent[i]);
        else if (i != REG_A0 && i != REG_A1 && i != REG_T0 && i != REG_T1)
            CHECK(x[i] == to->sent[i]);
    to->activity = ABLE;
    seen.sent++;
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
        from->server = 0;
        while (processes[from->server] != to->t->process)
            from->server++;
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

    registers_fill(k, h);
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
    }
}

/* Somebody whom a thread of this process may answer, or NULL. */
static struct known_thread *
caller_of(const struct known_thread *server)
{
    unsigned start = check_below(THREADS);

    for (unsigned i = 0; i < THREADS; i++) {
        struct known_thread *k = &all[(start + i) % THREADS];

        if (k->activity == AWAITING &&
            processes[k->server] == server->t->process)
            return k;
    }
    return NULL;
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
    reply_send(k->t, caller->t);
    CHECK(!token_find(k->t, token)); /* once */
    check_message(k, caller, 0, caller->sent[REG_T0]);
    seen.replied++;
}

static void
try_recv(struct known_thread *k, unsigned handle, bool replies)
{
    struct known_handle *h = &handles[handle];
    struct known_thread *sender = queue_next(h->endpoint, true, NULL);
    struct known_thread *caller = replies ? caller_of(k) : NULL;

    registers_fill(k, h);
    if (caller)
        reply(k, caller);
    (void)endpoint_recv(k->t, h->slot, caller ? caller->t : NULL);

    if (sender) {
        meet_note(sender, k, sender->activity == CALLING,
                  handles[sender->handle].badge);
    } else if (k->sent[REG_A1] & MESSAGE_NOWAIT) {
        check_finished(k, ERR_WOULD_BLOCK);
        seen.refused++;
    } else {
        wait_note(k, RECEIVING, handle);
    }
}

static void
try_reply(struct known_thread *k)
{
    struct known_thread *caller = caller_of(k);

    if (!caller)
        return;
    for (unsigned i = 0; i < REG_COUNT; i++)
        k->sent[i] = k->t->x[i] = check_random();
    reply(k, caller);
    ready_push(caller->t);
}

/* What the kernel does when a thread's process ends, or a message does not
 * fit: it no longer waits. */
static void
try_cancel(struct known_thread *k)
{
    token_t token = k->t->token;

    if (k->activity == ABLE)
        return;
    if (k->activity == AWAITING) {
        endpoint_caller_dead(k->t);
        CHECK(k->t->token != token);
        check_finished(k, ERR_DEAD);
    } else {
        endpoint_cancel(k->t, ERR_QUOTA);
        CHECK(k->t->state == THREAD_ENDED);
        ready_push(k->t);
        check_finished(k, ERR_QUOTA);
    }
}

/* Senders that were sent away because nobody can receive: the first ones. */
static void
hangup_note(unsigned endpoint)
{
    struct known_thread *k;

    while ((k = queue_next(endpoint, true, NULL)) &&
           k->t->state == THREAD_READY) {
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
    bool is_done = endpoint_retire(endpoints[endpoint].ep);

    endpoints[endpoint].is_retired = true;
    endpoints[endpoint].receive_handles = 0;
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

    if (check_below(60) == 0)
        try_retire(endpoint);
    else if (check_below(4) == 0)
        try_close(handle, check_below(2));
    else if (!handles[place].is_used && !endpoints[endpoint].is_retired &&
             handles_count(endpoint) < HANDLES / ENDPOINTS)
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
    else if (choice < 2)
        try_reply(k);
    else if (receives && h->rights & ENDPOINT_RECV)
        try_recv(k, handle, choice < 12);
    else if (!receives && h->rights & ENDPOINT_SEND)
        try_send(k, handle, choice < 9);
}

/* `haste` in 16 threads receive. */
static void
step(unsigned haste)
{
    unsigned handle = check_below(HANDLES);

    while (!handles[handle].is_used)
        handle = (handle + 1) % HANDLES;
    ready_mask = check_below(2) ? 0 : UINT64_MAX;
    if (handles[handle].is_closing)
        try_close(handle, false);
    else if (check_below(60) == 0)
        step_handle(handle);
    else if (check_below(16) == 0)
        try_cancel(&all[check_below(THREADS)]);
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
    for (unsigned p = 0; p < PROCESSES; p++) {
        processes[p] = record_alloc(&payer, RECORD_PROCESS);
        payer_init(&processes[p]->payer, QUOTA);
        list_init(&processes[p]->threads);
        handle_table_init(&processes[p]->handles, slots[p], SLOTS);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        CHECK(thread_create(processes[i % PROCESSES],
                            priorities[check_below(6)], &all[i].t) == OK);
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
    end();
    return 0;
}
