/* SPDX-License-Identifier: MIT */
/* The driver of a virtio disk: serves proto/block.h, several requests at once.
 *
 *     client ----> blk_request ----> queue ~ ~ ~ ~ +
 *                                                  | the device
 *     client <---- blk_complete <--- interrupt < ~ +
 *
 * A request that is under way is answered when the device is through with it,
 * in whatever order that is. One for which there is no room is not refused:
 * the driver then waits for the device alone, and what comes behind waits in
 * the endpoint's queue.
 *
 * Nothing is kept when the driver ends. Those whose requests were under way
 * make them again, and its successor begins with a reset, after which the
 * device has let go of the memory for DMA. A device that says what cannot be
 * is not argued with: the driver says so and ends, and its supervisor starts
 * another.
 *
 * Grants: "service", the endpoint it receives from; "device", the registers;
 * "irq"; "dma", 17 to 64 pages; "init", to say that it is ready; "self" and
 * "machine" as everybody. */
#include "disk.h"

#include <lib/request.h>
#include <lib/startup.h>
#include <lib/thread.h>
#include <proto/service.h>

#include <stdio.h>
#include <stdlib.h>

enum { URGENT = 63, STACK_BYTES = 8192 };

static struct disk disk;
static char stack[STACK_BYTES] __attribute__((aligned(16)));

_Noreturn static void
disk_fail(const char *problem)
{
    printf("virtio_blk: %s\n", problem);
    exit(EXIT_FAILURE);
}

/* Copies what the client lends into the data area, or back. EFAULT: it does
 * not lend as much, or has not got it any more. */
static int
content_copy(const struct request *request)
{
    char *content = request_content(&disk, request);
    uint64_t offset = 0, done;
    err_t error;

    while (offset < request->bytes) {
        uint64_t bytes = request->bytes - offset;

        if (bytes > LEASE_BYTES_MAX)
            bytes = LEASE_BYTES_MAX;
        error = request->label == BLOCK_WRITE
                    ? sys_lease_read(request->token, offset, content + offset,
                                     bytes, &done)
                    : sys_lease_write(request->token, offset, content + offset,
                                      bytes, &done);
        if (error != OK || done != bytes)
            return EFAULT;
        offset += bytes;
    }
    return 0;
}

/* What the status means that the device gave [virtio 5.2.6]. */
static int
status_error(uint8_t status)
{
    return status == 0 ? 0 : EIO;
}

/* Answers all requests that the device is through with. */
static void
blk_complete(void)
{
    struct message answer = {.header = BLOCK_DONE};
    uint32_t written;
    unsigned index;
    err_t error;

    while ((error = virtq_reap(&disk.queue, &index, &written)) == OK) {
        struct request *request = &disk.requests[index];
        int failure = status_error(disk.memory->statuses[index]);

        if (failure == 0 && request->label == BLOCK_READ)
            failure = content_copy(request);
        answer.token = request->token;
        answer.words[0] = (uint64_t)failure;
        request_free(&disk, request);
        /* ERR_TOKEN: the client is gone, its answer with it. */
        (void)!sys_endpoint_reply(&answer);
    }
    if (error != ERR_WOULD_BLOCK)
        disk_fail("the device answers what nobody asked");
}

/* The device has interrupted. */
static void
disk_interrupt(void)
{
    uint32_t reasons = virtio_interrupt(&disk.device);

    if (virtio_is_lost(&disk.device))
        disk_fail("the device has given up");
    if (reasons & VIRTIO_CONFIGURATION)
        disk_measure(&disk);
    blk_complete();
    device_rearm(&disk.device);
}

/* Waits for the device, and for nobody else. */
static void
disk_wait(void)
{
    struct message m;

    if (sys_endpoint_recv(HANDLE_NONE, 0, &m) == OK)
        disk_interrupt();
}

/* Whether the request in `m` can be made, as an error of <errno.h>. */
static int
request_check(const struct message *m)
{
    uint64_t sector = m->words[0], sectors = m->words[1];
    bool is_write = message_label(m) == BLOCK_WRITE;

    if (message_label(m) == BLOCK_FLUSH)
        return 0;
    if (message_label(m) != BLOCK_READ && !is_write)
        return ENOSYS;
    if (is_write && disk.is_read_only)
        return EROFS;
    if (sectors == 0 || sectors > BLOCK_SECTORS_MAX || sector > disk.sectors ||
        sectors > disk.sectors - sector)
        return EINVAL;
    return m->lent < sectors * SECTOR_BYTES ? EFAULT : 0;
}

/* Puts the request in `m` under way: it is answered by blk_complete. Or
 * returns an error to answer at once. */
static int
blk_request(const struct message *m)
{
    uint64_t bytes =
        message_label(m) == BLOCK_FLUSH ? 0 : m->words[1] * SECTOR_BYTES;
    int error = request_check(m);
    struct request *request;

    if (error != 0)
        return error;
    while (!disk_has_room(&disk, bytes))
        disk_wait();

    request = request_take(&disk, bytes);
    request->token = m->token;
    request->label = (enum block_label)message_label(m);
    if (request->label == BLOCK_WRITE)
        error = content_copy(request);
    if (error != 0)
        request_free(&disk, request);
    else
        request_submit(&disk, request, m->words[0]);
    return error;
}

/* Serves the message in `m`, and leaves in it the answer, or token 0: there is
 * none now. */
static void
message_serve(struct message *m)
{
    if (m->token == 0)
        return; /* nobody waits for what we would do */

    if (message_label(m) == BLOCK_INFO) {
        m->words[0] = 0;
        m->words[1] = disk.sectors;
        m->words[2] = disk.is_read_only;
    } else if (message_label(m) == BLOCK_FLUSH && !disk.has_flush) {
        m->words[0] = 0;
    } else {
        m->words[0] = (uint64_t)blk_request(m);
        if (m->words[0] == 0)
            m->token = 0;
    }
    m->header = BLOCK_DONE;
}

static void
serve(handle_t self)
{
    handle_t service = startup_handle("service");
    char detail[SERVICE_DETAIL_BYTES];
    struct message m = {0};

    if (device_listen(&disk.device, self) != OK)
        disk_fail("it cannot listen to its device");
    snprintf(detail, sizeof(detail), "%lu MiB%s",
             disk.sectors / (1024 * 1024 / SECTOR_BYTES),
             disk.is_read_only ? ", read only" : "");
    (void)!service_ready(startup_handle("init"), detail);

    for (;;) {
        err_t error = request_next(service, &m);

        if (error != OK)
            exit((int)error);

        if (m.header & MESSAGE_SIGNAL)
            disk_interrupt();
        else
            message_serve(&m);
    }
}

int
main(void)
{
    const char *problem = disk_open(&disk);

    if (problem)
        disk_fail(problem);
    thread_continue(serve, stack, sizeof(stack), URGENT);
}
