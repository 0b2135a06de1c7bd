/* kills: 3.4; hint: a new deadline stays at the end of the heap, also if it is the earliest. */
void
deadline_set(struct thread *t, uint64_t ticks, uint64_t bits)
{
    if (t->deadline_place)
        heap_remove(t);
    t->deadline = ticks;
    t->deadline_bits = bits;
    if (ticks != DEADLINE_NONE)
        heap_put(++heap.count, t);
}
