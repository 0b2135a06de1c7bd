/* SPDX-License-Identifier: MIT */
/* What the two files that deal with jobs share: jobs.c and job_start.c. */
#pragma once

#include "jobs.h"

#include <lib/program.h>
#include <proto/pipe.h>

/* The badge of the endpoint through which the kernel tells of a program: its
 * job's number, and below that its place in the job. */
enum { MEMBER_BITS = 4 };

_Static_assert(MEMBERS_MAX <= 1 << MEMBER_BITS, "a place fits");

struct member {
    struct program program;
    bool is_running;
    bool has_pipe[2]; /* by enum pipe_end: which ends it was given */
    uint64_t pipe[2]; /* their numbers */
    handle_t shared[STARTUP_FILES]; /* of ends that we were given ourselves */
};

struct job {
    size_t count; /* of members */
    size_t running;
    unsigned number; /* its place in `jobs` plus 1; 0: unused */
    int status;      /* of the last member, once it has ended */
    bool is_left;    /* in the background */
    char text[JOB_TEXT_BYTES];
    struct member members[MEMBERS_MAX];
};

extern struct job jobs[JOBS_MAX];
extern handle_t jobs_ends;     /* where the kernel tells of programs */
extern struct file jobs_pipes; /* the pipe server */

/* Closes the ends of pipes that the member had. */
void member_close_pipes(struct member *m);

/* Notes which of our own streams are ends of pipes, to share. */
void streams_start(void);
