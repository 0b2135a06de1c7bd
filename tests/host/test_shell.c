/* SPDX-License-Identifier: MIT */
/* The shell's reading of a line: its pieces, and what words mean. */
#include "apps/sh/tokens.h"
#include "apps/sh/words.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 512 };

/* A line, as pieces: words in brackets, signs as they are. */
static const struct reading {
    const char *line, *pieces;
} readings[] = {
    {"", ""},
    {"  # all of it", ""},
    {"ls -l", "[ls][-l]"},
    {"a|b||c&&d&e;f\ng", "[a]|[b]||[c]&&[d]&[e];[f]\n[g]"},
    {"a<b>c>>d 2>e 2>>f", "[a]<[b]>[c]>>[d]2>[e]2>>[f]"},
    {"a2>b", "[a2]>[b]"},
    {"'a | b' \"c ; d\" e\\ f\\|g", "['a | b'][\"c ; d\"][e\\ f\\|g]"},
    {"a'b'\"c\"d", "[a'b'\"c\"d]"},
    {"a#b #c", "[a#b]"},
    {"> f a", ">[f][a]"},
    {"a & ; b", "[a]&;[b]"},
    {"'it''s'", "['it''s']"},
    {"\"\\\"\"", "[\"\\\"\"]"},
};

/* Lines without a meaning, and what is said of them. */
static const struct reading mistakes[] = {
    {"| a", "a command is missing"},
    {"a |", "a command is missing"},
    {"a && | b", "a command is missing"},
    {"&", "a command is missing"},
    {"a & & b", "a command is missing"},
    {"a || ; b", "a command is missing"},
    {"a >", "a file name is missing"},
    {"a < | b", "a file name is missing"},
    {"a > > b", "a file name is missing"},
    {"'a", "a quote is not closed"},
    {"a \"b'", "a quote is not closed"},
};

static void
test_readings(void)
{
    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
        struct token tokens[TOKENS_MAX];
        char pieces[TEXT_BYTES] = "";

        CHECK(tokens_read(readings[i].line, tokens) == NULL);
        for (struct token *t = tokens; t->kind != TOKEN_END; t++) {
            bool is_word = t->kind == TOKEN_WORD;

            sprintf(pieces + strlen(pieces), "%s%.*s%s", is_word ? "[" : "",
                    (int)t->length, t->text, is_word ? "]" : "");
        }
        CHECK(strcmp(pieces, readings[i].pieces) == 0);
    }
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct token tokens[TOKENS_MAX];
        const char *problem = tokens_read(mistakes[i].line, tokens);

        CHECK(problem && strcmp(problem, mistakes[i].pieces) == 0);
    }
}

/* A line is read whole or not at all: no more tokens than there is room. */
static void
test_long_line(void)
{
    char line[2 * TOKENS_MAX + 1];
    struct token tokens[TOKENS_MAX];

    for (size_t i = 0; i < TOKENS_MAX; i++)
        memcpy(line + 2 * i, "a ", 2);
    line[2 * TOKENS_MAX] = '\0';
    CHECK(tokens_read(line, tokens) != NULL);
    line[2 * (TOKENS_MAX - 1)] = '\0';
    CHECK(tokens_read(line, tokens) == NULL);
}

static void
check_word(const char *text, const char *expected)
{
    char *word = word_expand(text, strlen(text));

    CHECK(word && strcmp(word, expected) == 0);
    free(word);
}

static void
test_words(void)
{
    setenv("NAME", "two words", 1);
    unsetenv("NONE");
    words_status = 42;

    check_word("plain", "plain");
    check_word("''", "");
    check_word("'$NAME'", "$NAME");
    check_word("\"$NAME\"", "two words");
    check_word("$NAME", "two words");
    check_word("${NAME}s", "two wordss");
    check_word("a$NONE.b", "a.b");
    check_word("$?", "42");
    check_word("\\$NAME", "$NAME");
    check_word("\"\\$\\\"\\\\\\x\"", "$\"\\\\x");
    check_word("a\\ b", "a b");
    check_word("$", "$");
    check_word("100$", "100$");
    check_word("'a'\"b\"c", "abc");
    check_word("'\"'", "\"");
}

/* The words as one text. */
static void
check_words(const char *text, const char *expected)
{
    struct words words = {.count = 0};
    char all[TEXT_BYTES] = "";

    CHECK(words_add(&words, text, strlen(text)));
    for (size_t i = 0; i < words.count; i++)
        sprintf(all + strlen(all), "%s ", words.list[i]);
    CHECK(strcmp(all, expected) == 0);
    words_free(&words);
    CHECK(words.count == 0);
}

static void
test_patterns(void)
{
    static const char *const names[] = {"b.c", "a.c", "ab.h", ".c"};
    char place[] = "/tmp/chaski-shell-XXXXXX", before[TEXT_BYTES];

    CHECK(mkdtemp(place) && getcwd(before, sizeof(before)));
    CHECK(chdir(place) == 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        fclose(fopen(names[i], "w"));

    check_words("*.c", "a.c b.c ");
    check_words("./*.c", "./a.c ./b.c ");
    check_words("?b.*", "ab.h ");
    check_words("[ab].c", "a.c b.c ");
    check_words("'*.c'", "*.c ");
    check_words("*.x", "*.x ");
    check_words("nowhere/*", "nowhere/* ");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CHECK(unlink(names[i]) == 0);
    CHECK(chdir(before) == 0 && rmdir(place) == 0);
}

/* More words than a command can have are refused, and nothing is lost. */
static void
test_too_many(void)
{
    struct words words = {.count = 0};

    for (unsigned i = 0; i < WORDS_MAX; i++)
        CHECK(words_add(&words, "w", 1));
    CHECK(!words_add(&words, "w", 1));
    CHECK(words.count == WORDS_MAX && !words.list[WORDS_MAX]);
    words_free(&words);
}

int
main(void)
{
    test_readings();
    test_long_line();
    test_words();
    test_patterns();
    test_too_many();
    return 0;
}
