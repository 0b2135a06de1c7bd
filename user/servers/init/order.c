/* SPDX-License-Identifier: MIT */
#include "order.h"

#include "init.h"
#include "power.h"
#include "replace.h"
#include "service.h"
#include "supervisor.h"

#include <lib/syscall.h>

#include <string.h>

/* The first words of a message as text. */
static void
text_read(const struct message *m, char *text, size_t bytes)
{
    memcpy(text, m->words, bytes);
    text[bytes] = '\0';
}

/* SERVICE_LIST: the service at a position; what is known of it. */
static err_t
order_list(struct message *m)
{
    uint64_t position = m->words[0];
    struct inspection inspection = {{0}};
    const struct service *s = service_numbered(position + 1);
    size_t bytes;
    uint64_t done;
    err_t error;

    if (!s)
        return ERR_ARGUMENT;
    bytes = strlen(s->stanza->name);
    error = sys_lease_write(m->token, 0, s->stanza->name, bytes, &done);
    if (error != OK)
        return error;
    if (s->process != HANDLE_NONE &&
        sys_process_inspect(s->process, &inspection) != OK)
        inspection.values[0] = 0; /* it has just ended */
    m->words[1] = position + 1;
    m->words[2] = (uint64_t)s->state | bytes << 8;
    m->words[3] = s->restarts > 0 ? s->restarts - 1 : 0;
    m->words[4] = inspection.values[0];
    return OK;
}

/* Has the caller wait until the order is carried out. */
static err_t
order_park(struct service *s, struct message *m, err_t error)
{
    if (error == OK) {
        s->waiter = m->token;
        m->token = 0;
    }
    return error;
}

/* An order about one service. */
static err_t
order_service(struct message *m)
{
    char name[SERVICE_NAME_BYTES + 1];
    struct service *s;
    err_t error;

    text_read(m, name, SERVICE_NAME_BYTES);
    s = service_named(name);
    if (!s)
        return ERR_ARGUMENT;
    if (s->waiter)
        return ERR_BUSY;
    switch (message_label(m)) {
    case SERVICE_START:
        return order_park(s, m, supervisor_start(s));
    case SERVICE_STOP:
        if (s->state == SERVICE_IS_WAITING) { /* there is nothing to end */
            s->state = SERVICE_IS_STOPPED;
            return OK;
        }
        return order_park(s, m, supervisor_kill(s, INTENT_STOP));
    case SERVICE_KILL:
        return supervisor_kill(s, INTENT_RESTART);
    default: /* SERVICE_REPLACE */
        error = service_replace(s, m);
        if (error == OK)
            m->token = 0;
        return error;
    }
}

/* A request of those that may give orders. */
static err_t
order_admin(struct message *m)
{
    switch (message_label(m)) {
    case SERVICE_LIST:
        return order_list(m);
    case SERVICE_START:
    case SERVICE_STOP:
    case SERVICE_KILL:
    case SERVICE_REPLACE:
        return order_service(m);
    case SERVICE_POWER:
        if (m->words[0] > SERVICE_REBOOT || m->words[1] > MACHINE_STATUS_MAX)
            return ERR_ARGUMENT;
        power_begin((enum service_power)m->words[0], m->words[1]);
        m->token = 0; /* the end of the machine is the answer */
        return OK;
    default:
        return ERR_ARGUMENT;
    }
}

void
order_handle(struct message *m)
{
    struct service *s = service_numbered(m->badge);
    char detail[SERVICE_DETAIL_BYTES + 1];
    err_t error = ERR_RIGHTS;

    if (m->header & MESSAGE_HANDLE) /* nobody is to give us handles */
        (void)!sys_handle_close(m->words[MESSAGE_WORDS - 1]);
    if (s && message_label(m) == SERVICE_READY) {
        text_read(m, detail, SERVICE_DETAIL_BYTES);
        supervisor_ready(s, detail);
        error = OK;
    } else if (m->badge == SERVICE_ADMIN) {
        error = order_admin(m);
    }
    m->header = SERVICE_DONE;
    m->words[0] = (uint64_t)error;
}
