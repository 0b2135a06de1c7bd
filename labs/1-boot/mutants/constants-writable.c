/* kills: 1.5; hint: constants can be written. */
void
kernel_map(pte_t *root, vaddr_t va, paddr_t start, uint64_t bytes,
           uint64_t bits, paddr_t *free)
{
    uint64_t done = 0;

    while (done < bytes) {
        unsigned level = SV39_ROOT_LEVEL;
        pte_t *table = root;

        /* The largest leaf that begins here and does not reach too far. */
        while (((va + done) | (start + done)) & (sv39_span(level) - 1) ||
               bytes - done < sv39_span(level))
            level--;
        for (unsigned l = SV39_ROOT_LEVEL; l > level; l--) {
            pte_t *pte = &table[sv39_index(va + done, l)];
            if (!(*pte & PTE_V)) {
                uint64_t *fresh = phys_to_virt(*free);
                for (unsigned i = 0; i < SV39_ENTRIES; i++)
                    fresh[i] = 0;
                *pte = sv39_entry(*free, PTE_V);
                *free += PAGE_BYTES;
            }
            table = phys_to_virt(sv39_address(*pte));
        }
        table[sv39_index(va + done, level)] =
            sv39_entry(start + done, bits | (bits & PTE_X ? 0 : PTE_W) | PTE_V |
                                         PTE_G | PTE_A | PTE_D);
        done += sv39_span(level);
    }
}
