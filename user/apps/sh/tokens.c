/* SPDX-License-Identifier: MIT */
#include "tokens.h"

#include <stdbool.h>
#include <string.h>

/* The signs, the longer ones before those that they begin with. */
static const struct sign {
    const char *text;
    enum token_kind kind;
} signs[] = {
    {"2>>", TOKEN_ERROR_APPEND}, {"2>", TOKEN_ERROR},
    {"&&", TOKEN_AND},           {"||", TOKEN_OR},
    {">>", TOKEN_APPEND},        {"|", TOKEN_PIPE},
    {"&", TOKEN_BACKGROUND},     {";", TOKEN_NEXT},
    {"\n", TOKEN_NEXT},          {"<", TOKEN_INPUT},
    {">", TOKEN_OUTPUT},
};

static const struct sign *
sign_at(const char *at)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strncmp(at, signs[i].text, strlen(signs[i].text)) == 0)
            return &signs[i];
    return NULL;
}

/* How long the word at `at` is; 0: a quote in it is not closed. */
static size_t
word_length(const char *at)
{
    const char *begin = at;
    char quote = '\0';

    for (; *at; at++) {
        if (*at == '\\' && quote != '\'' && at[1]) {
            at++;
        } else if (quote) {
            if (*at == quote)
                quote = '\0';
        } else if (*at == '\'' || *at == '"') {
            quote = *at;
        } else if (strchr(" \t\n|&;<>", *at)) {
            break;
        }
    }
    return quote ? 0 : (size_t)(at - begin);
}

static bool
is_redirection(enum token_kind kind)
{
    return kind >= TOKEN_INPUT;
}

/* Whether a command may be left out between these two. */
static bool
may_follow(enum token_kind before, enum token_kind kind)
{
    if (is_redirection(before))
        return kind == TOKEN_WORD;
    switch (kind) {
    case TOKEN_PIPE:
    case TOKEN_AND:
    case TOKEN_OR:
    case TOKEN_BACKGROUND:
        return before == TOKEN_WORD;
    case TOKEN_NEXT:
    case TOKEN_END:
        return before == TOKEN_WORD || before == TOKEN_NEXT ||
               before == TOKEN_BACKGROUND;
    case TOKEN_WORD:
    case TOKEN_INPUT:
    case TOKEN_OUTPUT:
    case TOKEN_APPEND:
    case TOKEN_ERROR:
    case TOKEN_ERROR_APPEND:
        return true;
    }
    return false;
}

/* The token at `at`. False: a quote is not closed. */
static bool
token_read(const char *at, struct token *token)
{
    const struct sign *sign = sign_at(at);

    token->text = at;
    if (sign) {
        token->kind = sign->kind;
        token->length = strlen(sign->text);
        return true;
    }
    token->kind = *at ? TOKEN_WORD : TOKEN_END;
    token->length = *at ? word_length(at) : 0;
    return token->kind == TOKEN_END || token->length > 0;
}

const char *
tokens_read(const char *line, struct token tokens[TOKENS_MAX])
{
    enum token_kind before = TOKEN_NEXT;

    for (size_t count = 0; count < TOKENS_MAX; count++) {
        struct token *token = &tokens[count];

        line += strspn(line, " \t");
        if (*line == '#')
            line += strcspn(line, "\n");
        if (!token_read(line, token))
            return "a quote is not closed";
        if (!may_follow(before, token->kind))
            return is_redirection(before) ? "a file name is missing"
                                          : "a command is missing";
        if (token->kind == TOKEN_END)
            return NULL;
        before = token->kind;
        line += token->length;
    }
    return "the line has too many words";
}
