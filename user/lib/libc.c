/* SPDX-License-Identifier: MIT */
#include <lib/libc.h>

#include <lib/heap.h>
#include <lib/output.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { NUMBER = 0, SIGNAL_STATUS = 128 };

void
libc_start(handle_t self, handle_t machine)
{
    heap_start(self);
    output_start(machine);
}

_Noreturn void
_exit(int code)
{
    sys_thread_exit((uint64_t)code);
}

/* The kernel's number of the process (abi/inspect.h). */
pid_t
getpid(void)
{
    struct inspection inspection;

    if (sys_process_inspect(startup_handle("self"), &inspection) != OK)
        return 1;
    return (pid_t)inspection.values[NUMBER];
}

/* A process can only signal itself, as raise does. By default that ends it,
 * with the status that a shell would tell of it. */
int
kill(pid_t pid, int number)
{
    _sig_func_ptr handler;

    if (pid != getpid()) {
        errno = ESRCH;
        return -1;
    }
    if (number == 0)
        return 0;
    handler = signal(number, SIG_DFL);
    if (handler == SIG_ERR)
        return -1;
    if (handler == SIG_DFL)
        _exit(SIGNAL_STATUS + number);
    (void)signal(number, handler);
    return raise(number);
}
