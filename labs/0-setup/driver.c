/* SPDX-License-Identifier: MIT */
/* Lab 0's program: it runs in place of the kernel, and there is nothing in it
 * to be written. It is there to be looked at with gdb.
 *
 * From the word name=... of the command line it works out a word, which it
 * prints; numbers, with each of which it calls visit(); and a chain of boxes in
 * memory. With another name all of them are others. */
#include "sbi.h"

enum {
    CALLS_MIN = 20,
    CALLS_MORE = 60,
    BOXES_MIN = 4,
    BOXES_MORE = 5,
    BOX_PLACES = 16, /* a power of two: odd steps come to each place */
};

struct box {
    uint64_t value;
    struct box *next; /* NULL in the last one */
};

struct box boxes[BOX_PLACES];
struct box *first_box;
uint64_t visited; /* the numbers so far, added up */

_Noreturn void program_main(const char *words);
void visit(uint64_t number);
_Noreturn void test_end(void);

/* In main.c. The kernel's work ends before it begins. */
struct thread *
kernel_main(uint64_t hart_id, paddr_t tree_start)
{
    _Noreturn void program_main(const char *words);
    const void *tree = phys_to_virt(tree_start);

    (void)hart_id;
    if (!fdt_read(tree, fdt_bytes(tree, FDT_BYTES_MAX), &machine))
        panic("the device tree cannot be read");
    program_main(machine.bootargs);
}

static void
print(const char *text)
{
    for (; *text && *text != ' '; text++)
        sbi_console_put(*text);
}

/* What follows "name=" among the words. */
static const char *
name_find(const char *words)
{
    static const char key[] = "name=";

    for (; *words; words++) {
        unsigned n = 0;
        while (key[n] && words[n] == key[n])
            n++;
        if (!key[n])
            return words + n;
    }
    return "nobody";
}

/* The next random number: splitmix64, which begins with a hash of the name. */
static uint64_t
draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint64_t
name_hash(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *name && *name != ' '; name++)
        hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
    return hash;
}

static void
word_print(const char *name, uint64_t word)
{
    print("\nHello,");
    sbi_console_put(' ');
    print(name);
    print(".\nWord:");
    sbi_console_put(' ');
    for (unsigned digits = 8; digits-- > 0;)
        sbi_console_put("0123456789abcdef"[word >> 4 * digits & 15]);
    print("\n");
}

/* Called once for each number. */
__attribute__((noinline)) void
visit(uint64_t number)
{
    visited += number;
}

/* Puts boxes at places that do not follow each other, and chains them. */
static void
boxes_chain(uint64_t *state)
{
    uint64_t count = BOXES_MIN + draw(state) % BOXES_MORE;
    uint64_t place = draw(state) % BOX_PLACES;
    uint64_t step = 2 * (draw(state) % (BOX_PLACES / 2)) + 1;
    struct box **link = &first_box;

    for (; count > 0; count--) {
        struct box *box = &boxes[place];
        box->value = 1000 + draw(state) % 9000;
        *link = box;
        link = &box->next;
        place = (place + step) % BOX_PLACES;
    }
    *link = NULL;
}

_Noreturn void
program_main(const char *words)
{
    const char *name = name_find(words);
    uint64_t state = name_hash(name);
    uint64_t calls;

    word_print(name, draw(&state));
    calls = CALLS_MIN + draw(&state) % CALLS_MORE;
    while (calls-- > 0)
        visit(1000 + draw(&state) % 9000);
    boxes_chain(&state);
    test_end();
}

/* The end: the grader stops the machine here. */
__attribute__((noinline)) _Noreturn void
test_end(void)
{
    sbi_shutdown(false);
    for (;;)
        continue;
}
