/* SPDX-License-Identifier: MIT */
/* What a terminal can do beside being read and written (proto/file.h).
 *
 *     label            words, moved              answer
 *     TERMINAL_MODE    number, mode              the mode before
 *     TERMINAL_WATCH   moved: thread             -
 *
 * TERMINAL_LINES: what is typed is edited by the driver and comes line by
 * line; reading gives one line at most, and 0 bytes after Ctrl-D on an empty
 * one. TERMINAL_KEYS: each byte comes as it is typed, unseen.
 *
 * Ctrl-C is for whoever watches: the thread is signalled, all that was typed
 * before and not read is dropped, and those who wait to read get EINTR: a line
 * that nobody had come to read yet must not run after it. If the one who
 * watches is not among them its next request to read does, unless it says
 * before that it watches. The last one to say TERMINAL_WATCH watches; the
 * handle (SIGNAL, MOVE, with a badge) is given away. Nobody watches: Ctrl-C
 * does the rest only.
 *
 * Labels, answers and sequence numbers are those of the file protocol. */
#pragma once

#include <proto/file.h>

enum terminal_label { TERMINAL_MODE = 32, TERMINAL_WATCH = 33 };

enum terminal_mode { TERMINAL_LINES = 0, TERMINAL_KEYS = 1 };

/* Sets the mode for all who read the terminal; `*before` is the last one. */
MUST_CHECK static inline int
terminal_mode(struct file *file, enum terminal_mode mode,
              enum terminal_mode *before)
{
    struct message m = {.header = TERMINAL_MODE, .words = {0, mode}};
    int error = file_call(file, &m, 0, NULL, 0);

    if (error == 0)
        *before = (enum terminal_mode)m.words[1];
    return error;
}

/* Has Ctrl-C signal `thread`, a handle with a badge, from now on. */
MUST_CHECK static inline err_t
terminal_watch(handle_t terminal, handle_t thread)
{
    struct message m = {.header = TERMINAL_WATCH | MESSAGE_HANDLE};

    m.words[MESSAGE_WORDS - 1] = thread;
    return sys_endpoint_call(terminal, &m);
}
