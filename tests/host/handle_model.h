/* SPDX-License-Identifier: MIT */
/* Handle tables and the derivation tree beside a model of them.
 *
 * The model keeps the tree the plain way, with a pointer to the parent and
 * ordered children, and knows every name that was ever given out. After each
 * operation tree, tables and look-ups must be what the model says.
 *
 * What is done, and to what, is decided elsewhere: test_handle.c draws it at
 * random, the fuzzer takes it from the bytes of its input. */
#pragma once

enum handle_operation {
    HANDLE_CREATE, /* a first handle to an object */
    HANDLE_DERIVE, /* a copy, with its badge, perhaps with fewer rights */
    HANDLE_MINT,   /* the same with another badge */
    HANDLE_MOVE,
    HANDLE_MAP, /* a mapping under a handle */
    HANDLE_UNMAP,
    HANDLE_CLOSE,
    HANDLE_DELETE, /* close what something waits through */
    HANDLE_REVOKE, /* close all that was derived from a handle */
    HANDLE_RETIRE, /* close all handles to an object */
    HANDLE_FAULT,  /* a copy that is a process's fault handle */
    HANDLE_OPERATIONS,
};

/* Whoever uses the model brings this: a number from 0 to limit - 1, where
 * limit is at most 256. It decides what an operation is done to and how. */
unsigned handle_model_choose(unsigned limit);

/* Begins with three empty tables. */
void handle_model_start(void);

/* Does the operation if there is something to do it to, and compares. In a
 * full table nothing is made: the kernel must panic and change nothing. */
void handle_model_step(enum handle_operation operation);

/* Takes all handles and mappings away; all objects must have been told. */
void handle_model_end(void);

/* How many names table 0, 1 or 2 has given out. */
unsigned handle_model_names(unsigned table);
