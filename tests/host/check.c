/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM_START = 0x5a17 };

jmp_buf check_panicked;
bool check_expects_panic;

_Noreturn void
panic(const char *text)
{
    if (check_expects_panic)
        longjmp(check_panicked, 1);
    fprintf(stderr, "the kernel panics: %s\n", text);
    abort();
}

_Noreturn void
check_failed(const char *file, int line, const char *claim)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    abort();
}

static uint64_t random_state = RANDOM_START;

void
check_random_restart(void)
{
    random_state = RANDOM_START;
}

uint64_t
check_random(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

unsigned
check_below(unsigned limit)
{
    return (unsigned)(check_random() % limit);
}

void *
check_copy(const void *source, size_t bytes)
{
    void *copy = malloc(bytes);

    CHECK(copy != NULL);
    if (bytes > 0)
        memcpy(copy, source, bytes);
    return copy;
}

void *
check_file(const char *path, size_t *bytes)
{
    static char buffer[1 << 21];
    FILE *file = path ? fopen(path, "rb") : NULL;

    CHECK(file != NULL);
    *bytes = fread(buffer, 1, sizeof(buffer), file);
    CHECK(*bytes > 0 && *bytes < sizeof(buffer));
    fclose(file);
    return check_copy(buffer, *bytes);
}

void
check_readable(const void *memory, size_t bytes)
{
    const volatile unsigned char *at = memory;

    for (size_t i = 0; i < bytes; i++)
        (void)at[i];
}

void
check_damage(void *memory, size_t reach, unsigned count)
{
    while (count-- > 0)
        ((unsigned char *)memory)[check_random() % reach] =
            (unsigned char)check_random();
}
