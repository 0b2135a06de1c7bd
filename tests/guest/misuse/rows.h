/* SPDX-License-Identifier: MIT */
/* The misuses: a call, its arguments, the error that its page promises.
 *
 * An argument is a number, or H(x): the handle, or the token, `x` that misuse.c
 * prepared. */
#pragma once

#include <abi/error.h>
#include <abi/message.h>
#include <abi/rights.h>
#include <abi/syscall.h>

#include <stdint.h>

enum choice {
    SELF,         /* the program's own process, all rights */
    CHILD,        /* a process without threads, all rights, priority to 40 */
    CHILD_NO,     /* the same, no rights */
    CHILD_FULL,   /* its handle table is full */
    CHILD_POOR,   /* its quota is used up */
    CHILD_DYING,  /* its end is under way */
    PORT,         /* an endpoint, all rights, nobody waits */
    PORT_SEND,    /* the same with SEND only */
    PORT_RECV,    /* the same with RECV only */
    PORT_NO,      /* the same, no rights */
    PORT_BADGED,  /* the same, badge 7, all rights */
    PORT_DEAD,    /* an endpoint that nobody can receive from */
    CELLS,        /* a memory object of 4 pages, all rights */
    CELLS_READ,   /* the same, READ and DERIVE */
    CELLS_SOLE,   /* the same, READ and WRITE without DERIVE */
    DEVICES,      /* all device memory: DERIVE and MOVE, as it comes */
    PART,         /* one page of that, DERIVE */
    FIBRE,        /* a thread that waits for ever, all rights */
    FIBRE_NO,     /* the same, no rights */
    FIBRE_BADGED, /* the same, badge 7, all rights */
    FIBRE_DYING,  /* a thread of CHILD_DYING, badge 7, all rights */
    IRQS,         /* the interrupt lines, all rights */
    IRQS_NO,      /* the same, no rights */
    LINE,         /* line LINE_USED, all rights, bound to nobody */
    MACHINE,      /* the machine, all rights */
    MACHINE_NO,   /* the same, no rights */
    STALE,        /* a handle that was closed */
    READABLE,     /* the token of a caller that lends LENT, to be read */
    WRITABLE,     /* of one that lends the same, to be written */
    LENDLESS,     /* of one that lends nothing */
    CHOICES,
};

/* a0 to a6, then t1 and t2. */
enum { ROW_ARGUMENTS = 9 };

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

/* What is lent: a page to read and write, one to read, and one that is not
 * there. */
#define LENT UINT64_C(0x22000000)
#define LENT_READ (LENT + 4096)
#define LENT_BYTES UINT64_C(12288)

/* Pages of the physical addresses that have something else than devices. */
#define PAGE_CLINT UINT64_C(0x2000)
#define PAGE_PLIC UINT64_C(0xc000)
#define PAGE_RAM UINT64_C(0x80000)
#define DEVICE_PAGES (UINT64_C(1) << 44)

/* Interrupt lines; `virt` has nothing at either. */
#define LINE_USED 90
#define LINE_FREE 91
#define LINES 256

/* Tables, a row a line. */
/* clang-format off */

/* What every call whose a0 is a handle says to a bad one. */
#define BAD_HANDLES(call, ...)                                                 \
    {call, ERR_HANDLE, {0, __VA_ARGS__}, 0},                                   \
    BAD_NAMES(call, __VA_ARGS__)

/* The same but for 0, which can mean something. */
#define BAD_NAMES(call, ...)                                                   \
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
    {call, ERR_ARGUMENT, {H(PORT), MESSAGE_LEASES}, 0},                        \
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

/* What a lease says, whichever way it goes. */
#define BAD_LEASES(call)                                                       \
    {call, ERR_TOKEN, {0, 0, WINDOW_USED, 1}, 0},                              \
    {call, ERR_TOKEN, {1, 0, WINDOW_USED, 1}, 0},                              \
    {call, ERR_TOKEN, {0x10001, 0, WINDOW_USED, 1}, 0},                        \
    {call, ERR_TOKEN, {ALL_ONES, 0, WINDOW_USED, ALL_ONES}, 0},                \
    {call, ERR_TOKEN, {H(PORT), 0, WINDOW_USED, 1}, 0},                        \
    {call, ERR_ARGUMENT, {H(LENDLESS), 0, WINDOW_USED, LEASE_BYTES_MAX + 1}, 0},\
    {call, ERR_ARGUMENT, {H(LENDLESS), 0, WINDOW_USED, SIGN_BIT}, 0},          \
    {call, ERR_ARGUMENT, {H(LENDLESS), 0, WINDOW_USED, ALL_ONES}, 0},          \
    {call, ERR_LEASE, {H(LENDLESS), 0, WINDOW_USED, 1}, 0},                    \
    {call, ERR_LEASE, {H(LENDLESS), ALL_ONES, WINDOW_USED, 0}, 0}

/* The server's own addresses that a lease refuses. */
#define BAD_ADDRESSES(call, token)                                             \
    {call, ERR_ADDRESS, {H(token), 0, 0, 1}, 0},                               \
    {call, ERR_ADDRESS, {H(token), 0, WINDOW, 1}, 0},                          \
    {call, ERR_ADDRESS, {H(token), 0, WINDOW_USED + 8191, 2}, 0},              \
    {call, ERR_ADDRESS, {H(token), 0, USER_TOP, 1}, 0},                        \
    {call, ERR_ADDRESS, {H(token), 0, SIGN_BIT, 1}, 0},                        \
    {call, ERR_ADDRESS, {H(token), 0, ALL_ONES, 2}, 0},                        \
    {call, ERR_ADDRESS, {H(token), 0, UINT64_C(0xffffffc080200000), 8}, 0}

/* What interrupt lines say to those who have none. */
#define BAD_IRQS(call, ...)                                                    \
    BAD_HANDLES(call, __VA_ARGS__),                                            \
    {call, ERR_TYPE, {H(SELF), __VA_ARGS__}, 0},                               \
    {call, ERR_TYPE, {H(MACHINE), __VA_ARGS__}, 0},                            \
    {call, ERR_RIGHTS, {H(IRQS_NO), __VA_ARGS__}, 0}

static const struct row rows[] = {
#define CALL SYS_ENDPOINT_CALL
    BAD_SENDS(CALL),
    {CALL, ERR_ADDRESS, {H(PORT), MESSAGE_LEASE_READ, 0, 0, 0, 0, 0, USER_TOP + 1, 0}, 0},
    {CALL, ERR_ADDRESS, {H(PORT), MESSAGE_LEASE_READ, 0, 0, 0, 0, 0, USER_TOP - 1, 2}, 0},
    {CALL, ERR_ADDRESS, {H(PORT), MESSAGE_LEASE_READ, 0, 0, 0, 0, 0, LENT, USER_TOP}, 0},
    {CALL, ERR_ADDRESS, {H(PORT), MESSAGE_LEASE_READ, 0, 0, 0, 0, 0, LENT, ALL_ONES}, 0},
    {CALL, ERR_ADDRESS, {H(PORT), MESSAGE_LEASE_WRITE, 0, 0, 0, 0, 0, SIGN_BIT, 1}, 0},
    {CALL, ERR_ADDRESS, {H(PORT), MESSAGE_LEASE_WRITE, 0, 0, 0, 0, 0, ALL_ONES, ALL_ONES}, 0},
    {CALL, ERR_ADDRESS,
     {H(PORT), MESSAGE_LEASE_READ, 0, 0, 0, 0, 0, UINT64_C(0xffffffc080200000), 8}, 0},
    {CALL, ERR_ADDRESS, /* before the handle */
     {H(PORT), MESSAGE_LEASE_READ | MESSAGE_HANDLE, 0, 0, 0, 0, 0, SIGN_BIT, 1}, 0},
    {CALL, ERR_WOULD_BLOCK, /* what is there is looked at when it is copied */
     {H(PORT), MESSAGE_LEASE_READ | MESSAGE_NOWAIT, 0, 0, 0, 0, 0, WINDOW, 8}, 0},
    {CALL, ERR_DEAD, {H(PORT_DEAD), MESSAGE_LEASE_WRITE, 0, 0, 0, 0, 0, LENT, 8}, 0},
#define SEND SYS_ENDPOINT_SEND
    BAD_SENDS(SEND),
    {SEND, ERR_ARGUMENT, {H(PORT), MESSAGE_LEASE_READ, 0, 0, 0, 0, 0, LENT, 8}, 0},

#define RECV SYS_ENDPOINT_REPLY_RECV
    BAD_NAMES(RECV, MESSAGE_NOWAIT),
    {RECV, ERR_WOULD_BLOCK, {HANDLE_NONE, MESSAGE_NOWAIT}, 0}, /* no signal */
    {RECV, ERR_TOKEN, {HANDLE_NONE, MESSAGE_NOWAIT}, 1},
    {RECV, ERR_ARGUMENT, {HANDLE_NONE, MESSAGE_SIGNAL}, 0},
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

#define LEASE_READ SYS_LEASE_READ
    BAD_LEASES(LEASE_READ),
    {LEASE_READ, ERR_ARGUMENT, {H(READABLE), LENT_BYTES + 1, WINDOW_USED, 1}, 0},
    {LEASE_READ, ERR_ARGUMENT, {H(READABLE), ALL_ONES, WINDOW_USED, 2}, 0},
    {LEASE_READ, ERR_LEASE, {H(WRITABLE), 0, WINDOW_USED, 1}, 0},
    {LEASE_READ, ERR_LEASE, {H(READABLE), 8192, WINDOW_USED, 1}, 0},
    {LEASE_READ, ERR_LEASE, {H(READABLE), 8191, WINDOW_USED, 2}, 0},
    {LEASE_READ, ERR_LEASE, {H(READABLE), 8192, WINDOW, 1}, 0}, /* both miss */
    {LEASE_READ, ERR_ADDRESS, {H(READABLE), 0, LENT_READ, 1}, 0},
    {LEASE_READ, ERR_ADDRESS, {H(READABLE), 0, LENT_READ - 1, 2}, 0},
    BAD_ADDRESSES(LEASE_READ, READABLE),

#define LEASE_WRITE SYS_LEASE_WRITE
    BAD_LEASES(LEASE_WRITE),
    {LEASE_WRITE, ERR_ARGUMENT, {H(WRITABLE), LENT_BYTES + 1, WINDOW_USED, 1}, 0},
    {LEASE_WRITE, ERR_ARGUMENT, {H(WRITABLE), ALL_ONES, WINDOW_USED, 2}, 0},
    {LEASE_WRITE, ERR_LEASE, {H(READABLE), 0, WINDOW_USED, 1}, 0},
    {LEASE_WRITE, ERR_LEASE, {H(WRITABLE), 4096, WINDOW_USED, 1}, 0},
    {LEASE_WRITE, ERR_LEASE, {H(WRITABLE), 4095, WINDOW_USED, 2}, 0},
    {LEASE_WRITE, ERR_LEASE, {H(WRITABLE), 8192, WINDOW_USED, 1}, 0},
    BAD_ADDRESSES(LEASE_WRITE, WRITABLE),

#define THREAD_MAKE SYS_THREAD_CREATE
    BAD_PROCESSES(THREAD_MAKE, 0x1000, 0x2000, 0, 1),
    {THREAD_MAKE, ERR_DEAD, {H(CHILD_DYING), 0, 0, 0, 1}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(CHILD), 0, 0, 0, 41}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(SELF), 0, 0, 0, 64}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(SELF), 0, 0, 0, 256}, 0},
    {THREAD_MAKE, ERR_ARGUMENT, {H(SELF), 0, 0, 0, ALL_ONES}, 0},
    {THREAD_MAKE, ERR_QUOTA, {H(CHILD_POOR), 0, 0, 0, 1}, 0},

#define SIGNAL SYS_THREAD_SIGNAL
    BAD_HANDLES(SIGNAL, 0),
    {SIGNAL, ERR_TYPE, {H(SELF)}, 0},
    {SIGNAL, ERR_TYPE, {H(PORT_BADGED)}, 0},
    {SIGNAL, ERR_RIGHTS, {H(FIBRE_NO)}, 0},
    {SIGNAL, ERR_ARGUMENT, {H(FIBRE)}, 0},

#define DEADLINE SYS_THREAD_DEADLINE
    {DEADLINE, ERR_ARGUMENT, {1, 0}, 0},
    {DEADLINE, ERR_ARGUMENT, {ALL_ONES, 0}, 0},

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

#define SUPERVISE SYS_PROCESS_SUPERVISE
    BAD_PROCESSES(SUPERVISE, H(PORT)),
    {SUPERVISE, ERR_DEAD, {H(CHILD_DYING), H(PORT)}, 0},
    {SUPERVISE, ERR_DEAD, {H(CHILD_DYING), H(STALE)}, 0}, /* the first first */
    {SUPERVISE, ERR_HANDLE, {H(CHILD), 0}, 0},
    {SUPERVISE, ERR_HANDLE, {H(CHILD), H(STALE)}, 0},
    {SUPERVISE, ERR_HANDLE, {H(CHILD), SLOT_ZERO}, 0},
    {SUPERVISE, ERR_TYPE, {H(CHILD), H(CHILD)}, 0},
    {SUPERVISE, ERR_TYPE, {H(CHILD), H(FIBRE)}, 0},
    {SUPERVISE, ERR_RIGHTS, {H(CHILD), H(PORT_NO)}, 0},
    {SUPERVISE, ERR_RIGHTS, {H(CHILD), H(PORT_RECV)}, 0},
    {SUPERVISE, ERR_RIGHTS, {H(CHILD), H(PORT_SEND)}, 0}, /* no DERIVE */

#define INSPECT SYS_PROCESS_INSPECT
    BAD_PROCESSES(INSPECT, 0),

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

#define CUT SYS_MEMORY_CUT
    BAD_PROCESSES(CUT, H(DEVICES), 1, 1),
    {CUT, ERR_DEAD, {H(CHILD_DYING), H(DEVICES), 1, 1}, 0},
    {CUT, ERR_HANDLE, {H(SELF), 0, 1, 1}, 0},
    {CUT, ERR_HANDLE, {H(SELF), H(STALE), 1, 1}, 0},
    {CUT, ERR_TYPE, {H(SELF), H(MACHINE), 1, 1}, 0},
    {CUT, ERR_RIGHTS, {H(SELF), H(CELLS_SOLE), 0, 1}, 0},
    {CUT, ERR_FULL, {H(SELF), H(DEVICES), 1, 1}, 0},
    {CUT, ERR_ARGUMENT, {H(SELF), H(CELLS), 0, 1}, 0}, /* no device */
    {CUT, ERR_ARGUMENT, {H(SELF), H(PART), 0, 1}, 0},  /* would have more rights */
    {CUT, ERR_ARGUMENT, {H(SELF), H(DEVICES), 1, 0}, 0},
    {CUT, ERR_ARGUMENT, {H(SELF), H(DEVICES), DEVICE_PAGES, 1}, 0},
    {CUT, ERR_ARGUMENT, {H(SELF), H(DEVICES), DEVICE_PAGES - 1, 2}, 0},
    {CUT, ERR_ARGUMENT, {H(SELF), H(DEVICES), 1, ALL_ONES}, 0},
    {CUT, ERR_ARGUMENT, {H(SELF), H(DEVICES), ALL_ONES, 2}, 0},
    {CUT, ERR_ARGUMENT, {H(SELF), H(DEVICES), SIGN_BIT, SIGN_BIT}, 0},
    {CUT, ERR_ADDRESS, {H(SELF), H(DEVICES), PAGE_CLINT, 1}, 0},
    {CUT, ERR_ADDRESS, {H(SELF), H(DEVICES), PAGE_PLIC, 1}, 0},
    {CUT, ERR_ADDRESS, {H(SELF), H(DEVICES), PAGE_PLIC + 0x200, 1}, 0},
    {CUT, ERR_ADDRESS, {H(SELF), H(DEVICES), PAGE_RAM, 1}, 0},
    {CUT, ERR_ADDRESS, {H(SELF), H(DEVICES), PAGE_RAM - 1, 2}, 0},
    {CUT, ERR_ADDRESS, {H(SELF), H(DEVICES), PAGE_RAM + 0x3fff, 2}, 0},
    {CUT, ERR_ADDRESS, {H(SELF), H(DEVICES), 0, DEVICE_PAGES}, 0},
    {CUT, ERR_QUOTA, {H(CHILD_POOR), H(DEVICES), 1, 1}, 0},

#define ADDRESS SYS_MEMORY_ADDRESS
    BAD_HANDLES(ADDRESS, 0),
    {ADDRESS, ERR_TYPE, {H(SELF)}, 0},
    {ADDRESS, ERR_RIGHTS, {H(CELLS_READ)}, 0},
    {ADDRESS, ERR_RIGHTS, {H(DEVICES)}, 0},

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
    {MINT, ERR_RIGHTS, {H(FIBRE_NO), H(SELF), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_HANDLE, {H(FIBRE), H(STALE), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_ARGUMENT, {H(FIBRE), H(SELF), RIGHTS_ALL, 0}, 0},
    {MINT, ERR_ARGUMENT, {H(FIBRE_BADGED), H(SELF), RIGHTS_ALL, 5}, 0},
    {MINT, ERR_FULL, {H(FIBRE), H(CHILD_FULL), RIGHTS_ALL, 5}, 0},

#define CLOSE SYS_HANDLE_CLOSE
    BAD_HANDLES(CLOSE, 0),

#define REVOKE SYS_HANDLE_REVOKE
    BAD_HANDLES(REVOKE, 0),

#define IRQ_MAKE SYS_IRQ_CREATE
    BAD_PROCESSES(IRQ_MAKE, H(IRQS), LINE_FREE),
    {IRQ_MAKE, ERR_DEAD, {H(CHILD_DYING), H(IRQS), LINE_FREE}, 0},
    {IRQ_MAKE, ERR_HANDLE, {H(SELF), 0, LINE_FREE}, 0},
    {IRQ_MAKE, ERR_HANDLE, {H(SELF), H(STALE), LINE_FREE}, 0},
    {IRQ_MAKE, ERR_TYPE, {H(SELF), H(MACHINE), LINE_FREE}, 0},
    {IRQ_MAKE, ERR_RIGHTS, {H(SELF), H(IRQS_NO), LINE_FREE}, 0},
    {IRQ_MAKE, ERR_ARGUMENT, {H(SELF), H(LINE), LINE_FREE}, 0}, /* no root */
    {IRQ_MAKE, ERR_ARGUMENT, {H(SELF), H(IRQS), 0}, 0},
    {IRQ_MAKE, ERR_ARGUMENT, {H(SELF), H(IRQS), LINES}, 0},
    {IRQ_MAKE, ERR_ARGUMENT, {H(SELF), H(IRQS), UINT64_C(1) << 32 | 1}, 0},
    {IRQ_MAKE, ERR_ARGUMENT, {H(SELF), H(IRQS), ALL_ONES}, 0},
    {IRQ_MAKE, ERR_FULL, {H(SELF), H(IRQS), LINE_FREE}, 0},
    {IRQ_MAKE, ERR_EXISTS, {H(SELF), H(IRQS), LINE_USED}, 0},
    {IRQ_MAKE, ERR_QUOTA, {H(CHILD_POOR), H(IRQS), LINE_FREE}, 0},

#define BIND SYS_IRQ_BIND
    BAD_IRQS(BIND, H(FIBRE_BADGED)),
    {BIND, ERR_HANDLE, {H(LINE), 0}, 0},
    {BIND, ERR_HANDLE, {H(LINE), H(STALE)}, 0},
    {BIND, ERR_TYPE, {H(LINE), H(PORT_BADGED)}, 0},
    {BIND, ERR_RIGHTS, {H(LINE), H(FIBRE_NO)}, 0},
    {BIND, ERR_DEAD, {H(LINE), H(FIBRE_DYING)}, 0},
    {BIND, ERR_DEAD, {H(IRQS), H(FIBRE_DYING)}, 0},
    {BIND, ERR_ARGUMENT, {H(LINE), H(FIBRE)}, 0}, /* which signal? */
    {BIND, ERR_ARGUMENT, {H(IRQS), H(FIBRE_BADGED)}, 0},

#define ACK SYS_IRQ_ACK
    BAD_IRQS(ACK, 0),
    {ACK, ERR_ARGUMENT, {H(LINE)}, 0},
    {ACK, ERR_ARGUMENT, {H(IRQS)}, 0},

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

#define LOOK SYS_MACHINE_INSPECT
    BAD_HANDLES(LOOK, 0, 0),
    {LOOK, ERR_TYPE, {H(SELF), 0, 0}, 0},
    {LOOK, ERR_RIGHTS, {H(MACHINE_NO), 0, 0}, 0},
    {LOOK, ERR_ARGUMENT, {H(MACHINE), 0, 2}, 0},
    {LOOK, ERR_ARGUMENT, {H(MACHINE), ALL_ONES, ALL_ONES}, 0},

#define TRACE SYS_MACHINE_TRACE
    BAD_HANDLES(TRACE, 0),
    {TRACE, ERR_TYPE, {H(SELF), 0}, 0},
    {TRACE, ERR_RIGHTS, {H(MACHINE_NO), 0}, 0},
    {TRACE, ERR_ARGUMENT, {H(MACHINE), 2}, 0},
    {TRACE, ERR_ARGUMENT, {H(MACHINE), ALL_ONES}, 0},

    {7, ERR_SYSCALL, {0}, 0},
    {9, ERR_SYSCALL, {0}, 0},
    {21, ERR_SYSCALL, {0}, 0},
    {28, ERR_SYSCALL, {0}, 0},
    {51, ERR_SYSCALL, {0}, 0},
    {60, ERR_SYSCALL, {0}, 0},
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
    [SYS_LEASE_READ] = "lease_read",
    [SYS_LEASE_WRITE] = "lease_write",
    [SYS_THREAD_CREATE] = "thread_create",
    [SYS_THREAD_SIGNAL] = "thread_signal",
    [SYS_THREAD_DEADLINE] = "thread_deadline",
    [SYS_PROCESS_CREATE] = "process_create",
    [SYS_PROCESS_KILL] = "process_kill",
    [SYS_PROCESS_SUPERVISE] = "process_supervise",
    [SYS_PROCESS_INSPECT] = "process_inspect",
    [SYS_MEMORY_CREATE] = "memory_create",
    [SYS_MEMORY_MAP] = "memory_map",
    [SYS_MEMORY_UNMAP] = "memory_unmap",
    [SYS_MEMORY_CUT] = "memory_cut",
    [SYS_MEMORY_ADDRESS] = "memory_address",
    [SYS_HANDLE_COPY] = "handle_copy",
    [SYS_HANDLE_MINT] = "handle_mint",
    [SYS_HANDLE_CLOSE] = "handle_close",
    [SYS_HANDLE_REVOKE] = "handle_revoke",
    [SYS_IRQ_CREATE] = "irq_create",
    [SYS_IRQ_BIND] = "irq_bind",
    [SYS_IRQ_ACK] = "irq_ack",
    [SYS_MACHINE_LOG] = "machine_log",
    [SYS_MACHINE_POWER_OFF] = "machine_power_off",
    [SYS_MACHINE_INSPECT] = "machine_inspect",
    [SYS_MACHINE_TRACE] = "machine_trace",
};

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };
