/* kills: 3.6; hint: the id of a thread that exits is never used again. */
void
thread_free(struct thread *t)
{
    unsigned id = thread_id(t);
    uint64_t count = (t->token >> TOKEN_COUNT_SHIFT) + 1;

    assert(threads[id] == t && t->state == THREAD_ENDED);
    threads[id] = &nobody;
    if (ids.count < count)
        ids.count = count;
    list_remove(&t->siblings);
    t->process->thread_count--;
    record_free(t);
}
