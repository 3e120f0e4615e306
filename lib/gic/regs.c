/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regs.c - the register tables of the four frames, built from the .def files, and what is asserted of them.
 */
#include "internal.h"
#include "fields.def"

enum { W8 = 1, W32 = 4, RO = GIC_RO, WO = GIC_WO, RW = GIC_RW, BOTH = 0, SECURE = 1 };

/* The lists of fields as arrays; a register without fields has the one of NO_FIELDS. */
#define FIELD_ROW(reg, name, msb, lsb, about) {#name, msb, lsb, about},
#define FIELD_ARRAY(fields)                   static const struct gic_field fields##_rows[] = {fields(FIELD_ROW){NULL, 0, 0, NULL}};
FIELD_ARRAY(NO_FIELDS)
GIC_FIELD_LISTS(FIELD_ARRAY)

/* One row and its fields. */
struct table_row {
    struct gic_register reg;
    const struct gic_field *fields; /* the last one has no name */
};
#define STR(name) #name
#define ROW(prefix, name, first, end, bits, widths, access, states, reset, about, fields)                              \
    {                                                                                                                  \
        {STR(prefix##_##name), first, end, bits, widths, access, states, reset, about}, fields##_rows                  \
    }
#define REG(n, f, e, b, w, a, s, r, t, l) ROW(GICD, n, f, e, b, w, a, s, r, t, l),
static const struct table_row dist_rows[] = {
#include "dist_regs.def"
};
#undef REG
#define REG(n, f, e, b, w, a, s, r, t, l) ROW(GICC, n, f, e, b, w, a, s, r, t, l),
static const struct table_row cpu_rows[] = {
#include "cpu_regs.def"
};
#undef REG
#define REG(n, f, e, b, w, a, s, r, t, l) ROW(GICH, n, f, e, b, w, a, s, r, t, l),
static const struct table_row hyp_rows[] = {
#include "hyp_regs.def"
};
#undef REG
#define REG(n, f, e, b, w, a, s, r, t, l) ROW(GICV, n, f, e, b, w, a, s, r, t, l),
static const struct table_row vcpu_rows[] = {
#include "vcpu_regs.def"
};
#undef REG

/*
 * For each row: it is a whole number of words, gic_regs.h has the same offset under the same name, and it
 * does not begin before the row above it ends. An enumerator without a value is one more than the one
 * before it, so AFTER_name is the end of the row above.
 */
#define ROW_OK(after, constant, f, e) ((f) < (e) && (f) % 4 == 0 && (e) % 4 == 0 && (after) <= (f) && (constant) == (f))

#define REG(n, f, e, ...) DIST_AFTER_##n, DIST_LAST_##n = (e)-1,
enum {
#include "dist_regs.def"
};
#undef REG
#define REG(n, f, e, ...) _Static_assert(ROW_OK(DIST_AFTER_##n, GICD_##n, f, e), "GICD_" #n);
#include "dist_regs.def"
#undef REG
#define REG(n, f, e, ...) CPU_AFTER_##n, CPU_LAST_##n = (e)-1,
enum {
#include "cpu_regs.def"
};
#undef REG
#define REG(n, f, e, ...) _Static_assert(ROW_OK(CPU_AFTER_##n, GICC_##n, f, e), "GICC_" #n);
#include "cpu_regs.def"
#undef REG
#define REG(n, f, e, ...) HYP_AFTER_##n, HYP_LAST_##n = (e)-1,
enum {
#include "hyp_regs.def"
};
#undef REG
#define REG(n, f, e, ...) _Static_assert(ROW_OK(HYP_AFTER_##n, GICH_##n, f, e), "GICH_" #n);
#include "hyp_regs.def"
#undef REG
#define REG(n, f, e, ...) VCPU_AFTER_##n, VCPU_LAST_##n = (e)-1,
enum {
#include "vcpu_regs.def"
};
#undef REG
#define REG(n, f, e, ...) _Static_assert(ROW_OK(VCPU_AFTER_##n, GICV_##n, f, e), "GICV_" #n);
#include "vcpu_regs.def"
#undef REG

/* Fields: the mask in gic_regs.h is the one of the bit numbers; no bit counts twice, or the sum differs. */
#define MASK(msb, lsb)                         ((0xffffffffu >> (31 - (msb))) & (0xffffffffu << (lsb)))
#define FIELD_SAME(reg, name, msb, lsb, about) _Static_assert((reg##_##name) == MASK(msb, lsb), #reg "_" #name);
#define FIELD_SUM(reg, name, msb, lsb, about)  +(uint64_t)MASK(msb, lsb)
#define FIELD_OR(reg, name, msb, lsb, about)   | MASK(msb, lsb)
#define CHECK_FIELDS(fields)                                                                                           \
    fields(FIELD_SAME) _Static_assert((0 fields(FIELD_SUM)) == (uint64_t)(0u fields(FIELD_OR)), #fields " overlap");
GIC_FIELD_LISTS(CHECK_FIELDS)

_Static_assert(DIST_NREGS <= MAX_REGS && CPU_NREGS <= MAX_REGS && HYP_NREGS <= MAX_REGS && VCPU_NREGS <= MAX_REGS,
               "the counters of struct gic have room for every row");

static const struct {
    const struct table_row *rows;
    unsigned count;
} tables[GIC_NFRAMES] = {
    [GIC_DIST] = {dist_rows, DIST_NREGS},
    [GIC_CPU] = {cpu_rows, CPU_NREGS},
    [GIC_HYP] = {hyp_rows, HYP_NREGS},
    [GIC_VCPU] = {vcpu_rows, VCPU_NREGS},
};

unsigned gic_reg_count(enum gic_frame frame)
{
    return (unsigned)frame < GIC_NFRAMES ? tables[frame].count : 0;
}

bool gic_reg_info(enum gic_frame frame, unsigned index, struct gic_register *out)
{
    if (index >= gic_reg_count(frame))
        return false;
    *out = tables[frame].rows[index].reg;
    return true;
}

unsigned gic_field_count(enum gic_frame frame, unsigned reg)
{
    unsigned n = 0;
    if (reg < gic_reg_count(frame))
        while (tables[frame].rows[reg].fields[n].name)
            n++;
    return n;
}

bool gic_field_info(enum gic_frame frame, unsigned reg, unsigned index, struct gic_field *out)
{
    if (index >= gic_field_count(frame, reg))
        return false;
    *out = tables[frame].rows[reg].fields[index];
    return true;
}

const struct gic_register *regs_row(enum gic_frame frame, unsigned reg)
{
    return &tables[frame].rows[reg].reg;
}

_Static_assert(REG_MAP_SIZE == 0x4c0 + 0x100 / 4, "the map ends with GICV");

/*
 * A row as the map keeps it: all the answers an access needs, in two bytes. With two security states the
 * Non-secure view of GICD and GICC is another one, so the plain calls have to take the long way (gic.c).
 */
static struct reg_word reg_word(const struct gic *g, enum gic_frame frame, unsigned reg)
{
    const struct gic_register *row = regs_row(frame, reg);
    struct reg_word word = {.reg = (uint8_t)reg};
    for (unsigned size = 1; size <= 4; size += 3) {
        if (!(row->widths & size))
            continue;
        if (row->access != GIC_WO)
            word.allowed |= (uint8_t)reg_access_bit(false, size);
        if (row->access != GIC_RO)
            word.allowed |= (uint8_t)reg_access_bit(true, size);
    }
    bool same_view = !g->cfg.security || frame == GIC_HYP || frame == GIC_VCPU;
    if (same_view)
        word.allowed |= (uint8_t)(word.allowed << REG_DIRECT_SHIFT);
    return word;
}

void regs_build_map(struct gic *g)
{
    for (unsigned i = 0; i < REG_MAP_SIZE; i++)
        g->reg_map[i] = (struct reg_word){.reg = NO_REG};
    for (unsigned frame = 0; frame < GIC_NFRAMES; frame++) {
        for (unsigned i = 0; i < tables[frame].count; i++) {
            const struct gic_register *row = regs_row((enum gic_frame)frame, i);
            for (uint32_t o = row->first; o < row->end && o < reg_places[frame].size; o += 4)
                g->reg_map[reg_places[frame].base + o / 4] = reg_word(g, (enum gic_frame)frame, i);
        }
    }
}

/* GICC_DIR and GICV_DIR, which the map does not hold. */
struct reg_word regs_find_dir(const struct gic *g, enum gic_frame frame, uint32_t offset)
{
    if (offset / 4 == GICC_DIR / 4 && frame == GIC_CPU)
        return reg_word(g, frame, CPU_DIR);
    if (offset / 4 == GICV_DIR / 4 && frame == GIC_VCPU)
        return reg_word(g, frame, VCPU_DIR);
    return (struct reg_word){.reg = NO_REG};
}
