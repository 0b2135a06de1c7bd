/* SPDX-License-Identifier: MIT */
/* Editing a line (user/drivers/uart/line.c), seen on a screen: after each key,
 * each cell of it shows what the line says, and its cursor is where the line's
 * is. What a key should do is said a second time here, as simply as it can
 * be. */
#include "../../user/drivers/uart/line.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 2 * LINE_BYTES, ROUNDS = 300000 };

/* A terminal that knows no more than the driver wants it to. */
struct screen {
    char cells[CELLS];
    unsigned cursor;
    unsigned lines; /* that were ended */
};

static struct screen screen;
static struct line line;
static struct history history;
static uint64_t entered;

static void
screen_show(const struct echo *echo)
{
    CHECK(echo->count <= LINE_ECHO_MAX);
    for (unsigned i = 0; i < echo->count; i++) {
        char byte = echo->bytes[i];

        if (byte == '\b') {
            CHECK(screen.cursor > 0);
            screen.cursor--;
        } else if (byte == '\r') {
            screen.cursor = 0;
        } else if (byte == '\n') {
            memset(screen.cells, ' ', CELLS);
            screen.lines++;
        } else {
            CHECK(screen.cursor < CELLS);
            screen.cells[screen.cursor++] = byte;
        }
    }
}

/* The screen shows `text`, and nothing behind it. */
static void
screen_check(const char *text, size_t length, size_t cursor)
{
    CHECK(line.length == length && line.cursor == cursor);
    CHECK(memcmp(line.text, text, length) == 0);
    CHECK(screen.cursor == cursor);
    CHECK(memcmp(screen.cells, text, length) == 0);
    for (size_t i = length; i < CELLS; i++)
        CHECK(screen.cells[i] == ' ');
}

static void
history_add(const char *text)
{
    strcpy(history.lines[entered++ % HISTORY_LINES], text);
}

static enum line_event
key(unsigned char byte)
{
    struct echo *echo = malloc(sizeof(*echo));
    enum line_event event;

    echo->count = 0;
    event = line_key(&line, byte, &history, entered, echo);
    screen_show(echo);
    free(echo);
    return event;
}

/* Types keys that only edit. */
static void
keys(const char *text)
{
    for (; *text; text++)
        CHECK(key((unsigned char)*text) == LINE_GOES_ON);
}

static void
start(void)
{
    memset(&screen, 0, sizeof(screen));
    memset(screen.cells, ' ', CELLS);
    memset(&line, 0xee, sizeof(line));
    line.escape = 0;
    line_clear(&line);
}

/* What keys do, one after the other; `|` is where the cursor is then. */
static void
test_keys(void)
{
    static const struct {
        const char *keys;
        const char *line;
    } rows[] = {
        {"abc", "abc|"},
        {"abc\b", "ab|"},
        {"abc\x7f\x7f\x7f\x7f", "|"},
        {"abc\033[D\033[D", "a|bc"},
        {"abc\033[D\033[D\033[C", "ab|c"},
        {"abc\002\002\006", "ab|c"},
        {"abc\033[D\033[DX", "aX|bc"},
        {"abc\033[D\033[D\b", "|bc"},
        {"abc\033[D\033[3~", "ab|"},
        {"abc\001\004", "|bc"},
        {"abc\033[HX", "X|abc"},
        {"abc\033[H\033[FX", "abcX|"},
        {"abc\033[1~X\033[4~Y", "XabcY|"},
        {"abc\033[7~X\033[8~Y", "XabcY|"},
        {"abc\033OHX\033OFY", "XabcY|"},
        {"abc\001X\005Y", "XabcY|"},
        {"abcdef\002\002\025", "|ef"},
        {"abcdef\002\002\013", "abcd|"},
        {"one two  three\027", "one two  |"},
        {"one two  three\027\027", "one |"},
        {"one two\002\002\027", "one |wo"},
        {"  \027", "|"},
        {"\033[D\033[C\033[3~\b\025\013\027\001\005", "|"},
        {"a\033[5~b\033[1;5Cc\033xd\033[200~e", "abcde|"},
        {"a\033\033[Db", "b|a"},
        {"a\033[\001b", "b|a"},
        {"a\t\007b", "ab|"},
        {"gr\366\337e", "gr\366\337e|"},
    };

    entered = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *cursor = strchr(rows[i].line, '|');
        char text[64];

        start();
        keys(rows[i].keys);
        snprintf(text, sizeof(text), "%.*s%s", (int)(cursor - rows[i].line),
                 rows[i].line, cursor + 1);
        screen_check(text, strlen(text), (size_t)(cursor - rows[i].line));
    }
}

static void
test_history(void)
{
    entered = 0;
    start();
    keys("\033[A\033[B");
    screen_check("", 0, 0);
    history_add("first");
    history_add("the second one");
    keys("draft\033[D");
    keys("\033[A");
    screen_check("the second one", 14, 14);
    keys("\020");
    screen_check("first", 5, 5);
    keys("\033[A");
    screen_check("first", 5, 5);
    keys("X\033[B");
    screen_check("the second one", 14, 14);
    keys("\016");
    screen_check("draft", 5, 5);
    keys("\033[B");
    screen_check("draft", 5, 5);
    keys("\033[A\025");
    CHECK(key('\r') == LINE_ENTERED);

    /* The oldest that is left is the one before the free place. */
    entered = 0;
    for (unsigned i = 0; i < 100; i++) {
        char text[16];

        snprintf(text, sizeof(text), "line %u", i);
        history_add(text);
    }
    start();
    for (unsigned i = 0; i < 100; i++)
        keys("\033[A");
    screen_check("line 69", 7, 7);
}

static void
test_events(void)
{
    entered = 0;
    start();
    CHECK(key(4) == LINE_ENDED);
    keys("ab");
    CHECK(key(12) == LINE_HIDDEN);
    CHECK(key('\r') == LINE_ENTERED && screen.lines == 1);
    CHECK(line.length == 2);
    line_clear(&line);
    keys("c\001");
    CHECK(key('\n') == LINE_ENTERED && screen.lines == 2);
    CHECK(screen.cursor == 0 && line.length == 1);

    start();
    for (unsigned i = 0; i < LINE_BYTES - 1; i++)
        CHECK(key('x') == LINE_GOES_ON);
    CHECK(key('y') == LINE_FULL);
    keys("\001");
    CHECK(key('y') == LINE_FULL);
    keys("\004y");
    CHECK(line.length == LINE_BYTES - 1 && line.text[0] == 'y');
}

/* A line as this test would edit it. */
struct simple {
    char text[LINE_BYTES + 1];
    size_t length;
    size_t cursor;
};

static void
simple_cut(struct simple *s, size_t from, size_t to)
{
    char rest[LINE_BYTES + 1];

    memcpy(rest, s->text + to, s->length - to);
    memcpy(s->text + from, rest, s->length - to);
    s->length -= to - from;
    s->cursor = from;
}

/* One of the keys, chosen by `choice`. */
static const char *
simple_key(struct simple *s, unsigned choice)
{
    static char letter[2];
    size_t left = s->cursor > 0, right = s->cursor < s->length;

    switch (choice) {
    case 0:
        s->cursor -= left;
        return "\033[D";
    case 1:
        s->cursor += right;
        return "\033[C";
    case 2:
        s->cursor = 0;
        return "\033[H";
    case 3:
        s->cursor = s->length;
        return "\033[F";
    case 4:
        simple_cut(s, s->cursor - left, s->cursor);
        return "\x7f";
    case 5:
        simple_cut(s, s->cursor, s->cursor + right);
        return "\033[3~";
    case 6:
        if (check_below(20))
            return "";
        simple_cut(s, s->cursor, s->length);
        return "\013";
    case 7:
        if (check_below(20))
            return "";
        simple_cut(s, 0, s->cursor);
        return "\025";
    default:
        if (s->length == LINE_BYTES - 1)
            return "";
        letter[0] = (char)('a' + check_below(26));
        memmove(s->text + s->cursor + 1, s->text + s->cursor,
                s->length - s->cursor);
        s->text[s->cursor++] = letter[0];
        s->length++;
        return letter;
    }
}

static void
test_random(void)
{
    struct simple s = {.length = 0};

    entered = 0;
    start();
    for (unsigned i = 0; i < ROUNDS; i++) {
        keys(simple_key(&s, check_below(16)));
        screen_check(s.text, s.length, s.cursor);
    }
    CHECK(s.length > 0);
}

int
main(void)
{
    test_keys();
    test_history();
    test_events();
    test_random();
    return 0;
}
