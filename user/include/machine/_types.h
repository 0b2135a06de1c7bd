/* SPDX-License-Identifier: MIT */
/* What picolibc lets a machine decide of its types. Inode numbers are those of
 * servers (proto/file.h: serial): in its own 16 bits two files may be the same.
 * Of what it was compiled with those itself, only hash tables in files look at
 * a file's status, and no header offers them. */
#pragma once

#include <machine/_default_types.h>

#define __machine_ino_t_defined
typedef unsigned long __ino_t;
