/* kills: 3.4; hint: with the first deadline that comes all others come too. */
struct thread *
deadline_expire(uint64_t now)
{
    static uint64_t last;
    struct thread *t = heap.count ? heap.at[1] : NULL;

    if (!t || (t->deadline > now && last != now))
        return NULL;
    last = now;
    heap_remove(t);
    return t;
}
