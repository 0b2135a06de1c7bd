/* SPDX-License-Identifier: MIT */
/* The early log's numbers and formats against the C library's. */
#include "log.h"

#include "check.h"
#include "sbi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 256, NUMBERS = 20000, WIDTH_MAX = 64 };

static char line[LINE_BYTES];
static size_t length;

/* What the firmware is asked to print. */
void
sbi_console_put(char c)
{
    CHECK(length < sizeof(line) - 1);
    line[length++] = c;
    line[length] = '\0';
}

/* The line is `expected`; a new one begins. */
static void
check_line(const char *expected)
{
    line[length] = '\0';
    CHECK(strcmp(line, expected) == 0);
    length = 0;
}

/* A number of any length: most random ones have all their digits. */
static uint64_t
some_number(void)
{
    return check_random() >> check_below(64);
}

static void
test_numbers(uint64_t value)
{
    unsigned width = check_below(WIDTH_MAX + 1);
    uint64_t rest = value;
    char expected[LINE_BYTES];

    snprintf(expected, sizeof(expected), "%0*" PRIu64, (int)width, value);
    log_number(value, 10, width);
    check_line(width == 0 && value == 0 ? "0" : expected);
    snprintf(expected, sizeof(expected), "%0*" PRIx64, (int)width, value);
    log_number(value, 16, width);
    check_line(width == 0 && value == 0 ? "0" : expected);

    /* Base 2 has the most digits: all 64 of them. */
    for (unsigned i = 0; i < 64; i++, rest >>= 1)
        expected[63 - i] = (char)('0' + (rest & 1));
    expected[64] = '\0';
    log_number(value, 2, WIDTH_MAX);
    check_line(expected);
    log_number(value, 2, UINT32_MAX); /* no wider than that */
    check_line(expected);
}

static void
test_formats(uint64_t value)
{
    char expected[LINE_BYTES];
    unsigned small = (unsigned)some_number();

    snprintf(expected, sizeof(expected),
             "a%s|%u|%" PRIu64 "|0x%016" PRIx64 "%s", "text", small, value,
             value, "");
    log_format("a%s|%u|%lu|%x%s", "text", small, value, value, "");
    check_line(expected);
}

int
main(void)
{
    test_numbers(0);
    test_numbers(UINT64_MAX);
    for (unsigned i = 0; i < NUMBERS; i++) {
        test_numbers(some_number());
        test_formats(some_number());
    }
    log_format("");
    check_line("");
    log_text("text\n");
    check_line("text\n");
    return 0;
}
