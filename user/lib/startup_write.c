/* SPDX-License-Identifier: MIT */
/* The block at the top of a new program's stack:
 *
 *     the stack's top   +------------------+
 *                       | strings          |  arguments, environment, files
 *                       | argv             |
 *                       | environment      |
 *                       | grants           |
 *                       | struct startup   |  <- sp and a0 of the thread
 *                       | free             |
 */
#include <lib/startup_write.h>

#include <string.h>

enum { STRINGS_MAX = 255 }; /* arguments, and as many in the environment */

/* The startup block while it grows downwards in the stack's last page. */
struct part {
    char *top;         /* the lowest byte in use, as we see it */
    size_t left;       /* bytes below it that may be used */
    uint64_t distance; /* from our addresses to the child's */
};

/* Puts `bytes` bytes at the block's lower end, aligned for anything. Returns
 * their address in the child, 0 if they do not fit. */
static uint64_t
part_push(struct part *b, const void *content, size_t bytes)
{
    size_t rounded = (bytes + 15) & ~(size_t)15;

    if (rounded < bytes || rounded > b->left)
        return 0;
    b->top -= rounded;
    b->left -= rounded;
    memcpy(b->top, content, bytes);
    return (uint64_t)b->top + b->distance;
}

/* Pushes `first`, unless it is NULL, the strings in `list` up to NULL, and the
 * array of all their addresses. Returns the array's address in the child, and
 * how many strings there are in `*count`; 0 if they do not fit. */
static uint64_t
part_push_strings(struct part *b, const char *first, const char *const *list,
                  uint64_t *count)
{
    static uint64_t strings[STRINGS_MAX + 1]; /* large */

    *count = 0;
    for (const char *s = first  ? first
                         : list ? *list++
                                : NULL;
         s; s = list ? *list++ : NULL) {
        if (*count == STRINGS_MAX)
            return 0;
        strings[*count] = part_push(b, s, strlen(s) + 1);
        if (!strings[(*count)++])
            return 0;
    }
    strings[*count] = 0;
    return part_push(b, strings, (*count + 1) * sizeof(strings[0]));
}

uint64_t
startup_write(char *end, size_t room, uint64_t distance,
              const struct spawn_request *request,
              const struct startup_grant grants[])
{
    struct part part = {NULL, room, distance};
    struct part *b = &part;
    uint64_t argc, variables;

    part.top = end;

    uint64_t argv =
        part_push_strings(b, request->name, request->arguments, &argc);
    uint64_t environment =
        part_push_strings(b, NULL, request->environment, &variables);
    uint64_t count = request->grant_count + 1;
    uint64_t list = part_push(b, grants, count * sizeof(grants[0]));
    struct startup startup = {
        .argc = argc,
        .argv = (char **)argv,
        .environment = (char **)environment,
        .grant_count = count,
        .grants = (const struct startup_grant *)list,
    };

    for (unsigned i = 0; i < STARTUP_FILES; i++) {
        const char *path = request->files[i].path;
        uint64_t copy = path ? part_push(b, path, strlen(path) + 1) : 0;

        if (path && !copy)
            return 0;
        startup.files[i] =
            (struct startup_file){(const char *)copy, request->files[i].flags};
    }
    if (!argv || !environment || !list)
        return 0;
    return part_push(b, &startup, sizeof(startup));
}
