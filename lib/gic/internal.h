/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the state of one GIC and what its parts offer each other.
 *
 * How a change travels: a register write or a wire changes bits of an interrupt; irq_update() decides
 * which CPUs it is now a candidate for and keeps their summaries (select.c); the CPUs concerned are marked
 * dirty; settle() at the end of every entry point computes the output wires of the dirty CPUs and reports
 * what differs. So between entry points nothing is stale, and reading never has to compute anything.
 *
 * Interrupts live in slots: 32 for each of eight CPUs (SGIs and PPIs are banked), then the SPIs. Every
 * state that is one bit wide is a bit map over the slots, so that a word of GICD_ISENABLER and its kin is
 * a word of the map.
 */
#ifndef TRAPLINE_GIC_INTERNAL_H
#define TRAPLINE_GIC_INTERNAL_H

#include "bits.h"
#include <trapline/gic.h>
#include <trapline/gic_regs.h>

#define NUM_SGIS     16u
#define NUM_PRIVATE  32u   /* SGIs and PPIs of one CPU */
#define NUM_IDS      1020u /* 1020 to 1023 are special (2.2.1) */
#define VIEW_WORDS   32u   /* words of INTIDs as one CPU sees them */
#define SLOT_WORDS   (GIC_MAX_CPUS + VIEW_WORDS - 1)
#define SLOTS        (SLOT_WORDS * 32u)
#define SGI_BITS     0x0000ffffu
#define PPI_BITS     0xffff0000u
#define NO_SLOT      UINT32_MAX
#define PRIO_IDLE    0x100u               /* below every priority: no interrupt is active */
#define MAX_LEVELS   256u                 /* priorities with prio_bits = 8 */
#define APR_WORDS    4u                   /* up to 128 preemption levels */
#define VPRIO_LEVELS 32u                  /* 2 to the power of GIC_VPRIO_BITS */
#define VPRIO_SHIFT  3u                   /* 8 - GIC_VPRIO_BITS */
#define MIN_VBPR     (7 - GIC_VPRIO_BITS) /* least GICV_BPR; GICV_ABPR: one more */
#define LR_WRITABLE  0xff8fffffu
/* Bits that hold state in GICV_CTLR and GICH_HCR. */
#define VCTLR_BITS 0x0000021fu
#define HCR_BITS   (GICH_HCR_EOICount | 0x000000ffu)
#define VPMR_BITS  0xf8u
#define NO_LR      UINT32_MAX

/* Registers, one enumerator per row: DIST_CTLR, CPU_IAR, HYP_HCR, VCPU_DIR ... */
#define REG(name, ...) DIST_##name,
enum dist_reg {
#include "dist_regs.def"
    DIST_NREGS
};
#undef REG
#define REG(name, ...) CPU_##name,
enum cpu_reg {
#include "cpu_regs.def"
    CPU_NREGS
};
#undef REG
#define REG(name, ...) HYP_##name,
enum hyp_reg {
#include "hyp_regs.def"
    HYP_NREGS
};
#undef REG
#define REG(name, ...) VCPU_##name,
enum vcpu_reg {
#include "vcpu_regs.def"
    VCPU_NREGS
};
#undef REG
#define MAX_REGS     32u /* rows of the longest table, rounded up */
#define NO_REG       0xffu
#define REG_MAP_SIZE 0x500u /* words of all frames, see regs.c */

/*
 * A candidate in one number that orders candidates: the lower, the more urgent; among equal priorities the
 * lower INTID. Bits 19:11 priority, 10:1 INTID, 0 group.
 */
#define RANK_PRIO_SHIFT 11
#define RANK_NONE       rank_make(PRIO_IDLE, GIC_SPURIOUS, 0)
static inline uint32_t rank_make(uint32_t prio, uint32_t intid, unsigned group)
{
    return prio << RANK_PRIO_SHIFT | intid << 1 | group;
}
static inline uint32_t rank_prio(uint32_t rank)
{
    return rank >> RANK_PRIO_SHIFT;
}
static inline uint32_t rank_intid(uint32_t rank)
{
    return rank >> 1 & 0x3ff;
}
static inline unsigned rank_group(uint32_t rank)
{
    return rank & 1;
}
/* Candidates of one level and group are one kind: the index of struct selector.words. */
static inline unsigned rank_kind(uint32_t rank, unsigned prio_shift)
{
    return (rank >> (RANK_PRIO_SHIFT + prio_shift)) << 1 | (rank & 1);
}

/*
 * Candidates of one CPU: enabled, pending, not active, routed here. A level is a priority without its
 * unimplemented low bits; level and group together are a kind, 2 * level + group. The tables go from the
 * kind to the word to the bit, so the first candidate is found in a fixed number of steps whatever the
 * number of interrupts.
 */
struct selector {
    uint32_t best;                       /* rank of the first one of a forwarded group, or RANK_NONE */
    bool best_gone;                      /* best has to be found again before it is used */
    uint64_t kinds[2 * MAX_LEVELS / 64]; /* which of words are not 0 */
    uint32_t set[VIEW_WORDS];            /* the candidates, by INTID */
    uint32_t words[2 * MAX_LEVELS];      /* by level and group: words of set with such a candidate */
};

/* GICC state of one CPU. */
struct cpuif {
    uint32_t ctlr;
    uint32_t mask_limit[2];     /* [group]: what GICC_PMR and the enable bit allow, as a limit */
    uint32_t limit[2];          /* [group]: candidates with a lower rank may interrupt the CPU now */
    uint32_t sub_mask[2];       /* [group]: subpriority bits by the binary point in force */
    uint32_t apr[2][APR_WORDS]; /* [group]: active preemption levels */
    uint32_t running;           /* most urgent active group priority, from apr; PRIO_IDLE: none */
    uint8_t pmr;
    uint8_t bpr, abpr;
};

/* GICH and GICV state of one CPU. The masks have one bit per list register. */
struct vif {
    uint32_t hcr;
    uint32_t ctlr; /* GICV_CTLR, and with the next three GICH_VMCR */
    uint8_t pmr;
    uint8_t bpr, abpr;
    uint32_t apr;
    uint32_t lr[GIC_MAX_LRS];
    uint64_t valid, active, ended; /* state not 0; active bit set; EOI maintenance due (GICH_EISR) */
    uint64_t ready[VPRIO_LEVELS];  /* pending and not active, by priority */
    uint32_t levels;               /* priorities with a ready list register */
};

/* All that belongs to one CPU. */
struct cpu {
    struct cpuif phys;
    uint8_t pins; /* output wires, one bit per enum gic_pin */
    struct selector sel;
    struct vif virt;
};

/*
 * What lies at one word of a frame: the row of its table and the accesses that are allowed, as
 * reg_access_bit; those that a plain call may make directly four places above.
 */
struct reg_word {
    uint8_t reg; /* or NO_REG */
    uint8_t allowed;
};
#define REG_DIRECT_SHIFT 4
/* Reads of 1 and 4 bytes, then writes. */
static inline uint32_t reg_access_bit(bool write, unsigned size)
{
    return (write ? 4u : 1u) << (size == 4);
}

/* What settle() has to look at again: GICC and GICV of each CPU, one bit each, and watched interrupts. */
#define DIRTY_PHYS       0x000000ffu
#define DIRTY_VIRT       0x0000ff00u
#define DIRTY_VIRT_SHIFT 8
#define DIRTY_WATCHED    0x00010000u

struct gic {
    struct gic_config cfg; /* with its defaults filled in */
    uint32_t cpu_mask;     /* the CPUs there are */
    uint32_t views;        /* words of INTIDs a CPU sees */
    uint8_t prio_shift;    /* 8 - prio_bits */
    uint8_t prio_mask;     /* implemented bits of a priority */
    uint8_t apr_shift;     /* from a priority to its bit in GICC_APR */
    uint8_t apr_words;     /* words of GICC_APR with any bit */
    uint8_t kind_words;    /* words of struct selector.kinds in use */
    uint8_t min_bpr;       /* least GICC_BPR; GICC_ABPR: one more */

    uint32_t ctlr;      /* GICD_CTLR: bit n forwards Group n */
    uint64_t forwarded; /* the same as a mask for struct selector.kinds */
    uint32_t exists[SLOT_WORDS];
    uint32_t group[SLOT_WORDS]; /* also in rank[] */
    uint32_t enabled[SLOT_WORDS];
    uint32_t latch[SLOT_WORDS]; /* pending by an edge, by software, or an SGI from any source */
    uint32_t line[SLOT_WORDS];
    uint32_t edge[SLOT_WORDS];
    uint32_t active[SLOT_WORDS];
    uint32_t plane[8][SLOT_WORDS]; /* bit b of the level of each slot: finds equals in a word at once */
    uint32_t rank[SLOTS];          /* priority, INTID and group of each slot */
    uint8_t target[SLOTS];         /* CPUs; for a banked slot its owner */
    uint8_t routed[SLOTS];         /* CPUs in whose selector it is */
    uint8_t sgi_sources[GIC_MAX_CPUS][NUM_SGIS];
    uint32_t nsacr[2][SLOT_WORDS]; /* lower and upper bit of each field of GICD_NSACR */

    struct cpu cpu[GIC_MAX_CPUS];

    uint32_t dirty; /* work left for settle(): DIRTY_PHYS, DIRTY_VIRT, DIRTY_WATCHED */

    uint32_t watch[SLOT_WORDS];
    uint32_t stale[SLOT_WORDS]; /* watched and changed since the last report */
    uint64_t stale_words;       /* words of stale that are not 0 */
    uint8_t reported[SLOTS];    /* GIC_ST_* as last reported, if watched */

    struct gic_counters stats;
    uint64_t reg_reads[GIC_NFRAMES][MAX_REGS];
    uint64_t reg_writes[GIC_NFRAMES][MAX_REGS];
    struct reg_word reg_map[REG_MAP_SIZE]; /* what lies at each word of the frames */
};

/* Word of the slot maps that holds word view (INTID / 32) as cpu sees it. */
static inline unsigned slot_word(unsigned cpu, unsigned view)
{
    return view == 0 ? cpu : GIC_MAX_CPUS - 1 + view;
}

static inline uint32_t slot_of(unsigned cpu, uint32_t intid)
{
    return slot_word(cpu, intid / 32) * 32 + intid % 32;
}

/* The same of an SPI, which is not banked. */
static inline uint32_t slot_of_spi(uint32_t intid)
{
    return intid + (GIC_MAX_CPUS - 1) * 32;
}

/* As slot_of, or NO_SLOT if this GIC has no such interrupt. */
static inline uint32_t slot_find(const struct gic *g, unsigned cpu, uint32_t intid)
{
    if (intid >= NUM_IDS)
        return NO_SLOT;
    uint32_t slot = slot_of(cpu, intid);
    return g->exists[slot / 32] >> slot % 32 & 1 ? slot : NO_SLOT;
}

static inline bool slot_is_private(uint32_t slot)
{
    return slot < GIC_MAX_CPUS * NUM_PRIVATE;
}

static inline uint32_t slot_intid(uint32_t slot)
{
    return slot_is_private(slot) ? slot % 32 : slot - (GIC_MAX_CPUS - 1) * 32;
}

static inline uint8_t slot_prio(const struct gic *g, uint32_t slot)
{
    return (uint8_t)rank_prio(g->rank[slot]);
}

static inline bool slot_test(const uint32_t *map, uint32_t slot)
{
    return map[slot / 32] >> slot % 32 & 1;
}

/* The pending state of a word of slots: latched, or level-sensitive with the input asserted (3.2.4). */
static inline uint32_t pending_word(const struct gic *g, unsigned word)
{
    return g->latch[word] | (g->line[word] & ~g->edge[word]);
}

/* Bits that hold state in GICC_CTLR: EOImodeNS with two security states only (4.4.1). */
static inline uint32_t cpuif_ctlr_bits(const struct gic *g)
{
    return g->cfg.security ? 0x7ffu : 0x3ffu;
}

/* Whose GICD_NSACR fields exist: not those of PPIs (4.3.14). */
static inline uint32_t nsacr_bits(const struct gic *g, unsigned word)
{
    if (!g->cfg.security || g->cfg.no_nsacr)
        return 0;
    return g->exists[word] & (word < GIC_MAX_CPUS ? SGI_BITS : UINT32_MAX);
}

/* Priority bits that decide about preemption with binary point bpr (3.3.3); 7: none. */
static inline uint32_t group_prio_mask(unsigned bpr)
{
    return 0xffu << (bpr + 1) & 0xffu;
}

/* May the best candidate interrupt the CPU now? */
static inline bool cpuif_interrupts(const struct cpu *cpu)
{
    return cpu->sel.best < cpu->phys.limit[rank_group(cpu->sel.best)];
}

/* GIC_IRQ or GIC_FIQ for the best candidate if it may interrupt the CPU now, as bits of enum gic_pin. */
static inline uint32_t cpuif_pins(const struct cpu *cpu)
{
    if (!cpuif_interrupts(cpu))
        return 0;
    return bit32(rank_group(cpu->sel.best) == 0 && cpu->phys.ctlr & GICC_CTLR_FIQEn ? GIC_FIQ : GIC_IRQ);
}

/* select.c - who is next */
void select_route(struct gic *g, uint32_t slot, uint32_t want);
uint32_t select_first(const struct gic *g, unsigned cpu);
uint64_t select_forwarded(uint32_t dist_ctlr);

/* dist.c - the state of physical interrupts */
uint32_t irq_level_word(const struct gic *g, unsigned word, unsigned level);
void irq_set_group(struct gic *g, uint32_t slot, unsigned group);
void irq_update_word(struct gic *g, unsigned word, uint32_t changed);
uint32_t irq_acknowledge(struct gic *g, unsigned cpu, uint32_t intid);
void irq_deactivate(struct gic *g, uint32_t slot);
void irq_set_priority(struct gic *g, uint32_t slot, uint8_t prio);
void irq_set_sgi_sources(struct gic *g, unsigned cpu, uint32_t sgi, uint32_t sources);
uint32_t irq_state(const struct gic *g, uint32_t slot);

/* dist_regs.c, cpuif.c, hyp.c, vcpuif.c - the frames. Reads have no side effect. */
uint32_t dist_read(const struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size);
void dist_write(struct gic *g, unsigned cpu, enum dist_reg reg, uint32_t offset, unsigned size, uint32_t value);
void dist_set_ctlr(struct gic *g, uint32_t value);
void dist_send_sgi(struct gic *g, unsigned cpu, enum gic_sec sec, uint32_t value);
uint32_t cpuif_read(const struct gic *g, unsigned cpu, enum cpu_reg reg, uint32_t offset);
uint32_t cpuif_acknowledge(struct gic *g, unsigned cpu, bool alias);
void cpuif_write(struct gic *g, unsigned cpu, enum cpu_reg reg, uint32_t offset, uint32_t value);
void cpuif_eoi_nonsecure(struct gic *g, unsigned cpu, uint32_t value);
void cpuif_dir(struct gic *g, unsigned cpu, uint32_t value, enum gic_sec sec);
uint32_t hyp_read(const struct gic *g, unsigned cpu, enum hyp_reg reg, uint32_t offset);
void hyp_write(struct gic *g, unsigned cpu, enum hyp_reg reg, uint32_t offset, uint32_t value);
uint32_t vcpuif_read(const struct gic *g, unsigned cpu, enum vcpu_reg reg, uint32_t offset);
uint32_t vcpuif_acknowledge(struct gic *g, unsigned cpu, bool alias);
void vcpuif_write(struct gic *g, unsigned cpu, enum vcpu_reg reg, uint32_t offset, uint32_t value);

/* nonsecure.c - GICD and GICC as Non-secure accesses see them when there are two security states */
uint32_t nonsecure_read(const struct gic *g, unsigned cpu, enum gic_frame frame, unsigned reg, uint32_t offset,
                        unsigned size);
void nonsecure_write(struct gic *g, unsigned cpu, enum gic_frame frame, unsigned reg, uint32_t offset, unsigned size,
                     uint32_t value);

/* Output wires these parts want, as bits of enum gic_pin. */
uint32_t vcpuif_pins(const struct gic *g, unsigned cpu);
uint32_t hyp_misr(const struct gic *g, unsigned cpu);
uint32_t cpuif_running(const struct gic *g, const struct cpuif *c);
uint32_t cpuif_sub_mask(const struct cpuif *c, unsigned group);
uint32_t cpuif_mask_limit(const struct cpuif *c, unsigned group);
uint32_t cpuif_limit(const struct cpuif *c, unsigned group);
void cpuif_changed(struct gic *g, unsigned cpu);
uint32_t apr_word_mask(const struct gic *g, unsigned n);

/* hyp.c - list registers */
void lr_set(struct gic *g, unsigned cpu, unsigned n, uint32_t value);
unsigned lr_first(const struct vif *v);

/* gic.c */
void reset_state(struct gic *g);
void rebuild(struct gic *g);

static inline void mark_virtual(struct gic *g, unsigned cpu)
{
    g->dirty |= bit32(DIRTY_VIRT_SHIFT + cpu);
}

/* Remembers that the bits of a watched interrupt may have changed. */
static inline void mark_watched(struct gic *g, uint32_t slot)
{
    g->stale[slot / 32] |= bit32(slot % 32);
    g->stale_words |= bit64(slot / 32);
    g->dirty |= DIRTY_WATCHED;
}

/*
 * To be called after every change of an interrupt. The oracle: an interrupt is a candidate on its target
 * CPUs while it is enabled, pending and not active. An interrupt that is active and pending waits for its
 * deactivation (3.2.4).
 */
static inline void irq_update(struct gic *g, uint32_t slot)
{
    unsigned w = slot / 32;
    uint32_t ready = pending_word(g, w) & g->enabled[w] & ~g->active[w];
    uint32_t want = ready >> slot % 32 & 1 ? g->target[slot] : 0;
    if (slot_test(g->watch, slot))
        mark_watched(g, slot);
    if (want != g->routed[slot]) /* last, so that callers can end with it */
        select_route(g, slot, want);
}

/* Only a rising edge latches; a level is looked at whenever it matters (3.2.4). */
static inline void irq_set_line(struct gic *g, uint32_t slot, bool level)
{
    unsigned w = slot / 32;
    uint32_t bit = bit32(slot % 32);
    if (!(g->line[w] & bit) == !level)
        return;
    g->line[w] ^= bit;
    if (level) {
        g->latch[w] |= g->edge[w] & bit;
        g->stats.asserted++;
    }
    irq_update(g, slot);
}

/* regs.c */

/*
 * The map has one entry for each word of a frame: 0x1000 bytes of GICD, 0x100 of GICC, 0x200 of GICH and
 * 0x100 of GICV. GICC_DIR and GICV_DIR, alone on their second page, are not in it.
 */
struct reg_place {
    uint16_t base; /* in reg_map */
    uint16_t size; /* bytes of the frame */
};
static const struct reg_place reg_places[GIC_NFRAMES] = {
    [GIC_DIST] = {0, 0x1000},
    [GIC_CPU] = {0x400, 0x100},
    [GIC_HYP] = {0x440, 0x200},
    [GIC_VCPU] = {0x4c0, 0x100},
};

void regs_build_map(struct gic *g);
struct reg_word regs_find_dir(const struct gic *g, enum gic_frame frame, uint32_t offset);
static inline struct reg_word regs_find(const struct gic *g, enum gic_frame frame, uint32_t offset)
{
    if (offset < reg_places[frame].size)
        return g->reg_map[reg_places[frame].base + offset / 4];
    return regs_find_dir(g, frame, offset);
}

const struct gic_register *regs_row(enum gic_frame frame, unsigned reg);

#endif
