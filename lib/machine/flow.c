/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Occurrences of interrupts. A flow begins when a wire goes up (or an injector signals) and is over when
 * the guest has read its IAR and the line is free again: physically inactive, enabled, and low. For an
 * injector, which has no line, "free" is the guest's deactivation. A cause that comes before the guest's
 * IAR merges with the flow that waits for it: latency runs from the first, and `coalesced` counts it.
 */
#include "internal.h"
#include <string.h>
#include <trapline/events.h>

static struct flow *first(struct mdevice *d, bool undelivered)
{
    for (unsigned i = 0; i < d->nflows; i++)
        if (undelivered ? !d->flow[i].delivered : !d->flow[i].freed)
            return &d->flow[i];
    return NULL;
}

/* Drops finished flows from the front. */
static void retire(struct mdevice *d)
{
    unsigned k = 0;
    while (k < d->nflows && d->flow[k].delivered && d->flow[k].freed) {
        d->m->n.completed++;
        sim_trace(&d->m->sim, SIM_NO_CPU, EV_FLOW_END, d->cfg->spi, d->flow[k].id);
        k++;
    }
    if (!k)
        return;
    d->nflows -= k;
    memmove(d->flow, d->flow + k, d->nflows * sizeof d->flow[0]);
}

static void watch_occurrence(struct mdevice *d)
{
    struct machine *m = d->m;
    if (!m->watch.armed || m->watch.device != d->index)
        return;
    m->watch.on = d->occurrences == m->watch.nth;
}

void flow_raise(struct mdevice *d)
{
    struct machine *m = d->m;
    m->n.raised++;
    if (first(d, true) || d->nflows == FLOWS_PER_DEVICE) {
        m->n.coalesced++;
        return;
    }
    d->occurrences++;
    watch_occurrence(d);
    d->last_flow = ++m->flows;
    d->flow[d->nflows++] = (struct flow){.id = d->last_flow, .begin = m->sim.now};
    sim_trace(&m->sim, SIM_NO_CPU, EV_FLOW_BEGIN, d->cfg->spi, d->last_flow);
}

static void freed(struct mdevice *d, struct flow *f)
{
    f->freed = true;
    sim_hist_add(d->m->to_free, d->m->sim.now - f->begin);
}

/*
 * The state of a device's SPI changed, which includes its wire: is the line free again? A second edge that
 * waits behind an active first one is pending when the first is deactivated: that ends the first alone.
 */
static void line_changed(struct mdevice *d, uint32_t old_bits, uint32_t new_bits)
{
    const uint32_t busy = GIC_ST_PENDING | GIC_ST_ACTIVE | GIC_ST_LINE;
    if ((new_bits & (busy | GIC_ST_ENABLED)) == GIC_ST_ENABLED) {
        for (unsigned i = 0; i < d->nflows; i++)
            if (!d->flow[i].freed)
                freed(d, &d->flow[i]);
        retire(d);
    } else if (d->nflows > 1 && (old_bits & GIC_ST_ACTIVE) && (new_bits & busy) == GIC_ST_PENDING) {
        struct flow *f = first(d, false);
        if (f) {
            freed(d, f);
            retire(d);
        }
    }
}

void flow_gic_state(void *ctx, unsigned cpu, uint32_t intid, uint32_t old_bits, uint32_t new_bits)
{
    struct machine *m = ctx;
    sim_trace(&m->sim, intid < 32 ? cpu : SIM_NO_CPU, EV_GIC_IRQ_STATE, intid, old_bits, new_bits);
    for (int i = m->dev_of_spi[intid]; i >= 0; i = m->dev[i].next_on_spi)
        if (m->dev[i].nflows)
            line_changed(&m->dev[i], old_bits, new_bits);
}

static struct mdevice *device_of_guest(struct machine *m, uint32_t guest_intid)
{
    return guest_intid < HOST_MAX_IRQS && m->dev_of_guest[guest_intid] >= 0 ? &m->dev[m->dev_of_guest[guest_intid]]
                                                                            : NULL;
}

void flow_guest_iar(struct machine *m, uint32_t guest_intid)
{
    m->n.guest_irqs++;
    struct mdevice *d = device_of_guest(m, guest_intid);
    if (!d)
        return;
    struct flow *f = first(d, true);
    if (f) {
        f->delivered = true;
        m->n.delivered++;
        sim_hist_add(m->to_iar, m->sim.now - f->begin);
        retire(d);
    } else if (!d->hw.line) {
        m->n.spurious++; /* the handler runs, and nobody asked for it */
    }
}

void flow_guest_deactivated(struct machine *m, uint32_t guest_intid)
{
    struct mdevice *d = device_of_guest(m, guest_intid);
    if (!d || d->cfg->kind != MACHINE_INJECTOR)
        return;
    struct flow *f = first(d, false);
    if (f && f->delivered) {
        freed(d, f);
        retire(d);
    }
}

/* The flow a trace record belongs to: the table says which argument is the interrupt. */
uint32_t flow_of(void *ctx, const struct sim_record *r)
{
    struct machine *m = ctx;
    const struct trapline_event_info *e = trapline_event_find(r->id);
    if (!e || e->flow_kind == EV_FLOW_NONE || r->arg[e->flow_arg] < 0 || r->arg[e->flow_arg] >= HOST_MAX_IRQS)
        return 0;
    uint32_t intid = (uint32_t)r->arg[e->flow_arg];
    int dev = e->flow_kind == EV_FLOW_PHYS ? m->dev_of_spi[intid] : m->dev_of_guest[intid];
    return dev >= 0 && m->dev[dev].nflows ? m->dev[dev].flow[0].id : 0;
}

void flow_finish(struct machine *m)
{
    for (size_t i = 0; i < m->cfg.ndevices; i++)
        for (unsigned k = 0; k < m->dev[i].nflows; k++)
            if (!m->dev[i].flow[k].delivered)
                m->n.lost++;
}
