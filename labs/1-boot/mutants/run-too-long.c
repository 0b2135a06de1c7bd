/* kills: 1.2; hint: a run is found only where one frame more than asked for is
 * free. */
paddr_t
frame_alloc(unsigned count)
{
    assert(count >= 1 && count <= FRAME_RUN_MAX);
    for (uint64_t i = 0; i < frames.words; i++) {
        uint64_t word = (frames.hint + i) % frames.words;
        uint64_t runs = frames.map[word];

        for (unsigned n = 1; n <= count && n < 64 && runs; n++)
            runs &= frames.map[word] >> n;
        if (!runs)
            continue;
        unsigned first = (unsigned)__builtin_ctzll(runs);
        paddr_t start = frames.start + (word * 64 + first) * PAGE_BYTES;
        frames.map[word] &= ~run_mask(first, count);
        frames.hint = word;
        frame_fill(start, count, 0);
        return start;
    }
    return FRAME_NONE;
}
