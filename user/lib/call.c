/* SPDX-License-Identifier: MIT */
#include <lib/call.h>

/* Touches a byte of each page of the window in the way that the server will:
 * what is not there yet is brought by our pager, and what must not be touched
 * is our fault and not the server's. */
static void
window_touch(uint64_t lease, char *window, uint64_t bytes)
{
    char *end = window + bytes;

    while (window < end) {
        volatile char *byte = window;
        char value = *byte;

        if (lease & MESSAGE_LEASE_WRITE)
            *byte = value;
        window += PAGE_BYTES - (uintptr_t)window % PAGE_BYTES;
    }
}

err_t
call_retry(handle_t endpoint, struct message *message, uint64_t lease,
           void *window, uint64_t bytes)
{
    struct message request = *message;
    err_t error = ERR_DEAD;

    request.header |= lease;
    if (lease)
        window_touch(lease, window, bytes);
    for (unsigned i = 0; i <= CALL_RETRIES_MAX && error == ERR_DEAD; i++) {
        if (i > 0)
            sys_thread_yield(); /* it may be ending still, on another hart */
        *message = request;
        error = lease ? sys_endpoint_call_lend(endpoint, message, window, bytes)
                      : sys_endpoint_call(endpoint, message);
    }
    return error;
}
