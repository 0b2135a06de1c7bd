/* kills: 2.5; hint: a slice that is over still counts as running: where nobody starts another, the timer rings at once and for ever. */
bool
timer_tick(void)
{
    struct hart *hart = hart_this();

    return hart->is_slice_armed && riscv_time() >= hart->slice_end;
}
