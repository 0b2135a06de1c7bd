/* kills: 2.5; hint: the timer rings ten times in a slice, and nine times there is nothing to do. */
void
timer_arm(uint64_t ticks)
{
    uint64_t soon = riscv_time() + timer.slice_ticks / 10;

    if (ticks > soon)
        ticks = soon;
    if (timer.has_sstc)
        riscv_stimecmp_write(ticks);
    else
        sbi_timer_set(ticks);
    CSR_SET(sie, SIE_STIE);
}
