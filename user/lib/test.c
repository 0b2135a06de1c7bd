/* SPDX-License-Identifier: MIT */
/* A record travels in pieces of one log call each, at most 40 bytes:
 *
 *     bytes   1     8       4          1           up to 25   1
 *             0x1e  nonce   sequence   + or .      payload    \n
 *
 * The nonce is the parameter "nonce" as it stands there, 8 hexadecimal digits
 * chosen for this run. The sequence counts the pieces of the run from 0, in
 * hexadecimal. The last piece of a record has the dot. */
#include <lib/test.h>

#include <lib/startup.h>
#include <lib/syscall.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECORD_MARK = 0x1e,
    RECORD_BYTES = 200,
    NONCE_BYTES = 8,
    HEADER_BYTES = 1 + NONCE_BYTES + 4 + 1,
    PAYLOAD_BYTES = MACHINE_LOG_BYTES - HEADER_BYTES - 1,
};

_Static_assert(PAYLOAD_BYTES == 25, "the host joins such pieces");

uint64_t
test_parameter(const char *name, uint64_t otherwise)
{
    const char *text = startup_argument(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

uint64_t
test_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Logs one piece. */
static void
piece_log(const char *payload, size_t bytes, bool is_last)
{
    static unsigned sequence;
    const char *nonce = startup_argument("nonce");
    union {
        uint64_t words[MACHINE_LOG_BYTES / 8];
        char bytes[MACHINE_LOG_BYTES + 1]; /* snprintf wants room for a 0 */
    } piece = {{0}};

    snprintf(piece.bytes, HEADER_BYTES + 1, "%c%-8.8s%04x%c", RECORD_MARK,
             nonce ? nonce : "00000000", sequence++ & 0xffff,
             is_last ? '.' : '+');
    memcpy(piece.bytes + HEADER_BYTES, payload, bytes);
    piece.bytes[HEADER_BYTES + bytes] = '\n';

    /* A record that cannot be written is one that the host will miss. */
    (void)!sys_machine_log(startup_handle("machine"), HEADER_BYTES + bytes + 1,
                           piece.words);
}

void
test_record(const char *format, ...)
{
    char text[RECORD_BYTES + 1];
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);

    length = strlen(text);
    for (size_t at = 0; at == 0 || at < length; at += PAYLOAD_BYTES) {
        size_t bytes = length - at;
        bool is_last = bytes <= PAYLOAD_BYTES;

        piece_log(text + at, is_last ? bytes : PAYLOAD_BYTES, is_last);
    }
}

__attribute__((noinline)) _Noreturn void
test_end(void)
{
    (void)!sys_machine_power_off(startup_handle("machine"), 0);
    sys_thread_exit(0);
}
