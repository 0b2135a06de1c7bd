/* SPDX-License-Identifier: MIT */
#include "jobs.h"

#include "job.h"

#include <lib/cause.h>
#include <lib/error.h>
#include <proto/names.h>
#include <proto/terminal.h>

#include <stdio.h>
#include <stdlib.h>

enum { SIGNAL_INTERRUPT = 1 /* the bit that the terminal sets */ };

struct job jobs[JOBS_MAX];
handle_t jobs_ends;
struct file jobs_pipes;

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
    err_t error = sys_endpoint_create(startup_handle("self"), &jobs_ends);
    size_t bytes;

    if (error != OK) {
        fprintf(stderr, "sh: no endpoint: %s\n", error_text(error));
        exit(EXIT_FAILURE);
    }
    if (name_lookup(startup_handle("names"), "/svc/pipe", &bytes,
                    &jobs_pipes.server) != OK)
        jobs_pipes.server = HANDLE_NONE; /* a pipeline will say so */
    streams_start();
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

/* The member that a badge stands for, and its job; NULL: it is gone. */
static struct member *
member_find(uint64_t badge, struct job **job)
{
    *job = job_find((unsigned)(badge >> MEMBER_BITS));
    return *job ? &(*job)->members[badge & ((1U << MEMBER_BITS) - 1)] : NULL;
}

static void
fault_report(const struct job *j, struct message *m)
{
    fprintf(stderr, "sh: %s: %s, address 0x%lx, pc 0x%lx\n", j->text,
            cause_text(m->words[0]), m->words[1], m->words[2]);
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

    if (sys_endpoint_recv(jobs_ends, flags, &m) != OK)
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
jobs_poll(void)
{
    bool was_there = true;

    while (was_there)
        was_there = message_hear(MESSAGE_NOWAIT);
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
