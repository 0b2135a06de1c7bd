/* SPDX-License-Identifier: MIT */
/* The console's memory (user/drivers/uart) at each instruction of each change:
 * whoever finds it then finds what was true before, or what is true after, and
 * nothing else.
 *
 * A child makes the change in memory that we share, one instruction after the
 * other (ptrace). Whenever something there is different, we take a copy, and
 * look at it as a successor would. Instructions are this machine's; what is
 * tested is which stores there are, and their order.
 *
 * After that, how rings and files behave, whatever is done with them. */
#include "../../user/drivers/uart/console.h"
#include "../../user/drivers/uart/files.h"

#include <proto/terminal.h>

#include "check.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLIENT = 70, ROUNDS = 40, LENT_MAX = 4096 };

/* What the client of the request lends. */
static char lent[LENT_MAX];

/* The kernel's part. */
err_t
sys_lease_read(token_t token, uint64_t offset, void *to, uint64_t bytes,
               uint64_t *done)
{
    CHECK(token != 0 && offset + bytes <= LENT_MAX);
    memcpy(to, lent + offset, bytes);
    *done = bytes;
    return OK;
}

err_t
sys_lease_write(token_t token, uint64_t offset, const void *from,
                uint64_t bytes, uint64_t *done)
{
    CHECK(token != 0 && offset + bytes <= LENT_MAX);
    memcpy(lent + offset, from, bytes);
    *done = bytes;
    return OK;
}

/* ------------------------------------------------------------ what is true */

/* What a successor can see of `memory`, and all of it. */
struct view {
    size_t bytes;
    char content[sizeof(struct kept)];
};

static void
view_add(struct view *view, const void *bytes, size_t count)
{
    memcpy(view->content + view->bytes, bytes, count);
    view->bytes += count;
}

static void
view_ring(struct view *view, const void *ring, size_t size, uint64_t from,
          uint64_t to)
{
    view_add(view, &from, sizeof(from));
    view_add(view, &to, sizeof(to));
    CHECK(to - from <= size);
    for (; from != to; from++)
        view_add(view, (const char *)ring + from % size, 1);
}

static void
view_take(struct view *view, const struct kept *memory)
{
    static struct kept copy;
    const struct control *now;
    const struct line *line;
    uint64_t first;

    copy = *memory;
    CHECK(state_open(&copy, sizeof(copy)));
    now = state_now();
    line = &copy.lines[now->line];
    view->bytes = 0;
    view_ring(view, copy.output, OUTPUT_BYTES, copy.sent, now->written);
    view_ring(view, copy.input, INPUT_BYTES, now->edited, copy.received);
    view_ring(view, copy.ready, READY_BYTES, now->taken, now->offered);
    view_add(view, &now->begun,
             offsetof(struct control, line) - offsetof(struct control, begun));
    view_add(view, line, offsetof(struct line, text));
    view_add(view, line->text, line->length);
    if (line->back)
        view_add(view, line->draft, line->draft_length);
    first = now->entered < HISTORY_LINES ? 0 : now->entered - HISTORY_LINES + 1;
    for (; first < now->entered; first++)
        view_add(view, copy.history.lines[first % HISTORY_LINES],
                 strlen(copy.history.lines[first % HISTORY_LINES]) + 1);
    view_add(view, copy.files, sizeof(copy.files));
}

static bool
view_is(const struct view *a, const struct view *b)
{
    return a->bytes == b->bytes &&
           memcmp(a->content, b->content, a->bytes) == 0;
}

/* ----------------------------------------------------------------- changes */

static uint64_t number, sequence;

static struct message
request(uint64_t label, uint64_t first, uint64_t second, uint64_t bytes)
{
    return (struct message){
        .header = label,
        .words = {first, second, 0, 0, sequence + 1},
        .token = 1,
        .badge = CLIENT,
        .lent = bytes,
    };
}

static void
typed(const char *text)
{
    for (; *text; text++) {
        kept->input[kept->received % INPUT_BYTES] = (unsigned char)*text;
        word_decide(&kept->received, kept->received + 1);
    }
}

static void
change_write(void)
{
    struct message m = request(FILE_WRITE, number, 0, 40);

    CHECK(console_write(files_find(&m), &m) && m.words[1] == 40);
}

static void
change_read(void)
{
    struct message m = request(FILE_READ, number, 0, 7);

    CHECK(console_read(files_find(&m), &m) && m.words[0] == 0);
}

static void
change_edit(void)
{
    console_edit();
}

static void
change_interrupt(void)
{
    CHECK(console_interrupt());
}

static void
change_open(void)
{
    struct message m = request(FILE_OPEN, FILE_TO_READ | FILE_TO_WRITE, 0, 0);

    files_open(&m);
    CHECK(m.words[0] == 0 && m.words[1] != number);
}

static void
change_close(void)
{
    struct message m = request(FILE_CLOSE, number, 0, 0);

    files_close(files_find(&m), &m);
}

static void
change_mode(void)
{
    struct message m = request(TERMINAL_MODE, number, TERMINAL_KEYS, 0);

    console_mode(files_find(&m), &m);
}

/* What is done before, unseen; then one change. */
static const struct {
    const char *typed; /* and edited, before */
    const char *waits; /* and not edited */
    void (*change)(void);
} changes[] = {
    {"", "", change_write},
    {"a line\n", "", change_write},
    {"some lines\nof text\n", "", change_read},
    {"\n", "", change_read},
    {"\004", "", change_read},
    {"a line", "x", change_edit},
    {"a line", "and more \b\b\033[D of it\001X\013", change_edit},
    {"a line\nb line\n", "dra\033[A\033[A\033[B\033[B", change_edit},
    {"first\nsecond\n", "\033[A\r", change_edit},
    {"", "new and entered\r", change_edit},
    {"text", "\014", change_edit},
    {"", "\004", change_edit},
    {"half a line", "and\x03 more", change_interrupt},
    {"a line\nhalf a line", "and\x03 more", change_interrupt},
    {"", "", change_open},
    {"", "", change_close},
    {"half a line", "", change_mode},
};

enum { CHANGES = sizeof(changes) / sizeof(changes[0]) };

/* Has happened to the console: a file is open, much was written and typed, so
 * that rings and history have turned round. */
static void
past(struct kept *memory, unsigned rounds)
{
    struct message m = request(FILE_OPEN, FILE_TO_READ | FILE_TO_WRITE, 0, 0);

    memset(memory, 0, sizeof(*memory));
    CHECK(state_open(memory, sizeof(*memory)));
    files_open(&m);
    CHECK(m.words[0] == 0);
    number = m.words[1];
    for (unsigned i = 0; i < rounds; i++) {
        char text[600];
        unsigned length = check_below(500);

        memset(text, 'a' + (int)(i % 26), length);
        strcpy(text + length, "\n");
        typed(text);
        console_edit();
        for (unsigned n = 0; n < sizeof(lent); n++)
            lent[n] = check_below(9) ? 'x' : '\n';
        m = request(FILE_WRITE, number, 0, check_below(1500));
        sequence++;
        CHECK(console_write(files_find(&m), &m));
        kept->sent = state_now()->written;
        m = request(FILE_READ, number, 0, LENT_MAX);
        sequence++;
        CHECK(console_read(files_find(&m), &m));
        CHECK(m.words[1] == length + 1);
    }
}

/* Makes the change in a child, which then ends: all that it knew besides is
 * gone, as when a driver is killed. */
static void
change_make(struct kept *memory, void (*change)(void))
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        kept = memory;
        change();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* The same, and looks at each state in between. */
static void
change_watch(struct kept *memory, void (*change)(void),
             const struct view *before, const struct view *after)
{
    static struct kept last;
    static struct view view;
    unsigned states = 0;
    bool is_after = false;
    int status;
    pid_t child = fork();

    if (child == 0) {
        kept = memory;
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        change();
        raise(SIGSTOP);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
    last = *memory;
    do {
        CHECK(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == 0);
        CHECK(waitpid(child, &status, 0) == child && WIFSTOPPED(status));
        if (memcmp(memory, &last, sizeof(last)) == 0)
            continue;
        last = *memory;
        states++;
        view_take(&view, &last);
        CHECK(view_is(&view, after) || (!is_after && view_is(&view, before)));
        is_after = view_is(&view, after);
    } while (WSTOPSIG(status) == SIGTRAP);
    CHECK(WSTOPSIG(status) == SIGSTOP);
    CHECK(is_after && states > 3);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

static void
test_changes(unsigned rounds)
{
    static struct view before, after;
    static struct kept start;
    struct kept *memory = mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    CHECK(memory != MAP_FAILED);
    for (unsigned i = 0; i < CHANGES; i++) {
        past(memory, rounds);
        typed(changes[i].typed);
        console_edit();
        typed(changes[i].waits);
        start = *memory;
        view_take(&before, &start);
        change_make(memory, changes[i].change);
        view_take(&after, memory);
        CHECK(!view_is(&before, &after));
        *memory = start;
        change_watch(memory, changes[i].change, &before, &after);
    }
    munmap(memory, sizeof(*memory));
}

/* ---------------------------------------------------------------- behaviour */

/* Another program's memory, or too little, is refused. */
static void
test_memory(void)
{
    struct kept *memory = calloc(1, sizeof(*memory));

    CHECK(!state_open(memory, sizeof(*memory) - 1));
    CHECK(memory->magic == 0);
    CHECK(state_open(memory, sizeof(*memory)));
    CHECK(state_open(memory, sizeof(*memory)));
    memory->magic++;
    CHECK(!state_open(memory, sizeof(*memory)));
    free(memory);
}

/* The table of files fills up, and is empty again. */
static void
test_files(void)
{
    struct kept *memory = calloc(1, sizeof(*memory));
    struct message m;
    uint64_t first = 0;

    CHECK(state_open(memory, sizeof(*memory)));
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i <= FILES_MAX; i++) {
            m = request(FILE_OPEN, FILE_TO_READ, 0, 0);
            sequence++;
            files_open(&m);
            CHECK(m.words[0] == (i < FILES_MAX ? 0 : ENFILE));
            if (i == 0) {
                CHECK(m.words[1] != first);
                first = m.words[1];
            }
        }
        /* Made again, the last one answers what it did. */
        m = request(FILE_OPEN, FILE_TO_READ, 0, 0);
        m.words[FILE_SEQUENCE] = sequence - 1;
        files_open(&m);
        CHECK(m.words[0] == 0);
        m = request(FILE_READ, m.words[1], 0, 0);
        CHECK(files_find(&m));
        m.badge++;
        CHECK(!files_find(&m));
        files_gone(CLIENT + 1);
        m.badge--;
        CHECK(files_find(&m));
        files_gone(CLIENT);
        CHECK(!files_find(&m));
    }
    free(memory);
}

/* No output beyond the ring; writers leave room for the echo. */
static void
test_full(void)
{
    struct kept *memory = calloc(1, sizeof(*memory));
    unsigned writes = 0;
    uint64_t edited;
    struct message m;

    past(memory, 2);
    for (;; writes++) {
        m = request(FILE_WRITE, number, 0, LENT_MAX);
        if (!console_write(files_find(&m), &m))
            break;
        CHECK(m.words[1] == CONSOLE_WRITE_MAX);
    }
    CHECK(writes > 4);
    typed("typed all the same\n");
    console_edit();
    CHECK(state_now()->edited == kept->received);
    for (unsigned i = 0; i < 1000; i++) {
        typed("0123456789\n");
        console_edit();
    }
    CHECK(state_now()->written - kept->sent <= OUTPUT_BYTES);
    edited = state_now()->edited;
    CHECK(edited != kept->received);
    m = request(FILE_SYNC, number, 0, 0);
    CHECK(!console_write(files_find(&m), &m));
    kept->sent = state_now()->written;
    CHECK(console_write(files_find(&m), &m));
    console_edit();
    CHECK(state_now()->edited != edited);
    free(memory);
}

int
main(void)
{
    test_memory();
    test_files();
    test_full();
    test_changes(ROUNDS);
    return 0;
}
