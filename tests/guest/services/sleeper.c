/* SPDX-License-Identifier: MIT */
/* A program that never gets ready: it waits for ever. */
#include <lib/syscall.h>

int
main(void)
{
    struct message m;

    return sys_endpoint_recv(HANDLE_NONE, 0, &m);
}
