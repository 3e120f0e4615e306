/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before entry: the ap_list is turned into list registers (section 1.6). One step: the kernel holds the
 * ap_list lock throughout and interrupts are off.
 */
#include "vgic_private.h"

#include <trapline/events.h>

#define SORT_BINS 10 /* 2^10 entries: more than a list can hold (992) */

/* List registers the interrupt would fill: one per instance of an SGI, and one for its active one. */
static unsigned lr_count(const struct vgic *v, const struct vgic_irq *irq)
{
    if (!irq->source)
        return irq->active || vgic_irq_pending(v, irq);
    unsigned n = irq->active;
    for (unsigned bits = irq->source; bits; bits &= bits - 1)
        n++;
    return n;
}

/*
 * Sort key: active first, then enabled and pending by priority, then the rest. Like the kernel's
 * comparison it leaves active ones, and idle ones, in the order they arrived in.
 */
static unsigned rank(const struct vgic *v, const struct vgic_irq *irq)
{
    if (irq->active)
        return 0;
    return irq->enabled && vgic_irq_pending(v, irq) ? 1u + irq->priority : 257u;
}

/* Merges two sorted lists; among equals those of `older` come first, which keeps the sort stable. */
static struct vgic_irq *merge(const struct vgic *v, struct vgic_irq *older, struct vgic_irq *newer)
{
    struct vgic_irq *head = NULL, **end = &head;
    while (older && newer) {
        struct vgic_irq **from = rank(v, newer) < rank(v, older) ? &newer : &older;
        *end = *from;
        end = &(*from)->ap_next;
        *from = *end;
    }
    *end = older ? older : newer;
    return head;
}

/* Bottom-up merge sort: bin[i] is empty or a sorted run of 2^i entries, older than those in lower bins. */
static void sort_list(const struct vgic *v, struct vgic_vcpu *vc)
{
    struct vgic_irq *bin[SORT_BINS] = {NULL};
    struct vgic_irq *irq = vc->head;
    while (irq) {
        struct vgic_irq *run = irq;
        irq = irq->ap_next;
        run->ap_next = NULL;
        unsigned i = 0;
        for (; i < SORT_BINS - 1 && bin[i]; i++) {
            run = merge(v, bin[i], run);
            bin[i] = NULL;
        }
        bin[i] = run;
    }
    struct vgic_irq *sorted = NULL;
    for (unsigned i = 0; i < SORT_BINS; i++)
        sorted = merge(v, bin[i], sorted);
    vc->head = sorted;
    for (irq = sorted; irq->ap_next; irq = irq->ap_next)
        ;
    vc->tail = irq;
}

/*
 * Moves one instance of an SGI from the sources into the list register: the lowest-numbered one. Since
 * 4.17 one source at a time is shown, and the EOI bit brings the others in after it. false: no source.
 */
static bool take_sgi_source(const struct vgic *v, struct vgic_irq *irq, struct vgic_lr *lr)
{
    unsigned sources = irq->source, src = 0;
    if (!sources)
        return false;
    while (!(sources >> src & 1))
        src++;
    lr->source = (uint8_t)src;
    irq->source = (uint8_t)(sources & (sources - 1)); /* the lowest bit goes */
    if (irq->source) {
        irq->pending_latch = true;
        lr->eoi = !v->profile.multi_lr_sgi;
    }
    return true;
}

/* What the list register shall hold, and what that takes from the interrupt (1.6.1). false: nothing. */
static bool populate(struct vgic *v, struct vgic_irq *irq, struct vgic_lr *lr)
{
    bool sgi = vgic_is_sgi(irq->intid), allow_pending = true;

    *lr = (struct vgic_lr){.intid = irq->intid, .active = irq->active, .priority = irq->priority, .group = irq->group};
    if (irq->active && sgi) {
        lr->source = irq->active_source;
        if (lr_count(v, irq) > 1) {
            allow_pending = false;
            lr->eoi = !v->profile.multi_lr_sgi;
        }
    }
    if (irq->hw) {
        lr->hw = true;
        lr->phys = irq->hwintid;
        /* The architecture forbids pending and active with HW; the pending half waits in the physical GIC. */
        if (irq->active)
            allow_pending = false;
    } else if (irq->level_config) {
        lr->eoi = true;
        /* Or the guest would take a level again that it has quietened; up to 4.12 it did. */
        if (irq->active && v->profile.pa_suppress_level)
            allow_pending = false;
    }
    if (!allow_pending || !vgic_irq_pending(v, irq))
        return true;

    lr->pending = true;
    irq->unpresented = false;
    if (!irq->level_config)
        irq->pending_latch = false;
    if (sgi && !take_sgi_source(v, irq, lr)) {
        v->stats.sgi_no_source++; /* injected from outside as if it were a wire: KVM warns and drops it */
        return false;
    }
    /* Only rising edges of a mapped level are seen: lower it here so that the next one counts (4.16). */
    if (vgic_mapped_level(irq))
        irq->line_level = false;
    return true;
}

static void write_lr(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu, unsigned n, const struct vgic_lr *lr)
{
    uint32_t *reg = &v->vcpu[vcpu].vif.lr[n];
    v->ops->encode(reg, lr);
    sim_trace(v->sim, cpu->id, EV_VGIC_POPULATE_LR, vcpu, n, lr->intid, *reg);
    sim_trace(v->sim, cpu->id, EV_VGIC_LR_STATE, vcpu, lr->intid, lr->pending | lr->active << 1);
}

/* Up to 4.16: the sources of an SGI that are left get a list register each. Returns the registers in use. */
static unsigned fill_sgi_sources(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu, struct vgic_irq *irq, unsigned n)
{
    while (irq->source && n < v->nr_lr) {
        struct vgic_lr lr = {.intid = irq->intid, .pending = true, .priority = irq->priority, .group = irq->group};
        irq->pending_latch = false;
        (void)take_sgi_source(v, irq, &lr);
        write_lr(v, cpu, vcpu, n++, &lr);
    }
    return n;
}

/* Fills the shadow list registers from the list; returns how many. */
static unsigned fill_lrs(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu)
{
    struct vgic_vcpu *vc = &v->vcpu[vcpu];
    unsigned want = 0, n = 0, sgi_prio = 0xff;
    bool multi_sgi = false;

    for (const struct vgic_irq *irq = vc->head; irq; irq = irq->ap_next) {
        unsigned w = lr_count(v, irq);
        want += w;
        multi_sgi |= w > 1;
    }
    if (want > v->nr_lr || multi_sgi)
        sort_list(v, vc);

    for (struct vgic_irq *irq = vc->head; irq; irq = irq->ap_next) {
        struct vgic_lr lr;
        /* Nothing less urgent may overtake the instances of an SGI that still wait (4.17). */
        if (multi_sgi && !v->profile.multi_lr_sgi && irq->priority > sgi_prio)
            break;
        int target = vgic_target(v, irq);
        if (target == VGIC_NO_VCPU)
            vgic_release_unpresented(v, cpu, irq);
        if (target == (int)vcpu && populate(v, irq, &lr)) {
            write_lr(v, cpu, vcpu, n++, &lr);
            if (irq->source)
                sgi_prio = irq->priority;
            if (v->profile.multi_lr_sgi)
                n = fill_sgi_sources(v, cpu, vcpu, irq, n);
        }
        if (n == v->nr_lr) {
            /* Only a walk that ran out of registers asks for the underflow interrupt. */
            if (irq->ap_next)
                v->ops->underflow(&vc->vif, true);
            break;
        }
    }
    return n;
}

static int flush(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    unsigned vcpu = (unsigned)f->r[0];
    struct vgic_vcpu *vc = &v->vcpu[vcpu];

    vc->stage = VGIC_LOADED;
    s->ret = 0;
    if (!vc->head && !v->ops->at_switch)
        return SIM_RET;
    unsigned n = fill_lrs(v, s->cpu, vcpu);
    for (unsigned i = n; i < v->nr_lr; i++)
        vc->vif.lr[i] = 0;
    vc->vif.used_lrs = (uint8_t)n;
    if (!v->ops->at_switch)
        v->ops->restore(&v->port, s->cpu, &vc->vif);
    return SIM_RET;
}

void vgic_restore(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu)
{
    if (v->ops->at_switch)
        v->ops->restore(&v->port, cpu, &v->vcpu[vcpu].vif);
}

static const struct sim_step flush_steps[] = {
    {flush, "vgic_flush", SIM_MASKED},
};
SIM_PROC(vgic_flush_proc, "kvm_vgic_flush_hwstate", flush_steps);
