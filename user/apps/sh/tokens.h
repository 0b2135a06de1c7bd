/* SPDX-License-Identifier: MIT */
/* A command line in pieces: words and what stands between them.
 *
 *     line      =  list [; list]... where ";" may be "&" too, or a newline
 *     list      =  pipeline [&& or || pipeline]...
 *     pipeline  =  command [| command]...
 *     command   =  words and redirections: < > >> 2> 2>>
 *
 * A word is kept as it was typed, with quotes and dollars: what it means is
 * found out when its command is run (words.h), for the commands before it may
 * have changed that. "#" at the beginning of a word starts a comment. */
#pragma once

#include <stddef.h>

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_PIPE,         /* | */
    TOKEN_AND,          /* && */
    TOKEN_OR,           /* || */
    TOKEN_NEXT,         /* ; or the end of a line */
    TOKEN_BACKGROUND,   /* & */
    TOKEN_INPUT,        /* < */
    TOKEN_OUTPUT,       /* > */
    TOKEN_APPEND,       /* >> */
    TOKEN_ERROR,        /* 2> */
    TOKEN_ERROR_APPEND, /* 2>> */
};

enum { TOKENS_MAX = 256 };

struct token {
    enum token_kind kind;
    const char *text; /* in the line */
    size_t length;
};

/* Cuts `line` into `tokens`, of which the last is TOKEN_END, and sees that they
 * are in an order that has a meaning. Returns NULL if so, and otherwise what
 * is wrong. The tokens lie in the line, which has to stay. */
const char *tokens_read(const char *line, struct token tokens[TOKENS_MAX]);
