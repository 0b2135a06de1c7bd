/* SPDX-License-Identifier: MIT */
/* C reserves few names: a program may call its own functions read, open or
 * anything that a system below it happens to use. <stdio.h> goes on working. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

static int calls;

/* The system's own insides. */
int lock_acquire(const char *what);
int stream_read(void);
int startup_handle(int n);
int call_retry(void);
int descriptor_get(void);
int chunk_free(int n);
int output_write(void);

/* What POSIX calls other things. */
char *read(const char *prompt);
int write(int n);
int open(void);
int close(int what);
int lseek(void);
int stat(void);
int unlink(void);

/* Functions that C libraries add. */
static const char *
strlwr(const char *text)
{
    return text;
}

static void
itoa(void)
{
    calls++;
}

int
lock_acquire(const char *what)
{
    return (int)strlen(what);
}

int
stream_read(void)
{
    return calls++;
}

int
startup_handle(int n)
{
    return calls += n;
}

int
call_retry(void)
{
    return calls++;
}

int
descriptor_get(void)
{
    return calls++;
}

int
chunk_free(int n)
{
    return calls += n;
}

int
output_write(void)
{
    return calls++;
}

char *
read(const char *prompt)
{
    calls++;
    return (char *)prompt;
}

int
write(int n)
{
    return calls += n;
}

int
open(void)
{
    return calls++;
}

int
close(int what)
{
    return calls += what;
}

int
lseek(void)
{
    return calls++;
}

int
stat(void)
{
    return calls++;
}

int
unlink(void)
{
    return calls++;
}

int
main(void)
{
    char text[20] = "";
    FILE *f = fopen("names", "w+");

    fputs("written", f);
    rewind(f);
    check("files are read and written",
          fgets(text, sizeof(text), f) == text && strcmp(text, "written") == 0);
    check("fclose", fclose(f) == 0 && remove("names") == 0);
    f = tmpfile();
    check("tmpfile", f && fputs("x", f) >= 0 && fclose(f) == 0);
    check("malloc", malloc(100000) != NULL);
    check("nobody else called them", calls == 0);
    check("they are ours", lock_acquire("abc") == 3 && read("x") &&
                               open() == 1 && close(5) == 7 && calls == 7);
    stream_read();
    startup_handle(1);
    call_retry();
    descriptor_get();
    chunk_free(1);
    output_write();
    write(1);
    lseek();
    stat();
    unlink();
    itoa();
    check("all of them", calls == 18 && *strlwr("A") == 'A');
    return checks_end("names");
}
