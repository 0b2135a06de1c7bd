/* SPDX-License-Identifier: MIT */
/* Pipes: what one program writes another one reads (proto/pipe.h).
 *
 *     main.c     who asks for what       pipes.c    bytes and who waits
 *     users.c    who uses an end
 *
 * A request comes from a client, which makes pipes, or through the handle of
 * an end, which reads or writes one: their badges tell.
 *
 * Grants: "service"; "init"; "kept0" ... (lib/kept.h), 2 + 4 pages a pipe. */
#include "pipes.h"

#include <lib/kept.h>
#include <lib/request.h>
#include <lib/startup.h>
#include <proto/service.h>

/* Marks the badge of an end; clients have smaller ones. */
#define END_BADGE (UINT64_C(1) << 63)

static handle_t service;

/* Answers with a handle to an end for its user `user`. */
static void
end_give(const struct pipe *p, enum pipe_end end, uint64_t user, token_t token)
{
    uint64_t badge = END_BADGE | p->number << (USER_BITS + 1) | user << 1 | end;
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

/* Answers with a handle for another user of the end, which comes by `user`. */
static void
end_share(struct pipe *p, enum pipe_end end, uint64_t user,
          const struct message *m)
{
    const struct pipe_user *other =
        user_find(p, end, user)
            ? user_new(p, end, user, m->words[FILE_SEQUENCE])
            : NULL;

    if (other)
        end_give(p, end, other->number, m->token);
    else
        answer(m->token, ENFILE, 0, 0);
}

/* A request through the handle of an end. */
static void
end_request(const struct message *m)
{
    uint64_t badge = m->badge & ~END_BADGE;
    enum pipe_end end = badge & 1 ? PIPE_WRITE : PIPE_READ;
    uint64_t user = badge >> 1 & ((1U << USER_BITS) - 1);
    struct pipe *p = pipe_find(badge >> (USER_BITS + 1));

    if (!p) {
        /* Closing twice is closing: the first answer may not have come. */
        answer(m->token, message_label(m) == FILE_CLOSE ? 0 : EBADF, 0, 0);
    } else if (message_label(m) == (end ? FILE_WRITE : FILE_READ)) {
        pipe_transfer(p, end, user, m);
    } else if (message_label(m) == FILE_STAT) {
        answer(m->token, 0, S_IFIFO | S_IRUSR | S_IWUSR, p->written - p->read);
    } else if (message_label(m) == FILE_CLOSE) {
        pipe_user_close(p, end, user);
        answer(m->token, 0, 0, 0);
    } else if (message_label(m) == PIPE_SHARE) {
        end_share(p, end, user, m);
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
        end_give(p, end, USER_FIRST, m->token);
    } else {
        pipe_end_close(p, end);
        answer(m->token, 0, 0, 0);
    }
}

int
main(void)
{
    size_t bytes;
    void *kept = kept_memory(&bytes);
    struct message m = {0};

    service = startup_handle("service");
    if (!pipes_open(kept, bytes))
        return ERR_ARGUMENT; /* the manifest keeps too little for us */
    if (service_ready(startup_handle("init"), "pipes") != OK)
        return ERR_DEAD;

    for (;;) {
        err_t error = request_next(service, &m);

        if (error != OK)
            return (int)error;
        if (m.badge & END_BADGE)
            end_request(&m);
        else if (m.badge)
            client_request(&m);
        else if (message_label(&m) == FILE_GONE)
            pipes_forget(m.words[0]);
        m.token = 0; /* answered, or waits */
    }
}
