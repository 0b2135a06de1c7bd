/* SPDX-License-Identifier: MIT */
#include "builtins.h"

#include "jobs.h"
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
complain(const char *who, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", who, what, strerror(errno));
    return 1;
}

/* cd [PATH] */
static int
builtin_cd(char *const *words)
{
    const char *path = words[1] ? words[1] : "/";

    return chdir(path) < 0 ? complain("cd", path) : 0;
}

static int
builtin_pwd(char *const *words)
{
    static char path[1024];

    (void)words;
    if (!getcwd(path, sizeof(path)))
        return complain("pwd", ".");
    puts(path);
    return 0;
}

/* exit [STATUS] */
static int
builtin_exit(char *const *words)
{
    exit(words[1] ? (int)strtol(words[1], NULL, 10) : words_status);
}

static int
builtin_jobs(char *const *words)
{
    (void)words;
    jobs_poll();
    jobs_list();
    return 0;
}

/* The number in "%3" or "3"; 0 if it is none. */
static unsigned
job_number(const char *word)
{
    return word ? (unsigned)strtoul(word + (*word == '%'), NULL, 10) : 0;
}

/* kill %JOB | NUMBER: a job, or the process that ps shows with this number. */
static int
builtin_kill(char *const *words)
{
    bool is_done;

    if (!words[1]) {
        fprintf(stderr, "usage: kill %%JOB, kill NUMBER (a process of this "
                        "shell); services: svc kill NAME\n");
        return 2;
    }
    jobs_poll();
    if (words[1][0] == '%')
        is_done = job_kill(job_number(words[1]));
    else
        is_done = job_kill_process(strtoul(words[1], NULL, 10));
    if (!is_done)
        fprintf(stderr, "kill: %s: not a process of this shell\n", words[1]);
    return !is_done;
}

/* wait [%JOB], fg [%JOB]: until the job is over; all jobs. */
static int
builtin_wait(char *const *words)
{
    int status = 0;

    jobs_poll();
    if (words[1])
        return job_wait(job_number(words[1]));
    for (unsigned number = jobs_first(); number; number = jobs_first())
        status = job_wait(number);
    return status;
}

/* export NAME=VALUE, or all variables */
static int
builtin_export(char *const *words)
{
    for (char **variable = environ; !words[1] && variable && *variable;
         variable++)
        puts(*variable);
    for (size_t i = 1; words[0] && words[i]; i++) {
        char *equals = strchr(words[i], '=');

        if (!equals || equals == words[i]) {
            fprintf(stderr, "usage: export NAME=VALUE\n");
            return 2;
        }
        *equals = '\0';
        if (setenv(words[i], equals + 1, 1) < 0)
            return complain("export", words[i]);
    }
    return 0;
}

static int
builtin_unset(char *const *words)
{
    for (size_t i = 1; words[i]; i++)
        unsetenv(words[i]);
    return 0;
}

static int
builtin_help(char *const *words)
{
    (void)words;
    puts("files    ls cat cp mv rm mkdir rmdir touch head tail hexdump wc\n"
         "text     echo grep sort\n"
         "system   ps top free df mount svc trace date sleep sync\n"
         "         pager ping-pong poweroff reboot\n"
         "shell    cd pwd export unset jobs kill wait fg exit help\n"
         "\n"
         "a | b    what a writes b reads      a < f  a > f  a >> f  a 2> f\n"
         "a && b   b if a went well           a || b   b if it did not\n"
         "a &      in the background          a ; b    one after the other\n"
         "'..' \"..\" \\c   quoting             $NAME $?   * ? [..]  names\n"
         "Ctrl-C ends a job, Ctrl-D a text. Arrow up shows lines before.");
    return 0;
}

static const struct builtin {
    const char *name;
    int (*run)(char *const *words);
} builtins[] = {
    {"cd", builtin_cd},       {"pwd", builtin_pwd},
    {"exit", builtin_exit},   {"jobs", builtin_jobs},
    {"kill", builtin_kill},   {"wait", builtin_wait},
    {"fg", builtin_wait},     {"export", builtin_export},
    {"unset", builtin_unset}, {"help", builtin_help},
};

static const struct builtin *
builtin_find(const char *name)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
        if (strcmp(name, builtins[i].name) == 0)
            return &builtins[i];
    return NULL;
}

bool
builtin_is(const char *name)
{
    return builtin_find(name) != NULL;
}

/* Whether all that was printed has gone where it was to go; if not, says so. */
static bool
output_finish(const char *who)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    complain(who, "cannot write");
    return false;
}

bool
builtin_run(char *const *words, int *status)
{
    const struct builtin *builtin = builtin_find(words[0]);

    if (!builtin)
        return false;
    (void)fflush(stdout); /* what failed before is no matter of this one */
    clearerr(stdout);
    *status = builtin->run(words);
    if (!output_finish(words[0]))
        *status = 1;
    return true;
}
