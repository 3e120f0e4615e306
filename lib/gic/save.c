/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save.c - the saved state: little-endian words and bytes without padding, in the order of transfer().
 *
 *   "TGIC", format version, size, configuration, state, check sum (FNV-1a of all before it)
 *
 * One function, transfer(), names every field with the values it may have. It runs in four modes: count
 * bytes, write them, examine them, take them over; so size, writer and reader cannot disagree. Only state
 * is saved; what is derived from it (candidates, running priorities, masks, wires) is rebuilt.
 */
#include "internal.h"

#include <errno.h>

#define MAGIC       0x43494754u /* "TGIC" */
#define VERSION     2u          /* 2: security states */
#define HEADER_SIZE 12u
#define SUM_SIZE    4u

struct cursor {
    enum { COUNT, WRITE, EXAMINE, TAKE } mode;
    uint8_t *out;
    const uint8_t *in;
    size_t pos, size;
    bool bad; /* a value no GIC can hold, or the end of the buffer */
};

/* A value of n bytes, little-endian, in whichever mode; never beyond the end of the buffer. */
static void bytes(struct cursor *c, uint32_t *value, unsigned n)
{
    if (c->mode != COUNT && c->size - c->pos < n) {
        c->bad = true;
        return;
    }
    if (c->mode == WRITE) {
        for (unsigned i = 0; i < n; i++)
            c->out[c->pos + i] = (uint8_t)(*value >> 8 * i);
    } else if (c->mode != COUNT) {
        *value = 0;
        for (unsigned i = 0; i < n; i++)
            *value |= (uint32_t)c->in[c->pos + i] << 8 * i;
    }
    c->pos += n;
}

/* A word of which only the bits of mask are state; the others are saved as 0 and left alone. */
static void word(struct cursor *c, uint32_t *field, uint32_t mask)
{
    uint32_t value = *field & mask;
    bytes(c, &value, 4);
    c->bad |= (value & ~mask) != 0;
    if (c->mode == TAKE)
        *field = (*field & ~mask) | value;
}

/* A byte with the values low to high, of which only the bits of mask may be set. */
static void byte(struct cursor *c, uint8_t *field, uint32_t mask, uint32_t low, uint32_t high)
{
    uint32_t value = *field;
    bytes(c, &value, 1);
    c->bad |= (value & ~mask) != 0 || value < low || value > high;
    if (c->mode == TAKE)
        *field = (uint8_t)value;
}

static void transfer_interrupts(struct cursor *c, struct gic *g)
{
    word(c, &g->ctlr, GICD_CTLR_EnableGrp0 | GICD_CTLR_EnableGrp1);
    /* Priorities first: while nothing is pending they move no candidate. */
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        if (!slot_test(g->exists, slot))
            continue;
        uint8_t prio = slot_prio(g, slot);
        byte(c, &prio, g->prio_mask, 0, 0xff);
        if (c->mode == TAKE)
            irq_set_priority(g, slot, prio);
        if (!slot_is_private(slot) && g->cfg.cpus > 1)
            byte(c, &g->target[slot], g->cpu_mask, 0, 0xff);
    }
    for (unsigned cpu = 0; cpu < g->cfg.cpus; cpu++)
        for (unsigned sgi = 0; sgi < NUM_SGIS; sgi++)
            byte(c, &g->sgi_sources[cpu][sgi], g->cpu_mask, 0, 0xff);
    for (unsigned w = 0; w < SLOT_WORDS; w++) {
        uint32_t all = g->exists[w];
        if (!all)
            continue;
        bool banked = w < GIC_MAX_CPUS;
        /* Fixed or derived bits of SGIs are not state: enable (RAO/WI), configuration, pending. */
        uint32_t not_sgis = banked ? PPI_BITS : all;
        uint32_t group = g->group[w];
        word(c, &group, all);
        if (c->mode == TAKE)
            for (uint32_t left = group; left; left &= left - 1)
                irq_set_group(g, w * 32 + bit_first(left), 1);
        word(c, &g->enabled[w], g->cfg.sgi_enable_writable ? all : not_sgis);
        word(c, &g->latch[w], not_sgis);
        word(c, &g->line[w], not_sgis);
        word(c, &g->edge[w], banked && g->cfg.ppi_config_fixed ? 0 : not_sgis);
        word(c, &g->active[w], all);
        for (unsigned upper = 0; g->cfg.security && upper < 2; upper++)
            word(c, &g->nsacr[upper][w], nsacr_bits(g, w));
    }
}

/* GICC, GICH and GICV of one CPU; lr_set() keeps the masks of the list registers. */
static void transfer_cpu(struct cursor *c, struct gic *g, unsigned cpu)
{
    struct cpuif *p = &g->cpu[cpu].phys;
    word(c, &p->ctlr, cpuif_ctlr_bits(g));
    byte(c, &p->pmr, g->prio_mask, 0, 0xff);
    byte(c, &p->bpr, 7, g->min_bpr, 7);
    byte(c, &p->abpr, 7, g->min_bpr + 1u, 7);
    for (unsigned group = 0; group < 2; group++)
        for (unsigned n = 0; n < APR_WORDS; n++)
            word(c, &p->apr[group][n], apr_word_mask(g, n));

    struct vif *v = &g->cpu[cpu].virt;
    word(c, &v->hcr, HCR_BITS);
    word(c, &v->ctlr, VCTLR_BITS);
    byte(c, &v->pmr, VPMR_BITS, 0, 0xff);
    byte(c, &v->bpr, 7, MIN_VBPR, 7);
    byte(c, &v->abpr, 7, MIN_VBPR + 1, 7);
    word(c, &v->apr, UINT32_MAX);
    for (unsigned n = 0; n < g->cfg.lrs; n++) {
        uint32_t lr = v->lr[n];
        word(c, &lr, LR_WRITABLE);
        if (c->mode == TAKE)
            lr_set(g, cpu, n, lr);
    }
}

static void transfer(struct cursor *c, struct gic *g)
{
    transfer_interrupts(c, g);
    for (unsigned cpu = 0; cpu < g->cfg.cpus; cpu++)
        transfer_cpu(c, g, cpu);
}

/* What two instances must have in common to exchange states. */
#define CONFIG_WORDS 7u
static uint32_t config_word(const struct gic *g, unsigned n)
{
    const struct gic_config *cfg = &g->cfg;
    const uint32_t words[CONFIG_WORDS] = {
        cfg->cpus,
        cfg->spis,
        cfg->lrs,
        cfg->prio_bits,
        GIC_VPRIO_BITS,
        cfg->maint_ppi,
        (uint32_t)cfg->ppi_config_fixed | (uint32_t)cfg->sgi_enable_writable << 1 | (uint32_t)cfg->security << 2 |
            (uint32_t)cfg->no_nsacr << 3,
    };
    return words[n];
}

static uint32_t check_sum(const uint8_t *buf, size_t size)
{
    uint32_t sum = 2166136261u;
    for (size_t i = 0; i < size; i++)
        sum = (sum ^ buf[i]) * 16777619u;
    return sum;
}

/* COUNT and WRITE only read the state. */
static struct gic *only_read(const struct gic *g)
{
    return (struct gic *)(uintptr_t)g;
}

size_t gic_save_size(const struct gic *g)
{
    struct cursor c = {.mode = COUNT};
    transfer(&c, only_read(g));
    return HEADER_SIZE + CONFIG_WORDS * 4 + c.pos + SUM_SIZE;
}

int gic_save(const struct gic *g, void *buf, size_t size)
{
    size_t wanted = gic_save_size(g);
    if (size < wanted)
        return -ENOSPC;
    struct cursor c = {.mode = WRITE, .out = buf, .size = wanted};
    uint32_t header[] = {MAGIC, VERSION, (uint32_t)wanted};
    for (unsigned i = 0; i < 3; i++)
        bytes(&c, &header[i], 4);
    for (unsigned i = 0; i < CONFIG_WORDS; i++) {
        uint32_t value = config_word(g, i);
        bytes(&c, &value, 4);
    }
    transfer(&c, only_read(g));
    uint32_t sum = check_sum(buf, c.pos);
    bytes(&c, &sum, 4);
    return 0;
}

/* Everything about a buffer but the state itself; leaves the cursor at the state. */
static int examine_header(const struct gic *g, struct cursor *c)
{
    uint32_t magic = 0, version = 0, size = 0, sum = 0;
    bytes(c, &magic, 4);
    bytes(c, &version, 4);
    bytes(c, &size, 4);
    if (c->bad || magic != MAGIC)
        return -EINVAL;
    if (version != VERSION)
        return -EPROTO;
    if (size > c->size || size < HEADER_SIZE + CONFIG_WORDS * 4 + SUM_SIZE)
        return -EINVAL;
    c->size = size;
    struct cursor end = *c;
    end.pos = size - SUM_SIZE;
    bytes(&end, &sum, 4);
    if (sum != check_sum(c->in, size - SUM_SIZE))
        return -EINVAL;
    for (unsigned i = 0; i < CONFIG_WORDS; i++) {
        uint32_t value = 0;
        bytes(c, &value, 4);
        if (value != config_word(g, i))
            return -EXDEV;
    }
    return 0;
}

int gic_restore(struct gic *g, const void *buf, size_t size)
{
    if (!buf)
        return -EINVAL;
    struct cursor c = {.mode = EXAMINE, .in = buf, .size = size};
    int err = examine_header(g, &c);
    if (err)
        return err;
    size_t state = c.pos;
    transfer(&c, g);
    if (c.bad || c.pos + SUM_SIZE != c.size)
        return -EINVAL;

    /* From reset state, so that nothing of the old state is left in what is derived. */
    reset_state(g);
    c.mode = TAKE;
    c.pos = state;
    transfer(&c, g);
    for (unsigned cpu = 0; cpu < g->cfg.cpus; cpu++) {
        cpuif_changed(g, cpu);
        for (unsigned sgi = 0; sgi < NUM_SGIS; sgi++)
            irq_set_sgi_sources(g, cpu, sgi, g->sgi_sources[cpu][sgi]);
    }
    g->forwarded = select_forwarded(g->ctlr);
    /* The level of the PPI that the maintenance output drives is what its driver says, not a forged file. */
    for (unsigned cpu = 0; cpu < g->cfg.cpus && g->cfg.maint_ppi; cpu++)
        irq_set_line(g, slot_of(cpu, g->cfg.maint_ppi), vcpuif_pins(g, cpu) >> GIC_MAINT & 1);
    rebuild(g);
    return 0;
}
