/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dist.c - the state of the physical interrupts (IHI 0048B 3.2.4): inputs, pending, active, priority.
 *
 * An SPI has one active bit, whoever acknowledged it, so with several targets the first acknowledge wins
 * (1-of-N, 3.2.3) and any CPU, or a hardware list register on any CPU, may deactivate it.
 */
#include "internal.h"

uint32_t irq_state(const struct gic *g, uint32_t slot)
{
    unsigned w = slot / 32, b = slot % 32;
    uint32_t st = 0;
    st |= (pending_word(g, w) >> b & 1) * GIC_ST_PENDING;
    st |= (g->active[w] >> b & 1) * GIC_ST_ACTIVE;
    st |= (g->enabled[w] >> b & 1) * GIC_ST_ENABLED;
    st |= (g->line[w] >> b & 1) * GIC_ST_LINE;
    st |= (g->edge[w] >> b & 1) * GIC_ST_EDGE;
    return st;
}

void irq_update_word(struct gic *g, unsigned word, uint32_t changed)
{
    for (; changed; changed &= changed - 1)
        irq_update(g, word * 32 + bit_first(changed));
}

/*
 * Pending becomes active. Consumes the latch, for an SGI one source: the lowest. Returns the value of
 * GICC_IAR, with the source CPU of an SGI (4.4.4).
 */
uint32_t irq_acknowledge(struct gic *g, unsigned cpu, uint32_t intid)
{
    uint32_t slot = slot_of(cpu, intid);
    unsigned w = slot / 32;
    uint32_t bit = bit32(slot % 32);

    g->active[w] |= bit;
    if (intid < NUM_SGIS) {
        uint32_t sources = g->sgi_sources[cpu][intid];
        irq_set_sgi_sources(g, cpu, intid, sources & (sources - 1));
        return intid | bit_first(sources) << GICC_IAR_CPUID_SHIFT;
    }
    g->latch[w] &= ~bit;
    irq_update(g, slot);
    return intid;
}

/* A level still asserted makes the interrupt a candidate again at once, with no other access (3.2.4). */
void irq_deactivate(struct gic *g, uint32_t slot)
{
    unsigned w = slot / 32;
    uint32_t bit = bit32(slot % 32);
    if (!(g->active[w] & bit))
        return;
    g->active[w] &= ~bit;
    g->stats.deactivations++;
    irq_update(g, slot);
}

/* Priority, INTID and group of an interrupt; it must not be a candidate while they change. */
static void irq_set_rank(struct gic *g, uint32_t slot, uint32_t prio, unsigned group)
{
    if (g->routed[slot])
        select_route(g, slot, 0);
    g->rank[slot] = rank_make(prio, slot_intid(slot), group);
    uint32_t bit = bit32(slot % 32);
    for (unsigned b = 0; b < g->cfg.prio_bits; b++) {
        uint32_t *plane = &g->plane[b][slot / 32];
        *plane = prio >> (g->prio_shift + b) & 1 ? *plane | bit : *plane & ~bit;
    }
    g->group[slot / 32] = group ? g->group[slot / 32] | bit : g->group[slot / 32] & ~bit;
    irq_update(g, slot);
}

void irq_set_priority(struct gic *g, uint32_t slot, uint8_t prio)
{
    if (slot_prio(g, slot) != prio)
        irq_set_rank(g, slot, prio, rank_group(g->rank[slot]));
}

void irq_set_group(struct gic *g, uint32_t slot, unsigned group)
{
    if (rank_group(g->rank[slot]) != group)
        irq_set_rank(g, slot, slot_prio(g, slot), group);
}

/*
 * Interrupts of a word of slots that have this level. Plane b holds bit b of the level of 32 neighbouring
 * interrupts, so prio_bits operations compare all 32 with the wanted level.
 */
uint32_t irq_level_word(const struct gic *g, unsigned word, unsigned level)
{
    uint32_t differ = 0;
    for (unsigned b = 0; b < g->cfg.prio_bits; b++)
        differ |= g->plane[b][word] ^ (0u - (level >> b & 1u));
    return ~differ;
}

/* An SGI is pending while it is pending from any source (2.2.1). */
void irq_set_sgi_sources(struct gic *g, unsigned cpu, uint32_t sgi, uint32_t sources)
{
    uint32_t slot = slot_of(cpu, sgi);
    g->sgi_sources[cpu][sgi] = (uint8_t)sources;
    if (sources)
        g->latch[slot / 32] |= bit32(slot % 32);
    else
        g->latch[slot / 32] &= ~bit32(slot % 32);
    irq_update(g, slot);
}
