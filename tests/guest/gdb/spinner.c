/* SPDX-License-Identifier: MIT */
/* Answers one call and is then busy for ever.
 *
 * Grants: "endpoint", where the call comes in. */
#include <lib/startup.h>
#include <lib/syscall.h>

int
main(void)
{
    struct message m;

    if (sys_endpoint_recv(startup_handle("endpoint"), 0, &m) != OK ||
        sys_endpoint_reply(&m) != OK)
        return 1;
    for (;;)
        __asm__ volatile("");
}
