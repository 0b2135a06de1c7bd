/* kills: 1.4; hint: unmapping takes the rights away and leaves a valid entry.
 * */
void
space_unmap(struct space *space, vaddr_t va, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        *sv39_walk(space->root, va + (uint64_t)i * PAGE_BYTES, 0) &= ~PTE_LEAF;
    hart_flush(va, (uint64_t)pages * PAGE_BYTES, space->asid);
}
