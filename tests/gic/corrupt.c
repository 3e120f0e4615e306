/* SPDX-License-Identifier: Apache-2.0 */
#include "corrupt.h"

#include "internal.h"

const char *corrupt(struct gic *g, unsigned n)
{
    uint32_t slot = slot_of(0, 40);
    unsigned w = slot / 32, b = slot % 32;
    switch (n) {
    case 0:
        g->cpu[0].sel.set[1] &= ~bit32(8);
        return "candidate set";
    case 1:
        g->cpu[0].sel.words[7] |= 1;
        return "summary of group 1 level 3";
    case 2:
        g->cpu[0].sel.kinds[0] ^= 1;
        return "summary of all levels";
    case 3:
        g->cpu[0].sel.best = RANK_NONE;
        return "best candidate";
    case 4:
        g->cpu[0].sel.best_gone = true;
        return "found again";
    case 5:
        g->routed[slot] = 2;
        return "is routed to";
    case 6:
        g->target[slot] = 0x10;
        return "impossible targets";
    case 7:
        g->plane[2][w] ^= bit32(b);
        return "bit planes";
    case 8:
        g->rank[slot] ^= 1;
        return "rank disagrees";
    case 9:
        g->rank[slot] |= 1u << RANK_PRIO_SHIFT;
        return "unimplemented priority bits";
    case 10:
        g->active[w] |= bit32(b);
        return "is routed to";
    case 11:
        g->sgi_sources[0][3] = 1;
        return "latch and sources";
    case 12:
        g->enabled[SLOT_WORDS - 1] |= 1;
        return "does not exist has state";
    case 13:
        g->edge[1] &= ~1u;
        return "not edge-triggered";
    case 14:
        g->cpu[1].phys.running = 0x40;
        return "running priority";
    case 15:
        g->cpu[1].phys.limit[0] = 1;
        return "limit";
    case 16:
        g->cpu[0].phys.bpr = 0;
        return "binary point";
    case 17:
        g->cpu[0].phys.apr[0][1] = 1;
        return "active priority that does not exist";
    case 18:
        g->cpu[0].virt.lr[0] = 0;
        return "masks of the list registers";
    case 19:
        g->cpu[0].virt.lr[5] = 1;
        return "list register 5";
    case 20:
        g->cpu[0].virt.ready[1] = 1;
        return "pending list registers";
    case 21:
        g->cpu[0].pins ^= 1;
        return "output wires";
    case 22:
        g->forwarded = 0;
        return "forwarded groups";
    case 23:
        g->line[0] ^= bit32(25);
        return "maintenance output";
    case 24:
        g->dirty = 1;
        return "left work behind";
    case 25:
        g->enabled[0] &= ~1u;
        return "is disabled";
    case 26:
        g->ctlr = 4;
        return "GICD_CTLR";
    case 27:
        g->watch[w] |= bit32(b);
        g->reported[slot] = 0;
        return "last report";
    case 28:
        g->nsacr[1][w] = 1;
        return "GICD_NSACR";
    case 29:
        g->cpu[1].phys.ctlr |= GICC_CTLR_EOImodeNS;
        return "GICC_CTLR";
    default:
        return NULL;
    }
}
