/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hyp.c - the virtual interface control block, GICH (IHI 0048B 5.3): list registers and maintenance.
 *
 * lr_set() is the only place that changes a list register; it keeps the masks of struct vif, from which
 * GICH_EISR, GICH_ELRSR, GICH_MISR and the choice of the next virtual interrupt follow without a scan.
 */
#include "internal.h"

static uint32_t lr_prio(uint32_t lr)
{
    return GIC_FIELD_GET(GICH_LR_Priority, lr);
}

void lr_set(struct gic *g, unsigned cpu, unsigned n, uint32_t value)
{
    struct vif *v = &g->cpu[cpu].virt;
    uint64_t bit = bit64(n);
    uint32_t old_prio = lr_prio(v->lr[n]), prio = lr_prio(value);
    bool pending = value & GICH_LR_State_Pending, active = value & GICH_LR_State_Active;

    v->ready[old_prio] &= ~bit;
    if (!v->ready[old_prio])
        v->levels &= ~bit32(old_prio);
    v->lr[n] = value;
    /* A pending and active entry is presented only after its end (5.3.8). */
    if (pending && !active) {
        v->ready[prio] |= bit;
        v->levels |= bit32(prio);
    }
    v->active = active ? v->active | bit : v->active & ~bit;
    v->valid = pending || active ? v->valid | bit : v->valid & ~bit;
    /* With HW set, bit 19 belongs to PhysicalID. */
    bool ended = !pending && !active && !(value & GICH_LR_HW) && value & GICH_LR_EOI;
    v->ended = ended ? v->ended | bit : v->ended & ~bit;
    mark_virtual(g, cpu);
}

/* The oracle: the most urgent list register that is pending only, the lowest among equals; or NO_LR. */
unsigned lr_first(const struct vif *v)
{
    return v->levels ? bit_first64(v->ready[bit_first(v->levels)]) : NO_LR;
}

/*
 * Sources of the maintenance interrupt (5.3.4). GICH_HCR.En gates the output, not the register. For NP an
 * entry that is pending and active is not "in the pending state".
 */
uint32_t hyp_misr(const struct gic *g, unsigned cpu)
{
    const struct vif *v = &g->cpu[cpu].virt;
    /* The usual case: no source but EOI is switched on. */
    if (!(v->hcr & (GICH_HCR_UIE | GICH_HCR_LRENPIE | GICH_HCR_NPIE | GICH_HCR_VGrp0EIE | GICH_HCR_VGrp0DIE |
                    GICH_HCR_VGrp1EIE | GICH_HCR_VGrp1DIE)))
        return v->ended ? GICH_MISR_EOI : 0;
    bool grp0 = v->ctlr & GICV_CTLR_EnableGrp0, grp1 = v->ctlr & GICV_CTLR_EnableGrp1;
    bool few = (v->valid & (v->valid - 1)) == 0; /* at most one valid entry */
    uint32_t misr = 0;
    if (v->ended)
        misr |= GICH_MISR_EOI;
    if (v->hcr & GICH_HCR_UIE && few)
        misr |= GICH_MISR_U;
    if (v->hcr & GICH_HCR_LRENPIE && v->hcr & GICH_HCR_EOICount)
        misr |= GICH_MISR_LRENP;
    if (v->hcr & GICH_HCR_NPIE && !v->levels)
        misr |= GICH_MISR_NP;
    if (v->hcr & GICH_HCR_VGrp0EIE && grp0)
        misr |= GICH_MISR_VGrp0E;
    if (v->hcr & GICH_HCR_VGrp0DIE && !grp0)
        misr |= GICH_MISR_VGrp0D;
    if (v->hcr & GICH_HCR_VGrp1EIE && grp1)
        misr |= GICH_MISR_VGrp1E;
    if (v->hcr & GICH_HCR_VGrp1DIE && !grp1)
        misr |= GICH_MISR_VGrp1D;
    return misr;
}

/* GICH_VMCR is another view of the guest's GICV_CTLR, PMR, BPR and ABPR (5.3.3); no state of its own. */
static uint32_t vmcr_read(const struct vif *v)
{
    return v->ctlr | GIC_FIELD_SET(GICH_VMCR_VMABP, (uint32_t)v->abpr) |
           GIC_FIELD_SET(GICH_VMCR_VMBP, (uint32_t)v->bpr) |
           GIC_FIELD_SET(GICH_VMCR_VMPriMask, (uint32_t)v->pmr >> VPRIO_SHIFT);
}

static void vmcr_write(struct gic *g, unsigned cpu, uint32_t value)
{
    vcpuif_write(g, cpu, VCPU_CTLR, GICV_CTLR, value);
    vcpuif_write(g, cpu, VCPU_ABPR, GICV_ABPR, GIC_FIELD_GET(GICH_VMCR_VMABP, value));
    vcpuif_write(g, cpu, VCPU_BPR, GICV_BPR, GIC_FIELD_GET(GICH_VMCR_VMBP, value));
    vcpuif_write(g, cpu, VCPU_PMR, GICV_PMR, GIC_FIELD_GET(GICH_VMCR_VMPriMask, value) << VPRIO_SHIFT);
}

/* An entry is free when its state is 0 and no EOI maintenance interrupt is due for it (5.3.6). */
static uint64_t elrsr(const struct gic *g, const struct vif *v)
{
    uint64_t all = UINT64_MAX >> (GIC_MAX_LRS - g->cfg.lrs);
    return all & ~v->valid & ~v->ended;
}

uint32_t hyp_read(const struct gic *g, unsigned cpu, enum hyp_reg reg, uint32_t offset)
{
    const struct vif *v = &g->cpu[cpu].virt;
    switch (reg) {
    case HYP_HCR:
        return v->hcr;
    case HYP_VTR:
        return GIC_FIELD_SET(GICH_VTR_PRIbits, GIC_VPRIO_BITS - 1) |
               GIC_FIELD_SET(GICH_VTR_PREbits, GIC_VPRIO_BITS - 1) | GIC_FIELD_SET(GICH_VTR_ListRegs, g->cfg.lrs - 1);
    case HYP_VMCR:
        return vmcr_read(v);
    case HYP_MISR:
        return hyp_misr(g, cpu);
    case HYP_EISR:
        return (uint32_t)(v->ended >> (offset - GICH_EISR) * 8);
    case HYP_ELRSR:
        return (uint32_t)(elrsr(g, v) >> (offset - GICH_ELRSR) * 8);
    case HYP_APR:
        return v->apr;
    case HYP_LR: /* those that do not exist stay 0 */
        return v->lr[(offset - GICH_LR) / 4];
    case HYP_NREGS:
        break;
    }
    return 0;
}

void hyp_write(struct gic *g, unsigned cpu, enum hyp_reg reg, uint32_t offset, uint32_t value)
{
    struct vif *v = &g->cpu[cpu].virt;
    unsigned n;
    switch (reg) {
    case HYP_HCR:
        v->hcr = value & HCR_BITS;
        break;
    case HYP_VMCR:
        vmcr_write(g, cpu, value);
        break;
    case HYP_APR:
        v->apr = value;
        break;
    case HYP_LR:
        n = (offset - GICH_LR) / 4;
        if (n >= g->cfg.lrs)
            break;
        g->stats.listed += (value & GICH_LR_State_Pending) != 0;
        lr_set(g, cpu, n, value & LR_WRITABLE);
        break;
    case HYP_VTR:
    case HYP_MISR:
    case HYP_EISR:
    case HYP_ELRSR:
    case HYP_NREGS:
        break; /* read-only: gic_write does not come here */
    }
    mark_virtual(g, cpu);
}
