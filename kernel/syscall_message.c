/* SPDX-License-Identifier: MIT */
/* The calls that messages are made of.
 *
 * Same shape as in syscall.c: look up, check, commit. Two of them are a
 * conversation, and all of the path that every message takes: the rest of this
 * file is what may also happen, apart from it, in functions that it leaves to
 * and does not come back from.
 *
 *     sys_endpoint_call        sys_endpoint_reply_recv
 *       handle, extras?          handle, token, extras?
 *       endpoint_call            reply_send, syscall_recv, endpoint_recv
 *
 * What the other functions are for: handles and leases that travel along,
 * queued senders that bring them, faults, notices of ends, signals. */
#include "syscall.h"

#include "call.h"
#include "endpoint.h"
#include "fault.h"
#include "lease.h"
#include "message.h"
#include "notice.h"
#include "process.h"
#include "sched.h"
#include "signals.h"

/* The call of `t` fails because handle_get found nothing for a0. */
static COLD struct thread *
syscall_no_handle(struct thread *t, unsigned need)
{
    return thread_finish(
        t, handle_error(&t->process->handles, t->x[REG_A0], need));
}

/* A send or call (as `meet` says) of a message that carries more than words. */
static COLD struct thread *
syscall_send_extras(struct thread *t, struct slot *via,
                    struct thread *(*meet)(struct thread *, struct slot *))
{
    struct thread *receiver = object_endpoint(via->object)->receivers;
    err_t error = receiver ? message_fits(t, receiver) : message_check(t);

    if (error)
        return thread_finish(t, error);
    if (!receiver)
        return meet(t, via);
    if (receiver->process->is_dying) { /* it would take the handle along */
        endpoint_cancel(receiver, ERR_DEAD);
        return syscall_again(t);
    }

    /* Commit: nothing below may fail. Nobody is cleaned away between meeting
     * and attaching; the receiver can run, so schedule() does not idle. */
    bool is_cleaning = sched_clean_pause(false);
    struct thread *next = meet(t, via);
    message_attach(t, receiver);
    sched_clean_pause(is_cleaning);
    return next;
}

struct thread *
sys_endpoint_call(struct thread *t)
{
    unsigned need = KEY(OBJECT_ENDPOINT, ENDPOINT_SEND);
    struct slot *via = handle_get(&t->process->handles, t->x[REG_A0], need);

    if (unlikely(!via))
        return syscall_no_handle(t, need);
    if (unlikely(message_has_extras(t)))
        return syscall_send_extras(t, via, endpoint_call);
    return endpoint_call(t, via);
}

struct thread *
sys_endpoint_send(struct thread *t)
{
    unsigned need = KEY(OBJECT_ENDPOINT, ENDPOINT_SEND);
    struct slot *via = handle_get(&t->process->handles, t->x[REG_A0], need);

    if (!via)
        return syscall_no_handle(t, need);
    if (message_has_extras(t))
        return syscall_send_extras(t, via, endpoint_send);
    return endpoint_send(t, via);
}

/* Receiving when the first sender's message carries more than words. If it
 * cannot be had, its sender gets the error and `t` tries again, with no token:
 * the reply, if there was one, has been sent to `partner`. */
static struct thread *
syscall_recv_extras(struct thread *t, struct slot *via, struct thread *partner)
{
    struct thread *sender = object_endpoint(via->object)->senders;
    err_t error = message_fits(sender, t);

    if (error) {
        endpoint_cancel(sender, error);
        t->x[REG_T0] = 0;
        t->x[REG_A1] &= MESSAGE_NOWAIT;
        return sched_wake_both(syscall_again(t), sender, partner);
    }

    /* Commit: nothing below may fail. As in syscall_send_extras: `t` can run,
     * so schedule() does not idle. */
    bool is_cleaning = sched_clean_pause(false);
    struct thread *next = endpoint_recv(t, via, partner);
    message_attach(sender, t);
    sched_clean_pause(is_cleaning);
    return next;
}

/* Receiving when the first of the senders is no plain one: it brings more than
 * words, or is a fault, or the notice of an end. */
static struct thread *
syscall_recv_special(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);
    struct thread *sender = ep->senders;

    if (t->process->is_dying) { /* it would take along what it gets */
        t->state = THREAD_ENDED;
        return sched_switch(partner);
    }
    if (thread_waits_in_endpoint(sender))
        return syscall_recv_extras(t, via, partner);
    endpoint_dequeue(&ep->senders);
    if (sender->state == THREAD_WAIT_FAULT)
        fault_receive(t, sender);
    else
        notice_receive(t, sender);
    return sched_wake(t, partner);
}

/* Receiving in all cases. Signals come before all senders. */
static COLD struct thread *
syscall_recv_slow(struct thread *t, struct slot *via, struct thread *partner)
{
    struct endpoint *ep = object_endpoint(via->object);
    const struct thread *sender = ep->senders;

    if (t->pending) {
        signal_take(t);
        return sched_wake(t, partner);
    }
    call_serve(ep, t);
    if (sender &&
        (message_has_extras(sender) || !thread_waits_in_endpoint(sender)))
        return syscall_recv_special(t, via, partner);
    return endpoint_recv(t, via, partner);
}

/* The receiving half: the loan of the last caller ends here. Usually nothing is
 * there yet, and `t` was also the last to receive here. */
static inline struct thread *
syscall_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    const struct endpoint *ep = object_endpoint(via->object);

    thread_restore(t);
    if (unlikely(t->pending || ep->senders || ep->server != t))
        return syscall_recv_slow(t, via, partner);
    return endpoint_recv(t, via, partner);
}

/* Whether `t` may reply to `caller`, which its token names; NULL: no such. */
static err_t
reply_check(const struct thread *t, const struct thread *caller)
{
    err_t error = caller ? message_fits(t, caller) : message_check(t);

    if (!error && !caller && t->x[REG_T0] != 0)
        return ERR_TOKEN;
    return error;
}

/* Answers a caller or, if that is NULL, the faulter that the token of `t`
 * names, if any; `*partner` is then who is able to run, or NULL. */
static err_t
syscall_reply(struct thread *t, struct thread *caller, struct thread **partner)
{
    struct thread *faulter = caller ? NULL : fault_find(t, t->x[REG_T0]);
    err_t error = faulter ? fault_answer_check(t) : reply_check(t, caller);

    *partner = caller;
    if (error)
        return error;

    /* Commit: nothing below may fail. */
    if ((caller || faulter) && t->client == t->x[REG_T0])
        thread_restore(t);
    if (faulter)
        *partner = fault_answer(t, faulter);
    if (caller) {
        reply_send(t, caller);
        message_attach(t, caller);
    }
    return OK;
}

/* The reply_recv that has nobody to answer, or a fault, or more than words to
 * say; `via` is NULL if it receives signals only. */
static COLD struct thread *
syscall_reply_recv_slow(struct thread *t, struct slot *via,
                        struct thread *caller)
{
    /* Without a token it is a plain receive. */
    err_t error = t->x[REG_T0] == 0 ? message_check(t)
                                    : syscall_reply(t, caller, &caller);

    if (error)
        return thread_finish(t, error);

    /* Committed: only the receiving with NOWAIT can fail. */
    if (via)
        return syscall_recv(t, via, caller);
    thread_restore(t);
    return signal_wait(t, caller);
}

/* The reply_recv that names no handle, or a bad one. */
static COLD struct thread *
syscall_reply_recv_signals(struct thread *t, unsigned need)
{
    if (t->x[REG_A0] != HANDLE_NONE)
        return syscall_no_handle(t, need);
    return syscall_reply_recv_slow(t, NULL, token_find(t, t->x[REG_T0]));
}

struct thread *
sys_endpoint_reply_recv(struct thread *t)
{
    unsigned need = KEY(OBJECT_ENDPOINT, ENDPOINT_RECV);
    struct slot *via = handle_get(&t->process->handles, t->x[REG_A0], need);
    struct thread *caller;

    if (unlikely(!via))
        return syscall_reply_recv_signals(t, need);
    caller = token_find(t, t->x[REG_T0]);
    if (unlikely(!caller || message_has_extras(t)))
        return syscall_reply_recv_slow(t, via, caller);

    /* Commit: nothing below may fail, but the receiving with NOWAIT. */
    reply_send(t, caller);
    return syscall_recv(t, via, caller);
}

struct thread *
sys_endpoint_reply(struct thread *t)
{
    struct thread *partner;
    err_t error = syscall_reply(t, token_find(t, t->x[REG_T0]), &partner);

    if (!error && t->x[REG_T0] == 0)
        error = ERR_TOKEN;
    return sched_wake(thread_finish(t, error), error ? NULL : partner);
}

/* Copies between the caller's lent window and this process's memory. */
static struct thread *
lease_call(struct thread *t, uint64_t flag)
{
    struct thread *caller = token_find(t, t->x[REG_A0]);
    const struct lease_order order = {
        .flag = flag,
        .offset = t->x[REG_A1],
        .address = t->x[REG_A2],
        .bytes = t->x[REG_A3],
    };

    if (!caller)
        return thread_finish(t, ERR_TOKEN);
    if (order.bytes > LEASE_BYTES_MAX)
        return thread_finish(t, ERR_ARGUMENT);
    return thread_finish(t, lease_copy(t, caller, &order, &t->x[REG_A1]));
}

struct thread *
sys_lease_read(struct thread *t)
{
    return lease_call(t, MESSAGE_LEASE_READ);
}

struct thread *
sys_lease_write(struct thread *t)
{
    return lease_call(t, MESSAGE_LEASE_WRITE);
}
