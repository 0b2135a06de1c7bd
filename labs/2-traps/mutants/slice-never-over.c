/* kills: 2.5; hint: no slice is ever over. */
bool
timer_tick(void)
{
    struct hart *hart = hart_this();

    return !hart;
}
