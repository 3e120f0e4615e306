/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gtkw.c - the GTKWave save file: which signals, in which order, how shown, and where to look first.
 *
 * The order follows an interrupt: the line and its physical state, nIRQ, what the vCPU does, nVIRQ, the
 * virtual state, the maintenance interrupt. Devices and CPUs where nothing happens are left out; they are
 * in the VCD.
 */
#include "convert.h"

#include <inttypes.h>
#include <math.h>

/* Flags of a trace in a save file (GTKWave's analyzer.h). */
enum { GTKW_BIN = 0x28, GTKW_ASCII = 0x820, GTKW_COMMENT = 0x200 };

#define WINDOW_WIDTH  1400
#define WINDOW_HEIGHT 800
#define NAMES_WIDTH   220
/* Width of the waves, in the 200 pixels that are one time unit at zoom 0. */
#define FRAMES ((WINDOW_WIDTH - NAMES_WIDTH - 60) / 200.0)
/* The part of the first window that comes after the first interrupt, and before it. */
#define AFTER_PART  3u
#define BEFORE_PART 20u

static void put_signal(FILE *f, const struct view *v, struct scope_name scope, const struct signal *s, bool always)
{
    static const int flags[] = {
        [SIG_BIT] = GTKW_BIN,     [SIG_CODE] = GTKW_BIN,  [SIG_TEXT] = GTKW_ASCII,
        [SIG_CAUSE] = GTKW_ASCII, [SIG_EVENT] = GTKW_BIN,
    };

    if (!s->def || (!always && s->changes == 0))
        return;
    /* "+{name} signal" gives the signal a short name of its own. */
    (void)fprintf(f, "@%x\n+{%s %s} %s.%s.%s%s\n", (unsigned)flags[s->def->kind], scope.s, s->def->name, v->label,
                  scope.s, s->def->name, s->def->kind == SIG_CODE ? "[1:0]" : "");
}

static void put_vcpu(FILE *f, const struct view *v, uint32_t vcpu)
{
    for (unsigned k = 0; k < VCPU_SIGNALS; k++)
        put_signal(f, v, conv_numbered_scope("vcpu", vcpu), view_vcpu(v, vcpu, k), false);
}

/* A pCPU with the vCPUs that are pinned to it. */
static void put_cpu(FILE *f, const struct view *v, uint32_t cpu)
{
    const struct scope_name scope = conv_numbered_scope("cpu", cpu);

    put_signal(f, v, scope, view_cpu(v, cpu, CPU_NIRQ), false);
    for (uint32_t i = 0; i < v->info->vcpus; i++)
        if (v->info->pinned[i] == cpu)
            put_vcpu(f, v, i);
    put_signal(f, v, scope, view_cpu(v, cpu, CPU_NVIRQ), false);
}

static bool device_moves(const struct view *v, uint32_t dev)
{
    for (unsigned k = 0; k < DEV_SIGNALS; k++)
        if (view_dev(v, dev, k)->changes)
            return true;
    return false;
}

static void put_run(FILE *f, const struct view *v)
{
    (void)fprintf(f, "@%x\n-%s\n", (unsigned)GTKW_COMMENT, v->label);
    for (uint32_t d = 0; d < v->info->devices; d++) {
        put_signal(f, v, conv_dev_scope(v, d), view_dev(v, d, DEV_LINE), device_moves(v, d));
        put_signal(f, v, conv_dev_scope(v, d), view_dev(v, d, DEV_PHYS), device_moves(v, d));
    }
    for (uint32_t i = 0; i < v->info->pcpus; i++)
        put_cpu(f, v, i);
    for (uint32_t i = 0; i < v->info->vcpus; i++)
        if (v->info->pinned[i] >= v->info->pcpus)
            put_vcpu(f, v, i);
    for (uint32_t d = 0; d < v->info->devices; d++)
        put_signal(f, v, conv_dev_scope(v, d), view_dev(v, d, DEV_VIRT), device_moves(v, d));
    for (uint32_t i = 0; i < v->info->pcpus; i++)
        put_signal(f, v, conv_numbered_scope("cpu", i), view_cpu(v, i, CPU_MAINT), false);
}

/*
 * The first interrupt of a run: from the first rise of a line to the last change before the second one.
 * false: no line rises.
 */
static bool first_interrupt(const struct view *v, uint64_t *from, uint64_t *to)
{
    *from = v->rise;
    *to = v->calm;
    return v->rises > 0 && *to > *from;
}

static void put_window(FILE *f, const struct conversion *c)
{
    uint64_t from = UINT64_MAX, to = 0, margin;

    for (unsigned i = 0; i < c->nviews; i++) {
        uint64_t a, b;

        if (first_interrupt(&c->view[i], &a, &b)) {
            from = a < from ? a : from;
            to = b > to ? b : to;
        }
    }
    if (from >= to) {
        from = 0;
        to = c->end ? c->end : 1;
    } else {
        to += (to - from) / AFTER_PART;
    }
    margin = (to - from) / BEFORE_PART;
    from = from > margin ? from - margin : 0;
    (void)fprintf(f, "[timestart] %" PRIu64 "\n[size] %d %d\n[pos] -1 -1\n", from, WINDOW_WIDTH, WINDOW_HEIGHT);
    /* Zoom is the negative binary logarithm of the time that 200 pixels show; then the markers, all unset. */
    (void)fprintf(f, "*%.6f -1", -log2((double)(to - from) / FRAMES));
    for (unsigned i = 0; i < 26; i++)
        (void)fprintf(f, " -1");
    (void)fprintf(f, "\n");
}

void conv_write_gtkw(const struct conversion *c, FILE *f, const char *vcd_name)
{
    (void)fprintf(f, "[*] Signals in the order an interrupt passes them, written by trace2vcd\n[dumpfile] \"%s\"\n",
                  vcd_name);
    put_window(f, c);
    for (unsigned i = 0; i < c->nviews; i++)
        (void)fprintf(f, "[treeopen] %s.\n", c->view[i].label);
    (void)fprintf(f, "[sst_expanded] 0\n[signals_width] %d\n", NAMES_WIDTH);
    for (unsigned i = 0; i < c->nviews; i++)
        put_run(f, &c->view[i]);
}
