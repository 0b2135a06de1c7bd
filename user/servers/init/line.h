/* SPDX-License-Identifier: MIT */
/* A line of the manifest, while it is read. */
#pragma once

#include "manifest.h"

enum { LINE_WORDS_MAX = SERVICE_LIST_MAX + 1 }; /* the directive included */

struct line {
    struct manifest *manifest;
    struct stanza *stanza; /* NULL before the first */
    unsigned number;
    unsigned count;
    const char *words[LINE_WORDS_MAX + 1];
};

/* Reports a problem of the line; "%s" in `format` is for `word`. */
void line_problem(const struct line *l, const char *format, const char *word);

/* Begins a stanza: the line says `service`. */
void service_read(struct line *l);

/* Does what any other directive says about the line's stanza. */
void directive_read(struct line *l);
