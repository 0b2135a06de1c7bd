/* SPDX-License-Identifier: MIT */
/* When services are started.
 *
 * A service that uses the name server is started when that knows all paths,
 * so that nobody looks up what is about to be there; and when it knows that
 * the process before has ended, so that the number they share is not taken
 * for the old one.
 *
 * A service with a terminal is somebody's prompt: it comes when the others
 * have told the log what they have to tell. But whoever is to find out why one
 * of them does not come needs it too, and gets it after a second. */
#include "supervisor.h"

#include "init.h"
#include "power.h"
#include "replace.h"
#include "tell.h"

#include <lib/cause.h>
#include <lib/error.h>
#include <lib/syscall.h>
#include <lib/ticks.h>

#include <stdio.h>
#include <string.h>

enum {
    RETRY_MS = 1,       /* when the name server was busy */
    TERMINAL_MS = 1000, /* for the others to come before the prompt */
};

static bool is_all_ready; /* and said so */

void
supervisor_answer(struct service *s, err_t error)
{
    struct message m = {
        .header = SERVICE_DONE,
        .words = {(uint64_t)error},
        .token = s->waiter,
    };

    s->waiter = 0;
    if (m.token)
        (void)!sys_endpoint_reply(&m);
}

/* ------------------------------------------------------------ when one ends */

void
supervisor_fault(struct service *s, struct message *m)
{
    log_problem(s->stanza->name, "FAULT: %s, address 0x%lx, pc 0x%lx",
                cause_text(m->words[0]), m->words[1], m->words[2]);
    m->header = FAULT_END;
}

void
supervisor_ended(struct service *s, const struct message *m)
{
    enum service_intent intent = s->intent;

    s->process = HANDLE_NONE; /* went with it */
    s->intent = INTENT_NONE;
    tell_ended(s);
    if (intent == INTENT_NONE && m->words[0] == ENDED_EXIT)
        log_problem(s->stanza->name, "has ended with code %lu", m->words[1]);
    if (replace_ended(s))
        intent = INTENT_RESTART;
    s->is_quiet = intent != INTENT_NONE;

    if (intent == INTENT_STOP ||
        (intent == INTENT_RESTART && !s->stanza->is_restarted &&
         !s->is_on_trial)) {
        s->state = SERVICE_IS_STOPPED;
        supervisor_answer(s, OK);
    } else if (intent == INTENT_RESTART) {
        s->state = SERVICE_IS_WAITING;
        s->due = 0;
    } else {
        supervisor_restart(s);
    }
}

/* ----------------------------------------------------------------- starting */

void
supervisor_begin(void)
{
    for (unsigned i = 0; i < service_count; i++) {
        struct service *s = &services[i];

        if (s->is_absent)
            continue;
        s->state = SERVICE_IS_WAITING;
        if (s->stanza->terminal)
            s->due = ticks_now() + ticks_of_ms(TERMINAL_MS);
    }
}

/* Whether each service without a terminal has been started once, and serves
 * or has ended. */
static bool
others_have_come(void)
{
    for (unsigned i = 0; i < service_count; i++) {
        const struct service *s = &services[i];

        if (!s->is_absent && !s->stanza->terminal &&
            (s->restarts == 0 || s->state == SERVICE_IS_STARTING))
            return false;
    }
    return true;
}

static bool
service_is_due(const struct service *s)
{
    if (s->stanza->terminal && s->restarts == 0 && others_have_come())
        return true;
    return s->due <= ticks_now();
}

/* Whether the service may be started now, as far as others are concerned. */
static bool
service_may_start(const struct service *s)
{
    return s->state == SERVICE_IS_WAITING && service_is_due(s) &&
           tell_is_heard(s) && (!tell_concerns(s) || tell_is_done());
}

static void
service_start(struct service *s)
{
    const char *problem;
    err_t error = service_spawn(s, &problem);

    if (error == OK) {
        s->state = SERVICE_IS_STARTING;
        s->restarts++;
        if (!s->is_on_trial)
            supervisor_answer(s, OK);
        return;
    }
    log_problem(s->stanza->name, "cannot be started: the program %s (%s)",
                problem, error_text(error));
    if (replace_ended(s))
        s->due = ticks_now();
    else
        supervisor_restart(s);
}

/* Says once that all services of the manifest serve. */
static void
ready_announce(void)
{
    unsigned count = 0;
    char detail[SERVICE_DETAIL_BYTES];

    for (unsigned i = 0; i < service_count; i++) {
        if (services[i].is_absent)
            continue;
        if (services[i].state != SERVICE_IS_RUNNING)
            return;
        count++;
    }
    is_all_ready = true;
    snprintf(detail, sizeof(detail), "%u services ready", count);
    log_line("init", detail);
}

void
supervisor_ready(struct service *s, const char *detail)
{
    if (s->state != SERVICE_IS_STARTING)
        return;
    s->state = SERVICE_IS_RUNNING;
    if (!s->is_quiet || s->is_on_trial)
        log_line(s->stanza->name, detail);
    s->is_quiet = false;
    replace_ready(s);
    if (!is_all_ready)
        ready_announce();
}

err_t
supervisor_kill(struct service *s, enum service_intent intent)
{
    if (s->process == HANDLE_NONE || s->intent != INTENT_NONE)
        return ERR_BUSY;
    s->intent = intent;
    return sys_process_kill(s->process, 0);
}

err_t
supervisor_start(struct service *s)
{
    err_t error = OK;

    if (s->is_absent ||
        (s->state != SERVICE_IS_STOPPED && s->state != SERVICE_IS_LOST))
        return ERR_BUSY;
    if (s->state == SERVICE_IS_LOST) {
        /* What it kept may be what it died of; and those who use it have
         * handles that lead nowhere. */
        error = service_kept_make(s);
        if (error == OK)
            error = service_endpoint_make(s);
        s->paths_told = 0;
        for (unsigned i = 0; i < service_count && error == OK; i++)
            if (service_uses(&services[i], s))
                (void)!supervisor_kill(&services[i], INTENT_RESTART);
    }
    if (error != OK)
        return error;
    memset(s->ends, 0, sizeof(s->ends));
    s->state = SERVICE_IS_WAITING;
    s->due = 0;
    return OK;
}

/* The earlier of two times; 0 is never. */
static uint64_t
earlier(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

bool
supervisor_work(void)
{
    uint64_t wake = power_work();
    uint64_t now = ticks_now();

    if (!tell_all())
        wake = earlier(wake, ticks_now() + ticks_of_ms(RETRY_MS));
    for (unsigned i = 0; i < service_count; i++) {
        struct service *s = &services[manifest.order[i]];

        wake = earlier(wake, replace_work(s));
        if (service_may_start(s)) {
            service_start(s);
            return true;
        }
        /* What is due and may not start waits for a message, not for us. */
        if (s->state == SERVICE_IS_WAITING && s->due > now)
            wake = earlier(wake, s->due);
    }
    (void)!sys_thread_deadline(wake, wake ? INIT_SIGNAL_DEADLINE : 0);
    return false;
}
