/* SPDX-License-Identifier: MIT */
/* Output of a program that has no files: it goes to the machine's log. */
#pragma once

#include <abi/rights.h>

#include <stddef.h>
#include <stdio-bufio.h>
#include <sys/types.h>

/* stdin, stdout and stderr. They begin as streams of the log (output.c); those
 * of a program that was given files are made anew (stream.c). */
extern struct __file_bufio output_streams[3];

/* Tells the machine handle to write with. Comes before any other output. */
void output_start(handle_t machine);

/* Writes to the log as write(2) does. */
ssize_t output_write(const void *text, size_t bytes);
