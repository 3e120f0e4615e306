/* SPDX-License-Identifier: Apache-2.0 */
/* A device with one interrupt line, and the timetable that gives it reasons to interrupt. */
#include <trapline/devices.h>
#include <trapline/events.h>

static void drive(struct irq_device *d, bool level)
{
    d->line = level;
    sim_trace(d->sim, SIM_NO_CPU, EV_DEVICE_LINE, d->intid, level);
    d->set_line(d->ctx, d, level);
}

bool irq_device_raise(struct irq_device *d)
{
    bool up = !d->line;
    if (up)
        d->raised++;
    else
        d->coalesced++;
    sim_trace(d->sim, SIM_NO_CPU, EV_DEVICE_EVENT, d->intid, !up);
    if (!up)
        return false; /* merges with the cause that is being served */
    if (d->level) {
        d->remaining = d->clears ? d->clears : 1;
        drive(d, true);
    } else {
        drive(d, true);
        drive(d, false);
    }
    return true;
}

void irq_device_clear(struct irq_device *d)
{
    if (!d->remaining)
        return;
    d->remaining--;
    sim_trace(d->sim, SIM_NO_CPU, EV_DEVICE_CLEAR, d->intid, d->remaining);
    if (!d->remaining)
        drive(d, false);
}

void irq_device_reset(struct irq_device *d)
{
    d->remaining = 0;
    if (d->line)
        drive(d, false);
}

static void traffic_fire(struct sim *sim, struct sim_event *ev)
{
    struct irq_traffic *t = ev->owner;
    t->left--;
    /* The next one first: what raise() schedules for the same instant comes after it. */
    if (t->left)
        (void)sim_at(sim, ev, sim->now + t->every);
    t->raise(t->ctx);
}

int irq_traffic_begin(struct sim *sim, struct irq_traffic *t, sim_tick t0)
{
    if (!t->left)
        return 0;
    t->event.fire = traffic_fire;
    t->event.owner = t;
    return sim_at(sim, &t->event, t0 + t->start);
}
