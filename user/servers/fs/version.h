/* SPDX-License-Identifier: MIT */
/* Which version of the file server this is, for people. */
#pragma once

extern const char fs_version[];
