/* SPDX-License-Identifier: MIT */
/* What init promises. */
#include "player.h"

enum { KILLS = 20, VISITS = 5, IMAGE_BYTES = 1 << 18 };

void
scenario_crash(void)
{
    handle_t subject = look_up(names(), "/svc/subject");
    struct message before = ask(subject, SUBJECT_COUNT);
    struct message m = {.header = SUBJECT_CRASH};

    check_error(sys_endpoint_call(subject, &m), ERR_DEAD, "a wild store");
    m = ask(subject, SUBJECT_COUNT);
    check(m.words[1] == 1, "another process serves");
    check(m.words[2] == before.words[2] + 1, "what is kept goes on");
    m = (struct message){.header = SUBJECT_EXIT, .words = {3}};
    check_error(sys_endpoint_call(subject, &m), ERR_DEAD, "an exit");
    check(ask(subject, SUBJECT_COUNT).words[2] == before.words[2] + 2,
          "the same after that");
}

void
scenario_kill(void)
{
    handle_t subject = startup_handle("subject"); /* granted by `uses` */
    uint64_t kept = ask(subject, SUBJECT_COUNT).words[2];
    uint64_t restarts = status_of("subject").restarts;

    for (unsigned i = 1; i <= KILLS; i++) {
        check_error(service_order(admin(), SERVICE_KILL, "subject"), OK,
                    "killing");
        check(ask(subject, SUBJECT_COUNT).words[2] == kept + i,
              "each call is counted once");
    }
    check(status_of("subject").restarts == restarts + KILLS,
          "orders do not tire init");
}

void
scenario_stop(void)
{
    handle_t subject = look_up(names(), "/svc/subject");
    struct message m = {.header = SUBJECT_COUNT | MESSAGE_NOWAIT};

    check_error(service_order(admin(), SERVICE_START, "subject"), ERR_BUSY,
                "starting what runs");
    check_error(service_order(admin(), SERVICE_STOP, "subject"), OK, "a stop");
    check(status_of("subject").state == SERVICE_IS_STOPPED, "it is stopped");
    check(status_of("subject").process == 0, "and has no process");
    check_error(service_order(admin(), SERVICE_STOP, "subject"), ERR_BUSY,
                "stopping twice");
    check_error(service_order(admin(), SERVICE_KILL, "subject"), ERR_BUSY,
                "killing what is not there");
    check_error(sys_endpoint_call(subject, &m), ERR_WOULD_BLOCK,
                "nobody serves, but somebody will");
    check_error(service_order(admin(), SERVICE_START, "subject"), OK,
                "a start");
    check(ask(subject, SUBJECT_COUNT).words[0] == 1, "it serves again");
}

/* Reads a file of the boot archive; how long it is. */
static uint64_t
program_read(const char *path, char *to, uint64_t room)
{
    struct file root = {.server = look_up(names(), "/bin")};
    struct file file;
    struct file_status status = {0};
    uint64_t bytes = 0;
    uint64_t done = 0;

    check(path_open(&root, path, strlen(path), FILE_TO_READ, &file, &status) ==
              0,
          path);
    do {
        check(file_read(&file, bytes, to + bytes, room - bytes, &done) == 0,
              "reading");
        bytes += done;
    } while (done > 0);
    check(bytes == status.size, "all of it");
    (void)!sys_handle_close(root.server);
    return bytes;
}

void
scenario_replace(void)
{
    static char image[IMAGE_BYTES];
    handle_t subject = look_up(names(), "/svc/subject");
    struct message crash = {.header = SUBJECT_CRASH};
    uint64_t kept = ask(subject, SUBJECT_COUNT).words[2];
    uint64_t bytes = program_read("subject2", image, sizeof(image));
    struct message m;

    check_error(service_swap(admin(), "nobody", image, bytes), ERR_ARGUMENT,
                "no service");
    check_error(service_swap(admin(), "subject", image, 100), ERR_ARGUMENT,
                "no program");
    check(ask(subject, SUBJECT_COUNT).words[0] == 1, "nothing has happened");

    check_error(service_swap(admin(), "subject", image, bytes), OK, "another");
    m = ask(subject, SUBJECT_COUNT);
    check(m.words[0] == 2, "the other program serves");
    check(m.words[2] == kept + 2, "with what the first kept");
    check_error(sys_endpoint_call(subject, &crash), ERR_DEAD, "a crash");
    check(ask(subject, SUBJECT_COUNT).words[0] == 2, "it is the one to stay");

    bytes = program_read("quitter", image, sizeof(image));
    check_error(service_swap(admin(), "subject", image, bytes), ERR_DEAD,
                "one that ends at once");
    check(ask(subject, SUBJECT_COUNT).words[0] == 2, "the one before is back");
    bytes = program_read("sleeper", image, sizeof(image));
    check_error(service_swap(admin(), "subject", image, bytes), ERR_DEAD,
                "one that does not get ready");
    check(ask(subject, SUBJECT_COUNT).words[0] == 2, "the one before again");
    await_state("subject", SERVICE_IS_RUNNING);
}

void
scenario_visitor(void)
{
    handle_t subject = look_up(names(), "/svc/subject");
    uint64_t gone = ask(subject, SUBJECT_GONE).words[0];

    for (unsigned i = 1; i <= VISITS; i++) {
        uint64_t restarts;

        await_state("visitor", SERVICE_IS_RUNNING);
        restarts = status_of("visitor").restarts;
        check_error(service_order(admin(), SERVICE_KILL, "visitor"), OK,
                    "killing");
        /* It ends in steps, on another hart perhaps, and is told of then. */
        while (status_of("visitor").restarts == restarts ||
               ask(subject, SUBJECT_GONE).words[0] < gone + i)
            sys_thread_yield();
        check(ask(subject, SUBJECT_GONE).words[0] == gone + i,
              "its server knows, and once");
    }
    printf("visitor is gone %u times after %lu\n", VISITS, (unsigned long)gone);
}

void
scenario_give_up(void)
{
    handle_t frail = look_up(names(), "/svc/frail");
    struct message m;

    for (unsigned i = 0; i < 4; i++) {
        m = (struct message){.header = SUBJECT_CRASH};
        check_error(sys_endpoint_call(frail, &m), ERR_DEAD, "a crash");
    }
    await_state("frail", SERVICE_IS_LOST);
    m = (struct message){.header = SUBJECT_COUNT};
    check_error(sys_endpoint_call(frail, &m), ERR_DEAD, "nobody will serve");
    (void)!sys_handle_close(frail);
    frail = look_up(names(), "/svc/frail");
    check_error(sys_endpoint_call(frail, &m), ERR_DEAD, "looked up anew too");

    check_error(service_order(admin(), SERVICE_START, "frail"), OK, "a start");
    await_state("frail", SERVICE_IS_RUNNING);
    (void)!sys_handle_close(frail);
    frail = look_up(names(), "/svc/frail");
    check(ask(frail, SUBJECT_COUNT).words[2] == 1, "it begins from nothing");
}

void
scenario_orders(void)
{
    handle_t init = startup_handle("init"); /* with our own number */

    check_error(service_order(init, SERVICE_KILL, "subject"), ERR_RIGHTS,
                "an order by a service");
    check_error(service_power(init, SERVICE_POWER_OFF, 1), ERR_RIGHTS,
                "a power-off by a service");
    check_error(service_power(admin(), SERVICE_REBOOT + 1, 0), ERR_ARGUMENT,
                "neither off nor reset");
    check_error(service_order(admin(), SERVICE_KILL, "nobody"), ERR_ARGUMENT,
                "no such service");
    check_error(service_order(admin(), SERVICE_POWER + 9, "names"),
                ERR_ARGUMENT, "no such order");
}

void
scenario_bin(void)
{
    struct file root = {.server = look_up(names(), "/bin")};
    struct file file;
    struct file_status status = {0};
    struct file_entry *entry;
    char room[64] __attribute__((aligned(8)));
    uint64_t position = 0;
    uint64_t done, behind;
    unsigned programs = 0;
    bool has_player = false;

    check(path_open(&root, "", 0, FILE_TO_READ, &file, &status) == 0, "root");
    check(S_ISDIR(status.mode), "is a directory");
    while (file_list(&file, &position, room, sizeof(room), &done) == 0 && done)
        for (uint64_t at = 0; at < done; at += entry->bytes, programs++) {
            entry = (struct file_entry *)(void *)(room + at);
            has_player |= strcmp(entry->name, "player") == 0;
        }
    check(programs == 10 && has_player, "all programs, and no manifest");
    check(file_list(&file, &(uint64_t){0}, room, 8, &done) == EINVAL,
          "too little room");
    check(file_read(&file, 0, room, 8, &done) == EISDIR, "reading it");
    check(path_open(&root, "none", 4, FILE_TO_READ, &file, &status) == ENOENT,
          "no file");
    check(path_open(&root, "none", 4, FILE_TO_WRITE | FILE_CREATE, &file,
                    &status) == EROFS,
          "a new one");
    check(path_open(&root, "player", 6, FILE_TO_WRITE, &file, &status) == EROFS,
          "writing");
    check(path_remove(&root, "player", 6, S_IFREG) == EROFS, "removing");
    check(path_open(&root, "player", 6, FILE_TO_READ, &file, &status) == 0 &&
              status.mode == (S_IFREG | 0555),
          "a program");
    check(file_read(&file, 0, room, 4, &done) == 0 && done == 4 &&
              memcmp(room, "\177ELF", 4) == 0,
          "its beginning");
    check(file_read(&file, status.size - 2, room, 8, &done) == 0 && done == 2,
          "its end");
    check(file_read(&file, status.size + 5, room, 8, &done) == 0 && done == 0,
          "behind it");
    check(file_write(&file, 0, room, 4, &done, &behind) == EBADF, "no writing");
    check(file_close(&file) == 0, "closing");
}
