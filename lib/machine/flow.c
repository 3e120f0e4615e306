/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Occurrences of interrupts. A flow begins when a wire goes up (or an injector signals) and is over when the
 * guest has read its IAR and deactivated it, and the line is free again: physically inactive, enabled, and low.
 * For an injector, which has no line, "free" is the guest's deactivation.
 *
 * A cause merges with another one where the hardware or the software keeps one bit for both: a wire that is up,
 * an edge that is pending in the distributor, an injection that changes nothing (vgic_hooks.merged). Each of these
 * places reports itself; `coalesced` counts, the newer flow goes, and latency runs from the first.
 */
#include "internal.h"
#include <string.h>
#include <trapline/events.h>

enum flow_stage { UNDELIVERED, UNFREED, UNENDED };

/* The oldest flow that has not come as far as that. UNENDED: delivered, but not deactivated. */
static struct flow *first(struct mdevice *d, enum flow_stage stage)
{
    for (unsigned i = 0; i < d->nflows; i++) {
        struct flow *f = &d->flow[i];
        if (stage == UNDELIVERED ? !f->delivered : stage == UNFREED ? !f->freed : f->delivered && !f->ended)
            return f;
    }
    return NULL;
}

static void drop(struct mdevice *d, unsigned i)
{
    d->nflows--;
    memmove(d->flow + i, d->flow + i + 1, (d->nflows - i) * sizeof d->flow[0]);
}

/* Finished flows leave from the front. */
static void retire(struct mdevice *d)
{
    while (d->nflows && d->flow[0].delivered && d->flow[0].freed && d->flow[0].ended) {
        d->m->n.completed++;
        sim_trace(&d->m->sim, SIM_NO_CPU, EV_FLOW_END, d->index, d->flow[0].id);
        drop(d, 0);
    }
}

/* One cause less will be seen by the guest: the newest that it has not seen yet. */
static void coalesce(struct mdevice *d)
{
    for (unsigned i = d->nflows; i-- > 0;) {
        if (!d->flow[i].delivered) {
            d->m->n.coalesced++;
            drop(d, i);
            return;
        }
    }
}

static void watch_occurrence(struct mdevice *d)
{
    struct machine *m = d->m;
    if (m->watch.armed && m->watch.device == d->index)
        m->watch.on = d->occurrences == m->watch.nth;
}

/* All should be quiet a second after the last cause and the last action. */
void flow_limit(struct machine *m)
{
    if (!m->causes_left && m->actions_done && !m->cfg.until)
        m->limit = m->sim.now + m->sim.costs.tick_hz;
}

/* One reason less for something to happen. */
void flow_cause_done(struct machine *m)
{
    m->storm_steps = 0;
    m->causes_left--;
    flow_limit(m);
}

/* A cause: makes the wire go up or stays without effect if that is up, or signals an eventfd. */
void flow_raise(struct mdevice *d)
{
    struct machine *m = d->m;
    bool wire = d->cfg->kind != MACHINE_INJECTOR;
    m->n.raised++;
    if (d->announced || !m->outside.devices) {
        d->announced -= d->announced != 0;
        flow_cause_done(m);
    } else {
        m->storm_steps = 0; /* a device outside brings more than it announced: nothing that is waited for has come */
    }
    if ((wire && d->hw.line) || (wire && !d->hw.level && gic_state(m->gic, 0, d->cfg->spi) & GIC_ST_PENDING) ||
        d->nflows == FLOWS_PER_DEVICE) {
        m->n.coalesced++;
        return;
    }
    d->occurrences++;
    watch_occurrence(d);
    d->flow[d->nflows++] = (struct flow){.id = ++m->flows, .begin = m->sim.now};
    sim_trace(&m->sim, SIM_NO_CPU, EV_FLOW_BEGIN, d->index, m->flows);
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
        struct flow *f = first(d, UNFREED);
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
    struct flow *f = first(d, UNDELIVERED);
    if (f) {
        f->delivered = true;
        m->n.delivered++;
        sim_hist_add(m->to_iar, m->sim.now - f->begin);
    } else if (!d->hw.line) {
        m->n.spurious++; /* the handler runs, and nobody asked for it */
    }
}

void flow_guest_deactivated(struct machine *m, uint32_t guest_intid)
{
    struct mdevice *d = device_of_guest(m, guest_intid);
    struct flow *f = d ? first(d, UNENDED) : NULL;
    if (!f)
        return;
    f->ended = true;
    if (d->cfg->kind == MACHINE_INJECTOR)
        freed(d, f);
    retire(d);
}

/* The guest has quietened the device before it saw its interrupt (another one on a shared line): served. */
void flow_guest_cleared(struct mdevice *d)
{
    if (d->hw.level && !d->hw.line)
        coalesce(d);
}

void flow_merged(void *ctx, uint32_t guest_intid)
{
    struct mdevice *d = device_of_guest(ctx, guest_intid);
    /* A level line has one bit, the wire: injecting twice for one assertion (after a switch of modes) merges nothing.
     */
    if (d && (d->cfg->kind == MACHINE_INJECTOR || !d->hw.level))
        coalesce(d);
}

/* The device on this SPI that has a flow; the first one otherwise. */
static struct mdevice *device_of_spi(struct machine *m, uint32_t intid)
{
    int i = m->dev_of_spi[intid];
    while (i >= 0 && !m->dev[i].nflows && m->dev[i].next_on_spi >= 0)
        i = m->dev[i].next_on_spi;
    return i >= 0 ? &m->dev[i] : NULL;
}

/* The flow a trace record belongs to: the event's table says which argument is the interrupt. */
uint32_t flow_of(void *ctx, const struct sim_record *r)
{
    struct machine *m = ctx;
    if (r->id == EV_FLOW_BEGIN || r->id == EV_FLOW_END)
        return (uint32_t)r->arg[1];
    const struct trapline_event_info *e = trapline_event_find(r->id);
    if (!e || e->flow_kind == EV_FLOW_NONE || r->arg[e->flow_arg] < 0 || r->arg[e->flow_arg] >= HOST_MAX_IRQS)
        return 0;
    uint32_t intid = (uint32_t)r->arg[e->flow_arg];
    struct mdevice *d = e->flow_kind == EV_FLOW_PHYS ? device_of_spi(m, intid) : device_of_guest(m, intid);
    if (!d || !d->nflows)
        return 0;
    /* What the guest ends was delivered; other virtual events are on the way to that; physical ones free the line. */
    bool ends = r->id == EV_GUEST_EOIR || r->id == EV_GUEST_DIR;
    const struct flow *f = first(d, e->flow_kind == EV_FLOW_PHYS ? UNFREED : ends ? UNENDED : UNDELIVERED);
    return f ? f->id : d->flow[0].id;
}

/* A run that was cut short has not lost what is still on its way. */
void flow_finish(struct machine *m)
{
    if (m->cfg.until)
        return;
    for (size_t i = 0; i < m->cfg.ndevices; i++)
        for (unsigned k = 0; k < m->dev[i].nflows; k++)
            if (!m->dev[i].flow[k].delivered)
                m->n.lost++;
}
