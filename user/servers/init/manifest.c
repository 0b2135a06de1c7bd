/* SPDX-License-Identifier: MIT */
/* Reading the manifest: lines into words, words into a stanza (directive.c),
 * and then what only the whole shows: who uses whom, and in which order to
 * start them.
 *
 * A problem costs the stanza in which it is, and nothing else. */
#include "line.h"

#include <stdio.h>
#include <string.h>

enum { PROBLEM_BYTES = 120 };

void
line_problem(const struct line *l, const char *format, const char *word)
{
    char problem[PROBLEM_BYTES];

    snprintf(problem, sizeof(problem), format, word);
    l->manifest->report(l->number, problem);
    if (l->stanza)
        l->stanza->is_bad = true;
}

/* Cuts `text` into words. False if there are too many. */
static bool
line_split(struct line *l, char *text)
{
    char *rest;

    text[strcspn(text, "#")] = '\0';
    l->count = 0;
    for (char *word = strtok_r(text, " \t\r", &rest); word;
         word = strtok_r(NULL, " \t\r", &rest)) {
        if (l->count == LINE_WORDS_MAX)
            return false;
        l->words[l->count++] = word;
    }
    l->words[l->count] = NULL;
    return true;
}

static void
line_read(struct line *l, char *text)
{
    if (!line_split(l, text))
        line_problem(l, "the line has too many words: 8 behind the first%s",
                     "");
    else if (l->count == 0)
        return;
    else if (strcmp(l->words[0], "service") == 0)
        service_read(l);
    else if (l->stanza)
        directive_read(l);
    else
        line_problem(l,
                     "\"%s\" belongs to no service: write service NAME "
                     "first",
                     l->words[0]);
}

/* -------------------------------------------------------------- the whole */

unsigned
manifest_find(const struct manifest *m, const char *name)
{
    unsigned i = 0;

    while (i < m->count && strcmp(m->stanzas[i].name, name) != 0)
        i++;
    return i;
}

/* Whether all that stanza `s` uses is among the first `done` of the order. */
static bool
stanza_is_next(const struct manifest *m, const struct stanza *s, unsigned done)
{
    for (unsigned i = 0; i < s->uses.count; i++) {
        unsigned used = manifest_find(m, s->uses.words[i]);
        bool is_there = false;

        for (unsigned k = 0; k < done; k++)
            is_there |= m->order[k] == used;
        if (!is_there && used < m->count)
            return false;
    }
    return true;
}

/* A stanza that uses itself, directly or through others: whoever follows what
 * is used and not placed yet, for long enough, goes round in a circle. */
static unsigned
circle_find(const struct manifest *m, const bool is_placed[])
{
    unsigned at = 0;

    while (is_placed[at])
        at++;
    for (unsigned steps = 0; steps < m->count; steps++) {
        const struct word_list *uses = &m->stanzas[at].uses;

        for (unsigned i = 0; i < uses->count; i++) {
            unsigned used = manifest_find(m, uses->words[i]);

            if (used < m->count && !is_placed[used]) {
                at = used;
                break;
            }
        }
    }
    return at;
}

/* Puts the stanzas in order, those that are ready in that of the manifest. If
 * none is, one is marked and put in all the same. */
static void
manifest_sort(struct manifest *m)
{
    bool is_placed[SERVICES_MAX] = {false};

    for (unsigned done = 0; done < m->count; done++) {
        unsigned next = 0;

        while (next < m->count &&
               (is_placed[next] || !stanza_is_next(m, &m->stanzas[next], done)))
            next++;
        if (next == m->count) {
            next = circle_find(m, is_placed);

            struct line l = {.manifest = m,
                             .stanza = &m->stanzas[next],
                             .number = m->stanzas[next].uses.line};

            line_problem(&l,
                         "%s uses itself, directly or through others: nobody "
                         "could be started first",
                         l.stanza->name);
        }
        is_placed[next] = true;
        m->order[done] = next;
    }
}

void
manifest_read(struct manifest *m, char *text, manifest_report *report)
{
    struct line l = {.manifest = m};

    m->report = report;
    m->count = 0;
    while (text) {
        char *end = strchr(text, '\n');

        if (end)
            *end = '\0';
        l.number++;
        line_read(&l, text);
        text = end ? end + 1 : NULL;
    }
    for (unsigned i = 0; i < m->count; i++) {
        const struct word_list *uses = &m->stanzas[i].uses;

        l.stanza = &m->stanzas[i];
        l.number = uses->line;
        for (unsigned k = 0; k < uses->count; k++)
            if (manifest_find(m, uses->words[k]) == m->count)
                line_problem(&l,
                             "there is no service %s to use: add it, or "
                             "leave the word out",
                             uses->words[k]);
    }
    manifest_sort(m);
}
