/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.c - register accesses as text ("GICH W LR0 0x1a000022"), and lists of them as expectations.
 */
#include "internal.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <trapline/gic_regs.h>

static const char *const frame_names[GIC_NFRAMES] = {"GICD", "GICC", "GICH", "GICV"};

/* A register, or an array of them with a number behind the name. */
struct reg {
    const char *name;
    uint32_t offset, count;
};

static const struct reg dist_regs[] = {
    {"CTLR", GICD_CTLR, 1},
    {"TYPER", GICD_TYPER, 1},
    {"IIDR", GICD_IIDR, 1},
    {"IGROUPR", GICD_IGROUPR, 32},
    {"ISENABLER", GICD_ISENABLER, 32},
    {"ICENABLER", GICD_ICENABLER, 32},
    {"ISPENDR", GICD_ISPENDR, 32},
    {"ICPENDR", GICD_ICPENDR, 32},
    {"ISACTIVER", GICD_ISACTIVER, 32},
    {"ICACTIVER", GICD_ICACTIVER, 32},
    {"IPRIORITYR", GICD_IPRIORITYR, 255},
    {"ITARGETSR", GICD_ITARGETSR, 255},
    {"ICFGR", GICD_ICFGR, 64},
    {"PPISR", GICD_PPISR, 1},
    {"SPISR", GICD_SPISR, 31},
    {"NSACR", GICD_NSACR, 64},
    {"SGIR", GICD_SGIR, 1},
    {"CPENDSGIR", GICD_CPENDSGIR, 4},
    {"SPENDSGIR", GICD_SPENDSGIR, 4},
    {NULL, 0, 0},
};
/* GICC and GICV have the same layout (5.5). */
static const struct reg cpu_regs[] = {
    {"CTLR", GICC_CTLR, 1},   {"PMR", GICC_PMR, 1},     {"BPR", GICC_BPR, 1},       {"IAR", GICC_IAR, 1},
    {"EOIR", GICC_EOIR, 1},   {"RPR", GICC_RPR, 1},     {"HPPIR", GICC_HPPIR, 1},   {"ABPR", GICC_ABPR, 1},
    {"AIAR", GICC_AIAR, 1},   {"AEOIR", GICC_AEOIR, 1}, {"AHPPIR", GICC_AHPPIR, 1}, {"APR", GICC_APR, 4},
    {"NSAPR", GICC_NSAPR, 4}, {"IIDR", GICC_IIDR, 1},   {"DIR", GICC_DIR, 1},       {NULL, 0, 0},
};
static const struct reg hyp_regs[] = {
    {"HCR", GICH_HCR, 1},   {"VTR", GICH_VTR, 1},   {"VMCR", GICH_VMCR, 1},
    {"MISR", GICH_MISR, 1}, {"EISR", GICH_EISR, 2}, {"ELRSR", GICH_ELRSR, 2},
    {"APR", GICH_APR, 1},   {"LR", GICH_LR, 64},    {NULL, 0, 0},
};
static const struct reg *const frame_regs[GIC_NFRAMES] = {dist_regs, cpu_regs, hyp_regs, cpu_regs};

static void reg_text(unsigned frame, uint32_t offset, char *buf, size_t n)
{
    for (const struct reg *r = frame < GIC_NFRAMES ? frame_regs[frame] : NULL; r && r->name; r++) {
        if (offset < r->offset || offset >= r->offset + 4 * r->count || offset % 4)
            continue;
        if (r->count == 1)
            snprintf(buf, n, "%s", r->name);
        else
            snprintf(buf, n, "%s%" PRIu32, r->name, (offset - r->offset) / 4);
        return;
    }
    snprintf(buf, n, "+0x%" PRIx32, offset);
}

void scenario_access_text(const struct machine_access *a, char *buf, size_t n)
{
    char reg[24];

    reg_text(a->frame, a->offset, reg, sizeof reg);
    snprintf(buf, n, "%s %c %s 0x%" PRIx32, a->frame < GIC_NFRAMES ? frame_names[a->frame] : "?",
             a->is_write ? 'W' : 'R', reg, a->value);
}

static int frame_find(const char *word)
{
    for (int i = 0; i < GIC_NFRAMES; i++)
        if (!strcmp(word, frame_names[i]))
            return i;
    return -1;
}

/* Whether a register name exists in a frame. */
static bool reg_known(unsigned frame, const char *word, struct text_nearest *near)
{
    char name[24];

    if (word[0] == '+')
        return true;
    for (const struct reg *r = frame_regs[frame]; r->name; r++) {
        for (uint32_t i = 0; i < r->count; i++) {
            reg_text(frame, r->offset + 4 * i, name, sizeof name);
            if (!strcmp(name, word))
                return true;
        }
        text_nearest_try(near, r->name);
    }
    return false;
}

/* "GICC R IAR 0x24" */
static void decode_line(struct decoder *d, const struct f_str *s, struct access_line *out)
{
    static const char help[] = "frame, R or W, register, value: GICC R IAR 0x24, GICH R ELRSR0 *";
    char word[4][24];
    struct text_nearest near;
    uint64_t value = 0;
    char extra;
    int n = sscanf(s->v, "%23s %23s %23s %23s %c", word[0], word[1], word[2], word[3], &extra), frame;

    out->text = s->v;
    out->at = s->h.at;
    if (n != 4 || (strcmp(word[1], "R") && strcmp(word[1], "W"))) {
        diag_add(d->diags, s->h.at, help, "this is no register access");
        return;
    }
    frame = frame_find(word[0]);
    if (frame < 0) {
        diag_add(d->diags, s->h.at, "GICD, GICC, GICH or GICV", "there is no register frame '%s'", word[0]);
        return;
    }
    text_nearest_start(&near, word[2]);
    if (!reg_known((unsigned)frame, word[2], &near)) {
        const char *best = text_nearest_found(&near);
        diag_add(d->diags, s->h.at, best ? arena_printf(d->arena, "did you mean '%s'?", best) : NULL,
                 "%s has no register '%s'", word[0], word[2]);
        return;
    }
    out->any = !strcmp(word[3], "*");
    if (!out->any && (text_uint(word[3], &value) != TEXT_OK || value > UINT32_MAX)) {
        diag_add(d->diags, s->h.at, "a number of 32 bits, or * for any value", "'%s' is no register value", word[3]);
        return;
    }
    out->frame = (unsigned)frame;
    out->is_write = word[1][0] == 'W';
    out->reg = arena_strdup(d->arena, word[2]);
    out->value = (uint32_t)value;
}

static void decode_frames(struct decoder *d, const struct model_accesses *m, struct access_list *out)
{
    const struct f_str *f = m->frames.v;

    out->frames = m->frames.n ? 0 : (1u << GIC_NFRAMES) - 1;
    for (size_t i = 0; i < m->frames.n; i++) {
        int frame = frame_find(f[i].v);
        if (frame < 0)
            diag_add(d->diags, f[i].h.at, "GICD, GICC, GICH or GICV", "there is no register frame '%.20s'", f[i].v);
        else
            out->frames |= 1u << frame;
    }
}

/* The interrupt that is meant must be one that the traffic raises. */
static void check_occurrence(struct decoder *d, const struct machine_config *cfg, int device, const struct f_uint *nth)
{
    uint64_t raised = 0;

    for (size_t i = 0; i < cfg->ntraffic; i++)
        if (cfg->traffic[i].device == (unsigned)device)
            raised += cfg->traffic[i].count;
    if (nth->v > raised)
        diag_add(d->diags, nth->h.at, NULL, "the device raises %llu interrupt%s only", (unsigned long long)raised,
                 raised == 1 ? "" : "s");
}

const struct access_list *access_decode(struct decoder *d, struct scenario *s, const struct node *n)
{
    struct model_accesses *m = arena_alloc(d->arena, sizeof *m);
    struct access_list *out = arena_alloc(d->arena, sizeof *out);
    struct access_line *line;
    const struct f_str *list;
    size_t before = d->diags->count;
    int mode = 0, device;

    decode_map(d, &model_accesses_table, n, m);
    if (d->diags->count != before)
        return NULL;
    if (m->mode.h.given)
        mode = scenario_mode_find(s, m->mode.v);
    else if (s->nmodes > 1)
        diag_add(d->diags, n->at, "mode: NAME", "this access list must say which mode is meant");
    if (mode < 0) {
        diag_add(d->diags, m->mode.h.at, NULL, "there is no mode '%.40s'", m->mode.v);
        return NULL;
    }
    device = model_device_find(&s->mode[mode].model, m->device.v);
    if (device < 0)
        diag_add(d->diags, m->device.h.at, NULL, "there is no device '%.40s'", m->device.v);
    else
        check_occurrence(d, &s->mode[mode].config, device, &m->occurrence);
    if (m->cpu.v >= s->mode[mode].model.platform.cpus.v)
        diag_add(d->diags, m->cpu.h.at, NULL, "the platform has CPUs 0 to %llu",
                 (unsigned long long)s->mode[mode].model.platform.cpus.v - 1);
    decode_frames(d, m, out);
    list = m->list.v;
    line = arena_alloc(d->arena, m->list.n * sizeof *line);
    for (size_t i = 0; i < m->list.n; i++)
        decode_line(d, &list[i], &line[i]);
    *out = (struct access_list){.mode = (size_t)mode,
                                .device = (unsigned)device,
                                .cpu = (unsigned)m->cpu.v,
                                .occurrence = m->occurrence.v,
                                .frames = out->frames,
                                .line = line,
                                .n = m->list.n};
    return d->diags->count == before ? out : NULL;
}

static bool same_watch(const struct access_list *a, const struct access_list *b)
{
    return a->mode == b->mode && a->device == b->device && a->cpu == b->cpu && a->occurrence == b->occurrence;
}

static bool line_matches(const struct access_line *l, const struct machine_access *a)
{
    char reg[24];

    reg_text(a->frame, a->offset, reg, sizeof reg);
    return l->frame == a->frame && l->is_write == a->is_write && !strcmp(l->reg, reg) &&
           (l->any || l->value == a->value);
}

static bool compare(struct scenario *s, const struct access_list *l, const struct machine *m, const char **got)
{
    const struct machine_access *a;
    size_t count, k = 0;
    char text[64];

    a = machine_accesses(m, &count);
    for (size_t i = 0; i < count; i++) {
        if (!(l->frames >> a[i].frame & 1))
            continue;
        scenario_access_text(&a[i], text, sizeof text);
        if (k == l->n) {
            *got = arena_printf(&s->arena, "a further access after the %zu listed: %s", k, text);
            return false;
        }
        if (!line_matches(&l->line[k], &a[i])) {
            *got = arena_printf(&s->arena, "access %zu is %s, not %s (line %u)", k + 1, text, l->line[k].text,
                                l->line[k].at.line + 1);
            return false;
        }
        k++;
    }
    if (k < l->n) {
        *got = arena_printf(&s->arena, "%zu accesses instead of %zu: %s is missing (line %u)", k, l->n, l->line[k].text,
                            l->line[k].at.line + 1);
        return false;
    }
    *got = arena_printf(&s->arena, "%zu accesses", k);
    return true;
}

bool access_compare(struct scenario *s, const struct access_list *l, const char **got)
{
    const struct mode *m = &s->mode[l->mode];
    struct machine *again = NULL;
    bool ok = false;

    /* One run records one interrupt of one device; runs are deterministic, so another one can be had. */
    for (size_t i = 0; i < s->nexpect; i++) {
        const struct access_list *first = s->expect[i].access;
        if (first && first->mode == l->mode) {
            if (same_watch(first, l))
                return compare(s, l, m->machine, got);
            break;
        }
    }
    *got = "the run could not be repeated to record it";
    if (!machine_new(&m->config, &again, NULL, 0) && !machine_watch_accesses(again, l->device, l->occurrence, l->cpu) &&
        !machine_run(again))
        ok = compare(s, l, again, got);
    machine_free(again);
    return ok;
}
