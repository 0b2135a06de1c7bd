/* kills: 2.5; hint: the timer's interrupt is not enabled. */
void
timer_arm(uint64_t ticks)
{
    if (timer.has_sstc)
        riscv_stimecmp_write(ticks);
    else
        sbi_timer_set(ticks);
}
