/* SPDX-License-Identifier: MIT */
/* The names and types that this lab fixes. Compiled with the headers of the
 * kernel under test; it makes no code, only errors that say what has moved. */
#include "endpoint.h"

#define CONTRACT(function, ...)                                                \
    _Static_assert(                                                            \
        __builtin_types_compatible_p(__typeof__(function), __VA_ARGS__),       \
        #function " no longer has the type that lab 4 fixes: " #__VA_ARGS__)

CONTRACT(endpoint_send, struct thread *(struct thread *, struct slot *));
CONTRACT(endpoint_recv,
         struct thread *(struct thread *, struct slot *, struct thread *));
CONTRACT(message_copy, void(const struct thread *, struct thread *, uint64_t));
CONTRACT(endpoint_enqueue, void(struct thread **, struct thread *));
CONTRACT(endpoint_cancel, void(struct thread *, err_t));
CONTRACT(endpoint_hangup, bool(struct endpoint *));
