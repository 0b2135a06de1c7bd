/* SPDX-License-Identifier: MIT */
/* The shell.
 *
 *     sh               reads lines from stdin; asks for them on a terminal
 *     sh -c LINE       runs the line
 *     sh FILE          runs the lines of a file
 *     sh -b WORD...    runs one command that the shell does itself
 *
 * Grants: "names"; of init, "init"; to hand on (authority.c): "machine",
 * "admin", "rings".
 *
 *     sh.c       where lines come from
 *     run.c      what to do with one
 *     tokens.c   its pieces            words.c    what they mean
 *     job_start.c, jobs.c   programs under way
 *     builtins.c what needs no program */
#include "builtins.h"
#include "jobs.h"
#include "run.h"
#include "words.h"

#include <lib/descriptor.h>
#include <lib/startup.h>
#include <lib/thread.h>
#include <proto/service.h>
#include <proto/terminal.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, STACK_BYTES = 64 * 1024, PRIORITY = 20 };

static char stack[STACK_BYTES] __attribute__((aligned(4096)));

static int argument_count;
static char **arguments;

/* Has the terminal edit lines and show what is typed. A program may have ended
 * that wanted keys, and one in the background may want them at any time: so
 * this comes before each prompt. */
static void
terminal_prepare(void)
{
    struct file *terminal = descriptor_file(STDIN_FILENO);
    enum terminal_mode before;

    if (terminal)
        (void)!terminal_mode(terminal, TERMINAL_LINES, &before);
}

/* The prompt: where we are. */
static void
prompt_show(void)
{
    static char path[LINE_BYTES];

    terminal_prepare();
    printf("%s$ ", getcwd(path, sizeof(path)) ? path : "?");
    fflush(stdout);
}

/* Whether `line`, which was just read, is all of its line. If not, what is left
 * of that is read too and dropped: cut anywhere, a line may mean anything. */
static bool
line_is_whole(const char *line, FILE *file)
{
    size_t length = strlen(line);
    int c;

    if (length + 1 < LINE_BYTES || line[length - 1] == '\n')
        return true;
    c = getc(file);
    if (c == EOF)
        return true;
    while (c != '\n' && c != EOF)
        c = getc(file);
    return false;
}

/* Whether the end of what is typed is no reason to end: init would start a
 * shell again, but not often, and then there would be none. */
static bool
shell_stays(void)
{
    if (startup_handle("init") == HANDLE_NONE)
        return false;
    printf("\ntype poweroff to switch the machine off\n");
    return true;
}

/* Whether more lines may come after none has. An error that stays is said. */
static bool
lines_go_on(FILE *file, bool is_asking)
{
    bool is_error = ferror(file) != 0;

    /* Ctrl-C while typing: the line is gone, and that is all. The signal is
     * heard before the next prompt. */
    if (is_error ? errno == EINTR : is_asking && shell_stays()) {
        clearerr(file);
        return true;
    }
    if (is_error)
        fprintf(stderr, "sh: %s\n", strerror(errno));
    return false;
}

/* Runs lines up to the end of the file. */
static void
lines_run(FILE *file, handle_t self, bool is_asking)
{
    static char line[LINE_BYTES];

    for (;;) {
        if (is_asking) {
            jobs_poll();
            (void)jobs_watch(self); /* a shell that we ran may have */
            prompt_show();
        }
        if (fgets(line, sizeof(line), file)) {
            if (line_is_whole(line, file)) {
                (void)line_run(line);
            } else {
                fprintf(stderr, "sh: the line has more than %d characters\n",
                        LINE_BYTES - 2);
                words_status = STATUS_USAGE;
            }
        } else if (!lines_go_on(file, is_asking)) {
            return;
        }
    }
}

static void
file_run(const char *name, handle_t self)
{
    FILE *file = fopen(name, "r");

    if (!file) {
        fprintf(stderr, "sh: %s: %s\n", name, strerror(errno));
        words_status = STATUS_NOT_FOUND;
        return;
    }
    lines_run(file, self, false);
    fclose(file);
}

/* Programs expect these in their environment; who started us may have said
 * what they are. */
static void
environment_complete(void)
{
    static char path[LINE_BYTES];

    setenv("HOME", "/", 0);
    setenv("PATH", "/bin", 0);
    setenv("PWD", getcwd(path, sizeof(path)) ? path : "/", 0);
}

static void
shell_run(handle_t self)
{
    const char *option = argument_count > 1 ? arguments[1] : "";
    bool has_more = argument_count > 2;

    /* It is flushed where that counts, and there an error is seen. A stream
     * that is flushed by each line loses what became of the lines before. */
    (void)setvbuf(stdout, NULL, _IOFBF, 0);
    environment_complete();
    jobs_start();
    if (startup_handle("init") != HANDLE_NONE)
        (void)!service_ready(startup_handle("init"), "");
    if (strcmp(option, "-c") == 0 && has_more)
        (void)line_run(arguments[2]);
    else if (strcmp(option, "-b") == 0 && has_more)
        (void)builtin_run(arguments + 2, &words_status);
    else if (*option && *option != '-')
        file_run(option, self);
    else
        lines_run(stdin, self, isatty(STDIN_FILENO));
    exit(words_status);
}

/* Ctrl-C is a signal to a thread, and takes a handle to it. */
int
main(int argc, char **argv)
{
    argument_count = argc;
    arguments = argv;
    thread_continue(shell_run, stack, sizeof(stack), PRIORITY);
}
