/* SPDX-License-Identifier: MIT */
/* The table of services, and what init keeps for each.
 *
 *     STOPPED ---> WAITING ---> STARTING ---> RUNNING
 *        ^            ^             |            |
 *        | by order   | again       +-- it ends -+
 *        +------------+-------------+--- too often ---> LOST
 *
 * What outlives the process is init's: the endpoint that clients send to, the
 * memory kept, the device. So requests wait in the endpoint's queue while
 * nobody serves, and the next process goes on with them.
 *
 * R1  A service has a process exactly in STARTING and RUNNING; if it is being
 *     ended `intent` says what for.
 * R2  Only init and the service's process can receive from its endpoint. LOST
 *     means that init has given up its end, so that clients get ERR_DEAD.
 * R3  A service whose stanza cannot be satisfied (a problem in the manifest,
 *     no such program or device) is STOPPED for good: is_absent. */
#pragma once

#include "manifest.h"

#include <abi/rights.h>
#include <abi/syscall.h>
#include <lib/message.h>

enum {
    KEPT_OBJECTS_MAX = SERVICE_KEPT_MAX / MEMORY_PAGES_MAX,
};

/* Why a process is being ended, or was. */
enum service_intent {
    INTENT_NONE,    /* it is not, or did so by itself */
    INTENT_RESTART, /* killed, to be started again at once */
    INTENT_STOP,    /* killed, to stay so */
};

struct service {
    const struct stanza *stanza;
    unsigned number; /* from 1; its badge with init and with servers */
    enum service_state state;
    enum service_intent intent;
    unsigned paths_told;  /* to the name server: a bit for each path */
    uint32_t device_line; /* of the device's interrupt; 0: none */
    bool is_absent;       /* R3 */
    bool is_quiet;        /* its next start is no news */
    bool is_end_untold;   /* the name server does not know that it ended */
    bool is_on_trial;     /* a replacement, not yet ready */

    /* Made by service_prepare; HANDLE_NONE: none. */
    handle_t endpoint; /* all rights, no badge */
    handle_t init;     /* to send to init with the service's number */
    handle_t kept[KEPT_OBJECTS_MAX];
    handle_t dma;
    handle_t device;
    handle_t irq;
    uint64_t device_address; /* physical */

    /* The program: a file of the archive, or one that came by
     * SERVICE_REPLACE and is ours to free. */
    const void *image;
    size_t image_bytes;
    void *own_image;

    handle_t process; /* HANDLE_NONE: none */
    uint64_t restarts;
    uint64_t ends[SERVICE_ENDS_MAX + 1]; /* when it ended, the last first */
    uint64_t due;   /* WAITING: when it is to be started, in ticks */
    token_t waiter; /* who waits for an order to be carried out; 0: nobody */

    /* On trial: the program before, to go back to, and until when; 0: its
     * process has not ended yet. */
    const void *image_before;
    size_t image_before_bytes;
    void *own_image_before;
    uint64_t trial_end;
};

extern struct service services[SERVICES_MAX];
extern unsigned service_count;

/* The service called `name` (of up to SERVICE_NAME_BYTES bytes), or NULL. */
struct service *service_named(const char *name);

/* The service with this number, or NULL. */
struct service *service_numbered(uint64_t number);

/* Makes the table out of the manifest: for each service its endpoint, memory
 * and device. What is missing in the machine is said, and costs the services
 * that need it. */
void service_prepare_all(const struct manifest *m);

/* A new endpoint for a service that has none. */
MUST_CHECK err_t service_endpoint_make(struct service *s);

/* Memory to keep, all zeros, instead of what there was. */
MUST_CHECK err_t service_kept_make(struct service *s);

/* Starts the service's program with what its stanza grants. On an error
 * `*problem` says what is wrong. */
MUST_CHECK err_t service_spawn(struct service *s, const char **problem);

/* Whether another service of the manifest is among those that `s` uses. */
bool service_uses(const struct service *s, const struct service *other);
