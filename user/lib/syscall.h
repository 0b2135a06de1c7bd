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

/* Sends, and waits only until somebody has taken the message. */
MUST_CHECK err_t sys_endpoint_send(handle_t endpoint,
                                   const struct message *message);

/* Receives; `flags` is 0 or MESSAGE_NOWAIT. message->token is then what a
 * reply needs, or 0 if the sender waits for none. */
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

/* Copies `source` into the table of `target`, with the rights in `rights`
 * that it has; `copy` is its name there. */
MUST_CHECK err_t sys_handle_copy(handle_t source, handle_t target,
                                 rights_t rights, handle_t *copy);

/* The same for an endpoint without badge, giving the copy one (not 0). */
MUST_CHECK err_t sys_handle_mint(handle_t source, handle_t target,
                                 rights_t rights, uint64_t badge,
                                 handle_t *copy);

MUST_CHECK err_t sys_handle_close(handle_t handle);

/* Writes `length` (0 to 40) bytes to the machine's log. */
MUST_CHECK err_t sys_machine_log(handle_t machine, uint64_t length,
                                 const uint64_t words[5]);

/* Switches the machine off. It comes back only on an error. */
MUST_CHECK err_t sys_machine_power_off(handle_t machine, uint64_t status);
