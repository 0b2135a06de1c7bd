/* SPDX-License-Identifier: MIT */
/* The stubs of the system calls, but for those that carry messages.
 *
 * Invariant U1: each function here contains exactly one ecall and is itself
 * never inlined, so the address of an ecall tells which call it is: the
 * grader counts on it, and a breakpoint can. */
#include <lib/ecall.h>

#include <string.h>

err_t
sys_endpoint_create(handle_t payer, handle_t *endpoint)
{
    return answer_store(PLAIN(SYS_ENDPOINT_CREATE, payer), endpoint);
}

err_t
sys_lease_read(token_t token, uint64_t offset, void *to, uint64_t bytes,
               uint64_t *done)
{
    struct answer answer =
        PLAIN(SYS_LEASE_READ, token, offset, (uint64_t)to, bytes);

    *done = answer.value;
    return answer.error;
}

err_t
sys_lease_write(token_t token, uint64_t offset, const void *from,
                uint64_t bytes, uint64_t *done)
{
    struct answer answer =
        PLAIN(SYS_LEASE_WRITE, token, offset, (uint64_t)from, bytes);

    *done = answer.value;
    return answer.error;
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

err_t
sys_thread_signal(handle_t thread)
{
    return PLAIN(SYS_THREAD_SIGNAL, thread).error;
}

err_t
sys_thread_deadline(uint64_t ticks, uint64_t bits)
{
    return PLAIN(SYS_THREAD_DEADLINE, ticks, bits).error;
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
sys_process_supervise(handle_t process, handle_t endpoint)
{
    return PLAIN(SYS_PROCESS_SUPERVISE, process, endpoint).error;
}

/* A call that brings values in a1 to a6, t1 and t2. */
ALWAYS_INLINE err_t
inspect_ecall(struct arguments in, struct inspection *out)
{
    REGISTER(a0, in.a[0]);
    REGISTER(a1, in.a[1]);
    REGISTER(a2, in.a[2]);
    REGISTER(a7, in.number);
    register uint64_t a3 __asm__("a3");
    register uint64_t a4 __asm__("a4");
    register uint64_t a5 __asm__("a5");
    register uint64_t a6 __asm__("a6");
    register uint64_t t1 __asm__("t1");
    register uint64_t t2 __asm__("t2");

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "=r"(a3), "=r"(a4),
                       "=r"(a5), "=r"(a6), "=r"(t1), "=r"(t2)
                     : "r"(a7)
                     : "memory");
    if (a0 == OK && a1 != 0)
        *out = (struct inspection){{a1, a2, a3, a4, a5, a6, t1, t2}};
    else if (a0 == OK) /* nobody: the rest is what the registers held */
        *out = (struct inspection){{0}};
    return (err_t)a0;
}

err_t
sys_process_inspect(handle_t process, struct inspection *inspection)
{
    return inspect_ecall((struct arguments){SYS_PROCESS_INSPECT, {process}},
                         inspection);
}

err_t
sys_machine_inspect(handle_t machine, uint64_t from, uint64_t kind,
                    struct inspection *inspection)
{
    return inspect_ecall(
        (struct arguments){SYS_MACHINE_INSPECT, {machine, from, kind}},
        inspection);
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
sys_memory_cut(handle_t payer, handle_t memory, uint64_t first, uint64_t pages,
               handle_t *part)
{
    return answer_store(PLAIN(SYS_MEMORY_CUT, payer, memory, first, pages),
                        part);
}

err_t
sys_memory_address(handle_t memory, uint64_t *address)
{
    return answer_store(PLAIN(SYS_MEMORY_ADDRESS, memory), address);
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
sys_handle_revoke(handle_t handle)
{
    return PLAIN(SYS_HANDLE_REVOKE, handle).error;
}

err_t
sys_irq_create(handle_t payer, handle_t root, uint64_t line, handle_t *irq)
{
    return answer_store(PLAIN(SYS_IRQ_CREATE, payer, root, line), irq);
}

err_t
sys_irq_bind(handle_t irq, handle_t thread)
{
    return PLAIN(SYS_IRQ_BIND, irq, thread).error;
}

err_t
sys_irq_ack(handle_t irq)
{
    return PLAIN(SYS_IRQ_ACK, irq).error;
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

err_t
sys_machine_trace(handle_t machine, uint64_t is_on)
{
    return PLAIN(SYS_MACHINE_TRACE, machine, is_on).error;
}
