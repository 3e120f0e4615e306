/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt descriptors: request, nested disable (lazy), and the fasteoi flow (kernel/irq/{chip,manage}.c,
 * 6.1). The lazy disable is why an automasked level interrupt is acknowledged twice: the first disable
 * only marks the descriptor; the line, still high, fires again and is masked then (section 2.4).
 */
#include "internal.h"
#include <errno.h>
#include <stdio.h>
#include <trapline/events.h>

static struct host_irq *desc(struct host *h, uint32_t irq)
{
    return irq >= 32 && irq < 32 + h->cfg.spis ? &h->irq[irq] : NULL;
}

const struct host_irq *host_irq_get(const struct host *h, uint32_t irq)
{
    return irq >= 32 && irq < 32 + h->cfg.spis ? &h->irq[irq] : NULL;
}

int host_irq_request(struct host *h, uint32_t irq, struct host_irqaction *a, bool level, unsigned cpu)
{
    struct host_irq *d = desc(h, irq);
    if (!d)
        return -EINVAL;
    if (d->action && !(d->action->shared && a->shared))
        return -EBUSY;
    struct host_irqaction **end = &d->action;
    while (*end)
        end = &(*end)->next;
    a->next = NULL;
    *end = a;
    if (d->action == a) {
        d->level = level;
        d->depth = 1; /* NO_AUTOEN */
        d->masked = true;
        d->running = -1;
        host_irqchip_configure(h, irq, level, cpu);
    } else {
        d->depth++; /* each user of a shared line enables for itself */
    }
    return 0;
}

void host_irq_free(struct host *h, uint32_t irq, struct host_irqaction *a)
{
    struct host_irq *d = desc(h, irq);
    if (!d)
        return;
    for (struct host_irqaction **p = &d->action; *p; p = &(*p)->next) {
        if (*p == a) {
            *p = a->next;
            break;
        }
    }
    if (!d->action) {
        host_irqchip_mask(h, d);
        d->depth = 1;
        d->pending = false;
    }
}

void host_disable_irq_nosync(struct host *h, uint32_t irq)
{
    struct host_irq *d = desc(h, irq);
    if (!d)
        return;
    /* Without lazy disable the chip is masked at once (IRQ_DISABLE_UNLAZY). */
    if (d->depth++ == 0 && !h->cfg.lazy_disable)
        host_irqchip_mask(h, d);
    sim_trace(h->sim, host_cpu_id(h), EV_IRQ_DISABLE, irq, d->depth);
}

bool host_irq_in_progress(const struct host *h, uint32_t irq)
{
    const struct host_irq *d = host_irq_get(h, irq);
    return d && d->running >= 0 && d->running != (int)host_cpu_id(h);
}

void host_enable_irq(struct host *h, uint32_t irq)
{
    struct host_irq *d = desc(h, irq);
    if (!d || !d->depth)
        return; /* unbalanced enable: the kernel warns and does nothing */
    d->depth--;
    sim_trace(h->sim, host_cpu_id(h), EV_IRQ_ENABLE, irq, d->depth);
    if (d->depth)
        return;
    if (d->masked)
        host_irqchip_unmask(h, d);
    /* check_irq_resend: an edge that came while disabled is replayed, a level re-asserts by itself. */
    if (d->pending) {
        d->pending = false;
        if (!d->level)
            host_irq_set_state(h, irq, HOST_IRQ_PENDING, true);
    }
}

int host_irq_set_affinity(struct host *h, uint32_t irq, unsigned cpu)
{
    if (!desc(h, irq) || cpu >= h->cfg.cpus)
        return -EINVAL;
    host_irqchip_set_target(h, irq, cpu);
    return 0;
}

int host_irq_set_forwarded(struct host *h, uint32_t irq, bool on)
{
    struct host_irq *d = desc(h, irq);
    if (!d)
        return -EINVAL;
    d->forwarded = on;
    return 0;
}

int host_percpu_irq_request(struct host *h, uint32_t irq, const struct sim_proc *handler, void *obj, bool forwarded)
{
    if (irq < HOST_FIRST_PPI || irq >= 32 || irq == h->cfg.timer_ppi || irq == h->cfg.maint_ppi)
        return -EINVAL;
    struct host_percpu_irq *p = &h->ppi[irq - HOST_FIRST_PPI];
    if (p->handler)
        return -EBUSY;
    *p = (struct host_percpu_irq){handler, obj, forwarded};
    for (unsigned c = 0; c < h->cfg.cpus; c++)
        gic_port_write(&h->cfg.port, c, GIC_DIST, GICD_ISENABLER, 1u << irq);
    return 0;
}

/* ---- handle_fasteoi_irq ------------------------------------------------------------------------- */

/* Registers of the flow's frame: r0 = INTID; r1 = action to call next. */
enum { R_INTID, R_ACTION };

static int flow_begin(struct sim_strand *s, struct sim_frame *f)
{
    struct host *h = f->obj;
    struct host_irq *d = &h->irq[f->r[R_INTID]];
    sim_trace(h->sim, s->cpu->id, EV_IRQ_HANDLER_ENTRY, d->intid);
    if (!d->action || d->depth) {
        /* Fired while (lazily) disabled: now it is really masked. */
        d->pending = true;
        host_irqchip_mask(h, d);
        host_irqchip_eoi(h, d);
        sim_trace(h->sim, s->cpu->id, EV_IRQ_HANDLER_EXIT, d->intid);
        return SIM_RET;
    }
    /* The lump is for an interrupt that is handled; a masked re-fire costs its GIC accesses. */
    sim_charge(s->cpu, SIM_COST_HOST_IRQ);
    d->pending = false;
    d->running = (int)s->cpu->id;
    f->r[R_ACTION] = (uintptr_t)d->action;
    return SIM_NEXT;
}

static int flow_action(struct sim_strand *s, struct sim_frame *f)
{
    struct host_irqaction *a = (struct host_irqaction *)(uintptr_t)f->r[R_ACTION];
    if (!a) {
        struct host *h = f->obj;
        struct host_irq *d = &h->irq[f->r[R_INTID]];
        d->running = -1;
        host_irqchip_eoi(h, d);
        sim_trace(h->sim, s->cpu->id, EV_IRQ_HANDLER_EXIT, d->intid);
        host_spin_end_all(h); /* a disable_irq may be waiting for this handler */
        return SIM_RET;
    }
    f->r[R_ACTION] = (uintptr_t)a->next;
    return sim_call(s, f, 1, a->handler, a->obj, f->r[R_INTID], 0, 0, 0);
}

static const struct sim_step flow_steps[] = {
    {flow_begin, "mask if disabled", SIM_MASKED},
    {flow_action, "call the handlers, end", SIM_MASKED},
};
SIM_PROC(host_flow_proc, "handle_fasteoi_irq", flow_steps);

int host_check(const struct host *h, char *why, size_t n)
{
    for (uint32_t i = 32; i < 32 + h->cfg.spis; i++) {
        const struct host_irq *d = &h->irq[i];
        if (d->action && d->masked && !d->depth) {
            (void)snprintf(why, n, "host interrupt %u is enabled (depth 0) but masked in the distributor", i);
            return -EFAULT;
        }
    }
    for (unsigned c = 0; c < h->cfg.cpus; c++) {
        const struct host_thread *t = h->cpu[c].current;
        if (t->state != HOST_RUNNING || t->cpu != c) {
            (void)snprintf(why, n, "pCPU %u runs thread %u, which is not running there", c, t->id);
            return -EFAULT;
        }
    }
    return 0;
}
