/* kills: 3.4; hint: no deadline at all leaves the one that was set before. */
void
deadline_set(struct thread *t, uint64_t ticks, uint64_t bits)
{
    if (ticks == DEADLINE_NONE && t->state == THREAD_RUNNING)
        return;
    if (t->deadline_place)
        heap_remove(t);
    t->deadline = ticks;
    t->deadline_bits = bits;
    if (ticks != DEADLINE_NONE)
        heap_rise(++heap.count, t);
}
