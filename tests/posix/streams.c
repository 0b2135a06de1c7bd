/* SPDX-License-Identifier: MIT */
/* <stdio.h> where programs go wrong: modes that change, requests that make no
 * sense, errors that have to be seen. tests/posix/files.c has the rest. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static void
temporary_check(void)
{
    static char names[TMP_MAX][L_tmpnam];
    int i, j, is_right = 1;
    FILE *f = tmpfile(), *g = tmpfile();

    for (i = 0; i < TMP_MAX; i++)
        is_right = is_right && tmpnam(names[i]) == names[i] &&
                   strlen(names[i]) < L_tmpnam;
    for (i = 0; i < TMP_MAX; i++)
        for (j = 0; j < i; j++)
            is_right = is_right && strcmp(names[i], names[j]) != 0;
    check("tmpnam never repeats itself", TMP_MAX >= 25 && is_right);
    check("tmpnam without room for it",
          tmpnam(NULL) && strcmp(tmpnam(NULL), names[0]) != 0);
    check("two temporary files",
          f && g && fputs("f", f) >= 0 && fputs("g", g) >= 0 &&
              fseek(f, 0, SEEK_SET) == 0 && fgetc(f) == 'f' && fgetc(f) == EOF);
    fclose(f);
    fclose(g);
}

/* As many files as <stdio.h> says can be open, and the longest path. */
static void
limits_check(void)
{
    static char path[FILENAME_MAX + 1];
    FILE *files[FOPEN_MAX];
    int opened = 0;

    while (opened < FOPEN_MAX - 3 && (files[opened] = fopen("m", "r")))
        opened++;
    check("FOPEN_MAX", FOPEN_MAX >= 8 && opened == FOPEN_MAX - 3);
    while (opened > 0)
        fclose(files[--opened]);
    memset(path, '/', FILENAME_MAX);
    strcpy(path + FILENAME_MAX - 2, "m");
    check("FILENAME_MAX", rename("m", "/m") == 0 && file_is(path, "new"));
    rename("/m", "m");
}

static void
rooms_check(void)
{
    FILE *f = fopen("m", "w+");
    void *between[4];
    int i, is_right = 1;

    check("setvbuf: no such mode", setvbuf(f, NULL, 77, 0) != 0);
    check("setvbuf: too large",
          setvbuf(f, NULL, _IOFBF, (size_t)-1) != 0 && fputc('0', f) == '0');
    /* Each time the memory that was given back is somebody else's. */
    for (i = 1; i < 4; i++) {
        is_right =
            is_right && setvbuf(f, NULL, _IOFBF, 5000U * (unsigned)i) == 0;
        between[i] = calloc(1, 5000);
        is_right = is_right && between[i] && fputc('0' + i, f) == '0' + i;
    }
    for (i = 1; i < 4; i++) {
        is_right = is_right && *(char *)between[i] == 0;
        free(between[i]);
    }
    check("setvbuf: larger and larger", is_right);
    check("setvbuf: none, and some again",
          setvbuf(f, NULL, _IONBF, 0) == 0 && fputc('4', f) == '4' &&
              setvbuf(f, NULL, _IOFBF, 100) == 0 && fputs("56789", f) >= 0 &&
              fclose(f) == 0 && file_is("m", "0123456789"));
}

/* Whether a call failed, and the stream has kept the error EBADF. */
static int
is_refused(FILE *f, long answer, long failure)
{
    int is_right = answer == failure && errno == EBADF && ferror(f) && !feof(f);

    errno = 0;
    clearerr(f);
    return is_right && !ferror(f);
}

static void
refusals_check(void)
{
    FILE *f = fopen("m", "r");
    int n;

    errno = 0;
    check("fputc on one to read", is_refused(f, fputc('x', f), EOF));
    check("fputs on one to read", is_refused(f, fputs("x", f), EOF));
    check("fprintf on one to read", fprintf(f, "x") < 0 && ferror(f));
    clearerr(f);
    check("fwrite on one to read",
          is_refused(f, (long)fwrite("x", 1, 1, f), 0));
    check("it is read on", fgetc(f) == '0' && fgetc(f) == '1');
    check("so many bytes there are not, to read",
          fread(text, (size_t)-1, 3, f) == 0 && ferror(f));
    fclose(f);
    f = fopen("m", "w");
    errno = 0;
    check("fgetc on one to write", is_refused(f, fgetc(f), EOF));
    check("fgets on one to write", !fgets(text, 5, f) && ferror(f));
    check("fscanf on one to write", fscanf(f, "%d", &n) == EOF && ferror(f));
    clearerr(f);
    check("fread on one to write",
          is_refused(f, (long)fread(text, 1, 1, f), 0));
    check("so many bytes there are not, to write",
          fwrite(text, (size_t)1 << 63, 2, f) == 0 && ferror(f));
    clearerr(f);
    check("it is written on",
          fputs("on", f) >= 0 && fclose(f) == 0 && file_is("m", "on"));
}

/* A block goes out as a block, whatever the stream did before and although it
 * has no room. */
static void
blocks_check(void)
{
    enum { BYTES = 20000, MEASURED = 10 };
    static char block[BYTES], back[BYTES];
    FILE *f = fopen("m", "w+");
    clock_t buffered, unbuffered;
    int i;

    memset(block, 'b', BYTES);
    setvbuf(f, NULL, _IONBF, 0);
    fputs("0123456789", f);
    check("reading, then a block",
          fseek(f, 2, SEEK_SET) == 0 && fgetc(f) == '2' &&
              fseek(f, 0, SEEK_CUR) == 0 && fwrite(block, 1, 5, f) == 5 &&
              ftell(f) == 8 && file_is("m", "012bbbbb89"));
    unbuffered = clock();
    for (i = 0; i < MEASURED; i++)
        fwrite(block, 1, BYTES, f);
    unbuffered = clock() - unbuffered;
    setvbuf(f, NULL, _IOFBF, 4096);
    buffered = clock();
    for (i = 0; i < MEASURED; i++)
        fwrite(block, 1, BYTES, f);
    fflush(f);
    buffered = clock() - buffered;
    check("a block without a room is a block",
          unbuffered < 20 * buffered + CLOCKS_PER_SEC / 100);
    check("it arrives", fseek(f, -BYTES, SEEK_END) == 0 &&
                            fread(back, 1, BYTES, f) == BYTES &&
                            memcmp(block, back, BYTES) == 0 &&
                            ftell(f) == 8 + 2L * MEASURED * BYTES);
    fclose(f);
}

int
main(void)
{
    mode_change_check();
    temporary_check();
    limits_check();
    rooms_check();
    refusals_check();
    blocks_check();
    remove("m");
    return checks_end("streams");
}
