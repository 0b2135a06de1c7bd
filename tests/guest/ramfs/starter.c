/* SPDX-License-Identifier: MIT */
/* Starts programs as a shell does (lib/program.h), and looks at what they were
 * given and how they ended. Prints to the log.
 *
 * Grants: "names". */
#include <lib/descriptor.h>
#include <lib/error.h>
#include <lib/program.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRIORITY = 32, FRAMES = 512, STARTS = 20, TEXT_BYTES = 2000 };

static unsigned failures;
static handle_t ends;

static void
check(const char *name, bool is_right)
{
    printf("%s %s\n", is_right ? "ok" : "FAILED", name);
    failures += !is_right;
}

/* Starts it, waits for its end, and tells its exit code; -1 if it was another
 * end than that, an error of <errno.h> below that if there was no beginning. */
static int
program_run(struct program_request *request)
{
    struct program program;
    struct message m;
    int error;

    request->frames = FRAMES;
    request->priority = PRIORITY;
    request->supervisor = ends;
    error = program_start(request, &program);
    if (error != 0)
        return -error;
    if (sys_endpoint_recv(ends, 0, &m) != OK || !(m.header & MESSAGE_ENDED))
        return -1;
    program_end(&program);
    return m.words[0] == ENDED_EXIT ? (int)m.words[1] : -1;
}

/* The content of a file, "" if there is none. */
static const char *
file_text(const char *path)
{
    static char text[TEXT_BYTES + 1];
    int fd = open(path, O_RDONLY);
    ssize_t bytes = fd < 0 ? 0 : read(fd, text, TEXT_BYTES);

    text[bytes < 0 ? 0 : bytes] = '\0';
    if (fd >= 0)
        (void)close(fd);
    return text;
}

static void
redirection_check(void)
{
    static const char *const arguments[] = {"one", "two words", "", NULL};
    struct program_request request = {
        .path = "../bin/process",
        .arguments = arguments,
        .files = {{"/dev/null", O_RDONLY},
                  {"out", O_WRONLY | O_CREAT | O_TRUNC},
                  {"out", O_WRONLY | O_APPEND}},
    };
    struct stat once, twice;
    const char *text;

    check("a working directory", chdir("/home") == 0);
    check("exit code", program_run(&request) == 7);
    text = file_text("/home/out");
    check("standard output", strstr(text, "process: 0 failures"));
    check("arguments", strstr(text, "ok argv"));
    check("environment", strstr(text, "ok getenv\n"));
    request.files[1].flags = O_WRONLY | O_CREAT | O_APPEND;
    check("appended", stat("out", &once) == 0 && program_run(&request) == 7 &&
                          stat("out", &twice) == 0 && once.st_size > 0 &&
                          twice.st_size == 2 * once.st_size);
}

static void
errors_check(void)
{
    struct program_request request = {.path = "/bin/none"};
    int fd = open("text", O_WRONLY | O_CREAT, 0644);

    check("no such program", program_run(&request) == -ENOENT);
    request.path = "text";
    check("no program", write(fd, "echo hello\n", 11) == 11 && close(fd) == 0 &&
                            program_run(&request) == -ENOEXEC);
    request.path = "/bin";
    check("a directory", program_run(&request) == -EACCES);
}

/* What each leaves behind would fill a table: handles, clients, files. */
static void
many_check(void)
{
    struct program_request request = {
        .path = "/bin/aborting",
        .files = {{"/input", O_RDONLY}, {"many", O_WRONLY | O_CREAT}},
    };
    unsigned right = 0;

    for (unsigned i = 0; i < STARTS; i++)
        right += program_run(&request) == 134;
    check("many programs", right == STARTS);
}

int
main(void)
{
    check("an endpoint",
          sys_endpoint_create(startup_handle("self"), &ends) == OK);
    redirection_check();
    errors_check();
    many_check();
    return failures != 0;
}
