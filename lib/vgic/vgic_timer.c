/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's virtual timer (arch/arm64/kvm/arch_timer.c, 6.1). Nothing here runs on an entry or an exit: the timer is
 * the guest's from load to put.
 */
#include "vgic_private.h"

#include <trapline/events.h>
#include <trapline/vgic_timer.h>

enum { CTL_ENABLE = 1, CTL_IMASK = 2 };

static void current(const struct vgic_timer *t, uint32_t *ctl, sim_tick *cval)
{
    *ctl = t->ctl;
    *cval = t->cval;
    if (t->loaded)
        t->host->hw.read(t->host->hw.ctx, t->cpu, ctl, cval);
}

bool vgic_timer_should_fire(const struct vgic_timer *t)
{
    return vgic_timer_expiry(t) <= t->vgic->sim->now;
}

sim_tick vgic_timer_expiry(const struct vgic_timer *t)
{
    uint32_t ctl;
    sim_tick cval;
    current(t, &ctl, &cval);
    return (ctl & (CTL_ENABLE | CTL_IMASK)) == CTL_ENABLE ? cval : SIM_FOREVER;
}

/* kvm_arch_timer_get_input_level: the timer itself is asked, not the distributor. */
static bool input_level(const void *owner)
{
    return vgic_timer_should_fire(owner);
}

void vgic_timer_host_init(struct vgic_timer_host *h, const struct vgic_timer_hw *hw, int ptimer_irq)
{
    *h = (struct vgic_timer_host){.hw = *hw, .ptimer_irq = ptimer_irq};
}

int vgic_timer_init(struct vgic_timer *t, struct vgic_timer_host *h, struct vgic *v, unsigned vcpu, int host_irq)
{
    *t = (struct vgic_timer){.host = h, .vgic = v, .vcpu = vcpu};
    int err = vgic_set_owner(v, vcpu, VGIC_TIMER_PPI, t);
    if (!err)
        err = vgic_map_irq(v, vcpu, host_irq, VGIC_TIMER_PPI);
    if (!err)
        vgic_lookup(v, vcpu, VGIC_TIMER_PPI)->get_input_level = input_level;
    return err;
}

/* kvm_timer_update_irq: tells the vgic. */
static int update_irq(struct sim_strand *s, struct sim_frame *f, struct vgic_timer *t, bool level)
{
    t->level = level;
    sim_trace(t->vgic->sim, s->cpu->id, EV_KVM_TIMER_UPDATE_IRQ, t->vcpu, VGIC_TIMER_PPI, level);
    return sim_call(s, f, SIM_NEXT, &vgic_inject_proc, t->vgic, t->vcpu, VGIC_TIMER_PPI, level, (uintptr_t)t);
}

/* ---- load and put ---- */

static int load_update(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic_timer *t = f->obj;
    return update_irq(s, f, t, vgic_timer_should_fire(t));
}

/*
 * Active while the guest has it pending or active: the line may be up, and must not interrupt the host for what the
 * guest knows already. Otherwise inactive: another vCPU of this CPU may have left it active.
 */
static int load_registers(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic_timer *t = f->obj;
    struct vgic *v = t->vgic;
    const struct vgic_irq *irq = vgic_lookup(v, t->vcpu, VGIC_TIMER_PPI);
    if (v->profile.timer_set_active) {
        vgic_set_phys_active(v, s->cpu, irq, irq->active || t->level);
        if (t->host->ptimer_irq)
            v->hooks.set_phys_active(v->hooks.ctx, s->cpu, t->host->ptimer_irq, false);
    }
    t->cpu = s->cpu->id;
    t->loaded = true;
    t->host->running[t->cpu] = t;
    sim_trace(v->sim, t->cpu, EV_KVM_TIMER_RESTORE_STATE, t->vcpu, t->ctl, (int64_t)t->cval);
    t->host->hw.write(t->host->hw.ctx, t->cpu, t->ctl, t->cval);
    return SIM_RET;
}

static const struct sim_step load_steps[] = {
    {load_update, "timer load: inject what has expired", SIM_MASKED},
    {load_registers, "timer load: active state, registers", SIM_MASKED},
};
SIM_PROC(vgic_timer_load_proc, "kvm_timer_vcpu_load", load_steps);

void vgic_timer_put(struct vgic_timer *t, struct sim_cpu *cpu)
{
    if (!t->loaded)
        return;
    current(t, &t->ctl, &t->cval);
    t->ctl &= CTL_ENABLE | CTL_IMASK;
    t->loaded = false;
    t->host->running[t->cpu] = NULL;
    sim_trace(t->vgic->sim, cpu->id, EV_KVM_TIMER_SAVE_STATE, t->vcpu, t->ctl, (int64_t)t->cval);
    t->host->hw.write(t->host->hw.ctx, t->cpu, 0, t->cval);
}

/* ---- the PPI ---- */

static int irq_handler(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic_timer_host *h = f->obj;
    struct vgic_timer *t = h->running[s->cpu->id];
    if (!t) {
        h->stray++; /* between a put and the line's fall */
        return SIM_RET;
    }
    return vgic_timer_should_fire(t) ? update_irq(s, f, t, true) : SIM_RET;
}

static const struct sim_step irq_steps[] = {
    {irq_handler, "guest timer: inject", SIM_MASKED},
};
SIM_PROC(vgic_timer_irq_proc, "kvm_arch_timer_handler", irq_steps);
