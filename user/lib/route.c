/* SPDX-License-Identifier: MIT */
#include <lib/route.h>

#include <lib/lock.h>
#include <lib/pathname.h>
#include <lib/startup.h>
#include <proto/names.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SERVERS_MAX = 16 };

struct route_server {
    struct file root;
    unsigned uses; /* open files that share its handle */
    bool is_known;
    char name[NAMES_NAME_BYTES + 1]; /* "" for "/"; a slash begins the others */
};

static struct route_server servers[SERVERS_MAX];

/* Held from route_begin to route_end: what it protects is all in this file. */
static struct __lock route_lock;

static char paths[2 * FILE_PATH_MAX];

/* Where relative paths begin; "" as long as nobody has asked. */
static char current[FILE_PATH_MAX];

/* ----------------------------------------------------------------- servers */

/* The record of the server that the first `length` bytes of `name` name; a
 * free one if it is new, NULL if there is none. */
static struct route_server *
server_record(const char *name, size_t length)
{
    struct route_server *free_record = NULL;

    for (unsigned i = 0; i < SERVERS_MAX; i++) {
        struct route_server *s = &servers[i];

        if (!s->is_known)
            free_record = free_record ? free_record : s;
        else if (strncmp(s->name, name, length) == 0 && !s->name[length])
            return s;
    }
    return free_record;
}

/* Asks which server has `path` and gives how many bytes its name takes. The
 * handle that comes is the same server's as before, or another's that has the
 * name now; it replaces the old one unless a file is open through that. */
static int
server_find(const char *path, struct route_server **server, size_t *bytes)
{
    handle_t names = startup_handle("names");
    handle_t endpoint, superfluous;
    struct route_server *s;
    size_t length;
    err_t error;

    if (names == HANDLE_NONE)
        return ENOSYS;
    error = name_lookup(names, path, bytes, &endpoint);
    if (error != OK)
        return error == ERR_ARGUMENT ? ENOENT : EIO;

    length = *bytes && path[*bytes - 1] == '/' ? *bytes - 1 : *bytes;
    s = length <= NAMES_NAME_BYTES ? server_record(path, length) : NULL;
    superfluous = endpoint;
    if (s && !s->is_known) {
        memcpy(s->name, path, length);
        s->is_known = true;
        s->root = (struct file){.server = endpoint};
        superfluous = HANDLE_NONE;
    } else if (s && s->uses == 0) {
        superfluous = s->root.server;
        s->root.server = endpoint;
    }
    if (superfluous != HANDLE_NONE)
        (void)!sys_handle_close(superfluous);
    *server = s;
    return s ? 0 : ENFILE;
}

void
route_use(struct route_server *server)
{
    server->uses++;
}

void
route_unuse(struct route_server *server)
{
    server->uses--;
}

unsigned
route_number(const struct route_server *server)
{
    return (unsigned)(server - servers) + 1;
}

/* -------------------------------------------------------------- directories */

/* The current directory. */
static const char *
directory_get(void)
{
    if (!current[0]) {
        const char *start = getenv("PWD");

        if (!start || start[0] != '/' ||
            !pathname_join("/", start, current, sizeof(current)))
            strcpy(current, "/");
    }
    return current;
}

/* Writes the absolute path to `to`, of FILE_PATH_MAX bytes. */
static int
path_complete(const char *path, char *to)
{
    if (!path[0])
        return ENOENT;
    return pathname_join(directory_get(), path, to, FILE_PATH_MAX)
               ? 0
               : ENAMETOOLONG;
}

char *
getcwd(char *to, size_t bytes)
{
    size_t length = strlen(directory_get()) + 1;

    if ((to || bytes > 0) && bytes < length) {
        errno = ERANGE;
        return NULL;
    }
    if (!to)
        to = malloc(bytes > 0 ? bytes : length);
    return to ? memcpy(to, current, length) : NULL;
}

int
chdir(const char *path)
{
    struct file_status status;
    struct route route;
    struct file file;
    int error = route_begin(path, &route);

    if (error == 0) {
        error = path_open(route.root, route.rest, route.length, FILE_DIRECTORY,
                          &file, &status);
        if (error == 0) {
            error = file_close(&file);
            memcpy(current, paths, strlen(paths) + 1); /* it is absolute */
        }
        route_end();
    }
    if (error == 0 && setenv("PWD", current, 1) == 0)
        return 0;
    errno = error != 0 ? error : ENOMEM;
    return -1;
}

/* ------------------------------------------------------------------- routes */

/* Finds the server of the absolute path in `path`. */
static int
route_find(char *path, struct route *route)
{
    size_t length = strlen(path), bytes;
    int error = server_find(path, &route->server, &bytes);

    if (error != 0)
        return error;
    if (bytes > length)
        return EIO;
    route->root = &route->server->root;
    route->rest = path + bytes;
    route->length = length - bytes;
    return 0;
}

int
route_begin(const char *path, struct route *route)
{
    int error;

    lock_acquire(&route_lock);
    error = path_complete(path, paths);
    if (error == 0)
        error = route_find(paths, route);
    if (error != 0)
        lock_release(&route_lock);
    return error;
}

int
route_begin_two(const char *old_path, const char *new_path, struct route *route,
                size_t *old_length)
{
    char *new_text = paths + FILE_PATH_MAX;
    struct route old_route;
    int error = route_begin(old_path, &old_route);

    if (error != 0)
        return error;
    error = path_complete(new_path, new_text);
    if (error == 0)
        error = route_find(new_text, route);
    if (error == 0 && route->server != old_route.server)
        error = EXDEV;
    if (error == 0 && old_route.length + route->length > FILE_PATH_MAX)
        error = ENAMETOOLONG;
    if (error != 0) {
        lock_release(&route_lock);
        return error;
    }
    /* The old rest fits before the new one: its end is not behind `paths`'
     * first half. */
    *old_length = old_route.length;
    route->rest -= old_route.length;
    route->length += old_route.length;
    memmove((char *)route->rest, old_route.rest, old_route.length);
    return 0;
}

void
route_end(void)
{
    lock_release(&route_lock);
}
