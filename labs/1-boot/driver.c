/* SPDX-License-Identifier: MIT */
/* Lab 1's driver: it runs in the kernel, where init would be started.
 *
 * It reads a script, which QEMU put into memory where the boot archive would
 * be, calls your functions as the script says, and reports what came of it.
 * A line is a word and up to seven numbers, all in hexadecimal:
 *
 *     part                        reports that another part begins
 *     set PA COUNT WORD           COUNT words of memory become WORD
 *     fill PA COUNT SEED          COUNT words become random ones
 *     number VALUE BASE WIDTH     log_number, between "number <" and ">"
 *     reserve START END           frame_reserve
 *     alloc SLOT COUNT TAG        frame_alloc; fills it with TAG unless 0
 *     free SLOT FIRST COUNT       frame_free of a part of what SLOT has
 *     walk ROOT VA                sv39_walk, for each level
 *     quota FRAMES                a new payer, of whom all below take
 *     use SPACE ROOT              a space whose tables the script makes
 *     create SPACE SLOT           space_create; its root is in SLOT then
 *     take SLOT                   payer_take of one frame
 *     link SLOT INDEX TABLE       an entry that names the table in slot TABLE
 *     leaf SLOT INDEX ENTRY       any entry
 *     map SPACE VA PA PAGES BITS SPARE        space_map
 *     mapslot SPACE VA SLOT BITS              the same with one taken frame
 *     unmap SPACE VA PAGES                    space_unmap
 *     copy TO TO_VA FROM FROM_VA BYTES        space_copy
 *     step SPACE                              space_free_step
 *     giveback SLOT                           payer_give_back of one frame
 *     from PA                                 where kmap takes tables from
 *     kmap ROOT VA PA BYTES BITS              kernel_map
 *     kernel RAM_END START BYTES FREE         space_init, with one device
 *
 * Before the script nothing has called your functions but log_format: the
 * kernel runs on the first table of entry.S, without trace and other harts.
 * What is wrong in one function is seen by those who call it. */
#include "asid.h"
#include "fdt.h"
#include "frame.h"
#include "log.h"
#include "object.h"
#include "riscv.h"
#include "sbi.h"
#include "space.h"
#include "sv39.h"

enum {
    SLOTS = 512,
    SPACES = 4,
    ARGUMENTS_MAX = 7,
    WORD_BYTES = 12,
    RECORD_MARK = 0x1e,
    RECORD_BYTES = 100,
    PAYLOAD_BYTES = 25,
    POOL_PAGES = 256,
};

/* Physical RAM of the machine that this lab is graded on. */
static const paddr_t RAM_START = 0x80000000, RAM_END = 0x88000000;

struct thread *driver_main(paddr_t script, uint64_t bytes, const char *words);
void space_init_given(paddr_t ram_end, const struct device_range *devices,
                      unsigned count, paddr_t *free);
_Noreturn void test_end(void);

/* Memory for tables and data that the script places: the host knows where it
 * lies. */
char driver_pool[POOL_PAGES][PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

static struct {
    const char *next, *end; /* of the script */
    const char *nonce;
    unsigned sequence;
    char record[RECORD_BYTES];
    unsigned length;
} driver;

static paddr_t slots[SLOTS];
static struct space spaces[SPACES];
static bool is_gone[SPACES];
static struct payer payer;

/* In space.c: leaves the kernel on the first table, to which it adds what lies
 * below RAM: the devices. */
void
space_init(paddr_t ram_end, const struct device_range *devices, unsigned count,
           paddr_t *free)
{
    uint64_t satp = CSR_READ(satp);

    (void)ram_end;
    (void)devices;
    (void)count;
    (void)free;
    kernel_root = phys_to_virt((satp & ((UINT64_C(1) << 44) - 1)) * PAGE_BYTES);
    kernel_root[SV39_USER_ENTRIES] =
        sv39_entry(0, PTE_R | PTE_W | PTE_V | PTE_G | PTE_A | PTE_D);
    hart_kernel_space_set(satp);
    asid_init(asid_limit_probe(satp));
    riscv_flush_all();
}

/* In main.c: no other harts, and no rings for a trace. */
static void
boot_harts(uint64_t hart_id)
{
    (void)hart_id;
}

/* In main.c. */
static struct thread *
boot_first_process(struct boot_range archive, struct boot_range tree)
{
    struct thread *driver_main(paddr_t script, uint64_t bytes,
                               const char *words);

    (void)tree;
    return driver_main(archive.start, archive.bytes, machine.bootargs);
}

/* ------------------------------------------------------------- reporting */

static void
put_text(const char *text)
{
    for (; *text; text++)
        sbi_console_put(*text);
}

static void
put_digits(uint64_t value, unsigned digits)
{
    while (digits-- > 0)
        sbi_console_put("0123456789abcdef"[value >> 4 * digits & 15]);
}

static void
say(const char *text)
{
    if (driver.length)
        driver.record[driver.length++] = ' ';
    for (; *text; text++)
        driver.record[driver.length++] = *text;
}

static void
say_number(uint64_t value)
{
    char digits[17];
    unsigned n = sizeof(digits) - 1;

    digits[n] = 0;
    do {
        digits[--n] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value);
    say(digits + n);
}

/* Sends what was said as one record, in pieces as user/lib/test.c has them. */
static void
record_end(void)
{
    for (unsigned at = 0; at < driver.length; at += PAYLOAD_BYTES) {
        bool is_last = at + PAYLOAD_BYTES >= driver.length;
        unsigned end = is_last ? driver.length : at + PAYLOAD_BYTES;

        sbi_console_put(RECORD_MARK);
        for (unsigned i = 0; i < 8; i++)
            sbi_console_put(driver.nonce[i]);
        put_digits(driver.sequence++, 4);
        sbi_console_put(is_last ? '.' : '+');
        for (unsigned i = at; i < end; i++)
            sbi_console_put(driver.record[i]);
        sbi_console_put('\n');
    }
    driver.length = 0;
}

static void
say_error(err_t error)
{
    switch (error) {
#define ERROR_NAME(name, number, text)                                         \
    case name:                                                                 \
        say(#name);                                                            \
        break;
        ERROR_LIST(ERROR_NAME)
#undef ERROR_NAME
    default:
        say_number((uint64_t)error);
    }
}

/* ------------------------------------------------------------ operations */

static bool
is_in_ram(paddr_t p, uint64_t bytes)
{
    return p % PAGE_BYTES == 0 && p >= RAM_START && p <= RAM_END - bytes;
}

static void
words_set(paddr_t start, uint64_t count, uint64_t word)
{
    uint64_t *p = phys_to_virt(start);

    while (count-- > 0)
        *p++ = word;
}

static void
words_fill(paddr_t start, uint64_t count, uint64_t state)
{
    uint64_t *p = phys_to_virt(start);

    while (count-- > 0) {
        uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        *p++ = z ^ z >> 31;
    }
}

/* Fills frame i of a run with tag + i. */
static void
run_tag(paddr_t start, unsigned count, uint64_t tag)
{
    for (unsigned i = 0; i < count; i++)
        words_set(start + (uint64_t)i * PAGE_BYTES,
                  PAGE_BYTES / sizeof(uint64_t), tag + i);
}

static void
run_alloc(uint64_t slot, unsigned count, uint64_t tag)
{
    paddr_t start = frame_alloc(count);
    uint64_t bytes = (uint64_t)count * PAGE_BYTES;
    const char *content = "zero";

    slots[slot] = start;
    if (start == FRAME_NONE)
        content = "none";
    else if (!is_in_ram(start, bytes)) {
        content = "no RAM";
        slots[slot] = FRAME_NONE;
    } else {
        const uint64_t *p = phys_to_virt(start);
        for (uint64_t i = 0; i < bytes / sizeof(*p); i++)
            if (p[i])
                content = "dirty";
        if (tag)
            run_tag(start, count, tag);
    }
    say("alloc");
    say_number(slot);
    say_number(start);
    say(content);
    record_end();
}

static void
frame_take(uint64_t slot)
{
    slots[slot] = payer_take(&payer, 1);
    say("take");
    say_number(slot);
    say_number(slots[slot]);
    say(is_in_ram(slots[slot], PAGE_BYTES) ? "RAM" : "no RAM");
    record_end();
    if (!is_in_ram(slots[slot], PAGE_BYTES))
        test_end();
}

static void
entries_find(paddr_t root, vaddr_t va)
{
    say("walk");
    say_number(va);
    for (unsigned above = SV39_ROOT_LEVEL + 1; above > 0; above--) {
        const pte_t *pte = sv39_walk(phys_to_virt(root), va, above - 1);

        if (pte)
            say_number(virt_to_phys(pte) - root); /* as in every kernel */
        else
            say("NULL");
    }
    record_end();
}

static void
pages_map(struct space *space, vaddr_t va, paddr_t start, unsigned pages,
          uint64_t bits, unsigned spare)
{
    say("map");
    say_number(va);
    say_number(pages);
    say_error(space_map(space, &payer, va, start, pages, bits, spare));
    say("quota");
    say_number(payer.quota);
    record_end();
}

static void
kernel_build(paddr_t ram_end, paddr_t start, uint64_t bytes, paddr_t free)
{
    const struct device_range devices[] = {{0, 0}, {start, bytes}};
    paddr_t first = free;

    space_init_given(ram_end, devices, 2, &free);
    say("tables");
    say_number((free - first) / PAGE_BYTES);
    record_end();
}

static bool
is_word(const char *word, const char *name)
{
    while (*name && *word == *name)
        word++, name++;
    return *word == *name;
}

static void
number_log(uint64_t value, unsigned base, unsigned width)
{
    put_text("number <");
    log_number(value, base, width);
    put_text(">\n");
}

/* Operations on memory, frames and tables; false if it is none of them. */
static bool
perform_on_memory(const char *word, const uint64_t *n)
{
    if (is_word(word, "part")) {
        say("part");
        record_end();
    } else if (is_word(word, "set"))
        words_set(n[0], n[1], n[2]);
    else if (is_word(word, "fill"))
        words_fill(n[0], n[1], n[2]);
    else if (is_word(word, "number"))
        number_log(n[0], (unsigned)n[1], (unsigned)n[2]);
    else if (is_word(word, "reserve"))
        frame_reserve(n[0], n[1]);
    else if (is_word(word, "alloc"))
        run_alloc(n[0], (unsigned)n[1], n[2]);
    else if (is_word(word, "free")) {
        if (slots[n[0]])
            frame_free(slots[n[0]] + n[1] * PAGE_BYTES, (unsigned)n[2]);
    } else if (is_word(word, "walk"))
        entries_find(n[0], n[1]);
    else if (is_word(word, "link"))
        *((pte_t *)phys_to_virt(slots[n[0]]) + n[1]) =
            slots[n[2]] >> 12 << 10 | PTE_V;
    else if (is_word(word, "leaf"))
        *((pte_t *)phys_to_virt(slots[n[0]]) + n[1]) = n[2];
    else
        return false;
    return true;
}

static void
perform_on_spaces(const char *word, const uint64_t *n)
{
    if (is_word(word, "quota"))
        payer_init(&payer, n[0]);
    else if (is_word(word, "use"))
        spaces[n[0]].root = phys_to_virt(n[1]);
    else if (is_word(word, "create")) {
        space_create(&spaces[n[0]], &payer);
        is_gone[n[0]] = false;
        slots[n[1]] = virt_to_phys(spaces[n[0]].root);
        say("root");
        say_number(slots[n[1]]);
        record_end();
    } else if (is_word(word, "take"))
        frame_take(n[0]);
    else if (is_word(word, "map"))
        pages_map(&spaces[n[0]], n[1], n[2], (unsigned)n[3], n[4],
                  (unsigned)n[5]);
    else if (is_word(word, "mapslot"))
        pages_map(&spaces[n[0]], n[1], slots[n[2]], 1, n[3], 0);
    else if (is_word(word, "unmap"))
        space_unmap(&spaces[n[0]], n[1], (unsigned)n[2]);
    else if (is_word(word, "copy")) {
        say("copy");
        say_number(n[1]);
        say_number(n[3]);
        say_number(n[4]);
        say_number(space_copy(&spaces[n[0]], n[1], &spaces[n[2]], n[3], n[4]));
        record_end();
    } else if (is_word(word, "giveback"))
        payer_give_back(&payer, slots[n[0]], 1);
    else if (is_word(word, "step")) {
        say("step");
        if (is_gone[n[0]])
            say("gone");
        else {
            is_gone[n[0]] = space_free_step(&spaces[n[0]], &payer);
            say(is_gone[n[0]] ? "true" : "false");
        }
        say("quota");
        say_number(payer.quota);
        record_end();
    } else if (is_word(word, "kmap")) {
        kernel_map(phys_to_virt(n[0]), n[1], n[2], n[3], n[4], &slots[0]);
        say("tables");
        say_number((slots[0] - slots[1]) / PAGE_BYTES);
        record_end();
    } else if (is_word(word, "from"))
        slots[0] = slots[1] = n[0];
    else if (is_word(word, "kernel"))
        kernel_build(n[0], n[1], n[2], n[3]);
    else
        panic("the driver does not know this word of its script");
}

/* ---------------------------------------------------------------- script */

/* The digits or letters up to the next blank or line, which it skips. False
 * at the end of the line. */
static bool
word_read(char *word)
{
    unsigned n = 0;

    while (driver.next < driver.end && *driver.next == ' ')
        driver.next++;
    while (driver.next<driver.end && * driver.next> ' ') {
        if (n < WORD_BYTES + 8 - 1)
            word[n++] = *driver.next;
        driver.next++;
    }
    word[n] = 0;
    return n > 0;
}

static uint64_t
number_of(const char *word)
{
    uint64_t value = 0;

    for (; *word; word++)
        value = value << 4 |
                (uint64_t)(*word <= '9' ? *word - '0' : *word - 'a' + 10);
    return value;
}

static void
line_perform(void)
{
    char word[WORD_BYTES + 8], digits[WORD_BYTES + 8];
    uint64_t numbers[ARGUMENTS_MAX] = {0};

    if (word_read(word)) {
        for (unsigned i = 0; i < ARGUMENTS_MAX && word_read(digits); i++)
            numbers[i] = number_of(digits);
        if (!perform_on_memory(word, numbers))
            perform_on_spaces(word, numbers);
    }
    while (driver.next < driver.end && *driver.next != '\n')
        driver.next++;
    driver.next++;
}

/* The nonce among the words of the command line. */
static const char *
nonce_find(const char *words)
{
    static const char name[] = "nonce=";

    for (; *words; words++) {
        unsigned n = 0;
        while (name[n] && words[n] == name[n])
            n++;
        if (!name[n])
            return words + n;
    }
    return "00000000";
}

struct thread *
driver_main(paddr_t script, uint64_t bytes, const char *words)
{
    driver.next = phys_to_virt(script);
    driver.end = driver.next + bytes;
    driver.nonce = nonce_find(words);
    while (driver.next < driver.end)
        line_perform();
    test_end();
}

/* The grader stops the machine here. */
__attribute__((noinline)) _Noreturn void
test_end(void)
{
    sbi_shutdown(false);
    for (;;)
        continue;
}
