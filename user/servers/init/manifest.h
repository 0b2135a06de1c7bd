/* SPDX-License-Identifier: MIT */
/* The manifest: which services there are, and what each may reach.
 *
 * It is plain text, the file "manifest" of the boot archive. "#" starts a
 * comment. A stanza begins with `service` and ends where the next one begins:
 *
 *     service NAME           what it is called; the order is no matter
 *     program FILE           in the boot archive             [NAME]
 *     arguments WORD...      for the program                 [none]
 *     terminal PATH          its stdin, stdout and stderr; it starts after
 *                            the others                      [the log]
 *     device COMPATIBLE [N]  its device, as the device tree calls it; N: the
 *                            kind of a virtio device         [none]
 *     provides PATH...       its names with the name server  [none]
 *     uses NAME...           services that it may call       [none]
 *     grants WORD...         what else it may reach: below   [nothing]
 *     priority N             1 to 62                         [32]
 *     frames N | rest        4 KiB each; rest: most of what is left [128]
 *     slots N                of its handle table             [64]
 *     stack N                pages                           [4]
 *     kept N                 pages that outlive it           [0]
 *     dma N                  pages for its device, in a row  [0]
 *     restart N in SECONDS   more ends are too many          [5 in 10]
 *     restart never
 *     critical               the machine ends if it is given up
 *     flush                  FILE_SYNC before the power goes
 *
 * Words of `grants`: admin (to give init orders), inspect, trace, power (the
 * rights of the machine handle), archive, tree, rings (memory to read). */
#pragma once

#include <proto/service.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SERVICES_MAX = 24,
    SERVICE_LIST_MAX = 8, /* words of a list: paths, services, arguments */
    SERVICE_KEPT_MAX = 512,
    SERVICE_ENDS_MAX = 8, /* how many ends are remembered */
};

/* A service's number is its place in the manifest, from 1 on. */
_Static_assert((int)SERVICES_MAX < (int)SERVICE_ADMIN,
               "numbers of services are badges below init's others");

enum manifest_grant {
    GRANT_ADMIN = 1 << 0,
    GRANT_INSPECT = 1 << 1,
    GRANT_TRACE = 1 << 2,
    GRANT_POWER = 1 << 3,
    GRANT_ARCHIVE = 1 << 4,
    GRANT_TREE = 1 << 5,
    GRANT_RINGS = 1 << 6,
};

/* Words of a line, in the manifest's own text. */
struct word_list {
    unsigned count;
    unsigned line;                           /* of the manifest */
    const char *words[SERVICE_LIST_MAX + 1]; /* ends with NULL */
};

/* A stanza. */
struct stanza {
    const char *name;
    unsigned line;
    bool is_bad; /* a problem was reported: it must not be started */
    bool is_critical;
    bool is_flushed;
    bool is_restarted;
    bool has_rest; /* frames */
    const char *program;
    const char *terminal; /* NULL: none */
    const char *device;   /* NULL: none */
    uint64_t device_kind; /* 0: any */
    struct word_list arguments;
    struct word_list paths;
    struct word_list uses;
    unsigned grants; /* enum manifest_grant */
    uint64_t priority;
    uint64_t frames;
    uint64_t slots;
    uint64_t stack;
    uint64_t kept;
    uint64_t dma;
    uint64_t ends; /* so many within so many seconds are borne */
    uint64_t seconds;
};

/* Hears what is wrong, where, and what to do. */
typedef void manifest_report(unsigned line, const char *problem);

struct manifest {
    manifest_report *report;
    unsigned count;
    struct stanza stanzas[SERVICES_MAX];
    /* Places of stanzas, each behind those that it uses. */
    unsigned order[SERVICES_MAX];
};

/* Reads the manifest in `text`, a string, which is cut into words and has to
 * stay. Stanzas with a problem are in the list, marked, but for those that
 * `count` has no room for. */
void manifest_read(struct manifest *m, char *text, manifest_report *report);

/* The place of the stanza called `name`, `count` if there is none. */
unsigned manifest_find(const struct manifest *m, const char *name);
