/* SPDX-License-Identifier: MIT */
/* One stage of a pipeline: what it receives it changes and sends on, for ever.
 * The change is different in each stage, so each message shows where it has
 * been, and in what order.
 *
 * Parameters: seed, of this stage alone. Grants: "from", "to". */
#include "ipc.h"

#include <lib/test.h>

int
main(void)
{
    uint64_t state = test_parameter("seed", 0);
    uint64_t keys[MESSAGE_WORDS];
    struct message m;

    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        keys[i] = test_random(&state);
    while (sys_endpoint_recv(startup_handle("from"), 0, &m) == OK) {
        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            m.words[i] = m.words[i] * 3 + keys[i];
        if (sys_endpoint_send(startup_handle("to"), &m) != OK)
            return 1;
    }
    return 1;
}
