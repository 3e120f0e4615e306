/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After exit: list registers are saved, folded back into the interrupts, and the ap_list is pruned
 * (section 1.7). The kernel holds no lock across two list registers nor across a move to another
 * vCPU's list; those gaps, and the ack notifier, are the boundaries between the steps.
 *
 * Registers of the frame: r0 vCPU, r1 list register to fold next, r2 acks so far, r3 interrupt and
 * vCPU of a move that has been decided on but not made.
 */
#include "vgic_private.h"

#include <trapline/events.h>

enum { SYNC_SAVE, SYNC_FOLD, SYNC_UPDATE, SYNC_PRUNE, SYNC_MIGRATE };

/* The guest has finished with it, and it carried the EOI bit: exactly what raised the maintenance interrupt. */
static bool lr_signals_ack(const struct vgic_lr *lr)
{
    return !lr->pending && !lr->active && lr->eoi && !lr->hw;
}

/*
 * A mapped level has no one to say that the wire went low, so it is looked at (1.7.1 step 5). Low: the
 * physical interrupt is deactivated, or it could never be taken again.
 */
static void resample(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq, bool lr_pending, bool deactivated)
{
    bool stale = v->profile.mapped_level == VGIC_MAPPED_LR_5_15 && deactivated && irq->line_level;
    if (!vgic_mapped_level(irq) || vgic_live_level(v, irq) || !(lr_pending || stale))
        return;
    irq->line_level = vgic_phys_level(v, cpu, irq);
    if (!irq->line_level)
        vgic_set_phys_active(v, cpu, irq, false);
}

/* Takes over what the guest made of the list register (1.7.1 steps 2 to 5). */
static void fold(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq, const struct vgic_lr *lr)
{
    bool sgi = vgic_is_sgi(irq->intid), deactivated = irq->active && !lr->active;

    irq->active = lr->active;
    if (sgi && lr->active)
        irq->active_source = lr->source;
    if (!irq->level_config && lr->pending) {
        if (irq->pending_latch)
            vgic_merged(v, irq);
        irq->pending_latch = true;
        if (sgi)
            irq->source = (uint8_t)(irq->source | 1u << lr->source);
    }
    /* The software latch lives until the guest has finished; with pending and active at once, until the acknowledge. */
    if (irq->level_config && !lr->pending && (!lr->active || !v->profile.pa_suppress_level))
        irq->pending_latch = false;
    if (lr->pending && vgic_live_level(v, irq))
        irq->unpresented = true; /* the guest has not taken it */
    resample(v, cpu, irq, lr->pending, deactivated);
}

static int sync_end(struct sim_strand *s, struct sim_frame *f, struct vgic_vcpu *vc)
{
    vc->stage = VGIC_IDLE;
    s->ret = (int64_t)f->r[2];
    return SIM_RET;
}

/* Drops what no longer belongs on the list; stops at one that belongs on another. */
static int sync_prune(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    int vcpu = (int)f->r[0];
    struct vgic_irq *prev = NULL, *next;

    for (struct vgic_irq *irq = v->vcpu[vcpu].head; irq; irq = next) {
        next = irq->ap_next;
        int target = vgic_target(v, irq);
        if (target == VGIC_NO_VCPU) {
            vgic_release_unpresented(v, s->cpu, irq);
            vgic_list_unlink(v, prev, irq);
            sim_trace(v->sim, s->cpu->id, EV_VGIC_PRUNE, vcpu, irq->intid);
        } else if (target == vcpu) {
            prev = irq;
        } else {
            f->r[3] = irq->intid | (uint64_t)target << 32;
            return SYNC_MIGRATE;
        }
    }
    return sync_end(s, f, &v->vcpu[vcpu]);
}

/*
 * Both lists are locked now. Whether the move still holds or not, the walk starts again, since the
 * list was free for others in between.
 */
static int sync_migrate(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    unsigned vcpu = (unsigned)f->r[0];
    int target = (int)(f->r[3] >> 32);
    struct vgic_irq *irq = vgic_lookup(v, vcpu, (uint32_t)f->r[3]);

    if (vgic_target(v, irq) == target) {
        struct vgic_irq *prev = NULL;
        for (struct vgic_irq *i = v->vcpu[vcpu].head; i != irq; i = i->ap_next)
            prev = i;
        vgic_list_unlink(v, prev, irq);
        vgic_list_append(v, (unsigned)target, irq);
        v->stats.migrations++;
        sim_trace(v->sim, s->cpu->id, EV_VGIC_PRUNE, vcpu, irq->intid);
        sim_trace(v->sim, s->cpu->id, EV_VGIC_QUEUE_IRQ, target, irq->intid);
        vgic_kick(v, s->cpu, target);
    }
    return SYNC_PRUNE;
}

static int sync_update(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    unsigned vcpu = (unsigned)f->r[0];
    struct vgic_vif *vif = &v->vcpu[vcpu].vif;
    struct vgic_lr lr;

    v->ops->decode(&lr, vif->lr[f->r[1]]);
    sim_trace(v->sim, s->cpu->id, EV_VGIC_FOLD_LR, vcpu, (int64_t)f->r[1], lr.intid, vif->lr[f->r[1]]);
    sim_trace(v->sim, s->cpu->id, EV_VGIC_LR_STATE, vcpu, lr.intid, lr.pending | lr.active << 1);
    struct vgic_irq *irq = vgic_lookup(v, vcpu, lr.intid);
    if (irq) /* a register of the user's own model may hold anything */
        fold(v, s->cpu, irq, &lr);
    if (++f->r[1] < vif->used_lrs)
        return SYNC_FOLD;
    vif->used_lrs = 0;
    return SYNC_PRUNE;
}

static int sync_fold(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    struct vgic_lr lr;

    v->ops->decode(&lr, v->vcpu[f->r[0]].vif.lr[f->r[1]]);
    /* Only SPIs have notifiers. They run before `active` changes: a resampler may inject and must see it set. */
    if (lr_signals_ack(&lr) && vgic_valid_spi(v, lr.intid)) {
        f->r[2]++;
        v->stats.acks++;
        if (v->ack_proc)
            return sim_call(s, f, SYNC_UPDATE, v->ack_proc, v->ack_obj, 0, lr.intid - VGIC_NR_PRIVATE, 0, 0);
    }
    return sync_update(s, f);
}

void vgic_save(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu)
{
    struct vgic_vcpu *vc = &v->vcpu[vcpu];
    if (!vc->vif.used_lrs && !v->ops->at_switch)
        return;
    vc->stage = VGIC_FOLDING;
    v->ops->save(&v->port, cpu, &vc->vif);
    v->ops->underflow(&vc->vif, false);
}

static int sync_save(struct sim_strand *s, struct sim_frame *f)
{
    struct vgic *v = f->obj;
    struct vgic_vcpu *vc = &v->vcpu[f->r[0]];

    f->r[1] = f->r[2] = 0;
    if (!vc->head) /* and so no list register is in use: they leave the list in the prune below only */
        return sync_end(s, f, vc);
    if (v->ops->at_switch) /* saved at the exit; if there was none, the shadow is what the flush has made */
        v->ops->underflow(&vc->vif, false);
    else if (vc->stage != VGIC_FOLDING)
        vgic_save(v, s->cpu, (unsigned)f->r[0]);
    vc->stage = VGIC_FOLDING;
    return vc->vif.used_lrs ? sync_fold(s, f) : sync_prune(s, f);
}

static const struct sim_step sync_steps[] = {
    [SYNC_SAVE] = {sync_save, "vgic_sync: save, fold first", SIM_MASKED},
    [SYNC_FOLD] = {sync_fold, "vgic_sync: fold", SIM_MASKED},
    [SYNC_UPDATE] = {sync_update, "vgic_sync: fold after ack", SIM_MASKED},
    [SYNC_PRUNE] = {sync_prune, "vgic_sync: prune", SIM_MASKED},
    [SYNC_MIGRATE] = {sync_migrate, "vgic_sync: migrate", SIM_MASKED},
};
SIM_PROC(vgic_sync_proc, "kvm_vgic_sync_hwstate", sync_steps);
