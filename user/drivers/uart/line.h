/* SPDX-License-Identifier: MIT */
/* A line that is being typed: what each key does to it, and what the terminal
 * is to be sent so that it shows the same.
 *
 *     Left, Right  Ctrl-B Ctrl-F      Home, End  Ctrl-A Ctrl-E
 *     Backspace, Delete  Ctrl-D       Up, Down  Ctrl-P Ctrl-N  earlier lines
 *     Ctrl-W word  Ctrl-U to the left  Ctrl-K to the right: erased
 *     Ctrl-L  a clear screen          Ctrl-D on an empty line: the end
 *
 * The terminal need not know more than to print, and to go back one cell. A
 * byte is one cell. Where a line is wider than the screen, the line is right
 * but what is seen of it may not be.
 *
 * U1  cursor <= length < LINE_BYTES.
 * U2  The terminal's cursor is at the line's, and the cells from the line's
 *     beginning on show its text.
 *
 * Nothing here knows of hardware or messages: tests/host/test_line.c looks at
 * each cell of the screen after each key. */
#pragma once

#include <stdint.h>

enum {
    LINE_BYTES = 512,               /* room for the text and what ends it */
    LINE_ECHO_MAX = 4 * LINE_BYTES, /* that one key has the terminal sent */
    HISTORY_LINES = 32,             /* of which all but one can be seen */
};

struct line {
    uint32_t length;
    uint32_t cursor;
    uint32_t back;         /* how many lines ago; 0: the one being typed */
    uint32_t escape;       /* how far in a key of several bytes: see line.c */
    uint32_t parameter;    /* the number in it */
    uint32_t draft_length; /* while `back` is not 0: the one being typed */
    char text[LINE_BYTES];
    char draft[LINE_BYTES];
};

/* Lines entered before. Line n, from 0, is in place n % HISTORY_LINES, with a
 * zero behind it. The place of the next one counts as free. */
struct history {
    char lines[HISTORY_LINES][LINE_BYTES];
};

/* What the terminal is to be sent. */
struct echo {
    unsigned count;
    char bytes[LINE_ECHO_MAX];
};

enum line_event {
    LINE_GOES_ON,
    LINE_ENTERED, /* it is complete; what ends it is not in the text */
    LINE_ENDED,   /* it is empty, and so is what will be typed */
    LINE_FULL,    /* the byte was not taken: there is no room for it */
    LINE_HIDDEN,  /* the screen is to be cleared, and the line shown anew */
};

/* One more byte was typed. `history` has had `count` lines. Adds to `echo`
 * at most LINE_ECHO_MAX bytes. */
enum line_event line_key(struct line *line, unsigned char byte,
                         const struct history *history, uint64_t count,
                         struct echo *echo);

/* Begins a new line; the terminal is at its beginning. */
void line_clear(struct line *line);

/* Shows the line on an empty one. */
void line_show(const struct line *line, struct echo *echo);

/* Makes `copy` the same line; what is in neither text is not copied. */
void line_copy(struct line *copy, const struct line *line);
