/* SPDX-License-Identifier: MIT */
/* The stubs of the calls that carry messages: struct message into the message
 * registers and back. Invariant U1 of syscall.c holds here too. */
#include <lib/ecall.h>

#include <stddef.h>

/* What comes back of a message. */
enum incoming {
    NOTHING, /* this call brings no message */
    REPLY,   /* header and words */
    REQUEST, /* and a token and a badge */
};

/* Memory that travels along; nothing. */
struct window {
    const void *start;
    uint64_t bytes;
};
#define LEND_NOTHING ((struct window){NULL, 0})

/* `header` and `token` travel with the words of `out` (NULL: zeros); what
 * comes back goes to `in`. */
ALWAYS_INLINE err_t
message_ecall(enum syscall_number number, handle_t endpoint, uint64_t header,
              token_t token, const struct message *out, struct window window,
              enum incoming incoming, struct message *in)
{
    REGISTER(a0, endpoint);
    REGISTER(a1, header);
    REGISTER(a2, out ? out->words[0] : 0);
    REGISTER(a3, out ? out->words[1] : 0);
    REGISTER(a4, out ? out->words[2] : 0);
    REGISTER(a5, out ? out->words[3] : 0);
    REGISTER(a6, out ? out->words[4] : 0);
    REGISTER(a7, number);
    REGISTER(t0, token);
    register uint64_t t1 __asm__("t1");
    register uint64_t t2 __asm__("t2");

    if (window.start) { /* else these two only come out */
        t1 = (uint64_t)window.start;
        t2 = window.bytes;
    }
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6), "+r"(t0), "+r"(t1), "+r"(t2)
                     : "r"(a7)
                     : "memory");
    if (a0 != OK || incoming == NOTHING)
        return (err_t)a0;

    in->header = a1;
    in->words[0] = a2;
    in->words[1] = a3;
    in->words[2] = a4;
    in->words[3] = a5;
    in->words[4] = a6;
    if (incoming == REQUEST) {
        in->token = t0;
        in->badge = t1;
        in->lent = t2;
    }
    return OK;
}

err_t
sys_endpoint_call(handle_t endpoint, struct message *message)
{
    return message_ecall(SYS_ENDPOINT_CALL, endpoint, message->header, 0,
                         message, LEND_NOTHING, REPLY, message);
}

err_t
sys_endpoint_call_lend(handle_t endpoint, struct message *message,
                       const void *window, uint64_t bytes)
{
    return message_ecall(SYS_ENDPOINT_CALL, endpoint, message->header, 0,
                         message, (struct window){window, bytes}, REPLY,
                         message);
}

err_t
sys_endpoint_send(handle_t endpoint, const struct message *message)
{
    return message_ecall(SYS_ENDPOINT_SEND, endpoint, message->header, 0,
                         message, LEND_NOTHING, NOTHING, NULL);
}

/* Receiving is replying to nobody; but it is a function of its own, so that
 * it has an ecall of its own. */
err_t
sys_endpoint_recv(handle_t endpoint, uint64_t flags, struct message *message)
{
    return message_ecall(SYS_ENDPOINT_REPLY_RECV, endpoint, flags, 0, NULL,
                         LEND_NOTHING, REQUEST, message);
}

err_t
sys_endpoint_reply_recv(handle_t endpoint, struct message *message)
{
    return message_ecall(SYS_ENDPOINT_REPLY_RECV, endpoint, message->header,
                         message->token, message, LEND_NOTHING, REQUEST,
                         message);
}

err_t
sys_endpoint_reply(const struct message *message)
{
    return message_ecall(SYS_ENDPOINT_REPLY, HANDLE_NONE, message->header,
                         message->token, message, LEND_NOTHING, NOTHING, NULL);
}
