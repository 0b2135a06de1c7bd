/* SPDX-License-Identifier: MIT */
/* Who uses an end, and where their counts begin: see pipes.h. */
#include "pipes.h"

/* What is written before it is written before what is written after: the
 * server may be killed in between. */
static void
order_writes(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* How many bytes have gone through the end. */
static uint64_t
end_position(const struct pipe *p, enum pipe_end end)
{
    return end == PIPE_READ ? p->given : p->written;
}

void
users_start(struct pipe *p)
{
    for (unsigned end = PIPE_READ; end <= PIPE_WRITE; end++)
        p->users[end][0] =
            (struct pipe_user){.number = USER_FIRST, .maker = USER_FIRST};
}

struct pipe_user *
user_find(struct pipe *p, enum pipe_end end, uint64_t number)
{
    uint64_t place = number & ((1U << USER_INDEX_BITS) - 1);
    struct pipe_user *user = &p->users[end][place];

    return place < PIPE_USERS_MAX && user->maker && user->number == number
               ? user
               : NULL;
}

struct pipe_user *
user_new(struct pipe *p, enum pipe_end end, uint64_t maker, uint64_t sequence)
{
    struct pipe_user *unused = NULL;
    uint64_t place = 0;

    for (unsigned i = 0; i < PIPE_USERS_MAX; i++) {
        struct pipe_user *user = &p->users[end][i];

        if (user->maker == maker && user->sequence == sequence &&
            user->number != maker)
            return user;
        if (!user->maker && !unused) {
            unused = user;
            place = i;
        }
    }
    if (!unused)
        return NULL;
    *unused = (struct pipe_user){
        .number = ((unused->number | (uint32_t)place) + USER_FIRST) &
                  ((1U << USER_BITS) - 1),
        .sequence = sequence,
        .begin = end_position(p, end), /* it may be the current one's place */
    };
    order_writes();
    unused->maker = (uint32_t)maker; /* now it is there */
    return unused;
}

/* Either the server is killed before the last word is written, and the old one
 * is current as before, or after it. */
void
user_take(struct pipe *p, enum pipe_end end, struct pipe_user *user)
{
    struct pipe_user *old = &p->users[end][p->current[end]];
    uint64_t position = end_position(p, end);

    if (user == old)
        return;
    old->count = position - old->begin;
    user->begin = position - user->count;
    order_writes();
    p->current[end] = (uint64_t)(user - p->users[end]);
}

struct pipe_user *
users_orphaned(struct pipe *p, enum pipe_end end)
{
    for (unsigned i = 0; i < PIPE_USERS_MAX; i++) {
        struct pipe_user *user = &p->users[end][i];

        if (user->maker && !user_find(p, end, user->maker))
            return user;
    }
    return NULL;
}

bool
users_are_there(const struct pipe *p, enum pipe_end end)
{
    for (unsigned i = 0; i < PIPE_USERS_MAX; i++)
        if (p->users[end][i].maker)
            return true;
    return false;
}
