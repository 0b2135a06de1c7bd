/* SPDX-License-Identifier: MIT */
/* What the name server promises. */
#include "player.h"

#include <lib/thread.h>

enum { STACK_BYTES = 4096, KILLS = 200, PUSHES = 300 };

static handle_t
port_create(void)
{
    handle_t port = HANDLE_NONE;

    check_error(sys_endpoint_create(startup_handle("self"), &port), OK,
                "an endpoint");
    return port;
}

/* A handle to give to the name server. */
static handle_t
offer_make(handle_t port)
{
    handle_t offer = HANDLE_NONE;

    check_error(sys_handle_copy(port, startup_handle("self"),
                                ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE,
                                &offer),
                OK, "an offer");
    return offer;
}

static err_t
offer(handle_t client, const char *name, handle_t port)
{
    return name_register(client, name, offer_make(port));
}

void
scenario_register(void)
{
    handle_t port = port_create();
    handle_t badged = HANDLE_NONE;
    handle_t found;
    size_t bytes;

    check_error(offer(names(), "/svc/new", port), OK, "a name");
    check_error(offer(names(), "/svc/new", port), OK, "the same again");
    check_error(offer(names(), "/svc/subject", port), ERR_BUSY, "another's");
    check_error(offer(names(), "svc", port), ERR_ARGUMENT, "no path");
    check_error(offer(names(), "/svc/", port), ERR_ARGUMENT, "a slash behind");
    check_error(sys_handle_mint(port, startup_handle("self"),
                                ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE, 5,
                                &badged),
                OK, "a badge");
    check_error(name_register(names(), "/svc/badged", badged), ERR_ARGUMENT,
                "an endpoint with a badge");
    check_error(name_lookup(names(), "/svc/new", &bytes, &found), OK, "it");
    check_error(name_remove(names(), "/svc/subject"), ERR_BUSY,
                "removing another's");
    check_error(name_remove(names(), "/svc/new"), OK, "removing");
    check_error(name_remove(names(), "/svc/new"), ERR_ARGUMENT, "again");
    check_error(name_lookup(names(), "/svc/new", &bytes, &found), ERR_ARGUMENT,
                "it is gone");
    (void)!sys_handle_close(port);
}

/* How much of the path the name takes; 0 if nobody has it. */
static size_t
taken(const char *path)
{
    size_t bytes = 0;
    handle_t handle;

    if (name_lookup(names(), path, &bytes, &handle) == OK)
        (void)!sys_handle_close(handle);
    return bytes;
}

void
scenario_match(void)
{
    handle_t port = port_create();
    static char path[FILE_PATH_MAX + 2]; /* large */

    check(taken("/svc/subject") == 12, "exactly the name");
    check(taken("/svc/subject/deep") == 17, "the longer one wins");
    check(taken("/svc/subject/deep/er") == 18, "and what is below it");
    check(taken("/svc/subject/dee") == 13, "no name: the shorter one");
    check(taken("/svc/subject//x") == 14, "all slashes behind");
    check(taken("/svc/subjects") == 0, "a component is whole");
    check(taken("/svc") == 4 && taken("/") == 1, "directories of names");
    check(taken("/none") == 0, "nobody has the root yet");
    check_error(offer(names(), "/", port), OK, "the root");
    check(taken("/none") == 1 && taken("/") == 1, "now somebody has");
    check(taken("/svc") == 4, "but not the directory in it");
    check(taken("/svc/subject") == 12, "but not all of it");
    memset(path, 'x', sizeof(path));
    path[0] = '/';
    path[FILE_PATH_MAX] = '\0';
    check(taken(path) == 1, "the longest path");
    path[FILE_PATH_MAX] = 'x';
    path[FILE_PATH_MAX + 1] = '\0';
    check(taken(path) == 0, "too long a path");
    check(taken("") == 0, "no path");
    check_error(name_remove(names(), "/"), OK, "the root again");
    (void)!sys_handle_close(port);
}

static volatile err_t waited = ERR_UNFINISHED;

static void
wait_run(void *argument)
{
    handle_t handle;

    waited = name_wait(names(), argument, &handle);
}

void
scenario_wait(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    static char path[] = "/svc/late/part";
    handle_t port = port_create();
    handle_t handle;

    check_error(name_wait(names(), "/svc/subject", &handle), OK,
                "one that is there");
    (void)!sys_handle_close(handle);
    check_error(name_wait(names(), "nothing", &handle), ERR_ARGUMENT,
                "no path");
    check_error(thread_start(wait_run, path, stack, sizeof(stack), 30, &handle),
                OK, "a thread");
    sys_thread_yield();
    check_error(offer(names(), "/svc/late", port), OK, "a shorter name");
    sys_thread_yield();
    check(waited == ERR_UNFINISHED, "only exactly the name counts");
    check_error(offer(names(), "/svc/late/part", port), OK, "the name");
    while (waited == ERR_UNFINISHED)
        sys_thread_yield();
    check_error(waited, OK, "waiting");
    check_error(name_remove(names(), "/svc/late"), OK, "tidying up");
    check_error(name_remove(names(), "/svc/late/part"), OK, "tidying up");
    (void)!sys_handle_close(port);
}

void
scenario_clients(void)
{
    handle_t subject = look_up(names(), "/svc/subject");
    handle_t port = port_create();
    uint64_t gone = ask(subject, SUBJECT_GONE).words[0];
    uint64_t child = 0, grandchild = 0, stranger = 0;
    handle_t by_child = HANDLE_NONE, by_grandchild = HANDLE_NONE;
    handle_t by_stranger = HANDLE_NONE, handle;
    struct message m;
    size_t bytes;

    check_error(name_fork(names(), &child, &by_child), OK, "a client");
    check_error(name_fork(by_child, &grandchild, &by_grandchild), OK,
                "a client's client");
    check_error(name_fork(names(), &stranger, &by_stranger), OK, "another");
    check(child >= NAMES_CLIENTS_FIRST && grandchild > child &&
              stranger > grandchild,
          "numbers grow");

    handle = look_up(by_child, "/svc/subject");
    check(ask(handle, SUBJECT_COUNT).words[3] == child,
          "the server knows the client");
    handle = look_up(by_grandchild, "/svc/subject/deep");
    check(ask(handle, SUBJECT_COUNT).words[3] == grandchild,
          "and the client's client");
    check_error(offer(by_child, "/svc/child", port), ERR_RIGHTS,
                "a program's name");

    check_error(name_end(by_stranger, child), ERR_ARGUMENT,
                "a stranger cannot end it");
    check_error(name_end(names(), grandchild), ERR_ARGUMENT,
                "only its own client can");
    check_error(name_end(names(), child), OK, "the end");
    do
        m = ask(subject, SUBJECT_GONE);
    while (m.words[0] < gone + 2);
    check(m.words[0] == gone + 2, "two are gone");
    check(m.words[1] + m.words[2] == child + grandchild,
          "and they are the two");
    check_error(name_end(names(), child), OK, "again does not hurt");
    check_error(name_end(names(), stranger + 1), ERR_ARGUMENT,
                "one that never was");
    check_error(name_lookup(by_child, "/svc/subject", &bytes, &handle),
                ERR_ARGUMENT, "an ended client gets nothing");
    check_error(name_end(names(), stranger), OK, "the other's end");
    check(ask(subject, SUBJECT_GONE).words[0] == gone + 2,
          "who was not known is not told");
    (void)!sys_handle_close(port);
}

/* A server that ends while it hears of a client's end hears of it again. */
void
scenario_gone_killed(void)
{
    handle_t subject = look_up(names(), "/svc/subject");
    uint64_t restarts = status_of("subject").restarts;
    uint64_t gone = ask(subject, SUBJECT_GONE).words[0];
    uint64_t client = 0;
    handle_t by_client = HANDLE_NONE;

    (void)!sys_handle_close(look_up(names(), "/svc/subject"));
    check_error(name_fork(names(), &client, &by_client), OK, "a client");
    (void)!sys_handle_close(look_up(by_client, "/svc/subject"));
    (void)ask(subject, SUBJECT_FRAGILE);
    check_error(name_end(names(), client), OK, "its end");
    while (status_of("subject").restarts == restarts)
        sys_thread_yield();
    while (ask(subject, SUBJECT_GONE).words[0] == gone)
        sys_thread_yield();
    check(ask(subject, SUBJECT_GONE).words[1] == client, "it is that one");
    (void)!sys_handle_close(by_client);
}

/* A server's table is not filled by its clients. */
void
scenario_pushed_handles(void)
{
    handle_t bin = look_up(names(), "/bin");
    handle_t port = port_create();

    for (unsigned i = 0; i < PUSHES; i++) {
        struct message m = {.header = MESSAGE_HANDLE};

        m.words[MESSAGE_WORDS - 1] = offer_make(port);
        check_error(sys_endpoint_call(bin, &m), OK, "pushing a handle");
    }
    (void)!sys_handle_close(port);
    (void)!sys_handle_close(bin);
}

void
scenario_list(void)
{
    char name[NAMES_NAME_BYTES + 1];
    uint64_t position = 0;
    uint64_t owner;
    unsigned seen = 0;

    while (name_list(names(), &position, name, &owner) == OK)
        if (owner == 0 &&
            (strcmp(name, "/svc/subject") == 0 ||
             strcmp(name, "/svc/frail") == 0 || strcmp(name, "/bin") == 0))
            seen++;
    check(seen == 3, "init's names are in the list");
}

/* A client comes, calls a server and ends, while the name server is killed.
 * Returns its number. */
static uint64_t
client_play(void)
{
    uint64_t client = 0;
    handle_t by_client = HANDLE_NONE;
    handle_t subject;

    check_error(name_fork(names(), &client, &by_client), OK, "a client");
    subject = look_up(by_client, "/svc/subject/deep");
    check(ask(subject, SUBJECT_COUNT).words[3] == client,
          "the server knows the client");
    check_error(sys_handle_close(subject), OK, "closing");
    check_error(sys_handle_close(by_client), OK, "closing");
    check_error(name_end(names(), client), OK, "its end");
    return client;
}

void
scenario_names_killed(void)
{
    handle_t subject = startup_handle("subject");
    uint64_t restarts = status_of("names").restarts;
    uint64_t gone = ask(subject, SUBJECT_GONE).words[0];
    uint64_t clients = 0;
    uint64_t last = 0;

    for (; is_ok && clients < KILLS; clients++) {
        struct message m = {.header = 1};
        uint64_t client;

        check_error(sys_endpoint_call(startup_handle("killer"), &m), OK,
                    "ordering a kill");
        client = client_play();
        check(client > last, "numbers grow");
        last = client;
    }
    /* Each end is told, perhaps twice. */
    while (is_ok && ask(subject, SUBJECT_GONE).words[0] < gone + clients)
        sys_thread_yield();
    restarts = status_of("names").restarts - restarts;
    check(restarts > KILLS / 2, "it was killed often");
    printf("names was killed %lu times while %u clients came and went\n",
           (unsigned long)restarts, KILLS);
}
