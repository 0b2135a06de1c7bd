/* SPDX-License-Identifier: MIT */
#include "state.h"

/* "console" and a version: a successor must know what it finds. */
#define KEPT_MAGIC UINT64_C(0x31656c6f736e6f63)

struct kept *kept;

/* What the holding control says of an open file. Doing it twice is doing it
 * once. */
static void
update_apply(void)
{
    const struct control *now = state_now();

    if (now->place)
        kept->files[now->place - 1] = now->update;
}

bool
state_open(void *memory, size_t bytes)
{
    kept = memory;
    if (bytes < sizeof(*kept) || (kept->magic && kept->magic != KEPT_MAGIC))
        return false;
    /* All zeros are a console that nothing has happened to. */
    word_decide(&kept->magic, KEPT_MAGIC);
    update_apply();
    return true;
}

struct control *
state_begin(void)
{
    struct control *next = &kept->controls[1 - kept->current];

    *next = *state_now();
    next->place = 0;
    return next;
}

void
state_commit(void)
{
    word_decide(&kept->current, 1 - kept->current);
    update_apply();
}

struct line *
state_line(struct control *next)
{
    if (next->line == state_now()->line) {
        next->line = 1 - next->line;
        line_copy(&kept->lines[next->line], &kept->lines[1 - next->line]);
    }
    return &kept->lines[next->line];
}
