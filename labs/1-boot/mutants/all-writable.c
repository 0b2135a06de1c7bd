/* kills: 1.4; hint: each page can be written. */
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
    if (payer->quota < tables_missing(space, va, end, 1) +
                           tables_missing(space, va, end, 0) + spare)
        return ERR_QUOTA;

    /* Commit: nothing below may fail. */
    for (unsigned i = 0; i < pages; i++)
        *entry_make(space, payer, va + (uint64_t)i * PAGE_BYTES) =
            sv39_entry(start + (uint64_t)i * PAGE_BYTES,
                       bits | PTE_W | PTE_V | PTE_U | PTE_A | PTE_D);
    if (bits & PTE_X)
        hart_flush_code();
    return OK;
}
