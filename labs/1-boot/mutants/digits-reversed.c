/* kills: 1.1; hint: the last digit comes first. */
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
    for (unsigned i = 0; i < count; i++)
        log_char(digits[i]);
}
