/* SPDX-License-Identifier: MIT */
/* A service that ends is started again: at once the first time, then after a
 * while that doubles with each end of late, and not any more when there were
 * more of them than the manifest bears. What was ordered does not count. */
#include "init.h"
#include "power.h"
#include "supervisor.h"

#include <lib/syscall.h>
#include <lib/ticks.h>

#include <stdlib.h>
#include <string.h>

enum {
    DELAY_FIRST_MS = 10, /* before the second start of late */
    DELAY_MAX_MS = 1000,
};

/* The service will not come back. Some the system cannot do without. */
static void
service_miss(const struct service *s)
{
    if (!s->stanza->is_critical)
        return;
    log_problem(s->stanza->name, "is critical: the system goes down");
    power_begin(SERVICE_POWER_OFF, EXIT_FAILURE);
}

/* Nobody will serve any more: its clients shall know. */
static void
service_give_up(struct service *s)
{
    s->state = SERVICE_IS_LOST;
    (void)!sys_handle_close(s->endpoint);
    s->endpoint = HANDLE_NONE;
    log_problem(s->stanza->name,
                "IS GIVEN UP: more than %lu ends in %lu s (svc start %s)",
                s->stanza->ends, s->stanza->seconds, s->stanza->name);
    supervisor_answer(s, ERR_DEAD);
    service_miss(s);
}

/* Notes that the service has ended now. Returns how many times it has of
 * late, this one included. */
static uint64_t
service_count_end(struct service *s)
{
    uint64_t now = ticks_now();
    uint64_t since = s->stanza->seconds * ticks_per_second;
    uint64_t count = 1;

    memmove(&s->ends[1], &s->ends[0], sizeof(s->ends) - sizeof(s->ends[0]));
    s->ends[0] = now;
    while (count <= s->stanza->ends && s->ends[count] != 0 &&
           now - s->ends[count] < since)
        count++;
    return count;
}

void
supervisor_restart(struct service *s)
{
    uint64_t count = service_count_end(s);
    uint64_t delay = 0;

    if (!s->stanza->is_restarted) {
        s->state = SERVICE_IS_STOPPED;
        supervisor_answer(s, ERR_DEAD);
        service_miss(s);
        return;
    }
    if (count > s->stanza->ends) {
        service_give_up(s);
        return;
    }
    if (count > 1)
        delay = DELAY_FIRST_MS << (count - 2);
    if (delay > DELAY_MAX_MS)
        delay = DELAY_MAX_MS;
    s->state = SERVICE_IS_WAITING;
    s->due = ticks_now() + ticks_of_ms(delay);
}
