/* kills: 3.6; hint: a thread that exits gives its id back, but not the memory of its record. */
void
thread_free(struct thread *t)
{
    unsigned id = thread_id(t);
    uint64_t count = (t->token >> TOKEN_COUNT_SHIFT) + 1;

    assert(threads[id] == t && t->state == THREAD_ENDED);
    threads[id] = &nobody;
    ids.free_next[id] = ids.free_first;
    ids.free_first = (uint16_t)id;
    if (ids.count < count)
        ids.count = count;
    list_remove(&t->siblings);
    t->process->thread_count--;
}
