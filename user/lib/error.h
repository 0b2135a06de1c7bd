/* SPDX-License-Identifier: MIT */
/* Errors in words. */
#pragma once

#include <abi/error.h>

/* The text of `error`, which completes "the call failed: ...". */
const char *error_text(err_t error);

/* The name of `error` in the source, as in "ERR_DEAD". */
const char *error_name(err_t error);
