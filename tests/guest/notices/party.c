/* SPDX-License-Identifier: MIT */
/* Programs that end, or whose children do. The first argument is the role.
 *
 * Grants: "port", where a child's end is told; "self". */
#include "party.h"

#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>
#include <string.h>

enum { LEAF_FRAMES = 16, LEAF_SLOTS = 16 };

static void
role_wait(void)
{
    struct message m;

    (void)!sys_endpoint_recv(HANDLE_NONE, 0, &m);
}

static void
role_exit(void)
{
    exit(200);
}

static void
role_load(void)
{
    exit(*(volatile int *)HOLE);
}

/* A child with one thread, which never gets the hart; its end is told through
 * `port`. */
static handle_t
leaf_create(handle_t port)
{
    handle_t leaf, thread, marked, me = startup_handle("self");

    if (sys_process_create(me, LEAF_FRAMES, LEAF_SLOTS, 0, process_name("leaf"),
                           &leaf) != OK ||
        sys_handle_mint(port, me, RIGHTS_ALL, LEAF_BADGE, &marked) != OK ||
        sys_process_supervise(leaf, marked) != OK ||
        sys_thread_create(leaf, 0x1000, 0, 0, 0, &thread) != OK)
        exit(1);
    return leaf;
}

/* Kills a child of whose end somebody else hears. */
static void
role_parent(void)
{
    (void)!sys_process_kill(leaf_create(startup_handle("port")), LEAF_CODE);
    role_wait();
}

/* Has a child and leaves it to its creator's end. */
static void
role_idle_parent(void)
{
    leaf_create(startup_handle("port"));
    role_wait();
}

/* Kills a child, lets the notice of that wait at its own endpoint for
 * ever. */
static void
role_deaf(void)
{
    handle_t port;

    if (sys_endpoint_create(startup_handle("self"), &port) != OK)
        exit(1);
    (void)!sys_process_kill(leaf_create(port), LEAF_CODE);
    role_wait();
}

/* Kills a child, hears of it, and ends with the child's code. */
static void
role_supervisor(void)
{
    handle_t port, leaf;
    struct message m = {0};

    if (sys_endpoint_create(startup_handle("self"), &port) != OK)
        exit(1);
    leaf = leaf_create(port);
    if (sys_process_kill(leaf, LEAF_CODE) != OK ||
        sys_endpoint_recv(port, 0, &m) != OK || m.header != MESSAGE_ENDED ||
        m.badge != LEAF_BADGE || m.words[0] != ENDED_KILLED ||
        sys_process_kill(leaf, 0) != ERR_HANDLE)
        exit(2);
    exit((int)m.words[1]);
}

static const struct {
    const char *name;
    void (*play)(void);
} roles[] = {
    {"wait", role_wait},
    {"exit", role_exit},
    {"load", role_load},
    {"parent", role_parent},
    {"idle-parent", role_idle_parent},
    {"deaf", role_deaf},
    {"supervisor", role_supervisor},
};

int
main(int argc, char **argv)
{
    for (unsigned i = 0; argc > 1 && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(argv[1], roles[i].name) == 0)
            roles[i].play();
    return 0;
}
