/* SPDX-License-Identifier: MIT */
/* A message as a struct: the message registers of abi/message.h in memory.
 *
 * Sending reads `header` and `words`. Receiving writes all fields. A reply is
 * made in the struct that the call came in, so that its token is at hand. */
#pragma once

#include <abi/message.h>

struct message {
    uint64_t header; /* the label, and flags in the upper half */
    uint64_t words[MESSAGE_WORDS];
    token_t token;  /* the caller to answer; 0: nobody waits for a reply */
    uint64_t badge; /* of the handle that the sender used */
    uint64_t lent;  /* bytes that the caller lends, if a LEASE flag is set */
};

/* What the message is about; the protocol gives labels their meaning. */
static inline uint32_t
message_label(const struct message *message)
{
    return (uint32_t)(message->header & MESSAGE_LABEL_MASK);
}

/* The MESSAGE_ flags. In a received message the kernel alone wrote them. */
static inline uint64_t
message_flags(const struct message *message)
{
    return message->header & ~MESSAGE_LABEL_MASK;
}
