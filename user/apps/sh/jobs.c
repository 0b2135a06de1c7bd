/* SPDX-License-Identifier: MIT */
#include "jobs.h"

#include "authority.h"

#include <lib/error.h>
#include <lib/program.h>
#include <proto/names.h>
#include <proto/pipe.h>
#include <proto/terminal.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMBER_PRIORITY = 16,
    MEMBER_FRAMES = 2048,   /* 8 MiB, or */
    MEMBER_FRAMES_PART = 4, /* a quarter of ours, if that is less */
    MEMBER_STACK_PAGES = 64,
    MEMBER_BITS = 4,     /* of a badge; the job's number is above */
    SIGNAL_INTERRUPT = 1 /* the bit that the terminal sets */
};

struct member {
    struct program program;
    bool is_running;
    bool has_pipe[2]; /* by enum pipe_end: which ends it was given */
    uint64_t pipe[2]; /* their numbers */
};

struct job {
    unsigned number; /* 0: unused */
    size_t count;    /* of members */
    size_t running;
    bool is_left; /* in the background */
    int status;   /* of the last member, once it has ended */
    char text[JOB_TEXT_BYTES];
    struct member members[MEMBERS_MAX];
};

static struct job jobs[JOBS_MAX];
static handle_t ends;       /* where the kernel tells of them */
static struct file pipes;   /* the pipe server */
static bool is_interrupted; /* Ctrl-C was heard */

static struct job *
job_find(unsigned number)
{
    for (struct job *j = jobs; j < jobs + JOBS_MAX; j++)
        if (number && j->number == number)
            return j;
    return NULL;
}

void
jobs_start(void)
{
    err_t error = sys_endpoint_create(startup_handle("self"), &ends);
    size_t bytes;

    if (error != OK) {
        fprintf(stderr, "sh: no endpoint: %s\n", error_text(error));
        exit(EXIT_FAILURE);
    }
    if (name_lookup(startup_handle("names"), "/svc/pipe", &bytes,
                    &pipes.server) != OK)
        pipes.server = HANDLE_NONE; /* a pipeline will say so */
}

bool
jobs_watch(handle_t self)
{
    static handle_t terminal;
    size_t bytes;
    handle_t minted;
    err_t error = OK;

    if (terminal == HANDLE_NONE)
        error = name_lookup(startup_handle("names"), "/dev/console", &bytes,
                            &terminal);
    if (error == OK)
        error = sys_handle_mint(self, startup_handle("self"),
                                THREAD_SIGNAL | RIGHT_MOVE, SIGNAL_INTERRUPT,
                                &minted);
    if (error != OK)
        return false;
    error = terminal_watch(terminal, minted);
    if (error != OK)
        (void)!sys_handle_close(minted);
    return error == OK;
}

/* ---------------------------------------------------------------- starting */

/* Makes a pipe from member `from` to the next one, and keeps the handle of
 * each end in `ends_of`. Returns an error of <errno.h>. */
static int
pipe_between(struct member *from, handle_t ends_of[2])
{
    uint64_t number;
    int error = pipe_make(&pipes, &number);

    if (error)
        return error;
    from[0].pipe[PIPE_WRITE] = from[1].pipe[PIPE_READ] = number;
    from[0].has_pipe[PIPE_WRITE] = from[1].has_pipe[PIPE_READ] = true;
    error = pipe_end(&pipes, number, PIPE_WRITE, &ends_of[PIPE_WRITE]);
    if (error)
        return error;
    return pipe_end(&pipes, number, PIPE_READ, &ends_of[PIPE_READ]);
}

/* Closes the ends of pipes that the member had. */
static void
member_close_pipes(struct member *m)
{
    for (unsigned end = PIPE_READ; end <= PIPE_WRITE; end++)
        if (m->has_pipe[end]) {
            m->has_pipe[end] = false;
            (void)!pipe_close(&pipes, m->pipe[end], (enum pipe_end)end);
        }
}

/* How many frames a program is given. */
static uint64_t
member_frames(void)
{
    struct inspection in;
    uint64_t part = MEMBER_FRAMES;

    if (sys_process_inspect(startup_handle("self"), &in) == OK)
        part = in.values[2] / MEMBER_FRAMES_PART;
    return part < MEMBER_FRAMES ? part : MEMBER_FRAMES;
}

/* Starts one member; `in` and `out` are ends of pipes, or HANDLE_NONE. Returns
 * false after saying why not. */
static bool
member_start(struct job *j, size_t index, const struct member_request *request,
             handle_t in, handle_t out)
{
    struct member *m = &j->members[index];
    struct program_request p = {
        .path = request->words[0],
        .arguments = (const char *const *)request->words + 1,
        .streams = {in, out, HANDLE_NONE},
        .priority = MEMBER_PRIORITY,
        .frames = member_frames(),
        .stack_pages = MEMBER_STACK_PAGES,
    };
    struct spawn_grant grants[AUTHORITY_GRANTS_MAX];
    uint64_t badge = (uint64_t)j->number << MEMBER_BITS | index;
    err_t error;

    p.grant_count = authority_of(p.path, grants);
    p.grants = grants;
    for (unsigned i = 0; i < STARTUP_FILES; i++)
        p.files[i] =
            request->files[i].path ? request->files[i] : startup_file(i);

    error = sys_handle_mint(ends, startup_handle("self"),
                            ENDPOINT_SEND | RIGHT_DERIVE, badge, &p.supervisor);
    if (error == OK) {
        error = program_start(&p, &m->program);
        /* The process keeps a handle of its own. */
        (void)!sys_handle_close(p.supervisor);
    } else {
        m->program.problem = "could not be supervised";
    }
    if (error != OK) {
        fprintf(stderr, "sh: %s %s\n", p.path, m->program.problem);
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
job_start(const struct member_request *members, size_t count, const char *text)
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
    snprintf(j->text, sizeof(j->text), "%s", text);
    if (members_start(j, members))
        return j->number;

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

/* ----------------------------------------------------------------- hearing */

/* The member that a badge stands for, and its job; NULL: it is gone. */
static struct member *
member_find(uint64_t badge, struct job **job)
{
    *job = job_find((unsigned)(badge >> MEMBER_BITS));
    return *job ? &(*job)->members[badge & ((1u << MEMBER_BITS) - 1)] : NULL;
}

static void
fault_report(const struct job *j, struct message *m)
{
    fprintf(stderr, "sh: %s: fault %lu at address 0x%lx, pc 0x%lx\n", j->text,
            m->words[0], m->words[1], m->words[2]);
}

static void
member_ended(struct job *j, struct member *member, const struct message *m)
{
    member->is_running = false;
    j->running--;
    member_close_pipes(member);
    program_end(&member->program);
    if (member == &j->members[j->count - 1])
        j->status = m->words[0] == ENDED_FAULT ? STATUS_FAULT
                                               : (int)(m->words[1] & 0xff);
    if (j->running == 0 && j->is_left) {
        printf("[%u] done, status %d   %s\n", j->number, j->status, j->text);
        j->number = 0;
    }
}

/* Waits for the next message, or takes one that is there, and does what it
 * asks for. False: there was none. */
static bool
message_hear(uint64_t flags)
{
    struct message m = {0};
    struct member *member;
    struct job *j;

    if (sys_endpoint_recv(ends, flags, &m) != OK)
        return false;
    if (message_flags(&m) & MESSAGE_SIGNAL) {
        is_interrupted = true;
        return true;
    }
    member = member_find(m.badge, &j);
    if (message_flags(&m) & MESSAGE_FAULT) {
        if (member)
            fault_report(j, &m);
        m.header = FAULT_END;
        m.words[0] = STATUS_FAULT;
        (void)!sys_endpoint_reply(&m);
    } else if (member && message_flags(&m) & MESSAGE_ENDED) {
        member_ended(j, member, &m);
    }
    return true;
}

int
job_wait(unsigned number)
{
    struct job *j = job_find(number);

    if (!j)
        return STATUS_NOT_FOUND;
    j->is_left = false;
    while (j->running > 0) {
        bool was_interrupted = is_interrupted;

        (void)message_hear(0);
        if (is_interrupted && !was_interrupted)
            (void)job_kill(number);
    }
    j->number = 0;
    return j->status;
}

bool
jobs_take_interrupt(void)
{
    bool was_interrupted = is_interrupted;

    is_interrupted = false;
    return was_interrupted;
}

bool
job_kill(unsigned number)
{
    struct job *j = job_find(number);

    if (!j)
        return false;
    for (size_t i = 0; i < j->count; i++)
        if (j->members[i].is_running)
            (void)!sys_process_kill(j->members[i].program.process,
                                    STATUS_INTERRUPTED);
    return true;
}

bool
job_kill_process(uint64_t process)
{
    struct inspection in;

    for (struct job *j = jobs; j < jobs + JOBS_MAX; j++)
        for (size_t i = 0; j->number && i < j->count; i++) {
            const struct member *m = &j->members[i];

            if (m->is_running &&
                sys_process_inspect(m->program.process, &in) == OK &&
                in.values[0] == process)
                return sys_process_kill(m->program.process,
                                        STATUS_INTERRUPTED) == OK;
        }
    return false;
}

void
job_leave(unsigned number)
{
    struct job *j = job_find(number);

    if (j) {
        j->is_left = true;
        printf("[%u] %s\n", number, j->text);
    }
}

void
jobs_poll(void)
{
    while (message_hear(MESSAGE_NOWAIT))
        continue;
}

unsigned
jobs_first(void)
{
    for (struct job *j = jobs; j < jobs + JOBS_MAX; j++)
        if (j->number)
            return j->number;
    return 0;
}

void
jobs_list(void)
{
    for (struct job *j = jobs; j < jobs + JOBS_MAX; j++)
        if (j->number)
            printf("[%u] %zu running   %s\n", j->number, j->running, j->text);
}
