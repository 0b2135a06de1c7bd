/* SPDX-License-Identifier: MIT */
/* Arming and disarming the timer.
 *
 * A hart without Sstc asks the firmware, which costs some hundred
 * instructions more and is otherwise the same. Disarming clears the enable
 * bit and leaves the compare value: writing a far-away value would make some
 * machines believe that something is planned for then. */
#include "timer.h"

#include "hart.h"
#include "riscv.h"
#include "sbi.h"

static struct {
    uint64_t slice_ticks;
    uint64_t next_ticks; /* of the slice that is started next */
    bool has_sstc;
} timer;

static uint64_t
slice_ticks(uint64_t hertz, uint64_t us)
{
    if (us < SLICE_US_MIN)
        us = SLICE_US_MIN;
    if (us > SLICE_US_MAX)
        us = SLICE_US_MAX;
    return hertz * us / 1000000;
}

void
timer_init(uint64_t hertz, bool has_sstc, uint64_t slice_us, uint64_t phase_us)
{
    timer.slice_ticks = slice_ticks(hertz, slice_us);
    timer.next_ticks = slice_ticks(hertz, phase_us);
    timer.has_sstc = has_sstc;
}

/* Lab: traps-timer */
void
timer_arm(uint64_t ticks)
{
    if (timer.has_sstc)
        riscv_stimecmp_write(ticks);
    else
        sbi_timer_set(ticks);
    CSR_SET(sie, SIE_STIE);
}

void
timer_disarm(void)
{
    CSR_CLEAR(sie, SIE_STIE);
    hart_this()->is_slice_armed = false;
}

void
timer_slice_arm(void)
{
    if (!hart_this()->is_slice_armed)
        timer_slice_restart();
}

void
timer_slice_restart(void)
{
    hart_this()->is_slice_armed = true;
    timer_arm(riscv_time() + timer.next_ticks);
    timer.next_ticks = timer.slice_ticks;
}

/* Lab: traps-timer */
void
timer_tick(void)
{
    timer_disarm();
}

void
timer_idle(void)
{
    timer_disarm(); /* an old slice would wake the hart for nothing */
    hart_idle();
}
