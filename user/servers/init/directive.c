/* SPDX-License-Identifier: MIT */
/* The directives of the manifest: what each of them says about its stanza. */
#include "line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_BYTES = 120 };

void
service_read(struct line *l)
{
    struct manifest *m = l->manifest;
    const char *name = l->words[1];

    l->stanza = NULL;
    if (l->count != 2 || strlen(name) >= SERVICE_NAME_BYTES) {
        line_problem(l, "write: service NAME, a name of up to 15 letters%s",
                     "");
        return;
    }
    if (m->count == SERVICES_MAX) {
        line_problem(l, "%s is one service too many: leave one out", name);
        return;
    }
    if (manifest_find(m, name) < m->count) {
        line_problem(l, "there is a service %s already: choose another name",
                     name);
        return;
    }
    l->stanza = &m->stanzas[m->count++];
    *l->stanza = (struct stanza){
        .name = name,
        .line = l->number,
        .program = name,
        .is_restarted = true,
        .priority = 32,
        .frames = 128,
        .slots = 64,
        .stack = 4,
        .ends = 5,
        .seconds = 10,
    };
}

static void
program_read(struct line *l)
{
    if (l->count == 2)
        l->stanza->program = l->words[1];
    else
        line_problem(l, "write: program FILE%s", "");
}

/* A number from `low` to `high` in word `index`. */
static bool
number_read(struct line *l, unsigned index, uint64_t low, uint64_t high,
            uint64_t *number)
{
    const char *word = index < l->count ? l->words[index] : "";
    char *end;
    char format[FORMAT_BYTES];

    *number = strtoul(word, &end, 10);
    if (*word >= '0' && *word <= '9' && *end == '\0' && *number >= low &&
        *number <= high)
        return true;
    snprintf(format, sizeof(format),
             "%s takes a number from %lu to %lu, not \"%%s\"", l->words[0],
             (unsigned long)low, (unsigned long)high);
    line_problem(l, format, word);
    return false;
}

static void
terminal_read(struct line *l)
{
    if (l->count == 2 && l->words[1][0] == '/')
        l->stanza->terminal = l->words[1];
    else
        line_problem(l, "write: terminal PATH, a path like /dev/console%s", "");
}

static void
device_read(struct line *l)
{
    if (l->count < 2 || l->count > 3) {
        line_problem(l, "write: device COMPATIBLE [KIND]%s", "");
        return;
    }
    l->stanza->device = l->words[1];
    if (l->count == 3)
        (void)number_read(l, 2, 1, UINT32_MAX, &l->stanza->device_kind);
}

static void
list_read(struct line *l, struct word_list *list)
{
    if (l->count == 1)
        line_problem(l, "%s wants at least one word", l->words[0]);
    list->line = l->number;
    list->count = l->count - 1;
    memcpy(list->words, &l->words[1], list->count * sizeof(list->words[0]));
    list->words[list->count] = NULL;
}

static void
paths_read(struct line *l)
{
    list_read(l, &l->stanza->paths);
    for (unsigned i = 1; i < l->count; i++)
        if (l->words[i][0] != '/' || strlen(l->words[i]) > 32)
            line_problem(l,
                         "%s is no path: it begins with / and has up to 32 "
                         "characters",
                         l->words[i]);
}

static void
grants_read(struct line *l)
{
    static const char *const words[] = {
        "admin", "inspect", "trace", "power", "archive", "tree", "rings",
    };
    const unsigned count = sizeof(words) / sizeof(words[0]);

    for (unsigned i = 1; i < l->count; i++) {
        unsigned grant = 0;

        while (grant < count && strcmp(l->words[i], words[grant]) != 0)
            grant++;
        if (grant < count)
            l->stanza->grants |= 1U << grant;
        else
            line_problem(l,
                         "nothing is granted as \"%s\": write admin, "
                         "inspect, trace, power, archive, tree or rings",
                         l->words[i]);
    }
}

static void
frames_read(struct line *l)
{
    l->stanza->has_rest = l->count == 2 && strcmp(l->words[1], "rest") == 0;
    if (!l->stanza->has_rest)
        (void)number_read(l, 1, 16, 1 << 20, &l->stanza->frames);
}

static void
restart_read(struct line *l)
{
    struct stanza *s = l->stanza;

    s->is_restarted = false;
    if (l->count == 2 && strcmp(l->words[1], "never") == 0)
        return;
    s->is_restarted = true;
    if (l->count == 4 && strcmp(l->words[2], "in") == 0)
        (void)(number_read(l, 1, 1, SERVICE_ENDS_MAX, &s->ends) &&
               number_read(l, 3, 1, 3600, &s->seconds));
    else
        line_problem(l, "write: restart never, or: restart N in SECONDS%s", "");
}

/* ------------------------------------------------------------ which one it is
 */

/* A directive that is one number. */
struct number_directive {
    const char *name;
    size_t offset; /* in struct stanza */
    uint64_t low, high;
};

static const struct number_directive number_directives[] = {
    {"priority", offsetof(struct stanza, priority), 1, 62},
    {"slots", offsetof(struct stanza, slots), 16, 4096},
    {"stack", offsetof(struct stanza, stack), 1, 64},
    {"kept", offsetof(struct stanza, kept), 0, SERVICE_KEPT_MAX},
    {"dma", offsetof(struct stanza, dma), 0, 64},
};

/* Any other that belongs to a stanza. */
static const struct {
    const char *name;
    void (*read)(struct line *l);
} directives[] = {
    {"program", program_read}, {"terminal", terminal_read},
    {"device", device_read},   {"provides", paths_read},
    {"grants", grants_read},   {"frames", frames_read},
    {"restart", restart_read},
};

void
directive_read(struct line *l)
{
    struct stanza *s = l->stanza;
    const char *name = l->words[0];

    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
        if (strcmp(name, directives[i].name) == 0) {
            directives[i].read(l);
            return;
        }
    for (size_t i = 0;
         i < sizeof(number_directives) / sizeof(number_directives[0]); i++) {
        const struct number_directive *d = &number_directives[i];

        if (strcmp(name, d->name) == 0) {
            (void)number_read(l, 1, d->low, d->high,
                              (uint64_t *)(void *)((char *)s + d->offset));
            return;
        }
    }
    if (strcmp(name, "arguments") == 0)
        list_read(l, &s->arguments);
    else if (strcmp(name, "uses") == 0)
        list_read(l, &s->uses);
    else if (strcmp(name, "critical") == 0)
        s->is_critical = true;
    else if (strcmp(name, "flush") == 0)
        s->is_flushed = true;
    else
        line_problem(l,
                     "\"%s\" is no word of a manifest: see "
                     "docs/howto-service.md for those there are",
                     name);
}
