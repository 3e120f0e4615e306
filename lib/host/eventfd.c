/* SPDX-License-Identifier: Apache-2.0 */
/* eventfds: a counter with a wait queue whose callbacks run in the signaller's context (fs/eventfd.c). */
#include "internal.h"
#include <trapline/events.h>

void host_eventfd_init(struct host_eventfd *e, struct host *h, unsigned id, bool resample)
{
    *e = (struct host_eventfd){.host = h, .id = id, .resample = resample};
}

void host_eventfd_add_waiter(struct host_eventfd *e, struct host_waiter *w)
{
    struct host_waiter **p = &e->waiters;
    while (*p)
        p = &(*p)->next;
    w->next = NULL;
    *p = w;
}

void host_eventfd_remove_waiter(struct host_eventfd *e, struct host_waiter *w)
{
    for (struct host_waiter **p = &e->waiters; *p; p = &(*p)->next) {
        if (*p == w) {
            *p = w->next;
            return;
        }
    }
}

/* r0 = waiter to call next. */
static int signal_count(struct sim_strand *s, struct sim_frame *f)
{
    struct host_eventfd *e = f->obj;
    e->count++;
    e->signals++;
    if (e->resample)
        e->host->stats.eventfd_resample++;
    else
        e->host->stats.eventfd_trigger++;
    sim_trace(e->host->sim, s->cpu->id, EV_EVENTFD_SIGNAL, e->id, (int64_t)e->count);
    if (e->resample)
        sim_charge(s->cpu, SIM_COST_RESAMPLE_SIGNAL);
    if (!e->waiters)
        return SIM_RET;
    f->r[0] = (uintptr_t)e->waiters->next;
    return sim_call(s, f, SIM_NEXT, e->waiters->wake, e->waiters->obj, 0, 0, 0, 0);
}

static int signal_next(struct sim_strand *s, struct sim_frame *f)
{
    struct host_waiter *w = (struct host_waiter *)(uintptr_t)f->r[0];
    /* A waiter that consumed the event was exclusive: nobody further is woken. */
    if (s->ret == 1 || !w)
        return SIM_RET;
    f->r[0] = (uintptr_t)w->next;
    return sim_call(s, f, 1, w->wake, w->obj, 0, 0, 0, 0);
}

static const struct sim_step signal_steps[] = {
    {signal_count, "count, wake the first", SIM_MASKED},
    {signal_next, "wake the next", SIM_MASKED},
};
SIM_PROC(host_eventfd_signal_proc, "eventfd_signal", signal_steps);
