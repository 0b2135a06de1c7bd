/* SPDX-License-Identifier: MIT */
/* Temporary files, in the current directory. picolibc's tmpnam gives the same
 * name until a file has it, and its tmpfile calls open by that name, which a
 * program may have for a function of its own. */
#include <lib/descriptor.h>
#include <lib/stream.h>
#include <lib/ticks.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

enum { DIGITS = 6, DIGIT_BITS = 5 };

_Static_assert(L_tmpnam == 1 + DIGITS + 1, "a letter, the digits, a zero");

/* Writes a name that was not given before. Each program begins where the clock
 * is, so that two at once are not in each other's way. */
static void
name_make(char name[L_tmpnam])
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
    static uint64_t last;
    uint64_t number = 0, none = 0;

    if (__atomic_load_n(&last, __ATOMIC_RELAXED) == 0)
        (void)__atomic_compare_exchange_n(&last, &none, ticks_now(), false,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    name[0] = 'T';
    for (unsigned i = DIGITS; i > 0; i--) {
        name[i] = digits[number % (1 << DIGIT_BITS)];
        number >>= DIGIT_BITS;
    }
    name[1 + DIGITS] = '\0';
}

/* A name that no file has; NULL if none was found. */
char *
tmpnam(char *name)
{
    static char own[L_tmpnam];

    if (!name)
        name = own;
    for (int i = 0; i < TMP_MAX; i++) {
        int fd;

        name_make(name);
        fd = descriptor_open(name, O_RDONLY);
        if (fd >= 0)
            (void)descriptor_close(fd);
        else if (errno == ENOENT)
            return name;
    }
    return NULL;
}

FILE *
tmpfile(void)
{
    char name[L_tmpnam];
    int fd = -1;
    FILE *file;

    for (int i = 0; i < TMP_MAX && fd < 0; i++) {
        name_make(name);
        fd = descriptor_open(name, O_RDWR | O_CREAT | O_EXCL);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0)
        return NULL;
    (void)remove(name);
    file = stream_make(fd, 0);
    if (!file)
        (void)descriptor_close(fd);
    return file;
}
