/* SPDX-License-Identifier: MIT */
/* What the terminal shows, what was typed, and what Ctrl-C does. */
#pragma once

#include "state.h"

#include <lib/message.h>

#include <sys/stat.h>

/* A write's bytes stay together up to so many; the rest is another write. */
enum { CONSOLE_WRITE_MAX = 1024 };

/* "mode and links" of the console: one link. */
#define CONSOLE_MODE (UINT64_C(1) << 32 | S_IFCHR | 0620)

/* Makes `m` the answer to itself. */
void console_answer(struct message *m, int error, uint64_t first,
                    uint64_t second);

/* The same, as what `file` was last answered with, in the change `next`. */
void console_record(struct control *next, const struct open_file *file,
                    struct message *m, int error, uint64_t first,
                    uint64_t second);

/* Serve a FILE_READ, a FILE_WRITE or FILE_SYNC of `file`, and leave the answer
 * in `m`. False: not now, there is nothing to read, or no room. */
bool console_read(const struct open_file *file, struct message *m);
bool console_write(const struct open_file *file, struct message *m);

/* Changes the mode as a TERMINAL_MODE of `file` says. */
void console_mode(const struct open_file *file, struct message *m);

/* Edits the line with what was typed, as long as there is room for what comes
 * of it. */
void console_edit(void);

/* Looks for Ctrl-C in what was received. True: there was one, and what was
 * typed before is dropped, but for lines that were ready; it has to be told. */
bool console_interrupt(void);

/* It was told. */
void console_interrupt_told(void);
