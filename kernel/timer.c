/* SPDX-License-Identifier: MIT */
/* Arming and disarming the timer.
 *
 * I1  A hart's timer is armed for its slice if that is running, and the timer
 *     of one hart at least for the earliest deadline.
 *
 * For whoever sets a deadline arms the timer of the hart that it runs on, and
 * a timer is never armed for later than the first deadline.
 *
 * A hart without Sstc asks the firmware, which costs some hundred
 * instructions more and is otherwise the same. Disarming clears the enable
 * bit and leaves the compare value: writing a far-away value would make some
 * machines believe that something is planned for then. */
#include "timer.h"

#include "deadline.h"
#include "hart.h"
#include "riscv.h"
#include "sbi.h"
#include "trace.h"

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
timer_update(void)
{
    const struct hart *hart = hart_this();
    uint64_t ticks = deadline_first();

    if (hart->is_slice_armed && hart->slice_end < ticks)
        ticks = hart->slice_end;
    if (ticks == UINT64_MAX)
        CSR_CLEAR(sie, SIE_STIE);
    else
        timer_arm(ticks);
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
    struct hart *hart = hart_this();

    hart->is_slice_armed = true;
    hart->slice_end = riscv_time() + timer.next_ticks;
    timer.next_ticks = timer.slice_ticks;
    timer_update();
}

/* Lab: traps-timer */
bool
timer_tick(void)
{
    struct hart *hart = hart_this();

    if (!hart->is_slice_armed || riscv_time() < hart->slice_end)
        return false;
    hart->is_slice_armed = false;
    return true;
}

void
timer_idle(void)
{
    hart_this()->is_slice_armed = false; /* it would wake us for nothing */
    timer_update();
    trace_note(TRACE_IDLE, 0, 0, 0);
    hart_idle();
}
