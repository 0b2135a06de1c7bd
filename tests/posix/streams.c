/* SPDX-License-Identifier: MIT */
/* <stdio.h> where programs go wrong: modes that change, requests that make no
 * sense, errors that have to be seen. tests/posix/files.c has the rest. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 200 };

static char text[TEXT_BYTES];

/* Whether the file has exactly this content. */
static int
file_is(const char *name, const char *content)
{
    FILE *f = fopen(name, "r");
    size_t bytes;

    if (!f)
        return 0;
    bytes = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[bytes] = '\0';
    return strcmp(text, content) == 0;
}

/* freopen without a path: the same file in another mode. */
static void
mode_change_check(void)
{
    FILE *f = fopen("m", "w+");

    fputs("content", f);
    check("to reading", freopen(NULL, "r", f) == f && fgetc(f) == 'c');
    check("then it is not written", fputc('x', f) == EOF);
    check("back to both", freopen(NULL, "r+", f) == f && fputc('C', f) == 'C');
    check("to appending", freopen(NULL, "a", f) == f && fputs("!", f) >= 0 &&
                              fflush(f) == 0 && file_is("m", "Content!"));
    check("to writing", freopen(NULL, "w", f) == f && fputs("new", f) >= 0 &&
                            fclose(f) == 0 && file_is("m", "new"));
    f = fopen("m", "r");
    errno = 0;
    check("what is for reading stays so",
          !freopen(NULL, "w", f) && errno == EBADF && fgetc(f) == 'n');
    errno = 0;
    check("a mode that is none",
          !freopen(NULL, "q", f) && errno == EINVAL && fgetc(f) == 'e');
    fclose(f);
}

int
main(void)
{
    mode_change_check();
    remove("m");
    return checks_end("streams");
}
