/* SPDX-License-Identifier: MIT */
#include <lib/request.h>

err_t
request_next_taking(handle_t service, struct message *message)
{
    err_t error;

    do {
        /* A message that needs no answer may have left its flags there, which
         * are not for the kernel to read again. */
        if (message->token == 0)
            *message = (struct message){0};
        error = sys_endpoint_reply_recv(service, message);
        if (error == ERR_TOKEN)
            message->token = 0;
    } while (error == ERR_TOKEN);
    return error;
}

void
request_drop_handle(struct message *message)
{
    (void)!sys_handle_close(message->words[MESSAGE_WORDS - 1]);
    message->words[MESSAGE_WORDS - 1] = HANDLE_NONE;
    message->header &= ~(uint64_t)MESSAGE_HANDLE;
}
