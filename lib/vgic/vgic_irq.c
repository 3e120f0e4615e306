/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One virtual interrupt: where it belongs, how it is raised and how it gets onto an ap_list
 * (sections 1.3 to 1.5).
 *
 * The kernel drops the interrupt's lock before it takes the list's, so the choice of the vCPU may be
 * stale when the interrupt is appended. That gap is the boundary between the two steps of the
 * injection, and vgic_queue_commit makes the same re-check the kernel makes.
 */
#include "vgic_private.h"

#include <errno.h>
#include <trapline/events.h>

int vgic_target(const struct vgic *v, const struct vgic_irq *irq)
{
    /* Active: it stays where it is until the guest is done with it, whatever the enable bits say. */
    if (irq->active)
        return irq->vcpu != VGIC_NO_VCPU ? irq->vcpu : irq->target_vcpu;
    if (irq->enabled && v->enabled && vgic_irq_pending(v, irq))
        return irq->target_vcpu;
    return VGIC_NO_VCPU;
}

void vgic_list_append(struct vgic *v, unsigned vcpu, struct vgic_irq *irq)
{
    struct vgic_vcpu *vc = &v->vcpu[vcpu];
    irq->vcpu = (int)vcpu;
    irq->ap_next = NULL;
    if (vc->tail)
        vc->tail->ap_next = irq;
    else
        vc->head = irq;
    vc->tail = irq;
}

void vgic_list_unlink(struct vgic *v, struct vgic_irq *prev, struct vgic_irq *irq)
{
    struct vgic_vcpu *vc = &v->vcpu[irq->vcpu];
    if (prev)
        prev->ap_next = irq->ap_next;
    else
        vc->head = irq->ap_next;
    if (vc->tail == irq)
        vc->tail = prev;
    irq->ap_next = NULL;
    irq->vcpu = VGIC_NO_VCPU;
}

int vgic_queue_choose(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq)
{
    int target = vgic_target(v, irq);
    if (irq->vcpu == VGIC_NO_VCPU && target != VGIC_NO_VCPU)
        return target;
    /* Already on a list: the kick covers an edge for which no maintenance interrupt will come (4.7 had none). */
    if (target != VGIC_NO_VCPU)
        vgic_kick(v, cpu, target);
    return VGIC_NO_VCPU;
}

int vgic_queue_commit(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq, int chosen)
{
    if (irq->vcpu != VGIC_NO_VCPU || vgic_target(v, irq) != chosen) {
        v->stats.queue_retries++;
        return vgic_queue_choose(v, cpu, irq);
    }
    vgic_list_append(v, (unsigned)chosen, irq);
    sim_trace(v->sim, vgic_cpu_id(cpu), EV_VGIC_QUEUE_IRQ, chosen, irq->intid);
    vgic_kick(v, cpu, chosen);
    return VGIC_NO_VCPU;
}

void vgic_release_unpresented(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq)
{
    if (!irq->unpresented || irq->active || vgic_irq_pending(v, irq))
        return;
    irq->unpresented = false;
    vgic_set_phys_active(v, cpu, irq, false);
}

void vgic_blocking(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu)
{
    for (struct vgic_irq *irq = v->vcpu[vcpu].head; irq; irq = irq->ap_next)
        vgic_release_unpresented(v, cpu, irq);
}

/* ---- kvm_vgic_inject_irq ---- */

enum { INJECT_RAISE, INJECT_QUEUE };

/* Does the injection change anything? If not, KVM reports success and does nothing (1.3 step 3). */
static bool injection_valid(const struct vgic *v, const struct vgic_irq *irq, bool level, uint64_t owner)
{
    if ((uint64_t)(uintptr_t)irq->owner != owner)
        return false;
    if (vgic_live_level(v, irq))
        return true; /* nobody says when the line goes down: every call counts */
    return irq->level_config ? irq->line_level != level : level;
}

static int inject_raise(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    struct vgic_irq *irq = vgic_lookup(v, (unsigned)f->r[0], (uint32_t)f->r[1]);
    bool level = f->r[2] != 0;

    /* Traced before any check, as the kernel's tracepoint is. */
    sim_trace(v->sim, s->cpu->id, EV_VGIC_UPDATE_IRQ_PENDING, (int64_t)f->r[0], (int64_t)f->r[1], level);
    s->ret = irq ? 0 : -EINVAL;
    if (!irq)
        return SIM_RET;
    if (!injection_valid(v, irq, level, f->r[3])) {
        v->stats.inject_ignored++;
        if (level && irq->level_config && irq->line_level)
            vgic_merged(v, irq);
        return SIM_RET;
    }
    if (!irq->level_config && irq->pending_latch)
        vgic_merged(v, irq);
    if (vgic_live_level(v, irq))
        irq->unpresented |= level; /* the level is the physical distributor's */
    else if (irq->level_config)
        irq->line_level = level;
    else
        irq->pending_latch = true;

    int chosen = vgic_queue_choose(v, s->cpu, irq);
    if (chosen == VGIC_NO_VCPU) {
        vgic_release_unpresented(v, s->cpu, irq);
        return SIM_RET;
    }
    f->r[3] = (uint64_t)chosen;
    return INJECT_QUEUE;
}

/* Locks have changed hands: queue it, or start over from the choice. */
static int inject_queue(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    struct vgic_irq *irq = vgic_lookup(v, (unsigned)f->r[0], (uint32_t)f->r[1]);
    int again = vgic_queue_commit(v, s->cpu, irq, (int)f->r[3]);
    if (again != VGIC_NO_VCPU) {
        f->r[3] = (uint64_t)again;
        return INJECT_QUEUE;
    }
    vgic_release_unpresented(v, s->cpu, irq);
    s->ret = 0;
    return SIM_RET;
}

static const struct sim_step inject_steps[] = {
    [INJECT_RAISE] = {inject_raise, "vgic_inject: raise, choose target", SIM_MASKED},
    [INJECT_QUEUE] = {inject_queue, "vgic_inject: queue", SIM_MASKED},
};
SIM_PROC(vgic_inject_proc, "kvm_vgic_inject_irq", inject_steps);

/* ---- wake predicate and ownership ---- */

bool vgic_vcpu_pending(const struct vgic *v, unsigned vcpu)
{
    const struct vgic_vcpu *vc = &v->vcpu[vcpu];
    if (!v->enabled || !vc->head)
        return false;
    unsigned pmr = v->profile.wake_ignores_pmr ? 0x100 : v->ops->pmr(&vc->vif);
    for (const struct vgic_irq *irq = vc->head; irq; irq = irq->ap_next) {
        if (vgic_irq_pending(v, irq) && irq->enabled && (v->profile.wake_ignores_pmr || !irq->active) &&
            irq->priority < pmr)
            return true;
    }
    return false;
}

int vgic_set_owner(struct vgic *v, unsigned vcpu, uint32_t intid, const void *owner)
{
    struct vgic_irq *irq = vgic_is_sgi(intid) ? NULL : vgic_lookup(v, vcpu, intid);
    if (!irq)
        return -EINVAL;
    if (irq->owner && irq->owner != owner)
        return -EEXIST;
    irq->owner = owner;
    return 0;
}
