/* SPDX-License-Identifier: MIT */
/* What is put into the rings of state.h, and taken out, in a change that is to
 * be committed: the output, and lines that are ready to be read. */
#pragma once

#include "state.h"

/* How many bytes more the output has room for. */
uint64_t output_room(const struct control *control);

/* Puts bytes as they are. There must be room. */
void output_put(struct control *next, const char *bytes, size_t count);

/* Puts a writer's text: a terminal wants \r\n at the end of a line, so there
 * must be room for twice as much. */
void output_text(struct control *next, const char *text, size_t count);

/* Clears the screen and shows the prompt, and in `echo` the line, again. A
 * prompt is what was written since the last end of a line. */
void output_clear(struct control *next, const struct line *line,
                  struct echo *echo);

/* Whether there is room for one more line to be ready. */
bool ready_has_room(const struct control *control);

/* Puts a line of up to LINE_BYTES bytes; of none: the end of what is typed. */
void ready_put(struct control *next, const char *text, unsigned length);

/* Copies up to `room` bytes of what is left of the first line, or, if no line
 * is ready, of what was typed and not edited, to `to`, and takes them out.
 * Returns how many. */
unsigned ready_take(struct control *next, char *to, uint64_t room);
