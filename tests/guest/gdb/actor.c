/* SPDX-License-Identifier: MIT */
/* Does one thing, and so comes to wait: its first argument says what. stage.c
 * sees to it that nobody ever goes on.
 *
 * Grants: "endpoint"; for "relay" also "next". */
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

/* So far away that nobody sees it come: ticks of the time base. */
static const uint64_t FAR_TICKS = UINT64_C(1) << 40;

enum { DEADLINE_BITS = 2, EXIT_CODE = 7 };

/* Takes a message, then waits for a deadline. */
static err_t
wait_after_one(handle_t endpoint, struct message *m)
{
    err_t error = sys_endpoint_recv(endpoint, 0, m);

    if (error == OK)
        error = sys_thread_deadline(FAR_TICKS, DEADLINE_BITS);
    return error == OK ? sys_endpoint_recv(HANDLE_NONE, 0, m) : error;
}

int
main(int argc, char **argv)
{
    handle_t endpoint = startup_handle("endpoint");
    const char *role = argc > 1 ? argv[1] : "";
    struct message m = {0};
    err_t error = OK;

    if (strcmp(role, "send") == 0)
        return sys_endpoint_send(endpoint, &m);
    if (strcmp(role, "call") == 0)
        return sys_endpoint_call(endpoint, &m);
    if (strcmp(role, "wait") == 0)
        return wait_after_one(endpoint, &m);
    if (strcmp(role, "recv") != 0) /* these begin with a message */
        error = sys_endpoint_recv(endpoint, 0, &m);
    if (error == OK && strcmp(role, "exit") == 0)
        return EXIT_CODE;
    if (error == OK && strcmp(role, "fault") == 0)
        __asm__ volatile("sd zero, 16(zero)" : : : "memory");
    if (error == OK && strcmp(role, "relay") == 0)
        error = sys_endpoint_call(startup_handle("next"), &m);
    while (error == OK) /* takes every message and answers none */
        error = sys_endpoint_recv(endpoint, 0, &m);
    return error;
}
