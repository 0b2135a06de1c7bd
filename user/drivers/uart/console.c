/* SPDX-License-Identifier: MIT */
#include "console.h"

#include "rings.h"

#include <proto/terminal.h>

#include <string.h>

enum {
    CTRL_C = 3,
    ECHO_ROOM = 2 * LINE_ECHO_MAX, /* of the output, not for writers */
};

/* Where the search for Ctrl-C has come to. */
static uint64_t searched;

/* ------------------------------------------------------------------- typing */

static void
history_add(struct control *next, const struct line *line)
{
    struct history *h = &kept->history;
    const char *last = h->lines[(next->entered - 1) % HISTORY_LINES];
    char *place = h->lines[next->entered % HISTORY_LINES];

    if (line->length == 0 ||
        (next->entered > 0 && strlen(last) == line->length &&
         memcmp(last, line->text, line->length) == 0))
        return;
    memcpy(place, line->text, line->length);
    place[line->length] = '\0';
    next->entered++;
}

/* Takes the next byte that was typed, which changes the line, and may make it
 * ready. Returns whether it did. */
static bool
console_line(struct control *next)
{
    unsigned char byte = kept->input[next->edited % INPUT_BYTES];
    struct line *line = state_line(next);
    static struct echo echo;
    uint64_t offered = next->offered;

    echo.count = 0;
    next->edited++;
    switch (line_key(line, byte, &kept->history, next->entered, &echo)) {
    case LINE_GOES_ON:
        break;
    case LINE_ENTERED:
        history_add(next, line);
        line->text[line->length] = '\n';
        ready_put(next, line->text, line->length + 1);
        line_clear(line);
        next->prompt = next->prompt_end = next->written + echo.count;
        break;
    case LINE_ENDED:
        ready_put(next, NULL, 0);
        break;
    case LINE_FULL: /* it comes in pieces: nothing is lost */
        ready_put(next, line->text, line->length);
        line_clear(line);
        next->edited--;
        break;
    case LINE_HIDDEN:
        output_clear(next, line, &echo);
        break;
    }
    output_put(next, echo.bytes, echo.count);
    return next->offered != offered;
}

void
console_edit(void)
{
    struct control *next;

    while (state_now()->mode == TERMINAL_LINES &&
           state_now()->edited != kept->received &&
           ready_has_room(state_now()) &&
           output_room(state_now()) >= LINE_ECHO_MAX) {
        next = state_begin();
        /* At most one line becomes ready: there is room for no more, and one
         * free place in the history. */
        while (!console_line(next) && next->edited != kept->received &&
               output_room(next) >= LINE_ECHO_MAX)
            ;
        state_commit();
    }
}

bool
console_interrupt(void)
{
    static const char shown[] = "^C\r\n";
    struct control *next;
    bool is_found = false;

    if (searched < state_now()->edited)
        searched = state_now()->edited;
    while (searched != kept->received) {
        if (kept->input[searched++ % INPUT_BYTES] != CTRL_C)
            continue;
        is_found = true;
        next = state_begin();
        line_clear(state_line(next));
        next->edited = searched;
        next->taken = next->offered;
        next->begun = 0;
        next->is_interrupted = true;
        if (output_room(next) >= sizeof(shown)) {
            output_put(next, shown, sizeof(shown) - 1);
            next->prompt = next->prompt_end = next->written;
        }
        state_commit();
    }
    return is_found;
}

void
console_interrupt_told(void)
{
    struct control *next = state_begin();

    next->is_interrupted = false;
    state_commit();
}

/* ------------------------------------------------------------------ requests
 */

void
console_answer(struct message *m, int error, uint64_t first, uint64_t second)
{
    m->header = FILE_DONE;
    m->words[0] = (uint64_t)error;
    m->words[1] = first;
    m->words[2] = second;
}

void
console_record(struct control *next, const struct open_file *file,
               struct message *m, int error, uint64_t first, uint64_t second)
{
    next->place = (uint32_t)(file - kept->files) + 1;
    next->update = *file;
    next->update.sequence = m->words[FILE_SEQUENCE];
    next->update.error = (uint64_t)error;
    next->update.results[0] = first;
    next->update.results[1] = second;
    console_answer(m, error, first, second);
}

bool
console_read(const struct open_file *file, struct message *m)
{
    static char bytes[LINE_BYTES];
    const struct control *now = state_now();
    uint64_t room = m->lent < sizeof(bytes) ? m->lent : sizeof(bytes), done;
    struct control *next;
    unsigned count;

    if (room > 0 && now->offered == now->taken &&
        (now->mode == TERMINAL_LINES || now->edited == kept->received))
        return false;

    next = state_begin();
    count = room > 0 ? ready_take(next, bytes, room) : 0;
    if (count > 0 && (sys_lease_write(m->token, 0, bytes, count, &done) != OK ||
                      done != count)) {
        console_answer(m, EFAULT, 0, 0); /* and what was begun is forgotten */
        return true;
    }
    console_record(next, file, m, 0, count, 0);
    state_commit();
    return true;
}

bool
console_write(const struct open_file *file, struct message *m)
{
    static char text[CONSOLE_WRITE_MAX];
    uint64_t count = m->lent < sizeof(text) ? m->lent : sizeof(text), done = 0;
    uint64_t room = output_room(state_now());
    struct control *next;

    if (message_label(m) == FILE_SYNC) { /* when all of it has been sent */
        if (room < OUTPUT_BYTES)
            return false;
        console_answer(m, 0, 0, 0);
        return true;
    }
    /* In the worst case, all of it are ends of lines. */
    if (room < ECHO_ROOM + 2 * count)
        return false;
    if (count > 0 &&
        (sys_lease_read(m->token, 0, text, count, &done) != OK || done == 0)) {
        console_answer(m, EFAULT, 0, 0);
        return true;
    }
    next = state_begin();
    output_text(next, text, done);
    console_record(next, file, m, 0, done, 0);
    state_commit();
    return true;
}

void
console_mode(const struct open_file *file, struct message *m)
{
    struct control *next = state_begin();
    struct line *line = state_line(next);
    uint32_t before = next->mode;

    next->mode = m->words[1] == TERMINAL_KEYS ? TERMINAL_KEYS : TERMINAL_LINES;
    /* What was typed so far is read as it is. */
    if (next->mode == TERMINAL_KEYS && line->length > 0 &&
        ready_has_room(next)) {
        ready_put(next, line->text, line->length);
        line_clear(line);
    }
    console_record(next, file, m, 0, before, 0);
    state_commit();
}
