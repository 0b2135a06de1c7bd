/* SPDX-License-Identifier: MIT */
/* The other process of a case; the first argument says what it does.
 *
 * Grants: "port", an endpoint; "self". */
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

static handle_t port, self;

/* Asks when, and faults then. */
static void
role_fault(void)
{
    struct message m = {.header = 1};

    if (sys_endpoint_call(port, &m) != OK ||
        sys_thread_deadline(m.words[0], 1) != OK ||
        sys_endpoint_recv(HANDLE_NONE, 0, &m) != OK)
        return;
    (void)*(volatile uint64_t *)UINT64_C(0x30000000);
}

/* Makes copies of the port, always, and of copies that are still there. */
static void
role_copy(void)
{
    enum { COPIES = 32 };
    handle_t copies[COPIES] = {port};

    for (unsigned i = 0;; i++)
        (void)!sys_handle_copy(copies[i % COPIES], self, RIGHTS_ALL,
                               &copies[(i + 1) % COPIES]);
}

int
main(int argc, char **argv)
{
    port = startup_handle("port");
    self = startup_handle("self");
    if (argc > 1 && strcmp(argv[1], "fault") == 0)
        role_fault();
    if (argc > 1 && strcmp(argv[1], "copy") == 0)
        role_copy();
    return 0;
}
