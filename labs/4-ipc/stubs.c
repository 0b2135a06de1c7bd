/* SPDX-License-Identifier: MIT */
/* Where the exercises of lab 4 start: the bodies that a student finds. */
#include "endpoint.h"

#include "sched.h"

struct thread *
endpoint_send(struct thread *t, struct slot *via)
{
    /* Exercise 4.1, with endpoint_recv below. What has to happen is written
     * above the declaration in endpoint.h; why it is enough, at the top of
     * this file. Read sched.h for who may run next, and the contract in
     * labs/4-ipc/README.md.
     *
     * Until then every send is refused. */
    (void)via;
    return thread_finish(t, ERR_UNFINISHED);
}

struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    /* Exercise 4.1: the mirror image of endpoint_send. Read about E2 at the
     * top of this file before you ask for the sender's badge. `partner` is
     * NULL for a plain receive.
     *
     * Until then every receive is refused; there is no partner, for nobody
     * can have received a call. */
    (void)via;
    (void)partner;
    return thread_finish(t, ERR_UNFINISHED);
}

void
message_copy(const struct thread *from, struct thread *to, uint64_t badge)
{
    /* Exercise 4.2. Read abi/message.h: which register carries what, into
     * the kernel and out of it, and who may write flags.
     *
     * Until then a message is nothing but its label. */
    (void)badge;
    to->x[REG_A0] = OK;
    to->x[REG_A1] = (uint32_t)from->x[REG_A1];
}

void
endpoint_enqueue(struct thread **queue, struct thread *t)
{
    /* Exercise 4.3. Read the drawing in endpoint.h, invariant E3, and how
     * endpoint_dequeue there takes a queue apart.
     *
     * Until then whoever comes first is first, however urgent the others. */
    struct thread *first = *queue;

    t->lower = NULL;
    if (first) {
        t->next = first;
        t->prev = first->prev;
        first->prev->next = t;
        first->prev = t;
    } else {
        t->next = t->prev = t;
        *queue = t;
    }
}

void
endpoint_cancel(struct thread *t, err_t error)
{
    /* Exercise 4.4. Read the declaration in endpoint.h, who calls this
     * (thread_end.c, endpoint_release below, signals.c), and what each of
     * them does with `t` afterwards.
     *
     * Until then nobody can leave a queue: there is no error to answer with,
     * and going on with a dead thread in the queue would be worse. */
    (void)t;
    (void)error;
    panic("endpoint_cancel is still to be written (exercise 4.4)");
}

bool
endpoint_hangup(struct endpoint *ep)
{
    /* Exercise 4.5. Read the declaration in endpoint.h, STEP_ITEMS in types.h
     * and how endpoint_hangup_begin below uses the answer.
     *
     * Until then those who wait to send are forgotten. */
    (void)ep;
    return true;
}
