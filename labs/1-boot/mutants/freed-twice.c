/* kills: 1.7; hint: the entry of a table that was freed stays, and it is freed
 * again. */
bool
space_free_step(struct space *space, struct payer *payer)
{
    pte_t *pte = table_first(space->root, SV39_USER_ENTRIES);

    if (pte) {
        pte_t *inner =
            table_first(phys_to_virt(sv39_address(*pte)), SV39_ENTRIES);
        pte = inner ? inner : pte;
        payer_give_back(payer, sv39_address(*pte), 1);
        return false;
    }
    hart_flush(0, FLUSH_ALL, space->asid);
    asid_free(space->asid);
    payer_give_back(payer, virt_to_phys(space->root), 1);
    return true;
}
