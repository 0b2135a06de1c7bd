/* SPDX-License-Identifier: MIT */
/* The first program: fills registers, lets itself be stopped, and looks at
 * what is in them afterwards.
 *
 * The parameter `act` says what is played:
 *
 *     frames       threads that begin with given registers; the last one
 *                  begins at test_end, so that the host sees all of them
 *     calls        two threads that call with a pattern in all registers
 *     interrupted  the same, but it is the timer that stops them
 *     mixture      both, and other programs fault meanwhile
 *     known        system calls that there are
 *     unknown      system calls that there are not
 *     faults       programs that fault, one after the other
 *     turns        three threads that wait for each other and never yield
 *     slices       two threads that do nothing but look at the clock
 *
 * A pattern is 31 numbers from the thread's own sequence, test_random from
 * seed + its number on: the host knows it. To look at 30 registers one needs
 * the 31st. That is t6, and only the host can look at it: what runs last is
 * stopped at test_end with a pattern in all 31. */
#include "traps.h"

#include <lib/boot.h>
#include <lib/error.h>
#include <lib/spawn.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <abi/boot.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    REGISTERS = 32,
    LOOKED_AT = 31, /* x1 to x30 */
    T0 = 5,
    A0 = 10,
    A1 = 11,
    A7 = 17,
    KEPT = 16, /* words for the registers of C while a pattern is there */
    STACK_BYTES = 4096,
    THREADS = 3,
    COMPLAINTS_MAX = 4,
    TICKS_PER_US = 10,
};

/* Two threads have patterns, each its own place and code for it, because when
 * a pattern is in the registers, none is left to say where the place is.
 *
 * NAME_call makes the system call that the pattern has in a7. NAME_spin waits
 * until NAME_may_go is not 0, with nothing but t6. Both load the registers
 * before and store them afterwards. */
struct place {
    uint64_t want[REGISTERS];
    uint64_t got[REGISTERS];
    uint64_t kept[KEPT];
};

struct place first_place, second_place;
volatile uint64_t first_may_go, second_may_go;

void first_call(void);
void first_spin(void);
void second_call(void);
void second_spin(void);
_Noreturn void last_call(void);
_Noreturn void last_sled(void);
void frame_note_one(void);
void frame_note_two(void);

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* Instructions in columns. */
/* clang-format off */
#define EACH_C_REGISTER(what, base)                                            \
    what " ra, " base "+0(t6)\n"   what " sp, " base "+8(t6)\n"                \
    what " gp, " base "+16(t6)\n"  what " tp, " base "+24(t6)\n"               \
    what " s0, " base "+32(t6)\n"  what " s1, " base "+40(t6)\n"               \
    what " s2, " base "+48(t6)\n"  what " s3, " base "+56(t6)\n"               \
    what " s4, " base "+64(t6)\n"  what " s5, " base "+72(t6)\n"               \
    what " s6, " base "+80(t6)\n"  what " s7, " base "+88(t6)\n"               \
    what " s8, " base "+96(t6)\n"  what " s9, " base "+104(t6)\n"              \
    what " s10, " base "+112(t6)\n" what " s11, " base "+120(t6)\n"

#define EACH_BUT_T6(what, base)                                                \
    ".irp r, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,"              \
    "21,22,23,24,25,26,27,28,29,30\n"                                          \
    what " x\\r, " base "+\\r*8(t6)\n"                                         \
    ".endr\n"

#define FUNCTION(name, body)                                                   \
    ".globl " name "\n"                                                        \
    ".type " name ", @function\n"                                              \
    name ":\n"                                                                 \
    body                                                                       \
    ".size " name ", . - " name "\n"

/* Offsets in struct place. */
#define WANT "0"
#define GOT "256"
#define SAVED "512"

#define STOPPED(name, stop)                                                    \
    "lla t6, " name "_place\n"                                                 \
    EACH_C_REGISTER("sd", SAVED)                                               \
    EACH_BUT_T6("ld", WANT)                                                    \
    "ld t6, 31*8(t6)\n"                                                        \
    stop                                                                       \
    "lla t6, " name "_place\n"                                                 \
    EACH_BUT_T6("sd", GOT)                                                     \
    EACH_C_REGISTER("ld", SAVED)                                               \
    "ret\n"

__asm__(
    ".text\n"
    ".option push\n"
    ".option norelax\n"
    FUNCTION("first_call", STOPPED("first", "ecall\n"))
    FUNCTION("second_call", STOPPED("second", "ecall\n"))
    FUNCTION("first_spin",
        STOPPED("first", "1: ld t6, first_may_go\n" "beqz t6, 1b\n"))
    FUNCTION("second_spin",
        STOPPED("second", "1: ld t6, second_may_go\n" "beqz t6, 1b\n"))

    /* The last thing of a run: no register of ours is needed any more. */
    FUNCTION("last_call",
        "lla t6, first_place\n"
        EACH_BUT_T6("ld", WANT)
        "ld t6, 31*8(t6)\n"
        "ecall\n"
        "j test_end\n")

    /* Longer than the shortest slice at any speed of the clock, so it is
     * interrupted on the way if anybody else can run. */
    FUNCTION("last_sled",
        "lla t6, first_place\n"
        EACH_BUT_T6("ld", WANT)
        "ld t6, 31*8(t6)\n"
        ".fill 65536, 2, 0x0001\n" /* c.nop */
        "j test_end\n")

    /* Where threads begin: they note what they were given, and end. */
    FUNCTION("frame_note_one",
        "lla t6, frame_noted\n"
        "sd sp, 0(t6)\n"
        "sd a0, 8(t6)\n"
        "li t5, 1\n"
        "sd t5, 16(t6)\n"
        "li a7, " TEXT(17) "\n"
        "ecall\n")
    FUNCTION("frame_note_two",
        "lla t6, frame_noted\n"
        "sd sp, 0(t6)\n"
        "sd a0, 8(t6)\n"
        "li t5, 2\n"
        "sd t5, 16(t6)\n"
        "li a7, " TEXT(17) "\n"
        "ecall\n")
    ".option pop\n");
/* clang-format on */

_Static_assert(SYS_THREAD_EXIT == 17, "frame_note_one and _two");
_Static_assert(offsetof(struct place, got) == 256, "GOT");
_Static_assert(offsetof(struct place, kept) == 512, "SAVED");

/* The stage is broken: says so where no record is, and gives up. */
_Noreturn static void
give_up(const char *what, err_t error)
{
    printf("traps_driver: %s: %s\n", what, error_text(error));
    test_end();
}

/* ---------------------------------------------------------------- frames */

struct {
    uint64_t sp, a0, entry;
} frame_noted;

static void
frame_start(void (*entry)(void), uint64_t sp, uint64_t a0)
{
    handle_t thread;
    err_t error = sys_thread_create(startup_handle("self"), (uint64_t)entry, sp,
                                    a0, BOOT_PRIORITY, &thread);

    if (error != OK)
        give_up("no thread", error);
    sys_thread_yield();
}

static void
frames_play(uint64_t state, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        bool is_one = test_random(&state) % 2;
        uint64_t sp = test_random(&state), a0 = test_random(&state);

        memset(&frame_noted, 0, sizeof(frame_noted));
        frame_start(is_one ? frame_note_one : frame_note_two, sp, a0);
        test_record("entry %lu sp %016lx a0 %016lx", frame_noted.entry,
                    frame_noted.sp, frame_noted.a0);
    }
    /* An sp like most programs': whoever aligns it changes only the others. */
    uint64_t sp = test_random(&state) & ~UINT64_C(15), a0 = test_random(&state);

    frame_start((void (*)(void))test_end, sp, a0);
    test_record("the last thread did not begin");
}

/* -------------------------------------------------------------- patterns */

/* Who has a pattern: how it is stopped, and what it found. */
struct party {
    const char *name;
    struct place *place;
    void (*call)(void), (*spin)(void);
    volatile uint64_t *may_go, *other_may_go;
    uint64_t state; /* of test_random */
    uint64_t rounds, kept;
    uint64_t wrong[REGISTERS], wanted[REGISTERS]; /* the first that was not */
    bool is_done;
};

static struct party parties[] = {
    {.name = "first",
     .place = &first_place,
     .call = first_call,
     .spin = first_spin,
     .may_go = &first_may_go,
     .other_may_go = &second_may_go},
    {.name = "second",
     .place = &second_place,
     .call = second_call,
     .spin = second_spin,
     .may_go = &second_may_go,
     .other_may_go = &first_may_go},
};

static const char *const register_names[REGISTERS] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

static void
pattern_make(struct party *p)
{
    for (unsigned i = 1; i < REGISTERS; i++)
        p->place->want[i] = test_random(&p->state);
}

/* Compares, and keeps the first pattern that came back wrong. */
static void
pattern_compare(struct party *p)
{
    bool is_right = true;

    for (unsigned i = 1; i < LOOKED_AT; i++)
        is_right = is_right && p->place->got[i] == p->place->want[i];
    if (is_right)
        p->kept++;
    else if (p->wanted[1] == 0) {
        memcpy(p->wrong, p->place->got, sizeof(p->wrong));
        memcpy(p->wanted, p->place->want, sizeof(p->wanted));
    }
}

/* One stop by a call: now one that lets the others run, now one after which
 * the same thread goes on, for its a0 is no handle. */
static void
round_call(struct party *p)
{
    bool is_yield = p->rounds % 2 == 0;

    pattern_make(p);
    p->place->want[A7] = is_yield ? SYS_THREAD_YIELD : SYS_HANDLE_CLOSE;
    p->call();
    p->place->want[A0] = is_yield ? OK : ERR_HANDLE;
    pattern_compare(p);
}

/* One stop by the timer: the other may go, and we wait until we may. Whoever
 * is the first of the two cannot go on before the timer has stopped it. */
static void
round_spin(struct party *p)
{
    const struct party *other = p == &parties[0] ? &parties[1] : &parties[0];

    pattern_make(p);
    *p->other_may_go = 1;
    p->spin();
    *p->may_go = 0;
    if (other->is_done)
        *p->may_go = 1;
    pattern_compare(p);
}

static void
party_play(struct party *p, bool calls, bool spins)
{
    while (p->rounds < test_parameter("rounds", 8)) {
        if (spins && (!calls || p->rounds % 2))
            round_spin(p);
        else
            round_call(p);
        p->rounds++;
    }
    p->is_done = true;
    __asm__ volatile("" ::: "memory");
    *p->other_may_go = 1;
}

static void
party_record(const struct party *p)
{
    char names[8 * COMPLAINTS_MAX] = "";
    unsigned complaints = 0;

    for (unsigned i = 1; i < LOOKED_AT && complaints < COMPLAINTS_MAX; i++)
        if (p->wrong[i] != p->wanted[i]) {
            strcat(strcat(names, complaints++ ? " " : ", not "),
                   register_names[i]);
        }
    test_record("%s kept %lu of %lu patterns%s", p->name, p->kept, p->rounds,
                names);
    complaints = 0;
    for (unsigned i = 1; i < LOOKED_AT && complaints < COMPLAINTS_MAX; i++)
        if (p->wrong[i] != p->wanted[i]) {
            test_record("%s found in %s %016lx", p->name, register_names[i],
                        p->wrong[i]);
            complaints++;
        }
}

static bool plays_calls, plays_spins;
static volatile bool is_second_ready;

/* The other party; then it keeps the hart busy, so that the first is
 * interrupted once more. */
static void
second_run(void *argument)
{
    (void)argument;
    party_play(&parties[1], plays_calls, plays_spins);
    is_second_ready = true;
    for (;;)
        if (!plays_spins)
            sys_thread_yield();
}

static void
second_start(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));
    handle_t thread;
    err_t error;

    error = thread_start(second_run, NULL, stack, sizeof(stack), BOOT_PRIORITY,
                         &thread);
    if (error != OK)
        give_up("no thread", error);
}

/* The end: a last pattern, a last stop, and the host looks. */
_Noreturn static void
patterns_end(void)
{
    while (!is_second_ready)
        if (!plays_spins)
            sys_thread_yield();
    party_record(&parties[0]);
    party_record(&parties[1]);
    pattern_make(&parties[0]);
    parties[0].place->want[A7] = SYS_THREAD_YIELD;
    if (plays_spins)
        last_sled();
    last_call();
}

/* ---------------------------------------------------------------- faults */

static struct ledger *const ledger = (struct ledger *)LEDGER_PLACE;
static handle_t ledger_memory;

static void
ledger_make(void)
{
    handle_t self = startup_handle("self");
    err_t error = sys_memory_create(self, 1, &ledger_memory);

    if (error == OK)
        error = sys_memory_map(self, ledger_memory, LEDGER_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_WRITE);
    if (error != OK)
        give_up("no ledger", error);
}

static void
others_run(void)
{
    for (unsigned i = 0; i < 8; i++)
        sys_thread_yield();
}

/* Starts a program that faults, and records what became of it. */
static void
fault_play(unsigned number, uint64_t way, uint64_t address)
{
    char name[8], words[2][32];
    const char *const arguments[] = {words[0], words[1], NULL};
    const struct spawn_grant grants[] = {
        {"ledger", ledger_memory, RIGHT_DERIVE | MEMORY_READ | MEMORY_WRITE,
         0}};
    struct spawn_request request = {
        .name = name,
        .arguments = arguments,
        .grants = grants,
        .grant_count = 1,
        .priority = BOOT_PRIORITY,
    };
    struct spawned spawned;
    err_t error;
    uint64_t turns;

    snprintf(name, sizeof(name), "f%u", number);
    snprintf(words[0], sizeof(words[0]), "way=%lu", way);
    snprintf(words[1], sizeof(words[1]), "address=%#lx", address);
    memset(ledger, 0, sizeof(*ledger));
    request.image = boot_file("faulter", &request.image_bytes);
    error = spawn_process(&request, &spawned);
    if (error != OK)
        give_up(spawned.problem, error);
    for (unsigned i = 0; i < 1000 && !ledger->is_ready; i++)
        sys_thread_yield();
    others_run();
    turns = ledger->turns;
    others_run();
    test_record("f%u %s%s%s", number,
                ledger->is_ready ? "began" : "never began",
                ledger->went_on ? ", went on" : ", stopped",
                ledger->turns == turns ? ", with it its second thread" : "");
}

/* The host draws the same: a way, then an address that nobody has. */
static void
faults_play(uint64_t state, uint64_t count)
{
    ledger_make();
    for (unsigned i = 0; i < count; i++) {
        uint64_t way = (test_parameter("from", 0) + i) % FAULTS;
        uint64_t address =
            UINT64_C(0x2000000000) + (test_random(&state) & 0x0ffffff8);

        fault_play(i, way, address);
    }
}

/* ---------------------------------------------------------------- calls */

/* A handle that is not there: in a slot that nobody uses. */
#define NO_HANDLE HANDLE_NAME(1, BOOT_SLOTS - 1)

/* Makes a call with a pattern in all registers but those that are given;
 * whether no other was changed than a0. */
static bool
call_make(uint64_t number, const uint64_t arguments[6], err_t *error)
{
    struct party *p = &parties[0];
    bool is_kept = true;

    pattern_make(p);
    if (arguments)
        memcpy(&p->place->want[A0], arguments, 6 * sizeof(uint64_t));
    if (arguments)
        p->place->want[T0] = 0; /* there is nobody to reply to */
    p->place->want[A7] = number;
    p->call();
    for (unsigned i = 1; i < LOOKED_AT; i++)
        if (i != A0)
            is_kept = is_kept && p->place->got[i] == p->place->want[i];
    *error = (err_t)p->place->got[A0];
    return is_kept;
}

static void
known_play(void)
{
    const struct {
        uint64_t number, arguments[6];
    } known[] = {
        {SYS_ENDPOINT_CALL, {NO_HANDLE}},
        {SYS_ENDPOINT_REPLY_RECV, {NO_HANDLE}},
        {SYS_ENDPOINT_SEND, {NO_HANDLE}},
        {SYS_NULL, {0}},
        {SYS_THREAD_CREATE, {BOOT_PROCESS, 0, 0, 0, PRIORITY_COUNT}},
        {SYS_THREAD_YIELD, {0}},
        {SYS_THREAD_DEADLINE, {1, 0}},
        {SYS_PROCESS_CREATE, {BOOT_PROCESS, 1, 3}},
        {SYS_MEMORY_CREATE, {BOOT_PROCESS, 1}},
        {SYS_MEMORY_CREATE, {BOOT_PROCESS, 0}},
        {SYS_HANDLE_CLOSE, {NO_HANDLE}},
        {SYS_MACHINE_LOG, {BOOT_MACHINE, MACHINE_LOG_BYTES + 1}},
        {SYS_MACHINE_POWER_OFF, {BOOT_MACHINE, MACHINE_STATUS_MAX + 1}},
        {SYS_MACHINE_TRACE, {BOOT_MACHINE, 2}},
    };
    const unsigned count = sizeof(known) / sizeof(known[0]);

    for (unsigned i = 0; i < count; i++) {
        unsigned at = (unsigned)(test_parameter("from", 0) + i) % count;
        err_t error;

        call_make(known[at].number, known[at].arguments, &error);
        test_record("call %lu %s", known[at].number, error_name(error));
    }
}

static void
unknown_play(uint64_t state)
{
    const uint64_t numbers[] = {
        SYS_NULL - 1,
        SYS_NULL + 1,
        SYS_THREAD_CREATE - 1,
        SYS_THREAD_DEADLINE + 1,
        SYS_MEMORY_CREATE - 1,
        SYS_MACHINE_TRACE + 1,
        64,
        255,
        (UINT64_C(1) << 32) + SYS_NULL,
        (UINT64_C(1) << 63) + SYS_NULL,
        (UINT64_C(1) << 16) + SYS_THREAD_YIELD,
        UINT64_MAX,
        UINT64_MAX - SYS_NULL,
    };
    const unsigned count = sizeof(numbers) / sizeof(numbers[0]);

    for (unsigned i = 0; i < 2 * count; i++) {
        uint64_t number =
            i % 2 ? test_random(&state) | 1 << 8
                  : numbers[(test_parameter("from", 0) + i / 2) % count];
        err_t error;
        bool is_kept = call_make(number, NULL, &error);

        test_record("call %lx %s%s", number, error_name(error),
                    is_kept ? "" : " and more changed");
    }
}

/* ----------------------------------------------------------------- time */

static volatile uint64_t reached[THREADS];

/* Everybody waits for everybody, and nobody yields. */
static void
turns_run(void *argument)
{
    uintptr_t me = (uintptr_t)argument;

    for (uint64_t round = 1; round <= test_parameter("rounds", 8); round++) {
        reached[me] = round;
        for (unsigned i = 0; i < THREADS; i++)
            while (reached[i] < round)
                ;
    }
}

static uint64_t
clock_read(void)
{
    uint64_t now;

    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}

static volatile uint64_t clock_end;
static volatile uint64_t turns_taken[THREADS];

/* Looks at the clock. Where it jumps, somebody else had his turn. */
static void
slices_run(void *argument)
{
    uintptr_t me = (uintptr_t)argument;
    uint64_t jump = test_parameter("slice_us", 0) * TICKS_PER_US / 2;
    uint64_t last = clock_read(), now;

    turns_taken[me] = 1;
    for (; last < clock_end; last = now) {
        now = clock_read();
        if (now - last > jump)
            turns_taken[me]++;
    }
}

static void
threads_play(void (*run)(void *), unsigned count)
{
    static char stacks[THREADS][STACK_BYTES] __attribute__((aligned(16)));

    clock_end = clock_read() + test_parameter("slice_us", 0) * TICKS_PER_US *
                                   test_parameter("slices", 0);
    for (uintptr_t i = 1; i < count; i++) {
        handle_t thread;
        err_t error = thread_start(run, (void *)i, stacks[i], STACK_BYTES,
                                   BOOT_PRIORITY, &thread);

        if (error != OK)
            give_up("no thread", error);
    }
    run((void *)0);
}

int
main(void)
{
    const char *act = startup_argument("act");
    uint64_t seed = test_parameter("seed", 0);

    if (!act)
        give_up("no act", ERR_ARGUMENT);
    parties[0].state = seed;
    parties[1].state = seed + 1;
    if (strcmp(act, "frames") == 0)
        frames_play(seed, test_parameter("count", 3));
    else if (strcmp(act, "known") == 0)
        known_play();
    else if (strcmp(act, "unknown") == 0)
        unknown_play(seed);
    else if (strcmp(act, "faults") == 0)
        faults_play(seed, test_parameter("count", FAULTS));
    else if (strcmp(act, "turns") == 0) {
        threads_play(turns_run, THREADS);
        test_record("turns %lu %lu %lu", reached[0], reached[1], reached[2]);
    } else if (strcmp(act, "slices") == 0) {
        threads_play(slices_run, 2);
        test_record("slices %lu %lu", turns_taken[0], turns_taken[1]);
    } else {
        plays_calls = strcmp(act, "interrupted") != 0;
        plays_spins = strcmp(act, "calls") != 0;
        second_start();
        if (strcmp(act, "mixture") == 0)
            faults_play(seed + 2, test_parameter("count", FAULTS));
        party_play(&parties[0], plays_calls, plays_spins);
        patterns_end();
    }
    test_end();
}
