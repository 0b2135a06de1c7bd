/* SPDX-License-Identifier: MIT */
/* What library.c spawns: tells its parent what it was given, twice.
 *
 * Grants: "parent", where to call; "machine". */
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int table[2000] = {1};
static int zeros[2000];
static __thread int thread_variable = 11;

/* Set by a constructor, which runs before main. */
static bool is_constructed;

__attribute__((constructor)) static void
construct(void)
{
    is_constructed = true;
}

/* 0 if the program was loaded as it should be, else a bit for each fault. */
static uint64_t
load_check(char **argv)
{
    uint64_t faults = 0;
    const char *text = startup_argument("text");

    faults |= (uint64_t)(strcmp(argv[0], "child") != 0) << 0;
    faults |= (uint64_t)(!text || strcmp(text, "a b") != 0) << 1;
    faults |= (uint64_t)(table[0] != 1 || table[1999] != 0) << 2;
    faults |= (uint64_t)(zeros[0] != 0 || zeros[1999] != 0) << 3;
    faults |= (uint64_t)(thread_variable != 11) << 4;
    faults |= (uint64_t)!is_constructed << 5;
    faults |= (uint64_t)(malloc(100000) == NULL) << 6;
    faults |= (uint64_t)(startup_handle("nothing") != HANDLE_NONE) << 7;
    return faults;
}

int
main(int argc, char **argv)
{
    handle_t parent = startup_handle("parent");
    struct message m = {.header = 1};

    m.words[0] = (uint64_t)argc;
    m.words[1] = strtoull(argv[1], NULL, 0) + strtoull(argv[3], NULL, 0);
    m.words[2] = load_check(argv);
    for (;;) {
        if (sys_endpoint_call(parent, &m) != OK)
            return 1;
        m.words[0]++;
    }
}
