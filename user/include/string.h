/* SPDX-License-Identifier: MIT */
/* picolibc's <string.h>, without two functions that neither C nor POSIX knows:
 * programs have their own, of other types. */
#pragma once

#define strlwr picolibc_strlwr
#define strupr picolibc_strupr
#include_next <string.h>
#undef strlwr
#undef strupr
