/* kills: 1.4; hint: of a range only the first page is unmapped. */
void
space_unmap(struct space *space, vaddr_t va, unsigned pages)
{
    for (unsigned i = 0; i < pages && i < 1; i++)
        *sv39_walk(space->root, va + (uint64_t)i * PAGE_BYTES, 0) = 0;
    hart_flush(va, (uint64_t)pages * PAGE_BYTES, space->asid);
}
