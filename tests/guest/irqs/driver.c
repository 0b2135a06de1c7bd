/* SPDX-License-Identifier: MIT */
/* A driver that never acknowledges: it tells when it is bound to its line, and
 * when it has been interrupted, and waits until somebody kills it.
 *
 * Grants: "port" to tell; "irq", or "irqs" and "line=" to make it from. */
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/test.h>
#include <lib/thread.h>

static char stack[2048] __attribute__((aligned(16)));

static void
tell(err_t error)
{
    struct message m = {.header = 1, .words = {(uint64_t)error}};

    (void)!sys_endpoint_send(startup_handle("port"), &m);
}

static void
serve(void *argument)
{
    struct message m;

    (void)argument;
    tell(sys_endpoint_recv(HANDLE_NONE, 0, &m));
    (void)!sys_endpoint_recv(HANDLE_NONE, 0, &m);
}

int
main(void)
{
    handle_t self = startup_handle("self"), irq = startup_handle("irq");
    handle_t thread, minted;
    struct message m;
    err_t error = thread_start(serve, NULL, stack, sizeof(stack), 40, &thread);

    if (error == OK)
        error = sys_handle_mint(thread, self, THREAD_SIGNAL, 1, &minted);
    if (error == OK && irq == HANDLE_NONE)
        error = sys_irq_create(self, startup_handle("irqs"),
                               test_parameter("line", 0), &irq);
    if (error == OK)
        error = sys_irq_bind(irq, minted);
    tell(error);
    return sys_endpoint_recv(HANDLE_NONE, 0, &m);
}
