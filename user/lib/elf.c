/* SPDX-License-Identifier: MIT */
/* An ELF file begins with a header that says where its program headers are;
 * each of those describes a segment [elf 2]. Only segments of type LOAD
 * matter here, and the length of the one of type STACK: the one of type TLS
 * points into one of them, and the program itself finds it by its symbols.
 *
 * What holds for every struct elf that elf_read makes:
 *
 * L1  Content lies inside the file and is not longer than its pages.
 * L2  Pages lie in user space, above page 0 and below the stack, and no two
 *     segments share one.
 * L3  No segment is both writable and executable; `entry` lies in an
 *     executable one.
 * L4  The stack lies above all segments. */
#include <lib/elf.h>

#include <abi/syscall.h>
#include <lib/places.h>

#include <string.h>

/* Below its top lies the stack. */
#define ELF_STACK_MAX UINT64_C(0x10000000)
#define ELF_TOP (PLACE_STACK_TOP - ELF_STACK_MAX)

enum {
    IDENT_BYTES = 16,
    CLASS_64 = 2,
    LITTLE_ENDIAN_DATA = 1,
    VERSION_CURRENT = 1,
    TYPE_EXECUTABLE = 2,
    MACHINE_RISCV = 243,

    SEGMENT_LOAD = 1,
    SEGMENT_DYNAMIC = 2,
    SEGMENT_INTERPRETER = 3,
    SEGMENT_STACK = 0x6474e551,
    FLAG_EXECUTE = 1,
    FLAG_WRITE = 2,
    FLAG_READ = 4,
};

struct elf_header {
    unsigned char ident[IDENT_BYTES]; /* 0x7f "ELF", class, data, version */
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t program_headers; /* offset in the file */
    uint64_t section_headers;
    uint32_t flags;
    uint16_t header_bytes;
    uint16_t program_header_bytes;
    uint16_t program_header_count;
    uint16_t section_header_bytes;
    uint16_t section_header_count;
    uint16_t section_names;
};

struct program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t physical_address;
    uint64_t file_bytes;
    uint64_t memory_bytes;
    uint64_t alignment;
};

_Static_assert(sizeof(struct elf_header) == 64, "elf 2.2");
_Static_assert(sizeof(struct program_header) == 56, "elf 2.7");

/* NULL, or what is wrong with the header alone. */
static const char *
header_problem(const struct elf_header *h, size_t bytes)
{
    if (memcmp(h->ident, "\177ELF", 4) != 0)
        return "is not an ELF file";
    if (h->ident[4] != CLASS_64 || h->ident[5] != LITTLE_ENDIAN_DATA)
        return "is not for a 64-bit little-endian machine";
    if (h->ident[6] != VERSION_CURRENT || h->version != VERSION_CURRENT)
        return "has an unknown ELF version";
    if (h->machine != MACHINE_RISCV)
        return "is not for RISC-V";
    if (h->type != TYPE_EXECUTABLE)
        return "is not an executable with fixed addresses";
    if (h->program_header_bytes != sizeof(struct program_header))
        return "has program headers of an unknown size";
    if (h->program_headers > bytes ||
        (bytes - h->program_headers) / sizeof(struct program_header) <
            h->program_header_count)
        return "is cut short in its program headers";
    return NULL;
}

/* NULL, or what is wrong with this LOAD segment alone. */
static const char *
segment_problem(const struct program_header *p, size_t bytes)
{
    if (p->file_bytes > p->memory_bytes)
        return "has a segment longer in the file than in memory";
    if (p->offset > bytes || p->file_bytes > bytes - p->offset)
        return "has a segment that lies outside the file";
    if (p->address % PAGE_BYTES != 0)
        return "has a segment that does not start on a page";
    if (p->address < PAGE_BYTES || p->address >= ELF_TOP ||
        p->memory_bytes > ELF_TOP - p->address)
        return "has a segment outside the addresses for programs";
    if (!(p->flags & FLAG_READ))
        return "has a segment that cannot be read";
    if ((p->flags & FLAG_WRITE) && (p->flags & FLAG_EXECUTE))
        return "has a segment both writable and executable";
    return NULL;
}

/* Whether any page of `s` belongs to a segment that `elf` has already. */
static bool
segment_overlaps(const struct elf *elf, const struct elf_segment *s)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *other = &elf->segments[i];

        if (s->address < other->address + other->pages * PAGE_BYTES &&
            other->address < s->address + s->pages * PAGE_BYTES)
            return true;
    }
    return false;
}

/* Adds the segment to `elf`; NULL, or what is wrong. */
static const char *
segment_add(struct elf *elf, const struct program_header *p, const char *file,
            size_t bytes)
{
    const char *problem = segment_problem(p, bytes);

    if (problem)
        return problem;
    if (elf->segment_count == ELF_SEGMENTS_MAX)
        return "has too many segments";

    struct elf_segment s = {
        .address = p->address,
        .pages = (p->memory_bytes + PAGE_BYTES - 1) / PAGE_BYTES,
        .content = file + p->offset,
        .content_bytes = p->file_bytes,
        .is_writable = (p->flags & FLAG_WRITE) != 0,
        .is_executable = (p->flags & FLAG_EXECUTE) != 0,
    };

    if (segment_overlaps(elf, &s))
        return "has segments that overlap";
    elf->segments[elf->segment_count++] = s;
    return NULL;
}

static bool
entry_is_executable(const struct elf *elf)
{
    for (unsigned i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *s = &elf->segments[i];

        if (s->is_executable && elf->entry >= s->address &&
            elf->entry - s->address < s->pages * PAGE_BYTES)
            return true;
    }
    return false;
}

const char *
elf_read(const void *image, size_t bytes, struct elf *elf)
{
    const char *file = image;
    struct elf_header header;

    if (bytes < sizeof(header))
        return "is missing or too short for an ELF file";
    memcpy(&header, file, sizeof(header));

    const char *problem = header_problem(&header, bytes);

    if (problem)
        return problem;
    *elf = (struct elf){.entry = header.entry};
    for (unsigned i = 0; i < header.program_header_count; i++) {
        struct program_header p;

        memcpy(&p, file + header.program_headers + i * sizeof(p), sizeof(p));
        if (p.type == SEGMENT_DYNAMIC || p.type == SEGMENT_INTERPRETER)
            return "wants to be linked at run time";
        if (p.type == SEGMENT_STACK && p.memory_bytes > ELF_STACK_MAX)
            return "wants too large a stack";
        if (p.type == SEGMENT_STACK)
            elf->stack_pages = (p.memory_bytes + PAGE_BYTES - 1) / PAGE_BYTES;
        if (p.type != SEGMENT_LOAD || p.memory_bytes == 0)
            continue;
        problem = segment_add(elf, &p, file, bytes);
        if (problem)
            return problem;
    }
    return entry_is_executable(elf) ? NULL
                                    : "does not start in executable memory";
}
