/* SPDX-License-Identifier: MIT */
/* Pipes: what one program writes another one reads (proto/pipe.h).
 *
 * A pipe is a ring of bytes and two counts. Its user counts along, so a
 * request says where in the stream it stands:
 *
 *     bytes          0 .......... read ......... written
 *     are            forgotten    in the ring     not yet there
 *
 * All of it lies in the memory that is kept. Invariants, at every instruction:
 *
 *     P1  read <= written <= read + RING_BYTES
 *     P2  bytes read to written - 1 are in the ring, each at its number
 *         modulo RING_BYTES
 *     P3  what was answered lies in the counts: a request that comes again
 *         gets the same bytes, or is told that its bytes are there
 *
 * That holds because bytes are copied first and counted then, in one word, and
 * because reading does not forget: the next request's offset does.
 *
 * Who has to wait is known by a token, in memory of our own: when we end, all
 * who wait ask again.
 *
 * Grants: "service"; "init"; "kept0" ... (lib/kept.h), 1 + 4 pages a pipe. */
#include <lib/kept.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/pipe.h>
#include <proto/service.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    RING_BYTES = 4 * PAGE_BYTES,
    PIPES_MAX = 60, /* their records fill less than a page */
    ENDS = 2,
    INDEX_BITS = 8,
};

/* Marks the badge of an end; clients have smaller ones. */
#define END_BADGE (UINT64_C(1) << 63)

/* 64 bytes. */
struct pipe {
    uint64_t number;   /* times 256, plus its place; 0: was never used */
    uint64_t owner;    /* client that made it; 0: it is free */
    uint64_t sequence; /* of the request that made it */
    uint64_t read;     /* bytes that the reader has for sure */
    uint64_t written;
    uint64_t is_closed[ENDS];
    uint64_t reserved;
};

_Static_assert(PIPES_MAX * sizeof(struct pipe) <= PAGE_BYTES,
               "the first page kept holds the records");

/* The user of an end, while it waits. Token 0: it does not. */
struct waiting {
    token_t token;
    uint64_t offset;
    uint64_t lent;
};

static struct pipe *pipes; /* in the memory kept, as the rings behind them */
static unsigned pipe_count;
static struct waiting waiting[PIPES_MAX][ENDS];
static handle_t service;

static char *
pipe_ring(const struct pipe *p)
{
    return (char *)pipes + PAGE_BYTES + (size_t)(p - pipes) * RING_BYTES;
}

/* The pipe called `number`, NULL if there is none (any more). */
static struct pipe *
pipe_find(uint64_t number)
{
    unsigned place = number & ((1u << INDEX_BITS) - 1);
    struct pipe *p = &pipes[place];

    return place < pipe_count && p->owner && p->number == number ? p : NULL;
}

static void
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

/* Gives the reader what there is. False: it has to wait. */
static bool
reader_serve(struct pipe *p, const struct waiting *w)
{
    uint64_t bytes;

    if (w->offset < p->read || w->offset > p->written) {
        answer(w->token, EINVAL, 0, 0);
        return true;
    }
    p->read = w->offset;
    bytes = p->written - p->read;
    if (bytes == 0 && w->lent > 0 && !p->is_closed[PIPE_WRITE])
        return false;
    if (bytes > w->lent)
        bytes = w->lent;

    uint64_t copied = ring_copy(p, PIPE_READ, w->token, p->read, bytes);

    answer(w->token, copied < bytes ? EFAULT : 0, copied, 0);
    return true;
}

/* Takes from the writer what there is room for. False: it has to wait. */
static bool
writer_serve(struct pipe *p, const struct waiting *w)
{
    uint64_t bytes = w->lent;
    uint64_t room = RING_BYTES - (p->written - p->read);
    uint64_t copied;

    if (p->is_closed[PIPE_READ]) {
        answer(w->token, EPIPE, 0, 0);
        return true;
    }
    if (w->offset > p->written || w->offset + bytes < p->written) {
        answer(w->token, EINVAL, 0, 0);
        return true;
    }
    /* Either it asks again, and bytes of it are there; or it is new. */
    if (w->offset < p->written) {
        answer(w->token, 0, p->written - w->offset, p->written);
        return true;
    }
    if (room == 0 && bytes > 0)
        return false;
    if (bytes > room)
        bytes = room;
    copied = ring_copy(p, PIPE_WRITE, w->token, p->written, bytes);
    p->written += copied; /* the bytes are in the ring: now they count */
    answer(w->token, copied < bytes ? EFAULT : 0, copied, p->written);
    return true;
}

/* Serves those who wait at the pipe as far as that is possible. */
static void
pipe_settle(struct pipe *p)
{
    struct waiting *w = waiting[p - pipes];
    bool is_served;

    /* One can make room, or bytes, for the other. */
    do {
        is_served = false;
        if (w[PIPE_WRITE].token && writer_serve(p, &w[PIPE_WRITE])) {
            w[PIPE_WRITE].token = 0;
            is_served = true;
        }
        if (w[PIPE_READ].token && reader_serve(p, &w[PIPE_READ])) {
            w[PIPE_READ].token = 0;
            is_served = true;
        }
    } while (is_served);
}

/* A request to read or write, through the end itself. */
static void
end_transfer(struct pipe *p, enum pipe_end end, const struct message *m)
{
    struct waiting *w = &waiting[p - pipes][end];
    uint64_t lease =
        end == PIPE_READ ? MESSAGE_LEASE_WRITE : MESSAGE_LEASE_READ;

    if (p->is_closed[end] || w->token) {
        answer(m->token, p->is_closed[end] ? EBADF : EBUSY, 0, 0);
        return;
    }
    *w = (struct waiting){
        .token = m->token,
        .offset = m->words[FILE_OFFSET],
        .lent = message_flags(m) & lease ? m->lent : 0,
    };
    pipe_settle(p);
}

/* Nobody uses this end any more; without users there is no pipe. */
static void
end_close(struct pipe *p, enum pipe_end end)
{
    struct waiting *w = &waiting[p - pipes][end];

    p->is_closed[end] = 1;
    if (w->token)
        answer(w->token, EBADF, 0, 0);
    w->token = 0;
    pipe_settle(p);
    if (p->is_closed[PIPE_READ] && p->is_closed[PIPE_WRITE])
        p->owner = 0;
}

/* A pipe for `owner`; the same one if it asks again. NULL: all are in use. */
static struct pipe *
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
                  (UINT64_C(1) << INDEX_BITS),
        .sequence = sequence,
    };
    unused->owner = owner; /* the last word: now it is there */
    return unused;
}

/* Answers with a handle to one end of the caller's pipe. */
static void
end_give(struct pipe *p, enum pipe_end end, token_t token)
{
    uint64_t badge = END_BADGE | p->number << 1 | end;
    struct message m = {
        .header = FILE_DONE | MESSAGE_HANDLE,
        .token = token,
    };
    err_t error = sys_handle_mint(service, startup_handle("self"),
                                  ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE,
                                  badge, &m.words[MESSAGE_WORDS - 1]);

    if (error == OK) {
        error = sys_endpoint_reply(&m);
        if (error == OK)
            return;
        (void)!sys_handle_close(m.words[MESSAGE_WORDS - 1]);
    }
    answer(token, EMFILE, 0, 0);
}

/* The client has ended, and so have those to whom it gave ends. */
static void
client_forget(uint64_t client)
{
    for (struct pipe *p = pipes; p < pipes + pipe_count; p++)
        if (p->owner == client) {
            end_close(p, PIPE_WRITE);
            end_close(p, PIPE_READ);
        }
}

/* A request through the handle of an end. */
static void
end_request(const struct message *m)
{
    uint64_t badge = m->badge & ~END_BADGE;
    enum pipe_end end = badge & 1 ? PIPE_WRITE : PIPE_READ;
    struct pipe *p = pipe_find(badge >> 1);

    if (!p) {
        answer(m->token, EBADF, 0, 0);
    } else if (message_label(m) == (end ? FILE_WRITE : FILE_READ)) {
        end_transfer(p, end, m);
    } else if (message_label(m) == FILE_STAT) {
        answer(m->token, 0, S_IFIFO | S_IRUSR | S_IWUSR, p->written - p->read);
    } else if (message_label(m) == FILE_CLOSE) {
        end_close(p, end);
        answer(m->token, 0, 0, 0);
    } else {
        answer(m->token, message_label(m) == FILE_SYNC ? 0 : EINVAL, 0, 0);
    }
}

/* A request of a client. */
static void
client_request(const struct message *m)
{
    enum pipe_end end = m->words[1] == PIPE_READ ? PIPE_READ : PIPE_WRITE;
    struct pipe *p;

    if (message_label(m) == PIPE_MAKE) {
        p = pipe_new(m->badge, m->words[FILE_SEQUENCE]);
        answer(m->token, p ? 0 : ENFILE, p ? p->number : 0, 0);
        return;
    }
    p = pipe_find(m->words[0]);
    if (message_label(m) != PIPE_END && message_label(m) != PIPE_CLOSE) {
        answer(m->token, EINVAL, 0, 0);
    } else if (m->words[1] > PIPE_WRITE || !p || p->owner != m->badge) {
        answer(m->token, EBADF, 0, 0);
    } else if (message_label(m) == PIPE_END) {
        end_give(p, end, m->token);
    } else {
        end_close(p, end);
        answer(m->token, 0, 0, 0);
    }
}

int
main(void)
{
    size_t bytes;
    struct message m = {0};

    service = startup_handle("service");
    pipes = kept_memory(&bytes);
    if (bytes < PAGE_BYTES + RING_BYTES)
        return ERR_ARGUMENT; /* the manifest keeps too little for us */
    pipe_count = (unsigned)((bytes - PAGE_BYTES) / RING_BYTES);
    if (pipe_count > PIPES_MAX)
        pipe_count = PIPES_MAX;
    if (service_ready(startup_handle("init"), "pipes") != OK)
        return ERR_DEAD;

    for (;;) {
        err_t error = sys_endpoint_recv(service, 0, &m);

        if (error != OK)
            return (int)error;
        if (m.badge & END_BADGE)
            end_request(&m);
        else if (m.badge)
            client_request(&m);
        else if (message_label(&m) == FILE_GONE)
            client_forget(m.words[0]);
    }
}
