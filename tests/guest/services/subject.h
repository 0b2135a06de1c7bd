/* SPDX-License-Identifier: MIT */
/* A service that does what it is told, to see what others see of it.
 *
 *     label             answer
 *     SUBJECT_COUNT     version, calls that the process had, and that the
 *                       service had (kept), badge, thousands of the last page
 *     SUBJECT_CRASH     none: a wild store ends the process
 *     SUBJECT_EXIT      none: it exits with the code in word 0
 *     SUBJECT_GONE      how many FILE_GONE came, the last two clients
 *     SUBJECT_FRAGILE   none: the next FILE_GONE ends the process
 *
 * It answers FILE_OPEN, FILE_SYNC and FILE_CLOSE with success; not FILE_SYNC
 * if it has the argument hang=yes. */
#pragma once

#include <lib/call.h>
#include <lib/kept.h>
#include <lib/startup.h>
#include <proto/file.h>
#include <proto/service.h>

#include <stdio.h>
#include <stdlib.h>

enum subject_label {
    SUBJECT_COUNT = 100,
    SUBJECT_CRASH = 101,
    SUBJECT_EXIT = 102,
    SUBJECT_GONE = 103,
    SUBJECT_FRAGILE = 104,
    SUBJECT_DONE = 105,
};

/* In memory that is kept. */
struct subject_kept {
    uint64_t calls;
    uint64_t gone;
    uint64_t clients[2]; /* the last ones that are gone */
    uint64_t is_fragile;
};

static inline void
subject_answer(struct message *m, uint64_t version, struct subject_kept *kept)
{
    static uint64_t calls;

    switch (message_label(m)) {
    case SUBJECT_COUNT:
        m->words[0] = version;
        m->words[1] = ++calls;
        m->words[2] = ++kept->calls;
        m->words[3] = m->badge;
        break;
    case SUBJECT_CRASH:
        *(volatile uint64_t *)UINT64_C(0x2468) = 0;
        break;
    case SUBJECT_EXIT:
        exit((int)m->words[0]);
    case SUBJECT_GONE:
        m->words[0] = kept->gone;
        m->words[1] = kept->clients[0];
        m->words[2] = kept->clients[1];
        break;
    case SUBJECT_FRAGILE:
        kept->is_fragile = 1;
        break;
    case FILE_GONE:
        if (kept->is_fragile) {
            kept->is_fragile = 0;
            exit(EXIT_FAILURE);
        }
        kept->clients[1] = kept->clients[0];
        kept->clients[0] = m->words[0];
        kept->gone++;
        break;
    case FILE_SYNC:
        printf("subject flushed for %lu\n", (unsigned long)m->badge);
        m->words[0] = 0;
        if (startup_argument("hang"))
            m->token = 0; /* never answered */
        break;
    default:
        m->words[0] = 0;
    }
    m->header =
        m->token && message_label(m) < SUBJECT_COUNT ? FILE_DONE : SUBJECT_DONE;
}

/* The service, version `version`. */
static inline int
subject_run(uint64_t version)
{
    size_t bytes;
    struct subject_kept *kept = kept_memory(&bytes);
    struct message m = {0};
    char detail[SERVICE_DETAIL_BYTES];

    /* The last byte is there too, and stays. */
    ((char *)kept)[bytes - 1] = 1;
    snprintf(detail, sizeof(detail), "version %lu, %lu pages kept",
             (unsigned long)version, (unsigned long)bytes / PAGE_BYTES);
    if (service_ready(startup_handle("init"), detail) != OK)
        return EXIT_FAILURE;
    for (;;) {
        err_t error = sys_endpoint_reply_recv(startup_handle("service"), &m);

        if (error == ERR_TOKEN)
            m.token = 0;
        else if (error != OK)
            return (int)error;
        else
            subject_answer(&m, version, kept);
    }
}
