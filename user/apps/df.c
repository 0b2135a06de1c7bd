/* SPDX-License-Identifier: MIT */
/* df: how full the servers of files are, in KiB.
 *
 * Grants: "names". */
#include <lib/error.h>
#include <lib/startup.h>
#include <proto/file.h>
#include <proto/names.h>

#include <stdio.h>

/* Shows the server behind `name`, if it has an answer to that. */
static void
server_show(handle_t names, const char *name)
{
    struct file root = {.sequence = FILE_SEQUENCE_OTHER};
    struct file_space space;
    size_t bytes;

    if (name_lookup(names, name, &bytes, &root.server) != OK)
        return;
    if (path_space(&root, &space) == 0 && space.blocks > 0) {
        uint64_t all = space.blocks * space.block_bytes / 1024;
        uint64_t left = space.blocks_free * space.block_bytes / 1024;

        printf("%-16s %9lu %9lu %9lu %3lu%% %9lu\n", name, all, all - left,
               left, (all - left) * 100 / (all ? all : 1), space.files_free);
    }
    (void)!sys_handle_close(root.server);
}

int
main(void)
{
    handle_t names = startup_handle("names");
    char name[NAMES_NAME_BYTES + 1];
    uint64_t position = 0, owner;
    err_t error;

    printf("NAME                   KIB      USED      FREE FULL     FILES\n");
    while ((error = name_list(names, &position, name, &owner)) == OK)
        server_show(names, name);
    if (error != ERR_ARGUMENT)
        fprintf(stderr, "df: the name server: %s\n", error_text(error));
    return error != ERR_ARGUMENT;
}
