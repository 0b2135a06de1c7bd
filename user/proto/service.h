/* SPDX-License-Identifier: MIT */
/* The service protocol: init, who starts services, and those who talk to it.
 *
 *     label             words, lent                  answer
 *     SERVICE_READY     detail, 40 bytes             -
 *     SERVICE_LIST      position;                    next position, state and
 *                       lent for writing: name       bytes, restarts, process
 *     SERVICE_START     name in words 0-1            -
 *     SERVICE_STOP      name                         -
 *     SERVICE_KILL      name                         -
 *     SERVICE_REPLACE   name; lent: program          -
 *     SERVICE_POWER     what, status                 - or none
 *
 * "state and bytes" has the state in bits 0-7 and the length of the name above.
 *
 * A service says SERVICE_READY once, when it can serve, through the handle
 * "init" that it was granted: init knows it by the badge, and prints the
 * detail ("ext2, 61 MiB free") as the service's line of the boot log. The
 * other requests are for those whose handle has the badge SERVICE_ADMIN.
 *
 * SERVICE_KILL ends the service's process, wherever it is; it is started again
 * at once, and that does not count for its restart policy. SERVICE_REPLACE ends
 * it too and starts the program lent (an ELF file) in its place, with its
 * endpoint, memory and devices; so it goes on where the old one stopped, if it
 * finds that in the memory kept. If the program cannot be started the old one
 * is.
 *
 * Answers have the label SERVICE_DONE and in word 0 an error of abi/error.h:
 * ERR_ARGUMENT: no such service, or no program; ERR_RIGHTS: the handle is not
 * SERVICE_ADMIN's; ERR_BUSY: it is not in a state for that (running, stopped);
 * ERR_DEAD: it ended, or its new program did not get ready; ERR_QUOTA: no room
 * for the program. */
#pragma once

#include <lib/call.h>

#include <string.h>

enum service_label {
    SERVICE_READY = 1,
    SERVICE_LIST = 2,
    SERVICE_START = 3,
    SERVICE_STOP = 4,
    SERVICE_KILL = 5,
    SERVICE_REPLACE = 6,
    SERVICE_POWER = 7,
    SERVICE_DONE = 8,
};

enum {
    SERVICE_NAME_BYTES = 16,
    SERVICE_DETAIL_BYTES = 40,
    SERVICE_ADMIN = 63, /* a badge; services have smaller ones, from 1 on */
};

enum service_state {
    SERVICE_IS_STOPPED = 0,
    SERVICE_IS_STARTING = 1, /* not yet ready */
    SERVICE_IS_RUNNING = 2,
    SERVICE_IS_WAITING = 3, /* ended; it will be started again */
    SERVICE_IS_LOST = 4,    /* ended too often: init has given up */
};

enum service_power { SERVICE_POWER_OFF = 0, SERVICE_REBOOT = 1 };

struct service_status {
    char name[SERVICE_NAME_BYTES + 1];
    enum service_state state;
    uint64_t restarts;
    uint64_t process; /* its number, as abi/inspect.h has it; 0: none */
};

/* Says that the calling service is ready; the first 40 bytes of `detail` are
 * for the boot log. */
MUST_CHECK static inline err_t
service_ready(handle_t init, const char *detail)
{
    struct message m = {.header = SERVICE_READY};

    memcpy(m.words, detail, strnlen(detail, SERVICE_DETAIL_BYTES));
    return sys_endpoint_call(init, &m);
}

/* The service at `*position`, at first 0, which is then the next one's.
 * ERR_ARGUMENT: there are no more. */
MUST_CHECK static inline err_t
service_list(handle_t init, uint64_t *position, struct service_status *status)
{
    struct message m = {.header = SERVICE_LIST, .words = {*position}};
    err_t error = call_retry(init, &m, MESSAGE_LEASE_WRITE, status->name,
                             SERVICE_NAME_BYTES);

    if (error == OK)
        error = (err_t)m.words[0];
    if (error == OK) {
        *position = m.words[1];
        status->state = (enum service_state)(m.words[2] & 0xff);
        status->name[(m.words[2] >> 8) % (SERVICE_NAME_BYTES + 1)] = '\0';
        status->restarts = m.words[3];
        status->process = m.words[4];
    }
    return error;
}

/* SERVICE_START, _STOP or _KILL for the service `name`. */
MUST_CHECK static inline err_t
service_order(handle_t init, enum service_label order, const char *name)
{
    struct message m = {.header = order};
    err_t error;

    strncpy((char *)m.words, name, SERVICE_NAME_BYTES);
    error = call_retry(init, &m, 0, NULL, 0);
    return error != OK ? error : (err_t)m.words[0];
}

/* Puts the program of `bytes` bytes at `image` in the place of the service
 * `name`. */
MUST_CHECK static inline err_t
service_swap(handle_t init, const char *name, const void *image, uint64_t bytes)
{
    struct message m = {.header = SERVICE_REPLACE};
    err_t error;

    strncpy((char *)m.words, name, SERVICE_NAME_BYTES);
    error = call_retry(init, &m, MESSAGE_LEASE_READ, (void *)image, bytes);
    return error != OK ? error : (err_t)m.words[0];
}

/* Ends the whole system: all that was written is brought to the disk first.
 * `status` is what QEMU ends with. */
MUST_CHECK static inline err_t
service_power(handle_t init, enum service_power what, uint64_t status)
{
    struct message m = {.header = SERVICE_POWER, .words = {what, status}};
    err_t error = call_retry(init, &m, 0, NULL, 0);

    return error != OK ? error : (err_t)m.words[0];
}
