/* SPDX-License-Identifier: MIT */
/* What parties of image "notices" do with their children. */
#pragma once

enum { LEAF_BADGE = 2, LEAF_CODE = 9 };

#define HOLE UINT64_C(0x30000000)
