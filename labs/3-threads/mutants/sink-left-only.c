/* kills: 3.4; hint: a deadline that sinks in the heap is compared with one of the two below it and not with the earlier of them. */
static void
heap_sink(unsigned place, struct thread *t)
{
    for (;;) {
        unsigned below = 2 * place;
        if (below > heap.count || heap.at[below]->deadline >= t->deadline)
            break;
        heap_put(place, heap.at[below]);
        place = below;
    }
    heap_put(place, t);
}
