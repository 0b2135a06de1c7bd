/* SPDX-License-Identifier: MIT */
/* The mark on the disk.
 *
 * F24  No block goes to the disk before the disk has for good that the volume
 *      is not clean.
 * F25  The disk is told "clean" by mark_set only, when nothing is dirty and
 *      the disk has all that it was given before.
 *
 * Power may fail between any two writes, and a disk that was not told to flush
 * may do the second and not the first: so each change of the mark is flushed
 * before anything follows. That is one write and one flush for all that is
 * changed between two FILE_SYNCs. */
#include "mark.h"

#include "ext2.h"

#include <proto/block.h>

#include <stdalign.h>

enum { MARK_SECTOR = EXT2_SUPER_OFFSET / SECTOR_BYTES };

_Static_assert(sizeof(struct ext2_super) <= SECTOR_BYTES,
               "one sector is written, so the mark changes in one instant");

static struct {
    handle_t disk;
    uint64_t block_bytes;
    bool is_known; /* what the disk says, as far as this process knows */
    bool is_clean;
} mark;

void
mark_start(handle_t disk, uint64_t block_bytes)
{
    mark.disk = disk;
    mark.block_bytes = block_bytes;
    mark.is_known = false;
}

/* Writes the mark into the sector, unless it is there. */
static int
sector_change(bool is_clean)
{
    static alignas(8) union {
        char bytes[SECTOR_BYTES];
        struct ext2_super super;
    } sector;
    struct ext2_super *super = &sector.super;

    if (block_read(mark.disk, MARK_SECTOR, sector.bytes, 1) != 0)
        return EIO;
    if (is_clean == ((super->state & EXT2_STATE_CLEAN) != 0))
        return 0;
    super->state ^= EXT2_STATE_CLEAN;
    return block_write(mark.disk, MARK_SECTOR, sector.bytes, 1) ? EIO : 0;
}

static int
mark_change(bool is_clean)
{
    if (mark.is_known && mark.is_clean == is_clean)
        return 0;
    mark.is_known = false;
    /* A predecessor may have written it and not have come to the flush. */
    if (sector_change(is_clean) != 0 || block_flush(mark.disk) != 0)
        return EIO;
    mark.is_known = true;
    mark.is_clean = is_clean;
    return 0;
}

int
mark_clear(void)
{
    return mark_change(false);
}

int
mark_set(void)
{
    return mark_change(true);
}

void
mark_hide(uint64_t block, char *content)
{
    struct ext2_super *super =
        (void *)(content + EXT2_SUPER_OFFSET % mark.block_bytes);

    if (block == EXT2_SUPER_OFFSET / mark.block_bytes)
        super->state &= (uint16_t)~EXT2_STATE_CLEAN;
}
