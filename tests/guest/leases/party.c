/* SPDX-License-Identifier: MIT */
/* Programs that lend, or try what was lent to others. The first argument is
 * the role.
 *
 * Grants: "port", where "lend" calls and "deputy" serves. */
#include "party.h"

#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>
#include <string.h>

/* lend FLAGS ADDRESS BYTES: one call, whose error is the exit code. */
static void
role_lend(char **arguments)
{
    struct message m = {.header = strtoull(arguments[0], NULL, 0)};
    const void *window = (const void *)strtoull(arguments[1], NULL, 0);

    exit(sys_endpoint_call_lend(startup_handle("port"), &m, window,
                                strtoull(arguments[2], NULL, 0)));
}

/* Tells how copying went with the token that it is told of, and with that of
 * the call that told it. */
static void
role_deputy(void)
{
    handle_t port = startup_handle("port");
    struct message m;
    uint64_t done;
    char byte = 0;

    while (sys_endpoint_recv(port, 0, &m) == OK) {
        token_t told = m.words[0];

        m.words[0] = (uint64_t)sys_lease_read(told, 0, &byte, 1, &done);
        m.words[1] = (uint64_t)sys_lease_write(told, 0, &byte, 1, &done);
        m.words[2] = (uint64_t)sys_lease_read(m.token, 0, &byte, 1, &done);
        if (sys_endpoint_reply(&m) != OK)
            break;
    }
}

int
main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "lend") == 0)
        role_lend(argv + 2);
    if (argc > 1 && strcmp(argv[1], "deputy") == 0)
        role_deputy();
    return 0;
}
