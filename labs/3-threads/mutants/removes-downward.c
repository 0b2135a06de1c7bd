/* kills: 3.4; hint: when a deadline is removed from the heap, the one that takes its place is only moved down, never up. */
static void
heap_remove(struct thread *t)
{
    unsigned place = t->deadline_place;
    struct thread *last = heap.at[heap.count--];

    t->deadline_place = 0;
    if (last == t)
        return;
    heap_sink(place, last);
}
