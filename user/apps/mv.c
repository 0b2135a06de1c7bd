/* SPDX-License-Identifier: MIT */
/* mv PATH TO, mv PATH... DIRECTORY: renames files and directories. What is on
 * another server must be copied: mv says so. */
#include "target.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int
path_move(const char *from, const char *to)
{
    if (rename(from, to) == 0)
        return 0;
    fprintf(stderr, "mv: %s to %s: %s\n", from, to,
            errno == EXDEV ? "another file system; use cp and rm"
                           : strerror(errno));
    return 1;
}

int
main(int argc, char **argv)
{
    return target_run("mv", argc, argv, path_move);
}
