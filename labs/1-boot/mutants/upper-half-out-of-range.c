/* kills: 1.3; hint: addresses of the upper half are looked up beyond the end of
 * the root. */
pte_t *
sv39_walk(pte_t *root, vaddr_t va, unsigned level)
{
    pte_t *table = root;

    for (unsigned l = SV39_ROOT_LEVEL; l > level; l--) {
        pte_t pte = table[l == 2 ? va >> 30 : sv39_index(va, l)];
        if (!(pte & PTE_V) || (pte & PTE_LEAF))
            return NULL;
        table = phys_to_virt(sv39_address(pte));
    }
    return &table[sv39_index(va, level)];
}
