/* SPDX-License-Identifier: MIT */
/* Does one thing with an endpoint, and so comes to wait: its first argument
 * says what. stage.c sees to it that nobody ever goes on.
 *
 * Grants: "endpoint". */
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

int
main(int argc, char **argv)
{
    handle_t endpoint = startup_handle("endpoint");
    const char *role = argc > 1 ? argv[1] : "";
    struct message m = {0};
    err_t error = OK;

    if (strcmp(role, "send") == 0)
        return sys_endpoint_send(endpoint, &m);
    if (strcmp(role, "call") == 0)
        return sys_endpoint_call(endpoint, &m);
    while (error == OK) /* takes every message and answers none */
        error = sys_endpoint_recv(endpoint, 0, &m);
    return error;
}
