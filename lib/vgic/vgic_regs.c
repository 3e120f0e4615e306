/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each distributor register means, for the guest and for user space (sections 1.9 and 1.11).
 * User space must be able to restore any state without disturbing the hardware, so its functions leave
 * the physical interrupt alone.
 */
#include "vgic_regs.h"

#include <errno.h>
#include <trapline/gic_regs.h>

#define IIDR_PRODUCT_KVM     0x4bu
#define IIDR_IMPLEMENTER_ARM 0x43bu
#define IIDR_REVISION        0x0000f000u
#define IIDR_REVISION_SHIFT  12
#define PRIORITY_MASK        0xf8u /* five priority bits */

/* ---- CTLR, TYPER, IIDR ---- */

static uint32_t read_ctlr(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)irq;
    return a->v->enabled;
}

/*
 * Enabling wakes those vCPUs that have something listed. What became pending while disabled is on no
 * list and stays so until something else queues it, as in the kernel.
 */
static bool write_ctlr(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)irq;
    bool was = a->v->enabled;
    a->v->enabled = (value & GICD_CTLR_EnableGrp0) != 0;
    for (unsigned c = 0; !was && a->v->enabled && c < a->v->vcpus; c++) {
        if (vgic_vcpu_pending(a->v, c))
            vgic_kick(a->v, a->cpu, (int)c);
    }
    return false;
}

static uint32_t read_typer(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)irq;
    return (a->v->nr_irqs / 32 - 1) | GIC_FIELD_SET(GICD_TYPER_CPUNumber, a->v->vcpus - 1);
}

static uint32_t read_iidr(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)irq;
    return IIDR_PRODUCT_KVM << 24 | (uint32_t)a->v->implementation_rev << IIDR_REVISION_SHIFT | IIDR_IMPLEMENTER_ARM;
}

/* A user space that writes this knows that groups work since revision 2, and may set them from then on. */
static bool user_write_iidr(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    uint32_t rev = GIC_FIELD_GET(IIDR_REVISION, value);
    if (((read_iidr(a, irq) ^ value) & ~IIDR_REVISION) || rev < 2 || rev > 3) {
        a->err = -EINVAL;
        return false;
    }
    a->v->groups_user_writable = true;
    a->v->implementation_rev = (uint8_t)rev;
    return false;
}

/* ---- group and enable ---- */

static uint32_t read_group(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)a;
    return irq->group;
}

static bool write_group(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    irq->group = (uint8_t)value;
    return true;
}

static bool user_write_group(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    return a->v->groups_user_writable && write_group(a, irq, value);
}

static uint32_t read_enabled(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)a;
    return irq->enabled;
}

/*
 * The guest may have quietened the device while it was disabled here: look again, and if the line went
 * low free the physical interrupt, or it could never be signalled again.
 */
static bool write_enable(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)value;
    if (vgic_mapped_level(irq) && !vgic_live_level(a->v, irq)) {
        bool was_high = irq->line_level;
        irq->line_level = vgic_phys_level(a->v, a->cpu, irq);
        if (!irq->active && was_high && !irq->line_level)
            vgic_set_phys_active(a->v, a->cpu, irq, false);
    }
    irq->enabled = true;
    return true;
}

static bool user_write_enable(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    (void)value;
    irq->enabled = true;
    return true;
}

/* It stays in the list registers of a running vCPU: the prune at the next exit drops it. */
static bool write_disable(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    (void)value;
    irq->enabled = false;
    return false;
}

/* ---- pending ---- */

static uint32_t read_pending(struct vgic_access *a, struct vgic_irq *irq)
{
    return vgic_mapped_level(irq) ? vgic_phys_level(a->v, a->cpu, irq) : vgic_irq_pending(a->v, irq);
}

static uint32_t user_read_pending(struct vgic_access *a, struct vgic_irq *irq)
{
    return vgic_live_level(a->v, irq) ? irq->pending_latch : vgic_irq_pending(a->v, irq);
}

/* SGIs are set pending through their own registers. HW: active as well, so that the guest's deactivation is legal. */
static bool write_set_pending(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)value;
    if (vgic_is_sgi(irq->intid))
        return false;
    irq->pending_latch = true;
    if (irq->hw)
        vgic_set_phys_active(a->v, a->cpu, irq, true);
    return true;
}

/* The source of an SGI is not in this register: the vCPU itself is taken. */
static bool user_write_set_pending(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)value;
    irq->pending_latch = true;
    if (vgic_is_sgi(irq->intid))
        irq->source = (uint8_t)(irq->source | 1u << a->vcpu);
    return true;
}

/*
 * HW: set pending followed by clear pending must not leave the physical interrupt active, which would
 * mask it; at worst it is taken once too often by the host.
 */
static bool write_clear_pending(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)value;
    if (vgic_is_sgi(irq->intid))
        return false;
    irq->pending_latch = false;
    if (irq->hw) {
        a->v->hooks.set_phys_pending(a->v->hooks.ctx, a->cpu, irq->host_irq, false);
        if (!irq->active)
            vgic_set_phys_active(a->v, a->cpu, irq, false);
    }
    return false;
}

static bool user_write_clear_pending(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    (void)value;
    irq->source = 0; /* which source is meant cannot be told: all of them */
    irq->pending_latch = false;
    return false;
}

/* ---- active ---- */

static uint32_t read_active(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)a;
    return irq->active;
}

static bool change_active(struct vgic_access *a, struct vgic_irq *irq, bool active)
{
    if (irq->hw) {
        if (!a->cpu)
            return irq->active; /* user space: left as it is, on both sides */
        irq->active = active;
        vgic_set_phys_active(a->v, a->cpu, irq, active);
        return active;
    }
    irq->active = active;
    /* Which CPU an active SGI came from is not architecturally visible: the writer, or CPU 0 for user space. */
    if (active && vgic_is_sgi(irq->intid))
        irq->active_source = a->cpu ? (uint8_t)a->vcpu : 0;
    return active;
}

static bool write_set_active(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)value;
    return change_active(a, irq, true);
}

static bool write_clear_active(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)value;
    return change_active(a, irq, false);
}

/* ---- priority, targets, configuration: what is queued already is not looked at again ---- */

static uint32_t read_priority(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)a;
    return irq->priority;
}

static bool write_priority(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    irq->priority = (uint8_t)(value & PRIORITY_MASK);
    return false;
}

static uint32_t read_targets(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)a;
    return irq->targets;
}

static bool write_targets(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    if (irq->intid < VGIC_NR_PRIVATE)
        return false;
    irq->targets = (uint8_t)(value & ((1u << a->v->vcpus) - 1));
    irq->target_vcpu = 0; /* also of an empty mask */
    for (unsigned c = a->v->vcpus; c-- > 0;) {
        if (irq->targets >> c & 1)
            irq->target_vcpu = (int)c;
    }
    return false;
}

static uint32_t read_config(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)a;
    return irq->level_config ? 0 : 2;
}

/* Private interrupts are fixed (the kernel relies on level PPIs). */
static bool write_config(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    if (irq->intid >= VGIC_NR_PRIVATE)
        irq->level_config = !(value & 2);
    return false;
}

/* ---- SGIs ---- */

static bool write_sgir(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)value;
    irq->pending_latch = true;
    irq->source = (uint8_t)(irq->source | 1u << a->vcpu);
    return true;
}

static uint32_t read_sgi_sources(struct vgic_access *a, struct vgic_irq *irq)
{
    (void)a;
    return irq->source;
}

static bool write_sgi_clear(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    irq->source = (uint8_t)(irq->source & ~value);
    if (!irq->source)
        irq->pending_latch = false;
    return false;
}

static bool write_sgi_set(struct vgic_access *a, struct vgic_irq *irq, uint32_t value)
{
    (void)a;
    irq->source = (uint8_t)(irq->source | value);
    if (irq->source)
        irq->pending_latch = true;
    return irq->source != 0;
}

/* ---- the table, in order of offset ---- */

#define BIT_REG  128u /* bytes: one bit for each of 1024 interrupts */
#define BYTE_REG 1024u

static const struct vgic_reg regs[] = {
    {GICD_CTLR, 4, 0, 0, read_ctlr, write_ctlr, NULL, NULL},
    {GICD_TYPER, 4, 0, 0, read_typer, NULL, NULL, NULL},
    {GICD_IIDR, 4, 0, 0, read_iidr, NULL, NULL, user_write_iidr},
    {GICD_IGROUPR, BIT_REG, 1, 0, read_group, write_group, NULL, user_write_group},
    {GICD_ISENABLER, BIT_REG, 1, VGIC_SET, read_enabled, write_enable, NULL, user_write_enable},
    {GICD_ICENABLER, BIT_REG, 1, VGIC_SET, read_enabled, write_disable, NULL, NULL},
    {GICD_ISPENDR, BIT_REG, 1, VGIC_SET, read_pending, write_set_pending, user_read_pending, user_write_set_pending},
    {GICD_ICPENDR, BIT_REG, 1, VGIC_SET, read_pending, write_clear_pending, user_read_pending,
     user_write_clear_pending},
    {GICD_ISACTIVER, BIT_REG, 1, VGIC_SET | VGIC_HALT, read_active, write_set_active, NULL, NULL},
    {GICD_ICACTIVER, BIT_REG, 1, VGIC_SET | VGIC_HALT, read_active, write_clear_active, NULL, NULL},
    {GICD_IPRIORITYR, BYTE_REG, 8, VGIC_W8, read_priority, write_priority, NULL, NULL},
    {GICD_ITARGETSR, BYTE_REG, 8, VGIC_W8, read_targets, write_targets, NULL, NULL},
    {GICD_ICFGR, 2 * BIT_REG, 2, 0, read_config, write_config, NULL, NULL},
    {GICD_SGIR, 4, 0, VGIC_SET | VGIC_SGIR, NULL, write_sgir, NULL, NULL},
    {GICD_CPENDSGIR, VGIC_NR_SGIS, 8, VGIC_W8, read_sgi_sources, write_sgi_clear, NULL, NULL},
    {GICD_SPENDSGIR, VGIC_NR_SGIS, 8, VGIC_W8, read_sgi_sources, write_sgi_set, NULL, NULL},
};

static const struct vgic_reg *row_at(uint32_t offset)
{
    for (size_t i = 0; i < sizeof regs / sizeof regs[0]; i++) {
        if (offset - regs[i].offset < regs[i].length)
            return &regs[i];
    }
    return NULL;
}

bool vgic_reg_exists(uint32_t offset)
{
    return row_at(offset) != NULL;
}

const struct vgic_reg *vgic_reg_find(const struct vgic *v, uint32_t offset, unsigned size)
{
    const struct vgic_reg *reg = row_at(offset);
    if (!reg || !(size == 4 || (size == 1 && (reg->flags & VGIC_W8))) || offset % size != 0)
        return NULL;
    if (reg->bits && (offset - reg->offset) * 8 / reg->bits >= v->nr_irqs)
        return NULL;
    return reg;
}
