/* SPDX-License-Identifier: MIT */
/* What the heirs of image "revoke" can be asked for, by label. */
#pragma once

enum {
    /* A handle comes along. Keeps it and as many copies of it as word 0 says,
     * and answers with one more. */
    HEIR_COPY = 1,
    /* Word 0 of the answer: free slots. */
    HEIR_SLOTS = 2,
    /* Word 0 of the answer: the number at the address in word 0. */
    HEIR_LOAD = 3,
};

#define HEIR_PAGE UINT64_C(0x30000000)
