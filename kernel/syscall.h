/* SPDX-License-Identifier: MIT */
/* The system calls: registers in, registers out. */
#pragma once

#include "thread.h"

/* An ecall has no short form. */
enum { ECALL_BYTES = 4 };

/* Does the call that the registers of `t` ask for; returns who runs next. */
struct thread *syscall_dispatch(struct thread *t);

/* The call is not finished: `t` makes it again when it next runs. */
struct thread *syscall_again(struct thread *t);

/* The calls, by file: syscall.c the message path and handles, syscall_make.c
 * what creates and maps. */
struct thread *sys_process_create(struct thread *t);
struct thread *sys_process_kill(struct thread *t);
struct thread *sys_thread_create(struct thread *t);
struct thread *sys_endpoint_create(struct thread *t);
struct thread *sys_memory_create(struct thread *t);
struct thread *sys_memory_map(struct thread *t);
struct thread *sys_memory_unmap(struct thread *t);
struct thread *sys_handle_copy(struct thread *t);
struct thread *sys_handle_mint(struct thread *t);
struct thread *sys_handle_close(struct thread *t);
