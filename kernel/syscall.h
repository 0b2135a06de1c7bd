/* SPDX-License-Identifier: MIT */
/* The system calls: registers in, registers out. */
#pragma once

#include "handle.h"
#include "process.h"
#include "thread.h"

/* An ecall has no short form. */
enum { ECALL_BYTES = 4 };

/* Does the call that the registers of `t` ask for; returns who runs next. */
struct thread *syscall_dispatch(struct thread *t);

/* The call is not finished: `t` makes it again when it next runs. */
struct thread *syscall_again(struct thread *t);

/* The handle in argument register `argument`, or NULL with the call of `t`
 * finished. */
struct slot *argument_handle(struct thread *t, enum frame_register argument,
                             unsigned need);

/* The process in a0, which must not be ending, or NULL with the call of `t`
 * finished. */
struct process *argument_process(struct thread *t, rights_t rights);

/* Whether the process is ending; then the call of `t` is finished. */
bool is_ending(struct thread *t, const struct process *p);

/* The call of `t` is finished with a new handle, with all rights, to
 * `object`. There must be a slot free. */
struct thread *finish_with_handle(struct thread *t, struct object *object,
                                  enum object_type type);

/* The calls, by file. */

/* syscall_message.c: who says what to whom */
struct thread *sys_endpoint_call(struct thread *t);
struct thread *sys_endpoint_send(struct thread *t);
struct thread *sys_endpoint_reply(struct thread *t);
struct thread *sys_endpoint_reply_recv(struct thread *t);
struct thread *sys_lease_read(struct thread *t);
struct thread *sys_lease_write(struct thread *t);

/* syscall_process.c: who runs */
struct thread *sys_thread_create(struct thread *t);
struct thread *sys_thread_exit(struct thread *t);
struct thread *sys_thread_yield(struct thread *t);
struct thread *sys_thread_signal(struct thread *t);
struct thread *sys_thread_deadline(struct thread *t);
struct thread *sys_process_create(struct thread *t);
struct thread *sys_process_kill(struct thread *t);
struct thread *sys_process_supervise(struct thread *t);
struct thread *sys_process_inspect(struct thread *t);

/* syscall_handle.c: what processes have */
struct thread *sys_endpoint_create(struct thread *t);
struct thread *sys_memory_create(struct thread *t);
struct thread *sys_memory_map(struct thread *t);
struct thread *sys_memory_unmap(struct thread *t);
struct thread *sys_memory_cut(struct thread *t);
struct thread *sys_memory_address(struct thread *t);
struct thread *sys_handle_copy(struct thread *t);
struct thread *sys_handle_mint(struct thread *t);
struct thread *sys_handle_close(struct thread *t);
struct thread *sys_handle_revoke(struct thread *t);

/* syscall_machine.c: interrupts, and what only the root may do */
struct thread *sys_irq_create(struct thread *t);
struct thread *sys_irq_bind(struct thread *t);
struct thread *sys_irq_ack(struct thread *t);
struct thread *sys_machine_log(struct thread *t);
struct thread *sys_machine_power_off(struct thread *t);
struct thread *sys_machine_inspect(struct thread *t);
struct thread *sys_machine_trace(struct thread *t);
