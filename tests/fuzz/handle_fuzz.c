/* SPDX-License-Identifier: MIT */
/* Handle tables and the derivation tree, operated by the bytes of the input.
 *
 * A byte is an operation and the bytes after it say what it is done to: the
 * model of tests/host asks for as many as it needs, compares after each
 * operation and aborts where kernel and model differ. So libFuzzer, which
 * keeps inputs that reach new code, looks for the order of operations that a
 * random test does not happen upon. */
#include "handle_model.h"

#include <stddef.h>
#include <stdint.h>

static const uint8_t *input;
static size_t input_bytes;

/* An input that ends in the middle of an operation goes on with zeros. */
unsigned
handle_model_choose(unsigned limit)
{
    if (input_bytes == 0)
        return 0;
    input_bytes--;
    return *input++ % limit;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    input = data;
    input_bytes = bytes;
    handle_model_start();
    while (input_bytes > 0)
        handle_model_step(handle_model_choose(HANDLE_OPERATIONS));
    handle_model_end();
    return 0;
}
