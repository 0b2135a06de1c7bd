/* SPDX-License-Identifier: MIT */
/* What <dirent.h> of picolibc asks for: directories as this system has them
 * (lib/directory.c). */
#pragma once

#include <sys/types.h>

struct dirent {
    ino_t d_ino;
    unsigned char d_type; /* DT_REG, ... */
    char d_name[256];     /* ends with a zero */
};

#define _DIRENT_HAVE_D_TYPE

/* The kinds of file, as st_mode has them in its upper bits. */
#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12

typedef struct directory DIR;
