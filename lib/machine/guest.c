/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest: boots (programs its distributor, which traps, and its CPU interface, which does not), then
 * spins or sits in WFI, and takes interrupts: acknowledge, work, quieten the device, end. One interrupt
 * per exception, as the bare-metal guest of the recordings does. Runs on a strand of its own, so a
 * physical interrupt can take it out of the guest between any two steps and in the middle of its work.
 */
#include "internal.h"
#include <trapline/events.h>
#include <trapline/gic_regs.h>

/* GICV_CTLR: EnableGrp0, EOImode. */
enum { GICV_ENABLE = 1u, GICV_EOIMODE_SHIFT = 9, GUEST_SPURIOUS = 1020 };

static uint32_t gicv_read(const struct vcpu *v, uint32_t offset)
{
    return port_read(v->m, v->thread.cpu, GIC_VCPU, offset);
}

static void gicv_write(const struct vcpu *v, uint32_t offset, uint32_t value)
{
    port_write(v->m, v->thread.cpu, GIC_VCPU, offset, value);
}

/* An access to the guest's distributor: traps. */
static int gicd_write(struct sim_strand *s, uint32_t offset, unsigned size, uint32_t value)
{
    s->trap = TRAP_MMIO;
    s->trap_arg[0] = vgic_mmio_arg(offset, size, true);
    s->trap_arg[1] = value;
    return SIM_TRAP;
}

/* ---- boot ------------------------------------------------------------------------------------------ */

/* r0: route being programmed; r1: which of its registers. */
enum { BOOT_CTLR, BOOT_ROUTE, BOOT_AGAIN, BOOT_TIMER, BOOT_CPUIF, MAIN_LOOP, MAIN_AGAIN };

static int boot_ctlr(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    if (v->id != 0)
        return BOOT_CPUIF; /* the boot CPU programs the shared distributor */
    return gicd_write(s, GICD_CTLR, 4, 1);
}

static int boot_route(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    struct machine *m = v->m;
    if (f->r[0] == m->cfg.nroutes)
        return m->cfg.ops.op == MACHINE_OP_TIMER ? BOOT_TIMER : BOOT_CPUIF;
    const struct machine_route *r = &m->cfg.routes[f->r[0]];
    uint32_t i = r->guest_spi;
    switch (f->r[1]++) {
    case 0: {
        /* The other interrupts of this ICFGR word keep what earlier routes wrote. */
        uint32_t word = 0;
        for (size_t k = 0; k <= f->r[0]; k++) {
            const struct machine_route *o = &m->cfg.routes[k];
            if (o->guest_spi / 16 == i / 16 && m->cfg.devices[o->device].trigger == MACHINE_EDGE)
                word |= 2u << o->guest_spi % 16 * 2;
        }
        return gicd_write(s, GICD_ICFGR + i / 16 * 4, 4, word);
    }
    case 1:
        return gicd_write(s, GICD_IPRIORITYR + i, 1, r->priority);
    case 2:
        return gicd_write(s, GICD_ITARGETSR + i, 1, 1u << r->vcpu);
    default:
        f->r[0]++;
        f->r[1] = 0;
        return gicd_write(s, GICD_ISENABLER + i / 32 * 4, 4, 1u << i % 32);
    }
}

static int boot_again(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return BOOT_ROUTE;
}

static int boot_timer(struct sim_strand *s, struct sim_frame *f)
{
    (void)f;
    return gicd_write(s, GICD_ISENABLER, 4, 1u << VGIC_TIMER_PPI);
}

static int boot_cpuif(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    gicv_write(v, GICV_PMR, MACHINE_GUEST_PMR);
    gicv_write(v, GICV_CTLR, GICV_ENABLE | v->m->cfg.guest_eoi_mode << GICV_EOIMODE_SHIFT);
    v->irq_masked = false;
    /* "I am up": a hypercall that user space waits for. */
    s->trap = TRAP_HVC;
    return SIM_TRAP;
}

/* ---- main loop --------------------------------------------------------------------------------------- */

static int main_loop(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    if (v->id == 0 && v->m->ops.left)
        return sim_call(s, f, MAIN_LOOP, &guest_ops_proc, v, 0, 0, 0, 0);
    /* One with operations to come waits for the end of set-up awake. */
    bool go = !v->m->cfg.ops.op || v->id != 0 || machine_running(v->m);
    if (v->m->cfg.guest_loop == MACHINE_SPIN || !go)
        return sim_work(s, SIM_FOREVER);
    /* WFI with an interrupt pending does not wait, so it does not trap either. */
    if (v->m->pcpu[v->thread.cpu].virq)
        return SIM_NEXT;
    s->trap = TRAP_WFI;
    return SIM_TRAP;
}

static int main_again(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return MAIN_LOOP;
}

static const struct sim_step boot_steps[] = {
    [BOOT_CTLR] = {boot_ctlr, "enable the distributor", SIM_GUEST},
    [BOOT_ROUTE] = {boot_route, "configure the interrupts", SIM_GUEST},
    [BOOT_AGAIN] = {boot_again, "next register", SIM_GUEST},
    [BOOT_TIMER] = {boot_timer, "enable the timer's interrupt", SIM_GUEST},
    [BOOT_CPUIF] = {boot_cpuif, "enable the CPU interface", SIM_GUEST},
    [MAIN_LOOP] = {main_loop, "main loop", SIM_GUEST},
    [MAIN_AGAIN] = {main_again, "main loop again", SIM_GUEST},
};
SIM_PROC(guest_boot_proc, "guest", boot_steps);

/* ---- interrupt handler ---------------------------------------------------------------------------------- */

/* r1: what IAR said; r2: its INTID. */
enum { VEC_IAR, VEC_WORK, VEC_CLEAR, VEC_EOIR, VEC_DIR, VEC_RETURN };

static int vec_iar(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct vcpu *v = f->obj;
    guest_ops_vector(v);
    uint32_t iar = gicv_read(v, GICV_IAR);
    f->r[1] = iar;
    f->r[2] = iar & 0x3ff;
    if (f->r[2] >= GUEST_SPURIOUS)
        return VEC_RETURN;
    sim_trace(&v->m->sim, v->thread.cpu, EV_GUEST_IAR, v->id, (int64_t)f->r[2]);
    flow_guest_iar(v->m, (uint32_t)f->r[2]);
    return SIM_NEXT;
}

static const struct machine_handler *handler_of(const struct machine *m, uint64_t intid)
{
    return m->handler_of[intid] >= 0 ? &m->cfg.handlers[m->handler_of[intid]] : NULL;
}

static int vec_work(struct sim_strand *s, struct sim_frame *f)
{
    struct vcpu *v = f->obj;
    const struct machine_handler *h = handler_of(v->m, f->r[2]);
    guest_ops_acked(v, (uint32_t)f->r[2]);
    return h && h->work ? sim_work(s, h->work) : SIM_NEXT;
}

static int vec_clear(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct vcpu *v = f->obj;
    const struct machine_handler *h = handler_of(v->m, f->r[2]);
    if (f->r[2] == VGIC_TIMER_PPI)
        timer_guest_mask(v); /* the guest's own timer: no exit */
    /* The device's registers are mapped into the guest: no exit either. */
    if (h && h->clears >= 0) {
        device_clear(&v->m->dev[h->clears]);
        flow_guest_cleared(&v->m->dev[h->clears]);
    }
    return SIM_NEXT;
}

static int vec_eoir(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct vcpu *v = f->obj;
    sim_trace(&v->m->sim, v->thread.cpu, EV_GUEST_EOIR, v->id, (int64_t)f->r[2]);
    gicv_write(v, GICV_EOIR, (uint32_t)f->r[1]);
    v->m->n.guest_eoir++;
    if (v->m->cfg.guest_eoi_mode)
        return SIM_NEXT;
    flow_guest_deactivated(v->m, (uint32_t)f->r[2]);
    return VEC_RETURN;
}

static int vec_dir(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct vcpu *v = f->obj;
    sim_trace(&v->m->sim, v->thread.cpu, EV_GUEST_DIR, v->id, (int64_t)f->r[2]);
    gicv_write(v, GICV_DIR, (uint32_t)f->r[1]);
    v->m->n.guest_dir++;
    flow_guest_deactivated(v->m, (uint32_t)f->r[2]);
    return SIM_NEXT;
}

static int vec_return(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct vcpu *v = f->obj;
    v->irq_masked = false;
    return SIM_RET;
}

static const struct sim_step vector_steps[] = {
    [VEC_IAR] = {vec_iar, "acknowledge", SIM_GUEST},
    [VEC_WORK] = {vec_work, "work", SIM_GUEST},
    [VEC_CLEAR] = {vec_clear, "quieten the device", SIM_GUEST},
    [VEC_EOIR] = {vec_eoir, "end", SIM_GUEST},
    [VEC_DIR] = {vec_dir, "deactivate", SIM_GUEST},
    [VEC_RETURN] = {vec_return, "return", SIM_GUEST},
};
SIM_PROC(guest_vector_proc, "guest irq", vector_steps);
