/* SPDX-License-Identifier: MIT */
/* Starting a pipeline: pipes first, then its programs, each between two.
 *
 * A program's stdin, stdout and stderr are, in this order: the file that the
 * line names, the pipe to its neighbour, or what the shell has itself. That may
 * be a pipe's end too, when the shell was started in a pipeline: then it shares
 * it (proto/pipe.h). What the shell has as a file the program opens anew. Of
 * the shell's stdin a job in the background has nothing, or both would read in
 * turns what is typed: it is at its end at once. */
#include "job.h"

#include "authority.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    MEMBER_PRIORITY = 16,
    MEMBER_FRAMES = 4096,   /* 16 MiB, or, if that is less, of ours */
    MEMBER_FRAMES_PART = 4, /* a quarter: something is left for the next one */
    LAST_FRAMES_PART = 2,   /* a half, for one behind which we wait */
};

/* Those of our own that are ends of pipes; no server: it is none. */
static struct file streams[STARTUP_FILES];

/* Makes a pipe from member `from` to the next one, and keeps the handle of
 * each end in `ends_of`. Returns an error of <errno.h>. */
static int
pipe_between(struct member *from, handle_t ends_of[2])
{
    uint64_t number;
    int error = pipe_make(&jobs_pipes, &number);

    if (error)
        return error;
    from[0].pipe[PIPE_WRITE] = from[1].pipe[PIPE_READ] = number;
    from[0].has_pipe[PIPE_WRITE] = from[1].has_pipe[PIPE_READ] = true;
    error = pipe_end(&jobs_pipes, number, PIPE_WRITE, &ends_of[PIPE_WRITE]);
    if (error)
        return error;
    return pipe_end(&jobs_pipes, number, PIPE_READ, &ends_of[PIPE_READ]);
}

static void
member_close_pipe(struct member *m, enum pipe_end end)
{
    if (m->has_pipe[end])
        (void)!pipe_close(&jobs_pipes, m->pipe[end], end);
    m->has_pipe[end] = false;
}

void
member_close_pipes(struct member *m)
{
    member_close_pipe(m, PIPE_READ);
    member_close_pipe(m, PIPE_WRITE);
    for (unsigned i = 0; i < STARTUP_FILES; i++) {
        struct file shared = {.server = m->shared[i]};

        if (shared.server == HANDLE_NONE)
            continue;
        (void)!file_close(&shared);
        (void)!sys_handle_close(shared.server);
        m->shared[i] = HANDLE_NONE;
    }
}

void
streams_start(void)
{
    static const char grants[STARTUP_FILES][4] = {"fd0", "fd1", "fd2"};

    for (unsigned i = 0; i < STARTUP_FILES; i++)
        streams[i].server = startup_handle(grants[i]);
}

/* Says what a member of `j` has as file `i`; `piped` is the end of a pipe of
 * its own, or HANDLE_NONE. Returns an error of <errno.h>. */
static int
member_file(const struct job *j, struct member *m, unsigned i,
            const struct startup_file *named, handle_t piped,
            struct program_request *p)
{
    int error = 0;

    if (named->path) {
        p->files[i] = *named;
        /* Nobody uses the pipe: its other end must not wait. */
        if (piped != HANDLE_NONE)
            member_close_pipe(m, i == STDIN_FILENO ? PIPE_READ : PIPE_WRITE);
    } else if (piped != HANDLE_NONE) {
        p->streams[i] = piped;
    } else if (i == STDIN_FILENO && j->is_left) {
        p->files[i].path = NULL; /* nothing: see lib/descriptor_io.c */
    } else if (streams[i].server != HANDLE_NONE) {
        error = pipe_share(&streams[i], &m->shared[i]);
        p->streams[i] = m->shared[i];
    } else {
        p->files[i] = startup_file(i);
    }
    return error;
}

/* How many frames a program is given; `part` of those that we have left are for
 * it. So a shell in a shell in a shell has less and less. */
static uint64_t
member_frames(unsigned part)
{
    struct inspection in;
    uint64_t frames = MEMBER_FRAMES;

    if (sys_process_inspect(startup_handle("self"), &in) == OK)
        frames = in.values[2] / part;
    return frames < MEMBER_FRAMES ? frames : MEMBER_FRAMES;
}

/* Starts one member; `in` and `out` are ends of pipes, or HANDLE_NONE. Returns
 * false after saying why not. */
static bool
member_start(struct job *j, size_t index, const struct member_request *request,
             handle_t in, handle_t out)
{
    struct member *m = &j->members[index];
    bool is_waited_for = index + 1 == j->count && !j->is_left;
    struct program_request p = {
        .path = request->words[0],
        .arguments = (const char *const *)request->words + 1,
        .priority = MEMBER_PRIORITY,
        .frames = member_frames(is_waited_for ? LAST_FRAMES_PART
                                              : MEMBER_FRAMES_PART),
    };
    struct spawn_grant grants[AUTHORITY_GRANTS_MAX];
    const handle_t piped[STARTUP_FILES] = {in, out, HANDLE_NONE};
    uint64_t badge = (uint64_t)j->number << MEMBER_BITS | index;
    int problem = 0;
    err_t error;

    for (unsigned i = 0; i < STARTUP_FILES; i++) {
        int lost = member_file(j, m, i, &request->files[i], piped[i], &p);

        if (lost) {
            fprintf(stderr, "sh: no pipe for %s: %s\n", p.path, strerror(lost));
            return false;
        }
    }
    p.grant_count = authority_of(p.path, grants);
    p.grants = grants;
    error = sys_handle_mint(jobs_ends, startup_handle("self"),
                            ENDPOINT_SEND | RIGHT_DERIVE, badge, &p.supervisor);
    if (error == OK) {
        problem = program_start(&p, &m->program);
        /* The process keeps a handle of its own. */
        (void)!sys_handle_close(p.supervisor);
    } else {
        m->program.problem = "could not be supervised";
    }
    if (error != OK || problem != 0) {
        fprintf(stderr, "sh: %s %s\n", p.path,
                problem == ENOMEM ? "cannot start: not enough memory"
                                  : m->program.problem);
        return false;
    }
    m->is_running = true;
    j->running++;
    return true;
}

/* Starts all members, with pipes between them. */
static bool
members_start(struct job *j, const struct member_request *requests)
{
    handle_t in = HANDLE_NONE;
    bool is_started = true;

    for (size_t i = 0; i < j->count && is_started; i++) {
        handle_t piped[2] = {HANDLE_NONE, HANDLE_NONE};
        bool is_last = i + 1 == j->count;
        int error = is_last ? 0 : pipe_between(&j->members[i], piped);

        if (error) {
            fprintf(stderr, "sh: no pipe: %s\n", strerror(error));
            is_started = false;
        } else {
            is_started =
                member_start(j, i, &requests[i], in, piped[PIPE_WRITE]);
        }
        if (in != HANDLE_NONE)
            (void)!sys_handle_close(in);
        if (piped[PIPE_WRITE] != HANDLE_NONE)
            (void)!sys_handle_close(piped[PIPE_WRITE]);
        in = piped[PIPE_READ];
    }
    if (in != HANDLE_NONE)
        (void)!sys_handle_close(in);
    return is_started;
}

unsigned
job_start(const struct member_request *members, size_t count,
          bool is_background, const char *text)
{
    struct job *j = jobs;

    while (j < jobs + JOBS_MAX && j->number)
        j++;
    if (j == jobs + JOBS_MAX || count > MEMBERS_MAX) {
        fprintf(stderr, "sh: too many %s\n",
                count > MEMBERS_MAX ? "programs in a pipeline" : "jobs");
        return 0;
    }
    memset(j, 0, sizeof(*j));
    j->number = (unsigned)(j - jobs) + 1;
    j->count = count;
    j->is_left = is_background;
    snprintf(j->text, sizeof(j->text), "%s", text);
    if (members_start(j, members)) {
        if (is_background)
            printf("[%u] %s\n", j->number, j->text);
        return j->number;
    }

    /* What was started has to end, and its ends have to be heard. */
    for (size_t i = 0; i < count; i++)
        if (!j->members[i].is_running)
            member_close_pipes(&j->members[i]);
    if (j->running) {
        job_kill(j->number);
        (void)job_wait(j->number);
    }
    j->number = 0;
    return 0;
}
