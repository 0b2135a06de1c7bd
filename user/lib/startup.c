/* SPDX-License-Identifier: MIT */
#include <lib/startup.h>

#include <lib/libc.h>
#include <lib/thread.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv);
void __libc_init_array(void);

/* The first thread's variables (sections.ld). */
extern char __first_tls[];

static const struct startup *startup_block;

handle_t
startup_handle(const char *name)
{
    const struct startup *s = startup_block;

    for (uint64_t i = 0; s && i < s->grant_count; i++)
        if (strcmp(s->grants[i].name, name) == 0)
            return s->grants[i].handle;
    return HANDLE_NONE;
}

struct startup_file
startup_file(unsigned descriptor)
{
    const struct startup *s = startup_block;

    if (!s || descriptor >= STARTUP_FILES)
        return (struct startup_file){NULL, 0};
    return s->files[descriptor];
}

const char *
startup_argument(const char *name)
{
    const struct startup *s = startup_block;
    size_t length = strlen(name);

    for (uint64_t i = 0; s && i < s->argc; i++)
        if (strncmp(s->argv[i], name, length) == 0 && s->argv[i][length] == '=')
            return s->argv[i] + length + 1;
    return NULL;
}

_Noreturn void
startup_run(const struct startup *startup)
{
    startup_block = startup;
    if (startup->environment)
        environ = startup->environment;
    libc_start(startup_handle("self"), startup_handle("machine"));

    /* Thread variables first: constructors may set errno. */
    thread_variables_init(__first_tls);
    __libc_init_array();
    exit(main((int)startup->argc, startup->argv));
}
