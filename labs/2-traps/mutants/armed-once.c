/* kills: 2.5; hint: the timer is armed once and never again. */
void
timer_arm(uint64_t ticks)
{
    static bool is_armed;
    if (is_armed)
        return;
    is_armed = true;
    if (timer.has_sstc)
        riscv_stimecmp_write(ticks);
    else
        sbi_timer_set(ticks);
    CSR_SET(sie, SIE_STIE);
}
