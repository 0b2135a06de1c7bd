/* SPDX-License-Identifier: MIT */
/* Where parties of image "faults" fault, one page after the other, and how
 * urgent both threads of "pair" are. */
#pragma once

#define HOLE UINT64_C(0x30000000)
#define NEXT_HOLE (HOLE + 4096)

enum { PAIR_PRIORITY = 24 };
