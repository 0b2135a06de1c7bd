/* SPDX-License-Identifier: MIT */
/* How a server begins: with an empty memory, or in the place of another. */
#pragma once

#include "store.h"

#include <abi/rights.h>

/* Takes over the kept memory, of `bytes` bytes, and with it whatever the
 * server before has left unwritten or half-done; or begins anew with the file
 * system on `disk`. `clock` may be HANDLE_NONE. Returns NULL if requests can
 * be served now; otherwise why not, in words that complete "the disk ...". */
__attribute__((warn_unused_result)) const char *
serve_begin(void *kept, size_t bytes, handle_t disk, handle_t clock);
