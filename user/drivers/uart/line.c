/* SPDX-License-Identifier: MIT */
#include "line.h"

#include <stddef.h>
#include <string.h>

/* Keys are the control characters that do the same, and: */
enum { KEY_NONE = 256, KEY_DELETE = 257 };

#define CONTROL(letter) ((letter) - '@')

enum { ESCAPE = 0x1b, RUBOUT = 0x7f };

/* How far in a key of several bytes: ESC, ESC [ 3 ~, ESC O A. */
enum { PLAIN = 0, ESCAPED = 1, BRACKET = 2, LETTER = 3 };

/* -------------------------------------------------------------------- echo */

static void
echo_text(struct echo *echo, const char *text, unsigned count)
{
    memcpy(echo->bytes + echo->count, text, count);
    echo->count += count;
}

static void
echo_repeat(struct echo *echo, char byte, unsigned count)
{
    memset(echo->bytes + echo->count, byte, count);
    echo->count += count;
}

/* Shows what is right of the line's cursor, with `blanks` cells behind it that
 * were text before, and comes back. */
static void
echo_rest(struct echo *echo, const struct line *line, unsigned blanks)
{
    unsigned rest = line->length - line->cursor;

    echo_text(echo, line->text + line->cursor, rest);
    echo_repeat(echo, ' ', blanks);
    echo_repeat(echo, '\b', rest + blanks);
}

/* ------------------------------------------------------------------ editing */

static void
line_move(struct line *line, unsigned to, struct echo *echo)
{
    if (to < line->cursor)
        echo_repeat(echo, '\b', line->cursor - to);
    else
        echo_text(echo, line->text + line->cursor, to - line->cursor);
    line->cursor = to;
}

static void
line_insert(struct line *line, char byte, struct echo *echo)
{
    char *at = line->text + line->cursor;

    memmove(at + 1, at, line->length - line->cursor);
    *at = byte;
    line->length++;
    line->cursor++;
    echo_text(echo, at, 1);
    echo_rest(echo, line, 0);
}

/* Erases the cells from `from` to `to`, and goes there. */
static void
line_erase(struct line *line, unsigned from, unsigned to, struct echo *echo)
{
    if (from == to)
        return;
    line_move(line, from, echo);
    memmove(line->text + from, line->text + to, line->length - to);
    line->length -= to - from;
    echo_rest(echo, line, to - from);
}

/* Puts another text in its place. */
static void
line_replace(struct line *line, const char *text, unsigned length,
             struct echo *echo)
{
    unsigned before = line->length;

    line_move(line, 0, echo);
    memcpy(line->text, text, length);
    line->length = length;
    line_move(line, length, echo);
    echo_rest(echo, line, before > length ? before - length : 0);
}

/* Where the word begins that is left of the cursor. */
static unsigned
line_word(const struct line *line)
{
    unsigned at = line->cursor;

    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

/* Shows the line entered `back` lines ago, or, if that is 0, the one that was
 * being typed. */
static void
line_recall(struct line *line, unsigned back, const struct history *history,
            uint64_t count, struct echo *echo)
{
    const char *text = history->lines[(count - back) % HISTORY_LINES];

    if (back > count || back >= HISTORY_LINES || back == line->back)
        return;
    if (line->back == 0) {
        memcpy(line->draft, line->text, line->length);
        line->draft_length = line->length;
    }
    line->back = back;
    if (back == 0)
        line_replace(line, line->draft, line->draft_length, echo);
    else
        line_replace(line, text, (unsigned)strlen(text), echo);
}

/* --------------------------------------------------------------------- keys */

/* What a key ends with that began with ESC. */
static unsigned
escape_key(unsigned char last, unsigned parameter)
{
    static const unsigned char keys[][2] = {
        {'A', CONTROL('P')}, {'B', CONTROL('N')}, {'C', CONTROL('F')},
        {'D', CONTROL('B')}, {'H', CONTROL('A')}, {'F', CONTROL('E')},
    };

    if (last == '~')
        return parameter == 1 || parameter == 7   ? CONTROL('A')
               : parameter == 4 || parameter == 8 ? CONTROL('E')
               : parameter == 3                   ? KEY_DELETE
                                                  : KEY_NONE;
    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (keys[i][0] == last)
            return keys[i][1];
    return KEY_NONE;
}

/* The key that is complete with this byte; KEY_NONE: none is yet. */
static unsigned
line_decode(struct line *line, unsigned char byte)
{
    unsigned escape = line->escape;

    if (byte == ESCAPE) {
        line->escape = ESCAPED;
        line->parameter = 0;
        return KEY_NONE;
    }
    if (escape == PLAIN || byte < ' ') {
        line->escape = PLAIN; /* a control character ends what was begun */
        return byte;
    }
    if (escape == ESCAPED) {
        line->escape = byte == '[' ? BRACKET : byte == 'O' ? LETTER : PLAIN;
        return KEY_NONE;
    }
    if (byte >= '0' && byte <= '9') {
        line->parameter = (line->parameter * 10 + byte - '0') % 1000;
        return KEY_NONE;
    }
    if (byte < '@')
        return KEY_NONE; /* another parameter */
    line->escape = PLAIN;
    return escape_key(byte, line->parameter);
}

/* What the keys do that change the line, or move in it. */
static void
line_edit(struct line *line, unsigned key, struct echo *echo)
{
    unsigned cursor = line->cursor, length = line->length;

    switch (key) {
    case CONTROL('A'):
        line_move(line, 0, echo);
        break;
    case CONTROL('B'):
        line_move(line, cursor - (cursor > 0), echo);
        break;
    case CONTROL('E'):
        line_move(line, length, echo);
        break;
    case CONTROL('F'):
        line_move(line, cursor + (cursor < length), echo);
        break;
    case CONTROL('D'):
    case KEY_DELETE:
        line_erase(line, cursor, cursor + (cursor < length), echo);
        break;
    case CONTROL('H'):
    case RUBOUT:
        line_erase(line, cursor - (cursor > 0), cursor, echo);
        break;
    case CONTROL('K'):
        line_erase(line, cursor, length, echo);
        break;
    case CONTROL('U'):
        line_erase(line, 0, cursor, echo);
        break;
    case CONTROL('W'):
        line_erase(line, line_word(line), cursor, echo);
        break;
    default: /* a key that does nothing here */
        if (key >= ' ' && key < KEY_NONE)
            line_insert(line, (char)key, echo);
    }
}

enum line_event
line_key(struct line *line, unsigned char byte, const struct history *history,
         uint64_t count, struct echo *echo)
{
    unsigned key = line_decode(line, byte);

    switch (key) {
    case '\r':
    case '\n':
        echo_text(echo, "\r\n", 2);
        return LINE_ENTERED;
    case CONTROL('L'):
        return LINE_HIDDEN;
    case CONTROL('P'):
        line_recall(line, line->back + 1, history, count, echo);
        return LINE_GOES_ON;
    case CONTROL('N'):
        line_recall(line, line->back - (line->back > 0), history, count, echo);
        return LINE_GOES_ON;
    default:
        if (key == CONTROL('D') && line->length == 0)
            return LINE_ENDED;
        if (key >= ' ' && key < KEY_NONE && key != RUBOUT &&
            line->length == LINE_BYTES - 1)
            return LINE_FULL;
        line_edit(line, key, echo);
        return LINE_GOES_ON;
    }
}

void
line_clear(struct line *line)
{
    line->length = line->cursor = line->back = 0;
    line->escape = PLAIN;
}

void
line_show(const struct line *line, struct echo *echo)
{
    echo_text(echo, line->text, line->cursor);
    echo_rest(echo, line, 0);
}

void
line_copy(struct line *copy, const struct line *line)
{
    memcpy(copy, line, offsetof(struct line, text));
    memcpy(copy->text, line->text, line->length);
    if (line->back)
        memcpy(copy->draft, line->draft, line->draft_length);
}
