/* SPDX-License-Identifier: MIT */
/* mount: which names lead to which servers. They are made by init, from the
 * manifest, and by servers themselves.
 *
 * Grants: "names". */
#include <lib/error.h>
#include <lib/startup.h>
#include <proto/names.h>

#include <stdio.h>

int
main(void)
{
    handle_t names = startup_handle("names");
    char name[NAMES_NAME_BYTES + 1];
    uint64_t position = 0, owner;
    err_t error;

    while ((error = name_list(names, &position, name, &owner)) == OK) {
        if (owner == 0)
            printf("%-24s init\n", name);
        else
            printf("%-24s client %lu\n", name, owner);
    }
    if (error != ERR_ARGUMENT)
        fprintf(stderr, "mount: the name server: %s\n", error_text(error));
    return error != ERR_ARGUMENT;
}
