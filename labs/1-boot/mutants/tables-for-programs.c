/* kills: 1.4; hint: the entry of a table has U, as those of its pages do. */
static inline pte_t *
entry_make(struct space *space, struct payer *payer, vaddr_t va)
{
    for (unsigned level = SV39_ROOT_LEVEL; level > 0; level--) {
        pte_t *pte = sv39_walk(space->root, va, level);
        if (!(*pte & PTE_V)) {
            paddr_t table = payer_take(payer, 1);
            assert(table != FRAME_NONE);
            *pte = sv39_entry(table, PTE_V | PTE_U);
        }
    }
    return sv39_walk(space->root, va, 0);
}
