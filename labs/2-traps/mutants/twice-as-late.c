/* kills: 2.5; hint: the timer rings after twice the time. */
void
timer_arm(uint64_t ticks)
{
    ticks += ticks - riscv_time();
    if (timer.has_sstc)
        riscv_stimecmp_write(ticks);
    else
        sbi_timer_set(ticks);
    CSR_SET(sie, SIE_STIE);
}
