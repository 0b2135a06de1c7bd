/* SPDX-License-Identifier: MIT */
/* The misuses: a call, its arguments, the error that its page promises.
 *
 * An argument is a number, or H(x): the handle `x` that misuse.c prepared. */
#pragma once

#include <abi/error.h>
#include <abi/message.h>
#include <abi/rights.h>
#include <abi/syscall.h>

#include <stdint.h>

enum handle_choice {
    SELF,        /* the program's own process, all rights */
    CHILD,       /* a process without threads, all rights, priority to 40 */
    CHILD_NO,    /* the same, no rights */
    CHILD_FULL,  /* its handle table is full */
    CHILD_POOR,  /* its quota is used up */
    CHILD_DYING, /* its end is under way */
    PORT,        /* an endpoint, all rights, nobody waits */
    PORT_SEND,   /* the same with SEND only */
    PORT_RECV,   /* the same with RECV only */
    PORT_NO,     /* the same, no rights */
    PORT_BADGED, /* the same, badge 7, all rights */
    PORT_DEAD,   /* an endpoint that nobody can receive from */
    CELLS,       /* a memory object of 4 pages, all rights */
    CELLS_READ,  /* the same, READ and DERIVE */
    CELLS_SOLE,  /* the same, READ and WRITE without DERIVE */
    FIBRE,       /* a thread that waits for ever, all rights */
    MACHINE,     /* the machine, all rights */
    MACHINE_NO,  /* the same, no rights */
    STALE,       /* a handle that was closed */
    CHOICES,
};

enum { ROW_ARGUMENTS = 7 };

#define HANDLE_MARK UINT64_C(0xbadc0de000000000)
#define H(choice) (HANDLE_MARK | (choice))

struct row {
    uint64_t number;
    err_t error;
    uint64_t a[ROW_ARGUMENTS];
    token_t token;
};

#define ALL_ONES UINT64_MAX
#define SIGN_BIT (UINT64_C(1) << 63)
#define SLOT_NONE HANDLE_NAME(1, 255)       /* a slot never used */
#define SLOT_OUTSIDE HANDLE_NAME(1, 0xffff) /* beyond every table */
#define SLOT_ZERO HANDLE_NAME(1, 0)         /* kept for the fault handle */
#define WINDOW UINT64_C(0x20000000)         /* an address with nothing */
#define WINDOW_USED UINT64_C(0x21000000)    /* two pages of CELLS */
#define RW (MEMORY_READ | MEMORY_WRITE)

/* Tables, a row a line. */
/* clang-format off */

/* What every call whose a0 is a handle says to a bad one. */
#define BAD_HANDLES(call, ...)                                                 \
    {call, ERR_HANDLE, {0, __VA_ARGS__}, 0},                                   \
    {call, ERR_HANDLE, {1, __VA_ARGS__}, 0},                                   \
    {call, ERR_HANDLE, {ALL_ONES, __VA_ARGS__}, 0},                            \
    {call, ERR_HANDLE, {SIGN_BIT, __VA_ARGS__}, 0},                            \
    {call, ERR_HANDLE, {SLOT_NONE, __VA_ARGS__}, 0},                           \
    {call, ERR_HANDLE, {SLOT_OUTSIDE, __VA_ARGS__}, 0},                        \
    {call, ERR_HANDLE, {SLOT_ZERO, __VA_ARGS__}, 0},                           \
    {call, ERR_HANDLE, {H(STALE), __VA_ARGS__}, 0}

/* What every call whose a0 is a process says to other things. */
#define BAD_PROCESSES(call, ...)                                               \
    BAD_HANDLES(call, __VA_ARGS__),                                            \
    {call, ERR_TYPE, {H(PORT), __VA_ARGS__}, 0},                               \
    {call, ERR_TYPE, {H(CELLS), __VA_ARGS__}, 0},                              \
    {call, ERR_TYPE, {H(FIBRE), __VA_ARGS__}, 0},                              \
    {call, ERR_TYPE, {H(MACHINE), __VA_ARGS__}, 0},                            \
    {call, ERR_RIGHTS, {H(CHILD_NO), __VA_ARGS__}, 0}

/* What sending says, with or without waiting for the reply. */
#define BAD_SENDS(call)                                                        \
    BAD_HANDLES(call, 0),                                                      \
    {call, ERR_TYPE, {H(SELF)}, 0},                                            \
    {call, ERR_TYPE, {H(CELLS)}, 0},                                           \
    {call, ERR_RIGHTS, {H(PORT_RECV)}, 0},                                     \
    {call, ERR_RIGHTS, {H(PORT_NO)}, 0},                                       \
    {call, ERR_ARGUMENT, {H(PORT), MESSAGE_LEASE_WRITE}, 0},                   \
    {call, ERR_ARGUMENT, {H(PORT), MESSAGE_LEASE_READ}, 0},                    \
    {call, ERR_ARGUMENT, {H(PORT), MESSAGE_SIGNAL}, 0},                        \
    {call, ERR_ARGUMENT, {H(PORT), SIGN_BIT | MESSAGE_NOWAIT}, 0},             \
    {call, ERR_ARGUMENT, {H(PORT), ALL_ONES}, 0},                              \
    {call, ERR_HANDLE, {H(PORT), MESSAGE_HANDLE}, 0},                          \
    {call, ERR_HANDLE, {H(PORT), MESSAGE_HANDLE, 0, 0, 0, 0, H(STALE)}, 0},    \
    {call, ERR_RIGHTS, {H(PORT), MESSAGE_HANDLE, 0, 0, 0, 0, H(PORT_NO)}, 0},  \
    {call, ERR_DEAD, {H(PORT_DEAD), MESSAGE_HANDLE, 0, 0, 0, 0, H(MACHINE)}, 0},\
    {call, ERR_WOULD_BLOCK, {H(PORT), MESSAGE_HANDLE | MESSAGE_NOWAIT, 0, 0, 0, 0, H(PORT)}, 0},\
    {call, ERR_DEAD, {H(PORT_DEAD)}, 0},                                       \
    {call, ERR_DEAD, {H(PORT_DEAD), MESSAGE_NOWAIT}, 0},                       \
    {call, ERR_WOULD_BLOCK, {H(PORT), MESSAGE_NOWAIT}, 0},                     \
    {call, ERR_WOULD_BLOCK, {H(PORT_SEND), MESSAGE_NOWAIT | 7}, 0}

static const struct row rows[] = {
#define CALL SYS_ENDPOINT_CALL
    BAD_SENDS(CALL),
#define SEND SYS_ENDPOINT_SEND
    BAD_SENDS(SEND),

#define RECV SYS_ENDPOINT_REPLY_RECV
    BAD_HANDLES(RECV, MESSAGE_NOWAIT),
    {RECV, ERR_TYPE, {H(FIBRE), MESSAGE_NOWAIT}, 0},
    {RECV, ERR_TYPE, {H(MACHINE), MESSAGE_NOWAIT}, 0},
    {RECV, ERR_RIGHTS, {H(PORT_SEND), MESSAGE_NOWAIT}, 0},
    {RECV, ERR_RIGHTS, {H(PORT_NO), MESSAGE_NOWAIT}, 0},
    {RECV, ERR_ARGUMENT, {H(PORT), MESSAGE_LEASE_READ}, 0},
    {RECV, ERR_HANDLE, {H(PORT), MESSAGE_HANDLE}, 1},
    {RECV, ERR_RIGHTS, {H(PORT), MESSAGE_HANDLE, 0, 0, 0, 0, H(PORT_NO)}, 1},
    {RECV, ERR_ARGUMENT, {H(PORT), ALL_ONES}, 0},
    {RECV, ERR_ARGUMENT, {H(PORT), MESSAGE_FAULT}, 99}, /* before the token */
    {RECV, ERR_TOKEN, {H(PORT), MESSAGE_NOWAIT}, 1},
    {RECV, ERR_TOKEN, {H(PORT), MESSAGE_NOWAIT}, 0x10001},
    {RECV, ERR_TOKEN, {H(PORT), MESSAGE_NOWAIT}, 0x3fff},
    {RECV, ERR_TOKEN, {H(PORT), MESSAGE_NOWAIT}, 0xffff},
    {RECV, ERR_TOKEN, {H(PORT), MESSAGE_NOWAIT}, SIGN_BIT},
    {RECV, ERR_TOKEN, {H(PORT), MESSAGE_NOWAIT}, ALL_ONES},
    {RECV, ERR_WOULD_BLOCK, {H(PORT), MESSAGE_NOWAIT}, 0},
    {RECV, ERR_WOULD_BLOCK, {H(PORT_RECV), MESSAGE_NOWAIT | 5}, 0},

#define REPLY SYS_ENDPOINT_REPLY
    {REPLY, ERR_TOKEN, {0}, 0},
    {REPLY, ERR_TOKEN, {ALL_ONES}, 1},
    {REPLY, ERR_TOKEN, {0}, 2},
    {REPLY, ERR_TOKEN, {0}, ALL_ONES},
    {REPLY, ERR_ARGUMENT, {0, MESSAGE_LEASE_WRITE}, 1},
    {REPLY, ERR_HANDLE, {0, MESSAGE_HANDLE}, 1},
    {REPLY, ERR_RIGHTS, {0, MESSAGE_HANDLE, 0, 0, 0, 0, H(CELLS_SOLE)}, 1},
    {REPLY, ERR_ARGUMENT, {0, SIGN_BIT}, 0},

#define PORT_MAKE SYS_ENDPOINT_CREATE
    BAD_PROCESSES(PORT_MAKE, 0),
    {PORT_MAKE, ERR_DEAD, {H(CHILD_DYING)}, 0},
    {PORT_MAKE, ERR_QUOTA, {H(CHILD_POOR)}, 0},

#define THREAD_MAKE SYS_THREAD_CREATE
    BAD_PROCESSES(THREAD_MAKE, 0x1000, 0x2000, 0, 1),
    {THREAD_MAKE, ERR_DEAD, {H(CHILD_DYING), 0, 0, 0, 1}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(CHILD), 0, 0, 0, 41}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(SELF), 0, 0, 0, 64}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(SELF), 0, 0, 0, 256}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(SELF), 0, 0, 0, ALL_ONES}, 0},
    {THREAD_MAKE, ERR_QUOTA, {H(CHILD_POOR), 0, 0, 0, 1}, 0},

#define PROCESS_MAKE SYS_PROCESS_CREATE
    BAD_PROCESSES(PROCESS_MAKE, 8, 16, 1),
    {PROCESS_MAKE, ERR_DEAD, {H(CHILD_DYING), 8, 16, 1}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, 0, 1}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, 8, 1}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, 17, 1}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, 8192, 1}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, SIGN_BIT, 1}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, ALL_ONES, 1}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, 16, 64}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, 16, ALL_ONES}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(SELF), 8, 16, UINT64_C(1) << 32}, 0},
    {PROCESS_MAKE, ERR_ARGUMENT, {H(CHILD), 8, 16, 41}, 0},
    {PROCESS_MAKE, ERR_QUOTA, {H(SELF), 0, 16, 1}, 0},
    {PROCESS_MAKE, ERR_QUOTA, {H(SELF), 1, 16, 1}, 0},
    {PROCESS_MAKE, ERR_QUOTA, {H(SELF), 64, 4096, 1}, 0},
    {PROCESS_MAKE, ERR_QUOTA, {H(SELF), SIGN_BIT, 16, 1}, 0},
    {PROCESS_MAKE, ERR_QUOTA, {H(SELF), ALL_ONES, 16, 1}, 0},
    {PROCESS_MAKE, ERR_QUOTA, {H(CHILD_POOR), 0, 16, 1}, 0},

#define KILL SYS_PROCESS_KILL
    BAD_PROCESSES(KILL, 0),

#define MEMORY_MAKE SYS_MEMORY_CREATE
    BAD_PROCESSES(MEMORY_MAKE, 1),
    {MEMORY_MAKE, ERR_DEAD, {H(CHILD_DYING), 1}, 0},
    {MEMORY_MAKE, ERR_ARGUMENT, {H(SELF), 0}, 0},
    {MEMORY_MAKE, ERR_ARGUMENT, {H(SELF), 65}, 0},
    {MEMORY_MAKE, ERR_ARGUMENT, {H(SELF), UINT64_C(1) << 32 | 1}, 0},
    {MEMORY_MAKE, ERR_ARGUMENT, {H(SELF), ALL_ONES}, 0},
    {MEMORY_MAKE, ERR_QUOTA, {H(CHILD_POOR), 1}, 0},
    {MEMORY_MAKE, ERR_QUOTA, {H(CHILD), 64}, 0},

#define MAP SYS_MEMORY_MAP
    BAD_PROCESSES(MAP, H(CELLS), WINDOW, 0, 1, RW),
    {MAP, ERR_DEAD, {H(CHILD_DYING), H(CELLS), WINDOW, 0, 1, RW}, 0},
    {MAP, ERR_HANDLE, {H(SELF), 0, WINDOW, 0, 1, RW}, 0},
    {MAP, ERR_HANDLE, {H(SELF), H(STALE), WINDOW, 0, 1, RW}, 0},
    {MAP, ERR_TYPE, {H(SELF), H(PORT), WINDOW, 0, 1, RW}, 0},
    {MAP, ERR_TYPE, {H(SELF), H(SELF), WINDOW, 0, 1, RW}, 0},
    {MAP, ERR_RIGHTS, {H(SELF), H(CELLS_READ), WINDOW, 0, 1, RW}, 0},
    {MAP, ERR_RIGHTS, {H(SELF), H(CELLS_SOLE), WINDOW, 0, 1, RW}, 0},
    {MAP, ERR_RIGHTS, {H(SELF), H(CELLS_READ), WINDOW, 0, 1, MEMORY_EXEC}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 1, 0}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 1, MEMORY_WRITE}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 1, MEMORY_PHYS}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 1, RW | MEMORY_EXEC}, 0},
    {MAP, ERR_ARGUMENT,
     {H(SELF), H(CELLS), WINDOW, 0, 1, MEMORY_WRITE | MEMORY_EXEC}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 1, 0x100 | RW}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 1, ALL_ONES}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 0, RW}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 5, RW}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, 65, RW}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 0, ALL_ONES, RW}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 4, 1, RW}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, 3, 2, RW}, 0},
    {MAP, ERR_ARGUMENT, {H(SELF), H(CELLS), WINDOW, ALL_ONES, 2, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), 0, 0, 1, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), 8, 0, 1, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), WINDOW + 1, 0, 1, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), WINDOW + 2048, 0, 1, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), USER_TOP, 0, 1, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), USER_TOP - 4096, 0, 2, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), SIGN_BIT, 0, 1, RW}, 0},
    {MAP, ERR_ADDRESS,
     {H(SELF), H(CELLS), UINT64_C(0xffffffc080200000), 0, 1, RW}, 0},
    {MAP, ERR_ADDRESS, {H(SELF), H(CELLS), -UINT64_C(4096), 0, 2, RW}, 0},
    {MAP, ERR_EXISTS, {H(SELF), H(CELLS), WINDOW_USED, 0, 1, RW}, 0},
    {MAP, ERR_EXISTS, {H(SELF), H(CELLS), WINDOW_USED - 4096, 0, 2, RW}, 0},
    {MAP, ERR_EXISTS, {H(SELF), H(CELLS), WINDOW_USED + 4096, 0, 4, RW}, 0},
    {MAP, ERR_QUOTA, {H(CHILD_POOR), H(CELLS), WINDOW, 0, 1, RW}, 0},

#define UNMAP SYS_MEMORY_UNMAP
    BAD_PROCESSES(UNMAP, WINDOW_USED, 2),
    {UNMAP, ERR_DEAD, {H(CHILD_DYING), WINDOW, 1}, 0},
    {UNMAP, ERR_ARGUMENT, {H(SELF), WINDOW_USED, 0}, 0},
    {UNMAP, ERR_ARGUMENT, {H(SELF), WINDOW_USED, 65}, 0},
    {UNMAP, ERR_ARGUMENT, {H(SELF), WINDOW_USED, ALL_ONES}, 0},
    {UNMAP, ERR_ADDRESS, {H(SELF), WINDOW, 1}, 0},
    {UNMAP, ERR_ADDRESS, {H(SELF), WINDOW_USED, 1}, 0},
    {UNMAP, ERR_ADDRESS, {H(SELF), WINDOW_USED, 3}, 0},
    {UNMAP, ERR_ADDRESS, {H(SELF), WINDOW_USED + 1, 2}, 0},
    {UNMAP, ERR_ADDRESS, {H(SELF), WINDOW_USED + 4096, 1}, 0},
    {UNMAP, ERR_ADDRESS, {H(SELF), 0, 1}, 0},
    {UNMAP, ERR_ADDRESS, {H(SELF), ALL_ONES, 1}, 0},
    {UNMAP, ERR_ADDRESS, {H(CHILD), WINDOW_USED, 2}, 0},

#define COPY SYS_HANDLE_COPY
    BAD_HANDLES(COPY, H(SELF), RIGHTS_ALL),
    {COPY, ERR_RIGHTS, {H(PORT_NO), H(SELF), RIGHTS_ALL}, 0},
    {COPY, ERR_RIGHTS, {H(CELLS_SOLE), H(SELF), 0}, 0},
    {COPY, ERR_HANDLE, {H(PORT), 0, RIGHTS_ALL}, 0},
    {COPY, ERR_HANDLE, {H(PORT), H(STALE), RIGHTS_ALL}, 0},
    {COPY, ERR_TYPE, {H(PORT), H(PORT), RIGHTS_ALL}, 0},
    {COPY, ERR_RIGHTS, {H(PORT), H(CHILD_NO), RIGHTS_ALL}, 0},
    {COPY, ERR_DEAD, {H(PORT), H(CHILD_DYING), RIGHTS_ALL}, 0},
    {COPY, ERR_ARGUMENT, {H(PORT), H(SELF), RIGHTS_ALL + 1}, 0},
    {COPY, ERR_ARGUMENT, {H(PORT), H(SELF), ALL_ONES}, 0},
    {COPY, ERR_FULL, {H(PORT), H(CHILD_FULL), RIGHTS_ALL}, 0},

#define MINT SYS_HANDLE_MINT
    BAD_HANDLES(MINT, H(SELF), RIGHTS_ALL, 5),
    {MINT, ERR_TYPE, {H(CELLS), H(SELF), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_TYPE, {H(SELF), H(SELF), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_RIGHTS, {H(PORT_NO), H(SELF), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_HANDLE, {H(PORT), H(STALE), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_TYPE, {H(PORT), H(MACHINE), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_RIGHTS, {H(PORT), H(CHILD_NO), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_DEAD, {H(PORT), H(CHILD_DYING), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_ARGUMENT, {H(PORT), H(SELF), RIGHTS_ALL, 0}, 0},
    {MINT, ERR_ARGUMENT, {H(PORT_BADGED), H(SELF), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_ARGUMENT, {H(PORT), H(SELF), RIGHTS_ALL + 1, 5}, 0},
    {MINT, ERR_FULL, {H(PORT), H(CHILD_FULL), RIGHTS_ALL, 5}, 0},

#define CLOSE SYS_HANDLE_CLOSE
    BAD_HANDLES(CLOSE, 0),

#define LOG SYS_MACHINE_LOG
    BAD_HANDLES(LOG, 1),
    {LOG, ERR_TYPE, {H(PORT), 1}, 0},
    {LOG, ERR_RIGHTS, {H(MACHINE_NO), 1}, 0},
    {LOG, ERR_ARGUMENT, {H(MACHINE), 41}, 0},
    {LOG, ERR_ARGUMENT, {H(MACHINE), ALL_ONES}, 0},

#define POWER_OFF SYS_MACHINE_POWER_OFF
    BAD_HANDLES(POWER_OFF, 0),
    {POWER_OFF, ERR_TYPE, {H(SELF), 0}, 0},
    {POWER_OFF, ERR_RIGHTS, {H(MACHINE_NO), 0}, 0},
    {POWER_OFF, ERR_ARGUMENT, {H(MACHINE), 256}, 0},
    {POWER_OFF, ERR_ARGUMENT, {H(MACHINE), ALL_ONES}, 0},

    {5, ERR_SYSCALL, {0}, 0},
    {7, ERR_SYSCALL, {0}, 0},
    {9, ERR_SYSCALL, {0}, 0},
    {58, ERR_SYSCALL, {0}, 0},
    {1000, ERR_SYSCALL, {0}, 0},
    {UINT64_C(1) << 32, ERR_SYSCALL, {0}, 0},
    {SIGN_BIT, ERR_SYSCALL, {0}, 0},
    {ALL_ONES, ERR_SYSCALL, {0}, 0},
};

/* The calls, as their pages in docs/syscalls are called. */
static const char *const call_names[] = {
    [SYS_ENDPOINT_CALL] = "endpoint_call",
    [SYS_ENDPOINT_REPLY_RECV] = "endpoint_reply_recv",
    [SYS_ENDPOINT_SEND] = "endpoint_send",
    [SYS_ENDPOINT_REPLY] = "endpoint_reply",
    [SYS_ENDPOINT_CREATE] = "endpoint_create",
    [SYS_THREAD_CREATE] = "thread_create",
    [SYS_PROCESS_CREATE] = "process_create",
    [SYS_PROCESS_KILL] = "process_kill",
    [SYS_MEMORY_CREATE] = "memory_create",
    [SYS_MEMORY_MAP] = "memory_map",
    [SYS_MEMORY_UNMAP] = "memory_unmap",
    [SYS_HANDLE_COPY] = "handle_copy",
    [SYS_HANDLE_MINT] = "handle_mint",
    [SYS_HANDLE_CLOSE] = "handle_close",
    [SYS_MACHINE_LOG] = "machine_log",
    [SYS_MACHINE_POWER_OFF] = "machine_power_off",
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };
