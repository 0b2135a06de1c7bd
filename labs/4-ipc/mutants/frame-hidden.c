/* kills: 4.6; hint: something is kept for each thread whose handle is closed, and the books are made to agree: only who runs out of memory notices. */
void
endpoint_cancel(struct thread *t, err_t error)
{
    endpoint_unqueue(t);
    t->state = THREAD_ENDED;
    thread_finish(t, error);
    if (error == ERR_REVOKED && t->process->payer.quota > 0) {
        (void)!payer_take(&t->process->payer, 1);
        t->process->quota_given--;
    }
}
