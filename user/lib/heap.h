/* SPDX-License-Identifier: MIT */
/* Where malloc's memory comes from: see heap.c. */
#pragma once

#include <abi/rights.h>

/* Tells the process itself. Comes before any use of malloc. */
void heap_start(handle_t self);
