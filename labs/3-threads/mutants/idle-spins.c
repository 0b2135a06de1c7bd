/* kills: 3.4; hint: while all threads sleep the hart goes round and round and does not wait for an interrupt. */
void
timer_idle(void)
{
    hart_this()->is_slice_armed = false; /* it would wake us for nothing */
    timer_update();
    trace_note(TRACE_IDLE, 0, 0, 0);
}
