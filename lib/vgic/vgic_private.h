/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the vgic share. Section numbers are those of the behavioural reference that
 * docs/vgic.md summarises; kernel names are kept because they are what a reader greps for.
 *
 * Lists: every vCPU has one ap_list (active/pending), singly linked through vgic_irq.ap_next, new
 * entries at the tail. irq->vcpu names the list an interrupt is on; both change together
 * (vgic_list_append, vgic_list_unlink) and nowhere else.
 */
#ifndef VGIC_PRIVATE_H
#define VGIC_PRIVATE_H

#include <trapline/vgic.h>

#define VGIC_NR_SGIS 16u
#define VGIC_HCR_EN  1u /* enable bit: bit 0 of GICH_HCR and of ICH_HCR_EL2 alike */

/* Where a vCPU stands between flush and sync; only vgic_check looks at it. */
enum vgic_stage {
    VGIC_IDLE,    /* after sync (or never entered): no list register in use */
    VGIC_LOADED,  /* after flush */
    VGIC_FOLDING, /* within sync */
};

struct vgic_vcpu {
    struct vgic_irq *head, *tail; /* ap_list */
    struct vgic_irq *priv;        /* SGIs and PPIs: VGIC_NR_PRIVATE of them */
    uint8_t stage;                /* enum vgic_stage */
    struct vgic_vif vif;
};

struct vgic {
    struct sim *sim;
    const struct vgic_cpuif_ops *ops;
    struct gic_port port;
    struct vgic_profile profile;
    struct vgic_hooks hooks; /* phys_* and kick are never NULL here */
    const struct sim_proc *ack_proc;
    void *ack_obj;
    unsigned vcpus, nr_irqs, nr_lr;
    bool enabled;               /* GICD_CTLR bit 0 */
    bool groups_user_writable;  /* user space wrote a known GICD_IIDR (1.11) */
    uint8_t implementation_rev; /* GICD_IIDR.Revision */
    struct vgic_stats stats;
    struct vgic_irq *spi; /* spi[0] is INTID 32 */
    struct vgic_vcpu vcpu[VGIC_MAX_VCPUS];
    struct vgic_irq irq[]; /* private ones of each vCPU, then the SPIs */
};

static inline bool vgic_is_sgi(uint32_t intid)
{
    return intid < VGIC_NR_SGIS;
}

static inline bool vgic_valid_spi(const struct vgic *v, uint32_t intid)
{
    return intid >= VGIC_NR_PRIVATE && intid < v->nr_irqs;
}

/* A level interrupt whose level lives in the physical distributor. */
static inline bool vgic_mapped_level(const struct vgic_irq *irq)
{
    return irq->hw && irq->level_config;
}

/* The level of a mapped SPI is read from the physical distributor whenever it is asked for (6.4). */
static inline bool vgic_live_level(const struct vgic *v, const struct vgic_irq *irq)
{
    return v->profile.mapped_level == VGIC_MAPPED_DEOI_LIVE && vgic_mapped_level(irq) && irq->intid >= VGIC_NR_PRIVATE;
}

/* irq_is_pending: the level of an edge interrupt's wire means nothing (1.1). */
static inline bool vgic_irq_pending(const struct vgic *v, const struct vgic_irq *irq)
{
    if (irq->pending_latch || !irq->level_config)
        return irq->pending_latch;
    if (vgic_live_level(v, irq))
        return v->hooks.phys_pending(v->hooks.ctx, NULL, irq->host_irq);
    return irq->line_level;
}

/* The interrupt of that number, banked by vCPU below 32; NULL if there is none (1.2). */
static inline struct vgic_irq *vgic_lookup(struct vgic *v, unsigned vcpu, uint32_t intid)
{
    if (intid < VGIC_NR_PRIVATE)
        return vcpu < v->vcpus ? &v->vcpu[vcpu].priv[intid] : NULL;
    return intid < v->nr_irqs ? &v->spi[intid - VGIC_NR_PRIVATE] : NULL;
}

/* Requests IRQ_PENDING and kicks. Without a CPU (user space acts) no vCPU can be running: nothing to do. */
static inline void vgic_kick(struct vgic *v, struct sim_cpu *cpu, int vcpu)
{
    if (cpu)
        v->hooks.kick(v->hooks.ctx, cpu, (unsigned)vcpu);
}

static inline void vgic_merged(const struct vgic *v, const struct vgic_irq *irq)
{
    if (v->hooks.merged && irq->intid >= VGIC_NR_PRIVATE)
        v->hooks.merged(v->hooks.ctx, irq->intid);
}

/* Trace records of user space's accesses carry no CPU. */
static inline unsigned vgic_cpu_id(const struct sim_cpu *cpu)
{
    return cpu ? cpu->id : SIM_NO_CPU;
}

static inline bool vgic_phys_level(struct vgic *v, struct sim_cpu *cpu, const struct vgic_irq *irq)
{
    if (irq->get_input_level)
        return irq->get_input_level(irq->owner);
    return v->hooks.phys_pending(v->hooks.ctx, cpu, irq->host_irq);
}

static inline void vgic_set_phys_active(struct vgic *v, struct sim_cpu *cpu, const struct vgic_irq *irq, bool on)
{
    v->hooks.set_phys_active(v->hooks.ctx, cpu, irq->host_irq, on);
}

/* ---- vgic_irq.c ---- */

/*
 * A mapped level SPI whose line is read live (6.4) was injected, and its line has gone before a list register held it:
 * nobody would ever deactivate the physical interrupt. Does so. Nothing for all others.
 */
void vgic_release_unpresented(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq);

/* vCPU the interrupt belongs on now, or VGIC_NO_VCPU (1.4). The one place that decides it. */
int vgic_target(const struct vgic *v, const struct vgic_irq *irq);
/*
 * vgic_queue_irq_unlock in two halves (1.4). choose: VGIC_NO_VCPU when nothing is left to do, else the
 * vCPU to hand to commit at a later step. commit: VGIC_NO_VCPU when queued or settled, else the new
 * choice, because the state moved on in between: commit again.
 */
int vgic_queue_choose(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq);
int vgic_queue_commit(struct vgic *v, struct sim_cpu *cpu, struct vgic_irq *irq, int chosen);
void vgic_list_append(struct vgic *v, unsigned vcpu, struct vgic_irq *irq);
/* prev: the entry before it, NULL at the head. */
void vgic_list_unlink(struct vgic *v, struct vgic_irq *prev, struct vgic_irq *irq);

#endif
