/* SPDX-License-Identifier: MIT */
/* The early log, one byte at a time through the firmware.
 *
 * It keeps no state and takes no lock of its own, so a panic may use it at any
 * moment. Programs reach it through the machine object. */
#include "log.h"

#include "sbi.h"

#include <stdarg.h>

void
log_char(char c)
{
    sbi_console_put(c);
}

void
log_text(const char *text)
{
    for (; *text; text++)
        log_char(*text);
}

/* Lab: boot-log */
void
log_number(uint64_t value, unsigned base, unsigned width)
{
    char digits[64];
    unsigned count = 0;

    /* The last digit comes out first, so they are kept and turned round. */
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    while (count < width && count < sizeof(digits))
        digits[count++] = '0';
    while (count > 0)
        log_char(digits[--count]);
}

void
log_format(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    for (const char *c = format; *c; c++) {
        if (*c != '%') {
            log_char(*c);
            continue;
        }
        switch (*++c) {
        case 's':
            log_text(va_arg(arguments, const char *));
            break;
        case 'u':
            log_number(va_arg(arguments, unsigned), 10, 0);
            break;
        case 'l':
            c++;
            log_number(va_arg(arguments, uint64_t), 10, 0);
            break;
        case 'x':
            log_text("0x");
            log_number(va_arg(arguments, uint64_t), 16, 16);
            break;
        }
    }
    va_end(arguments);
}
