/* SPDX-License-Identifier: MIT */
/* Sends messages that the seed decides, and does nothing else.
 *
 * The host knows what is sent, and counts this program's system calls from
 * outside the machine. sys_null does nothing, but it comes only after a send
 * that succeeded: so the host sees which sends came back, and when. A send
 * that fails is noted, and is the last. One that changes more than a0 is noted
 * too.
 *
 * Parameters: actor, its number; seed, of this sender alone; count, of
 * messages; manner=1 to ask for NOWAIT, 2 to call instead of sending.
 * Grants: see ipc.h. */
#include "ipc.h"

#include <lib/test.h>

enum { TURNS_MAX = 20000 };
enum { MANNER_SEND, MANNER_NOWAIT, MANNER_CALL };

/* Spends time, so that timer interrupts come at other places each time. */
static void
spin(uint64_t turns)
{
    while (turns-- > 0)
        __asm__ volatile("");
}

int
main(void)
{
    const handle_t handles[SENDER_HANDLES] = {
        startup_handle("to0"),
        startup_handle("to1"),
        startup_handle("to2"),
    };
    uint64_t state = test_parameter("seed", 0);
    uint64_t count = test_parameter("count", 1);
    uint64_t manner = test_parameter("manner", MANNER_SEND);
    uint64_t flags = manner == MANNER_NOWAIT ? MESSAGE_NOWAIT : 0;

    ledger_open();
    while (count-- > 0) {
        handle_t endpoint = handles[test_random(&state) % SENDER_HANDLES];
        struct message m;
        bool is_kept = true;
        err_t error;

        spin(test_random(&state) % TURNS_MAX);
        m.header = (test_random(&state) & MESSAGE_LABEL_MASK) | flags;
        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            m.words[i] = test_random(&state);
        error = manner == MANNER_CALL ? sys_endpoint_call(endpoint, &m)
                                      : message_send(endpoint, &m, &is_kept);
        ledger_note_send(test_parameter("actor", 0), error, is_kept);
        if (error != OK)
            return 1;
        sys_null();
    }
    return 0;
}
