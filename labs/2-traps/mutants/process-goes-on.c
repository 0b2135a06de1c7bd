/* kills: 2.4; hint: a fault is told, and ends the thread, but not its process. */
static void
fault_is_fatal(struct thread *t)
{
    t->state = THREAD_ENDED;
    log_format("FAULT %s thread %u: %s, pc %x, address %x\n", t->process->name,
               thread_id(t), cause_text(t->fault_cause), t->x[REG_PC],
               t->fault_address);
}
