/* SPDX-License-Identifier: MIT */
/* Keeps the system busy, and sees whether anything is lost, comes twice, or
 * comes changed. It is ordinary C, knows of no service, and ends with status 0
 * and "load: ... ok" only if all was as it should be.
 *
 *     load files NAME ROUNDS   writes, renames, reads and removes files
 *     load lines NAME COUNT    writes lines "NAME 0", "NAME 1", ... to stdout
 *     load write COUNT         writes numbers to stdout, 8 bytes each
 *     load check COUNT         reads them from stdin
 *
 * `files` leaves NAME.kept: ROUNDS * 512 bytes, appended a piece at a time. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 80, PIECE = 512, PIECES_MAX = 40 };

_Noreturn static void
fail(const char *what, const char *name)
{
    fprintf(stderr, "load: %s %s: FAILED, %s\n", what, name, strerror(errno));
    exit(EXIT_FAILURE);
}

/* The bytes of piece `piece` in round `round`. */
static void
piece_fill(unsigned char *bytes, unsigned round, unsigned piece)
{
    uint32_t state = round * 2654435761u + piece * 40503u + 1;

    for (unsigned i = 0; i < PIECE; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(state >> 24);
    }
}

static void
file_write(const char *path, unsigned round, unsigned pieces)
{
    unsigned char bytes[PIECE];
    FILE *file = fopen(path, "wb");

    if (!file)
        fail("make", path);
    for (unsigned i = 0; i < pieces; i++) {
        piece_fill(bytes, round, i);
        if (fwrite(bytes, 1, PIECE, file) != PIECE)
            fail("write", path);
    }
    if (fclose(file) != 0)
        fail("close", path);
}

static void
file_check(const char *path, unsigned round, unsigned pieces)
{
    static unsigned char bytes[PIECE], seen[PIECE];
    FILE *file = fopen(path, "rb");

    if (!file)
        fail("open", path);
    for (unsigned i = 0; i < pieces; i++) {
        piece_fill(bytes, round, i);
        if (fread(seen, 1, PIECE, file) != PIECE)
            fail("read", path);
        if (memcmp(bytes, seen, PIECE) != 0)
            fail("compare", path);
    }
    if (fread(seen, 1, 1, file) != 0)
        fail("find the end of", path);
    fclose(file);
}

/* Appends a piece to the file that stays. */
static void
file_append(const char *path, unsigned round)
{
    unsigned char bytes[PIECE];
    FILE *file = fopen(path, "ab");

    if (!file)
        fail("append to", path);
    piece_fill(bytes, round, 0);
    if (fwrite(bytes, 1, PIECE, file) != PIECE || fclose(file) != 0)
        fail("append to", path);
}

/* Each step must go well exactly once: making what is there already, or
 * removing what is gone, is an error. */
static void
round_play(const char *name, unsigned round)
{
    static char place[PATH_BYTES], kept[PATH_BYTES];
    static char first[PATH_BYTES + 8], second[PATH_BYTES + 8];
    unsigned pieces = 1 + round * 7 % PIECES_MAX;

    snprintf(place, sizeof(place), "/%s.%u", name, round);
    snprintf(first, sizeof(first), "%s/first", place);
    snprintf(second, sizeof(second), "%s/second", place);
    snprintf(kept, sizeof(kept), "/%s.kept", name);

    if (mkdir(place, 0777) != 0)
        fail("make directory", place);
    file_write(first, round, pieces);
    if (rename(first, second) != 0)
        fail("rename", first);
    file_check(second, round, pieces);
    file_append(kept, round);
    if (remove(second) != 0)
        fail("remove", second);
    if (rmdir(place) != 0)
        fail("remove directory", place);
}

/* What file_append made of the file that stays. */
static void
kept_check(const char *name, unsigned rounds)
{
    char path[PATH_BYTES];
    static unsigned char bytes[PIECE], seen[PIECE];
    FILE *file;

    snprintf(path, sizeof(path), "/%s.kept", name);
    file = fopen(path, "rb");
    for (unsigned round = 0; file && round < rounds; round++) {
        piece_fill(bytes, round, 0);
        if (fread(seen, 1, PIECE, file) != PIECE ||
            memcmp(bytes, seen, PIECE) != 0)
            fail("compare", path);
    }
    if (!file || fread(seen, 1, 1, file) != 0)
        fail("find the end of", path);
    fclose(file);
}

static void
numbers_write(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (fwrite(&i, sizeof(i), 1, stdout) != 1)
            fail("write", "numbers");
    if (fflush(stdout) != 0)
        fail("write", "numbers");
}

static void
numbers_check(uint64_t count)
{
    uint64_t number = 0;

    for (uint64_t i = 0; i < count; i++)
        if (fread(&number, sizeof(number), 1, stdin) != 1 || number != i)
            fail("read", "numbers");
    if (fread(&number, 1, 1, stdin) != 0)
        fail("find the end of", "numbers");
}

int
main(int argc, char **argv)
{
    const char *task = argc > 2 ? argv[1] : "";
    const char *name = argc > 2 ? argv[2] : "";
    unsigned count = (unsigned)strtoul(argv[argc - 1], NULL, 10);

    if (strcmp(task, "files") == 0) {
        for (unsigned round = 0; round < count; round++)
            round_play(name, round);
        kept_check(name, count);
    } else if (strcmp(task, "lines") == 0) {
        for (unsigned i = 0; i < count; i++)
            printf("%s %u\n", name, i);
    } else if (strcmp(task, "write") == 0) {
        numbers_write(count);
        return 0; /* stdout has the numbers only */
    } else if (strcmp(task, "check") == 0) {
        numbers_check(count);
    } else {
        fprintf(stderr, "usage: see load.c\n");
        return 2;
    }
    printf("load: %s %s ok\n", task, name);
    return 0;
}
