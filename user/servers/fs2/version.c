/* SPDX-License-Identifier: MIT */
/* The file server's next version, to replace it with: `svc replace fs
 * /bin/fs2`. All its other sources are those of fs (Makefile). */
extern const char fs_version[]; /* version.h */

const char fs_version[] = "2";
