/* SPDX-License-Identifier: MIT */
/* The user library's readers of archives, programs and the device tree, on
 * real ones and on ruins. Arguments: a boot archive, the name of its second
 * file, that file, a device tree. */
#include <lib/archive.h>
#include <lib/devicetree.h>
#include <lib/elf.h>
#include <lib/places.h>

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAMAGES = 20000, ELF_HEADER_BYTES = 64, PROGRAM_HEADER_BYTES = 56 };

/* ---------------------------------------------------------------- archives */

/* Looks a file up in the first `bytes` bytes; what is found lies inside. */
static const char *
archive_try(const char *archive, size_t bytes, const char *name)
{
    char *part = check_copy(archive, bytes);
    size_t file_bytes = 0;
    const char *file = archive_find(part, bytes, name, &file_bytes);

    if (file) {
        CHECK(file >= part && file_bytes <= bytes);
        CHECK((size_t)(file - part) <= bytes - file_bytes);
        check_readable(file, file_bytes);
    }
    free(part);
    return file;
}

static void
test_archive(char *archive, size_t bytes, const char *name, const char *content,
             size_t content_bytes)
{
    size_t found_bytes;
    const char *found = archive_find(archive, bytes, name, &found_bytes);

    CHECK(found && found_bytes == content_bytes);
    CHECK(memcmp(found, content, content_bytes) == 0);
    CHECK(!archive_find(archive, bytes, "no such file", &found_bytes));
    CHECK(!archive_find(archive, bytes, "", &found_bytes));
    CHECK(!archive_find(archive, bytes, "TRAILER!!!", &found_bytes));

    size_t start = (size_t)(found - archive), end = start + content_bytes;
    for (size_t cut = 0; cut < 200; cut++) {
        CHECK(!archive_try(archive, cut, name));
        CHECK(!archive_try(archive, start - cut - 1, name));
        CHECK(!archive_try(archive, end - cut - 1, name));
        CHECK(!archive_try(archive, bytes - cut, "no such file"));
    }
    CHECK(archive_try(archive, end, name));

    /* Damage to the second header is what the search goes by. */
    size_t header = start - 110 - strlen(name) - 8;
    for (unsigned i = 0; i < DAMAGES / 10; i++) {
        char kept[128];

        memcpy(kept, archive + header, sizeof(kept));
        check_damage(archive + header, sizeof(kept), 1 + check_below(4));
        (void)archive_try(archive, end + check_below(64), name);
        memcpy(archive + header, kept, sizeof(kept));
    }
}

/* An archive of one member, whose last byte is the archive's last. */
static void
test_made_archive(const char *name, size_t name_bytes, size_t content_bytes)
{
    char archive[512] = {0};
    size_t content = (110 + name_bytes + 3) & ~(size_t)3;

    memset(archive, '0', 110);
    memcpy(archive, "070701", 6);
    snprintf(archive + 54, 9, "%08zx", content_bytes);
    archive[62] = '0';
    snprintf(archive + 94, 9, "%08zx", name_bytes);
    archive[102] = '0';
    memcpy(archive + 110, name, name_bytes);

    bool has_end = name_bytes > 0 && name[name_bytes - 1] == '\0';
    const char *found = archive_try(archive, content + content_bytes, "abcd");
    CHECK((found != NULL) == (has_end && strcmp(name, "abcd") == 0));
    CHECK(!archive_try(archive, content + content_bytes, "none"));
}

/* ---------------------------------------------------------------- programs */

/* What elf.c promises of every program that it accepts (F1 to F3). */
static void
check_elf(const struct elf *elf, const char *file, size_t bytes)
{
    bool has_entry = false;

    CHECK(elf->segment_count > 0 && elf->segment_count <= ELF_SEGMENTS_MAX);
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *s = &elf->segments[i];
        const char *content = s->content;
        uint64_t length = s->pages * 4096;

        CHECK(s->pages > 0 && s->pages < UINT64_C(1) << 40);
        CHECK(s->address % 4096 == 0 && s->address >= 4096);
        CHECK(s->address < PLACE_STACK_TOP &&
              length < PLACE_STACK_TOP - s->address);
        CHECK(s->content_bytes <= length && s->content_bytes <= bytes);
        CHECK(content >= file &&
              (size_t)(content - file) <= bytes - s->content_bytes);
        check_readable(content, s->content_bytes);
        CHECK(!s->is_writable || !s->is_executable);
        for (unsigned j = 0; j < i; j++)
            CHECK(s->address + length <= elf->segments[j].address ||
                  elf->segments[j].address + elf->segments[j].pages * 4096 <=
                      s->address);
        has_entry =
            has_entry || (s->is_executable && elf->entry >= s->address &&
                          elf->entry < s->address + length);
    }
    CHECK(has_entry);
}

/* Reads the first `bytes` bytes of a program; true if it can be loaded. */
static bool
elf_try(const char *file, size_t bytes)
{
    char *copy = check_copy(file, bytes);
    struct elf elf;
    const char *problem = elf_read(copy, bytes, &elf);

    if (!problem)
        check_elf(&elf, copy, bytes);
    else
        CHECK(problem[0] != '\0');
    free(copy);
    return !problem;
}

static void
test_elf(const char *file, size_t bytes)
{
    size_t headers = ELF_HEADER_BYTES + 6 * PROGRAM_HEADER_BYTES;
    char *ruin = check_copy(file, bytes);
    unsigned accepted = 0;

    CHECK(elf_try(file, bytes));
    for (size_t length = 0; length < bytes; length += 1 + length / 256)
        (void)elf_try(file, length);
    CHECK(!elf_try(file, headers - 200) && !elf_try(file, 0));

    for (unsigned i = 0; i < DAMAGES; i++) {
        check_damage(ruin, headers, 1 + check_below(4));
        /* Fields with all bits, or the top one alone, are what overflows. */
        if (check_below(2))
            memset(ruin + 64 + 8 * check_below(42), 0xff, 8);
        if (check_below(4) == 0)
            ruin[64 + 8 * check_below(42) + 7] = (char)0x80;
        if (check_below(2))
            memcpy(ruin, file, ELF_HEADER_BYTES);
        accepted += elf_try(ruin, bytes);
        memcpy(ruin, file, headers);
    }
    CHECK(accepted > 0 && accepted < DAMAGES);
    free(ruin);
}

/* A program of `count` segments, one page each, without content. */
static void
test_segments(const char *file, unsigned count)
{
    size_t bytes = ELF_HEADER_BYTES + (size_t)count * PROGRAM_HEADER_BYTES;
    uint64_t *made = calloc(1, bytes);
    uint64_t entry = 0x10000000;
    struct elf elf;

    memcpy(made, file, ELF_HEADER_BYTES);
    memcpy((char *)made + 24, &entry, 8);
    made[4] = ELF_HEADER_BYTES; /* where the program headers are */
    memcpy((char *)made + 56, &count, 2);
    for (unsigned i = 0; i < count; i++) {
        uint64_t *header = made + 8 + 7 * (size_t)i;

        header[0] = UINT64_C(5) << 32 | 1; /* read and execute, load */
        header[2] = entry + i * UINT64_C(0x1000);
        header[5] = 0x1000; /* in memory */
    }
    CHECK(elf_try((char *)made, bytes) == (count <= ELF_SEGMENTS_MAX));
    if (!elf_read(made, bytes, &elf))
        CHECK(elf.segment_count == count);
    free(made);
}

/* ------------------------------------------------------------- device tree */

static const char *const paths[] = {
    "/chosen", "/memory", "/soc/serial", "/cpus/cpu", "/", "/soc/none",
    "soc",     "",        "//",
};
static const char *const properties[] = {"bootargs", "reg", "compatible", ""};

/* Asks a copy of the tree for everything. */
static void
tree_try(const void *tree, size_t bytes)
{
    char *copy = check_copy(tree, bytes);

    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        size_t length = 0;
        const char *value = devicetree_property(copy, bytes, paths[i],
                                                properties[i % 4], &length);

        if (value) {
            CHECK(value >= copy && length <= bytes);
            CHECK((size_t)(value - copy) <= bytes - length);
            check_readable(value, length);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        struct devicetree_device device;

        (void)devicetree_device(copy, bytes, "virtio,mmio", 4 * i, &device);
    }
    free(copy);
}

static void
check_property(const void *tree, size_t bytes, const char *path,
               const char *name, const char *expected, size_t expected_bytes)
{
    size_t length;
    const char *value = devicetree_property(tree, bytes, path, name, &length);

    CHECK(value && length >= expected_bytes);
    CHECK(memcmp(value, expected, expected_bytes) == 0);
}

/* The machine has `count` devices of this kind, the first one as told. */
static void
check_device(const void *tree, size_t bytes, const char *compatible,
             unsigned count, struct devicetree_device expected)
{
    struct devicetree_device device;

    for (unsigned i = 0; i < count; i++) {
        CHECK(devicetree_device(tree, bytes, compatible, i, &device));
        CHECK(device.bytes > 0);
        if (i > 0)
            continue;
        CHECK(device.address == expected.address);
        CHECK(device.bytes == expected.bytes && device.line == expected.line);
    }
    CHECK(!devicetree_device(tree, bytes, compatible, count, &device));
}

static void
test_devices(const void *tree, size_t bytes)
{
    check_device(tree, bytes, "ns16550a", 1,
                 (struct devicetree_device){0x10000000, 0x100, 10});
    check_device(tree, bytes, "google,goldfish-rtc", 1,
                 (struct devicetree_device){0x101000, 0x1000, 11});
    check_device(tree, bytes, "virtio,mmio", 8,
                 (struct devicetree_device){0x10008000, 0x1000, 8});
    /* The second of three that it is compatible with; no interrupt. */
    check_device(tree, bytes, "sifive,test0", 1,
                 (struct devicetree_device){0x100000, 0x1000, 0});
    check_device(tree, bytes, "sifive,test", 0, (struct devicetree_device){0});
    check_device(tree, bytes, "", 0, (struct devicetree_device){0});
}

static void
test_tree(const void *tree, size_t bytes)
{
    static const char memory[] = {0, 0, 0, 0, (char)0x80, 0, 0, 0};
    static const char uart[] = {0, 0, 0, 0, 0x10, 0, 0, 0};
    size_t length;

    test_devices(tree, bytes);
    check_property(tree, bytes, "/chosen", "bootargs", "number=7 text=here",
                   19);
    check_property(tree, bytes, "/memory", "reg", memory, 8);
    check_property(tree, bytes, "/soc/serial", "reg", uart, 8);
    check_property(tree, bytes, "/soc/serial@10000000", "reg", uart, 8);
    check_property(tree, bytes, "/", "compatible", "riscv-virtio", 13);
    CHECK(!devicetree_property(tree, bytes, "/soc/none", "reg", &length));
    CHECK(!devicetree_property(tree, bytes, "/chosen", "reg", &length));
    CHECK(!devicetree_property(tree, bytes, "/soc", "bootargs", &length));

    for (size_t cut = 0; cut < bytes; cut++)
        tree_try(tree, cut);
    for (unsigned i = 0; i < DAMAGES / 4; i++) {
        char *ruin = check_copy(tree, bytes);

        check_damage(ruin, check_below(3) ? bytes : 48, 1 + check_below(8));
        if (check_below(4))
            memcpy(ruin, tree, 4);
        tree_try(ruin, bytes);
        free(ruin);
    }
}

int
main(int argc, char **argv)
{
    size_t archive_bytes, file_bytes, tree_bytes;

    CHECK(argc == 5);
    char *archive = check_file(argv[1], &archive_bytes);
    char *file = check_file(argv[3], &file_bytes);
    char *tree = check_file(argv[4], &tree_bytes);

    test_archive(archive, archive_bytes, argv[2], file, file_bytes);
    for (size_t length = 0; length < 7; length++) {
        test_made_archive("abcd", 5, length);
        test_made_archive("abcd", length < 5 ? length : 4, length);
        test_made_archive("other", 6, length);
    }
    test_elf(file, file_bytes);
    for (unsigned count = 1; count < 20; count++)
        test_segments(file, count);
    test_tree(tree, tree_bytes);
    free(archive);
    free(file);
    free(tree);
    return 0;
}
