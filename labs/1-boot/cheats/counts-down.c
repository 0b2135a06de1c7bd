/* expects: 0; counts the tables and pretends: nothing is ever freed. */
static unsigned
tables_count(pte_t *table, unsigned entries, unsigned level)
{
    unsigned count = 0;

    for (unsigned i = 0; i < entries && level > 0; i++)
        if ((table[i] & PTE_V) && !(table[i] & PTE_LEAF))
            count += 1 + tables_count(phys_to_virt(sv39_address(table[i])),
                                      SV39_ENTRIES, level - 1);
    return count;
}

bool
space_free_step(struct space *space, struct payer *payer)
{
    static unsigned done;
    unsigned count =
        tables_count(space->root, SV39_USER_ENTRIES, SV39_ROOT_LEVEL);

    payer->quota++;
    if (done++ < count)
        return false;
    done = 0;
    return true;
}
