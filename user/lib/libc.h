/* SPDX-License-Identifier: MIT */
/* The C library's ground: what picolibc asks of the system below it.
 *
 *     libc.c                          the process
 *     heap.c                          the heap's memory
 *     output.c                        stdout and stderr without files: the log
 *     lock.c                          locks between threads
 *     malloc.c chunk.c                malloc and its kin; picolibc's are slow
 *     signal.c floor.c temporary.c    abort; floor, ceil; tmpnam, tmpfile:
 *                                     picolibc's are wrong
 *     descriptor.c descriptor_io.c    open files
 *     route.c pathname.c file_names.c directory.c
 *                                     paths, names, directories
 *     stream.c stream_open.c stream_io.c
 *                                     buffered files: what picolibc leaves open
 *     time.c                          clocks and sleeping
 *
 * The first four are part of every program. The others come in when a program
 * uses one of their functions, or is linked with files_start wanted, as
 * programs for users are (Makefile): then stdin, stdout and stderr are the
 * files that it was given. */
#pragma once

#include <abi/rights.h>

/* Tells where memory comes from, the process itself, and where output goes,
 * the machine's log. HANDLE_NONE: there is none. Comes before any other use
 * of the C library.
 *
 * That every program calls this has a second effect: the linker takes libc.c
 * and what that needs before it looks into picolibc, which has an sbrk and
 * locks of its own for machines without a system. */
void libc_start(handle_t self, handle_t machine);

/* Makes stdin, stdout and stderr of the files that the program was given.
 * Nobody calls it: it comes before main in programs that contain it. */
void files_start(void);
