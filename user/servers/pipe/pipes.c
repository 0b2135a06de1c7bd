/* SPDX-License-Identifier: MIT */
#include "pipes.h"

/* A user of an end, while it waits. Token 0: it does not. */
struct waiting {
    token_t token;
    uint64_t offset;
    uint64_t lent;
};

static struct pipe *pipes; /* in the memory kept, as the rings behind them */
static unsigned pipe_count;
static struct waiting waiting[PIPES_MAX][PIPE_ENDS][PIPE_USERS_MAX];

bool
pipes_open(void *memory, size_t bytes)
{
    if (bytes < RECORDS_BYTES + RING_BYTES)
        return false;
    pipes = memory;
    pipe_count = (unsigned)((bytes - RECORDS_BYTES) / RING_BYTES);
    if (pipe_count > PIPES_MAX)
        pipe_count = PIPES_MAX;
    return true;
}

static char *
pipe_ring(const struct pipe *p)
{
    return (char *)pipes + RECORDS_BYTES + (size_t)(p - pipes) * RING_BYTES;
}

struct pipe *
pipe_find(uint64_t number)
{
    unsigned place = number & ((1U << PIPE_INDEX_BITS) - 1);
    struct pipe *p = &pipes[place];

    return place < pipe_count && p->owner && p->number == number ? p : NULL;
}

void
answer(token_t token, int error, uint64_t first, uint64_t second)
{
    struct message m = {
        .header = FILE_DONE,
        .words = {(uint64_t)error, first, second},
        .token = token,
    };

    /* ERR_TOKEN: it is gone, and does not wait for an answer. */
    (void)!sys_endpoint_reply(&m);
}

/* Copies between the ring, from the stream's byte `at` on, and the window that
 * the user of `end` lent. Returns how many of `bytes` bytes it were. */
static uint64_t
ring_copy(struct pipe *p, enum pipe_end end, token_t token, uint64_t at,
          uint64_t bytes)
{
    uint64_t copied = 0;

    while (copied < bytes) {
        uint64_t place = (at + copied) % RING_BYTES;
        uint64_t piece = RING_BYTES - place; /* up to where the ring wraps */
        uint64_t done = 0;
        err_t error;

        if (piece > bytes - copied)
            piece = bytes - copied;
        if (end == PIPE_READ)
            error = sys_lease_write(token, copied, pipe_ring(p) + place, piece,
                                    &done);
        else
            error = sys_lease_read(token, copied, pipe_ring(p) + place, piece,
                                   &done);
        copied += done;
        if (error != OK)
            break;
    }
    return copied;
}

/* Gives the current reader what there is. False: it has to wait. */
static bool
reader_serve(struct pipe *p, const struct waiting *w, uint64_t at)
{
    uint64_t bytes = p->written - at;
    uint64_t copied;

    if (at < p->read || at > p->given) {
        answer(w->token, EINVAL, 0, 0);
        return true;
    }
    p->read = at;
    if (bytes == 0 && w->lent > 0 && users_are_there(p, PIPE_WRITE))
        return false;
    if (bytes > w->lent)
        bytes = w->lent;
    copied = ring_copy(p, PIPE_READ, w->token, at, bytes);
    p->given = at + copied;
    answer(w->token, copied < bytes ? EFAULT : 0, copied, 0);
    return true;
}

/* Takes from the current writer what there is room for. False: it has to
 * wait. */
static bool
writer_serve(struct pipe *p, const struct waiting *w, uint64_t at)
{
    uint64_t bytes = w->lent;
    uint64_t room = RING_BYTES - (p->written - p->read);
    uint64_t copied;

    if (!users_are_there(p, PIPE_READ)) {
        answer(w->token, EPIPE, 0, 0);
        return true;
    }
    if (at > p->written || at + bytes < p->written) {
        answer(w->token, EINVAL, 0, 0);
        return true;
    }
    /* Either it asks again, and bytes of it are there; or it is new. */
    if (at < p->written) {
        answer(w->token, 0, p->written - at, w->offset + (p->written - at));
        return true;
    }
    if (room == 0 && bytes > 0)
        return false;
    if (bytes > room)
        bytes = room;
    copied = ring_copy(p, PIPE_WRITE, w->token, p->written, bytes);
    p->written += copied; /* the bytes are in the ring: now they count */
    answer(w->token, copied < bytes ? EFAULT : 0, copied, w->offset + copied);
    return true;
}

/* Serves those who wait at the end as far as that is possible. Returns whether
 * it was for one of them. */
static bool
end_settle(struct pipe *p, enum pipe_end end)
{
    bool is_any = false;

    for (unsigned i = 0; i < PIPE_USERS_MAX; i++) {
        struct waiting *w = &waiting[p - pipes][end][i];
        struct pipe_user *user = &p->users[end][i];
        bool is_served;

        if (!w->token)
            continue;
        user_take(p, end, user);
        is_served = end == PIPE_READ
                        ? reader_serve(p, w, user->begin + w->offset)
                        : writer_serve(p, w, user->begin + w->offset);
        if (is_served)
            w->token = 0;
        is_any = is_any || is_served;
    }
    return is_any;
}

/* The same for both ends: one can make room, or bytes, for the other. */
static void
pipe_settle(struct pipe *p)
{
    bool is_served = true;

    while (is_served) {
        is_served = end_settle(p, PIPE_WRITE);
        is_served = end_settle(p, PIPE_READ) || is_served;
    }
}

void
pipe_transfer(struct pipe *p, enum pipe_end end, uint64_t user,
              const struct message *m)
{
    const struct pipe_user *u = user_find(p, end, user);
    struct waiting *w = waiting[p - pipes][end];
    uint64_t lease =
        end == PIPE_READ ? MESSAGE_LEASE_WRITE : MESSAGE_LEASE_READ;

    if (u)
        w += u - p->users[end];
    if (!u || w->token) {
        answer(m->token, u ? EBUSY : EBADF, 0, 0);
        return;
    }
    *w = (struct waiting){
        .token = m->token,
        .offset = m->words[FILE_OFFSET],
        .lent = (message_flags(m) & lease) ? m->lent : 0,
    };
    pipe_settle(p);
}

/* Takes one user away, and answers it if it waits. */
static void
user_end(struct pipe *p, enum pipe_end end, struct pipe_user *user)
{
    struct waiting *w = &waiting[p - pipes][end][user - p->users[end]];

    user->maker = 0;
    if (w->token)
        answer(w->token, EBADF, 0, 0);
    w->token = 0;
}

void
pipe_user_close(struct pipe *p, enum pipe_end end, uint64_t user)
{
    struct pipe_user *u = user_find(p, end, user);

    if (u)
        user_end(p, end, u);
    while ((u = users_orphaned(p, end)))
        user_end(p, end, u);
    pipe_settle(p);
    if (!users_are_there(p, PIPE_READ) && !users_are_there(p, PIPE_WRITE))
        p->owner = 0;
}

void
pipe_end_close(struct pipe *p, enum pipe_end end)
{
    pipe_user_close(p, end, USER_FIRST);
}

struct pipe *
pipe_new(uint64_t owner, uint64_t sequence)
{
    struct pipe *unused = NULL;

    for (struct pipe *p = pipes; p < pipes + pipe_count; p++) {
        if (p->owner == owner && p->sequence == sequence)
            return p;
        if (!p->owner)
            unused = p;
    }
    if (!unused)
        return NULL;
    *unused = (struct pipe){
        .number = (unused->number | (uint64_t)(unused - pipes)) +
                  (UINT64_C(1) << PIPE_INDEX_BITS),
        .sequence = sequence,
    };
    users_start(unused);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* we may be killed here */
    unused->owner = owner; /* the last word: now it is there */
    return unused;
}

void
pipes_forget(uint64_t client)
{
    for (struct pipe *p = pipes; p < pipes + pipe_count; p++)
        if (p->owner == client) {
            pipe_end_close(p, PIPE_WRITE);
            pipe_end_close(p, PIPE_READ);
        }
}
