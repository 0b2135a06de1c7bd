/* SPDX-License-Identifier: MIT */
/* What taker.c does for handles.c, by label. Replies carry an error, or a
 * number, in the first word. */
#pragma once

enum taker_label {
    TAKER_KEEP = 1,    /* keep the handle in the last word */
    TAKER_USE = 2,     /* send label 9 through the kept handle */
    TAKER_FILL = 3,    /* fill the handle table up; answers how many it took */
    TAKER_EMPTY = 4,   /* empty it again */
    TAKER_HOARD = 5,   /* allocate until refused; answers how many pages */
    TAKER_RELEASE = 6, /* and give all of it back */
    TAKER_END = 7,     /* exit without a reply */
};

enum { TAKER_SENT = 9 };
