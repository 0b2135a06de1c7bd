/* SPDX-License-Identifier: MIT */
/* Scenarios: a program lends memory with its call, and this one, its server,
 * copies. The same memory is mapped here too, so we see what was touched. */
#include "party.h"

#include "../party.h"

#include <string.h>

enum { PAGES = 6, BYTES = PAGES * PAGE_BYTES, UNTOUCHED = 0xee, BADGE = 7 };

/* The lender's memory as we see it, our own, and a page that stays empty
 * behind it. */
#define THEIRS UINT64_C(0x22000000)
#define OURS UINT64_C(0x23000000)

static struct waiter waiters[2];

/* A lender and the call that it has made. */
struct loan {
    handle_t port, process, theirs, ours;
    struct message call;
};

/* The byte at `at` of what is lent: no two pages are alike. */
static uint8_t
pattern(uint64_t at)
{
    return (uint8_t)(at * 7 + at / PAGE_BYTES * 13 + 1);
}

/* Maps page `page` where it is to be seen. Pages that lie side by side in a
 * space do not in the memory: whoever walks only to the first goes astray. */
static void
page_map(handle_t process, handle_t memory, uint64_t place, unsigned page,
         rights_t rights)
{
    check_error(sys_memory_map(process, memory, place + page * PAGE_BYTES,
                               PAGES - 1 - page, 1, rights),
                OK, "a page");
}

static void
memory_show(handle_t memory, uint64_t place)
{
    for (unsigned i = 0; i < PAGES; i++)
        page_map(self, memory, place, i, MEMORY_READ | MEMORY_WRITE);
}

static void
memory_hide(uint64_t place)
{
    for (unsigned i = 0; i < PAGES; i++)
        check_error(sys_memory_unmap(self, place + i * PAGE_BYTES, 1), OK,
                    "a page's end");
}

static void
bytes_reset(void)
{
    for (unsigned i = 0; i < BYTES; i++)
        ((uint8_t *)THEIRS)[i] = pattern(i);
    memset((void *)OURS, UNTOUCHED, BYTES);
}

/* A party that lends `bytes` bytes `offset` bytes into its memory, which is
 * mapped page by page, with the rights of the letters in `map`: w, r, or -.
 * It runs when we wait. */
static void
loan_begin(struct loan *loan, uint64_t flags, uint64_t offset, uint64_t bytes,
           const char *map)
{
    char words[3][24];
    const char *const arguments[] = {"lend", words[0], words[1], words[2],
                                     NULL};

    snprintf(words[0], sizeof(words[0]), "%#lx", flags | 4);
    snprintf(words[1], sizeof(words[1]), "%#lx", LENT + offset);
    snprintf(words[2], sizeof(words[2]), "%#lx", bytes);
    *loan = (struct loan){.port = port_create()};
    const struct spawn_grant grant = {"port", loan->port, ENDPOINT_SEND, 0};

    loan->process = party(arguments, &grant, LOWER);
    watch(loan->process, loan->port, BADGE);
    check_error(sys_memory_create(self, PAGES, &loan->theirs), OK, "theirs");
    check_error(sys_memory_create(self, PAGES, &loan->ours), OK, "ours");
    memory_show(loan->theirs, THEIRS);
    memory_show(loan->ours, OURS);
    for (unsigned i = 0; i < PAGES; i++)
        if (map[i] != '-')
            page_map(loan->process, loan->theirs, LENT, i,
                     map[i] == 'w' ? MEMORY_READ | MEMORY_WRITE : MEMORY_READ);
    bytes_reset();
}

/* Receives its call. */
static void
loan_take(struct loan *loan, uint64_t flags, uint64_t bytes)
{
    check_error(sys_endpoint_recv(loan->port, 0, &loan->call), OK, "the call");
    check(loan->call.header == (flags | 4) && loan->call.token != 0,
          "the call's flags");
    check(!flags || loan->call.lent == bytes, "the length that was told");
}

/* The lender is gone; takes back the memory. */
static void
loan_free(struct loan *loan)
{
    memory_hide(THEIRS);
    memory_hide(OURS);
    close(loan->theirs);
    close(loan->ours);
    close(loan->port);
}

/* Answers it and sees it end. */
static void
loan_end(struct loan *loan)
{
    loan->call.header = 0;
    check_error(sys_endpoint_reply(&loan->call), OK, "reply");
    expect_end(loan->port, BADGE, ENDED_EXIT, OK, 0);
    loan_free(loan);
}

static void
loan_start(struct loan *loan, uint64_t flags, uint64_t offset, uint64_t bytes,
           const char *map)
{
    loan_begin(loan, flags, offset, bytes, map);
    loan_take(loan, flags, bytes);
}

static const char *const all = "wwwwww";

/* A copy of `bytes` bytes, of which `expected` are there to be copied. */
static void
copy_check(const struct loan *loan, bool is_read, uint64_t begin,
           uint64_t offset, uint64_t own, uint64_t bytes, err_t error,
           uint64_t expected)
{
    uint8_t *theirs = (uint8_t *)THEIRS, *ours = (uint8_t *)OURS;
    token_t token = loan->call.token;
    uint64_t done = UINT64_MAX;
    unsigned wrong = 0;

    bytes_reset();
    check_error(is_read
                    ? sys_lease_read(token, offset, ours + own, bytes, &done)
                    : sys_lease_write(token, offset, ours + own, bytes, &done),
                error, is_read ? "read" : "write");
    check(done == expected, "another count");
    for (uint64_t i = 0; i < BYTES; i++) {
        uint64_t from_own = i - own, from_window = i - begin - offset;

        if (is_read) {
            wrong += theirs[i] != pattern(i);
            wrong += ours[i] != (from_own < expected
                                     ? pattern(begin + offset + from_own)
                                     : UNTOUCHED);
        } else {
            wrong +=
                theirs[i] != (from_window < expected ? UNTOUCHED : pattern(i));
            wrong += ours[i] != UNTOUCHED;
        }
    }
    check(wrong == 0, "wrong bytes, or bytes in the wrong place");
}

/* Both directions: offsets, alignments, page borders, and the window's end. */
static void
scenario_copy(void)
{
    enum { BEGIN = 100, WINDOW = 5 * PAGE_BYTES };
    static const struct {
        uint64_t offset, own, bytes, expected;
    } rows[] = {
        {0, 0, 0, 0},
        {0, 0, 1, 1},
        {0, 0, 8, 8},
        {1, 3, 7, 7},
        {0, 5, PAGE_BYTES - BEGIN, PAGE_BYTES - BEGIN},
        {0, 5, PAGE_BYTES - BEGIN + 1, PAGE_BYTES - BEGIN + 1},
        {4000, 4095, 200, 200},
        {4000, 0, 9000, 9000},
        {77, 4001, 9001, 9001},
        {0, 0, LEASE_BYTES_MAX, LEASE_BYTES_MAX},
        {4096 - BEGIN, 0, LEASE_BYTES_MAX, LEASE_BYTES_MAX},
        {3000, 1234, LEASE_BYTES_MAX, LEASE_BYTES_MAX},
        {WINDOW - 1, 0, 1, 1},
        {WINDOW - 1, 0, 100, 1},
        {WINDOW - 5000, 9, LEASE_BYTES_MAX, 5000},
        {WINDOW, 0, 100, 0},
        {WINDOW, 0, 0, 0},
    };

    for (unsigned is_read = 0; is_read < 2; is_read++) {
        uint64_t flag = is_read ? MESSAGE_LEASE_READ : MESSAGE_LEASE_WRITE;
        struct loan loan;

        loan_start(&loan, flag, BEGIN, WINDOW, all);
        for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            copy_check(&loan, is_read, BEGIN, rows[i].offset, rows[i].own,
                       rows[i].bytes, OK, rows[i].expected);
        copy_check(&loan, is_read, BEGIN, WINDOW + 1, 0, 1, ERR_ARGUMENT, 0);
        copy_check(&loan, is_read, BEGIN, UINT64_MAX, 0, 1, ERR_ARGUMENT, 0);
        loan_end(&loan);
    }
}

/* More than the most is an error, and nothing is copied. */
static void
scenario_too_much(void)
{
    struct loan loan;
    uint64_t done;
    uint8_t *ours = (uint8_t *)OURS;

    loan_start(&loan, MESSAGE_LEASE_READ, 0, BYTES, all);
    check_error(
        sys_lease_read(loan.call.token, 0, ours, LEASE_BYTES_MAX + 1, &done),
        ERR_ARGUMENT, "one too many");
    check_error(sys_lease_read(loan.call.token, 0, ours, UINT64_MAX, &done),
                ERR_ARGUMENT, "far too many");
    check_error(
        sys_lease_write(loan.call.token, 0, ours, LEASE_BYTES_MAX + 1, &done),
        ERR_ARGUMENT, "the other way");
    check(ours[0] == UNTOUCHED, "bytes came");
    loan_end(&loan);
}

/* Only the way that was lent, and only if something was. */
static void
scenario_direction(void)
{
    static const uint64_t flags[] = {0, MESSAGE_LEASE_READ,
                                     MESSAGE_LEASE_WRITE};

    for (unsigned i = 0; i < 3; i++) {
        struct loan loan;

        loan_start(&loan, flags[i], 0, BYTES, all);
        if (flags[i] != MESSAGE_LEASE_READ)
            copy_check(&loan, true, 0, 0, 0, 8, ERR_LEASE, 0);
        if (flags[i] != MESSAGE_LEASE_WRITE)
            copy_check(&loan, false, 0, 0, 0, 8, ERR_LEASE, 0);
        loan_end(&loan);
    }
}

/* Pages that the lender has not, or could not write itself. */
static void
scenario_their_pages(void)
{
    struct loan loan;

    loan_start(&loan, MESSAGE_LEASE_READ, 50, 4 * PAGE_BYTES, "rr-wr-");
    copy_check(&loan, true, 50, 0, 0, 2 * PAGE_BYTES - 50, OK,
               2 * PAGE_BYTES - 50);
    copy_check(&loan, true, 50, 0, 7, 3 * PAGE_BYTES, ERR_LEASE,
               2 * PAGE_BYTES - 50);
    copy_check(&loan, true, 50, 2 * PAGE_BYTES, 0, 1, ERR_LEASE, 0);
    copy_check(&loan, true, 50, 3 * PAGE_BYTES, 0, PAGE_BYTES, OK, PAGE_BYTES);
    loan_end(&loan);

    loan_start(&loan, MESSAGE_LEASE_WRITE, 50, 4 * PAGE_BYTES, "wwrww-");
    copy_check(&loan, false, 50, 0, 7, 3 * PAGE_BYTES, ERR_LEASE,
               2 * PAGE_BYTES - 50);
    copy_check(&loan, false, 50, 2 * PAGE_BYTES, 0, 1, ERR_LEASE, 0);
    /* What was there may go meanwhile. */
    copy_check(&loan, false, 50, 0, 0, PAGE_BYTES, OK, PAGE_BYTES);
    check_error(sys_memory_unmap(loan.process, LENT + PAGE_BYTES, 1), OK,
                "unmap");
    copy_check(&loan, false, 50, 0, 0, PAGE_BYTES, ERR_LEASE, PAGE_BYTES - 50);
    loan_end(&loan);
}

/* Our own pages: missing, not writable, not ours at all. */
static void
scenario_own_pages(void)
{
    static const uint64_t bad[] = {
        0,
        OURS + BYTES,
        USER_TOP,
        USER_TOP - 1,
        UINT64_C(0xffffffc080201000),
        UINT64_MAX,
        UINT64_C(1) << 63,
    };
    struct loan loan;
    uint64_t done;

    for (unsigned is_read = 0; is_read < 2; is_read++) {
        loan_start(&loan, is_read ? MESSAGE_LEASE_READ : MESSAGE_LEASE_WRITE, 0,
                   BYTES, all);
        copy_check(&loan, is_read, 0, 0, BYTES - 5000, 6000, ERR_ADDRESS, 5000);
        for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
            void *place = (void *)bad[i];
            err_t error =
                is_read ? sys_lease_read(loan.call.token, 0, place, 8, &done)
                        : sys_lease_write(loan.call.token, 0, place, 8, &done);

            check_error(error, ERR_ADDRESS, "a bad address");
            check(done == 0, "bytes were copied");
        }
        if (is_read)
            check_error(sys_lease_read(loan.call.token, 0,
                                       (void *)(uintptr_t)&bad[0], 8, &done),
                        ERR_ADDRESS, "a page that we cannot write");
        loan_end(&loan);
    }
}

/* The token is good for nothing once its call is over. */
static void
scenario_over(void)
{
    struct loan loan;
    uint64_t done;
    uint8_t *ours = (uint8_t *)OURS;

    loan_start(&loan, MESSAGE_LEASE_READ, 0, BYTES, all);
    check_error(
        sys_lease_read(loan.call.token ^ UINT64_C(1) << 16, 0, ours, 8, &done),
        ERR_TOKEN, "another count");
    check_error(sys_lease_read(0, 0, ours, 8, &done), ERR_TOKEN, "no token");
    loan.call.header = 0;
    check_error(sys_endpoint_reply(&loan.call), OK, "reply");
    check_error(sys_lease_read(loan.call.token, 0, ours, 8, &done), ERR_TOKEN,
                "after the reply");
    expect_end(loan.port, BADGE, ENDED_EXIT, OK, 0);
    loan_free(&loan);

    loan_start(&loan, MESSAGE_LEASE_WRITE, 0, BYTES, all);
    check_error(sys_process_kill(loan.process, 1), OK, "kill");
    await_end(loan.process);
    check_error(sys_lease_write(loan.call.token, 0, ours, 8, &done), ERR_TOKEN,
                "a dead caller");
    check(*(uint8_t *)THEIRS == pattern(0), "its memory was touched");
    expect_end(loan.port, BADGE, ENDED_KILLED, 1, 0);
    expect_nothing(loan.port);
    loan_free(&loan);
}

/* Only a call lends, one way, and only what a program can have. */
static void
scenario_bad_loans(void)
{
    static const struct {
        uint64_t flags, start, bytes;
        err_t error;
    } rows[] = {
        {MESSAGE_LEASES, 4096, 8, ERR_ARGUMENT},
        {MESSAGE_LEASE_READ, USER_TOP - 8, 9, ERR_ADDRESS},
        {MESSAGE_LEASE_READ, USER_TOP + 1, 0, ERR_ADDRESS},
        {MESSAGE_LEASE_WRITE, 4096, USER_TOP, ERR_ADDRESS},
        {MESSAGE_LEASE_WRITE, 4096, UINT64_MAX, ERR_ADDRESS},
        {MESSAGE_LEASE_WRITE, UINT64_MAX - 7, 16, ERR_ADDRESS},
        {MESSAGE_LEASE_READ, UINT64_C(0xffffffc080200000), 8, ERR_ADDRESS},
        /* These are allowed: nobody receives, that is all. */
        {MESSAGE_LEASE_READ, USER_TOP - 8, 8, ERR_WOULD_BLOCK},
        {MESSAGE_LEASE_WRITE, USER_TOP, 0, ERR_WOULD_BLOCK},
        {MESSAGE_LEASE_WRITE, 1, USER_TOP - 1, ERR_WOULD_BLOCK},
    };
    handle_t port = port_create();
    struct message m;

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        m = (struct message){.header = rows[i].flags | MESSAGE_NOWAIT};
        check_error(sys_endpoint_call_lend(
                        port, &m, (const void *)rows[i].start, rows[i].bytes),
                    rows[i].error, "a call");
    }
    waiters[0].kind = WAIT_CALL;
    waiters[0].handle = port;
    waiter_start(&waiters[0]);
    check_error(sys_endpoint_recv(port, 0, &m), OK, "receive");
    check(!(message_flags(&m) & MESSAGE_LEASES), "a plain call lends");
    for (unsigned i = 0; i < 2; i++) {
        uint64_t flag = i ? MESSAGE_LEASE_READ : MESSAGE_LEASE_WRITE;

        m.header = flag | MESSAGE_NOWAIT;
        check_error(sys_endpoint_send(port, &m), ERR_ARGUMENT, "send");
        check_error(sys_endpoint_reply(&m), ERR_ARGUMENT, "reply");
        check_error(sys_endpoint_reply_recv(port, &m), ERR_ARGUMENT,
                    "reply_recv");
        check(!waiters[0].is_done, "its caller was answered");
    }
    m.header = 0;
    check_error(sys_endpoint_reply(&m), OK, "reply");
    waiter_check(&waiters[0], OK, "the caller");
    close(port);
}

/* A call that waits in the queue lends too, from when it is received. */
static void
scenario_queued(void)
{
    struct loan loan;

    loan_begin(&loan, MESSAGE_LEASE_READ, 3, 5000, all);
    others_run();
    loan_take(&loan, MESSAGE_LEASE_READ, 5000);
    copy_check(&loan, true, 3, 1, 2, 6000, OK, 4999);
    loan_end(&loan);
}

static char window[64];
static struct {
    handle_t port;
    handle_t gift;
    err_t error;
} giver;

static void
giver_run(void *argument)
{
    struct message m = {.header = MESSAGE_LEASE_WRITE | MESSAGE_HANDLE | 9,
                        .words = {1, 2, 3, 4, giver.gift}};

    (void)argument;
    giver.error =
        sys_endpoint_call_lend(giver.port, &m, window, sizeof(window));
}

/* A handle travels with a lease, received at once or from the queue. */
static void
scenario_with_handle(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));

    for (unsigned is_queued = 0; is_queued < 2; is_queued++) {
        handle_t thread = HANDLE_NONE;
        uint64_t done = 0;
        struct message m;

        giver.port = port_create();
        giver.gift = copy(giver.port, ENDPOINT_SEND | RIGHT_MOVE);
        giver.error = ERR_UNFINISHED;
        memset(window, 0, sizeof(window));
        check_error(thread_start(giver_run, NULL, stack, sizeof(stack),
                                 is_queued ? URGENT : LOWER, &thread),
                    OK, "a thread");
        check_error(sys_endpoint_recv(giver.port, 0, &m), OK, "receive");
        check(m.header == (MESSAGE_LEASE_WRITE | MESSAGE_HANDLE | 9), "flags");
        check(m.lent == sizeof(window), "the length");
        check(m.words[0] == 1 && m.words[3] == 4, "words");
        check_error(sys_handle_close(giver.gift), ERR_HANDLE, "its old name");
        check_error(sys_lease_write(m.token, 2, "abc", 3, &done), OK, "write");
        check(done == 3 && memcmp(window, "\0\0abc\0", 6) == 0, "the bytes");
        close(m.words[4]);
        m.header = 0;
        check_error(sys_endpoint_reply(&m), OK, "reply");
        others_run();
        check_error(giver.error, OK, "the giver");
        (void)!sys_handle_close(thread);
        close(giver.port);
    }
}

/* Who serves us in turn has no part in what was lent to us. */
static void
scenario_not_passed_on(void)
{
    const char *const deputy[] = {"deputy", NULL};
    handle_t port = port_create();
    const struct spawn_grant grant = {"port", port, ENDPOINT_RECV, 0};
    handle_t process = party(deputy, &grant, LOWER);
    struct loan loan;
    struct message m;

    loan_start(&loan, MESSAGE_LEASE_READ, 0, BYTES, all);
    m = (struct message){.words = {loan.call.token}};
    check_error(sys_endpoint_call(port, &m), OK, "the deputy");
    check_error((err_t)m.words[0], ERR_TOKEN, "it read");
    check_error((err_t)m.words[1], ERR_TOKEN, "it wrote");
    check_error((err_t)m.words[2], ERR_LEASE, "it read from us");
    copy_check(&loan, true, 0, 0, 0, 8, OK, 8);
    loan_end(&loan);
    check_error(sys_process_kill(process, 0), OK, "kill");
    await_end(process);
    close(port);
}

static const struct scenario scenarios[] = {
    {"copy", scenario_copy},
    {"too-much", scenario_too_much},
    {"direction", scenario_direction},
    {"their-pages", scenario_their_pages},
    {"own-pages", scenario_own_pages},
    {"over", scenario_over},
    {"bad-loans", scenario_bad_loans},
    {"queued", scenario_queued},
    {"with-handle", scenario_with_handle},
    {"not-passed-on", scenario_not_passed_on},
};

int
main(void)
{
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}
