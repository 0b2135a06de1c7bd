/* SPDX-License-Identifier: MIT */
/* What a word means:
 *
 *     'text'    the text as it is
 *     "text"    the same, but for $ and \ before $ " \
 *     \c        the character c
 *     $NAME     the environment variable, nothing if there is none; ${NAME}
 *     $?        the status of the last pipeline; $$ the shell's number
 *     * ? [..]  outside quotes, in the last component of a path: all names
 *               there that match, sorted; if there are none, the word itself
 *
 * What a variable holds is never cut into several words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 60 };

/* A command's words. */
struct words {
    char *list[WORDS_MAX + 1]; /* and NULL */
    size_t count;
};

/* What $? is. */
extern int words_status;

/* Adds what the `length` bytes at `text` mean. False: too many words, or no
 * memory. */
bool words_add(struct words *words, const char *text, size_t length);

/* The same for a word that can only be one, in memory of its own; NULL: no
 * memory. */
char *word_expand(const char *text, size_t length);

void words_free(struct words *words);
