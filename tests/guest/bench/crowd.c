/* SPDX-License-Identifier: MIT */
/* A crowd: as many threads as the first argument says, each at an endpoint of
 * its own, where nobody will ever send. Answers any call once they all wait.
 *
 * Grants: "service", the endpoint to receive from. */
#include "rounds.h"

#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>

enum { CROWD_PRIORITY = 32 };

/* A thread's whole life: a0 is the endpoint, and no stack is needed. */
void crowd_wait(void);
__asm__(".text\n"
        "crowd_wait:\n"
        "li a1, 0\n"
        "li t0, 0\n"
        "li a7, 1\n"
        "ecall\n"
        "j crowd_wait\n");
_Static_assert(SYS_ENDPOINT_REPLY_RECV == 1, "a7 above");

/* The thread runs, and waits, when this one lets it. */
static err_t
crowd_join(handle_t self)
{
    handle_t endpoint, thread;
    err_t error = sys_endpoint_create(self, &endpoint);

    if (error == OK)
        error = sys_thread_create(self, (uint64_t)crowd_wait, 0, endpoint,
                                  CROWD_PRIORITY, &thread);
    if (error != OK)
        return error;
    sys_thread_yield();
    return sys_handle_close(thread);
}

int
main(int argc, char **argv)
{
    handle_t self = startup_handle("self");
    handle_t service = startup_handle("service");
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    struct message m;
    err_t error;

    for (unsigned long i = 0; i < count; i++)
        if (crowd_join(self) != OK)
            return 1;
    error = sys_endpoint_recv(service, 0, &m);
    while (error == OK) {
        m.header = ROUNDS_LABEL;
        error = sys_endpoint_reply_recv(service, &m);
    }
    return 1;
}
