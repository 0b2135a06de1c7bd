/* SPDX-License-Identifier: MIT */
/* picolibc's <stdlib.h>, without two functions that neither C nor POSIX knows:
 * programs have their own, of other types. */
#pragma once

#define itoa picolibc_itoa
#define utoa picolibc_utoa
#include_next <stdlib.h>
#undef itoa
#undef utoa
