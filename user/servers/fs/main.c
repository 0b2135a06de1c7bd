/* SPDX-License-Identifier: MIT */
/* The file server: an ext2 file system on a disk, as files.
 *
 *     clients --proto/file.h--> fs --proto/block.h--> disk
 *                               |
 *                               +---> clock: times of files
 *
 *     main      the loop            cache, write_back   the disk in memory
 *     serve     requests            undo                transactions
 *     file cut list   files         store, tables       what is kept
 *     tree life       names         mark                clean or not
 *     path directory map inode volume    reading ext2
 *     directory_edit map_edit alloc      changing it
 *     begin                              recovery
 *
 * It serves one request at a time, and waits for the disk in between. What was
 * changed is on the disk some seconds later, or after FILE_SYNC. Where it
 * is killed its successor goes on: all that counts is in kept memory (store.h).
 * A disk that it cannot serve is refused once, in the boot log, and then in
 * each answer: ENODEV.
 *
 * Grants: "service", the endpoint it receives from; "disk"; "init"; "clock" (it
 * may be missing); "machine", for the log; the kept memory (lib/kept.h), 144
 * pages at least. */
#include "begin.h"
#include "serve.h"
#include "version.h"
#include "volume.h"

#include <lib/kept.h>
#include <lib/request.h>
#include <lib/startup.h>
#include <lib/syscall.h>
#include <lib/ticks.h>
#include <proto/file.h>
#include <proto/service.h>

#include <stdio.h>

enum {
    MIB = 1 << 20,
    SIGNAL_WRITE_BACK = 1,
    WRITE_BACK_TICKS = 50000000, /* about five seconds */
};

/* Says how it stands: the service's line of the boot log. */
static err_t
ready_say(const char *problem)
{
    char detail[2 * SERVICE_DETAIL_BYTES] = "";
    struct ext2_super *super;

    if (problem)
        snprintf(detail, sizeof(detail), "the disk %s", problem);
    else if (!volume.was_clean)
        snprintf(detail, sizeof(detail),
                 "ext2, not clean: run e2fsck on the host");
    else if (super_read(&super) == 0)
        snprintf(detail, sizeof(detail), "ext2, %lu MiB free%s, version %s",
                 super->free_blocks * volume.block_bytes / MIB,
                 volume.is_read_only ? ", read-only" : "", fs_version);
    return service_ready(startup_handle("init"), detail);
}

/* Has itself woken, once, some seconds after something was changed. */
static void
write_back_plan(bool *is_planned)
{
    if (*is_planned || !serve_is_dirty())
        return;
    *is_planned = sys_thread_deadline(ticks_now() + WRITE_BACK_TICKS,
                                      SIGNAL_WRITE_BACK) == OK;
}

int
main(void)
{
    handle_t service = startup_handle("service");
    struct message m = {0};
    size_t bytes;
    void *kept = kept_memory(&bytes);
    const char *problem = serve_begin(kept, bytes, startup_handle("disk"),
                                      startup_handle("clock"));
    err_t error = ready_say(problem);
    bool is_planned = false;

    if (error != OK)
        return (int)error;
    for (;;) {
        error = request_next(service, &m);
        if (error != OK)
            return (int)error;
        if (m.header & MESSAGE_SIGNAL) {
            is_planned = false;
            serve_write_back();
        } else if (problem) {
            m.header = FILE_DONE;
            m.words[0] = ENODEV;
        } else {
            serve_request(&m);
            write_back_plan(&is_planned);
        }
    }
}
