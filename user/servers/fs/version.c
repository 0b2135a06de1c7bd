/* SPDX-License-Identifier: MIT */
#include "version.h"

const char fs_version[] = "1";
