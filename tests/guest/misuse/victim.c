/* SPDX-License-Identifier: MIT */
/* The bystander: adds one to every word, whatever others do to the kernel. */
#include <lib/startup.h>
#include <lib/syscall.h>

int
main(void)
{
    handle_t port = startup_handle("port");
    struct message m;
    err_t error = sys_endpoint_recv(port, 0, &m);

    while (error == OK) {
        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            m.words[i]++;
        error = sys_endpoint_reply_recv(port, &m);
    }
    return error;
}
