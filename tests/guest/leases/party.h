/* SPDX-License-Identifier: MIT */
/* Where a lender of image "leases" has the memory that it lends. */
#pragma once

#define LENT UINT64_C(0x30000000)
