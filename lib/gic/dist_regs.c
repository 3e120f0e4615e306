/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dist_regs.c - the registers of the Distributor (IHI 0048B 4.3).
 *
 * One loop serves all registers with one bit for each interrupt. Fields of interrupts that do not exist
 * are RAZ/WI: every value is masked with exists[].
 */
#include "internal.h"

#define SGIR_LISTED 0u
#define SGIR_OTHERS 1u
#define SGIR_SELF   2u

/* CoreSight identification of a GIC-400 from GICD_PIDR4 on: PIDR4-7, PIDR0-3, CIDR0-3 (4.3.18). */
static const uint8_t id_regs[] = {0x04, 0x00, 0x00, 0x00, 0x90, 0xb4, 0x2b, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

static uint32_t dist_typer(const struct gic *g)
{
    return GIC_FIELD_SET(GICD_TYPER_ITLinesNumber, g->views - 1) |
           GIC_FIELD_SET(GICD_TYPER_CPUNumber, g->cfg.cpus - 1) | (g->cfg.security ? GICD_TYPER_SecurityExtn : 0);
}

/* Register n of an array with a field of two bits for each interrupt, from the maps of its lower and upper bits. */
static uint32_t pairs_read(const uint32_t *lower, const uint32_t *upper, unsigned cpu, unsigned n)
{
    unsigned w = slot_word(cpu, n / 2), shift = n % 2 * 16;
    uint32_t value = 0;
    for (unsigned i = 0; i < 16; i++) {
        value |= (upper[w] >> (shift + i) & 1) << (2 * i + 1);
        if (lower)
            value |= (lower[w] >> (shift + i) & 1) << 2 * i;
    }
    return value;
}

/* Every second bit of a register of such an array, at the place of its interrupt in the word of the map. */
static uint32_t pairs_bits(uint32_t value, unsigned upper, unsigned n)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (value >> (2 * i + upper) & 1) << i;
    return bits << (n % 2 * 16);
}

/* GICD_NSACR: nothing has to be evaluated again, it only decides about later accesses (4.3.14). */
static void nsacr_write(struct gic *g, unsigned cpu, unsigned n, uint32_t value)
{
    unsigned w = slot_word(cpu, n / 2);
    uint32_t mask = nsacr_bits(g, w) & (n % 2 ? PPI_BITS : SGI_BITS);
    for (unsigned upper = 0; upper < 2; upper++)
        g->nsacr[upper][w] = (g->nsacr[upper][w] & ~mask) | (pairs_bits(value, upper, n) & mask);
}

/* Only bits that may change do, and what they change is re-evaluated at once. */
static void icfgr_write(struct gic *g, unsigned cpu, unsigned n, uint32_t value)
{
    unsigned w = slot_word(cpu, n / 2);
    uint32_t mask = g->exists[w] & (n % 2 ? PPI_BITS : SGI_BITS);
    if (n == 0 || (n == 1 && g->cfg.ppi_config_fixed))
        mask = 0; /* SGIs are always edge-triggered */
    uint32_t changed = (g->edge[w] ^ pairs_bits(value, 1, n)) & mask;
    g->edge[w] ^= changed;
    irq_update_word(g, w, changed);
}

/* The value of one byte of an array with a byte for each interrupt; index is the INTID. */
static uint32_t byte_read(const struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t index)
{
    uint32_t slot;
    switch (reg) {
    case DIST_IPRIORITYR:
        slot = slot_find(g, cpu, index);
        return slot == NO_SLOT ? 0 : slot_prio(g, slot);
    case DIST_ITARGETSR:
        /* RAZ/WI in a uniprocessor implementation (4.3.12). */
        slot = slot_find(g, cpu, index);
        return slot == NO_SLOT || g->cfg.cpus == 1 ? 0 : g->target[slot];
    default: /* DIST_CPENDSGIR, DIST_SPENDSGIR */
        return g->sgi_sources[cpu][index];
    }
}

/* Writes one byte of such an array; bits without meaning are dropped. */
static void byte_write(struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t index, uint32_t value)
{
    uint32_t slot;
    switch (reg) {
    case DIST_IPRIORITYR:
        slot = slot_find(g, cpu, index);
        if (slot != NO_SLOT)
            irq_set_priority(g, slot, (uint8_t)(value & g->prio_mask));
        break;
    case DIST_ITARGETSR:
        /* The fields of SGIs and PPIs are read-only: the reading CPU itself. */
        slot = slot_find(g, cpu, index);
        if (slot == NO_SLOT || slot_is_private(slot) || g->cfg.cpus == 1)
            return;
        g->target[slot] = (uint8_t)(value & g->cpu_mask);
        irq_update(g, slot);
        break;
    case DIST_CPENDSGIR:
        irq_set_sgi_sources(g, cpu, index, g->sgi_sources[cpu][index] & ~value);
        break;
    default: /* DIST_SPENDSGIR */
        value &= g->cpu_mask & ~(uint32_t)g->sgi_sources[cpu][index];
        g->stats.pended += bit_count(value);
        irq_set_sgi_sources(g, cpu, index, g->sgi_sources[cpu][index] | value);
        break;
    }
}

uint32_t dist_read(const struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size)
{
    switch (reg) {
    case DIST_CTLR:
        return g->ctlr;
    case DIST_TYPER:
        return dist_typer(g);
    case DIST_IIDR:
        return g->cfg.dist_iidr;
    case DIST_IGROUPR:
        return g->group[slot_word(cpu, (offset - GICD_IGROUPR) / 4)];
    case DIST_ISENABLER:
    case DIST_ICENABLER:
        return g->enabled[slot_word(cpu, offset % 0x80 / 4)];
    case DIST_ISPENDR:
    case DIST_ICPENDR:
        return pending_word(g, slot_word(cpu, offset % 0x80 / 4));
    case DIST_ISACTIVER:
    case DIST_ICACTIVER:
        return g->active[slot_word(cpu, offset % 0x80 / 4)];
    case DIST_ICFGR: /* upper bit: edge-triggered; the lower one is reserved (4.3.13) */
        return pairs_read(NULL, g->edge, cpu, (offset - GICD_ICFGR) / 4);
    case DIST_NSACR:
        return pairs_read(g->nsacr[0], g->nsacr[1], cpu, (offset - GICD_NSACR) / 4);
    case DIST_PPISR:
        return g->line[slot_word(cpu, 0)] >> NUM_SGIS;
    case DIST_SPISR:
        return g->line[slot_word(cpu, 1 + (offset - GICD_SPISR) / 4)];
    case DIST_IPRIORITYR:
    case DIST_ITARGETSR:
    case DIST_CPENDSGIR:
    case DIST_SPENDSGIR: {
        uint32_t index = offset - regs_row(GIC_DIST, reg)->first;
        uint32_t value = 0;
        for (unsigned i = 0; i < size; i++)
            value |= byte_read(g, cpu, reg, index + i) << 8 * i;
        return value;
    }
    case DIST_PIDR4:
    case DIST_PIDR5:
    case DIST_PIDR6:
    case DIST_PIDR7:
    case DIST_PIDR0:
    case DIST_PIDR1:
    case DIST_PIDR2:
    case DIST_PIDR3:
    case DIST_CIDR0:
    case DIST_CIDR1:
    case DIST_CIDR2:
    case DIST_CIDR3:
        return id_regs[(offset - GICD_PIDR4) / 4];
    case DIST_SGIR:
    case DIST_NREGS:
        break;
    }
    return 0;
}

/*
 * The oracle: may this write of GICD_SGIR make the SGI pending on a CPU (4.3.15)? A Secure write reaches CPUs
 * where the SGI is of the group that NSATT names, a Non-secure one those where it is of Group 1 or where
 * GICD_NSACR permits it. NSATT means nothing with one security state.
 */
static bool sgi_permitted(const struct gic *g, unsigned to, uint32_t value, enum gic_sec sec)
{
    if (!g->cfg.security)
        return true;
    uint32_t slot = slot_of(to, value & GICD_SGIR_SGIINTID);
    bool group1 = slot_test(g->group, slot);
    if (sec == GIC_SECURE)
        return group1 == !!(value & GICD_SGIR_NSATT);
    return group1 || slot_test(g->nsacr[0], slot) || slot_test(g->nsacr[1], slot);
}

void dist_send_sgi(struct gic *g, unsigned cpu, enum gic_sec sec, uint32_t value)
{
    uint32_t sgi = value & GICD_SGIR_SGIINTID;
    uint32_t targets = 0;
    switch (GIC_FIELD_GET(GICD_SGIR_TargetListFilter, value)) {
    case SGIR_LISTED:
        targets = GIC_FIELD_GET(GICD_SGIR_CPUTargetList, value) & g->cpu_mask;
        break;
    case SGIR_OTHERS:
        targets = g->cpu_mask & ~bit32(cpu);
        break;
    case SGIR_SELF:
        targets = bit32(cpu);
        break;
    default: /* reserved: nobody */
        break;
    }
    for (; targets; targets &= targets - 1) {
        unsigned to = bit_first(targets);
        if (!sgi_permitted(g, to, value, sec))
            continue;
        g->stats.sgis++;
        irq_set_sgi_sources(g, to, sgi, g->sgi_sources[to][sgi] | bit32(cpu));
    }
}

/* One at a time: the group is part of the key under which a candidate is kept. */
static void igroupr_write(struct gic *g, unsigned w, uint32_t value)
{
    uint32_t changed = (g->group[w] ^ value) & g->exists[w];
    for (; changed; changed &= changed - 1) {
        unsigned b = bit_first(changed);
        irq_set_group(g, w * 32 + b, value >> b & 1);
    }
}

/* The set and clear registers: writing 1 acts, 0 does nothing. Returns how many bits it changed. */
static unsigned bits_write(struct gic *g, uint32_t *map, unsigned w, uint32_t value, bool set)
{
    uint32_t changed = value & g->exists[w] & (set ? ~map[w] : map[w]);
    map[w] ^= changed;
    irq_update_word(g, w, changed);
    return bit_count(changed);
}

/* A change of forwarding moves no candidate; only the best ones have to be found again (4.3.1). */
void dist_set_ctlr(struct gic *g, uint32_t value)
{
    g->ctlr = value & (GICD_CTLR_EnableGrp0 | GICD_CTLR_EnableGrp1);
    g->forwarded = select_forwarded(g->ctlr);
    for (unsigned cpu = 0; cpu < g->cfg.cpus; cpu++)
        g->cpu[cpu].sel.best_gone = true;
    g->dirty |= g->cpu_mask;
}

void dist_write(struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size, uint32_t value)
{
    unsigned n = offset % 0x80 / 4; /* register within an array of bits */
    unsigned w = slot_word(cpu, n);
    /* SGIs: enable bits RAO/WI unless configured otherwise, pending bits read-only (4.3.5, 4.3.7). */
    uint32_t not_sgis = n == 0 ? ~SGI_BITS : UINT32_MAX;
    uint32_t enables = g->cfg.sgi_enable_writable ? UINT32_MAX : not_sgis;

    switch (reg) {
    case DIST_CTLR:
        dist_set_ctlr(g, value);
        break;
    case DIST_IGROUPR:
        igroupr_write(g, w, value);
        break;
    case DIST_ISENABLER:
        bits_write(g, g->enabled, w, value & enables, true);
        break;
    case DIST_ICENABLER:
        bits_write(g, g->enabled, w, value & enables, false);
        break;
    case DIST_ISPENDR:
        g->stats.pended += bits_write(g, g->latch, w, value & not_sgis, true);
        break;
    case DIST_ICPENDR:
        bits_write(g, g->latch, w, value & not_sgis, false);
        break;
    case DIST_ISACTIVER:
        g->stats.activated += bits_write(g, g->active, w, value, true);
        break;
    case DIST_ICACTIVER:
        for (uint32_t left = value & g->active[w]; left; left &= left - 1)
            irq_deactivate(g, w * 32 + bit_first(left));
        break;
    case DIST_ICFGR:
        icfgr_write(g, cpu, (offset - GICD_ICFGR) / 4, value);
        break;
    case DIST_NSACR:
        nsacr_write(g, cpu, (offset - GICD_NSACR) / 4, value);
        break;
    case DIST_SGIR:
        dist_send_sgi(g, cpu, GIC_SECURE, value);
        break;
    case DIST_IPRIORITYR:
    case DIST_ITARGETSR:
    case DIST_CPENDSGIR:
    case DIST_SPENDSGIR: {
        uint32_t index = offset - regs_row(GIC_DIST, reg)->first;
        for (unsigned i = 0; i < size; i++)
            byte_write(g, cpu, reg, index + i, value >> 8 * i & 0xff);
        break;
    }
    case DIST_TYPER:
    case DIST_IIDR:
    case DIST_PPISR:
    case DIST_SPISR:
    case DIST_PIDR4:
    case DIST_PIDR5:
    case DIST_PIDR6:
    case DIST_PIDR7:
    case DIST_PIDR0:
    case DIST_PIDR1:
    case DIST_PIDR2:
    case DIST_PIDR3:
    case DIST_CIDR0:
    case DIST_CIDR1:
    case DIST_CIDR2:
    case DIST_CIDR3:
    case DIST_NREGS:
        break; /* read-only: gic_write does not come here */
    }
}
