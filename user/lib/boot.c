/* SPDX-License-Identifier: MIT */
/* From the kernel's registers to main: see boot.h. */
#include <lib/boot.h>

#include <lib/archive.h>
#include <lib/devicetree.h>
#include <lib/places.h>
#include <lib/startup.h>
#include <lib/syscall.h>

#include <string.h>

enum { LINE_BYTES = 1024, ARGUMENTS_MAX = 32 };

_Noreturn void boot_run(uint64_t archive_bytes, uint64_t tree_bytes,
                        uint64_t frames, uint64_t archive_offset,
                        uint64_t tree_offset);

/* From init.ld; their addresses are the values. */
extern char boot_base[], boot_start[];
extern char boot_text_pages[], boot_rodata_pages[];
extern char boot_data_pages[], boot_bss_pages[];

/* The page in front of the flat image. The linker keeps it (init.ld). */
extern const struct boot_image boot_header;
const struct boot_image boot_header __attribute__((section(".boot.header"))) = {
    .magic = BOOT_IMAGE_MAGIC,
    .base = (uint64_t)boot_base,
    .entry = (uint64_t)boot_start,
    .text_pages = (uint64_t)boot_text_pages,
    .rodata_pages = (uint64_t)boot_rodata_pages,
    .data_pages = (uint64_t)boot_data_pages,
    .bss_pages = (uint64_t)boot_bss_pages,
};

struct boot_information boot_information;

static char command_line[LINE_BYTES];
static char program_name[] = "init";
static char *arguments[ARGUMENTS_MAX + 1] = {program_name};

static const struct startup_grant grants[] = {
    {"self", BOOT_PROCESS},    {"thread", BOOT_THREAD},
    {"archive", BOOT_ARCHIVE}, {"tree", BOOT_DEVICE_TREE},
    {"machine", BOOT_MACHINE}, {"devices", BOOT_DEVICES},
    {"irqs", BOOT_IRQS},       {"rings", BOOT_TRACE},
};

static struct startup startup = {
    .argv = arguments,
    .grant_count = sizeof(grants) / sizeof(grants[0]),
    .grants = grants,
};

/* Maps all of `memory` for reading at `address`, where `offset` is the first
 * byte that counts. Returns its address, NULL if it cannot be mapped. */
static const void *
memory_show(handle_t memory, uint64_t address, uint64_t offset, uint64_t bytes)
{
    uint64_t pages = (offset + bytes + PAGE_BYTES - 1) / PAGE_BYTES;

    for (uint64_t first = 0; first < pages; first += MEMORY_PAGES_MAX) {
        uint64_t count = pages - first;

        if (count > MEMORY_PAGES_MAX)
            count = MEMORY_PAGES_MAX;
        if (sys_memory_map(BOOT_PROCESS, memory, address + first * PAGE_BYTES,
                           first, count, MEMORY_READ) != OK)
            return NULL;
    }
    return pages ? (const char *)address + offset : NULL;
}

/* Cuts the machine's command line into arguments. */
static void
arguments_read(void)
{
    size_t bytes;
    const char *line =
        devicetree_property(boot_information.tree, boot_information.tree_bytes,
                            "/chosen", "bootargs", &bytes);
    char *rest;

    if (line && bytes < LINE_BYTES)
        memcpy(command_line, line, bytes);
    startup.argc = 1;
    for (char *word = strtok_r(command_line, " ", &rest);
         word && startup.argc < ARGUMENTS_MAX;
         word = strtok_r(NULL, " ", &rest))
        arguments[startup.argc++] = word;
}

_Noreturn void
boot_run(uint64_t archive_bytes, uint64_t tree_bytes, uint64_t frames,
         uint64_t archive_offset, uint64_t tree_offset)
{
    struct boot_information *b = &boot_information;

    b->frames = frames;
    b->archive =
        memory_show(BOOT_ARCHIVE, PLACE_ARCHIVE, archive_offset, archive_bytes);
    b->archive_bytes = b->archive ? archive_bytes : 0;
    b->tree =
        memory_show(BOOT_DEVICE_TREE, PLACE_TREE, tree_offset, tree_bytes);
    b->tree_bytes = b->tree ? tree_bytes : 0;
    arguments_read();
    startup_run(&startup);
}

const void *
boot_file(const char *name, size_t *bytes)
{
    return archive_find(boot_information.archive,
                        boot_information.archive_bytes, name, bytes);
}
