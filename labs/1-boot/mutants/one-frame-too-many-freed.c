/* kills: 1.2; hint: with a run the frame behind it becomes free as well. */
void
frame_free(paddr_t start, unsigned count)
{
    uint64_t n = (start - frames.start) / PAGE_BYTES;
    uint64_t mask = run_mask(n % 64, count);

    assert(start >= frames.start && start < frames.end);
    assert(n % 64 + count <= 64);
    assert((frames.map[n / 64] & mask) == 0); /* else: freed twice */
    frames.map[n / 64] |= mask | mask << 1;
    if (DEBUG)
        frame_fill(start, count, POISON_WORD);
}
