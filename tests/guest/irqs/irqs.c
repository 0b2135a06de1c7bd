/* SPDX-License-Identifier: MIT */
/* Scenarios: a device raises its line, a thread hears a signal, and the line
 * keeps quiet until somebody acknowledges; whoever goes away in between.
 *
 * Two devices interrupt at our word: the clock [goldfish-rtc], whose alarm may
 * lie in the past, and the serial port [16550], as long as it has nothing to
 * send. While the latter may interrupt, nobody must print. */
#include "../listener.h"

#include <lib/places.h>

#define PLACE_RTC UINT64_C(0x70000000)
#define PLACE_SERIAL UINT64_C(0x70001000)

/* The clock's registers, in words. */
enum {
    RTC_TIME_LOW = 0,
    RTC_TIME_HIGH = 1,
    RTC_ALARM_LOW = 2, /* writing it sets the alarm, in nanoseconds */
    RTC_ALARM_HIGH = 3,
    RTC_ENABLE = 4,
    RTC_CLEAR = 7,
};

/* The serial port's, in bytes. */
enum { SERIAL_ENABLE = 1, SERIAL_IDENTIFY = 2, SERIAL_SENT = 2 };

/* How long an interrupt may take, and how long we wait for none. */
enum { MOMENT_US = 50 };

static volatile uint32_t *const rtc = (volatile uint32_t *)PLACE_RTC;
static volatile uint8_t *const serial = (volatile uint8_t *)PLACE_SERIAL;

static handle_t devices, lines, me;
static uint64_t rtc_line, serial_line;
static struct listener listeners[2];

/* ------------------------------------------------------------------ devices */

/* Maps the first page of a device's registers. */
static void
device_map(const char *path, uint64_t place)
{
    handle_t part = HANDLE_NONE, process = startup_handle("self");
    uint64_t page = tree_number(path, "reg", 8) / PAGE_BYTES;

    check_error(sys_memory_cut(process, devices, page, 1, &part), OK,
                "a device");
    check_error(
        sys_memory_map(process, part, place, 0, 1, MEMORY_READ | MEMORY_WRITE),
        OK, "its registers");
    close(part);
}

/* Its line is raised from now on. */
static void
rtc_raise(void)
{
    rtc[RTC_ENABLE] = 1;
    rtc[RTC_ALARM_HIGH] = 0;
    rtc[RTC_ALARM_LOW] = 1;
}

/* It still is. QEMU's interrupt controller looks at a line only when the device
 * speaks of it; a real one also when the last interrupt is completed, and when
 * the line is enabled. */
static void
rtc_insist(void)
{
    rtc[RTC_ENABLE] = 1;
}

static void
rtc_clear(void)
{
    rtc[RTC_CLEAR] = 1;
}

static void
serial_raise(void)
{
    serial[SERIAL_ENABLE] = SERIAL_SENT;
}

static void
serial_clear(void)
{
    (void)serial[SERIAL_IDENTIFY];
    serial[SERIAL_ENABLE] = 0;
}

/* -------------------------------------------------------------------- lines */

static handle_t
line_create(uint64_t line)
{
    handle_t irq = HANDLE_NONE;

    check_error(sys_irq_create(self, lines, line, &irq), OK, "a line");
    return irq;
}

static void
line_bind(handle_t irq, handle_t thread, uint64_t bits)
{
    handle_t minted = signaller(thread, bits);

    check_error(sys_irq_bind(irq, minted), OK, "binding");
    close(minted);
}

static void
line_ack(handle_t irq)
{
    check_error(sys_irq_ack(irq), OK, "acknowledging");
    spin(MOMENT_US);
}

/* After a moment, the listener has heard so many messages, the last of them
 * these bits. */
static void
heard(const struct listener *l, unsigned count, uint64_t bits, const char *what)
{
    spin(MOMENT_US);
    check(l->count == count, what);
    check(count == 0 || is_signal(&l->last, bits), "other signals");
}

/* ---------------------------------------------------------------- scenarios */

/* One interrupt is one signal, however long the line is raised; the next one
 * comes when it has been acknowledged. */
static void
scenario_once(void)
{
    handle_t irq = line_create(rtc_line);

    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    line_bind(irq, listeners[0].thread, 1 << 5);
    heard(&listeners[0], 0, 0, "an interrupt from nowhere");
    rtc_raise();
    heard(&listeners[0], 1, 1 << 5, "the interrupt");
    rtc_insist();
    heard(&listeners[0], 1, 1 << 5, "not acknowledged, and another");
    line_ack(irq);
    heard(&listeners[0], 2, 1 << 5, "the line was still raised");
    rtc_clear();
    line_ack(irq);
    heard(&listeners[0], 2, 1 << 5, "the line was not raised any more");
    check_error(sys_irq_ack(irq), ERR_ARGUMENT, "twice");
    rtc_raise();
    heard(&listeners[0], 3, 1 << 5, "the next interrupt");
    rtc_clear();
    line_ack(irq);
    listener_stop(&listeners[0]);
    close(irq);
}

/* The same with the serial port, and with both at a time: their bits gather. */
static void
scenario_both(void)
{
    handle_t clock = line_create(rtc_line), port = line_create(serial_line);

    line_bind(clock, me, 1);
    line_bind(port, me, 2);
    serial_raise();
    spin(MOMENT_US);
    serial_clear();
    expect_signal(HANDLE_NONE, MESSAGE_NOWAIT, 2, "the serial port");
    line_ack(port);
    rtc_raise();
    serial_raise();
    spin(MOMENT_US);
    serial_clear();
    rtc_clear();
    expect_signal(HANDLE_NONE, MESSAGE_NOWAIT, 3, "both");
    line_ack(clock);
    line_ack(port);
    expect_silence("heard twice");
    close(clock);
    close(port);
}

/* An interrupt wakes who waits for it while the machine sleeps. */
static void
scenario_asleep(void)
{
    handle_t irq = line_create(rtc_line);
    uint64_t alarm;

    line_bind(irq, me, 1);
    rtc[RTC_ENABLE] = 1;
    alarm = rtc[RTC_TIME_LOW];
    alarm |= (uint64_t)rtc[RTC_TIME_HIGH] << 32;
    alarm += 2000000;
    rtc[RTC_ALARM_HIGH] = (uint32_t)(alarm >> 32);
    rtc[RTC_ALARM_LOW] = (uint32_t)alarm;
    expect_signal(HANDLE_NONE, 0, 1, "the alarm");
    rtc_clear();
    line_ack(irq);
    close(irq);
}

/* Nobody is bound: nothing happens, until somebody is. */
static void
scenario_nobody(void)
{
    handle_t irq = line_create(rtc_line);

    rtc_raise();
    spin(MOMENT_US);
    check_error(sys_irq_ack(irq), ERR_ARGUMENT, "nobody was interrupted");
    line_bind(irq, me, 4);
    rtc_insist();
    spin(MOMENT_US);
    expect_signal(HANDLE_NONE, MESSAGE_NOWAIT, 4, "from then on");
    rtc_clear();
    line_ack(irq);
    close(irq);

    /* No object, no interrupt. */
    rtc_raise();
    spin(MOMENT_US);
    rtc_clear();
    expect_silence("from a line without an object");
}

/* Another thread is bound while the line waits to be acknowledged, which it
 * then need not be any more. */
static void
scenario_rebound(void)
{
    handle_t irq = line_create(rtc_line);

    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    listener_start(&listeners[1], HANDLE_NONE, URGENT);
    line_bind(irq, listeners[0].thread, 1);
    rtc_raise();
    heard(&listeners[0], 1, 1, "the first");
    line_bind(irq, listeners[1].thread, 2);
    check_error(sys_irq_ack(irq), ERR_ARGUMENT, "completed by binding");
    heard(&listeners[1], 0, 0, "an interrupt from before");
    rtc_insist();
    heard(&listeners[1], 1, 2, "the second");
    line_bind(irq, listeners[1].thread, 8);
    rtc_insist();
    heard(&listeners[1], 2, 8, "under other bits");
    heard(&listeners[0], 1, 1, "who is not bound any more");
    rtc_clear();
    line_ack(irq);
    listener_stop(&listeners[0]);
    listener_stop(&listeners[1]);
    close(irq);
}

/* The thread ends, with the line waiting or not: it is quiet until another
 * thread is bound, and is then as new. */
static void
scenario_ended(void)
{
    handle_t irq = line_create(rtc_line);

    for (unsigned i = 0; i < 2; i++) {
        listener_start(&listeners[0], HANDLE_NONE, URGENT);
        line_bind(irq, listeners[0].thread, 1);
        if (i == 0) {
            rtc_raise();
            heard(&listeners[0], 1, 1, "the interrupt");
        }
        listener_stop(&listeners[0]);
        check_error(sys_irq_ack(irq), ERR_ARGUMENT, "completed by its end");
        rtc_raise();
        spin(MOMENT_US);
        check_error(sys_irq_ack(irq), ERR_ARGUMENT, "masked by its end");

        listener_start(&listeners[1], HANDLE_NONE, URGENT);
        line_bind(irq, listeners[1].thread, 2);
        rtc_insist();
        heard(&listeners[1], 1, 2, "its successor");
        rtc_insist();
        line_ack(irq);
        heard(&listeners[1], 2, 2, "its successor, again");
        rtc_clear();
        line_ack(irq);
        listener_stop(&listeners[1]);
    }
    close(irq);
}

/* The object goes, with the line waiting or not. */
static void
scenario_closed(void)
{
    handle_t irq, second;

    listener_start(&listeners[0], HANDLE_NONE, URGENT);
    for (unsigned i = 0; i < 2; i++) {
        irq = line_create(rtc_line);
        line_bind(irq, listeners[0].thread, 1);
        if (i == 0) {
            rtc_raise();
            heard(&listeners[0], 1, 1, "the interrupt");
        }
        close(irq);
        rtc_raise();
        heard(&listeners[0], 1, 1, "a line without an object");
        rtc_clear();
    }

    /* Revoking leaves the first handle, and what is bound through it. */
    irq = line_create(rtc_line);
    second = copy(irq, IRQ_BIND);
    line_bind(second, listeners[0].thread, 2);
    check_error(sys_handle_revoke(irq), OK, "revoking");
    check_error(sys_irq_ack(second), ERR_HANDLE, "the copy");
    rtc_raise();
    heard(&listeners[0], 2, 2, "it is still bound");
    rtc_clear();
    line_ack(irq);
    close(irq);
    listener_stop(&listeners[0]);
}

/* Starts driver.c with one more grant, and waits until it is bound. */
static handle_t
driver_start(handle_t port, const char *name, handle_t handle)
{
    char line[32];
    const char *const arguments[] = {line, NULL};
    const struct spawn_grant grants[] = {
        {"port", port, ENDPOINT_SEND, 0},
        {name, handle, IRQ_BIND, 0},
    };
    struct spawned spawned = {0};
    struct spawn_request request = {
        .name = "driver",
        .arguments = arguments,
        .grants = grants,
        .grant_count = 2,
        .priority = URGENT,
    };
    struct message m = {0};

    snprintf(line, sizeof(line), "line=%lu", rtc_line);
    request.image = boot_file("driver", &request.image_bytes);
    check_error(spawn_process(&request, &spawned), OK, "spawn");
    check_error(sys_endpoint_recv(port, 0, &m), OK, "its word");
    check_error((err_t)m.words[0], OK, "what it says of binding");
    return spawned.process;
}

/* A driver is killed in the middle of an interrupt. Its line is quiet, and
 * its successor gets it as new: who made the line does not matter. */
static void
scenario_killed(void)
{
    handle_t port = port_create(), irq = HANDLE_NONE;

    for (unsigned is_own = 0; is_own < 2; is_own++) {
        if (!is_own)
            irq = line_create(rtc_line);
        for (unsigned i = 0; i < 2; i++) {
            handle_t driver = driver_start(port, is_own ? "irqs" : "irq",
                                           is_own ? lines : irq);
            handle_t other;
            struct message m = {0};

            check_error(sys_irq_create(self, lines, rtc_line, &other),
                        ERR_EXISTS, "its line");
            rtc_raise();
            check_error(sys_endpoint_recv(port, 0, &m), OK, "its word");
            check_error(sys_process_kill(driver, 0), OK, "kill");
            await_end(driver);
            rtc_insist();
            spin(MOMENT_US);
            if (!is_own)
                check_error(sys_irq_ack(irq), ERR_ARGUMENT, "it is masked");
            rtc_clear();
        }
        if (!is_own)
            close(irq);
    }
    close(line_create(rtc_line));
    close(port);
}

static void
scenario_refusals(void)
{
    handle_t irq = line_create(rtc_line), weak = copy(irq, RIGHT_DERIVE);
    handle_t badged = signaller(me, 1), other;

    check_error(sys_irq_create(self, lines, rtc_line, &other), ERR_EXISTS,
                "twice");
    check_error(sys_irq_create(self, lines, 0, &other), ERR_ARGUMENT, "line 0");
    check_error(sys_irq_create(self, lines, 256, &other), ERR_ARGUMENT,
                "line 256");
    check_error(sys_irq_create(self, irq, serial_line, &other), ERR_ARGUMENT,
                "from another line");
    check_error(sys_irq_create(self, weak, serial_line, &other), ERR_RIGHTS,
                "without the right");
    check_error(sys_irq_bind(weak, badged), ERR_RIGHTS, "bind, no right");
    check_error(sys_irq_bind(irq, me), ERR_ARGUMENT, "bind, no badge");
    check_error(sys_irq_bind(lines, badged), ERR_ARGUMENT, "bind, no line");
    check_error(sys_irq_bind(irq, irq), ERR_TYPE, "bind, no thread");
    check_error(sys_irq_ack(irq), ERR_ARGUMENT, "ack, not bound");
    check_error(sys_irq_bind(irq, badged), OK, "bind");
    check_error(sys_irq_ack(irq), ERR_ARGUMENT, "ack, nothing to");
    check_error(sys_irq_ack(lines), ERR_ARGUMENT, "ack, no line");
    check_error(sys_irq_ack(weak), ERR_RIGHTS, "ack, no right");
    close(weak);
    close(badged);
    close(irq);
    close(line_create(rtc_line));
}

/* Pages [first, first + pages) of device memory. */
static void
cut(uint64_t first, uint64_t pages, err_t expected, const char *what)
{
    handle_t part = HANDLE_NONE;

    check_error(sys_memory_cut(self, devices, first, pages, &part), expected,
                what);
    if (part != HANDLE_NONE)
        close(part);
}

/* No cut touches what is the kernel's: RAM and the two controllers. */
static void
scenario_cuts(void)
{
    static const char *const paths[] = {"/memory", "/soc/plic", "/soc/clint"};

    for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        uint64_t first = tree_number(paths[i], "reg", 8) / PAGE_BYTES;
        uint64_t both = tree_number(paths[i], "reg", 16); /* its low half */
        uint64_t pages = both / PAGE_BYTES;

        check(first > 0 && pages > 0, "the tree tells nothing");
        cut(first, 1, ERR_ADDRESS, "its first page");
        cut(first + pages - 1, 1, ERR_ADDRESS, "its last page");
        cut(first - 1, 2, ERR_ADDRESS, "into it");
        cut(first + pages - 1, 2, ERR_ADDRESS, "out of it");
        cut(first - 1, pages + 2, ERR_ADDRESS, "all round it");
        cut(first - 1, 1, OK, "in front of it");
        cut(first + pages, 1, OK, "behind it");
    }
    cut(1, 0, ERR_ARGUMENT, "nothing");
    cut(UINT64_C(1) << 44, 1, ERR_ARGUMENT, "behind the end");
    cut((UINT64_C(1) << 44) - 1, 2, ERR_ARGUMENT, "over the end");
    cut((UINT64_C(1) << 44) - 1, 1, OK, "the last page");
    cut(UINT64_MAX, 2, ERR_ARGUMENT, "round the corner");
    cut(1, UINT64_MAX, ERR_ARGUMENT, "round the corner");
}

/* All of device memory can be cut from, and nothing else; and who holds a part
 * may ask where it is, with the right to. */
static void
scenario_device_memory(void)
{
    const uint64_t window = UINT64_C(0x70010000);
    uint64_t page = tree_number("/soc/rtc", "reg", 8) / PAGE_BYTES;
    handle_t part = HANDLE_NONE, blind, ram[2], other;
    uint64_t address = 0, second = 0;

    check_error(sys_memory_map(self, devices, window, page, 1, MEMORY_READ),
                ERR_RIGHTS, "mapping all");
    check_error(sys_memory_address(devices, &address), ERR_RIGHTS,
                "the address of all");
    check_error(sys_memory_cut(self, devices, page - 1, 3, &part), OK, "cut");
    check_error(sys_memory_address(part, &address), OK, "its address");
    check(address == (page - 1) * PAGE_BYTES, "another address");
    check_error(sys_memory_cut(self, part, 1, 1, &other), ERR_ARGUMENT,
                "a part of a part");
    check_error(sys_memory_map(self, part, window, 1, 1, MEMORY_READ), OK,
                "map");
    check(((volatile uint32_t *)window)[RTC_ALARM_LOW] == rtc[RTC_ALARM_LOW],
          "not the same registers");
    check_error(sys_memory_unmap(self, window, 1), OK, "unmap");

    blind = copy(part, RIGHTS_ALL & ~MEMORY_PHYS);
    check_error(sys_memory_address(blind, &address), ERR_RIGHTS,
                "without the right");
    close(blind);
    close(part);

    for (unsigned i = 0; i < 2; i++)
        check_error(sys_memory_create(self, 4, &ram[i]), OK, "RAM");
    check_error(sys_memory_address(ram[0], &address), OK, "where it is");
    check_error(sys_memory_address(ram[1], &second), OK, "where the other is");
    check(address % PAGE_BYTES == 0 && second % PAGE_BYTES == 0, "no page");
    check(address >= tree_number("/memory", "reg", 8), "not in RAM");
    check(address + 4 * PAGE_BYTES <= second ||
              second + 4 * PAGE_BYTES <= address,
          "they overlap");
    check_error(sys_memory_cut(self, ram[0], 0, 1, &other), ERR_ARGUMENT,
                "RAM is not cut");
    close(ram[0]);
    close(ram[1]);
}

static const struct scenario scenarios[] = {
    {"once", scenario_once},
    {"both", scenario_both},
    {"asleep", scenario_asleep},
    {"nobody", scenario_nobody},
    {"rebound", scenario_rebound},
    {"ended", scenario_ended},
    {"closed", scenario_closed},
    {"killed", scenario_killed},
    {"refusals", scenario_refusals},
    {"cuts", scenario_cuts},
    {"device-memory", scenario_device_memory},
};

int
main(void)
{
    devices = startup_handle("devices");
    lines = startup_handle("irqs");
    me = startup_handle("thread");
    rtc_line = tree_number("/soc/rtc", "interrupts", 4);
    serial_line = tree_number("/soc/serial", "interrupts", 4);
    device_map("/soc/rtc", PLACE_RTC);
    device_map("/soc/serial", PLACE_SERIAL);
    scenarios_play(scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
}
