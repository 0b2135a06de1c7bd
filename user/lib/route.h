/* SPDX-License-Identifier: MIT */
/* Where a path leads: to which server, and what it is called there.
 *
 * The name server says which server has a path (proto/names.h), and does so
 * anew for each path: a longer name may have appeared. What lasts is the
 * conversation with a server, for its requests are numbered through
 * (proto/file.h). So there is one for each name, and requests about paths are
 * made one at a time:
 *
 *     error = route_begin(path, &route);
 *     if (error == 0) {
 *         error = path_make(route.root, route.rest, route.length, S_IFDIR);
 *         route_end();
 *     }
 *
 * Relative paths begin at the current directory, which is the environment
 * variable PWD when a program starts. */
#pragma once

#include <proto/file.h>

#include <stddef.h>

/* A server that a path has led to. */
struct route_server;

struct route {
    struct route_server *server;
    struct file *root; /* the conversation with it about no file */
    const char *rest;  /* what is left of the path; not for after route_end */
    size_t length;     /* of the rest */
};

/* Finds the way to `path`. Returns 0 and waits for route_end, or an error of
 * <errno.h>: ENOENT, ENAMETOOLONG, ENOSYS if there is no name server, ENFILE
 * if too many servers are known, EIO. */
MUST_CHECK int route_begin(const char *path, struct route *route);

/* The same for two paths at one server, whose rests lie one behind the other
 * from `route->rest` on; `*old_length` are the first one's. EXDEV: they lead
 * to two servers. */
MUST_CHECK int route_begin_two(const char *old_path, const char *new_path,
                               struct route *route, size_t *old_length);

void route_end(void);

/* A file at this server is open, or is no more: the handle to the server stays
 * the same meanwhile. */
void route_use(struct route_server *server);
void route_unuse(struct route_server *server);

/* A number for the server, the same for the same one, from 1 on. */
unsigned route_number(const struct route_server *server);
