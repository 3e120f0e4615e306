/* SPDX-License-Identifier: Apache-2.0 */
/* stats.c - counters, and the walk over all interrupts. */
#include "internal.h"

#include <string.h>

void gic_stats(const struct gic *g, struct gic_counters *out)
{
    *out = g->stats;
    for (unsigned frame = 0; frame < GIC_NFRAMES; frame++) {
        for (unsigned reg = 0; reg < MAX_REGS; reg++) {
            out->reads[frame] += g->reg_reads[frame][reg];
            out->writes[frame] += g->reg_writes[frame][reg];
        }
    }
}

void gic_stats_clear(struct gic *g)
{
    memset(&g->stats, 0, sizeof(g->stats));
    memset(g->reg_reads, 0, sizeof(g->reg_reads));
    memset(g->reg_writes, 0, sizeof(g->reg_writes));
}

uint64_t gic_reg_accesses(const struct gic *g, enum gic_frame frame, unsigned index, bool write)
{
    if (index >= gic_reg_count(frame))
        return 0;
    return write ? g->reg_writes[frame][index] : g->reg_reads[frame][index];
}

void gic_walk(const struct gic *g, void (*fn)(void *ctx, const struct gic_irq *irq), void *ctx)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        if (!slot_test(g->exists, slot))
            continue;
        struct gic_irq irq = {
            .intid = slot_intid(slot),
            .cpu = slot_is_private(slot) ? slot / 32 : 0,
            .state = irq_state(g, slot),
            .priority = slot_prio(g, slot),
            .group = slot_test(g->group, slot),
            .targets = g->target[slot],
            .ns_access = (uint8_t)(slot_test(g->nsacr[0], slot) | slot_test(g->nsacr[1], slot) << 1),
        };
        if (irq.intid < NUM_SGIS)
            irq.sgi_sources = g->sgi_sources[irq.cpu][irq.intid];
        fn(ctx, &irq);
    }
}
