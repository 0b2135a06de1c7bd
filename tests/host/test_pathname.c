/* SPDX-License-Identifier: MIT */
/* Paths as text: all that is written differently and means the same. */
#include "check.h"

#include <lib/pathname.h>

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *directory, *path, *joined;
} rows[] = {
    {"/", "a", "/a"},
    {"/", "/a", "/a"},
    {"/home", "a/b", "/home/a/b"},
    {"/home", "/a/b", "/a/b"},
    {"/home", ".", "/home"},
    {"/home", "..", "/"},
    {"/", "..", "/"},
    {"/", "", "/"},
    {"/home/x", "../../../../y", "/y"},
    {"/home", "./a/./b/.", "/home/a/b"},
    {"/home", "a//b///c/", "/home/a/b/c"},
    {"/home", "a/../b", "/home/b"},
    {"/home", "a/b/../..", "/home"},
    {"/home", "//", "/"},
    {"/home", "...", "/home/..."},
    {"/home", "a..", "/home/a.."},
    {"/home", ".a", "/home/.a"},
    {"/home", "..a/..", "/home"},
    {"/home/..", "b", "/b"},
};

/* Whatever the room is: the whole path, or 0 and nothing behind its end. */
static void
test_room(const char *directory, const char *path, const char *joined)
{
    for (size_t room = 0; room < 40; room++) {
        char *to = malloc(room + 1); /* ASan watches what is behind */
        size_t length = pathname_join(directory, path, to, room);

        if (length) {
            CHECK(length == strlen(joined) && length < room);
            CHECK(strcmp(to, joined) == 0);
        }
        if (room > strlen(directory) + strlen(path) + 2)
            CHECK(length > 0);
        free(to);
    }
}

int
main(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        test_room(rows[i].directory, rows[i].path, rows[i].joined);
    CHECK(strcmp(pathname_last("/a/bc"), "bc") == 0);
    CHECK(strcmp(pathname_last("abc"), "abc") == 0);
    CHECK(strcmp(pathname_last("/"), "") == 0);
    CHECK(pathname_is_directory("a/") && pathname_is_directory("/"));
    CHECK(pathname_is_directory("..") && pathname_is_directory("a/."));
    CHECK(!pathname_is_directory("/a") && !pathname_is_directory("a/b.."));
    return 0;
}
