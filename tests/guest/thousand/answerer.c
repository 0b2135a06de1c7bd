/* SPDX-License-Identifier: MIT */
/* Answers the first message with its number, which is its first argument, and
 * then lives on without receiving another.
 *
 * Grants: "service", the endpoint to receive from. */
#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>

int
main(int argc, char **argv)
{
    struct message m;

    if (argc < 2 || sys_endpoint_recv(startup_handle("service"), 0, &m) != OK)
        return 1;
    m.header = 1;
    m.words[0] = strtoul(argv[1], NULL, 10);
    if (sys_endpoint_reply(&m) != OK)
        return 1;
    for (;;)
        (void)!sys_endpoint_recv(HANDLE_NONE, 0, &m); /* no signal ever comes */
}
