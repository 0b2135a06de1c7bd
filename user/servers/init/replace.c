/* SPDX-License-Identifier: MIT */
#include "replace.h"

#include "init.h"
#include "supervisor.h"

#include <lib/elf.h>
#include <lib/syscall.h>
#include <lib/ticks.h>

#include <stdlib.h>

enum {
    IMAGE_BYTES_MAX = 4 << 20,
    TRIAL_SECONDS = 2,
};

/* Reads the program that the caller of `m` lends into memory of ours. */
MUST_CHECK static err_t
image_read(const struct message *m, void **image)
{
    char *bytes;

    if (!(m->header & MESSAGE_LEASE_READ) || m->lent == 0 ||
        m->lent > IMAGE_BYTES_MAX)
        return ERR_ARGUMENT;
    bytes = malloc(m->lent);
    if (!bytes)
        return ERR_QUOTA;
    for (uint64_t at = 0; at < m->lent;) {
        uint64_t left = m->lent - at;
        uint64_t done;
        err_t error = sys_lease_read(
            m->token, at, bytes + at,
            left < LEASE_BYTES_MAX ? left : LEASE_BYTES_MAX, &done);

        if (error != OK) {
            free(bytes);
            return error;
        }
        at += done;
    }
    *image = bytes;
    return OK;
}

err_t
service_replace(struct service *s, const struct message *m)
{
    struct elf elf;
    void *image;
    err_t error;

    if (s->process == HANDLE_NONE || s->intent != INTENT_NONE ||
        s->is_on_trial || s->waiter)
        return ERR_BUSY;
    error = image_read(m, &image);
    if (error == OK && elf_read(image, m->lent, &elf))
        error = ERR_ARGUMENT;
    else if (error != OK)
        return error;
    if (error == OK)
        error = supervisor_kill(s, INTENT_RESTART);
    if (error != OK) {
        free(image);
        return error;
    }
    s->is_on_trial = true;
    s->trial_end = 0; /* it begins when the old process has ended */
    s->image_before = s->image;
    s->image_before_bytes = s->image_bytes;
    s->own_image_before = s->own_image;
    s->image = s->own_image = image;
    s->image_bytes = m->lent;
    s->waiter = m->token;
    return OK;
}

void
replace_ready(struct service *s)
{
    if (!s->is_on_trial)
        return;
    s->is_on_trial = false;
    free(s->own_image_before);
    s->own_image_before = NULL;
    supervisor_answer(s, OK);
}

bool
replace_ended(struct service *s)
{
    if (!s->is_on_trial)
        return false;
    if (s->trial_end == 0) { /* that was the old process */
        s->trial_end = ticks_now() + TRIAL_SECONDS * ticks_per_second;
        return false;
    }
    log_problem(s->stanza->name, "goes back to the program before");
    s->is_on_trial = false;
    free(s->own_image);
    s->image = s->image_before;
    s->image_bytes = s->image_before_bytes;
    s->own_image = s->own_image_before;
    s->own_image_before = NULL;
    supervisor_answer(s, ERR_DEAD);
    return true;
}

uint64_t
replace_work(struct service *s)
{
    if (!s->is_on_trial || s->trial_end == 0)
        return 0;
    if (ticks_now() < s->trial_end)
        return s->trial_end;
    (void)!supervisor_kill(s, INTENT_RESTART);
    return 0;
}
