/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GICv2 CPU interface: list-register layout (IHI 0048B 5.3.12) and the order in which KVM touches
 * GICH. Counts and order are those of section 2.3 and of the recorded hardware traces: an access more
 * or less here is a cycle count wrong everywhere.
 */
#include "vgic_private.h"

#include <trapline/gic_regs.h>

#define PRIORITY_DROPPED_BITS 3 /* a list register and VMCR hold the top five bits of a priority */
#define LRS_PER_ELRSR         32u

static uint32_t hyp_read(const struct gic_port *port, struct sim_cpu *cpu, uint32_t offset)
{
    return gic_port_read(port, cpu->id, GIC_HYP, offset);
}

static void hyp_write(const struct gic_port *port, struct sim_cpu *cpu, uint32_t offset, uint32_t value)
{
    gic_port_write(port, cpu->id, GIC_HYP, offset, value);
}

static void v2_encode(uint32_t *reg, const struct vgic_lr *lr)
{
    uint32_t val = lr->intid & GICH_LR_VirtualID;
    val |= GIC_FIELD_SET(GICH_LR_Priority, (uint32_t)lr->priority >> PRIORITY_DROPPED_BITS);
    val |= lr->pending ? GICH_LR_State_Pending : 0;
    val |= lr->active ? GICH_LR_State_Active : 0;
    val |= lr->group ? GICH_LR_Grp1 : 0;
    /* PhysicalID lies over EOI and CPUID: which of them there is depends on HW. */
    if (lr->hw)
        val |= GICH_LR_HW | GIC_FIELD_SET(GICH_LR_PhysicalID, lr->phys);
    else
        val |= (lr->eoi ? GICH_LR_EOI : 0) | GIC_FIELD_SET(GICH_LR_CPUID, (uint32_t)lr->source);
    *reg = val;
}

static void v2_decode(struct vgic_lr *lr, uint32_t reg)
{
    bool hw = (reg & GICH_LR_HW) != 0;
    *lr = (struct vgic_lr){
        .intid = reg & GICH_LR_VirtualID,
        .pending = (reg & GICH_LR_State_Pending) != 0,
        .active = (reg & GICH_LR_State_Active) != 0,
        .hw = hw,
        .phys = hw ? GIC_FIELD_GET(GICH_LR_PhysicalID, reg) : 0,
        .eoi = !hw && (reg & GICH_LR_EOI),
        .source = hw ? 0 : (uint8_t)GIC_FIELD_GET(GICH_LR_CPUID, reg),
        .priority = (uint8_t)(GIC_FIELD_GET(GICH_LR_Priority, reg) << PRIORITY_DROPPED_BITS),
        .group = (reg & GICH_LR_Grp1) != 0,
    };
}

static void v2_underflow(struct vgic_vif *vif, bool on)
{
    vif->hcr = on ? vif->hcr | GICH_HCR_UIE : vif->hcr & ~GICH_HCR_UIE;
}

/* HCR first: that is why the underflow interrupt pulses while the list registers are being written. */
static void v2_restore(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    if (!vif->used_lrs)
        return;
    hyp_write(port, cpu, GICH_HCR, vif->hcr);
    for (unsigned i = 0; i < vif->used_lrs; i++)
        hyp_write(port, cpu, GICH_LR + 4 * i, vif->lr[i]);
}

/* An empty register is not read: its shadow keeps the EOI bit by which the fold knows an ack. */
static void v2_save(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    if (!vif->used_lrs)
        return;
    uint64_t empty = hyp_read(port, cpu, GICH_ELRSR0);
    if (vif->used_lrs > LRS_PER_ELRSR)
        empty |= (uint64_t)hyp_read(port, cpu, GICH_ELRSR1) << LRS_PER_ELRSR;
    for (unsigned i = 0; i < vif->used_lrs; i++) {
        if (empty >> i & 1)
            vif->lr[i] &= ~GICH_LR_State;
        else
            vif->lr[i] = hyp_read(port, cpu, GICH_LR + 4 * i);
        hyp_write(port, cpu, GICH_LR + 4 * i, 0);
    }
    hyp_write(port, cpu, GICH_HCR, 0);
}

static void v2_load(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    hyp_write(port, cpu, GICH_VMCR, vif->vmcr);
    hyp_write(port, cpu, GICH_APR, vif->apr);
}

static void v2_vmcr_sync(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    vif->vmcr = hyp_read(port, cpu, GICH_VMCR);
}

static void v2_put(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    v2_vmcr_sync(port, cpu, vif);
    vif->apr = hyp_read(port, cpu, GICH_APR);
}

static uint8_t v2_pmr(const struct vgic_vif *vif)
{
    return (uint8_t)(GIC_FIELD_GET(GICH_VMCR_VMPriMask, vif->vmcr) << PRIORITY_DROPPED_BITS);
}

/*
 * The world switch of 3.10 (arch/arm/kvm/interrupts_head.S): 8 reads and all list registers out, HCR off; 3 writes and
 * all list registers in. Nobody looks at HCR, MISR, EISR and ELRSR here, and the list registers keep what they hold:
 * with the interface off it does not matter, and the next entry writes every one of them.
 */
static void v2_full_save(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    static const uint32_t looked_at[] = {GICH_MISR, GICH_EISR0, GICH_EISR1, GICH_ELRSR0, GICH_ELRSR1};
    (void)hyp_read(port, cpu, GICH_HCR);
    vif->vmcr = hyp_read(port, cpu, GICH_VMCR);
    for (unsigned i = 0; i < sizeof looked_at / sizeof looked_at[0]; i++)
        (void)hyp_read(port, cpu, looked_at[i]);
    vif->apr = hyp_read(port, cpu, GICH_APR);
    hyp_write(port, cpu, GICH_HCR, 0);
    for (unsigned i = 0; i < vif->nr_lrs; i++)
        vif->lr[i] = hyp_read(port, cpu, GICH_LR + 4 * i);
}

static void v2_full_restore(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    hyp_write(port, cpu, GICH_HCR, vif->hcr);
    hyp_write(port, cpu, GICH_VMCR, vif->vmcr);
    hyp_write(port, cpu, GICH_APR, vif->apr);
    for (unsigned i = 0; i < vif->nr_lrs; i++)
        hyp_write(port, cpu, GICH_LR + 4 * i, vif->lr[i]);
}

/* load, put and the sync before a WFI: every exit has left all of it in the shadow. */
static void v2_full_nothing(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif)
{
    (void)port, (void)cpu, (void)vif;
}

const struct vgic_cpuif_ops vgic_v2_full_ops = {
    .name = "gicv2, switched whole",
    .encode = v2_encode,
    .decode = v2_decode,
    .underflow = v2_underflow,
    .restore = v2_full_restore,
    .save = v2_full_save,
    .load = v2_full_nothing,
    .put = v2_full_nothing,
    .vmcr_sync = v2_full_nothing,
    .pmr = v2_pmr,
    .at_switch = true,
};

const struct vgic_cpuif_ops vgic_v2_ops = {
    .name = "gicv2",
    .encode = v2_encode,
    .decode = v2_decode,
    .underflow = v2_underflow,
    .restore = v2_restore,
    .save = v2_save,
    .load = v2_load,
    .put = v2_put,
    .vmcr_sync = v2_vmcr_sync,
    .pmr = v2_pmr,
};
