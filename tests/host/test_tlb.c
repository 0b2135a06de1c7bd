/* SPDX-License-Identifier: MIT */
/* Address spaces on harts that forget nothing.
 *
 * QEMU drops its TLB whenever satp is written, so it never shows that a fence
 * is missing. Here the kernel's own space.c, hart.c and asid.c run on model
 * harts that keep every entry of every level that they ever walked, under the
 * ASID of the moment, until a fence takes it away; and that walk where nobody
 * asked them to, also between two steps of the kernel, as a hart may
 * [priv 10.4].
 *
 * The promise: while a hart is in a space, what it keeps under the space's
 * ASID, or as global, is what the space's tables have; and no hart has fetched
 * code before that of an executable page was stored.
 *
 * Then each rule of flushing is broken in turn, and the promise must break with
 * it wherever the rule is needed, and nowhere else.
 *
 * A fence instruction reaches the hart that executes it, the firmware's fence
 * all harts. Which of the two is asked for is decided in hart.c: were it the
 * local one while several harts run, the promise would break here. */
#include "riscv_fake.h"

#include "asid.h"
#include "check.h"
#include "ram.h"
#include "thread.h"

/* With their fences: so they come to the functions below. */
#include "hart.c"
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
    FAULT_CODE,         /* no fence when a page becomes executable */
    FAULT_ONE_HART,     /* the firmware's fences reach only who asks */
    FAULT_IDLE,         /* a hart that wakes up leaves out what was due */
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

/* What harts[i] stands for. */
static struct model_hart {
    uint64_t satp; /* the register; harts[i].satp is the kernel's word for it */
    struct known_space *current; /* NULL: on the kernel's own tables */
    struct kept_entry kept[KEPT_MAX];
    unsigned kept_count;
    uint64_t code_stored; /* the latest code that it fetches as it is */
} models[HARTS_MAX];

/* Some in one table, some in tables of their own; the last is the kernel's. */
static const vaddr_t addresses[ADDRESSES] = {
    0x1000,     0x2000,     0x3000,     0x200000,
    0x40000000, 0x40001000, 0x40200000, KERNEL_BASE,
};
enum { USER_ADDRESSES = ADDRESSES - 1 };

static struct known_space spaces[SPACES];
static struct payer payer;
static unsigned here;
static enum fault fault;
static uint64_t page_serial; /* no page is mapped twice */
static uint64_t code_stored; /* how often code was stored */

/* What the two need to be linked. */
char kernel_text[1], kernel_rodata[1], kernel_data[1];
char hart_stacks[HART_MAX * HART_STACK_BYTES];
const uint64_t hart_entry;

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
                hart_walk(&models[h], addresses[i]);
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

/* Fences the harts whose bits are set. */
static void
harts_fence(uint64_t reached, const vaddr_t *va, const uint64_t *asid)
{
    harts_speculate();
    for (unsigned h = 0; h < hart_count; h++)
        if (reached >> h & 1)
            hart_fence(&models[h], va, asid);
    harts_speculate();
}

static void
harts_fence_code(uint64_t reached)
{
    for (unsigned h = 0; h < hart_count; h++)
        if ((reached >> h & 1) && fault != FAULT_CODE)
            models[h].code_stored = code_stored;
}

static uint64_t
this_hart(void)
{
    return UINT64_C(1) << here;
}

void
fake_flush_page(uint64_t vaddr, uint64_t asid)
{
    if (fault != FAULT_UNMAP)
        harts_fence(this_hart(), &vaddr, &asid);
}

void
fake_flush_asid(uint64_t asid)
{
    if (fault != FAULT_REUSE)
        harts_fence(this_hart(), NULL, &asid);
}

void
fake_flush_all(void)
{
    if (fault != FAULT_IDLE)
        harts_fence(this_hart(), NULL, NULL);
}

void
fake_flush_code(void)
{
    harts_fence_code(this_hart());
}

void *
fake_tp(void)
{
    return &harts[here];
}

void
fake_tp_set(void *tp)
{
    CHECK(tp == &harts[here]);
}

uint64_t
fake_time(void)
{
    return 0;
}

void
fake_wait(void)
{
    harts_speculate();
}

uint64_t
fake_satp_read(void)
{
    return models[here].satp;
}

void
fake_satp_write(uint64_t satp)
{
    models[here].satp = satp;
    harts_speculate();
}

/* ------------------------------------------------------------ the firmware */

void
sbi_flush(uint64_t reached, uint64_t va, uint64_t bytes, uint64_t asid)
{
    if (fault == FAULT_ONE_HART)
        return;
    if (bytes == UINT64_MAX && fault != FAULT_REUSE)
        harts_fence(reached, NULL, &asid);
    else if (bytes != UINT64_MAX && fault != FAULT_UNMAP)
        for (uint64_t done = 0; done < bytes; done += PAGE_BYTES)
            harts_fence(reached, &(vaddr_t){va + done}, &asid);
}

void
sbi_flush_code(uint64_t reached)
{
    if (fault != FAULT_ONE_HART)
        harts_fence_code(reached);
}

bool
sbi_hart_start(uint64_t hart_id, uint64_t address)
{
    CHECK(harts[hart_id].id == hart_id && hart_id < hart_count);
    return address == hart_entry;
}

void
sbi_hart_interrupt(uint64_t hart_id)
{
    CHECK(hart_id < hart_count);
}

/* -------------------------------------------- what trap.S does to the hart */

/* Steps 5 and 6 of trap_exit. A hart that idled comes out of hart_idle first:
 * it is the end of that function that counts. */
static void
space_enter(struct known_space *s)
{
    static struct thread somebody;
    struct hart *hart = hart_this();
    uint64_t word = s->space.satp;

    if (!hart->current)
        hart_idle();
    hart->current = &somebody;
    models[here].current = s;
    if (word == hart->satp)
        return;
    hart->satp = word;
    if (word >> 63) {
        CSR_WRITE(satp, word);
        return;
    }
    if (fault == FAULT_SWITCH_EARLY)
        hart_fence(&models[here], NULL, NULL);
    harts_speculate();
    CSR_WRITE(satp, word | UINT64_C(1) << 63);
    if (fault != FAULT_SWITCH && fault != FAULT_SWITCH_EARLY)
        hart_fence(&models[here], NULL, NULL);
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
    bool is_code = check_below(4) == 0;

    code_stored += is_code;
    CHECK(space_map(&s->space, &payer, addresses[i], page, 1,
                    is_code ? PTE_R | PTE_X : PTE_R, 0) == OK);
    s->entries[i] = space_entry(&s->space, addresses[i]);
    CHECK(sv39_address(s->entries[i]) == page);
}

static void
try_unmap(struct known_space *s, unsigned i)
{
    space_unmap(&s->space, addresses[i], 1);
    s->entries[i] = 0;
}

/* This hart goes over to the kernel's own tables. */
static void
try_leave(void)
{
    if (check_below(2))
        hart_leave_space();
    else
        hart_idle();
    models[here].current = NULL;
}

/* P3: no hart is in the space when its tables go. */
static void
try_end(struct known_space *s)
{
    unsigned asked = here;

    for (here = 0; here < hart_count; here++)
        if (models[here].current == s) {
            CHECK(hart_uses_space(s->space.satp));
            try_leave();
        }
    here = asked;
    CHECK(!hart_uses_space(s->space.satp));
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
        try_leave();
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

/* Whether some hart breaks the promise. One that idles may remember what it
 * likes: it is asked when it enters a space. */
static bool
harts_are_stale(void)
{
    for (unsigned h = 0; h < hart_count; h++) {
        const struct model_hart *hart = &models[h];

        if (harts[h].current && hart->code_stored != code_stored)
            return true;
        for (unsigned i = 0; hart->current && i < hart->kept_count; i++)
            if (entry_is_stale(hart, &hart->kept[i]))
                return true;
    }
    return false;
}

/* So many harts, on the kernel's own tables, as main.c starts them. */
static void
harts_start(unsigned count)
{
    memset(harts, 0, sizeof(harts));
    memset(models, 0, sizeof(models));
    hart_count = kernel_lock = 0;
    code_stored = 0;
    for (here = 0; here < count; here++) {
        if (here == 0)
            hart_init(0);
        else
            CHECK(hart_start(here));
        hart_leave_space();
    }
    here = 0;
}

/* Whether the promise is kept for a while, with so many harts and ASIDs. */
static bool
test_harts(unsigned count, unsigned asid_limit)
{
    paddr_t root;

    memset(spaces, 0, sizeof(spaces));
    frame_init(RAM_START, RAM_END, RAM_START);
    payer_init(&payer, QUOTA);
    root = payer_take(&payer, 1);
    kernel_root = phys_to_virt(root);
    kernel_root[SV39_USER_ENTRIES] =
        sv39_entry(0, PTE_V | PTE_R | PTE_G | PTE_A | PTE_D);
    hart_kernel_space_set(SATP_SV39 | root / PAGE_BYTES);
    harts_start(count);
    asid_init(asid_limit);

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
    case FAULT_CODE:
        return true;
    case FAULT_REUSE:
        return asid_limit > 0;
    case FAULT_SWITCH:
    case FAULT_SWITCH_EARLY:
        return asid_limit < SPACES - 1; /* then two spaces share */
    case FAULT_ONE_HART:
        return count > 1;
    case FAULT_IDLE: /* a shared ASID is flushed when it is entered anyway */
        return count > 1 && asid_limit >= SPACES;
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
                if (fault != FAULT_IDLE || limits[i] >= SPACES)
                    CHECK(test_harts(count, limits[i]) ==
                          !rule_is_needed(count, limits[i]));
    return 0;
}
