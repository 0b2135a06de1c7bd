/* SPDX-License-Identifier: MIT */
/* All that the console knows, in memory that outlives the driver.
 *
 *                    console_line             console_read
 *     device --> input ------------> lines ----------------> readers
 *                      |
 *                      | echo
 *                      v
 *     device <------ output <------------------------------- writers
 *       uart_transmit          console_write
 *
 * Rings are addressed by positions: how many bytes have ever been put in, or
 * taken out. The place of position p is p modulo the ring's size.
 *
 * The driver may be killed between any two instructions, and its successor
 * goes on with what it finds. So each change is decided by one store:
 *
 * Z1  There are two `controls`, and `current` says which one holds. A change is
 *     made in the other one, and becomes true with the store to `current`.
 * Z2  What the holding control does not speak of may be anything: bytes of a
 *     ring that are not between its two positions, the line that is not the
 *     current one, the place of the next line of the history.
 * Z3  A change to one of the open files is in `update` of the same control, and
 *     is copied to `files` after that store; again, when a successor finds it.
 *     So all that answers a request is true at one time with what it did.
 * Z4  `received` and `sent` belong to the two ends at the device, and each is a
 *     change by itself. Bytes between the two positions of a ring do not
 *     change.
 *
 * One thing no memory can tell: whether a byte has left, when the driver was
 * killed between the store to the device and the one to `sent`. That byte is
 * sent twice. Likewise a byte is lost if it was killed between taking it from
 * the device and the store to `received`. */
#pragma once

#include "line.h"

#include <stdbool.h>
#include <stddef.h>

/* Sizes of rings are powers of two. */
enum {
    OUTPUT_BYTES = 16384,
    INPUT_BYTES = 16384,
    READY_BYTES = 16384,
    FILES_MAX = 128,
};

struct open_file {
    uint64_t client;
    uint64_t number;   /* its place in the lower 8 bits; 0: free */
    uint64_t flags;    /* enum file_flags */
    uint64_t opening;  /* the sequence number of the request that opened it */
    uint64_t sequence; /* of the last request that was answered with: */
    uint64_t error;
    uint64_t results[2];
};

struct control {
    uint64_t written;        /* output: in; `sent` is out */
    uint64_t edited;         /* input: out; `received` is in */
    uint64_t offered;        /* ready: in */
    uint64_t taken;          /* ready: out */
    uint64_t begun;          /* bytes of the first ready line already read */
    uint64_t entered;        /* lines that the history has had */
    uint64_t prompt;         /* output: where its last line begins, */
    uint64_t prompt_end;     /* and what was written of it ends */
    uint64_t opened;         /* files that have ever been opened */
    uint64_t watcher;        /* client that Ctrl-C is for; 0: nobody */
    uint32_t is_interrupted; /* it has still to be told */
    uint32_t mode;           /* enum terminal_mode */
    uint32_t line;           /* which of the two is being typed */
    uint32_t place;          /* of the file in `update`, plus 1; 0: none */
    struct open_file update;
};

struct kept {
    uint64_t magic;
    uint64_t current;
    uint64_t sent;
    uint64_t received;
    struct control controls[2];
    struct line lines[2];
    struct open_file files[FILES_MAX];
    struct history history;
    char output[OUTPUT_BYTES];
    unsigned char input[INPUT_BYTES];
    char ready[READY_BYTES]; /* lines: two bytes of length, text */
};

extern struct kept *kept;

/* Goes on with what is in `memory`, or begins if it is all zeros. False: it is
 * too small, or something else's. */
bool state_open(void *memory, size_t bytes);

/* What holds. */
static inline const struct control *
state_now(void)
{
    return &kept->controls[kept->current];
}

/* Begins a change: what is to hold next, so far the same. */
struct control *state_begin(void);

/* The change is true from here on. */
void state_commit(void);

/* The line that is being typed, as `next` may change it. */
struct line *state_line(struct control *next);

/* Stores what decides: what was stored before is there before. That the
 * compiler keeps the order is enough, for a kill is an interrupt to this
 * hart, and all before that is done. */
static inline void
word_decide(uint64_t *word, uint64_t value)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    *(volatile uint64_t *)word = value;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
