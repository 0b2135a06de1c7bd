/* SPDX-License-Identifier: MIT */
/* From the first C instruction to the first program.
 *
 * Reads what it needs from the device tree, makes address space and frames,
 * and starts init, the first file of the boot archive. Everything else that a
 * system needs is started by init, as ordinary processes.
 *
 * The kernel's own words on the command line (programs have others):
 *
 *     slice_us=N   length of a time slice, see timer.h
 *     phase_us=N   length of the first one */
#include "abi/boot.h"
#include "cpio.h"
#include "endpoint.h"
#include "fdt.h"
#include "frame.h"
#include "hart.h"
#include "log.h"
#include "machine.h"
#include "memory.h"
#include "process.h"
#include "sched.h"
#include "thread.h"
#include "timer.h"

enum { FDT_BYTES_MAX = 1 << 20 };

extern char kernel_end[];

struct thread *kernel_main(uint64_t hart_id, paddr_t tree);

static struct machine_description machine;

/* The number in the word "name=number" of the command line; `otherwise` if
 * there is none. Decimal. */
static uint64_t
boot_option(const char *name, uint64_t otherwise)
{
    const char *word = machine.bootargs;

    while (*word) {
        const char *c = word, *n = name;
        uint64_t value = 0;

        while (*n && *c == *n)
            c++, n++;
        if (!*n && *c == '=' && c[1] >= '0' && c[1] <= '9') {
            while (*++c >= '0' && *c <= '9')
                value = value * 10 + (uint64_t)(*c - '0');
            return value;
        }
        while (*word && *word != ' ')
            word++;
        while (*word == ' ')
            word++;
    }
    return otherwise;
}

/* Physical bytes from `start` on, as they lie in pages. */
struct boot_range {
    paddr_t start;
    uint64_t bytes;
};

/* Handle `index` of init, which must come out under the name of boot.h. */
static void
boot_handle(struct process *init, struct object *object, enum object_type type,
            rights_t rights, handle_t name)
{
    struct slot *slot =
        handle_create(&init->handles, init, object, KEY(type, rights));

    assert(slot->name == name);
}

/* A memory object over the pages that `range` lies in. */
static struct object *
boot_memory(struct process *init, struct boot_range range)
{
    paddr_t start = range.start & ~(paddr_t)(PAGE_BYTES - 1);
    uint64_t bytes = range.start + range.bytes - start;
    struct memory *memory;
    err_t error;

    error = memory_create_boot(&init->payer, start,
                               (bytes + PAGE_BYTES - 1) / PAGE_BYTES, &memory);
    assert(error == OK);
    return &memory->object;
}

/* Gives init `pages` fresh pages at `va`, filled from `content` unless that is
 * NULL. The archive aligns files to four bytes, no more. */
static void
boot_pages(struct process *init, vaddr_t va, const uint32_t *content,
           uint64_t pages, uint64_t bits)
{
    for (uint64_t i = 0; i < pages; i++) {
        paddr_t frame = payer_take(&init->payer, 1);
        uint32_t *to = phys_to_virt(frame);

        if (frame == FRAME_NONE ||
            space_map(&init->space, &init->payer, va + i * PAGE_BYTES, frame, 1,
                      bits, 0))
            panic("init does not fit: too large, or linked at a bad address");
        for (unsigned n = 0; content && n < PAGE_BYTES / sizeof(*to); n++)
            to[n] = *content++;
    }
}

/* Maps the segments of init's image, `bytes` bytes at `file`, whose header is
 * `image`. */
static void
boot_load(struct process *init, const struct boot_image *image,
          const char *file, uint64_t bytes)
{
    vaddr_t va = image->base + PAGE_BYTES;
    const struct {
        uint64_t pages, bits;
    } segments[] = {
        {image->text_pages, PTE_R | PTE_X},
        {image->rodata_pages, PTE_R},
        {image->data_pages, PTE_R | PTE_W},
    };

    file += PAGE_BYTES;
    bytes -= PAGE_BYTES;
    for (unsigned i = 0; i < 3; i++) {
        if (segments[i].pages > bytes / PAGE_BYTES)
            panic("the first file of the boot archive is cut off");
        boot_pages(init, va, (const uint32_t *)(const void *)file,
                   segments[i].pages, segments[i].bits);
        va += segments[i].pages * PAGE_BYTES;
        file += segments[i].pages * PAGE_BYTES;
        bytes -= segments[i].pages * PAGE_BYTES;
    }
    boot_pages(init, va, NULL, image->bss_pages, PTE_R | PTE_W);
}

/* Starts init from the archive; returns its thread, ready to run. */
static struct thread *
boot_first_process(struct boot_range archive, struct boot_range tree)
{
    struct process *init = phys_to_virt(frame_alloc(1));
    struct boot_image image;
    struct thread *t;
    const char *file;
    uint64_t bytes;
    err_t error;

    file = cpio_first(phys_to_virt(archive.start), archive.bytes, &bytes);
    if (file && bytes >= PAGE_BYTES)
        __builtin_memcpy(&image, file, sizeof(image));
    if (!file || bytes < PAGE_BYTES || image.magic != BOOT_IMAGE_MAGIC)
        panic("no init: the boot archive (-initrd) does not begin with it");
    process_create_first(init, frame_count_free());
    boot_load(init, &image, file, bytes);
    boot_pages(init, BOOT_STACK_TOP - (vaddr_t)BOOT_STACK_PAGES * PAGE_BYTES,
               NULL, BOOT_STACK_PAGES, PTE_R | PTE_W);
    error = thread_create(init, BOOT_PRIORITY, &t);
    assert(error == OK);
    boot_handle(init, &init->object, OBJECT_PROCESS, RIGHTS_ALL, BOOT_PROCESS);
    boot_handle(init, &t->object, OBJECT_THREAD, RIGHTS_ALL, BOOT_THREAD);
    boot_handle(init, boot_memory(init, archive), OBJECT_MEMORY,
                RIGHT_DERIVE | RIGHT_MOVE | MEMORY_READ, BOOT_ARCHIVE);
    boot_handle(init, boot_memory(init, tree), OBJECT_MEMORY,
                RIGHT_DERIVE | RIGHT_MOVE | MEMORY_READ, BOOT_DEVICE_TREE);
    boot_handle(init, &machine_object, OBJECT_MACHINE, RIGHTS_ALL,
                BOOT_MACHINE);

    thread_frame_init(t, image.entry, BOOT_STACK_TOP, archive.bytes);
    t->x[REG_A1] = tree.bytes;
    t->x[REG_A2] = init->payer.quota;
    t->x[REG_A3] = archive.start % PAGE_BYTES;
    t->x[REG_A4] = tree.start % PAGE_BYTES;
    return t;
}

/* Called once by entry.S on the booting hart, paging on, .bss clear. `tree` is
 * the physical address of the device tree. Returns the thread to enter. */
struct thread *
kernel_main(uint64_t hart_id, paddr_t tree)
{
    uint64_t tree_bytes = fdt_bytes(phys_to_virt(tree), FDT_BYTES_MAX);
    paddr_t free = virt_to_phys(kernel_end);
    paddr_t ram_end;
    struct boot_range archive;
    struct thread *first;

    hart_init((uint32_t)hart_id);
    if (!fdt_read(phys_to_virt(tree), tree_bytes, &machine) ||
        machine.memory_bytes == 0)
        panic("the device tree cannot be read");
    ram_end = machine.memory_start + machine.memory_bytes;
    archive.start = machine.initrd_start;
    archive.bytes = machine.initrd_end - machine.initrd_start;

    space_init(ram_end, machine.finisher, &free);
    machine_init(machine.finisher);
    if (archive.start == 0 || archive.start < free)
        panic("no boot archive: start QEMU with -initrd");
    frame_init(machine.memory_start, ram_end, free);
    frame_reserve(archive.start, archive.start + archive.bytes);
    frame_reserve(tree, tree + tree_bytes);
    timer_init(machine.timebase_hertz, machine.has_sstc,
               boot_option("slice_us", SLICE_US),
               boot_option("phase_us", boot_option("slice_us", SLICE_US)));
    thread_table_init();
    sched_set_cleaner(process_end_step);
    log_format("chaski: %lu MiB, %lu frames free, hart %lu\n",
               machine.memory_bytes >> 20, frame_count_free(), hart_id);

    first = boot_first_process(archive, (struct boot_range){tree, tree_bytes});
    ready_push(first);
    return schedule();
}
