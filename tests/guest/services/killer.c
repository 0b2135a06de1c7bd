/* SPDX-License-Identifier: MIT */
/* Has the name server killed once, soon after each message that it gets. It is
 * more urgent than that serves: so it kills it at whatever instruction it is
 * when a deadline comes. */
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/ticks.h>
#include <proto/service.h>

enum { TICKS_MAX = 6000 };

static void
moment_wait(uint64_t *random)
{
    uint64_t ticks = 1 + test_random(random) % TICKS_MAX;
    struct message m;

    (void)!sys_thread_deadline(ticks_now() + ticks, 1);
    (void)!sys_endpoint_recv(HANDLE_NONE, 0, &m);
}

int
main(void)
{
    uint64_t random = 0x5eed;
    struct message m = {0};

    if (service_ready(startup_handle("init"), "") != OK)
        return 1;
    for (;;) {
        if (sys_endpoint_recv(startup_handle("service"), 0, &m) != OK)
            return 1;
        if (sys_endpoint_reply(&m) != OK)
            return 1;
        moment_wait(&random);
        /* It may be busy: about to be started again. */
        (void)!service_order(startup_handle("admin"), SERVICE_KILL, "names");
    }
}
