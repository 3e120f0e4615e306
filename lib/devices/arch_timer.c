/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual timer of a CPU. Its output is a level: only a register write takes it down again. */
#include <trapline/devices.h>
#include <trapline/events.h>

uint32_t arch_timer_ctl(const struct arch_timer *t)
{
    bool met = (t->ctl & CNTV_CTL_ENABLE) && t->sim->now >= t->cval;
    return t->ctl | (met ? CNTV_CTL_ISTATUS : 0);
}

static void settle(struct arch_timer *t)
{
    bool level = (arch_timer_ctl(t) & (CNTV_CTL_ISTATUS | CNTV_CTL_IMASK)) == CNTV_CTL_ISTATUS;
    if (level == t->line)
        return;
    t->line = level;
    sim_trace(t->sim, t->cpu, EV_DEVICE_LINE, t->intid, level);
    t->set_line(t->ctx, t->cpu, level);
}

static void expired(struct sim *sim, struct sim_event *event)
{
    (void)sim;
    settle((struct arch_timer *)event);
}

void arch_timer_write(struct arch_timer *t, uint32_t ctl, sim_tick cval)
{
    t->ctl = ctl & (CNTV_CTL_ENABLE | CNTV_CTL_IMASK);
    t->cval = cval;
    sim_cancel(t->sim, &t->event);
    t->event.fire = expired;
    if (t->ctl == CNTV_CTL_ENABLE && cval > t->sim->now && cval != SIM_FOREVER)
        (void)sim_at(t->sim, &t->event, cval);
    settle(t);
}
