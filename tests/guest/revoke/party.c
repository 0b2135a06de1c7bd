/* SPDX-License-Identifier: MIT */
/* An heir: gets handles, and hands copies on. See party.h.
 *
 * Grants: "port", where it serves; "self". */
#include "party.h"

#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdlib.h>

static handle_t
copy(handle_t source)
{
    handle_t result;

    if (sys_handle_copy(source, startup_handle("self"), RIGHTS_ALL, &result) !=
        OK)
        exit(1);
    return result;
}

static unsigned
slots_left(void)
{
    static handle_t scraps[256];
    handle_t self = startup_handle("self");
    unsigned count = 0;

    while (sys_handle_copy(self, self, 0, &scraps[count]) == OK)
        count++;
    for (unsigned n = count; n > 0; n--)
        (void)!sys_handle_close(scraps[n - 1]);
    return count;
}

int
main(void)
{
    struct message m = {0};

    while (sys_endpoint_reply_recv(startup_handle("port"), &m) == OK) {
        uint32_t label = message_label(&m);

        m.header = 0;
        if (label == HEIR_COPY) {
            handle_t given = m.words[4];

            m.header = MESSAGE_HANDLE;
            for (uint64_t i = 0; i < m.words[0]; i++)
                copy(given);
            m.words[4] = copy(given);
        } else if (label == HEIR_SLOTS) {
            m.words[0] = slots_left();
        } else if (label == HEIR_LOAD) {
            m.words[0] = *(volatile uint64_t *)m.words[0];
        }
    }
    return 0;
}
