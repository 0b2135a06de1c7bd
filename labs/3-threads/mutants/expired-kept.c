/* kills: 3.4; hint: a deadline that has come stays in the heap: the timer rings for it again and again. */
struct thread *
deadline_expire(uint64_t now)
{
    struct thread *t = heap.count ? heap.at[1] : NULL;

    if (!t || t->deadline > now)
        return NULL;
    return t;
}
