/* SPDX-License-Identifier: MIT */
/* The system calls, one C function each: docs/syscalls has a page for each.
 *
 * All of them answer 0 or an error of abi/error.h. Results go through
 * pointers and are written only on success. */
#pragma once

#include <abi/error.h>
#include <abi/message.h>
#include <abi/rights.h>
#include <abi/syscall.h>
#include <lib/message.h>

#define MUST_CHECK __attribute__((warn_unused_result))

/* Messages. `message` goes in as it is (header and words) and holds what
 * came back when the call succeeds; on an error it is untouched. */

/* Sends and waits for the reply, which has no token and no badge. */
MUST_CHECK err_t sys_endpoint_call(handle_t endpoint, struct message *message);

/* The same, and lends `bytes` bytes at `window` until the reply, to be read or
 * to be written as the LEASE flag in message->header says. */
MUST_CHECK err_t sys_endpoint_call_lend(handle_t endpoint,
                                        struct message *message,
                                        const void *window, uint64_t bytes);

/* Sends, and waits only until somebody has taken the message. */
MUST_CHECK err_t sys_endpoint_send(handle_t endpoint,
                                   const struct message *message);

/* Receives; `flags` is 0 or MESSAGE_NOWAIT. message->token is then what a
 * reply needs, or 0 if the sender waits for none. HANDLE_NONE: waits for
 * signals only. */
MUST_CHECK err_t sys_endpoint_recv(handle_t endpoint, uint64_t flags,
                                   struct message *message);

/* Replies to message->token with `message` (if the token is not 0), then
 * receives into `message`: the whole of a server's loop. ERR_TOKEN: that
 * caller is gone and nothing was done; go on with token 0. */
MUST_CHECK err_t sys_endpoint_reply_recv(handle_t endpoint,
                                         struct message *message);

/* Replies to message->token and goes on. */
MUST_CHECK err_t sys_endpoint_reply(const struct message *message);

/* A new endpoint, all rights; `payer` needs PROCESS_CHARGE. */
MUST_CHECK err_t sys_endpoint_create(handle_t payer, handle_t *endpoint);

/* Copies up to `bytes` (at most LEASE_BYTES_MAX) bytes, from `offset` on, out
 * of the window that the caller of `token` lent, or into it. `done` tells how
 * many it was, even with ERR_LEASE and ERR_ADDRESS. */
MUST_CHECK err_t sys_lease_read(token_t token, uint64_t offset, void *to,
                                uint64_t bytes, uint64_t *done);
MUST_CHECK err_t sys_lease_write(token_t token, uint64_t offset,
                                 const void *from, uint64_t bytes,
                                 uint64_t *done);

/* Does nothing: the price of entering the kernel. */
err_t sys_null(void);

/* Starts a thread at `entry` with the stack pointer and a0 given; `process`
 * needs PROCESS_THREADS. lib/thread.h is the convenient way. */
MUST_CHECK err_t sys_thread_create(handle_t process, uint64_t entry,
                                   uint64_t stack, uint64_t argument,
                                   uint64_t priority, handle_t *thread);

/* Ends the calling thread. The last one takes its process with it. */
_Noreturn void sys_thread_exit(uint64_t code);

/* Lets others of the same priority run first. */
void sys_thread_yield(void);

/* Sets the bits that are the badge of `thread` in that thread's pending word.
 */
MUST_CHECK err_t sys_thread_signal(handle_t thread);

/* Signals `bits` to the calling thread when the time base reaches `ticks`,
 * instead of any earlier such wish; 0 ticks: not at all. */
MUST_CHECK err_t sys_thread_deadline(uint64_t ticks, uint64_t bits);

/* 16 bytes that travel in two registers. */
struct process_name {
    uint64_t words[PROCESS_NAME_BYTES / 8];
};

/* The first 16 bytes of `text`, zeros behind. */
struct process_name process_name(const char *text);

/* A new, empty process; `payer`, which needs PROCESS_CHARGE, hands over
 * `quota` frames. `slots` is a power of two from 16 to 4096. */
MUST_CHECK err_t sys_process_create(handle_t payer, uint64_t quota,
                                    uint64_t slots, uint64_t priority_max,
                                    struct process_name name,
                                    handle_t *process);

MUST_CHECK err_t sys_process_kill(handle_t process, uint64_t code);

/* From now on the kernel tells of the faults and of the end of `process`
 * through a copy of `endpoint`. */
MUST_CHECK err_t sys_process_supervise(handle_t process, handle_t endpoint);

/* What abi/inspect.h says, in the order of its table. */
struct inspection {
    uint64_t values[8];
};
MUST_CHECK err_t sys_process_inspect(handle_t process,
                                     struct inspection *inspection);

/* A memory object of 1 to 64 pages, all bytes zero. */
MUST_CHECK err_t sys_memory_create(handle_t payer, uint64_t pages,
                                   handle_t *memory);

/* Maps `pages` pages of `memory`, from its page `first` on, at `address` of
 * `process`. `rights` are MEMORY_READ, _WRITE, _EXEC; never the last two. */
MUST_CHECK err_t sys_memory_map(handle_t process, handle_t memory,
                                uint64_t address, uint64_t first,
                                uint64_t pages, rights_t rights);

/* Undoes one sys_memory_map: address and pages must be as they were. */
MUST_CHECK err_t sys_memory_unmap(handle_t process, uint64_t address,
                                  uint64_t pages);

/* An object over `pages` pages of device memory, from page `first` of `memory`
 * on. */
MUST_CHECK err_t sys_memory_cut(handle_t payer, handle_t memory, uint64_t first,
                                uint64_t pages, handle_t *part);

/* The physical address of the first page, for DMA. */
MUST_CHECK err_t sys_memory_address(handle_t memory, uint64_t *address);

/* Copies `source` into the table of `target`, with the rights in `rights`
 * that it has; `copy` is its name there. */
MUST_CHECK err_t sys_handle_copy(handle_t source, handle_t target,
                                 rights_t rights, handle_t *copy);

/* The same for an endpoint or a thread without badge, giving the copy one (not
 * 0). */
MUST_CHECK err_t sys_handle_mint(handle_t source, handle_t target,
                                 rights_t rights, uint64_t badge,
                                 handle_t *copy);

MUST_CHECK err_t sys_handle_close(handle_t handle);

/* Closes all handles that were derived from this one, in whatever process, and
 * removes the mappings made with them or with it. */
MUST_CHECK err_t sys_handle_revoke(handle_t handle);

/* An object for interrupt line `line`; `root` is BOOT_IRQS. */
MUST_CHECK err_t sys_irq_create(handle_t payer, handle_t root, uint64_t line,
                                handle_t *irq);

/* From now on the line signals the badge of `thread` to that thread. */
MUST_CHECK err_t sys_irq_bind(handle_t irq, handle_t thread);

/* The device has been served: the line may interrupt again. */
MUST_CHECK err_t sys_irq_ack(handle_t irq);

/* Writes `length` (0 to 40) bytes to the machine's log. */
MUST_CHECK err_t sys_machine_log(handle_t machine, uint64_t length,
                                 const uint64_t words[5]);

/* Switches the machine off. It comes back only on an error. */
MUST_CHECK err_t sys_machine_power_off(handle_t machine, uint64_t status);

/* The first thread whose id is `from` or higher, or (`kind` 1) its process; all
 * values 0 if there is none. */
MUST_CHECK err_t sys_machine_inspect(handle_t machine, uint64_t from,
                                     uint64_t kind,
                                     struct inspection *inspection);

/* Turns the kernel's trace on (1) or off (0); abi/trace.h says how to read it.
 */
MUST_CHECK err_t sys_machine_trace(handle_t machine, uint64_t is_on);
