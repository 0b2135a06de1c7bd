/* SPDX-License-Identifier: MIT */
/* Jobs: pipelines of programs that were started, and what became of them.
 *
 * Each program is a process of the shell's own. The kernel tells the shell of
 * its faults and of its end by messages to one endpoint, whose badge says who
 * it was; the shell can end it, for it holds the handle. Ctrl-C is a signal to
 * the shell, which then ends the programs of the job in the foreground.
 *
 * G3  A job is there as long as one of its programs is.
 * G4  An end of a pipe is closed when the program that had it has ended; for
 *     one that was shared with it, so is the program's part in it.
 * G5  A program's client (proto/names.h) ends with it. */
#pragma once

#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdbool.h>
#include <stddef.h>

enum {
    JOBS_MAX = 16,
    MEMBERS_MAX = 8,
    JOB_TEXT_BYTES = 60,
    STATUS_INTERRUPTED = 128 + 2, /* as for Ctrl-C elsewhere */
    STATUS_FAULT = 128 + 11,
    STATUS_NOT_FOUND = 127,
};

/* What a program in a pipeline is to be. */
struct member_request {
    char *const *words;                       /* its path, arguments, NULL */
    struct startup_file files[STARTUP_FILES]; /* redirections */
};

/* Makes the endpoint and finds the pipe server. */
void jobs_start(void);

/* Has Ctrl-C signal `self`, the calling thread, from now on. Returns false if
 * there is no terminal to do so. */
bool jobs_watch(handle_t self);

/* Starts a pipeline, in which each program writes to the next. `text` is how
 * it is called in lists. In the background it reads nothing of ours, and is
 * left to itself: its number is shown, and reported when it is over. Returns
 * the job's number, from 1 on; 0 and a message if not all of it could be
 * started: then nothing of it runs. */
unsigned job_start(const struct member_request *members, size_t count,
                   bool is_background, const char *text);

/* Waits until the job is over, or Ctrl-C ends it. Returns the status of its
 * last program, or one of those above. */
int job_wait(unsigned number);

/* Whether Ctrl-C was heard since this was asked last. */
bool jobs_take_interrupt(void);

/* Ends all programs of a job. False: there is no such job. */
bool job_kill(unsigned number);

/* Ends the program whose process has this number; false: it is not ours. */
bool job_kill_process(uint64_t process);

/* Hears what has happened meanwhile, reports background jobs that are over. */
void jobs_poll(void);

/* The number of some job, 0 if there is none. */
unsigned jobs_first(void);

/* Lists all jobs. */
void jobs_list(void);
