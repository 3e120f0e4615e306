/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpuif.c - the CPU interfaces, GICC (IHI 0048B 4.4).
 *
 * The running priority is the most urgent bit of the active priorities registers; nothing else remembers
 * it, so writing GICC_APR back restores it (4.4.12, 4.5).
 */
#include "internal.h"

/* Most urgent active group priority, or PRIO_IDLE. */
uint32_t cpuif_running(const struct gic *g, const struct cpuif *c)
{
    for (unsigned i = 0; i < g->apr_words; i++) {
        uint32_t levels = c->apr[0][i] | c->apr[1][i];
        if (levels)
            return (i * 32 + bit_first(levels)) << g->apr_shift;
    }
    return PRIO_IDLE;
}

/* Subpriority bits: GICC_ABPR decides for Group 1 unless CBPR, one place less than GICC_BPR (3.3.3). */
uint32_t cpuif_sub_mask(const struct cpuif *c, unsigned group)
{
    return ~group_prio_mask(group && !(c->ctlr & GICC_CTLR_CBPR) ? c->abpr - 1u : c->bpr) & 0xffu;
}

/* The limit that GICC_PMR sets to ranks of the group: none are below it if the group is not signalled (3.3.2). */
uint32_t cpuif_mask_limit(const struct cpuif *c, unsigned group)
{
    return c->ctlr >> group & 1 ? (uint32_t)c->pmr << RANK_PRIO_SHIFT : 0;
}

/*
 * The oracle: candidates of the group with a rank below this may interrupt the CPU now. The group must be
 * signalled, the priority more urgent than the mask, and the group priority more urgent than the running
 * priority (3.3.1, 3.3.2). Priorities whose group priority is below running are those below running rounded
 * up to a whole number of groups, so both conditions are limits.
 */
uint32_t cpuif_limit(const struct cpuif *c, unsigned group)
{
    uint32_t preempts = ((c->running + c->sub_mask[group]) & ~c->sub_mask[group]) << RANK_PRIO_SHIFT;
    return preempts < c->mask_limit[group] ? preempts : c->mask_limit[group];
}

/* After a change of the active priorities, with what they now say. */
static inline void cpuif_set_running(struct gic *g, unsigned cpu, struct cpuif *c, uint32_t running)
{
    c->running = running;
    c->limit[0] = cpuif_limit(c, 0);
    c->limit[1] = cpuif_limit(c, 1);
    g->dirty |= bit32(cpu);
}

/* After a change of any other register. */
void cpuif_changed(struct gic *g, unsigned cpu)
{
    struct cpuif *c = &g->cpu[cpu].phys;
    c->sub_mask[0] = cpuif_sub_mask(c, 0);
    c->sub_mask[1] = cpuif_sub_mask(c, 1);
    c->mask_limit[0] = cpuif_mask_limit(c, 0);
    c->mask_limit[1] = cpuif_mask_limit(c, 1);
    cpuif_set_running(g, cpu, c, cpuif_running(g, c));
}

/*
 * What a reader may see of the best candidate: Group 1 needs AckCtl, else 1022; the alias registers show
 * Group 1 only (4.4.4, 4.4.9).
 */
static uint32_t cpuif_visible(const struct gic *g, unsigned cpu, bool alias)
{
    uint32_t best = g->cpu[cpu].sel.best;
    if (alias)
        return rank_group(best) == 1 ? rank_intid(best) : GIC_SPURIOUS;
    if (rank_group(best) == 1 && !(g->cpu[cpu].phys.ctlr & GICC_CTLR_AckCtl))
        return GIC_SPURIOUS_GROUP;
    return rank_intid(best);
}

/* INTID with the source that an acknowledge would take. */
static uint32_t cpuif_with_source(const struct gic *g, unsigned cpu, uint32_t intid)
{
    if (intid >= NUM_SGIS)
        return intid;
    return intid | bit_first(g->sgi_sources[cpu][intid]) << GICC_IAR_CPUID_SHIFT;
}

/* GICC_HPPIR shows the highest priority pending interrupt whether or not mask and running priority let it in. */
static uint32_t cpuif_hppir(const struct gic *g, unsigned cpu, bool alias)
{
    return cpuif_with_source(g, cpu, cpuif_visible(g, cpu, alias));
}

/* INTID that a read of GICC_IAR or GICC_AIAR would acknowledge, or 1022 or 1023. */
static uint32_t cpuif_next(const struct gic *g, unsigned cpu, bool alias)
{
    return cpuif_interrupts(&g->cpu[cpu]) ? cpuif_visible(g, cpu, alias) : GIC_SPURIOUS;
}

uint32_t cpuif_acknowledge(struct gic *g, unsigned cpu, bool alias)
{
    struct cpuif *c = &g->cpu[cpu].phys;
    uint32_t intid = cpuif_next(g, cpu, alias);
    if (intid >= NUM_IDS) {
        g->stats.spurious++;
        return intid;
    }
    uint32_t best = g->cpu[cpu].sel.best;
    unsigned group = rank_group(best);
    uint32_t prio = rank_prio(best) & ~c->sub_mask[group];
    unsigned level = prio >> g->apr_shift;
    c->apr[group][level / 32] |= bit32(level % 32);
    cpuif_set_running(g, cpu, c, level << g->apr_shift); /* more urgent than all before, or it would wait */
    g->stats.acks++;
    return irq_acknowledge(g, cpu, intid);
}

/* Priority drop: the most urgent active level of the ended interrupt's group goes (4.4.5). */
static inline void cpuif_drop(struct gic *g, unsigned cpu, unsigned group)
{
    struct cpuif *c = &g->cpu[cpu].phys;
    uint32_t *apr = c->apr[group];
    for (unsigned i = 0; i < g->apr_words; i++) {
        if (apr[i]) {
            apr[i] &= apr[i] - 1;
            g->stats.eois++;
            cpuif_set_running(g, cpu, c, cpuif_running(g, c));
            return;
        }
    }
}

/*
 * Whether EOImode is 1 for an access of sec, or for GICC_AEOIR: with two security states that is the Secure
 * alias of the Non-secure GICC_EOIR, so EOImodeNS rules it (4.4.1, 4.4.10).
 */
static inline bool cpuif_eoimode(const struct gic *g, unsigned cpu, enum gic_sec sec, bool alias)
{
    bool nonsecure = g->cfg.security && (alias || sec == GIC_NONSECURE);
    return g->cpu[cpu].phys.ctlr & (nonsecure ? GICC_CTLR_EOImodeNS : GICC_CTLR_EOImode);
}

/* sec: GIC_SECURE if there is one security state; alias: GICC_AEOIR, which as Non-secure ones ends Group 1 (4.4.5). */
static inline void cpuif_end(struct gic *g, unsigned cpu, uint32_t value, enum gic_sec sec, bool alias)
{
    uint32_t intid = value & GICC_IAR_INTID;
    if (intid >= NUM_IDS)
        return; /* the end of a spurious interrupt means nothing */
    uint32_t slot = slot_find(g, cpu, intid);
    if (slot == NO_SLOT) {
        g->stats.errors[GIC_ERR_INTID]++;
        return;
    }
    unsigned group = slot_test(g->group, slot);
    if (group == 0 && (alias || sec == GIC_NONSECURE)) {
        g->stats.errors[GIC_ERR_SECURE] += sec == GIC_NONSECURE;
        return;
    }
    cpuif_drop(g, cpu, group);
    if (!cpuif_eoimode(g, cpu, sec, alias))
        irq_deactivate(g, slot);
}

void cpuif_eoi_nonsecure(struct gic *g, unsigned cpu, uint32_t value)
{
    cpuif_end(g, cpu, value, GIC_NONSECURE, false);
}

/* The deactivation of a Group 0 interrupt is not for Non-secure accesses (4.4.15). */
KEEP_OUT void cpuif_dir(struct gic *g, unsigned cpu, uint32_t value, enum gic_sec sec)
{
    /* UNPREDICTABLE while EOImode is 0 (4.4.15): ignored unless configured. */
    if (!cpuif_eoimode(g, cpu, sec, false) && !g->cfg.dir_any_mode)
        return;
    uint32_t intid = value & GICC_IAR_INTID;
    uint32_t slot = slot_find(g, cpu, intid);
    if (slot == NO_SLOT)
        g->stats.errors[GIC_ERR_INTID] += intid < NUM_IDS;
    else if (sec == GIC_NONSECURE && !slot_test(g->group, slot))
        g->stats.errors[GIC_ERR_SECURE]++;
    else
        irq_deactivate(g, slot);
}

/* Word n of GICC_APR or GICC_NSAPR holds preemption levels 32n to 32n + 31, as far as they exist. */
uint32_t apr_word_mask(const struct gic *g, unsigned n)
{
    unsigned levels = 0x100u >> g->apr_shift;
    if (levels <= 32 * n)
        return 0;
    return levels >= 32 * (n + 1) ? UINT32_MAX : bit32(levels - 32 * n) - 1;
}

uint32_t cpuif_read(const struct gic *g, unsigned cpu, enum cpu_reg reg, uint32_t offset)
{
    const struct cpuif *c = &g->cpu[cpu].phys;
    switch (reg) {
    case CPU_CTLR:
        return c->ctlr;
    case CPU_PMR:
        return c->pmr;
    case CPU_BPR:
        return c->bpr;
    case CPU_ABPR:
        return c->abpr;
    case CPU_IAR:
    case CPU_AIAR: /* gic_peek: what a read would return */
        return cpuif_with_source(g, cpu, cpuif_next(g, cpu, reg == CPU_AIAR));
    case CPU_RPR:
        return c->running == PRIO_IDLE ? 0xffu : c->running;
    case CPU_HPPIR:
    case CPU_AHPPIR:
        return cpuif_hppir(g, cpu, reg == CPU_AHPPIR);
    case CPU_APR:
        return c->apr[0][(offset - GICC_APR) / 4];
    case CPU_NSAPR:
        return c->apr[1][(offset - GICC_NSAPR) / 4];
    case CPU_IIDR:
        return g->cfg.cpu_iidr;
    case CPU_EOIR:
    case CPU_AEOIR:
    case CPU_DIR:
    case CPU_NREGS:
        break;
    }
    return 0;
}

/* The registers that hold state. */
static KEEP_OUT void cpuif_configure(struct gic *g, unsigned cpu, enum cpu_reg reg, uint32_t offset, uint32_t value)
{
    struct cpuif *c = &g->cpu[cpu].phys;
    uint32_t bpr = value & 7;
    unsigned n;
    switch (reg) {
    case CPU_CTLR:
        c->ctlr = value & cpuif_ctlr_bits(g);
        break;
    case CPU_PMR:
        c->pmr = (uint8_t)(value & g->prio_mask);
        break;
    case CPU_BPR: /* a value below the minimum sets the minimum (4.4.3) */
        c->bpr = (uint8_t)(bpr < g->min_bpr ? g->min_bpr : bpr);
        break;
    case CPU_ABPR:
        c->abpr = (uint8_t)(bpr < g->min_bpr + 1u ? g->min_bpr + 1u : bpr);
        break;
    case CPU_APR:
        n = (offset - GICC_APR) / 4;
        c->apr[0][n] = value & apr_word_mask(g, n);
        break;
    case CPU_NSAPR:
        n = (offset - GICC_NSAPR) / 4;
        c->apr[1][n] = value & apr_word_mask(g, n);
        break;
    case CPU_EOIR:
    case CPU_AEOIR:
    case CPU_DIR: /* these three: cpuif_write; the others are read-only, and gic_write does not come here */
    case CPU_IAR:
    case CPU_RPR:
    case CPU_HPPIR:
    case CPU_AIAR:
    case CPU_AHPPIR:
    case CPU_IIDR:
    case CPU_NREGS:
        break;
    }
    cpuif_changed(g, cpu);
}

void cpuif_write(struct gic *g, unsigned cpu, enum cpu_reg reg, uint32_t offset, uint32_t value)
{
    if (reg == CPU_EOIR || reg == CPU_AEOIR)
        cpuif_end(g, cpu, value, GIC_SECURE, reg == CPU_AEOIR);
    else if (reg == CPU_DIR)
        cpuif_dir(g, cpu, value, GIC_SECURE);
    else
        cpuif_configure(g, cpu, reg, offset, value);
}
