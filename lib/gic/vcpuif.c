/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vcpuif.c - the virtual CPU interface, GICV, which a guest sees as its GICC (IHI 0048B 5.5).
 *
 * The same rules as cpuif.c over the list registers, with 5 priority bits and one active priorities
 * register for both groups. When the guest deactivates a list register with HW = 1, the Distributor
 * deactivates the physical interrupt, whichever CPU acknowledged it (5.2).
 */
#include "internal.h"

static unsigned lr_group(uint32_t lr)
{
    return lr & GICH_LR_Grp1 ? 1 : 0;
}

/* The virtual running priority: the most urgent bit of GICH_APR. */
static uint32_t vcpuif_running(const struct vif *v)
{
    return v->apr ? bit_first(v->apr) << VPRIO_SHIFT : PRIO_IDLE;
}

static uint32_t vcpuif_prio(uint32_t lr)
{
    return GIC_FIELD_GET(GICH_LR_Priority, lr) << VPRIO_SHIFT;
}

static uint32_t vcpuif_group_prio(const struct vif *v, uint32_t lr)
{
    unsigned bpr = lr_group(lr) && !(v->ctlr & GICV_CTLR_CBPR) ? v->abpr - 1u : v->bpr;
    return vcpuif_prio(lr) & group_prio_mask(bpr);
}

/* The oracle: the list register whose interrupt may be signalled to the guest now, or NO_LR. */
static unsigned vcpuif_deliverable(const struct vif *v)
{
    unsigned n = v->hcr & GICH_HCR_En ? lr_first(v) : NO_LR;
    if (n == NO_LR)
        return NO_LR;
    uint32_t lr = v->lr[n];
    bool enabled = v->ctlr >> lr_group(lr) & 1;
    return enabled && vcpuif_prio(lr) < v->pmr && vcpuif_group_prio(v, lr) < vcpuif_running(v) ? n : NO_LR;
}

uint32_t vcpuif_pins(const struct gic *g, unsigned cpu)
{
    const struct vif *v = &g->cpu[cpu].virt;
    uint32_t pins = 0;
    if (v->hcr & GICH_HCR_En && hyp_misr(g, cpu))
        pins |= bit32(GIC_MAINT);
    unsigned n = vcpuif_deliverable(v);
    if (n != NO_LR)
        pins |= bit32(lr_group(v->lr[n]) == 0 && v->ctlr & GICV_CTLR_FIQEn ? GIC_VFIQ : GIC_VIRQ);
    return pins;
}

/* VirtualID, and the CPUID the hypervisor put beside a virtual SGI (5.5.4). */
static uint32_t lr_intid(uint32_t lr)
{
    uint32_t id = lr & GICH_LR_VirtualID;
    return id < NUM_SGIS && !(lr & GICH_LR_HW) ? id | (lr & GICH_LR_CPUID) : id;
}

/* What the guest may see of list register n; see cpuif_visible. */
static uint32_t vcpuif_visible(const struct vif *v, unsigned n, bool alias)
{
    if (n == NO_LR)
        return GIC_SPURIOUS;
    uint32_t lr = v->lr[n];
    if (alias)
        return lr_group(lr) == 1 ? lr_intid(lr) : GIC_SPURIOUS;
    return lr_group(lr) == 1 && !(v->ctlr & GICV_CTLR_AckCtl) ? GIC_SPURIOUS_GROUP : lr_intid(lr);
}

static uint32_t vcpuif_hppir(const struct vif *v, bool alias)
{
    return vcpuif_visible(v, v->hcr & GICH_HCR_En ? lr_first(v) : NO_LR, alias);
}

uint32_t vcpuif_acknowledge(struct gic *g, unsigned cpu, bool alias)
{
    struct vif *v = &g->cpu[cpu].virt;
    unsigned n = vcpuif_deliverable(v);
    uint32_t value = vcpuif_visible(v, n, alias);
    if (n == NO_LR || value == GIC_SPURIOUS || value == GIC_SPURIOUS_GROUP) {
        g->stats.virt_spurious++;
        return value;
    }
    uint32_t lr = v->lr[n];
    v->apr |= bit32(vcpuif_group_prio(v, lr) >> VPRIO_SHIFT);
    lr_set(g, cpu, n, (lr & ~GICH_LR_State) | GICH_LR_State_Active);
    g->stats.virt_acks++;
    return value;
}

/* List register that holds this interrupt active, by VirtualID and for an SGI also by source. */
static unsigned lr_find_active(const struct vif *v, uint32_t id)
{
    uint32_t wanted = (id & GICV_IAR_INTID) < NUM_SGIS ? id & (GICV_IAR_INTID | GICV_IAR_CPUID) : id & GICV_IAR_INTID;
    for (uint64_t left = v->active; left; left &= left - 1) {
        unsigned n = bit_first64(left);
        if (lr_intid(v->lr[n]) == wanted)
            return n;
    }
    return NO_LR;
}

/* The physical end of a hardware list register: a PPI of this CPU or an SPI; an inactive one is harmless. */
static void lr_hw_deactivate(struct gic *g, unsigned cpu, uint32_t lr)
{
    uint32_t intid = GIC_FIELD_GET(GICH_LR_PhysicalID, lr);
    uint32_t slot = slot_find(g, cpu, intid);
    if (slot == NO_SLOT || intid < NUM_SGIS) {
        g->stats.errors[GIC_ERR_INTID]++;
        return;
    }
    /* The request is a Non-secure one, as if written to GICC_DIR: not for Group 0 (4.4.15, 5.2). */
    if (g->cfg.security && !slot_test(g->group, slot)) {
        g->stats.errors[GIC_ERR_SECURE]++;
        return;
    }
    g->stats.hw_deactivations += slot_test(g->active, slot);
    irq_deactivate(g, slot);
}

/* Deactivates a virtual interrupt; false if no list register holds it active. */
static bool vcpuif_deactivate(struct gic *g, unsigned cpu, uint32_t id)
{
    struct vif *v = &g->cpu[cpu].virt;
    unsigned n = lr_find_active(v, id);
    if (n == NO_LR)
        return false;
    uint32_t lr = v->lr[n];
    lr_set(g, cpu, n, lr & ~GICH_LR_State_Active);
    g->stats.virt_deactivations++;
    if (lr & GICH_LR_HW)
        lr_hw_deactivate(g, cpu, lr);
    return true;
}

/* An end that matches no list register; the count is 5 bits wide and wraps (5.3.1). */
static void vcpuif_count_eoi(struct gic *g, struct vif *v)
{
    g->stats.unlisted_ends++;
    v->hcr += 1u << GICH_HCR_EOICount_SHIFT;
}

static void vcpuif_eoi(struct gic *g, unsigned cpu, uint32_t value, bool alias)
{
    struct vif *v = &g->cpu[cpu].virt;
    if ((value & GICV_IAR_INTID) >= NUM_IDS)
        return;
    if (alias) {
        unsigned n = lr_find_active(v, value);
        if (n != NO_LR && lr_group(v->lr[n]) == 0)
            return; /* GICV_AEOIR ends Group 1 only */
    }
    bool dropped = v->apr != 0;
    v->apr &= v->apr - 1;
    g->stats.virt_eois += dropped;
    /* An EOI that drops no priority is not counted (5.3.1). */
    if (!(v->ctlr & GICV_CTLR_EOImode) && !vcpuif_deactivate(g, cpu, value) && dropped)
        vcpuif_count_eoi(g, v);
}

static void vcpuif_dir(struct gic *g, unsigned cpu, uint32_t value)
{
    struct vif *v = &g->cpu[cpu].virt;
    if (!(v->ctlr & GICV_CTLR_EOImode) && !g->cfg.dir_any_mode)
        return; /* as GICC_DIR */
    if ((value & GICV_IAR_INTID) < NUM_IDS && !vcpuif_deactivate(g, cpu, value))
        vcpuif_count_eoi(g, v);
}

uint32_t vcpuif_read(const struct gic *g, unsigned cpu, enum vcpu_reg reg, uint32_t offset)
{
    const struct vif *v = &g->cpu[cpu].virt;
    switch (reg) {
    case VCPU_CTLR:
        return v->ctlr;
    case VCPU_PMR:
        return v->pmr;
    case VCPU_BPR:
        return v->bpr;
    case VCPU_ABPR:
        return v->abpr;
    case VCPU_IAR:
    case VCPU_AIAR: /* gic_peek: what a read would return */
        return vcpuif_visible(v, vcpuif_deliverable(v), reg == VCPU_AIAR);
    case VCPU_RPR:
        if (v->apr)
            return vcpuif_running(v);
        return g->cfg.vrpr_idle_f8 ? 0xf8u : 0xffu;
    case VCPU_HPPIR:
    case VCPU_AHPPIR:
        return vcpuif_hppir(v, reg == VCPU_AHPPIR);
    case VCPU_APR: /* GICV_APR0 is GICH_APR (5.5.12) */
        return offset == GICV_APR ? v->apr : 0;
    case VCPU_IIDR:
        return g->cfg.cpu_iidr;
    case VCPU_EOIR:
    case VCPU_AEOIR:
    case VCPU_DIR:
    case VCPU_NREGS:
        break;
    }
    return 0;
}

void vcpuif_write(struct gic *g, unsigned cpu, enum vcpu_reg reg, uint32_t offset, uint32_t value)
{
    struct vif *v = &g->cpu[cpu].virt;
    uint32_t bpr = value & 7;
    switch (reg) {
    case VCPU_CTLR:
        v->ctlr = value & VCTLR_BITS;
        break;
    case VCPU_PMR:
        v->pmr = (uint8_t)(value & VPMR_BITS);
        break;
    case VCPU_BPR: /* a value below the minimum sets the minimum */
        v->bpr = (uint8_t)(bpr < MIN_VBPR ? MIN_VBPR : bpr);
        break;
    case VCPU_ABPR:
        v->abpr = (uint8_t)(bpr < MIN_VBPR + 1 ? MIN_VBPR + 1 : bpr);
        break;
    case VCPU_APR:
        if (offset == GICV_APR)
            v->apr = value;
        break;
    case VCPU_EOIR:
    case VCPU_AEOIR:
        vcpuif_eoi(g, cpu, value, reg == VCPU_AEOIR);
        break;
    case VCPU_DIR:
        vcpuif_dir(g, cpu, value);
        break;
    case VCPU_IAR:
    case VCPU_RPR:
    case VCPU_HPPIR:
    case VCPU_AIAR:
    case VCPU_AHPPIR:
    case VCPU_IIDR:
    case VCPU_NREGS:
        break; /* read-only: gic_write does not come here */
    }
    mark_virtual(g, cpu);
}
