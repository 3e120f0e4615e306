/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select.c - which interrupt a CPU would be given next.
 *
 * Each CPU has a set of candidates (struct selector). For every kind - level and group - the selector knows
 * which words of the set hold such a candidate, and which kinds there are at all. The candidates of one
 * level within a word are found by comparing bit planes (irq_level_word), 32 interrupts at once. Adding,
 * removing and finding therefore cost the same with any number of interrupts and CPUs.
 *
 * Invariants (gic_check recomputes them):
 *   bit i of set[w] is 1 exactly when irq_update() routed that interrupt to this CPU;
 *   bit w of words[k] is 1 exactly when set[w] holds a candidate of kind k;
 *   bit k of kinds is 1 exactly when words[k] is not 0;
 *   unless best_gone, best is what select_first() finds.
 *
 * Group and priority of a candidate must not change: irq_set_rank() takes it out first.
 */
#include "internal.h"

#define KINDS_GROUP0 0x5555555555555555u
#define KINDS_GROUP1 0xaaaaaaaaaaaaaaaau

/* Candidates of one group and level within a word of a CPU's set. */
static uint32_t select_matches(const struct gic *g, unsigned cpu, unsigned view, unsigned kind)
{
    unsigned word = slot_word(cpu, view);
    uint32_t in_group = kind & 1 ? g->group[word] : ~g->group[word];
    return g->cpu[cpu].sel.set[view] & in_group & irq_level_word(g, word, kind >> 1);
}

/* Kinds of the groups that the Distributor forwards. */
uint64_t select_forwarded(uint32_t dist_ctlr)
{
    return (dist_ctlr & GICD_CTLR_EnableGrp0 ? KINDS_GROUP0 : 0) |
           (dist_ctlr & GICD_CTLR_EnableGrp1 ? KINDS_GROUP1 : 0);
}

/* The lowest INTID among the candidates of a level, which the two groups share. */
static KEEP_OUT uint32_t select_first_of_level(const struct gic *g, unsigned cpu, unsigned level)
{
    const uint32_t *words = &g->cpu[cpu].sel.words[2 * level];
    uint32_t words0 = g->forwarded & 1 ? words[0] : 0;
    uint32_t words1 = g->forwarded & 2 ? words[1] : 0;
    unsigned view = bit_first(words0 | words1);
    uint32_t matches = 0;
    if (words0 >> view & 1)
        matches |= select_matches(g, cpu, view, 2 * level);
    if (words1 >> view & 1)
        matches |= select_matches(g, cpu, view, 2 * level + 1);
    return g->rank[slot_word(cpu, view) * 32 + bit_first(matches)];
}

/*
 * The oracle: rank of the most urgent candidate of a group that the Distributor forwards, the lowest INTID
 * among equals. A group that is not forwarded does not hide the other one (4.3.1).
 */
uint32_t select_first(const struct gic *g, unsigned cpu)
{
    for (unsigned i = 0; i < g->kind_words; i++) {
        uint64_t kinds = g->cpu[cpu].sel.kinds[i] & g->forwarded;
        if (kinds)
            return select_first_of_level(g, cpu, i * 32 + bit_first64(kinds) / 2);
    }
    return RANK_NONE;
}

static KEEP_OUT void select_add(const struct gic *g, struct selector *s, uint32_t slot)
{
    uint32_t rank = g->rank[slot];
    uint32_t intid = rank_intid(rank);
    unsigned kind = rank_kind(rank, g->prio_shift);

    s->set[intid / 32] |= bit32(intid % 32);
    s->words[kind] |= bit32(intid / 32);
    s->kinds[kind / 64] |= bit64(kind % 64);
    /* A best one that is gone does no harm: it is found again before anybody looks. */
    if (rank < s->best && g->ctlr >> rank_group(rank) & 1)
        s->best = rank;
}

static void select_clear(struct selector *s, unsigned view, unsigned kind)
{
    s->words[kind] &= ~bit32(view);
    if (!s->words[kind])
        s->kinds[kind / 64] &= ~bit64(kind % 64);
}

/* A word with other candidates left: are any of them of the kind that went? */
static void select_clear_crowded(struct gic *g, unsigned cpu, unsigned view, unsigned kind)
{
    if (!select_matches(g, cpu, view, kind))
        select_clear(&g->cpu[cpu].sel, view, kind);
}

static KEEP_OUT void select_remove(struct gic *g, struct selector *s, uint32_t slot, unsigned cpu)
{
    uint32_t rank = g->rank[slot];
    uint32_t intid = rank_intid(rank);
    unsigned view = intid / 32;
    unsigned kind = rank_kind(rank, g->prio_shift);

    if (rank == s->best)
        s->best_gone = true;
    s->set[view] &= ~bit32(intid % 32);
    if (s->set[view])
        select_clear_crowded(g, cpu, view, kind);
    else
        select_clear(s, view, kind);
}

static KEEP_OUT void select_route_many(struct gic *g, uint32_t slot, uint32_t want, uint32_t differ)
{
    for (; differ; differ &= differ - 1) {
        unsigned cpu = bit_first(differ);
        if (want >> cpu & 1)
            select_add(g, &g->cpu[cpu].sel, slot);
        else
            select_remove(g, &g->cpu[cpu].sel, slot, cpu);
    }
}

/*
 * Makes exactly the CPUs in want have the interrupt among their candidates; they differ from those it has.
 * Nearly always by one CPU, so that case costs no loop.
 */
void select_route(struct gic *g, uint32_t slot, uint32_t want)
{
    uint32_t differ = g->routed[slot] ^ want;
    g->routed[slot] = (uint8_t)want;
    g->dirty |= differ;
    unsigned cpu = bit_first(differ);
    if (differ & (differ - 1))
        select_route_many(g, slot, want, differ);
    else if (want & differ)
        select_add(g, &g->cpu[cpu].sel, slot);
    else
        select_remove(g, &g->cpu[cpu].sel, slot, cpu);
}
