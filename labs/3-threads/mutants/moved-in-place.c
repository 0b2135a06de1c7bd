/* kills: 3.4; hint: a new deadline is written into the thread that is in the heap, and it keeps the place of the old one. */
void
deadline_set(struct thread *t, uint64_t ticks, uint64_t bits)
{
    t->deadline_bits = bits;
    if (t->deadline_place && ticks != DEADLINE_NONE) {
        t->deadline = ticks;
        return;
    }
    if (t->deadline_place)
        heap_remove(t);
    t->deadline = ticks;
    if (ticks != DEADLINE_NONE)
        heap_rise(++heap.count, t);
}
