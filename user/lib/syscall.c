/* SPDX-License-Identifier: MIT */
/* The system-call stubs: arguments into registers, one ecall, results out.
 *
 * Two helpers know the registers, one for plain calls and one for messages;
 * they are inlined into each stub, and the compiler then removes whatever the
 * stub does not use. The kernel keeps all registers that carry no result, so
 * no stub needs a stack.
 *
 * Invariant U1: each function here contains exactly one ecall and is itself
 * never inlined, so the address of an ecall tells which call it is: the
 * grader counts on it, and a breakpoint can. */
#include <lib/syscall.h>

#include <stddef.h>
#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* A variable that is in register `name` when the ecall comes. */
#define REGISTER(name, value) register uint64_t name __asm__(#name) = (value)

struct arguments {
    enum syscall_number number;
    uint64_t a[7];
};

struct answer {
    err_t error;
    uint64_t value; /* of a1 */
};

ALWAYS_INLINE struct answer
plain_ecall(struct arguments in)
{
    REGISTER(a0, in.a[0]);
    REGISTER(a1, in.a[1]);
    REGISTER(a2, in.a[2]);
    REGISTER(a3, in.a[3]);
    REGISTER(a4, in.a[4]);
    REGISTER(a5, in.a[5]);
    REGISTER(a6, in.a[6]);
    REGISTER(a7, in.number);

    /* A long call keeps its progress in its arguments, so none of them is
     * sure to come back as it was. */
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6)
                     : "r"(a7)
                     : "memory");
    return (struct answer){(err_t)a0, a1};
}

/* PLAIN(number, argument...): arguments left out are 0. */
#define PLAIN(number, ...)                                                     \
    plain_ecall((struct arguments){number, {__VA_ARGS__}})

/* Stores the call's result, if it has one to give. */
ALWAYS_INLINE err_t
answer_store(struct answer answer, handle_t *result)
{
    if (answer.error == OK)
        *result = answer.value;
    return answer.error;
}

/* What comes back of a message. */
enum incoming {
    NOTHING, /* this call brings no message */
    REPLY,   /* header and words */
    REQUEST, /* and a token and a badge */
};

/* `header` and `token` travel with the words of `out` (NULL: zeros); what
 * comes back goes to `in`. */
ALWAYS_INLINE err_t
message_ecall(enum syscall_number number, handle_t endpoint, uint64_t header,
              token_t token, const struct message *out, enum incoming incoming,
              struct message *in)
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
    /* Nothing is lent, so these two only come out. */
    register uint64_t t1 __asm__("t1");
    register uint64_t t2 __asm__("t2");

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4),
                       "+r"(a5), "+r"(a6), "+r"(t0), "=r"(t1), "=r"(t2)
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
    }
    return OK;
}

err_t
sys_endpoint_call(handle_t endpoint, struct message *message)
{
    return message_ecall(SYS_ENDPOINT_CALL, endpoint, message->header, 0,
                         message, REPLY, message);
}

err_t
sys_endpoint_send(handle_t endpoint, const struct message *message)
{
    return message_ecall(SYS_ENDPOINT_SEND, endpoint, message->header, 0,
                         message, NOTHING, NULL);
}

/* Receiving is replying to nobody; but it is a function of its own, so that
 * it has an ecall of its own. */
err_t
sys_endpoint_recv(handle_t endpoint, uint64_t flags, struct message *message)
{
    return message_ecall(SYS_ENDPOINT_REPLY_RECV, endpoint, flags, 0, NULL,
                         REQUEST, message);
}

err_t
sys_endpoint_reply_recv(handle_t endpoint, struct message *message)
{
    return message_ecall(SYS_ENDPOINT_REPLY_RECV, endpoint, message->header,
                         message->token, message, REQUEST, message);
}

err_t
sys_endpoint_reply(const struct message *message)
{
    return message_ecall(SYS_ENDPOINT_REPLY, HANDLE_NONE, message->header,
                         message->token, message, NOTHING, NULL);
}

err_t
sys_endpoint_create(handle_t payer, handle_t *endpoint)
{
    return answer_store(PLAIN(SYS_ENDPOINT_CREATE, payer), endpoint);
}

err_t
sys_null(void)
{
    return PLAIN(SYS_NULL, 0).error;
}

err_t
sys_thread_create(handle_t process, uint64_t entry, uint64_t stack,
                  uint64_t argument, uint64_t priority, handle_t *thread)
{
    return answer_store(
        PLAIN(SYS_THREAD_CREATE, process, entry, stack, argument, priority),
        thread);
}

_Noreturn void
sys_thread_exit(uint64_t code)
{
    PLAIN(SYS_THREAD_EXIT, code);
    __builtin_unreachable();
}

void
sys_thread_yield(void)
{
    PLAIN(SYS_THREAD_YIELD, 0);
}

struct process_name
process_name(const char *text)
{
    struct process_name name = {{0}};

    memcpy(name.words, text, strnlen(text, sizeof(name)));
    return name;
}

err_t
sys_process_create(handle_t payer, uint64_t quota, uint64_t slots,
                   uint64_t priority_max, struct process_name name,
                   handle_t *process)
{
    return answer_store(PLAIN(SYS_PROCESS_CREATE, payer, quota, slots,
                              priority_max, name.words[0], name.words[1]),
                        process);
}

err_t
sys_process_kill(handle_t process, uint64_t code)
{
    return PLAIN(SYS_PROCESS_KILL, process, code).error;
}

err_t
sys_memory_create(handle_t payer, uint64_t pages, handle_t *memory)
{
    return answer_store(PLAIN(SYS_MEMORY_CREATE, payer, pages), memory);
}

err_t
sys_memory_map(handle_t process, handle_t memory, uint64_t address,
               uint64_t first, uint64_t pages, rights_t rights)
{
    return PLAIN(SYS_MEMORY_MAP, process, memory, address, first, pages, rights)
        .error;
}

err_t
sys_memory_unmap(handle_t process, uint64_t address, uint64_t pages)
{
    return PLAIN(SYS_MEMORY_UNMAP, process, address, pages).error;
}

err_t
sys_handle_copy(handle_t source, handle_t target, rights_t rights,
                handle_t *copy)
{
    return answer_store(PLAIN(SYS_HANDLE_COPY, source, target, rights), copy);
}

err_t
sys_handle_mint(handle_t source, handle_t target, rights_t rights,
                uint64_t badge, handle_t *copy)
{
    return answer_store(PLAIN(SYS_HANDLE_MINT, source, target, rights, badge),
                        copy);
}

err_t
sys_handle_close(handle_t handle)
{
    return PLAIN(SYS_HANDLE_CLOSE, handle).error;
}

err_t
sys_machine_log(handle_t machine, uint64_t length, const uint64_t words[5])
{
    return PLAIN(SYS_MACHINE_LOG, machine, length, words[0], words[1], words[2],
                 words[3], words[4])
        .error;
}

err_t
sys_machine_power_off(handle_t machine, uint64_t status)
{
    return PLAIN(SYS_MACHINE_POWER_OFF, machine, status).error;
}
