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
 *     phase_us=N   length of the first one
 *     trace=1      the trace is on from the start, see trace.h; 0: it is not,
 *                  in a debug build either */
#include "abi/boot.h"
#include "cpio.h"
#include "dying.h"
#include "endpoint.h"
#include "fdt.h"
#include "frame.h"
#include "hart.h"
#include "irq.h"
#include "log.h"
#include "machine.h"
#include "memory.h"
#include "notice.h"
#include "plic.h"
#include "process.h"
#include "sched.h"
#include "thread.h"
#include "timer.h"
#include "trace.h"
#include "trap.h"

enum { FDT_BYTES_MAX = 1 << 20 };

extern char kernel_end[];

/* Physical bytes from `start` on, as they lie in pages. */
struct boot_range {
    paddr_t start;
    uint64_t bytes;
};

struct thread *kernel_main(uint64_t hart_id, paddr_t tree_start);
struct thread *kernel_join(struct hart *hart);

static struct machine_description machine;

/* The rings of the trace: RAM that nobody else has. */
static struct boot_range trace_rings;

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

    error = memory_create_over(&init->payer, start,
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

/* The handles with which init begins, in the order of boot.h. */
static void
boot_handles(struct process *init, struct thread *t, struct boot_range archive,
             struct boot_range tree)
{
    const rights_t read = RIGHT_DERIVE | RIGHT_MOVE | MEMORY_READ;

    boot_handle(init, &init->object, OBJECT_PROCESS, RIGHTS_ALL, BOOT_PROCESS);
    boot_handle(init, &t->object, OBJECT_THREAD, RIGHTS_ALL, BOOT_THREAD);
    boot_handle(init, boot_memory(init, archive), OBJECT_MEMORY, read,
                BOOT_ARCHIVE);
    boot_handle(init, boot_memory(init, tree), OBJECT_MEMORY, read,
                BOOT_DEVICE_TREE);
    boot_handle(init, &machine_object, OBJECT_MACHINE, RIGHTS_ALL,
                BOOT_MACHINE);
    boot_handle(init, &memory_devices.object, OBJECT_MEMORY,
                RIGHT_DERIVE | RIGHT_MOVE, BOOT_DEVICES);
    boot_handle(init, &irq_root.object, OBJECT_IRQ, RIGHTS_ALL, BOOT_IRQS);
    boot_handle(init, boot_memory(init, trace_rings), OBJECT_MEMORY, read,
                BOOT_TRACE);
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
    boot_handles(init, t, archive, tree);

    thread_frame_init(t, image.entry, BOOT_STACK_TOP, archive.bytes);
    t->x[REG_A1] = tree.bytes;
    t->x[REG_A2] = init->payer.quota;
    t->x[REG_A3] = archive.start % PAGE_BYTES;
    t->x[REG_A4] = tree.start % PAGE_BYTES;
    return t;
}

/* Makes what is known of the machine usable: address space, frames, devices.
 * `tree` is where the device tree lies. */
static void
boot_machine(uint64_t hart_id, struct boot_range archive,
             struct boot_range tree)
{
    paddr_t ram_end = machine.memory_start + machine.memory_bytes;
    paddr_t free = virt_to_phys(kernel_end);
    const struct device_range devices[] = {
        {machine.finisher, machine.finisher ? PAGE_BYTES : 0},
        machine.plic,
    };

    space_init(ram_end, devices, sizeof(devices) / sizeof(devices[0]), &free);
    machine_init(machine.finisher);
    if (archive.start == 0 || archive.start < free)
        panic("no boot archive: start QEMU with -initrd");
    frame_init(machine.memory_start, ram_end, free);
    frame_reserve(archive.start, archive.start + archive.bytes);
    frame_reserve(tree.start, tree.start + tree.bytes);

    memory_init_devices();
    memory_reserve(machine.memory_start, machine.memory_bytes);
    memory_reserve(machine.plic.start, machine.plic.bytes);
    memory_reserve(machine.clint.start, machine.clint.bytes);
    irq_init();
    for (unsigned i = 0; i < machine.hart_count; i++)
        if (machine.hart_ids[i] == hart_id)
            plic_init(machine.plic.start, machine.plic_contexts[i]);
    timer_init(machine.timebase_hertz, machine.has_sstc,
               boot_option("slice_us", SLICE_US),
               boot_option("phase_us", boot_option("slice_us", SLICE_US)));
}

/* Starts the other harts; they wait for the lock, which this one has. */
static void
boot_harts(uint64_t hart_id)
{
    for (unsigned i = 0; i < machine.hart_count; i++)
        if (machine.hart_ids[i] != hart_id && !hart_start(machine.hart_ids[i]))
            log_format("chaski: hart %lu does not start\n",
                       machine.hart_ids[i]);
    trace_rings.bytes = (uint64_t)hart_count * TRACE_RING_BYTES;
    trace_rings.start = frame_alloc(hart_count * TRACE_RING_PAGES);
    trace_init(trace_rings.start, hart_count);
    trace_switch(boot_option("trace", DEBUG) != 0);
}

/* Called once by entry.S on the booting hart, paging on, .bss clear. `tree` is
 * the physical address of the device tree. Returns the thread to enter. */
struct thread *
kernel_main(uint64_t hart_id, paddr_t tree_start)
{
    struct boot_range tree = {tree_start, 0}, archive;

    hart_init(hart_id);
    tree.bytes = fdt_bytes(phys_to_virt(tree.start), FDT_BYTES_MAX);
    if (!fdt_read(phys_to_virt(tree.start), tree.bytes, &machine) ||
        machine.memory_bytes == 0)
        panic("the device tree cannot be read");
    if (machine.hart_count > HART_MAX)
        panic("too many harts: start QEMU with -smp 8 or fewer");
    archive.start = machine.initrd_start;
    archive.bytes = machine.initrd_end - machine.initrd_start;
    boot_machine(hart_id, archive, tree);

    thread_table_init();
    node_set_mapping_remover(mapping_remove_node);
    endpoint_set_undeliverable(undeliverable_drop);
    sched_init(process_end_step, trap_poll);
    boot_harts(hart_id);
    log_format("chaski: %lu MiB, %lu frames free, %u harts, booted on %lu\n",
               machine.memory_bytes >> 20, frame_count_free(), hart_count,
               hart_id);
    ready_push(boot_first_process(archive, tree));
    return schedule();
}

/* Called by entry.S on each hart that hart_start started. */
struct thread *
kernel_join(struct hart *hart)
{
    riscv_lock(hart->lock);
    hart_setup();
    hart_leave_space();
    riscv_flush_all();
    /* The firmware drops an interrupt for a hart that it is still starting,
     * and nobody would send another. Here is what it was about. */
    hart->is_interrupted = false;
    trace_follow();
    return schedule();
}
