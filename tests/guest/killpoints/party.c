/* SPDX-License-Identifier: MIT */
/* One party; the first argument says which.
 *
 * Grants: "self", "log"; then, as the part wants, "port", "gift" (a handle to
 * move), "faulter" and "page". */
#include "party.h"

#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

enum { LENT_BYTES = 256 };

static struct party_log *const party = (struct party_log *)PARTY_LOG;
static handle_t port;
static char bytes[LENT_BYTES];

static void
note(err_t error)
{
    party->errors |= UINT32_C(1) << error;
}

/* Copies what is lent, both ways, and hands on in the reply what handle came;
 * a dead caller is no reason to stop. */
static void
part_server(void)
{
    struct message m = {.header = 0};
    err_t error;

    for (;;) {
        uint64_t done;

        party->at = PARTY_RECEIVING;
        error = sys_endpoint_reply_recv(port, &m);
        note(error);
        if (error) { /* the handle, if one was to move, is still here */
            if (m.header & MESSAGE_HANDLE)
                note(sys_handle_close(m.words[4]));
            m = (struct message){.header = 0};
            continue;
        }
        party->at = PARTY_BUSY;
        party->heard++;
        if (m.header & MESSAGE_LEASE_READ)
            note(sys_lease_read(m.token, 0, bytes, LENT_BYTES, &done));
        if (m.header & MESSAGE_LEASE_WRITE)
            note(sys_lease_write(m.token, 0, bytes, LENT_BYTES, &done));
        m.header &= MESSAGE_HANDLE;
    }
}

/* Calls with a handle, gets it back, and calls with leases. */
static void
part_client(void)
{
    struct message m = {.header = MESSAGE_HANDLE};

    m.words[4] = startup_handle("gift");
    note(sys_endpoint_call(port, &m));
    m.header = MESSAGE_LEASE_READ;
    note(sys_endpoint_call_lend(port, &m, bytes, LENT_BYTES));
    m.header = MESSAGE_LEASE_WRITE;
    note(sys_endpoint_call_lend(port, &m, bytes, LENT_BYTES));
}

/* Only calls, and has to queue for it; then only sends. */
static void
part_second(void)
{
    struct message m = {.header = 1};

    note(sys_endpoint_call(port, &m));
    note(sys_endpoint_send(port, &m));
}

/* Maps the page that a fault asks for. */
static void
part_pager(void)
{
    handle_t faulter = startup_handle("faulter"), page = startup_handle("page");
    struct message m = {.header = 0};

    for (;;) {
        party->at = PARTY_RECEIVING;
        err_t error = sys_endpoint_reply_recv(port, &m);
        note(error);
        party->at = PARTY_BUSY;
        party->heard += error == OK;
        if (error == OK && m.header & MESSAGE_FAULT)
            note(sys_memory_map(faulter, page, PARTY_FAULT, 0, 1, MEMORY_READ));
        else
            m.token = 0;
        m.header = FAULT_RESUME;
    }
}

static void
part_faulter(void)
{
    (void)*(volatile uint64_t *)PARTY_FAULT;
    note(sys_null());
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*play)(void);
    } parts[] = {
        {"server", part_server},   {"client", part_client},
        {"second", part_second},   {"pager", part_pager},
        {"faulter", part_faulter},
    };

    if (sys_memory_map(startup_handle("self"), startup_handle("log"), PARTY_LOG,
                       0, 1, MEMORY_READ | MEMORY_WRITE))
        return 1;
    port = startup_handle("port");
    party->at = PARTY_BUSY;
    for (unsigned i = 0; argc > 1 && i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(argv[1], parts[i].name) == 0)
            parts[i].play();
    party->at = PARTY_FINISHED;
    return 0;
}
