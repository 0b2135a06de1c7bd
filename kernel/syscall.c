/* SPDX-License-Identifier: MIT */
/* The calls that messages and threads are made of, and who gets which call.
 *
 * All calls have one shape: look the handles up, check everything, commit.
 * Below the line "Commit: nothing below may fail" nothing does, so there is
 * nothing to undo. The answer is an error in a0, results in a1 and up.
 *
 * syscall_dispatch tests for the two calls of a conversation first: they are
 * the ones that must be fast, and there is no second way to make them. */
#include "syscall.h"

#include "endpoint.h"
#include "log.h"
#include "machine.h"
#include "message.h"
#include "process.h"
#include "sched.h"

struct thread *
syscall_again(struct thread *t)
{
    t->x[REG_PC] -= ECALL_BYTES;
    return t;
}

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

static inline struct thread *
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

static struct thread *
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
static COLD struct thread *
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
    if (t->process->is_dying) { /* it would take the handle along */
        t->state = THREAD_ENDED;
        return sched_switch(partner);
    }

    /* Commit: nothing below may fail. As in syscall_send_extras: `t` can run,
     * so schedule() does not idle. */
    bool is_cleaning = sched_clean_pause(false);
    struct thread *next = endpoint_recv(t, via, partner);
    message_attach(sender, t);
    sched_clean_pause(is_cleaning);
    return next;
}

/* The receiving half. */
static inline struct thread *
syscall_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    const struct thread *sender = object_endpoint(via->object)->senders;

    if (unlikely(sender && message_has_extras(sender)))
        return syscall_recv_extras(t, via, partner);
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

/* The reply_recv that has nobody to answer, or more than words to say. */
static COLD struct thread *
syscall_reply_recv_extras(struct thread *t, struct slot *via,
                          struct thread *caller)
{
    err_t error = reply_check(t, caller);

    /* The handle to receive through is needed for just that. */
    if (!error && t->x[REG_A1] & MESSAGE_HANDLE && t->x[REG_A6] == t->x[REG_A0])
        error = ERR_BUSY;
    if (error)
        return thread_finish(t, error);

    /* Commit: nothing below may fail, but the receiving with NOWAIT. */
    if (caller) {
        reply_send(t, caller);
        message_attach(t, caller);
    }
    return syscall_recv(t, via, caller);
}

static inline struct thread *
sys_endpoint_reply_recv(struct thread *t)
{
    unsigned need = KEY(OBJECT_ENDPOINT, ENDPOINT_RECV);
    struct slot *via = handle_get(&t->process->handles, t->x[REG_A0], need);
    struct thread *caller;

    if (unlikely(!via))
        return syscall_no_handle(t, need);
    caller = token_find(t, t->x[REG_T0]);
    if (unlikely(!caller || message_has_extras(t)))
        return syscall_reply_recv_extras(t, via, caller);

    /* Commit: nothing below may fail, but the receiving with NOWAIT. */
    reply_send(t, caller);
    return syscall_recv(t, via, caller);
}

static struct thread *
sys_endpoint_reply(struct thread *t)
{
    struct thread *caller = token_find(t, t->x[REG_T0]);
    err_t error = reply_check(t, caller);

    if (error || !caller)
        return thread_finish(t, error ? error : ERR_TOKEN);

    /* Commit: nothing below may fail. */
    reply_send(t, caller);
    message_attach(t, caller);
    return sched_wake(thread_finish(t, OK), caller);
}

static struct thread *
sys_thread_yield(struct thread *t)
{
    ready_push(thread_finish(t, OK));
    return schedule();
}

static struct thread *
sys_thread_exit(struct thread *t)
{
    if (!thread_exit(t, (int64_t)t->x[REG_A0]))
        return syscall_again(t);
    return schedule();
}

static struct thread *
sys_machine_log(struct thread *t)
{
    unsigned need = KEY(OBJECT_MACHINE, MACHINE_LOG);
    uint64_t length = t->x[REG_A1];

    if (!handle_get(&t->process->handles, t->x[REG_A0], need))
        return syscall_no_handle(t, need);
    if (length > MACHINE_LOG_BYTES)
        return thread_finish(t, ERR_ARGUMENT);
    for (unsigned i = 0; i < length; i++)
        log_char((char)(t->x[REG_A2 + i / 8] >> i % 8 * 8));
    return thread_finish(t, OK);
}

static struct thread *
sys_machine_power_off(struct thread *t)
{
    unsigned need = KEY(OBJECT_MACHINE, MACHINE_POWER);

    if (!handle_get(&t->process->handles, t->x[REG_A0], need))
        return syscall_no_handle(t, need);
    if (t->x[REG_A1] > MACHINE_STATUS_MAX)
        return thread_finish(t, ERR_ARGUMENT);
    machine_power_off((unsigned)t->x[REG_A1]);
}

static struct thread *
sys_null(struct thread *t)
{
    return thread_finish(t, OK);
}

/* Who does which call; the two of a conversation are not here. */
static struct thread *(*const calls[])(struct thread *t) = {
    [SYS_ENDPOINT_SEND] = sys_endpoint_send,
    [SYS_ENDPOINT_REPLY] = sys_endpoint_reply,
    [SYS_ENDPOINT_CREATE] = sys_endpoint_create,
    [SYS_NULL] = sys_null,
    [SYS_THREAD_CREATE] = sys_thread_create,
    [SYS_THREAD_EXIT] = sys_thread_exit,
    [SYS_THREAD_YIELD] = sys_thread_yield,
    [SYS_PROCESS_CREATE] = sys_process_create,
    [SYS_PROCESS_KILL] = sys_process_kill,
    [SYS_MEMORY_CREATE] = sys_memory_create,
    [SYS_MEMORY_MAP] = sys_memory_map,
    [SYS_MEMORY_UNMAP] = sys_memory_unmap,
    [SYS_HANDLE_COPY] = sys_handle_copy,
    [SYS_HANDLE_MINT] = sys_handle_mint,
    [SYS_HANDLE_CLOSE] = sys_handle_close,
    [SYS_MACHINE_LOG] = sys_machine_log,
    [SYS_MACHINE_POWER_OFF] = sys_machine_power_off,
};

/* Lab: traps-dispatch */
struct thread *
syscall_dispatch(struct thread *t)
{
    uint64_t number = t->x[REG_A7];

    if (likely(number == SYS_ENDPOINT_CALL))
        return sys_endpoint_call(t);
    if (likely(number == SYS_ENDPOINT_REPLY_RECV))
        return sys_endpoint_reply_recv(t);
    if (number >= sizeof(calls) / sizeof(calls[0]) || !calls[number])
        return thread_finish(t, ERR_SYSCALL);
    return calls[number](t);
}
