/* SPDX-License-Identifier: MIT */
/* The other process of hostile.c. The first argument is its role. */
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

int
main(int argc, char **argv)
{
    handle_t port = startup_handle("port");
    struct message m = {.header = 2};

    if (argc > 1 && strcmp(argv[1], "call") == 0)
        return sys_endpoint_call(port, &m);
    m.token = 0; /* echo */
    while (sys_endpoint_reply_recv(port, &m) == OK)
        m.header = 77;
    return 0;
}
