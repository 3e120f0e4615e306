/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GICv2 irqchip driver as Linux runs it when it was entered at EL2: EOImode=1, so GICC_EOIR drops
 * the priority at once and GICC_DIR deactivates at the end of the flow, unless the interrupt is
 * forwarded to a vCPU, whose own deactivation does it then (drivers/irqchip/irq-gic.c, 6.1).
 */
#include "internal.h"
#include <trapline/events.h>

enum { HOST_PRIORITY = 0xa0, HOST_PMR = 0xf0, GICC_CTLR_ENABLE_EOIMODE = 0x201 };

uint32_t host_gicd_read(struct host *h, uint32_t offset)
{
    return gic_port_read(&h->cfg.port, host_cpu_id(h), GIC_DIST, offset);
}

void host_gicd_write(struct host *h, uint32_t offset, uint32_t value)
{
    gic_port_write(&h->cfg.port, host_cpu_id(h), GIC_DIST, offset, value);
}

/* The word of a one-bit-per-interrupt register and the interrupt's bit in it. */
static uint32_t word(uint32_t base, uint32_t irq)
{
    return base + irq / 32 * 4;
}

static uint32_t bit(uint32_t irq)
{
    return 1u << irq % 32;
}

void host_irqchip_init(struct host *h)
{
    const struct gic_port *p = &h->cfg.port;
    const uint32_t all = HOST_PRIORITY * 0x01010101u;
    gic_port_write(p, 0, GIC_DIST, GICD_CTLR, 0);
    for (uint32_t i = 32; i < 32 + h->cfg.spis; i += 4)
        gic_port_write(p, 0, GIC_DIST, GICD_IPRIORITYR + i, all);
    gic_port_write(p, 0, GIC_DIST, GICD_CTLR, 1);
    for (unsigned c = 0; c < h->cfg.cpus; c++) {
        for (uint32_t i = 0; i < 32; i += 4)
            gic_port_write(p, c, GIC_DIST, GICD_IPRIORITYR + i, all);
        /* All SGIs, the host's timer, the maintenance interrupt. */
        uint32_t enable = 0xffffu | bit(h->cfg.timer_ppi);
        if (h->cfg.maint_ppi)
            enable |= bit(h->cfg.maint_ppi);
        gic_port_write(p, c, GIC_DIST, GICD_ISENABLER, enable);
        gic_port_write(p, c, GIC_CPU, GICC_PMR, HOST_PMR);
        gic_port_write(p, c, GIC_CPU, GICC_CTLR, GICC_CTLR_ENABLE_EOIMODE);
    }
}

void host_irqchip_configure(struct host *h, uint32_t irq, bool level, unsigned cpu)
{
    /* ICFGR and ITARGETSR hold several interrupts to a word: read, change, write. */
    uint32_t off = GICD_ICFGR + irq / 16 * 4, shift = irq % 16 * 2;
    uint32_t v = host_gicd_read(h, off) & ~(3u << shift);
    host_gicd_write(h, off, v | (level ? 0u : 2u) << shift);
    host_irqchip_set_target(h, irq, cpu);
}

void host_irqchip_set_target(struct host *h, uint32_t irq, unsigned cpu)
{
    uint32_t off = GICD_ITARGETSR + irq / 4 * 4, shift = irq % 4 * 8;
    uint32_t v = host_gicd_read(h, off) & ~(0xffu << shift);
    host_gicd_write(h, off, v | (1u << cpu) << shift);
}

void host_irqchip_mask(struct host *h, struct host_irq *d)
{
    host_gicd_write(h, word(GICD_ICENABLER, d->intid), bit(d->intid));
    /* Masking a forwarded interrupt deactivates it, so that it cannot stay stuck when the guest dies. */
    if (d->forwarded)
        host_gicd_write(h, word(GICD_ICACTIVER, d->intid), bit(d->intid));
    d->masked = true;
    sim_trace(h->sim, host_cpu_id(h), EV_IRQ_MASK, d->intid);
}

void host_irqchip_unmask(struct host *h, struct host_irq *d)
{
    host_gicd_write(h, word(GICD_ISENABLER, d->intid), bit(d->intid));
    d->masked = false;
    sim_trace(h->sim, host_cpu_id(h), EV_IRQ_UNMASK, d->intid);
}

void host_irqchip_eoi(struct host *h, struct host_irq *d)
{
    if (!d->forwarded)
        gic_port_write(&h->cfg.port, host_cpu_id(h), GIC_CPU, GICC_DIR, d->intid);
}

bool host_irq_get_state(struct host *h, uint32_t irq, enum host_irqchip_state which)
{
    uint32_t base = which == HOST_IRQ_PENDING ? GICD_ISPENDR : GICD_ISACTIVER;
    return host_gicd_read(h, word(base, irq)) & bit(irq);
}

void host_irq_set_state(struct host *h, uint32_t irq, enum host_irqchip_state which, bool on)
{
    uint32_t base =
        which == HOST_IRQ_PENDING ? (on ? GICD_ISPENDR : GICD_ICPENDR) : (on ? GICD_ISACTIVER : GICD_ICACTIVER);
    host_gicd_write(h, word(base, irq), bit(irq));
}

void host_send_ipi(struct host *h, unsigned target_cpu, unsigned sgi)
{
    sim_trace(h->sim, host_cpu_id(h), EV_IPI_RAISE, target_cpu, sgi);
    host_gicd_write(h, GICD_SGIR, (1u << target_cpu) << 16 | sgi);
}

/* ---- the exception entry ------------------------------------------------------------------------ */

/* Registers of host_irq_entry_proc's frame, and its steps. */
enum { R_IAR, R_INTID };
enum { ENTRY_ACK, ENTRY_DISPATCH, ENTRY_END_PRIVATE, ENTRY_END_PERCPU };

/* handle_percpu_devid_irq: a PPI that a driver has requested. */
static int entry_percpu(struct host *h, struct sim_strand *s, struct sim_frame *f)
{
    const struct host_percpu_irq *p = &h->ppi[f->r[R_INTID] - HOST_FIRST_PPI];
    h->stats.acks_percpu++;
    h->cpu[s->cpu->id].acks.percpu++;
    sim_trace(h->sim, s->cpu->id, EV_IRQ_HANDLER_ENTRY, (int64_t)f->r[R_INTID]);
    sim_charge(s->cpu, SIM_COST_HOST_IRQ);
    return sim_call(s, f, ENTRY_END_PERCPU, p->handler, p->obj, f->r[R_INTID], 0, 0, 0);
}

/* Reads IAR. A yield point follows: the acknowledge is visible to everybody before anything is done. */
static int entry_ack(struct sim_strand *s, struct sim_frame *f)
{
    struct host *h = f->obj;
    uint32_t iar = gic_port_read(&h->cfg.port, s->cpu->id, GIC_CPU, GICC_IAR);
    f->r[R_IAR] = iar;
    f->r[R_INTID] = iar & 0x3ff;
    if (f->r[R_INTID] >= 1020) {
        h->stats.spurious_iar++;
        return SIM_RET;
    }
    return SIM_NEXT;
}

static int entry_dispatch(struct sim_strand *s, struct sim_frame *f)
{
    struct host *h = f->obj;
    struct host_cpu *c = &h->cpu[s->cpu->id];
    uint32_t intid = (uint32_t)f->r[R_INTID];
    /* Priority drop first: other interrupts may be taken, this one stays active (EOImode=1). */
    gic_port_write(&h->cfg.port, s->cpu->id, GIC_CPU, GICC_EOIR, (uint32_t)f->r[R_IAR]);
    if (intid < 16) {
        h->stats.acks_ipi++;
        if (intid == HOST_IPI_RESCHEDULE)
            c->acks.ipi_reschedule++;
        else
            c->acks.ipi_call++;
        sim_charge(s->cpu, SIM_COST_HOST_IPI);
        sim_trace(h->sim, s->cpu->id, EV_IPI_ENTRY, intid);
    } else if (intid == h->cfg.timer_ppi) {
        h->stats.acks_timer++;
        c->acks.timer++;
        sim_charge(s->cpu, SIM_COST_HOST_IRQ);
        host_timer_expired(h, s->cpu->id);
    } else if (intid == h->cfg.maint_ppi) {
        /* The exit was the point; the handler has nothing to do (section 1.8). */
        h->stats.acks_maintenance++;
        c->acks.maintenance++;
    } else if (intid < 32 && h->ppi[intid - HOST_FIRST_PPI].handler) {
        return entry_percpu(h, s, f);
    } else {
        h->stats.acks_device++;
        c->acks.device++;
        return sim_call(s, f, ENTRY_ACK, &host_flow_proc, h, intid, 0, 0, 0);
    }
    return SIM_NEXT;
}

/* End of the flow of an SGI or PPI: deactivate, and look for the next one. */
static int entry_end_private(struct sim_strand *s, struct sim_frame *f)
{
    struct host *h = f->obj;
    gic_port_write(&h->cfg.port, s->cpu->id, GIC_CPU, GICC_DIR, (uint32_t)f->r[R_IAR]);
    return ENTRY_ACK;
}

static int entry_end_percpu(struct sim_strand *s, struct sim_frame *f)
{
    struct host *h = f->obj;
    sim_trace(h->sim, s->cpu->id, EV_IRQ_HANDLER_EXIT, (int64_t)f->r[R_INTID]);
    return h->ppi[f->r[R_INTID] - HOST_FIRST_PPI].forwarded ? ENTRY_ACK : entry_end_private(s, f);
}

static const struct sim_step entry_steps[] = {
    [ENTRY_ACK] = {entry_ack, "read IAR", SIM_MASKED},
    [ENTRY_DISPATCH] = {entry_dispatch, "drop priority, dispatch", SIM_MASKED},
    [ENTRY_END_PRIVATE] = {entry_end_private, "deactivate", SIM_MASKED},
    [ENTRY_END_PERCPU] = {entry_end_percpu, "per-CPU handler done", SIM_MASKED},
};
SIM_PROC(host_irq_entry_proc, "gic_handle_irq", entry_steps);
