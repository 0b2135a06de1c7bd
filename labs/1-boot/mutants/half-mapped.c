/* kills: 1.4; hint: pages are mapped up to the first that is there already, and
 * stay. */
err_t
space_map(struct space *space, struct payer *payer, vaddr_t va, paddr_t start,
          unsigned pages, uint64_t bits, unsigned spare)
{
    vaddr_t end = va + (uint64_t)pages * PAGE_BYTES;

    if (va % PAGE_BYTES || va < PAGE_BYTES || va >= USER_TOP || end > USER_TOP)
        return ERR_ADDRESS;
    for (vaddr_t page = va; page < end; page += PAGE_BYTES)
        if (space_entry(space, page))
            return ERR_EXISTS;
        else if (sv39_walk(space->root, page, 0) && bits)
            *sv39_walk(space->root, page, 0) = sv39_entry(
                start + page - va, bits | PTE_V | PTE_U | PTE_A | PTE_D);
    if (payer->quota < tables_missing(space, va, end, 1) +
                           tables_missing(space, va, end, 0) + spare)
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    for (unsigned i = 0; i < pages; i++)
        *entry_make(space, payer, va + (uint64_t)i * PAGE_BYTES) =
            sv39_entry(start + (uint64_t)i * PAGE_BYTES,
                       bits | PTE_V | PTE_U | PTE_A | PTE_D);
    if (bits & PTE_X)
        hart_flush_code();
    return OK;
}
