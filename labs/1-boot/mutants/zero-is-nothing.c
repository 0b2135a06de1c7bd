/* kills: 1.1; hint: the number 0 has no digit. */
void
log_number(uint64_t value, unsigned base, unsigned width)
{
    char digits[64];
    unsigned count = 0;

    /* The last digit comes out first, so they are kept and turned round. */
    while (value > 0) {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    }
    while (count < width && count < sizeof(digits))
        digits[count++] = '0';
    while (count > 0)
        log_char(digits[--count]);
}
