/* SPDX-License-Identifier: MIT */
#include "authority.h"

#include <lib/startup.h>

#include <string.h>

/* A program, and what it gets of the shell's own grants. */
static const struct authority {
    const char *path;
    struct {
        const char *name;
        rights_t rights;
    } grants[AUTHORITY_GRANTS_MAX];
} authorities[] = {
    {"/bin/ps", {{"machine", MACHINE_INSPECT}}},
    {"/bin/top", {{"machine", MACHINE_INSPECT}}},
    {"/bin/free", {{"machine", MACHINE_INSPECT}}},
    {"/bin/trace",
     {{"machine", MACHINE_INSPECT | MACHINE_TRACE},
      {"rings", MEMORY_READ | RIGHT_DERIVE}}},
    {"/bin/svc", {{"admin", ENDPOINT_SEND}}},
    {"/bin/poweroff", {{"admin", ENDPOINT_SEND}}},
    {"/bin/reboot", {{"admin", ENDPOINT_SEND}}},
    {"/bin/sh",
     {{"machine", MACHINE_INSPECT | MACHINE_TRACE | RIGHT_DERIVE},
      {"rings", MEMORY_READ | RIGHT_DERIVE},
      {"admin", ENDPOINT_SEND | RIGHT_DERIVE}}},
};

size_t
authority_of(const char *path, struct spawn_grant *grants)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof(authorities) / sizeof(authorities[0]); i++) {
        const struct authority *a = &authorities[i];

        if (strcmp(path, a->path) != 0)
            continue;
        for (size_t g = 0; g < AUTHORITY_GRANTS_MAX && a->grants[g].name; g++) {
            handle_t handle = startup_handle(a->grants[g].name);

            if (handle != HANDLE_NONE)
                grants[count++] = (struct spawn_grant){
                    a->grants[g].name, handle, a->grants[g].rights, 0};
        }
    }
    return count;
}
