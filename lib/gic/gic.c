/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gic.c - creation, reset, the entry points, and the settling of output wires after each of them.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GIC400_DIST_IIDR 0x0200143bu
#define GIC400_CPU_IIDR  0x0202143bu

/* 0 in a field of the configuration means its default. */
static uint32_t or_default(uint32_t value, uint32_t otherwise)
{
    return value ? value : otherwise;
}

/* Copies the configuration with its defaults filled in; false if it is invalid. */
static bool config_resolve(const struct gic_config *in, struct gic_config *out)
{
    if (!in || in->struct_size != sizeof(*in))
        return false;
    *out = *in;
    out->cpus = or_default(in->cpus, 1);
    out->spis = in->spis == GIC_NO_SPIS ? 0 : or_default(in->spis, 96);
    out->lrs = or_default(in->lrs, 4);
    out->prio_bits = or_default(in->prio_bits, 5);
    out->dist_iidr = or_default(in->dist_iidr, GIC400_DIST_IIDR);
    out->cpu_iidr = or_default(in->cpu_iidr, GIC400_CPU_IIDR);

    bool maint_ok = in->maint_ppi == 0 || (in->maint_ppi >= NUM_SGIS && in->maint_ppi < NUM_PRIVATE);
    /* Non-secure software sees half of the priorities: 32 of them at least, or it would not have 16 (3.3). */
    bool prio_ok = out->prio_bits >= (out->security ? 5 : 4) && out->prio_bits <= 8;
    return out->cpus <= GIC_MAX_CPUS && out->spis <= GIC_MAX_SPIS && maint_ok && prio_ok && out->lrs <= GIC_MAX_LRS;
}

/* The structure is as large as the largest configuration: no pointers into itself, so it may be moved. */
size_t gic_size(const struct gic_config *cfg)
{
    struct gic_config resolved;
    return config_resolve(cfg, &resolved) ? sizeof(struct gic) : 0;
}

int gic_init(void *mem, size_t size, const struct gic_config *cfg, struct gic **out)
{
    struct gic_config resolved;
    if (!mem || !out || !config_resolve(cfg, &resolved))
        return -EINVAL;
    if (size < sizeof(struct gic))
        return -ENOMEM;

    struct gic *g = mem;
    memset(g, 0, sizeof(*g));
    g->cfg = resolved;
    g->cpu_mask = bit32(resolved.cpus) - 1;
    g->views = 1 + (resolved.spis + 31) / 32;
    g->prio_shift = (uint8_t)(8 - resolved.prio_bits);
    g->prio_mask = (uint8_t)(0xffu << g->prio_shift);
    /* The least binary point keeps bit 0 out of the group priority: 128 preemption levels at most (3.3.3). */
    g->min_bpr = (uint8_t)(resolved.prio_bits < 7 ? 7 - resolved.prio_bits : 0);
    g->apr_shift = (uint8_t)(g->min_bpr + 1);
    g->kind_words = (uint8_t)(((2u << resolved.prio_bits) + 63) / 64);
    g->apr_words = (uint8_t)(((0x100u >> g->apr_shift) + 31) / 32);

    for (uint32_t cpu = 0; cpu < resolved.cpus; cpu++)
        g->exists[cpu] = UINT32_MAX;
    for (uint32_t intid = NUM_PRIVATE; intid < NUM_PRIVATE + resolved.spis; intid++)
        g->exists[slot_of(0, intid) / 32] |= bit32(intid % 32);
    regs_build_map(g);
    gic_reset(g);
    *out = g;
    return 0;
}

int gic_new(const struct gic_config *cfg, struct gic **out)
{
    size_t size = gic_size(cfg);
    if (!size || !out)
        return -EINVAL;
    void *mem = malloc(size);
    if (!mem)
        return -ENOMEM;
    int err = gic_init(mem, size, cfg, out);
    if (err)
        free(mem);
    return err;
}

void gic_free(struct gic *g)
{
    free(g);
}

void gic_get_config(const struct gic *g, struct gic_config *out)
{
    *out = g->cfg;
    out->spis = g->cfg.spis ? g->cfg.spis : GIC_NO_SPIS;
}

/* Everything but the configuration, the wires, the watches and the counters. */
static void reset_distributor(struct gic *g)
{
    g->ctlr = 0;
    g->forwarded = 0;
    memset(g->group, 0, sizeof(g->group));
    memset(g->enabled, 0, sizeof(g->enabled));
    memset(g->latch, 0, sizeof(g->latch));
    memset(g->edge, 0, sizeof(g->edge));
    memset(g->active, 0, sizeof(g->active));
    memset(g->plane, 0, sizeof(g->plane));
    memset(g->routed, 0, sizeof(g->routed));
    memset(g->sgi_sources, 0, sizeof(g->sgi_sources));
    memset(g->nsacr, 0, sizeof(g->nsacr));
    for (unsigned cpu = 0; cpu < g->cfg.cpus; cpu++) {
        g->edge[cpu] = SGI_BITS;
        if (!g->cfg.sgi_enable_writable)
            g->enabled[cpu] = SGI_BITS;
    }
    /* With one CPU there is no target selection: every SPI goes to it (4.3.12). */
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        uint32_t target = slot_is_private(slot) ? bit32(slot / 32) : g->cfg.cpus == 1 ? 1 : 0;
        g->target[slot] = (uint8_t)(slot_test(g->exists, slot) ? target : 0);
        g->rank[slot] = rank_make(0, slot_intid(slot), 0);
    }
}

/* Interfaces come up disabled, masks closed, binary points at their minimum (4.4, 5.3, 5.5). */
static void reset_interfaces(struct gic *g)
{
    for (unsigned n = 0; n < g->cfg.cpus; n++) {
        struct cpu *cpu = &g->cpu[n];
        memset(&cpu->phys, 0, sizeof(cpu->phys));
        memset(&cpu->sel, 0, sizeof(cpu->sel));
        memset(&cpu->virt, 0, sizeof(cpu->virt));
        cpu->sel.best = RANK_NONE;
        cpu->phys.bpr = g->min_bpr;
        cpu->phys.abpr = (uint8_t)(g->min_bpr + 1);
        cpu->virt.bpr = MIN_VBPR;
        cpu->virt.abpr = MIN_VBPR + 1;
        cpuif_changed(g, n);
    }
}

/* Tells the state callback what is new about watched interrupts; a change that was undone is not reported. */
static KEEP_OUT void report_states(struct gic *g)
{
    for (; g->stale_words; g->stale_words &= g->stale_words - 1) {
        unsigned w = bit_first64(g->stale_words);
        for (; g->stale[w]; g->stale[w] &= g->stale[w] - 1) {
            uint32_t slot = w * 32 + bit_first(g->stale[w]);
            uint32_t old = g->reported[slot], now = irq_state(g, slot);
            g->reported[slot] = (uint8_t)now;
            if (old != now && g->cfg.state)
                g->cfg.state(g->cfg.ctx, slot_is_private(slot) ? slot / 32 : 0, slot_intid(slot), old, now);
        }
    }
}

static KEEP_OUT void report_pins(const struct gic *g, unsigned cpu, uint32_t differ)
{
    for (; differ; differ &= differ - 1) {
        unsigned pin = bit_first(differ);
        g->cfg.output(g->cfg.ctx, cpu, (enum gic_pin)pin, g->cpu[cpu].pins >> pin & 1);
    }
}

#define PHYS_PINS (1u << GIC_IRQ | 1u << GIC_FIQ)
#define VIRQ_PINS (1u << GIC_VIRQ | 1u << GIC_VFIQ)
#define VIRT_PINS (VIRQ_PINS | 1u << GIC_MAINT)

/* nVIRQ, nVFIQ and the maintenance output, which is also the input of a PPI if the configuration says so. */
static KEEP_OUT void settle_virtual(struct gic *g, uint32_t cpus)
{
    for (; cpus; cpus &= cpus - 1) {
        unsigned n = bit_first(cpus);
        struct cpu *cpu = &g->cpu[n];
        uint32_t pins = vcpuif_pins(g, n), differ = (cpu->pins & VIRT_PINS) ^ pins;
        if (!differ)
            continue;
        cpu->pins = (uint8_t)(cpu->pins ^ differ);
        g->stats.virt_signalled += (differ & pins & VIRQ_PINS) != 0;
        if (g->cfg.output)
            report_pins(g, n, differ);
        if (differ & bit32(GIC_MAINT)) {
            g->stats.maintenance += pins >> GIC_MAINT & 1;
            if (g->cfg.maint_ppi)
                irq_set_line(g, slot_of(n, g->cfg.maint_ppi), pins >> GIC_MAINT & 1);
        }
    }
}

static inline void settle_physical_pins(struct gic *g, unsigned n, struct cpu *cpu)
{
    uint32_t pins = cpuif_pins(cpu), differ = (cpu->pins & PHYS_PINS) ^ pins;
    if (!differ)
        return;
    cpu->pins = (uint8_t)(cpu->pins ^ differ);
    g->stats.signalled += (differ & pins) != 0;
    if (g->cfg.output)
        report_pins(g, n, differ);
}

static KEEP_OUT void settle_physical_anew(struct gic *g, unsigned n, struct cpu *cpu)
{
    cpu->sel.best = select_first(g, n);
    cpu->sel.best_gone = false;
    settle_physical_pins(g, n, cpu);
}

/* nIRQ and nFIQ of one CPU, after finding its best candidate again if that one went. */
static KEEP_OUT void settle_physical(struct gic *g, unsigned n, struct cpu *cpu)
{
    if (cpu->sel.best_gone)
        settle_physical_anew(g, n, cpu);
    else
        settle_physical_pins(g, n, cpu);
}

static KEEP_OUT void settle_all(struct gic *g)
{
    uint32_t dirty = g->dirty;
    g->dirty = 0;
    if (dirty & DIRTY_VIRT) {
        settle_virtual(g, (dirty & DIRTY_VIRT) >> DIRTY_VIRT_SHIFT);
        dirty |= g->dirty; /* by the maintenance interrupt as a PPI */
        g->dirty = 0;
    }
    for (uint32_t cpus = dirty & DIRTY_PHYS; cpus; cpus &= cpus - 1)
        settle_physical(g, bit_first(cpus), &g->cpu[bit_first(cpus)]);
    if (dirty & DIRTY_WATCHED)
        report_states(g);
}

/*
 * Ends every entry point: brings the wires of the dirty CPUs up to date and reports what differs. Virtual
 * before physical, because the maintenance output may be the input of a PPI. One round is enough: nothing
 * physical acts on the virtual side. By now the interrupts and interfaces have their new state, and every
 * wire is computed once, so callbacks see no level in between. Mostly there is one CPU to look at, or none.
 */
static inline void settle(struct gic *g)
{
    uint32_t dirty = g->dirty;
    if (dirty & ((dirty - 1) | ~DIRTY_PHYS)) {
        settle_all(g);
    } else if (dirty) {
        g->dirty = 0;
        settle_physical(g, bit_first(dirty), &g->cpu[bit_first(dirty)]);
    }
}

/* Rebuilds all summaries from the state of the interrupts and reports what changed. */
void rebuild(struct gic *g)
{
    for (unsigned w = 0; w < SLOT_WORDS; w++)
        irq_update_word(g, w, g->exists[w]);
    g->dirty |= g->cpu_mask | g->cpu_mask << DIRTY_VIRT_SHIFT;
    settle(g);
}

/* The state after reset; rebuild() has to follow. */
void reset_state(struct gic *g)
{
    reset_distributor(g);
    reset_interfaces(g);
}

void gic_reset(struct gic *g)
{
    reset_state(g);
    rebuild(g);
}

/* Which guest mistake an access is that access_find() refuses. */
static enum gic_error access_error(const struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset,
                                   unsigned size)
{
    if (cpu >= g->cfg.cpus)
        return GIC_ERR_CPU;
    if ((unsigned)frame >= GIC_NFRAMES)
        return GIC_ERR_OFFSET;
    unsigned reg = regs_find(g, frame, offset).reg;
    if (reg == NO_REG)
        return GIC_ERR_OFFSET;
    bool width_ok = (size == 1 || size == 4) && offset % size == 0 && regs_row(frame, reg)->widths & size;
    return width_ok ? GIC_ERR_ACCESS : GIC_ERR_WIDTH;
}

/* What lies where an access goes, NO_REG and nothing allowed if it is not to be had that way. */
static struct reg_word access_find(const struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset,
                                   unsigned size, bool write)
{
    struct reg_word none = {.reg = NO_REG, .allowed = 0};
    bool shape_ok = (size == 4 && offset % 4 == 0) || size == 1;
    if (cpu >= g->cfg.cpus || (unsigned)frame >= GIC_NFRAMES || !shape_ok)
        return none;
    struct reg_word word = regs_find(g, frame, offset);
    return word.allowed & reg_access_bit(write, size) ? word : none;
}

/*
 * The short way to a register: accesses of whole words that are in the map, have a CPU, and a view that does
 * not depend on the security state; *reg is the row. False: the access has to go the long way.
 */
static inline bool access_fast(const struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset, unsigned size,
                               bool write, unsigned *reg)
{
    if (cpu >= g->cfg.cpus || (unsigned)frame >= GIC_NFRAMES || size != 4 || offset % 4 != 0 ||
        offset >= reg_places[frame].size)
        return false;
    struct reg_word word = g->reg_map[reg_places[frame].base + offset / 4];
    *reg = word.reg;
    return word.allowed & reg_access_bit(write, 4) << REG_DIRECT_SHIFT;
}

/* Is the view of the access the one of the table? Else it is a Non-secure one of two states. */
static bool access_direct(struct reg_word word, enum gic_sec sec)
{
    return sec == GIC_SECURE || word.allowed >> REG_DIRECT_SHIFT;
}

/* The value of a register, without side effects. */
static KEEP_OUT uint32_t frame_read(const struct gic *g, unsigned cpu, enum gic_frame frame, unsigned reg,
                                    uint32_t offset, unsigned size)
{
    switch (frame) {
    case GIC_DIST:
        return dist_read(g, cpu, (enum dist_reg)reg, offset, size);
    case GIC_CPU:
        return cpuif_read(g, cpu, (enum cpu_reg)reg, offset);
    case GIC_HYP:
        return hyp_read(g, cpu, (enum hyp_reg)reg, offset);
    case GIC_VCPU:
        return vcpuif_read(g, cpu, (enum vcpu_reg)reg, offset);
    case GIC_NFRAMES:
        break;
    }
    return 0;
}

/* Only the acknowledge registers have a side effect on reads (4.4.4, 5.5.4). */
static inline uint32_t access_read(struct gic *g, unsigned cpu, enum gic_frame frame, unsigned reg, uint32_t offset,
                                   unsigned size)
{
    g->reg_reads[frame][reg]++;
    uint32_t value;
    if (frame == GIC_CPU && (reg == CPU_IAR || reg == CPU_AIAR))
        value = cpuif_acknowledge(g, cpu, reg == CPU_AIAR);
    else if (frame == GIC_VCPU && (reg == VCPU_IAR || reg == VCPU_AIAR))
        value = vcpuif_acknowledge(g, cpu, reg == VCPU_AIAR);
    else
        return frame_read(g, cpu, frame, reg, offset, size);
    settle(g);
    return value;
}

static inline void access_write(struct gic *g, unsigned cpu, enum gic_frame frame, unsigned reg, uint32_t offset,
                                unsigned size, uint32_t value)
{
    g->reg_writes[frame][reg]++;
    switch (frame) {
    case GIC_DIST:
        dist_write(g, cpu, (enum dist_reg)reg, offset, size, value);
        break;
    case GIC_CPU:
        cpuif_write(g, cpu, (enum cpu_reg)reg, offset, value);
        break;
    case GIC_HYP:
        hyp_write(g, cpu, (enum hyp_reg)reg, offset, value);
        break;
    case GIC_VCPU:
        vcpuif_write(g, cpu, (enum vcpu_reg)reg, offset, value);
        break;
    case GIC_NFRAMES:
        break;
    }
    settle(g);
}

/* The long way: bytes, GICC_DIR and GICV_DIR, mistakes, and with two security states GICD and GICC. */
static KEEP_OUT uint32_t slow_read(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                                   unsigned size)
{
    struct reg_word word = access_find(g, cpu, frame, offset, size, false);
    if (word.reg == NO_REG) {
        g->stats.errors[access_error(g, cpu, frame, offset, size)]++;
        return 0;
    }
    if (access_direct(word, sec))
        return access_read(g, cpu, frame, word.reg, offset, size);
    if (regs_row(frame, word.reg)->secure_only) {
        g->stats.errors[GIC_ERR_SECURE]++;
        return 0;
    }
    g->reg_reads[frame][word.reg]++;
    if (frame != GIC_CPU || word.reg != CPU_IAR)
        return nonsecure_read(g, cpu, frame, word.reg, offset, size);
    /* Group 1 or 1023, as a Secure reader gets it from GICC_AIAR (4.4.4). */
    uint32_t value = cpuif_acknowledge(g, cpu, true);
    settle(g);
    return value;
}

static KEEP_OUT void slow_write(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                                unsigned size, uint32_t value)
{
    struct reg_word word = access_find(g, cpu, frame, offset, size, true);
    if (word.reg == NO_REG) {
        g->stats.errors[access_error(g, cpu, frame, offset, size)]++;
    } else if (access_direct(word, sec)) {
        access_write(g, cpu, frame, word.reg, offset, size, value);
    } else if (regs_row(frame, word.reg)->secure_only) {
        g->stats.errors[GIC_ERR_SECURE]++;
    } else {
        g->reg_writes[frame][word.reg]++;
        nonsecure_write(g, cpu, frame, word.reg, offset, size, value);
        settle(g);
    }
}

/* The entry points with and without a security state are the same code, so what proves one proves the other. */
static inline uint32_t any_read(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                                unsigned size)
{
    unsigned reg;
    if (access_fast(g, cpu, frame, offset, size, false, &reg))
        return access_read(g, cpu, frame, reg, offset, size);
    return slow_read(g, cpu, sec, frame, offset, size);
}

static inline void any_write(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                             unsigned size, uint32_t value)
{
    unsigned reg;
    if (access_fast(g, cpu, frame, offset, size, true, &reg))
        access_write(g, cpu, frame, reg, offset, size, value);
    else
        slow_write(g, cpu, sec, frame, offset, size, value);
}

uint32_t gic_read(struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset, unsigned size)
{
    return any_read(g, cpu, GIC_NONSECURE, frame, offset, size);
}

void gic_write(struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset, unsigned size, uint32_t value)
{
    any_write(g, cpu, GIC_NONSECURE, frame, offset, size, value);
}

uint32_t gic_peek(const struct gic *g, unsigned cpu, enum gic_frame frame, uint32_t offset, unsigned size)
{
    return gic_peek_sec(g, cpu, GIC_NONSECURE, frame, offset, size);
}

uint32_t gic_read_sec(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                      unsigned size)
{
    return any_read(g, cpu, sec, frame, offset, size);
}

void gic_write_sec(struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset, unsigned size,
                   uint32_t value)
{
    any_write(g, cpu, sec, frame, offset, size, value);
}

uint32_t gic_peek_sec(const struct gic *g, unsigned cpu, enum gic_sec sec, enum gic_frame frame, uint32_t offset,
                      unsigned size)
{
    struct reg_word word = access_find(g, cpu, frame, offset, size, false);
    if (word.reg == NO_REG)
        return 0;
    if (access_direct(word, sec))
        return frame_read(g, cpu, frame, word.reg, offset, size);
    return regs_row(frame, word.reg)->secure_only ? 0 : nonsecure_read(g, cpu, frame, word.reg, offset, size);
}

void gic_set_spi(struct gic *g, uint32_t intid, bool level)
{
    if (intid - NUM_PRIVATE >= g->cfg.spis) {
        g->stats.errors[GIC_ERR_INTID]++;
        return;
    }
    irq_set_line(g, slot_of_spi(intid), level);
    settle(g);
}

void gic_set_ppi(struct gic *g, unsigned cpu, uint32_t intid, bool level)
{
    /* The wire of the maintenance interrupt has its driver inside. */
    if (cpu >= g->cfg.cpus || intid < NUM_SGIS || intid >= NUM_PRIVATE || intid == g->cfg.maint_ppi) {
        g->stats.errors[GIC_ERR_INTID]++;
        return;
    }
    irq_set_line(g, slot_of(cpu, intid), level);
    settle(g);
}

bool gic_output(const struct gic *g, unsigned cpu, enum gic_pin pin)
{
    return cpu < g->cfg.cpus && (unsigned)pin < GIC_NPINS && g->cpu[cpu].pins >> pin & 1;
}

uint32_t gic_state(const struct gic *g, unsigned cpu, uint32_t intid)
{
    uint32_t slot = cpu < g->cfg.cpus || intid >= NUM_PRIVATE ? slot_find(g, cpu, intid) : NO_SLOT;
    return slot == NO_SLOT ? 0 : irq_state(g, slot);
}

/* From now on: what is pending to be reported of it counts from the present state. */
void gic_watch(struct gic *g, uint32_t intid, bool on)
{
    unsigned banks = intid < NUM_PRIVATE ? g->cfg.cpus : 1;
    for (unsigned cpu = 0; cpu < banks; cpu++) {
        uint32_t slot = slot_find(g, cpu, intid);
        if (slot == NO_SLOT)
            continue;
        uint32_t bit = bit32(slot % 32);
        if (on)
            g->watch[slot / 32] |= bit;
        else
            g->watch[slot / 32] &= ~bit;
        g->reported[slot] = (uint8_t)irq_state(g, slot);
    }
}
