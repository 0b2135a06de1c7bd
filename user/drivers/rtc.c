/* SPDX-License-Identifier: MIT */
/* The driver of the goldfish clock [goldfish-rtc]: what time it is.
 *
 * The device counts nanoseconds since 1970 in 64 bits, read in two halves:
 * reading the lower one makes it keep the upper one of that moment.
 *
 * Grants: "service", the endpoint it receives from; "device", the registers;
 * "init", to say that it is ready. */
#include <lib/device.h>
#include <lib/request.h>
#include <lib/startup.h>
#include <proto/clock.h>
#include <proto/service.h>

#include <time.h>

enum { RTC_TIME_LOW = 0x00, RTC_TIME_HIGH = 0x04 };
enum { NANOSECONDS = 1000000000 }; /* a second */

static uint64_t
rtc_read(const struct device *device)
{
    uint64_t low = device_read32(device, RTC_TIME_LOW);

    return (uint64_t)device_read32(device, RTC_TIME_HIGH) << 32 | low;
}

/* Says that we are ready, and what time it is. */
static void
rtc_ready(uint64_t nanoseconds)
{
    time_t now = (time_t)(nanoseconds / NANOSECONDS);
    char detail[SERVICE_DETAIL_BYTES] = "";
    struct tm parts;

    if (gmtime_r(&now, &parts))
        strftime(detail, sizeof(detail), "%Y-%m-%d %H:%M UTC", &parts);
    (void)!service_ready(startup_handle("init"), detail);
}

int
main(void)
{
    handle_t service = startup_handle("service");
    struct device device;
    struct message m = {0};
    err_t error = device_open(&device);

    if (error != OK)
        return (int)error;
    rtc_ready(rtc_read(&device));
    for (;;) {
        error = request_next(service, &m);
        if (error != OK)
            return (int)error;

        if (message_label(&m) == CLOCK_READ) {
            m.header = CLOCK_DONE;
            m.words[0] = rtc_read(&device);
        } else {
            m.header = 0; /* an answer that no protocol has */
        }
    }
}
