/* kills: 1.2; hint: of a run that is given back only the first frame becomes
 * free. */
void
frame_free(paddr_t start, unsigned count)
{
    uint64_t n = (start - frames.start) / PAGE_BYTES;
    uint64_t mask = run_mask(n % 64, count);

    assert(start >= frames.start && start < frames.end);
    assert(n % 64 + count <= 64);
    assert((frames.map[n / 64] & mask) == 0); /* else: freed twice */
    frames.map[n / 64] |= mask & -mask;
    if (DEBUG)
        frame_fill(start, count, POISON_WORD);
}
