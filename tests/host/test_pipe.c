/* SPDX-License-Identifier: MIT */
/* Pipes whose ends are shared, and whose server is killed at every system call
 * that it makes: each writer's bytes come out once and in order. */
#include "check.h"

/* The one under test, with the memory of its own that dies with it. */
#include "../../user/servers/pipe/pipes.c"

#include <stdlib.h>
#include <string.h>

enum {
    WRITERS = 3,
    ACTORS = WRITERS + 2, /* and two readers, of which one reads at a time */
    ROUNDS = 100,
    STEPS = 400,
    PIECE_MAX = 9000,
    MEMORY_BYTES = RECORDS_BYTES + RING_BYTES,
    OWNER = 70,
    KILLED = 1,
};

/* A client of the server. Byte n that a writer writes says who it is, and n. */
static struct actor {
    uint64_t user; /* its number at the server; 0: none */
    uint64_t count;
    uint64_t before; /* of the users whose successor it is, together */
    uint64_t bytes;  /* lent */
    bool is_waiting; /* for an answer */
    char window[PIECE_MAX];
} actors[ACTORS];

static jmp_buf killed;
static unsigned mercy; /* system calls up to the end; 0: for ever */
static uint64_t seen[WRITERS];
static uint64_t all_seen, all_written;
static void *memory;

static enum pipe_end
actor_end(unsigned i)
{
    return i < WRITERS ? PIPE_WRITE : PIPE_READ;
}

static void
die_perhaps(void)
{
    if (mercy && --mercy == 0)
        longjmp(killed, KILLED);
}

err_t
sys_lease_read(token_t token, uint64_t offset, void *to, uint64_t bytes,
               uint64_t *done)
{
    die_perhaps();
    memcpy(to, actors[token - 1].window + offset, bytes);
    *done = bytes;
    die_perhaps();
    return OK;
}

err_t
sys_lease_write(token_t token, uint64_t offset, const void *from,
                uint64_t bytes, uint64_t *done)
{
    die_perhaps();
    memcpy(actors[token - 1].window + offset, from, bytes);
    *done = bytes;
    die_perhaps();
    return OK;
}

/* What a reader got: who wrote each byte, and is it that one's next? */
static void
bytes_judge(const struct actor *reader, uint64_t bytes)
{
    for (uint64_t i = 0; i < bytes; i++) {
        unsigned byte = (unsigned char)reader->window[i];
        unsigned writer = byte % WRITERS;

        CHECK(byte / WRITERS == seen[writer] % 64);
        seen[writer]++;
    }
    all_seen += bytes;
}

err_t
sys_endpoint_reply(const struct message *m)
{
    struct actor *a = &actors[m->token - 1];

    die_perhaps();
    CHECK(a->is_waiting && m->words[0] == 0 && m->words[1] <= a->bytes);
    a->is_waiting = false;
    a->count += m->words[1];
    if (actor_end((unsigned)(a - actors)) == PIPE_READ)
        bytes_judge(a, m->words[1]);
    else
        all_written += m->words[1];
    die_perhaps();
    return OK;
}

/* Whether the pipe was made for it. */
static bool
is_first(unsigned i)
{
    return i == 0 || i == WRITERS;
}

/* Sends the actor's request, or the same one again. */
static void
actor_ask(unsigned i)
{
    struct actor *a = &actors[i];
    uint64_t lease = i < WRITERS ? MESSAGE_LEASE_READ : MESSAGE_LEASE_WRITE;
    struct message m = {
        .header = lease,
        .words = {0, a->count},
        .token = i + 1,
        .lent = a->bytes,
    };
    struct pipe *p = pipe_find(pipes[0].number);

    CHECK(p);
    pipe_transfer(p, actor_end(i), a->user, &m);
}

static void
actor_begin(unsigned i)
{
    struct actor *a = &actors[i];

    a->bytes = 1 + check_random() % PIECE_MAX;
    a->is_waiting = true;
    for (uint64_t n = 0; i < WRITERS && n < a->bytes; n++)
        a->window[n] = (char)((a->before + a->count + n) % 64 * WRITERS + i);
    actor_ask(i);
}

/* What it knew beside what is kept is gone. */
static void
server_start(void)
{
    mercy = 0;
    memset(waiting, 0, sizeof(waiting));
    CHECK(pipes_open(memory, MEMORY_BYTES));
}

/* A successor: all who wait ask again, in whatever order. */
static void
server_again(void)
{
    unsigned first = (unsigned)(check_random() % ACTORS);

    server_start();
    mercy = (unsigned)(check_random() % 16);
    for (unsigned n = 0; n < ACTORS; n++)
        if (actors[(first + n) % ACTORS].is_waiting)
            actor_ask((first + n) % ACTORS);
}

/* The actor's user goes, and a new one comes, in the same place. */
static void
actor_renew(unsigned i, uint64_t sequence)
{
    enum pipe_end end = actor_end(i);
    struct actor *a = &actors[i];
    struct pipe_user *user;

    if (a->user)
        pipe_user_close(pipes, end, a->user);
    user = user_new(pipes, end, USER_FIRST, sequence);
    CHECK(user && user->number != a->user);
    CHECK(user_new(pipes, end, USER_FIRST, sequence) == user);
    a->user = user->number;
    a->before += a->count;
    a->count = 0;
}

static void
users_make(void)
{
    struct pipe *p = pipe_new(OWNER, 1);

    CHECK(p && pipe_new(OWNER, 1) == p && !pipe_new(OWNER, 2));
    memset(actors, 0, sizeof(actors));
    memset(seen, 0, sizeof(seen));
    all_seen = all_written = 0;
    for (unsigned i = 0; i < ACTORS; i++)
        if (is_first(i))
            actors[i].user = USER_FIRST;
        else
            actor_renew(i, i);
}

/* P8, and P11 for those who do not wait. */
static void
pipe_check(void)
{
    const struct pipe *p = pipes;

    CHECK(p->read <= p->given && p->given <= p->written &&
          p->written <= p->read + RING_BYTES);
    CHECK(p->written == all_written && p->given == all_seen);
    for (unsigned i = 0; i < ACTORS; i++) {
        enum pipe_end end = actor_end(i);
        const struct pipe_user *u = user_find(pipes, end, actors[i].user);
        uint64_t at = end == PIPE_READ ? p->given : p->written;
        bool is_current = u == &p->users[end][p->current[end]];

        CHECK(actors[i].count == (is_current ? at - u->begin : u->count));
    }
}

/* One request, of whoever does not wait; one of the readers at a time. */
static void
step(void)
{
    static uint64_t sequence = 1000;
    unsigned i = (unsigned)(check_random() % ACTORS);

    if (actors[i].is_waiting ||
        (i >= WRITERS &&
         (actors[WRITERS].is_waiting || actors[WRITERS + 1].is_waiting)))
        return;
    if (!is_first(i) && check_random() % 8 == 0)
        actor_renew(i, sequence++);
    mercy = (unsigned)(check_random() % 8);
    if (setjmp(killed) == 0)
        actor_begin(i);
    else
        server_again(); /* as often as it is killed */
    mercy = 0;
    pipe_check();
}

/* An end is there as long as one of its users is, or of those they made. */
static void
test_ends(void)
{
    struct pipe *p;
    uint64_t child, grandchild;

    memset(memory, 0, MEMORY_BYTES);
    server_start();
    p = pipe_new(OWNER, 1);
    CHECK(p);
    child = user_new(p, PIPE_WRITE, USER_FIRST, 1)->number;
    grandchild = user_new(p, PIPE_WRITE, child, 1)->number;
    CHECK(grandchild != child);
    pipe_user_close(p, PIPE_WRITE, child);
    CHECK(!user_find(p, PIPE_WRITE, child));
    CHECK(!user_find(p, PIPE_WRITE, grandchild));
    CHECK(users_are_there(p, PIPE_WRITE));
    CHECK(user_new(p, PIPE_WRITE, USER_FIRST, 1)->number != child);
    pipe_end_close(p, PIPE_WRITE);
    CHECK(!users_are_there(p, PIPE_WRITE) && users_are_there(p, PIPE_READ));
    for (unsigned i = 1; i < PIPE_USERS_MAX; i++)
        CHECK(user_new(p, PIPE_READ, USER_FIRST, i));
    CHECK(!user_new(p, PIPE_READ, USER_FIRST, PIPE_USERS_MAX));
    pipes_forget(OWNER);
    CHECK(!pipe_find(p->number));
}

int
main(void)
{
    memory = calloc(1, MEMORY_BYTES);
    test_ends();
    for (unsigned round = 0; round < ROUNDS; round++) {
        memset(memory, 0, MEMORY_BYTES);
        server_start();
        users_make();
        for (unsigned i = 0; i < STEPS; i++)
            step();
        CHECK(all_seen > 0);
    }
    free(memory);
    return 0;
}
