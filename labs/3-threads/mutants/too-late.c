/* kills: 3.4; hint: a deadline comes some milliseconds later than it was set for. */
void
deadline_set(struct thread *t, uint64_t ticks, uint64_t bits)
{
    if (t->deadline_place)
        heap_remove(t);
    t->deadline = ticks;
    t->deadline_bits = bits;
    if (ticks != DEADLINE_NONE) {
        t->deadline = ticks + 20000;
        heap_rise(++heap.count, t);
    }
}
