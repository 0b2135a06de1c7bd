/* SPDX-License-Identifier: MIT */
/* Address spaces on harts that forget nothing.
 *
 * QEMU drops its TLB whenever satp is written, so it never shows that a fence
 * is missing. Here the kernel's own space.c and asid.c run on model harts that
 * keep every entry of every level that they ever walked, under the ASID of the
 * moment, until a fence takes it away; and that walk where nobody asked them
 * to, also between two steps of the kernel, as a hart may [priv 10.4].
 *
 * The promise: while a hart is in a space, what it keeps under the space's
 * ASID, or as global, is what the space's tables have.
 *
 * Then each rule of flushing is broken in turn, and the promise must break with
 * it wherever the rule is needed, and nowhere else.
 *
 * The kernel runs on one hart so far and its fences are those of that hart.
 * The model's reach all harts, as the kernel's will have to. */
#include "riscv_fake.h"

#include "asid.h"
#include "check.h"
#include "ram.h"

/* With its fences: so they come to the functions below. */
#include "space.c"

#include <string.h>

enum {
    HARTS_MAX = 3,
    SPACES = 5,
    ADDRESSES = 8,
    KEPT_MAX = 4096,
    STEPS = 3000,
    QUOTA = 500,
};

/* The rules, by what is done when one is broken. */
enum fault {
    FAULT_NONE,
    FAULT_UNMAP,        /* no fence when a page is unmapped */
    FAULT_REUSE,        /* no fence before an ASID is given back */
    FAULT_SWITCH,       /* none at a switch to a space that shares ASID 0 */
    FAULT_SWITCH_EARLY, /* there, the fence before the new satp */
    FAULT_ONE_HART,     /* fences reach only the hart that asks */
    FAULTS,
};

/* An entry that a hart keeps. */
struct kept_entry {
    uint64_t asid;
    unsigned level;
    vaddr_t va; /* where what the entry stands for begins */
    pte_t pte;
};

struct known_space {
    struct space space;
    bool is_used;
    pte_t entries[ADDRESSES]; /* what is mapped at addresses[i], or 0 */
};

static struct model_hart {
    struct hart record;
    uint64_t satp; /* the register; record.satp is the kernel's word for it */
    struct known_space *current; /* NULL: on the kernel's own tables */
    struct kept_entry kept[KEPT_MAX];
    unsigned kept_count;
} harts[HARTS_MAX];

/* Some in one table, some in tables of their own; the last is the kernel's. */
static const vaddr_t addresses[ADDRESSES] = {
    0x1000,     0x2000,     0x3000,     0x200000,
    0x40000000, 0x40001000, 0x40200000, KERNEL_BASE,
};
enum { USER_ADDRESSES = ADDRESSES - 1 };

static struct known_space spaces[SPACES];
static struct payer payer;
static unsigned hart_count, here;
static enum fault fault;
static uint64_t page_serial; /* no page is mapped twice */

/* What space.c needs to be linked. */
char kernel_text[1], kernel_rodata[1], kernel_data[1], hart_stacks[1];

/* --------------------------------------------------------------- the harts */

static uint64_t
asid_of(uint64_t satp)
{
    return satp >> SATP_ASID_SHIFT & ASID_MAX;
}

static pte_t *
root_of(uint64_t satp)
{
    return phys_to_virt(satp % (UINT64_C(1) << SATP_ASID_SHIFT) * PAGE_BYTES);
}

static void
entry_keep(struct model_hart *hart, struct kept_entry e)
{
    for (unsigned i = 0; i < hart->kept_count; i++)
        if (hart->kept[i].asid == e.asid && hart->kept[i].level == e.level &&
            hart->kept[i].va == e.va && hart->kept[i].pte == e.pte)
            return;
    CHECK(hart->kept_count < KEPT_MAX);
    hart->kept[hart->kept_count++] = e;
}

/* The hart walks to an address, and keeps what it passes. */
static void
hart_walk(struct model_hart *hart, vaddr_t va)
{
    const pte_t *table = root_of(hart->satp);

    for (unsigned level = SV39_ROOT_LEVEL;; level--) {
        pte_t pte = table[sv39_index(va, level)];

        if (!(pte & PTE_V))
            return;
        entry_keep(hart,
                   (struct kept_entry){asid_of(hart->satp), level,
                                       va & ~(sv39_span(level) - 1), pte});
        if (pte & PTE_LEAF)
            return;
        table = phys_to_virt(sv39_address(pte));
    }
}

/* All harts may walk anywhere at any time. */
static void
harts_speculate(void)
{
    for (unsigned h = 0; h < hart_count; h++)
        for (unsigned i = 0; i < ADDRESSES; i++)
            if (check_below(2))
                hart_walk(&harts[h], addresses[i]);
}

/* Forgets what a fence on this hart orders. A fence for one address orders
 * only leaves, one for an ASID nothing that is global [priv 10.2.1]. */
static void
hart_fence(struct model_hart *hart, const vaddr_t *va, const uint64_t *asid)
{
    unsigned left = 0;

    for (unsigned i = 0; i < hart->kept_count; i++) {
        const struct kept_entry *e = &hart->kept[i];
        bool is_other_page =
            va && (!(e->pte & PTE_LEAF) ||
                   e->va != (*va & ~(sv39_span(e->level) - 1)));
        bool is_other_space = asid && (e->asid != *asid || e->pte & PTE_G);

        if (is_other_page || is_other_space)
            hart->kept[left++] = *e;
    }
    hart->kept_count = left;
}

static void
harts_fence(const vaddr_t *va, const uint64_t *asid)
{
    harts_speculate();
    for (unsigned h = 0; h < hart_count; h++)
        if (h == here || fault != FAULT_ONE_HART)
            hart_fence(&harts[h], va, asid);
    harts_speculate();
}

void
fake_flush_page(uint64_t vaddr, uint64_t asid)
{
    if (fault != FAULT_UNMAP)
        harts_fence(&vaddr, &asid);
}

void
fake_flush_asid(uint64_t asid)
{
    if (fault != FAULT_REUSE)
        harts_fence(NULL, &asid);
}

void
fake_flush_all(void)
{
    harts_fence(NULL, NULL);
}

void
fake_flush_code(void)
{
}

void *
fake_tp(void)
{
    return &harts[here].record;
}

uint64_t
fake_satp_read(void)
{
    return harts[here].satp;
}

void
fake_satp_write(uint64_t satp)
{
    harts[here].satp = satp;
    harts_speculate();
}

/* ------------------------------------- what hart.c and trap.S do to the hart
 */

void
hart_leave_space(void)
{
    struct hart *hart = hart_this();

    hart->satp = hart->kernel_satp;
    CSR_WRITE(satp, hart->satp);
    harts[here].current = NULL;
}

/* Step 6 of trap_exit. */
static void
space_enter(struct known_space *s)
{
    struct hart *hart = hart_this();
    uint64_t word = s->space.satp;

    harts[here].current = s;
    if (word == hart->satp)
        return;
    hart->satp = word;
    if (word >> 63) {
        CSR_WRITE(satp, word);
        return;
    }
    if (fault == FAULT_SWITCH_EARLY)
        hart_fence(&harts[here], NULL, NULL);
    harts_speculate();
    CSR_WRITE(satp, word | UINT64_C(1) << 63);
    if (fault != FAULT_SWITCH && fault != FAULT_SWITCH_EARLY)
        hart_fence(&harts[here], NULL, NULL);
}

/* ---------------------------------------------------------- the operations */

static void
try_create(struct known_space *s)
{
    memset(s, 0, sizeof(*s));
    s->is_used = true;
    s->entries[USER_ADDRESSES] = kernel_root[SV39_USER_ENTRIES];
    space_create(&s->space, &payer);
}

static void
try_map(struct known_space *s, unsigned i)
{
    paddr_t page = UINT64_C(0x100000000) + page_serial++ * PAGE_BYTES;

    CHECK(space_map(&s->space, &payer, addresses[i], page, 1, PTE_R, 0) == OK);
    s->entries[i] = space_entry(&s->space, addresses[i]);
    CHECK(sv39_address(s->entries[i]) == page);
}

static void
try_unmap(struct known_space *s, unsigned i)
{
    space_unmap(&s->space, addresses[i], 1);
    s->entries[i] = 0;
}

/* P3: no hart is in the space when its tables go. */
static void
try_end(struct known_space *s)
{
    unsigned asked = here;

    for (here = 0; here < hart_count; here++)
        if (harts[here].current == s)
            hart_leave_space();
    here = asked;
    for (unsigned i = 0; i < USER_ADDRESSES; i++)
        if (s->entries[i])
            try_unmap(s, i);
    while (!space_free_step(&s->space, &payer))
        harts_speculate();
    s->is_used = false;
}

static void
step(void)
{
    struct known_space *s = &spaces[check_below(SPACES)];
    unsigned choice = check_below(16), i = check_below(USER_ADDRESSES);

    here = check_below(hart_count);
    if (!s->is_used)
        try_create(s);
    else if (choice == 0)
        try_end(s);
    else if (choice == 1)
        hart_leave_space();
    else if (choice < 7)
        space_enter(s);
    else if (s->entries[i])
        try_unmap(s, i);
    else
        try_map(s, i);
    harts_speculate();
}

/* -------------------------------------------------------------- the checks */

static bool
entry_is_stale(const struct model_hart *hart, const struct kept_entry *e)
{
    const pte_t *pte = sv39_walk(root_of(hart->satp), e->va, e->level);

    if (e->asid != asid_of(hart->satp) && !(e->pte & PTE_G))
        return false;
    if (!pte || *pte != e->pte)
        return true;
    for (unsigned i = 0; i < ADDRESSES; i++)
        if (e->pte & PTE_LEAF && e->va == addresses[i])
            return e->pte != hart->current->entries[i];
    return false;
}

/* Whether some hart breaks the promise. */
static bool
harts_are_stale(void)
{
    for (unsigned h = 0; h < hart_count; h++)
        for (unsigned i = 0; harts[h].current && i < harts[h].kept_count; i++)
            if (entry_is_stale(&harts[h], &harts[h].kept[i]))
                return true;
    return false;
}

/* Whether the promise is kept for a while, with so many harts and ASIDs. */
static bool
test_harts(unsigned count, unsigned asid_limit)
{
    paddr_t root;

    memset(harts, 0, sizeof(harts));
    memset(spaces, 0, sizeof(spaces));
    hart_count = count;
    frame_init(RAM_START, RAM_END, RAM_START);
    payer_init(&payer, QUOTA);
    root = payer_take(&payer, 1);
    kernel_root = phys_to_virt(root);
    kernel_root[SV39_USER_ENTRIES] =
        sv39_entry(0, PTE_V | PTE_R | PTE_G | PTE_A | PTE_D);
    asid_init(asid_limit);
    for (unsigned h = 0; h < count; h++)
        harts[h].satp = harts[h].record.satp = harts[h].record.kernel_satp =
            SATP_SV39 | root / PAGE_BYTES;

    for (unsigned i = 0; i < STEPS; i++) {
        step();
        if (harts_are_stale())
            break;
    }
    bool holds = !harts_are_stale();
    for (unsigned i = 0; i < SPACES; i++)
        if (spaces[i].is_used)
            try_end(&spaces[i]);
    CHECK(payer.quota == QUOTA - 1);
    return holds;
}

/* Whether the rule that is broken would have been needed. */
static bool
rule_is_needed(unsigned count, unsigned asid_limit)
{
    switch (fault) {
    case FAULT_UNMAP:
        return true;
    case FAULT_REUSE:
        return asid_limit > 0;
    case FAULT_SWITCH:
    case FAULT_SWITCH_EARLY:
        return asid_limit < SPACES - 1; /* then two spaces share */
    case FAULT_ONE_HART:
        return count > 1;
    case FAULT_NONE:
    case FAULTS:
        return false;
    }
    return false;
}

int
main(void)
{
    static const unsigned limits[] = {0, 1, 3, SPACES, ASID_MAX};

    for (fault = FAULT_NONE; fault < FAULTS; fault++)
        for (unsigned count = 1; count <= HARTS_MAX; count++)
            for (unsigned i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
                CHECK(test_harts(count, limits[i]) ==
                      !rule_is_needed(count, limits[i]));
    return 0;
}
