/* SPDX-License-Identifier: MIT */
/* The heap, the stack, blocks and strings, sorting, jumps. */
#include "check.h"

#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 200, NUMBERS = 500, DEPTH = 1000 };

static void
heap_check(void)
{
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    unsigned seed = 1, turn;
    int i, is_right = 1;

    for (turn = 0; turn < 2000; turn++) {
        size_t bytes;

        seed = seed * 1103515245 + 12345;
        i = (int)(seed >> 16) % BLOCKS;
        bytes = (seed >> 8) % 3000;
        if (blocks[i] && sizes[i] > 0)
            is_right = is_right && blocks[i][0] == (unsigned char)i &&
                       blocks[i][sizes[i] - 1] == (unsigned char)i;
        if (turn % 3 == 0) {
            free(blocks[i]);
            blocks[i] = NULL;
            continue;
        }
        blocks[i] = realloc(blocks[i], bytes + 1);
        is_right =
            is_right && blocks[i] && (uintptr_t)blocks[i] % sizeof(void *) == 0;
        if (!is_right)
            break;
        sizes[i] = bytes + 1;
        memset(blocks[i], i, bytes + 1);
    }
    for (i = 0; i < BLOCKS; i++)
        free(blocks[i]);
    check("malloc, realloc and free", is_right);
    check("calloc is zero", *(int *)calloc(10, sizeof(int)) == 0);
    errno = 0;
    check("too much calloc", !calloc(SIZE_MAX / 2, 4) && errno == ENOMEM);
    check("free of nothing", (free(NULL), 1));
}

/* Takes all memory there is, in blocks that are linked to give them back. */
static void
exhaustion_check(void)
{
    struct block {
        struct block *next;
        char rest[20000];
    } *first = NULL, *block;
    unsigned count = 0;

    errno = 0;
    check("too much at once", !malloc((size_t)1 << 40) && errno == ENOMEM);
    errno = 0;
    while ((block = malloc(sizeof(*block)))) {
        block->next = first;
        block->rest[19999] = 1;
        first = block;
        count++;
    }
    check("memory ends", errno == ENOMEM && count > 20);
    for (; first; first = block) {
        block = first->next;
        free(first);
    }
    check("and is there again", (block = malloc(100000)) != NULL);
    free(block);
}

static unsigned
stack_use(unsigned depth)
{
    volatile char room[200];

    room[depth % 200] = 1;
    return depth ? stack_use(depth - 1) + (unsigned char)room[depth % 200] : 0;
}

static int
numbers_compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

static void
sorting_check(void)
{
    static int numbers[NUMBERS];
    int i, is_sorted = 1, key, *found;

    srand(42);
    for (i = 0; i < NUMBERS; i++)
        numbers[i] = rand() % 10000;
    key = numbers[77];
    qsort(numbers, NUMBERS, sizeof(numbers[0]), numbers_compare);
    for (i = 1; i < NUMBERS; i++)
        is_sorted = is_sorted && numbers[i - 1] <= numbers[i];
    check("rand and qsort", is_sorted && numbers[0] != numbers[NUMBERS - 1]);
    found =
        bsearch(&key, numbers, NUMBERS, sizeof(numbers[0]), numbers_compare);
    check("bsearch", found && *found == key);
    key = -1;
    check("bsearch of nothing", !bsearch(&key, numbers, NUMBERS,
                                         sizeof(numbers[0]), numbers_compare));
}

/* Every distance to a word boundary, and a few lengths. */
static void
blocks_check(void)
{
    static unsigned char from[300], to[300], all[300];
    int a, b, n, i, is_copied = 1, is_moved = 1, is_set = 1;

    for (i = 0; i < 300; i++)
        from[i] = (unsigned char)(i + 1);
    for (a = 0; a < 16; a++)
        for (b = 0; b < 16; b++)
            for (n = 0; n < 200; n = n < 40 ? n + 1 : n + 37) {
                memset(to, 0xee, sizeof(to));
                memcpy(to + a, from + b, (size_t)n);
                is_copied = is_copied &&
                            memcmp(to + a, from + b, (size_t)n) == 0 &&
                            to[a + n] == 0xee && (a == 0 || to[a - 1] == 0xee);
                memcpy(all, from, sizeof(all));
                memmove(all + a, all + b, (size_t)n);
                is_moved = is_moved &&
                           memcmp(all + a, from + b, (size_t)n) == 0 &&
                           all[a + n] == from[a + n];
                memset(to + a, b, (size_t)n);
                is_set = is_set && to[a + n] == 0xee &&
                         (n == 0 || (to[a] == b && to[a + n - 1] == b));
            }
    check("memcpy", is_copied);
    check("memmove", is_moved);
    check("memset", is_set);
    check("memcmp", memcmp("abcdefgh", "abcdefgx", 8) < 0 &&
                        memcmp("abcdefgh", "abcdefgx", 7) == 0);
    check("memchr", memchr(from, 100, 300) == from + 99);
}

static void
strings_check(void)
{
    char room[50] = "first second,third", *word;

    check("strlen, strcpy, strcat",
          strlen(room) == 18 && strcpy(room + 30, "ab") == room + 30 &&
              strcmp(strcat(room + 30, "cd"), "abcd") == 0);
    check("strncpy and strncat",
          strncpy(room + 40, "singer", 3) == room + 40 &&
              memcmp(room + 40, "sin\0", 4) == 0 &&
              strcmp(strncat(room + 40, "kable", 2), "sinka") == 0);
    check("strchr and strrchr",
          strchr(room, 's') == room + 3 && strrchr(room, 's') == room + 6);
    check("strstr", strstr(room, "second") == room + 6 && !strstr(room, "x"));
    check("strspn, strcspn, strpbrk", strspn("aab", "a") == 2 &&
                                          strcspn("abc", "c") == 2 &&
                                          *strpbrk("abc", "cb") == 'b');
    check("strcoll and strcmp", strcoll("a", "b") < 0 && strcmp("b", "a") > 0 &&
                                    strncmp("abc", "abd", 2) == 0);
    word = strtok(room, " ,");
    check("strtok", strcmp(word, "first") == 0 &&
                        strcmp(strtok(NULL, " ,"), "second") == 0 &&
                        strcmp(strtok(NULL, " ,"), "third") == 0 &&
                        !strtok(NULL, " ,"));
    check("strerror", strlen(strerror(ENOENT)) > 3 &&
                          strcmp(strerror(ENOENT), strerror(EIO)) != 0);
}

static jmp_buf place;

static void
jump(int depth)
{
    if (depth == 0)
        longjmp(place, 42);
    jump(depth - 1);
}

static void
jumps_check(void)
{
    volatile int turns = 0;
    int value = setjmp(place);

    turns++;
    if (value == 0)
        jump(10);
    check("setjmp and longjmp", value == 42 && turns == 2);
    value = setjmp(place);
    if (value == 0)
        longjmp(place, 0);
    check("longjmp of 0 is 1", value == 1);
}

int
main(void)
{
    heap_check();
    check("a deep stack", stack_use(DEPTH) == DEPTH);
    sorting_check();
    blocks_check();
    strings_check();
    jumps_check();
    exhaustion_check();
    return checks_end("memory");
}
