/* SPDX-License-Identifier: MIT */
/* Asks the terminal for keys, as an editor does, and ends without giving the
 * lines back, as an editor that faults does. */
#include <lib/startup.h>
#include <proto/names.h>
#include <proto/terminal.h>

int
main(void)
{
    struct file root = {.server = HANDLE_NONE}, console;
    struct file_status status;
    enum terminal_mode before;
    size_t bytes;

    if (name_lookup(startup_handle("names"), "/dev/console", &bytes,
                    &root.server) != OK ||
        path_open(&root, "", 0, FILE_TO_READ, &console, &status) != 0)
        return 1;
    return terminal_mode(&console, TERMINAL_KEYS, &before) != 0;
}
