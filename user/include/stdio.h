/* SPDX-License-Identifier: MIT */
/* picolibc's <stdio.h>, and two limits that C wants beside those it has. */
#pragma once

#include_next <stdio.h>

/* Files that a program may have open at once, stdin, stdout and stderr
 * included (lib/descriptor.h). */
#define FOPEN_MAX 64

/* Room for the longest path, with its zero (proto/file.h). */
#define FILENAME_MAX 1024
