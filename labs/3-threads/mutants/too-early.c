/* kills: 3.4; hint: a deadline comes as soon as the timer rings for any reason, be it still to come. */
struct thread *
deadline_expire(uint64_t now)
{
    struct thread *t = heap.count ? heap.at[1] : NULL;

    if (!t || t->deadline > now + 100000)
        return NULL;
    heap_remove(t);
    return t;
}
