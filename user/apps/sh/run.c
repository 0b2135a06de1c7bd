/* SPDX-License-Identifier: MIT */
/* A line is cut into tokens as a whole, so that a mistake at its end is found
 * before its beginning has run. Then one pipeline after the other: its words
 * are expanded, its programs started, and, unless it is in the background,
 * waited for. */
#include "run.h"

#include "builtins.h"
#include "jobs.h"
#include "tokens.h"
#include "words.h"

#include <lib/pathname.h>
#include <proto/file.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A pipeline that is about to run. */
struct pipeline {
    size_t count;
    struct words words[MEMBERS_MAX];
    struct member_request members[MEMBERS_MAX];
};

static void
pipeline_free(struct pipeline *p)
{
    for (size_t i = 0; i < p->count; i++) {
        words_free(&p->words[i]);
        for (unsigned f = 0; f < STARTUP_FILES; f++)
            free((char *)p->members[i].files[f].path);
    }
}

/* The absolute path that a redirection means: a shell that the program is may
 * go elsewhere, and start others there. */
static char *
path_complete(const char *typed)
{
    static char here[FILE_PATH_MAX], path[FILE_PATH_MAX];

    return typed && getcwd(here, sizeof(here)) &&
                   pathname_join(here, typed, path, sizeof(path))
               ? strdup(path)
               : NULL;
}

/* Notes where a program's file is. What is written is made here, so that an
 * error is seen before anything runs, and is written from its end on. */
static bool
redirection_read(struct member_request *member, enum token_kind kind,
                 const struct token *name)
{
    bool is_input = kind == TOKEN_INPUT;
    bool is_error = kind == TOKEN_ERROR || kind == TOKEN_ERROR_APPEND;
    bool is_new = kind == TOKEN_OUTPUT || kind == TOKEN_ERROR;
    struct startup_file *file = &member->files[is_input   ? STDIN_FILENO
                                               : is_error ? STDERR_FILENO
                                                          : STDOUT_FILENO];
    char *typed = word_expand(name->text, name->length);
    char *path = path_complete(typed);
    int flags = is_input ? O_RDONLY
                         : O_WRONLY | O_CREAT | (is_new ? O_TRUNC : O_APPEND);
    /* As it was typed: a slash at its end, which means a directory, is gone
     * from the absolute one. */
    int opened = path ? open(typed, flags, 0666) : -1;

    free((char *)file->path);
    *file =
        (struct startup_file){path, is_input ? O_RDONLY : O_WRONLY | O_APPEND};
    if (opened < 0)
        perror(path ? typed : "sh");
    else
        close(opened);
    free(typed);
    return opened >= 0;
}

/* The file that a command's name stands for, in memory of its own: what has a
 * slash is a path, all else a program of /bin; NULL: there is none. */
static char *
program_find(const char *name)
{
    struct stat status;
    char *path = NULL;

    if (strchr(name, '/'))
        path = strdup(name);
    else if (asprintf(&path, "/bin/%s", name) < 0)
        path = NULL;
    if (path && stat(path, &status) < 0) {
        free(path);
        return NULL;
    }
    return path;
}

/* Puts in front of a member's words what runs it as a program. False after
 * saying that there is none. */
static bool
member_complete(struct words *words)
{
    char *path;

    if (words->count == 0) {
        fprintf(stderr, "sh: a redirection without a command\n");
        return false;
    }
    if (builtin_is(words->list[0])) {
        /* A shell of its own does it: in a pipeline it cannot be us. */
        if (words->count + 2 > WORDS_MAX)
            return false;
        memmove(words->list + 2, words->list,
                (words->count + 1) * sizeof(words->list[0]));
        words->list[0] = strdup("/bin/sh");
        words->list[1] = strdup("-b");
        words->count += 2;
        return words->list[0] && words->list[1];
    }
    path = program_find(words->list[0]);
    if (!path) {
        fprintf(stderr, "sh: %s: there is no such program; help lists them\n",
                words->list[0]);
        return false;
    }
    free(words->list[0]);
    words->list[0] = path;
    return true;
}

/* Reads a pipeline from `*token` on and moves that behind it, whatever is wrong
 * with it: the rest of it is no command of its own. False: it cannot run, and
 * that has been said. */
static bool
pipeline_read(struct pipeline *p, const struct token **token)
{
    bool is_good = true;

    p->count = 1;
    for (;; (*token)++) {
        const struct token *t = *token;

        if (t->kind == TOKEN_PIPE) {
            if (is_good && p->count == MEMBERS_MAX) {
                fprintf(stderr, "sh: more than %d programs in a pipeline\n",
                        MEMBERS_MAX);
                is_good = false;
            }
            p->count += is_good;
        } else if (t->kind == TOKEN_WORD) {
            if (is_good &&
                !words_add(&p->words[p->count - 1], t->text, t->length)) {
                fprintf(stderr, "sh: too many words\n");
                is_good = false;
            }
        } else if (t->kind >= TOKEN_INPUT) {
            (*token)++;
            is_good = is_good && redirection_read(&p->members[p->count - 1],
                                                  t->kind, *token);
        } else {
            return is_good;
        }
    }
}

/* Whether the pipeline is one command that the shell does itself. */
static bool
is_own(const struct pipeline *p)
{
    const struct startup_file *files = p->members[0].files;

    return p->count == 1 && p->words[0].count > 0 && !files[0].path &&
           !files[1].path && !files[2].path && builtin_is(p->words[0].list[0]);
}

/* Runs a pipeline that was read; `text` is all of it. Returns its status. */
static int
pipeline_run(struct pipeline *p, bool is_background, const char *text)
{
    unsigned job;
    int status = 0;

    if (is_own(p)) {
        (void)builtin_run(p->words[0].list, &status);
        return status;
    }
    for (size_t i = 0; i < p->count; i++) {
        if (!member_complete(&p->words[i]))
            return STATUS_NOT_FOUND;
        p->members[i].words = p->words[i].list;
    }
    fflush(stdout);
    job = job_start(p->members, p->count, is_background, text);
    if (!job)
        return 1;
    return is_background ? 0 : job_wait(job);
}

/* Reads the pipeline at `*token` and, if it is to run, runs it. */
static int
pipeline_do(const struct token **token, bool is_to_run)
{
    static struct pipeline p; /* large */
    const struct token *first = *token;
    char *text;
    int status = 1;

    if (!is_to_run) {
        while ((*token)->kind == TOKEN_WORD || (*token)->kind == TOKEN_PIPE ||
               (*token)->kind >= TOKEN_INPUT)
            (*token)++;
        return words_status;
    }
    memset(&p, 0, sizeof(p));
    if (pipeline_read(&p, token)) {
        const struct token *last = *token - 1;

        text = strndup(first->text,
                       (size_t)(last->text + last->length - first->text));
        status = pipeline_run(&p, (*token)->kind == TOKEN_BACKGROUND,
                              text ? text : "");
        free(text);
    }
    pipeline_free(&p);
    return status;
}

int
line_run(const char *line)
{
    static struct token tokens[TOKENS_MAX];
    const struct token *token = tokens;
    const char *problem = tokens_read(line, tokens);
    bool is_to_run = true;

    if (problem) {
        fprintf(stderr, "sh: %s\n", problem);
        return words_status = STATUS_USAGE;
    }
    (void)jobs_take_interrupt(); /* one before the line is not for it */
    while (token->kind != TOKEN_END) {
        if (token->kind == TOKEN_NEXT) {
            token++;
            continue;
        }
        words_status = pipeline_do(&token, is_to_run);
        if (jobs_take_interrupt())
            break; /* Ctrl-C is meant for all of it */
        is_to_run = token->kind == TOKEN_AND  ? words_status == 0
                    : token->kind == TOKEN_OR ? words_status != 0
                                              : true;
        if (token->kind != TOKEN_END)
            token++;
    }
    return words_status;
}
