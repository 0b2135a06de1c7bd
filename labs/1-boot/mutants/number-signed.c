/* kills: 1.1; hint: a number from 2^63 on is written as a negative one. */
void
log_number(uint64_t value, unsigned base, unsigned width)
{
    char digits[64];
    unsigned count = 0;

    /* The last digit comes out first, so they are kept and turned round. */
    if (value >> 63)
        log_char('-'), value = -value;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    while (count < width && count < sizeof(digits))
        digits[count++] = '0';
    while (count > 0)
        log_char(digits[--count]);
}
