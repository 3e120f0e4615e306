/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nonsecure.c - GICD and GICC as Non-secure accesses see them when there are two security states.
 *
 * A Secure access sees what the other files implement, so this one only translates: it masks what is not
 * for Non-secure software (Group 0 interrupts as far as GICD_NSACR does not grant them), shifts priorities
 * (the Non-secure view has the lower half of the range, one bit up, 3.5) and hands the rest on. Registers
 * that are Secure altogether never come here: their rows in the tables say so (gic.c).
 */
#include "internal.h"

#define NS_PRIO 0x80u /* the half of the priorities that Non-secure software may use (3.5) */

/* Non-secure GICC_CTLR: EnableGrp1 in bit 0, and the bypass bits of Group 1 in 6:5 (4.4.1). */
#define NS_BYPASS       (GICC_CTLR_FIQBypDisGrp1 | GICC_CTLR_IRQBypDisGrp1)
#define NS_BYPASS_SHIFT 2
#define NS_CTLR_STATE   (GICC_CTLR_EnableGrp1 | NS_BYPASS | GICC_CTLR_EOImodeNS)

/*
 * The oracle: interrupts of a word that a Non-secure access to the register may see or change. Those of
 * Group 1, and of Group 0 those whose GICD_NSACR field is at least the level of the register (4.3.14):
 *   1: GICD_ISPENDR   2: also GICD_ICPENDR, and reading the active registers   3: also GICD_ITARGETSR
 */
static uint32_t ns_granted(const struct gic *g, unsigned w, enum dist_reg reg, bool write)
{
    uint32_t lower = g->nsacr[0][w], upper = g->nsacr[1][w], granted = 0;
    if (reg == DIST_ISPENDR)
        granted = lower | upper;
    else if (reg == DIST_ICPENDR || (!write && (reg == DIST_ISACTIVER || reg == DIST_ICACTIVER)))
        granted = upper;
    else if (reg == DIST_ITARGETSR)
        granted = lower & upper;
    return g->group[w] | granted;
}

/* The same for one interrupt; those that do not exist are RAZ/WI for everybody. */
static bool ns_grants(const struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t intid, bool write)
{
    uint32_t slot = slot_of(cpu, intid);
    return ns_granted(g, slot / 32, reg, write) >> slot % 32 & 1;
}

/* A priority as Non-secure software sees it. A Secure one, in the upper half, shows as 0 (3.5). */
static uint32_t ns_prio_view(uint32_t prio)
{
    return prio & NS_PRIO ? prio << 1 & 0xffu : 0;
}

static uint32_t ns_prio_value(uint32_t view)
{
    return NS_PRIO | (view & 0xffu) >> 1;
}

/* GICD_ICFGR: the fields of the 16 interrupts of register n that are of Group 1. */
static uint32_t ns_icfgr_mask(const struct gic *g, unsigned cpu, unsigned n)
{
    uint32_t group1 = g->group[slot_word(cpu, n / 2)] >> (n % 2 * 16);
    uint32_t mask = 0;
    for (unsigned i = 0; i < 16; i++)
        mask |= (group1 >> i & 1) * 3u << 2 * i;
    return mask;
}

/* Arrays with a byte for each interrupt. Priorities of Group 1 interrupts shift; their Secure half too (4.3.11). */
static uint32_t ns_bytes_read(const struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size)
{
    uint32_t index = offset - regs_row(GIC_DIST, reg)->first;
    uint32_t value = 0;
    for (unsigned i = 0; i < size; i++) {
        if (!ns_grants(g, cpu, reg, index + i, false))
            continue;
        uint32_t byte = dist_read(g, cpu, reg, offset + i, 1);
        if (reg == DIST_IPRIORITYR)
            byte = byte << 1 & 0xffu;
        value |= byte << 8 * i;
    }
    return value;
}

static void ns_bytes_write(struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size,
                           uint32_t value)
{
    uint32_t index = offset - regs_row(GIC_DIST, reg)->first;
    for (unsigned i = 0; i < size; i++) {
        if (!ns_grants(g, cpu, reg, index + i, true))
            continue;
        uint32_t byte = value >> 8 * i & 0xffu;
        dist_write(g, cpu, reg, offset + i, 1, reg == DIST_IPRIORITYR ? ns_prio_value(byte) : byte);
    }
}

static uint32_t ns_dist_read(const struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size)
{
    switch (reg) {
    case DIST_CTLR: /* bit 0: EnableGrp1 (4.3.1) */
        return (g->ctlr & GICD_CTLR_EnableGrp1) >> 1;
    case DIST_ISENABLER:
    case DIST_ICENABLER:
    case DIST_ISPENDR:
    case DIST_ICPENDR:
    case DIST_ISACTIVER:
    case DIST_ICACTIVER:
        return dist_read(g, cpu, reg, offset, size) & ns_granted(g, slot_word(cpu, offset % 0x80 / 4), reg, false);
    case DIST_ICFGR:
        return dist_read(g, cpu, reg, offset, size) & ns_icfgr_mask(g, cpu, (offset - GICD_ICFGR) / 4);
    case DIST_PPISR:
        return dist_read(g, cpu, reg, offset, size) & g->group[cpu] >> NUM_SGIS;
    case DIST_SPISR:
        return dist_read(g, cpu, reg, offset, size) & g->group[slot_word(cpu, 1 + (offset - GICD_SPISR) / 4)];
    case DIST_IPRIORITYR:
    case DIST_ITARGETSR:
    case DIST_CPENDSGIR:
    case DIST_SPENDSGIR:
        return ns_bytes_read(g, cpu, reg, offset, size);
    default: /* identification: the same for everybody */
        return dist_read(g, cpu, reg, offset, size);
    }
}

static void ns_dist_write(struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size,
                          uint32_t value)
{
    uint32_t mask;
    switch (reg) {
    case DIST_CTLR:
        dist_set_ctlr(g, (g->ctlr & GICD_CTLR_EnableGrp0) | (value << 1 & GICD_CTLR_EnableGrp1));
        break;
    case DIST_ISENABLER:
    case DIST_ICENABLER:
    case DIST_ISPENDR:
    case DIST_ICPENDR:
    case DIST_ISACTIVER:
    case DIST_ICACTIVER:
        mask = ns_granted(g, slot_word(cpu, offset % 0x80 / 4), reg, true);
        dist_write(g, cpu, reg, offset, size, value & mask);
        break;
    case DIST_ICFGR:
        mask = ns_icfgr_mask(g, cpu, (offset - GICD_ICFGR) / 4);
        dist_write(g, cpu, reg, offset, size, (dist_read(g, cpu, reg, offset, size) & ~mask) | (value & mask));
        break;
    case DIST_IPRIORITYR:
    case DIST_ITARGETSR:
    case DIST_CPENDSGIR:
    case DIST_SPENDSGIR:
        ns_bytes_write(g, cpu, reg, offset, size, value);
        break;
    case DIST_SGIR:
        dist_send_sgi(g, cpu, GIC_NONSECURE, value);
        break;
    default: /* read-only: gic_write does not come here */
        break;
    }
}

static uint32_t ns_ctlr_read(uint32_t ctlr)
{
    return (ctlr & GICC_CTLR_EnableGrp1) >> 1 | (ctlr & NS_BYPASS) >> NS_BYPASS_SHIFT |
           (ctlr & GICC_CTLR_EOImodeNS) >> 1;
}

static uint32_t ns_ctlr_value(uint32_t view)
{
    return (view << 1 & GICC_CTLR_EnableGrp1) | (view << NS_BYPASS_SHIFT & NS_BYPASS) |
           (view << 1 & GICC_CTLR_EOImodeNS);
}

/*
 * Non-secure GICC_APR shows the active priorities of Group 1 in the half of the range that Non-secure software
 * uses (4.4.12): word n, cut from GICC_NSAPR with the upper half of the levels moved down.
 */
static uint32_t ns_apr_read(const struct gic *g, unsigned cpu, unsigned n)
{
    const uint32_t *apr = g->cpu[cpu].phys.apr[1];
    unsigned half = 0x80u >> g->apr_shift;
    if (half >= 32)
        return n < half / 32 ? apr[n + half / 32] : 0;
    return n == 0 ? apr[0] >> half : 0;
}

static void ns_apr_write(struct gic *g, unsigned cpu, unsigned n, uint32_t value)
{
    const uint32_t *apr = g->cpu[cpu].phys.apr[1];
    unsigned half = 0x80u >> g->apr_shift;
    if (half >= 32 && n < half / 32)
        cpuif_write(g, cpu, CPU_NSAPR, GICC_NSAPR + 4 * (n + half / 32), value);
    else if (half < 32 && n == 0)
        cpuif_write(g, cpu, CPU_NSAPR, GICC_NSAPR, (apr[0] & (bit32(half) - 1)) | value << half);
}

/* The Non-secure GICC_BPR is GICC_ABPR; with CBPR it is the Secure one, one more and read-only (4.4.3). */
static uint32_t ns_bpr_read(const struct cpuif *c)
{
    if (c->ctlr & GICC_CTLR_CBPR)
        return c->bpr < 7 ? c->bpr + 1u : 7u;
    return c->abpr;
}

static uint32_t ns_cpuif_read(const struct gic *g, unsigned cpu, enum cpu_reg reg, uint32_t offset)
{
    const struct cpuif *c = &g->cpu[cpu].phys;
    switch (reg) {
    case CPU_CTLR:
        return ns_ctlr_read(c->ctlr);
    case CPU_PMR:
        return ns_prio_view(c->pmr);
    case CPU_RPR: /* the idle priority looks the same from both states */
        return c->running == PRIO_IDLE ? 0xffu : ns_prio_view(c->running);
    case CPU_BPR:
        return ns_bpr_read(c);
    case CPU_IAR: /* Group 1 or 1023, as the aliases show a Secure reader (4.4.4, 4.4.7) */
        return cpuif_read(g, cpu, CPU_AIAR, GICC_AIAR);
    case CPU_HPPIR:
        return cpuif_read(g, cpu, CPU_AHPPIR, GICC_AHPPIR);
    case CPU_APR:
        return ns_apr_read(g, cpu, (offset - GICC_APR) / 4);
    default: /* GICC_IIDR */
        return cpuif_read(g, cpu, reg, offset);
    }
}

static void ns_cpuif_write(struct gic *g, unsigned cpu, enum cpu_reg reg, uint32_t offset, uint32_t value)
{
    const struct cpuif *c = &g->cpu[cpu].phys;
    switch (reg) {
    case CPU_CTLR:
        cpuif_write(g, cpu, reg, offset, (c->ctlr & ~NS_CTLR_STATE) | ns_ctlr_value(value));
        break;
    case CPU_PMR: /* a mask in the Secure half is not for Non-secure software to change (4.4.2) */
        if (c->pmr & NS_PRIO)
            cpuif_write(g, cpu, reg, offset, ns_prio_value(value));
        break;
    case CPU_BPR:
        if (!(c->ctlr & GICC_CTLR_CBPR))
            cpuif_write(g, cpu, CPU_ABPR, GICC_ABPR, value);
        break;
    case CPU_EOIR:
        cpuif_eoi_nonsecure(g, cpu, value);
        break;
    case CPU_DIR:
        cpuif_dir(g, cpu, value, GIC_NONSECURE);
        break;
    case CPU_APR:
        ns_apr_write(g, cpu, (offset - GICC_APR) / 4, value);
        break;
    default: /* read-only: gic_write does not come here */
        break;
    }
}

uint32_t nonsecure_read(const struct gic *g, unsigned cpu, enum gic_frame frame, unsigned reg, uint32_t offset,
                        unsigned size)
{
    return frame == GIC_DIST ? ns_dist_read(g, cpu, (enum dist_reg)reg, offset, size)
                             : ns_cpuif_read(g, cpu, (enum cpu_reg)reg, offset);
}

void nonsecure_write(struct gic *g, unsigned cpu, enum gic_frame frame, unsigned reg, uint32_t offset, unsigned size,
                     uint32_t value)
{
    if (frame == GIC_DIST)
        ns_dist_write(g, cpu, (enum dist_reg)reg, offset, size, value);
    else
        ns_cpuif_write(g, cpu, (enum cpu_reg)reg, offset, value);
}
