/* SPDX-License-Identifier: MIT */
#include "rings.h"

#include <string.h>

enum {
    PROMPT_BYTES = 128, /* of a prompt that are shown again */
    READY_HEADER = 2,
};

#define CLEAR_SCREEN "\033[H\033[2J"

/* ------------------------------------------------------------------- output */

uint64_t
output_room(const struct control *control)
{
    return OUTPUT_BYTES - (control->written - kept->sent);
}

void
output_put(struct control *next, const char *bytes, size_t count)
{
    size_t place = next->written % OUTPUT_BYTES, first = OUTPUT_BYTES - place;

    if (first > count)
        first = count;
    memcpy(kept->output + place, bytes, first);
    memcpy(kept->output, bytes + first, count - first);
    next->written += count;
}

void
output_text(struct control *next, const char *text, size_t count)
{
    uint64_t position = next->written, prompt = next->prompt;
    char *output = kept->output; /* each byte needs it */

    for (const char *end = text + count; text != end; text++) {
        if (*text == '\n') {
            output[position++ % OUTPUT_BYTES] = '\r';
            prompt = position + 1;
        }
        output[position++ % OUTPUT_BYTES] = *text;
    }
    next->prompt = prompt;
    next->written = next->prompt_end = position;
}

void
output_clear(struct control *next, const struct line *line, struct echo *echo)
{
    uint64_t from = next->prompt, end = next->prompt_end;

    output_put(next, CLEAR_SCREEN, sizeof(CLEAR_SCREEN) - 1);
    if (end - from <= PROMPT_BYTES && next->written - from < OUTPUT_BYTES / 2)
        for (; from != end; from++)
            output_put(next, &kept->output[from % OUTPUT_BYTES], 1);
    line_show(line, echo);
}

/* -------------------------------------------------------------- ready lines */

bool
ready_has_room(const struct control *control)
{
    return READY_BYTES - (control->offered - control->taken) >=
           READY_HEADER + LINE_BYTES;
}

void
ready_put(struct control *next, const char *text, unsigned length)
{
    uint64_t position = next->offered;

    kept->ready[position++ % READY_BYTES] = (char)(length & 0xff);
    kept->ready[position++ % READY_BYTES] = (char)(length >> 8);
    for (unsigned i = 0; i < length; i++)
        kept->ready[position++ % READY_BYTES] = text[i];
    next->offered = position;
}

unsigned
ready_take(struct control *next, char *to, uint64_t room)
{
    uint64_t at = next->taken;
    unsigned length, count;

    if (next->offered == at) {
        uint64_t typed = kept->received - next->edited;

        count = (unsigned)(typed < room ? typed : room);
        for (unsigned i = 0; i < count; i++)
            to[i] = (char)kept->input[next->edited++ % INPUT_BYTES];
        return count;
    }
    length = (unsigned char)kept->ready[at % READY_BYTES];
    length |= (unsigned)(unsigned char)kept->ready[(at + 1) % READY_BYTES] << 8;
    count = length - (unsigned)next->begun;
    if (count > room)
        count = (unsigned)room;
    at += READY_HEADER + next->begun;
    for (unsigned i = 0; i < count; i++)
        to[i] = kept->ready[at++ % READY_BYTES];
    next->begun += count;
    if (next->begun == length) {
        next->taken = at;
        next->begun = 0;
    }
    return count;
}
