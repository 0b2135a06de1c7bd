/* SPDX-License-Identifier: MIT */
#include "tell.h"

#include "init.h"

#include <lib/startup.h>
#include <lib/syscall.h>
#include <proto/names.h>

enum { TRIES = 32 }; /* in a row: a message takes it less time than these */

/* The name server is the service of this name. */
static struct service *
names_service(void)
{
    return service_named("names");
}

/* Sends `m` to the name server, if it is ready to receive within moments. */
static bool
names_send(struct message *m)
{
    const struct service *names = names_service();

    m->header |= MESSAGE_NOWAIT;
    for (unsigned i = 0; i < TRIES; i++) {
        err_t error = sys_endpoint_send(names->endpoint, m);

        if (error != ERR_WOULD_BLOCK)
            return error == OK;
        sys_thread_yield();
    }
    return false;
}

/* Registers path `i` of the service. */
static bool
path_tell(const struct service *s, unsigned i)
{
    handle_t offer;

    if (sys_handle_copy(s->endpoint, startup_handle("self"),
                        ENDPOINT_SEND | RIGHT_DERIVE | RIGHT_MOVE,
                        &offer) != OK)
        return false;

    struct message m = names_registration(s->stanza->paths.words[i], offer);

    if (names_send(&m))
        return true;
    (void)!sys_handle_close(offer);
    return false;
}

/* Tells what there is about one service. */
static bool
service_tell(struct service *s)
{
    struct message end = {.header = NAMES_END, .words = {s->number}};

    if (s->is_end_untold) {
        if (!names_send(&end))
            return false;
        s->is_end_untold = false;
    }
    for (unsigned i = 0; i < s->stanza->paths.count; i++) {
        if (s->is_absent || s->endpoint == HANDLE_NONE ||
            s->paths_told & 1U << i)
            continue;
        if (!path_tell(s, i))
            return false;
        s->paths_told |= 1U << i;
    }
    return true;
}

bool
tell_concerns(const struct service *s)
{
    const struct service *names = names_service();

    return names && service_uses(s, names);
}

void
tell_ended(struct service *s)
{
    if (tell_concerns(s))
        s->is_end_untold = true;
    s->paths_told = 0;
    if (s != names_service())
        return;
    /* What it was told last it may not have written down. */
    for (unsigned i = 0; i < service_count; i++) {
        services[i].paths_told = 0;
        services[i].is_end_untold |=
            tell_concerns(&services[i]) && services[i].process == HANDLE_NONE;
    }
}

bool
tell_all(void)
{
    const struct service *names = names_service();

    if (!names || names->state != SERVICE_IS_RUNNING)
        return true; /* it will say when it is ready */
    for (unsigned i = 0; i < service_count; i++)
        if (!service_tell(&services[i]))
            return false;
    return true;
}

/* Whether nothing is left to tell about the service. */
static bool
service_is_told(const struct service *s)
{
    if (s->is_absent || s->endpoint == HANDLE_NONE)
        return !s->is_end_untold;
    return !s->is_end_untold &&
           s->paths_told == (1U << s->stanza->paths.count) - 1;
}

bool
tell_is_heard(const struct service *s)
{
    const struct service *names = names_service();

    return !names || names->state != SERVICE_IS_RUNNING || service_is_told(s);
}

bool
tell_is_done(void)
{
    const struct service *names = names_service();

    if (!names || names->is_absent || names->state == SERVICE_IS_LOST)
        return true;
    if (names->state != SERVICE_IS_RUNNING)
        return false;
    for (unsigned i = 0; i < service_count; i++)
        if (!service_is_told(&services[i]))
            return false;
    return true;
}
