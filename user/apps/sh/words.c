/* SPDX-License-Identifier: MIT */
/* A word is expanded in one pass into two strings of the same length: the
 * text, and a mask that has '*' where a character came unquoted and can
 * therefore stand for others, and '.' elsewhere. */
#include "words.h"

#include <ctype.h>
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int words_status;

/* A string that grows. `text` is NULL when memory has run out. */
struct expansion {
    char *text, *mask;
    size_t length, room;
};

static void
expansion_put(struct expansion *e, char c, bool is_special)
{
    if (e->length + 1 >= e->room) {
        e->room = e->room ? 2 * e->room : 32;
        e->text = realloc(e->text, e->room);
        e->mask = realloc(e->mask, e->room);
    }
    if (!e->text || !e->mask)
        return;
    e->text[e->length] = c;
    e->mask[e->length++] = is_special ? '*' : '.';
    e->text[e->length] = e->mask[e->length] = '\0';
}

static void
expansion_put_text(struct expansion *e, const char *text)
{
    for (; text && *text; text++)
        expansion_put(e, *text, false);
}

/* Puts what "$..." at `text` stands for. Returns how long the "$..." is. */
static size_t
expansion_put_value(struct expansion *e, const char *text, size_t length)
{
    bool is_braced = length > 1 && text[1] == '{';
    size_t from = is_braced ? 2 : 1, to = from;
    char name[64], number[16];

    if (length > 1 && (text[1] == '?' || text[1] == '$')) {
        snprintf(number, sizeof(number), "%d",
                 text[1] == '?' ? words_status : (int)getpid());
        expansion_put_text(e, number);
        return 2;
    }
    while (to < length && (isalnum((unsigned char)text[to]) || text[to] == '_'))
        to++;
    if (to == from || to - from >= sizeof(name)) {
        expansion_put(e, '$', false);
        return 1;
    }
    memcpy(name, text + from, to - from);
    name[to - from] = '\0';
    expansion_put_text(e, getenv(name));
    return to + (is_braced && to < length && text[to] == '}');
}

static void
expansion_run(struct expansion *e, const char *text, size_t length)
{
    char quote = '\0';

    expansion_put(e, '\0', false); /* an empty word is a word too */
    e->length = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool escapes = c == '\\' && quote != '\'' && i + 1 < length &&
                       (!quote || strchr("$\"\\", text[i + 1]));

        if (escapes)
            expansion_put(e, text[++i], false);
        else if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? '\0' : c;
        else if (c == '$' && quote != '\'')
            i += expansion_put_value(e, text + i, length - i) - 1;
        else
            expansion_put(e, c, !quote && strchr("*?[", c));
    }
}

char *
word_expand(const char *text, size_t length)
{
    struct expansion e = {NULL, NULL, 0, 0};

    expansion_run(&e, text, length);
    free(e.mask);
    return e.text;
}

static bool
words_put(struct words *words, char *word)
{
    if (!word || words->count == WORDS_MAX) {
        free(word);
        return false;
    }
    words->list[words->count++] = word;
    words->list[words->count] = NULL;
    return true;
}

static int
words_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the names in a directory that match; `pattern` is the whole word, of
 * which the first `path` bytes lead to the directory. Returns how many there
 * were, -1: too many. */
static int
matches_add(struct words *words, const char *pattern, size_t path)
{
    char *directory_name = path ? strndup(pattern, path) : strdup(".");
    DIR *directory = directory_name ? opendir(directory_name) : NULL;
    size_t first = words->count;
    struct dirent *entry;
    bool is_room = true;

    while (directory && is_room && (entry = readdir(directory))) {
        char *word;

        if (fnmatch(pattern + path, entry->d_name, FNM_PERIOD) != 0)
            continue;
        if (asprintf(&word, "%.*s%s", (int)path, pattern, entry->d_name) < 0)
            word = NULL;
        is_room = words_put(words, word);
    }
    if (directory)
        closedir(directory);
    free(directory_name);
    qsort(words->list + first, words->count - first, sizeof(words->list[0]),
          words_compare);
    return is_room ? (int)(words->count - first) : -1;
}

bool
words_add(struct words *words, const char *text, size_t length)
{
    struct expansion e = {NULL, NULL, 0, 0};
    const char *slash;
    size_t path;
    int found = 0;

    expansion_run(&e, text, length);
    if (!e.text || !e.mask) {
        free(e.text);
        free(e.mask);
        return false;
    }
    slash = strrchr(e.text, '/');
    path = slash ? (size_t)(slash - e.text) + 1 : 0;
    if (strchr(e.mask + path, '*') && !strchr(e.text, '\\'))
        found = matches_add(words, e.text, path);
    free(e.mask);
    if (found == 0)
        return words_put(words, e.text);
    free(e.text);
    return found > 0;
}

void
words_free(struct words *words)
{
    while (words->count > 0)
        free(words->list[--words->count]);
    words->list[0] = NULL;
}
