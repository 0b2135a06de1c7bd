/* SPDX-License-Identifier: MIT */
/* Handles and leases in messages.
 *
 * Nothing is ever in flight: until sender and receiver meet, the handle stays
 * in the sender's table, under the name in its a6. So it is looked at twice,
 * when the call is made and when they meet, for in between it may have gone;
 * then the sender gets the error and the receiver never knew.
 *
 * G1  A handle is in one table before a rendezvous and in one table after.
 * G2  The HANDLE flag of a received message was set here and nowhere else.
 *
 * A lease is only told of here: it is the caller's registers t1 and t2, which
 * stay as they are until the reply. lease.c copies.
 *
 * Rendezvous itself (endpoint.c) knows nothing of this: syscall.c asks before
 * and attaches after, and sees to it that nothing is cleaned up in between. */
#include "message.h"

#include "endpoint.h"
#include "lease.h"
#include "process.h"

/* Whether a thread of the process, other than `except`, waits in the
 * endpoint's queue through the handle `name`. More than STEP_ITEMS waiting
 * threads count as yes: the search must end. */
static bool
is_waited_through(const struct endpoint *ep, handle_t name,
                  const struct thread *except)
{
    const struct thread *group = ep->senders ? ep->senders : ep->receivers;
    unsigned seen = 0;

    for (; group; group = group->lower) {
        const struct thread *t = group;
        do {
            if (++seen > STEP_ITEMS)
                return true;
            if (t != except && t->process == except->process &&
                thread_waits_in_endpoint(t) && t->x[REG_A0] == name)
                return true;
            t = t->next;
        } while (t != group);
    }
    return false;
}

/* The slot of the handle that `from` sends along. It must be there. */
static struct slot *
message_slot(const struct thread *from)
{
    return handle_get(&from->process->handles, from->x[REG_A6], RIGHT_MOVE);
}

err_t
message_check(const struct thread *from)
{
    const uint64_t known = MESSAGE_NOWAIT | MESSAGE_HANDLE | MESSAGE_LEASES;
    const struct slot *slot;
    err_t error;

    if (from->x[REG_A1] & ~MESSAGE_LABEL_MASK & ~known)
        return ERR_ARGUMENT;
    error = (from->x[REG_A1] & MESSAGE_LEASES) ? lease_check(from) : OK;
    if (error)
        return error;
    if (!(from->x[REG_A1] & MESSAGE_HANDLE))
        return OK;
    slot = message_slot(from);
    if (!slot)
        return handle_error(&from->process->handles, from->x[REG_A6],
                            RIGHT_MOVE);
    /* What a thread waits through stays, and so does what this one is about to
     * receive through. */
    if (from->x[REG_A7] == SYS_ENDPOINT_REPLY_RECV &&
        from->x[REG_A6] == from->x[REG_A0])
        return ERR_BUSY;
    if ((slot->node.key & KEY(OBJECT_ENDPOINT, 0)) != 0 &&
        is_waited_through(object_endpoint(slot->object), slot->name, from))
        return ERR_BUSY;
    return OK;
}

err_t
message_fits(const struct thread *from, const struct thread *to)
{
    err_t error = message_check(from);

    if (error)
        return error;
    if (from->x[REG_A1] & MESSAGE_HANDLE &&
        handle_table_is_full(&to->process->handles))
        return ERR_FULL;
    return OK;
}

void
message_attach(struct thread *from, struct thread *to)
{
    struct slot *moved;

    if (from->x[REG_A1] & MESSAGE_LEASES) {
        to->x[REG_A1] |= from->x[REG_A1] & MESSAGE_LEASES;
        to->x[REG_T2] = from->x[REG_T2];
    }
    if (!(from->x[REG_A1] & MESSAGE_HANDLE))
        return;
    moved = handle_move(&from->process->handles, message_slot(from),
                        &to->process->handles, to->process);
    to->x[REG_A6] = moved->name;
    to->x[REG_A1] |= MESSAGE_HANDLE;
}
