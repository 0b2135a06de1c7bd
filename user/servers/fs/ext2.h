/* SPDX-License-Identifier: MIT */
/* ext2 on the disk, as far as the server looks at it [ext2].
 *
 *     | boot | super- | group       | block  | inode  | inode | blocks of files
 *     | 1024 | block  | descriptors | bitmap | bitmap | table | and directories
 *              \____ in some groups ______/  \________ in each group ________/
 *
 * The disk is a row of *blocks*, cut into *groups* whose bitmaps each fill at
 * most one block. A file is an *inode*, known by its number (from 1 on); names
 * are in directories only, which are files of records {inode, name}. All
 * numbers are little-endian, as ours are. */
#pragma once

#include <stdint.h>

enum {
    EXT2_SUPER_OFFSET = 1024, /* bytes, from the start of the disk */
    EXT2_SUPER_BYTES = 1024,
    EXT2_MAGIC = 0xef53,

    EXT2_ROOT_INODE = 2,
    EXT2_FIRST_INODE = 11,  /* that files may have, in revision 0 */
    EXT2_INODE_BYTES = 128, /* of an inode, in revision 0 */

    EXT2_LINKS_MAX = 32000,
    EXT2_NAME_MAX = 255,
};

/* Bits of `incompat`: who does not know one must not touch the disk. Of
 * `ro_compat`: must not write to it. Others do not concern us. */
enum {
    EXT2_INCOMPAT_FILETYPE = 0x0002, /* records tell what they name */

    EXT2_RO_COMPAT_SPARSE_SUPER = 0x0001, /* fewer spare superblocks */
    EXT2_RO_COMPAT_LARGE_FILE = 0x0002,   /* sizes have 64 bits */
};

/* `state`: all of it is on the disk, and e2fsck need not look at it. */
#define EXT2_STATE_CLEAN UINT16_C(0x0001)

struct ext2_super {
    uint32_t inodes;
    uint32_t blocks;
    uint32_t reserved_blocks;
    uint32_t free_blocks;
    uint32_t free_inodes;
    uint32_t first_data_block; /* group 0 begins here: 1 with blocks of 1024 */
    uint32_t log_block_bytes;  /* 1024 << this */
    uint32_t log_fragment_bytes;
    uint32_t blocks_per_group;
    uint32_t fragments_per_group;
    uint32_t inodes_per_group;
    uint32_t mount_time;
    uint32_t write_time;
    uint16_t mounts;
    uint16_t mounts_max;
    uint16_t magic;
    uint16_t state;
    uint16_t errors;
    uint16_t minor_revision;
    uint32_t check_time;
    uint32_t check_interval;
    uint32_t creator;
    uint32_t revision;
    uint16_t reserved_user;
    uint16_t reserved_group;
    /* From here on in revision 1 only. */
    uint32_t first_inode;
    uint16_t inode_bytes;
    uint16_t group_here;
    uint32_t compat;
    uint32_t incompat;
    uint32_t ro_compat;
    uint8_t not_ours[128];
    uint32_t last_orphan; /* the first inode of the list in inode.h; 0: none */
};

struct ext2_group {
    uint32_t block_bitmap; /* blocks */
    uint32_t inode_bitmap;
    uint32_t inode_table; /* the first of its blocks */
    uint16_t free_blocks;
    uint16_t free_inodes;
    uint16_t directories;
    uint16_t not_ours[7];
};

enum {
    EXT2_DIRECT = 12, /* pointers to blocks in the inode itself */
    EXT2_LEVELS = 3,  /* and one each to blocks of pointers, of blocks of... */
    EXT2_POINTERS = 15,
};

struct ext2_inode {
    uint16_t mode;
    uint16_t user;
    uint32_t size_low;
    uint32_t access_time;
    uint32_t change_time;  /* of the inode */
    uint32_t content_time; /* of the content */
    uint32_t delete_time;  /* of an orphan: the next one */
    uint16_t group;
    uint16_t links;
    uint32_t sectors; /* of 512 bytes that it takes, pointers included */
    uint32_t flags;
    uint32_t not_ours;
    uint32_t pointers[EXT2_POINTERS];
    uint32_t generation;
    uint32_t attributes; /* a block of extended attributes; 0: none */
    uint32_t size_high;  /* of files */
    uint8_t not_ours_either[16];
};

/* The directory has an index too, which who adds a name without it must
 * declare void. */
#define EXT2_FLAG_INDEX UINT32_C(0x1000)

/* A record of a directory. Records fill its blocks without gaps and do not
 * cross their borders; `bytes` leads to the next one. */
struct ext2_record {
    uint32_t inode; /* 0: a free record */
    uint16_t bytes;
    uint8_t name_bytes;
    uint8_t type; /* with EXT2_INCOMPAT_FILETYPE */
    char name[];
};

enum { EXT2_RECORD_BYTES = 8 }; /* before the name */

enum ext2_type {
    EXT2_TYPE_UNKNOWN = 0,
    EXT2_TYPE_FILE = 1,
    EXT2_TYPE_DIRECTORY = 2,
    EXT2_TYPE_CHARACTERS = 3,
    EXT2_TYPE_BLOCKS = 4,
    EXT2_TYPE_PIPE = 5,
    EXT2_TYPE_SOCKET = 6,
    EXT2_TYPE_LINK = 7,
};

/* The head of a block of extended attributes, which inodes share. */
struct ext2_attributes {
    uint32_t magic;
    uint32_t inodes; /* that have it */
};

#define EXT2_ATTRIBUTES_MAGIC UINT32_C(0xea020000)

_Static_assert(sizeof(struct ext2_super) == 236, "up to the orphans");
_Static_assert(sizeof(struct ext2_group) == 32, "as on the disk");
_Static_assert(sizeof(struct ext2_inode) == EXT2_INODE_BYTES, "as on the disk");
_Static_assert(sizeof(struct ext2_record) == EXT2_RECORD_BYTES,
               "as on the disk");
