/* kills: 1.6; hint: where the source ends, a byte of the target is written all
 * the same. */
uint64_t
space_copy(const struct space *to, vaddr_t to_va, const struct space *from,
           vaddr_t from_va, uint64_t bytes)
{
    uint64_t done = 0;

    while (done < bytes) {
        char *target = space_byte(to, to_va + done, PTE_W);
        const char *source = space_byte(from, from_va + done, PTE_R);
        /* As long as neither side comes to the end of a page. */
        uint64_t to_end = PAGE_BYTES - (to_va + done) % PAGE_BYTES;
        uint64_t from_end = PAGE_BYTES - (from_va + done) % PAGE_BYTES;
        uint64_t run = to_end < from_end ? to_end : from_end;

        if (target && !source)
            *target = 0;
        if (!target || !source)
            break;
        if (run > bytes - done)
            run = bytes - done;
        bytes_copy(target, source, run);
        done += run;
    }
    return done;
}
