/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - gic_check: the invariants of the state, each recomputed the slow and obvious way.
 *
 * The functions return true when the part they look at is sound; FAIL writes why it is not. Call it
 * between entry points only: within one, summaries may lag behind on purpose.
 */
#include "internal.h"

#include <errno.h>
#include <stdio.h>

struct report {
    char *why;
    size_t n;
};

#define FAIL(r, ...) (snprintf((r)->why, (r)->n, __VA_ARGS__), false)

/* "interrupt 34" or "interrupt 27 of cpu 1", in pieces for printf. */
#define IRQ_FMT        "interrupt %u (cpu %u)"
#define IRQ_ARGS(slot) (unsigned)slot_intid(slot), (unsigned)(slot_is_private(slot) ? (slot) / 32 : 0)

/* Bits that no interrupt owns stay 0, and the fixed bits of SGIs stay fixed (4.3.5, 4.3.13). */
static bool check_maps(const struct gic *g, struct report *r)
{
    for (unsigned w = 0; w < SLOT_WORDS; w++) {
        uint32_t used = g->group[w] | g->enabled[w] | g->latch[w] | g->line[w] | g->edge[w] | g->active[w];
        if (used & ~g->exists[w])
            return FAIL(r, "an interrupt that does not exist has state (word %u)", w);
        if ((g->nsacr[0][w] | g->nsacr[1][w]) & ~nsacr_bits(g, w))
            return FAIL(r, "GICD_NSACR has fields that do not exist (word %u)", w);
        if (g->stale[w])
            return FAIL(r, "a change of a watched interrupt was not reported (word %u)", w);
    }
    for (unsigned cpu = 0; cpu < g->cfg.cpus; cpu++) {
        if ((g->edge[cpu] & SGI_BITS) != SGI_BITS)
            return FAIL(r, "an SGI of cpu %u is not edge-triggered", cpu);
        if (!g->cfg.sgi_enable_writable && (g->enabled[cpu] & SGI_BITS) != SGI_BITS)
            return FAIL(r, "an SGI of cpu %u is disabled", cpu);
        if (g->line[cpu] & SGI_BITS)
            return FAIL(r, "an SGI of cpu %u has an input", cpu);
    }
    return true;
}

/*
 * One interrupt: what is stored twice agrees (rank and group, rank and bit planes, SGI sources and latch),
 * and it is routed as its state demands. The conditions are spelled out here a second time on purpose.
 */
static bool check_irq(const struct gic *g, struct report *r, uint32_t slot)
{
    unsigned prio = rank_prio(g->rank[slot]);
    if (prio & ~(unsigned)g->prio_mask)
        return FAIL(r, IRQ_FMT " has unimplemented priority bits: 0x%02x", IRQ_ARGS(slot), prio);
    if (g->rank[slot] != rank_make(prio, slot_intid(slot), slot_test(g->group, slot)))
        return FAIL(r, IRQ_FMT ": its rank disagrees with its number or group", IRQ_ARGS(slot));
    unsigned level = 0;
    for (unsigned b = 0; b < g->cfg.prio_bits; b++)
        level |= (unsigned)slot_test(g->plane[b], slot) << b;
    if (level != prio >> g->prio_shift)
        return FAIL(r, IRQ_FMT ": bit planes say level %u, its priority is 0x%02x", IRQ_ARGS(slot), level, prio);

    uint32_t intid = slot_intid(slot);
    if (intid < NUM_SGIS) {
        unsigned sources = g->sgi_sources[slot / 32][intid];
        if (sources & ~g->cpu_mask)
            return FAIL(r, IRQ_FMT " is pending from a cpu that does not exist", IRQ_ARGS(slot));
        if (slot_test(g->latch, slot) != (sources != 0))
            return FAIL(r, IRQ_FMT ": pending latch and sources 0x%02x disagree", IRQ_ARGS(slot), sources);
    }

    /* Banked interrupts and those of a uniprocessor have no choice of target (4.3.12). */
    uint32_t owner = slot_is_private(slot) ? bit32(slot / 32) : g->cfg.cpus == 1 ? 1 : 0;
    if (owner ? g->target[slot] != owner : (g->target[slot] & ~g->cpu_mask) != 0)
        return FAIL(r, IRQ_FMT " has impossible targets 0x%02x", IRQ_ARGS(slot), g->target[slot]);

    bool level_high = slot_test(g->line, slot) && !slot_test(g->edge, slot);
    bool ready =
        (slot_test(g->latch, slot) || level_high) && slot_test(g->enabled, slot) && !slot_test(g->active, slot);
    if (g->routed[slot] != (ready ? g->target[slot] : 0))
        return FAIL(r, IRQ_FMT " is routed to 0x%02x, it should be to 0x%02x", IRQ_ARGS(slot), g->routed[slot],
                    ready ? g->target[slot] : 0u);
    if (slot_test(g->watch, slot) && g->reported[slot] != irq_state(g, slot))
        return FAIL(r, IRQ_FMT " is watched and its last report is out of date", IRQ_ARGS(slot));
    return true;
}

/* Rebuilds the tables of a selector from routed[], and finds the best by looking at every interrupt. */
static bool check_selector(const struct gic *g, struct report *r, unsigned cpu)
{
    const struct selector *s = &g->cpu[cpu].sel;
    uint32_t words[2 * MAX_LEVELS] = {0};
    uint32_t best = RANK_NONE;

    for (uint32_t intid = 0; intid < VIEW_WORDS * 32; intid++) {
        uint32_t slot = slot_of(cpu, intid);
        bool candidate = g->routed[slot] >> cpu & 1;
        if (candidate != (s->set[intid / 32] >> intid % 32 & 1))
            return FAIL(r, "cpu %u: the candidate set is wrong about interrupt %u", cpu, (unsigned)intid);
        if (!candidate)
            continue;
        unsigned group = slot_test(g->group, slot), prio = slot_prio(g, slot);
        words[2 * (prio >> g->prio_shift) + group] |= bit32(intid / 32);
        if (g->ctlr >> group & 1 && prio < rank_prio(best))
            best = g->rank[slot];
    }
    for (unsigned kind = 0; kind < 2 * MAX_LEVELS; kind++) {
        if (words[kind] != s->words[kind])
            return FAIL(r, "cpu %u: summary of group %u level %u is wrong", cpu, kind & 1, kind >> 1);
        bool any = s->kinds[kind / 64] >> kind % 64 & 1;
        if (any != (words[kind] != 0))
            return FAIL(r, "cpu %u: summary of all levels is wrong at group %u level %u", cpu, kind & 1, kind >> 1);
    }
    if (s->best_gone)
        return FAIL(r, "cpu %u: the best candidate was not found again", cpu);
    if (s->best != best)
        return FAIL(r, "cpu %u: interrupt %u is held to be the best candidate, it is %u", cpu,
                    (unsigned)rank_intid(s->best), (unsigned)rank_intid(best));
    return true;
}

/* GICC: values the registers can hold, and what is remembered of them. */
static bool check_cpuif(const struct gic *g, struct report *r, unsigned cpu)
{
    const struct cpuif *c = &g->cpu[cpu].phys;
    if (c->ctlr & ~cpuif_ctlr_bits(g) || c->pmr & ~(unsigned)g->prio_mask)
        return FAIL(r, "cpu %u: GICC_CTLR or GICC_PMR has unimplemented bits", cpu);
    if (c->bpr < g->min_bpr || c->bpr > 7 || c->abpr <= g->min_bpr || c->abpr > 7)
        return FAIL(r, "cpu %u: a binary point is out of range", cpu);
    for (unsigned n = 0; n < APR_WORDS; n++)
        if ((c->apr[0][n] | c->apr[1][n]) & ~apr_word_mask(g, n))
            return FAIL(r, "cpu %u: an active priority that does not exist", cpu);
    if (c->running != cpuif_running(g, c))
        return FAIL(r, "cpu %u: running priority 0x%02x does not follow from the active priorities", cpu, c->running);
    for (unsigned group = 0; group < 2; group++)
        if (c->sub_mask[group] != cpuif_sub_mask(c, group) || c->mask_limit[group] != cpuif_mask_limit(c, group) ||
            c->limit[group] != cpuif_limit(c, group))
            return FAIL(r, "cpu %u: the limit for group %u is out of date", cpu, group);
    return true;
}

/* GICH and GICV: the masks of the list registers, one entry at a time. */
static bool check_vif(const struct gic *g, struct report *r, unsigned cpu)
{
    const struct vif *v = &g->cpu[cpu].virt;
    if (v->hcr & ~HCR_BITS || v->ctlr & ~VCTLR_BITS || v->pmr & ~VPMR_BITS)
        return FAIL(r, "cpu %u: GICH_HCR, GICV_CTLR or GICV_PMR has unimplemented bits", cpu);
    if (v->bpr < MIN_VBPR || v->bpr > 7 || v->abpr <= MIN_VBPR || v->abpr > 7)
        return FAIL(r, "cpu %u: a virtual binary point is out of range", cpu);

    uint64_t valid = 0, active = 0, ended = 0, ready[VPRIO_LEVELS] = {0};
    uint32_t levels = 0;
    for (unsigned n = 0; n < GIC_MAX_LRS; n++) {
        uint32_t lr = v->lr[n], state = lr & GICH_LR_State;
        if (lr & ~LR_WRITABLE || (n >= g->cfg.lrs && lr))
            return FAIL(r, "cpu %u: list register %u holds bits that do not exist", cpu, n);
        if (state)
            valid |= bit64(n);
        else if (lr & GICH_LR_EOI && !(lr & GICH_LR_HW))
            ended |= bit64(n);
        if (state & GICH_LR_State_Active)
            active |= bit64(n);
        if (state == GICH_LR_State_Pending) {
            ready[GIC_FIELD_GET(GICH_LR_Priority, lr)] |= bit64(n);
            levels |= bit32(GIC_FIELD_GET(GICH_LR_Priority, lr));
        }
    }
    if (valid != v->valid || active != v->active || ended != v->ended || levels != v->levels)
        return FAIL(r, "cpu %u: the masks of the list registers are wrong", cpu);
    for (unsigned p = 0; p < VPRIO_LEVELS; p++)
        if (ready[p] != v->ready[p])
            return FAIL(r, "cpu %u: the pending list registers of priority %u are wrong", cpu, p);
    return true;
}

/* Between entry points the wires are what the state says, and the maintenance PPI has its driver's level. */
static bool check_wires(const struct gic *g, struct report *r, unsigned cpu)
{
    uint32_t pins = cpuif_pins(&g->cpu[cpu]) | vcpuif_pins(g, cpu);
    if (pins != g->cpu[cpu].pins)
        return FAIL(r, "cpu %u: output wires are 0x%02x, they should be 0x%02x", cpu, g->cpu[cpu].pins, (unsigned)pins);
    if (g->cfg.maint_ppi && slot_test(g->line, slot_of(cpu, g->cfg.maint_ppi)) != (pins >> GIC_MAINT & 1))
        return FAIL(r, "cpu %u: the maintenance output and its PPI differ", cpu);
    return true;
}

static bool check_all(const struct gic *g, struct report *r)
{
    if (g->dirty || g->stale_words)
        return FAIL(r, "an entry point left work behind");
    if (g->ctlr & ~(GICD_CTLR_EnableGrp0 | GICD_CTLR_EnableGrp1))
        return FAIL(r, "GICD_CTLR has unimplemented bits");
    if (g->forwarded != select_forwarded(g->ctlr))
        return FAIL(r, "the mask of forwarded groups disagrees with GICD_CTLR");
    if (!check_maps(g, r))
        return false;
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        if (slot_test(g->exists, slot) && !check_irq(g, r, slot))
            return false;
    for (unsigned cpu = 0; cpu < g->cfg.cpus; cpu++)
        if (!check_selector(g, r, cpu) || !check_cpuif(g, r, cpu) || !check_vif(g, r, cpu) || !check_wires(g, r, cpu))
            return false;
    return true;
}

int gic_check(const struct gic *g, char *why, size_t n)
{
    struct report r = {why, n};
    if (why && n)
        why[0] = '\0';
    return check_all(g, &r) ? 0 : -EFAULT;
}
