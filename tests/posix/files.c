/* SPDX-License-Identifier: MIT */
/* <stdio.h>: files, buffers, places in files. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_BYTES = 50000, TEXT_BYTES = 200 };

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

static int
file_write(const char *name, const char *mode, const char *content)
{
    FILE *f = fopen(name, mode);

    return f && fputs(content, f) >= 0 && fclose(f) == 0;
}

static void
modes_check(void)
{
    FILE *f;

    errno = 0;
    check("r needs the file", !fopen("none", "r") && errno == ENOENT);
    check("r+ needs it too", !fopen("none", "r+"));
    check("w makes it", file_write("a", "w", "one\n") && file_is("a", "one\n"));
    check("w empties it",
          file_write("a", "w", "two\n") && file_is("a", "two\n"));
    check("a appends",
          file_write("a", "a", "three\n") && file_is("a", "two\nthree\n"));
    check("r+ changes it",
          file_write("a", "r+", "TW") && file_is("a", "TWo\nthree\n"));
    check("wb and rb",
          file_write("b", "wb", "x\r\ny") && file_is("b", "x\r\ny"));

    f = fopen("a", "a+");
    check("a+ reads from the start", f && fgetc(f) == 'T');
    rewind(f);
    check("a+ writes at the end", fputs("four", f) >= 0 && ftell(f) == 14 &&
                                      fclose(f) == 0 &&
                                      file_is("a", "TWo\nthree\nfour"));
    f = fopen("a", "r");
    check("r does not write",
          fputc('x', f) == EOF && fwrite("x", 1, 1, f) == 0);
    fclose(f);
    f = fopen("a", "w");
    check("w does not read", fgetc(f) == EOF && fread(text, 1, 1, f) == 0);
    fclose(f);
    errno = 0;
    check("a mode that is none", !fopen("a", "q"));
    check("a directory is not written", !fopen(".", "w") && errno == EISDIR);
}

static void
places_check(void)
{
    FILE *f = fopen("p", "w+");
    fpos_t place;

    fputs("0123456789", f);
    check("ftell counts what was written", ftell(f) == 10);
    rewind(f);
    check("rewind", ftell(f) == 0 && fgetc(f) == '0' && ftell(f) == 1);
    check("fseek from the start",
          fseek(f, 5, SEEK_SET) == 0 && fgetc(f) == '5');
    check("fseek from here", fseek(f, 2, SEEK_CUR) == 0 && fgetc(f) == '8');
    check("fseek back", fseek(f, -3, SEEK_CUR) == 0 && fgetc(f) == '6');
    check("fseek from the end", fseek(f, -1, SEEK_END) == 0 &&
                                    fgetc(f) == '9' && fgetc(f) == EOF &&
                                    feof(f));
    check("fseek clears the end", fseek(f, 3, SEEK_SET) == 0 && !feof(f));
    check("fgetpos", fgetpos(f, &place) == 0 && fgetc(f) == '3');
    check("fsetpos", fsetpos(f, &place) == 0 && fgetc(f) == '3');
    check("ungetc", ungetc('x', f) == 'x' && ftell(f) == 3 && fgetc(f) == 'x' &&
                        fgetc(f) == '4');
    check("fseek forgets ungetc", ungetc('y', f) == 'y' &&
                                      fseek(f, 0, SEEK_CUR) == 0 &&
                                      fgetc(f) == '4');
    check("fseek before the start", fseek(f, -1, SEEK_SET) != 0);
    check("writing after reading",
          fseek(f, 2, SEEK_SET) == 0 && fputs("ab", f) >= 0 && ftell(f) == 4);
    check("reading after writing",
          fseek(f, 0, SEEK_CUR) == 0 && fgetc(f) == '4');
    check("writing behind the end",
          fseek(f, 12, SEEK_SET) == 0 && fputc('z', f) == 'z' &&
              fseek(f, 0, SEEK_SET) == 0 && fread(text, 1, 20, f) == 13 &&
              memcmp(text, "01ab456789\0\0z", 13) == 0);
    fclose(f);
}

static void
lines_check(void)
{
    FILE *f = fopen("l", "w+");
    int n, m;
    char word[20];

    check("fprintf", fprintf(f, "%d %s\n\n", 17, "words") == 10);
    check("putc", putc('c', f) == 'c' && fputc('\n', f) == '\n');
    check("fputs", fputs("no newline", f) >= 0);
    rewind(f);
    check("fgets", fgets(text, 5, f) == text && strcmp(text, "17 w") == 0);
    check("fgets to the newline",
          fgets(text, 100, f) == text && strcmp(text, "ords\n") == 0);
    check("an empty line",
          fgets(text, 100, f) == text && strcmp(text, "\n") == 0);
    check("getc", getc(f) == 'c' && getc(f) == '\n');
    check("the last line",
          fgets(text, 100, f) == text && strcmp(text, "no newline") == 0);
    check("fgets at the end", !fgets(text, 100, f) && feof(f) && !ferror(f));
    clearerr(f);
    check("clearerr", !feof(f));
    rewind(f);
    check("fscanf", fscanf(f, "%d %19s %n", &n, word, &m) == 2 && n == 17 &&
                        strcmp(word, "words") == 0 && m == 10);
    check("fscanf stops", fscanf(f, "%d", &n) == 0 && fgetc(f) == 'c');
    fclose(f);
}

static void
blocks_check(void)
{
    static unsigned char block[LONG_BYTES], other[LONG_BYTES];
    FILE *f = fopen("big", "wb");
    size_t i;
    int is_right = 1;

    for (i = 0; i < LONG_BYTES; i++)
        block[i] = (unsigned char)(i * 7 + i / 251);
    check("fwrite of much", fwrite(block, 1, LONG_BYTES, f) == LONG_BYTES);
    check("fwrite of records", fwrite(block, 10, 3, f) == 3);
    check("fwrite of nothing",
          fwrite(block, 0, 3, f) == 0 && fwrite(block, 3, 0, f) == 0);
    check("fclose", fclose(f) == 0);
    f = fopen("big", "rb");
    check("fread of much", fread(other, 1, LONG_BYTES, f) == LONG_BYTES &&
                               memcmp(block, other, LONG_BYTES) == 0);
    check("fread of records", fread(other, 7, 100, f) == 4 && feof(f));
    rewind(f);
    for (i = 0; i < LONG_BYTES && is_right; i++) {
        size_t bytes = 1 + i % 97;

        if (bytes > LONG_BYTES - i)
            bytes = LONG_BYTES - i;
        is_right = fread(other, 1, bytes, f) == bytes &&
                   memcmp(other, block + i, bytes) == 0;
        i += bytes;
        if (i < LONG_BYTES && is_right)
            is_right = fgetc(f) == block[i];
    }
    check("fread of pieces", is_right);
    check("fread after ungetc",
          fseek(f, 9, SEEK_SET) == 0 && ungetc('u', f) == 'u' &&
              fread(other, 1, 3, f) == 3 && other[0] == 'u' &&
              memcmp(other + 1, block + 9, 2) == 0);
    fclose(f);
}

static void
buffers_check(void)
{
    static char room[BUFSIZ];
    FILE *f = fopen("u", "w");

    check("setvbuf: none", setvbuf(f, NULL, _IONBF, 0) == 0);
    check("at once", fputs("now", f) >= 0 && file_is("u", "now"));
    fclose(f);

    f = fopen("u", "w");
    check("setvbuf: lines", setvbuf(f, NULL, _IOLBF, 0) == 0);
    fputs("a line\nand", f);
    check("a line at a time",
          file_is("u", "a line\nand") || file_is("u", "a line\n"));
    fclose(f);

    f = fopen("u", "w");
    check("setvbuf: full, ours", setvbuf(f, room, _IOFBF, sizeof(room)) == 0);
    fputs("later\n", f);
    check("not yet", file_is("u", ""));
    check("fflush", fflush(f) == 0 && file_is("u", "later\n"));
    fputs("rest", f);
    check("fflush of all", fflush(NULL) == 0 && file_is("u", "later\nrest"));
    fclose(f);

    f = fopen("u", "w");
    check("setvbuf: full, 16", setvbuf(f, NULL, _IOFBF, 16) == 0);
    fputs("as much as you like, and more", f);
    fclose(f);
    check("a small room", file_is("u", "as much as you like, and more"));
    f = fopen("u", "r");
    setbuf(f, NULL);
    check("reading without a room",
          fread(text, 1, 5, f) == 5 && fgetc(f) == 'c' && ftell(f) == 6);
    fclose(f);
}

static void
names_check(void)
{
    char name[L_tmpnam], other[L_tmpnam];
    FILE *f;

    file_write("old", "w", "content");
    file_write("victim", "w", "gone");
    check("rename", rename("old", "new") == 0 && file_is("new", "content") &&
                        !fopen("old", "r"));
    check("rename replaces",
          rename("new", "victim") == 0 && file_is("victim", "content"));
    errno = 0;
    check("rename of nothing", rename("old", "x") != 0 && errno == ENOENT);
    check("remove", remove("victim") == 0 && !fopen("victim", "r"));
    check("remove of nothing", remove("victim") != 0 && errno == ENOENT);

    check("tmpnam", tmpnam(name) == name && !fopen(name, "r"));
    file_write(name, "w", "taken");
    check("tmpnam again", tmpnam(other) == other && strcmp(name, other) != 0);
    remove(name);
    f = tmpfile();
    check("tmpfile", f && fputs("secret", f) >= 0);
    if (f) {
        rewind(f);
        check("tmpfile is read",
              fgets(text, 10, f) == text && strcmp(text, "secret") == 0);
        check("tmpfile is closed", fclose(f) == 0);
    }
}

static void
reopen_check(void)
{
    FILE *f = fopen("first", "w");

    fputs("1", f);
    check("freopen", freopen("second", "w", f) == f && fputs("2", f) >= 0 &&
                         fclose(f) == 0);
    check("both are written", file_is("first", "1") && file_is("second", "2"));
    f = fopen("first", "r");
    check("freopen for reading",
          fgetc(f) == '1' && freopen("second", "r", f) == f && fgetc(f) == '2');
    fclose(f);
}

/* Left open: exit writes it. tests/test_posix.py runs this program twice. */
static void
exit_check(void)
{
    FILE *f = fopen("left-open", "r");

    if (f) {
        check("exit wrote what was left open",
              fgets(text, 20, f) == text && strcmp(text, "kept") == 0);
        fclose(f);
    }
    f = fopen("left-open", "w");
    fputs("kept", f);
}

int
main(void)
{
    modes_check();
    places_check();
    lines_check();
    blocks_check();
    buffers_check();
    names_check();
    reopen_check();
    exit_check();
    return checks_end("files");
}
