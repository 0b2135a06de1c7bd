/* SPDX-License-Identifier: MIT */
/* Each function done another way: digits from the front, frames found from the
 * end of memory and across words, the walk unrolled, tables made as they are
 * met, leaves grown from small to large, bytes one by one, and the last table
 * freed first. */
void
log_number(uint64_t value, unsigned base, unsigned width)
{
    uint64_t place = 1;
    unsigned digits = 1;

    for (; value / place >= base; place *= base)
        digits++;
    for (; digits < width; width--)
        log_char('0');
    for (; place > 0; place /= base) {
        unsigned digit = (unsigned)(value / place % base);
        log_char((char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
    }
}

paddr_t
frame_alloc(unsigned count)
{
    uint64_t total = (frames.end - frames.start) / PAGE_BYTES;
    unsigned found = 0;

    for (uint64_t n = total; n > 0 && found < count; n--) {
        bool is_free = frames.map[(n - 1) / 64] >> (n - 1) % 64 & 1;
        found = is_free ? found + 1 : 0;
        if (found < count)
            continue;
        for (uint64_t i = n - 1; i < n - 1 + count; i++)
            frames.map[i / 64] &= ~(UINT64_C(1) << i % 64);
        paddr_t start = frames.start + (n - 1) * PAGE_BYTES;
        __builtin_memset(phys_to_virt(start), 0, (size_t)count * PAGE_BYTES);
        return start;
    }
    return FRAME_NONE;
}

void
frame_free(paddr_t start, unsigned count)
{
    uint64_t first = (start - frames.start) / PAGE_BYTES;

    /* Rubbish for whoever still uses it. */
    frame_fill(start, count, POISON_WORD);
    for (uint64_t n = first; n < first + count; n++)
        frames.map[n / 64] |= UINT64_C(1) << n % 64;
}

pte_t *
sv39_walk(pte_t *root, vaddr_t va, unsigned level)
{
    pte_t *pte = &root[va >> 30 & 511];

    if (level == 2)
        return pte;
    if ((*pte & (PTE_V | PTE_LEAF)) != PTE_V)
        return NULL;
    pte = (pte_t *)phys_to_virt(*pte >> 10 << 12) + (va >> 21 & 511);
    if (level == 1)
        return pte;
    if ((*pte & (PTE_V | PTE_LEAF)) != PTE_V)
        return NULL;
    return (pte_t *)phys_to_virt(*pte >> 10 << 12) + (va >> 12 & 511);
}

err_t
space_map(struct space *space, struct payer *payer, vaddr_t va, paddr_t start,
          unsigned pages, uint64_t bits, unsigned spare)
{
    unsigned missing = 0;

    if (va % PAGE_BYTES || va == 0 || va > USER_TOP ||
        (USER_TOP - va) / PAGE_BYTES < pages)
        return ERR_ADDRESS;
    for (unsigned i = 0; i < pages; i++) {
        vaddr_t page = va + (uint64_t)i * PAGE_BYTES;
        const pte_t *upper = sv39_walk(space->root, page, 2);
        const pte_t *lower = sv39_walk(space->root, page, 1);
        if (space_entry(space, page))
            return ERR_EXISTS;
        /* Each table is counted at the first page of it. */
        if (!(*upper & PTE_V) && (i == 0 || page % sv39_span(2) == 0))
            missing++;
        if (!(lower && *lower & PTE_V) && (i == 0 || page % sv39_span(1) == 0))
            missing++;
    }
    if (payer->quota < (uint64_t)missing + spare)
        return ERR_QUOTA;
    for (unsigned i = pages; i > 0; i--) {
        vaddr_t page = va + (uint64_t)(i - 1) * PAGE_BYTES;
        for (unsigned level = 2; level > 0; level--) {
            pte_t *pte = sv39_walk(space->root, page, level);
            if (!(*pte & PTE_V))
                *pte = sv39_entry(payer_take(payer, 1), PTE_V);
        }
        *sv39_walk(space->root, page, 0) =
            sv39_entry(start + page - va, bits | PTE_V | PTE_U | PTE_A | PTE_D);
    }
    hart_flush_code();
    return OK;
}

void
space_unmap(struct space *space, vaddr_t va, unsigned pages)
{
    /* The address stays: an entry that is not valid means nothing. */
    while (pages-- > 0)
        *sv39_walk(space->root, va + (uint64_t)pages * PAGE_BYTES, 0) &= ~PTE_V;
    hart_flush(0, FLUSH_ALL, space->asid);
}

void
kernel_map(pte_t *root, vaddr_t va, paddr_t start, uint64_t bytes,
           uint64_t bits, paddr_t *free)
{
    while (bytes > 0) {
        unsigned level = 0;
        pte_t *pte = &root[sv39_index(va, SV39_ROOT_LEVEL)];

        while (level < SV39_ROOT_LEVEL && bytes >= sv39_span(level + 1) &&
               va % sv39_span(level + 1) == 0 &&
               start % sv39_span(level + 1) == 0)
            level++;
        for (unsigned above = SV39_ROOT_LEVEL; above > level; above--) {
            if (!(*pte & PTE_V)) {
                __builtin_memset(phys_to_virt(*free), 0, PAGE_BYTES);
                *pte = sv39_entry(*free, PTE_V);
                *free += PAGE_BYTES;
            }
            pte = phys_to_virt(sv39_address(*pte));
            pte += sv39_index(va, above - 1);
        }
        *pte = sv39_entry(start, bits | PTE_V | PTE_G | PTE_A | PTE_D);
        va += sv39_span(level);
        start += sv39_span(level);
        bytes -= sv39_span(level);
    }
}

uint64_t
space_copy(const struct space *to, vaddr_t to_va, const struct space *from,
           vaddr_t from_va, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes; done++) {
        char *target = space_byte(to, to_va + done, PTE_W);
        const char *source = space_byte(from, from_va + done, PTE_R);
        if (!target || !source)
            return done;
        *target = *source;
    }
    return bytes;
}

bool
space_free_step(struct space *space, struct payer *payer)
{
    for (unsigned i = SV39_USER_ENTRIES; i > 0; i--) {
        pte_t *upper = &space->root[i - 1], *table;
        if (!(*upper & PTE_V))
            continue;
        table = phys_to_virt(sv39_address(*upper));
        for (unsigned k = SV39_ENTRIES; k > 0; k--)
            if (table[k - 1] & PTE_V) {
                payer_give_back(payer, sv39_address(table[k - 1]), 1);
                table[k - 1] = 0;
                return false;
            }
        payer_give_back(payer, sv39_address(*upper), 1);
        *upper = 0;
        return false;
    }
    hart_flush(0, FLUSH_ALL, space->asid);
    asid_free(space->asid);
    payer_give_back(payer, virt_to_phys(space->root), 1);
    return true;
}
