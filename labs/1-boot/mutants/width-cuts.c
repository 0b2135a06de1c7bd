/* kills: 1.1; hint: a number loses the digits that its width has no room for.
 * */
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
    if (width && count > width)
        count = width;
    while (count > 0)
        log_char(digits[--count]);
}
