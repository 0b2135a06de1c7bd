/* SPDX-License-Identifier: MIT */
/* The first program, and the only one: threads that do what their scripts say.
 *
 *     plan=32c1c2,40nyn,20ns0.3,1e
 *          |      |     |       |
 *          |      |     |       thread 3, of priority 1: records all, the end
 *          |      |     thread 2, of priority 20: a note, a signal to thread 0
 *          |      thread 1, of priority 40: a note, a yield, a note
 *          thread 0, which is there from the start: starts threads 1 and 2
 *
 * A script is a priority and steps; behind the last one the thread exits. With
 * K for a thread, B for a bit, N for a number (0 if it is left out):
 *
 *     cK     start thread K           n      note
 *     y      yield                    lN     N rounds of work
 *     sK.B   signal bit B to thread K, through a handle that is made for it
 *     mK.N   make N handles to thread K that signal a bit, and keep them
 *     g      try all that were made   hK     try the handle that cK gave
 *     w      wait for signals         v      the same with NOWAIT
 *     b      count time from now on   tN     a deadline N units later
 *     o      one that is past         f      none
 *     qN     a child process of N threads that exit one after the other
 *     zN     start N threads that exit at once, at the cost of one process
 *     kN     N times: make and kill a process of waiting and ready threads
 *     e      record what was noted, and end the run
 *
 * What happens is noted in memory and recorded at the end, for a record takes
 * several calls and somebody else may run between two of them. The order of
 * the notes is the order in which the threads ran.
 *
 * Each thread has a function of its own for its notes, with an ecall of its own
 * in it. So the host sees who ran how often, whatever the memory says.
 *
 * Parameters: plan; unit, in ticks of the time base; exact=1: whoever is woken
 * by a deadline of his too early or too late says so. */
#include <lib/error.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PLAN "32c1c2,40nyn,20n,1e"

enum {
    THREADS_MAX = 24,
    STACK_BYTES = 4096,
    NOTES_MAX = 190, /* a run has 200 records at most */
    KEPT_MAX = 128,
    ROUND_TURNS = 500,
    TURNS_MAX = 1000,
    PARTY_FRAMES = 40,
    PARTY_THREADS = 7,
    CHILD_FRAMES = 20,
    CHILD_PLACE = 0x20000000,
    PRIORITY_HIGHEST = 63,
    DEADLINE_BIT = 63,
    /* A deadline is kept if the thread runs within this part of a unit. */
    LATE_PART = 20,
};

/* Whoever is to run, by number. */
static struct {
    unsigned priority;
    const char *script;
    handle_t handle;
    uint64_t deadline;
    char stack[STACK_BYTES] __attribute__((aligned(16)));
} actors[THREADS_MAX];

static char notes[NOTES_MAX][48];
static unsigned note_count;

static handle_t kept[KEPT_MAX];
static unsigned kept_count;

static uint64_t unit, time_start;
static bool is_exact;
static unsigned working; /* who worked last */
static bool is_over;     /* the notes are being recorded */

/* The stage is broken: says so where no record is, and gives up. */
_Noreturn static void
give_up(const char *what, err_t error)
{
    printf("threads: %s: %s\n", what, error_text(error));
    test_end();
}

/* A call to sys_null by thread `n`, which the host counts. */
#define NOTE_SITE(n)                                                           \
    __attribute__((noipa)) static void note_##n(void)                          \
    {                                                                          \
        register uint64_t a0 __asm__("a0") = (n);                              \
        register uint64_t a7 __asm__("a7") = SYS_NULL;                         \
        __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");             \
    }

/* Two tables. */
/* clang-format off */
NOTE_SITE(0) NOTE_SITE(1) NOTE_SITE(2) NOTE_SITE(3) NOTE_SITE(4)
NOTE_SITE(5) NOTE_SITE(6) NOTE_SITE(7) NOTE_SITE(8) NOTE_SITE(9)
NOTE_SITE(10) NOTE_SITE(11) NOTE_SITE(12) NOTE_SITE(13) NOTE_SITE(14)
NOTE_SITE(15) NOTE_SITE(16) NOTE_SITE(17) NOTE_SITE(18) NOTE_SITE(19)
NOTE_SITE(20) NOTE_SITE(21) NOTE_SITE(22) NOTE_SITE(23)

static void (*const note_sites[THREADS_MAX])(void) = {
    note_0, note_1, note_2, note_3, note_4, note_5, note_6, note_7,
    note_8, note_9, note_10, note_11, note_12, note_13, note_14, note_15,
    note_16, note_17, note_18, note_19, note_20, note_21, note_22, note_23,
};
/* clang-format on */

/* Notes a line, whoever else does meanwhile. */
__attribute__((format(printf, 1, 2))) static void
note(const char *format, ...)
{
    unsigned place = __atomic_fetch_add(&note_count, 1, __ATOMIC_RELAXED);
    va_list arguments;

    if (place >= NOTES_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(notes[place], sizeof(notes[place]), format, arguments);
    va_end(arguments);
}

static uint64_t
time_now(void)
{
    uint64_t now;

    __asm__ volatile("rdtime %0" : "=r"(now));
    return now;
}

/* The next number of a script, 0 if there is none. */
static uint64_t
number_read(const char **script)
{
    char *end;
    uint64_t number;

    if (**script == '.')
        ++*script;
    if (**script < '0' || **script > '9')
        return 0;
    number = strtoull(*script, &end, 10);
    *script = end;
    return number;
}

static unsigned
actor_read(const char **script)
{
    uint64_t number = number_read(script);

    if (number >= THREADS_MAX || !actors[number].script)
        give_up("no such thread", ERR_ARGUMENT);
    return (unsigned)number;
}

/* ------------------------------------------------------------------ steps */

static void
note_failure(unsigned self, const char *what, err_t error)
{
    if (error != OK)
        note("thread %u %s %s", self, what, error_name(error));
}

static void
work(unsigned self, uint64_t rounds)
{
    while (rounds-- > 0) {
        for (volatile unsigned turn = 0; turn < ROUND_TURNS; turn++)
            ;
        if (__atomic_load_n(&is_over, __ATOMIC_RELAXED))
            sys_thread_exit(0);
        note_sites[self]();
        if (__atomic_exchange_n(&working, self + 1, __ATOMIC_RELAXED) !=
            self + 1)
            note("thread %u", self);
    }
}

/* A handle with which to signal `bits` to thread `number`. */
static err_t
signal_handle(unsigned number, uint64_t bits, handle_t *handle)
{
    return sys_handle_mint(actors[number].handle, startup_handle("self"),
                           THREAD_SIGNAL, bits, handle);
}

static void
signal_bit(unsigned self, unsigned number, unsigned bit)
{
    handle_t handle;
    err_t error = signal_handle(number, UINT64_C(1) << bit, &handle);

    if (error == OK)
        error = sys_thread_signal(handle);
    note_failure(self, "signal", error);
    /* A thread that has already ended took the handle with it. */
    if (error == OK)
        (void)!sys_handle_close(handle);
}

static void
handles_keep(unsigned self, unsigned number, uint64_t count)
{
    for (uint64_t i = 0; i < count && kept_count < KEPT_MAX; i++) {
        err_t error = signal_handle(number, 1, &kept[kept_count]);

        kept_count += error == OK;
        note_failure(self, "mint", error);
    }
}

/* How many of the handles that were kept name nothing any more. */
static void
handles_try(unsigned self)
{
    unsigned gone = 0;

    for (unsigned i = 0; i < kept_count; i++)
        gone += sys_thread_signal(kept[i]) == ERR_HANDLE;
    note("thread %u gone %u of %u", self, gone, kept_count);
}

static void
handle_try(unsigned self, unsigned number)
{
    handle_t handle;
    err_t error = signal_handle(number, 1, &handle);

    note("thread %u handle %s", self, error_name(error));
    if (error == OK)
        (void)!sys_handle_close(handle);
}

/* Whether the deadline of thread `self`, which has come, was kept. One that was
 * past when it was set (0) was. */
static const char *
lateness(unsigned self, uint64_t now)
{
    uint64_t deadline = actors[self].deadline;

    if (now < deadline)
        return " early";
    return deadline && now - deadline > unit / LATE_PART ? " late" : "";
}

static void
signals_receive(unsigned self, uint64_t flags)
{
    struct message m = {0};
    err_t error = sys_endpoint_recv(HANDLE_NONE, flags, &m);
    uint64_t now = time_now();

    note_sites[self]();
    if (error != OK)
        note("thread %u %s", self, error_name(error));
    else if (m.header != MESSAGE_SIGNAL)
        note("thread %u header %lx", self, m.header);
    else if (unit == 0)
        note("thread %u got %lx", self, m.words[0]);
    else
        note("thread %u got %lx at %lu%s", self, m.words[0],
             (now - time_start) / unit,
             is_exact && m.words[0] >> DEADLINE_BIT ? lateness(self, now) : "");
}

static void
deadline_ask(unsigned self, uint64_t ticks)
{
    actors[self].deadline = ticks > time_now() ? ticks : 0;
    note_failure(self, "deadline",
                 sys_thread_deadline(ticks, UINT64_C(1) << DEADLINE_BIT));
}

static void
record_all(void)
{
    __atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < note_count && i < NOTES_MAX; i++)
        test_record("%s", notes[i]);
    if (note_count > NOTES_MAX)
        test_record("%u more", note_count - NOTES_MAX);
    test_end();
}

/* -------------------------------------------------------------- processes */

/* What threads of child processes do. Each finds a number in a0. */
extern const char children[], children_end[];
extern const char child_exits[], child_yields[], child_waits[];
__asm__(".pushsection .rodata\n"
        ".balign 4\n"
        "children:\n"
        "child_exits:\n" /* with a deadline at a0 */
        "    li a1, 1\n"
        "    li a7, 20\n"
        "    ecall\n"
        "    li a7, 17\n"
        "    ecall\n"
        "child_yields:\n" /* a0 times, and exits */
        "    mv s0, a0\n"
        "1:  li a7, 18\n"
        "    ecall\n"
        "    addi s0, s0, -1\n"
        "    bnez s0, 1b\n"
        "    li a7, 17\n"
        "    ecall\n"
        "child_waits:\n" /* with a deadline at a0 */
        "    li a1, 1\n"
        "    li a7, 20\n"
        "    ecall\n"
        "    li a0, 0\n"
        "    li a1, 0\n"
        "    li t0, 0\n"
        "    li a7, 1\n"
        "    ecall\n"
        "2:  j 2b\n"
        "children_end:\n"
        ".popsection\n");

_Static_assert(SYS_THREAD_EXIT == 17 && SYS_THREAD_YIELD == 18 &&
                   SYS_THREAD_DEADLINE == 20 && SYS_ENDPOINT_REPLY_RECV == 1,
               "child code");

static handle_t children_memory;

static uint64_t
child_entry(const char *function)
{
    return CHILD_PLACE + (uint64_t)(function - children);
}

/* The memory with that code in it. */
static void
children_make(void)
{
    handle_t self = startup_handle("self");
    err_t error = sys_memory_create(self, 1, &children_memory);

    if (error == OK)
        error = sys_memory_map(self, children_memory, CHILD_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_WRITE);
    if (error != OK)
        give_up("no memory for children", error);
    memcpy((void *)(uintptr_t)CHILD_PLACE, children,
           (size_t)(children_end - children));
}

static err_t
child_make(handle_t payer, uint64_t frames, handle_t *child)
{
    err_t error =
        sys_process_create(payer, frames, PROCESS_SLOTS_MIN, PRIORITY_HIGHEST,
                           process_name("child"), child);

    if (error == OK)
        error = sys_memory_map(*child, children_memory, CHILD_PLACE, 0, 1,
                               MEMORY_READ | MEMORY_EXEC);
    return error;
}

/* A process that pays for others. Its own threads never run, for they are the
 * least urgent of all, and so keep it from ending. Their records fill a frame:
 * the next one needs another, as long as it is there. */
static err_t
party_make(handle_t *party)
{
    handle_t thread;
    err_t error = child_make(startup_handle("self"), PARTY_FRAMES, party);

    for (unsigned i = 0; error == OK && i < PARTY_THREADS; i++)
        error = sys_thread_create(*party, child_entry(child_exits), 0, 0, 0,
                                  &thread);
    return error;
}

static bool
is_there(handle_t process)
{
    struct inspection inspection;

    return sys_process_inspect(process, &inspection) == OK;
}

/* Thread i of the child yields i times. All have our priority. So while we
 * have not yielded more often than the last one, the child must be there. */
static void
child_exits_watch(unsigned self, uint64_t count)
{
    handle_t child, thread;
    unsigned turns = 0;
    err_t error = child_make(startup_handle("self"), CHILD_FRAMES, &child);

    for (uint64_t i = count; error == OK && i > 0; i--)
        error = sys_thread_create(child, child_entry(child_yields), 0, i,
                                  actors[self].priority, &thread);
    if (error != OK)
        give_up("no child", error);
    for (; turns < count && is_there(child); turns++)
        sys_thread_yield();
    note("thread %u child there %u turns", self, turns);
    while (turns++ < TURNS_MAX && is_there(child))
        sys_thread_yield();
    note("thread %u child %s", self, is_there(child) ? "stays" : "gone");
}

/* Every second thread exits with a deadline that is far away. */
static void
threads_use_up(unsigned self, uint64_t count)
{
    uint64_t far = time_now() + (UINT64_C(1) << 40), done = 0;
    handle_t party, thread;
    err_t error = party_make(&party);

    while (error == OK && done < count) {
        error = sys_thread_create(party, child_entry(child_exits), 0,
                                  done % 2 ? far - done : 0, PRIORITY_HIGHEST,
                                  &thread);
        done += error == OK;
    }
    note("thread %u started %lu", self, done);
    note_failure(self, "start", error);
}

/* One cycle of the next function. */
static err_t
process_use_up(handle_t party, uint64_t far)
{
    handle_t child, thread;
    err_t error = child_make(party, CHILD_FRAMES, &child);

    for (unsigned i = 0; error == OK && i < 6; i++)
        error = sys_thread_create(
            child, child_entry(child_waits), 0, i % 2 ? far - i : 0,
            i < 4 ? PRIORITY_HIGHEST - i : i % 2, &thread);
    while (error == OK && sys_process_kill(child, 0) == OK)
        sys_thread_yield();
    return error;
}

static void
processes_use_up(unsigned self, uint64_t count)
{
    uint64_t far = time_now() + (UINT64_C(1) << 40), done = 0;
    handle_t party;
    err_t error = party_make(&party);

    while (error == OK && done < count) {
        error = process_use_up(party, far - 100 * done);
        done += error == OK;
    }
    note("thread %u killed %lu", self, done);
    note_failure(self, "process", error);
}

/* ---------------------------------------------------------------- the plan */

static void actor_run(void *argument);

static void
actor_start(unsigned number)
{
    err_t error = thread_start(actor_run, (void *)(uintptr_t)number,
                               actors[number].stack, STACK_BYTES,
                               actors[number].priority, &actors[number].handle);

    if (error != OK)
        give_up("no thread", error);
}

/* Does the step with this letter; its numbers are what comes in the script. */
static void
step_do(unsigned self, char letter, const char **script)
{
    unsigned other;

    switch (letter) {
    case 'c':
        return actor_start(actor_read(script));
    case 'n':
        note_sites[self]();
        return note("thread %u", self);
    case 'y':
        return sys_thread_yield();
    case 'l':
        return work(self, number_read(script));
    case 's':
        other = actor_read(script);
        return signal_bit(self, other, (unsigned)number_read(script));
    case 'm':
        other = actor_read(script);
        return handles_keep(self, other, number_read(script));
    case 'g':
        return handles_try(self);
    case 'h':
        return handle_try(self, actor_read(script));
    case 'w':
        return signals_receive(self, 0);
    case 'v':
        return signals_receive(self, MESSAGE_NOWAIT);
    case 'b':
        time_start = time_now();
        return;
    case 't':
        return deadline_ask(self, time_start + number_read(script) * unit);
    case 'o':
        return deadline_ask(self, 1);
    case 'f':
        return deadline_ask(self, 0);
    case 'q':
        return child_exits_watch(self, number_read(script));
    case 'z':
        return threads_use_up(self, number_read(script));
    case 'k':
        return processes_use_up(self, number_read(script));
    case 'e':
        return record_all();
    default:
        give_up("no such step", ERR_ARGUMENT);
    }
}

static void
actor_run(void *argument)
{
    unsigned self = (unsigned)(uintptr_t)argument;
    const char *script = actors[self].script;

    while (*script && *script != ',') {
        char letter = *script++;

        step_do(self, letter, &script);
    }
    sys_thread_exit(0);
}

int
main(void)
{
    const char *plan = startup_argument("plan");

    unit = test_parameter("unit", 0);
    is_exact = test_parameter("exact", 0) != 0;
    children_make();
    plan = plan ? plan : DEFAULT_PLAN;
    for (unsigned i = 0; plan; i++) {
        if (i == THREADS_MAX)
            give_up("too many threads", ERR_FULL);
        actors[i].priority = (unsigned)number_read(&plan);
        actors[i].script = plan;
        plan = strchr(plan, ',');
        plan = plan ? plan + 1 : NULL;
    }
    actors[0].handle = startup_handle("thread");
    actor_run(NULL);
    return 0;
}
