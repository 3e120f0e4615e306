/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"
#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

bool report_timeless(const struct report *r, size_t mode)
{
    const struct sim_cost_profile *p = &scenario_mode_config(r->s, mode)->costs;

    for (size_t i = 0; i < SIM_COST_COUNT; i++)
        if (p->price[i].net)
            return false;
    return true;
}

bool report_value(const struct report *r, size_t mode, const char *name, double *v)
{
    const struct machine_metric *m = machine_metric_find(scenario_machine(r->s, mode), name);

    *v = m && m->valid ? (m->real ? m->r : (double)m->u) : 0.0;
    return m && m->valid;
}

static bool all_timeless(const struct report *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (!report_timeless(r, r->mode[i]))
            return false;
    return true;
}

/* "1 vCPU", "2 vCPUs" */
static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* Simulated time with a unit that suits it. */
static void show_span(char *buf, size_t n, double us)
{
    if (us < 1000.0)
        snprintf(buf, n, "%.3f us", us);
    else if (us < 1e6)
        snprintf(buf, n, "%.3f ms", us / 1e3);
    else
        snprintf(buf, n, "%.3f s", us / 1e6);
}

void report_title(const struct report *r)
{
    const struct machine_config *cfg = scenario_mode_config(r->s, r->mode[0]);
    const char *doc = scenario_doc(r->s);
    bool same = true;

    for (size_t i = 1; i < r->n; i++) {
        const struct machine_config *other = scenario_mode_config(r->s, r->mode[i]);
        same = same && !strcmp(cfg->kernel.name, other->kernel.name) && !strcmp(cfg->costs.name, other->costs.name);
    }
    printf("%s%s%s%s%s\n", r->c.bold, scenario_name(r->s), r->c.off, *doc ? ": " : "", doc);
    if (same)
        printf("kernel %s, costs %s, %zu vCPU%s on %u CPU%s, %u list register%s\n", cfg->kernel.name, cfg->costs.name,
               cfg->nvcpus, plural(cfg->nvcpus), cfg->platform.cpus, plural(cfg->platform.cpus),
               cfg->platform.list_registers, plural(cfg->platform.list_registers));
}

/* ---- exits ----------------------------------------------------------------------------------------- */

struct exit_row {
    int cause;
    struct machine_exit_stat st;
};

/* Causes that happened, most frequent first; equal ones in the order of the taxonomy. */
static size_t exit_rows(const struct machine *m, struct exit_row *row)
{
    size_t n = 0;

    for (int c = 0; c < MACHINE_EXIT_COUNT; c++) {
        struct exit_row new = {c, machine_exit_stats(m, (enum machine_exit_cause)c)};
        size_t at = n;
        if (!new.st.samples)
            continue;
        while (at > 0 && row[at - 1].st.samples < new.st.samples) {
            row[at] = row[at - 1];
            at--;
        }
        row[at] = new;
        n++;
    }
    return n;
}

static void exit_cells(struct table *t, const char *name, const struct machine_exit_stat *st, uint64_t samples,
                       sim_tick time, double us)
{
    table_cell(t, "%s", name);
    table_cell(t, "%" PRIu64, st->samples);
    table_cell(t, "%.2f%%", samples ? 100.0 * (double)st->samples / (double)samples : 0.0);
    if (us > 0.0 && st->timed) { /* the last exit of a run may have no entry after it */
        double avg = (double)st->time_total / (double)st->timed;
        /* as perf does: the standard error of the mean, relative to it */
        double error = avg > 0.0 ? 100.0 * st->time_stddev / sqrt((double)st->timed) / avg : 0.0;
        table_cell(t, "%.2f%%", time ? 100.0 * (double)st->time_total / (double)time : 0.0);
        table_cell(t, "%.2fus", (double)st->time_min * us);
        table_cell(t, "%.2fus", (double)st->time_max * us);
        table_cell(t, "%.2fus", avg * us);
        table_cell(t, "( +- %5.2f%% )", error);
    }
    table_row_end(t);
}

void report_exits(const struct report *r, size_t mode)
{
    struct machine *m = scenario_machine(r->s, mode);
    const struct sim_cost_profile *costs = &scenario_mode_config(r->s, mode)->costs;
    bool timed = !report_timeless(r, mode);
    double us = timed ? 1e6 / (double)costs->tick_hz : 0.0, irqs;
    struct exit_row row[MACHINE_EXIT_COUNT];
    size_t n = exit_rows(m, row);
    struct machine_exit_stat all = {0};
    struct table *t = table_new(timed ? "lrrrrrrr" : "lrr");
    char span[40];

    for (size_t i = 0; i < n; i++) {
        all.samples += row[i].st.samples;
        all.time_total += row[i].st.time_total;
    }
    show_span(span, sizeof span, (double)machine_elapsed(m) * 1e6 / (double)costs->tick_hz);
    report_value(r, mode, "interrupts.delivered", &irqs);
    printf("\n%smode %s%s   %.0f interrupt%s in %s simulated\n", r->c.bold, scenario_mode_name(r->s, mode), r->c.off,
           irqs, plural((uint64_t)irqs), span);
    table_cell(t, "VM-EXIT");
    table_cell(t, "Samples");
    table_cell(t, "Samples%%");
    if (timed) {
        table_cell(t, "Time%%");
        table_cell(t, "Min Time");
        table_cell(t, "Max Time");
        table_cell(t, "Avg time");
        table_cell(t, "%s", "");
    }
    table_row_end(t);
    table_mark(t, r->c.dim, r->c.off);
    for (size_t i = 0; i < n; i++)
        exit_cells(t, machine_exit_name((enum machine_exit_cause)row[i].cause), &row[i].st, all.samples, all.time_total,
                   us);
    table_cell(t, "total");
    table_cell(t, "%" PRIu64, all.samples);
    table_row_end(t);
    table_print(t, 2);
    table_free(t);
    if (!timed)
        printf("  times: none (cost profile '%s' prices everything at 0)\n", costs->name);
}

/* ---- side by side ------------------------------------------------------------------------------------ */

enum row_kind {
    ROW_COUNT,   /* always shown */
    ROW_NONZERO, /* shown if any mode has some */
    ROW_RATIO,
};
static const struct side_row {
    const char *label, *metric;
    enum row_kind kind;
} side_rows[] = {
    {"interrupts", "interrupts.delivered", ROW_COUNT},
    {"  raised while pending", "interrupts.coalesced", ROW_NONZERO},
    {"  lost", "interrupts.lost", ROW_NONZERO},
    {"  spurious", "interrupts.spurious", ROW_NONZERO},
    {"exits per interrupt", "exits.per_interrupt", ROW_RATIO},
    {"  ends of interrupt merged into them", "exits.maint_eoi_merged", ROW_NONZERO},
    {"world switches", "world_switches", ROW_COUNT},
    {"exits to user space", "exits.user", ROW_COUNT},
    {"kicks", "kicks", ROW_NONZERO},
    {"wake-ups from WFI", "halt_wakeups", ROW_NONZERO},
    {"host GICC_IAR reads", "host.iar_reads", ROW_COUNT},
    {"host GICC_EOIR writes", "host.eoir_writes", ROW_COUNT},
    {"host GICC_DIR writes", "host.dir_writes", ROW_COUNT},
    {"host GICD writes", "host.gicd_writes", ROW_COUNT},
    {"host GICD reads", "host.gicd_reads", ROW_COUNT},
    {"eventfd signals, trigger", "host.eventfd_trigger", ROW_COUNT},
    {"eventfd signals, resample", "host.eventfd_resample", ROW_COUNT},
};

static void value_cell(struct table *t, enum row_kind kind, double v, bool valid, bool sign)
{
    if (!valid)
        table_cell(t, "-");
    else if (sign && v == 0.0) /* NOLINT: no change at all */
        table_cell(t, "=");
    else if (kind == ROW_RATIO)
        table_cell(t, sign ? "%+.2f" : "%.2f", v);
    else
        table_cell(t, sign ? "%+.0f" : "%.0f", v);
}

void report_side_by_side(const struct report *r)
{
    char align[TABLE_MAX_COLUMNS + 1] = "l";
    bool change = r->n == 2;
    size_t shown = r->n < TABLE_MAX_COLUMNS - 2 ? r->n : TABLE_MAX_COLUMNS - 2;
    struct table *t;

    memset(align + 1, 'r', shown + change);
    t = table_new(align);
    table_cell(t, "%s", r->n > 1 ? "side by side" : "in all");
    for (size_t i = 0; i < shown; i++)
        table_cell(t, "%s", scenario_mode_name(r->s, r->mode[i]));
    if (change)
        table_cell(t, "change");
    table_row_end(t);
    table_mark(t, r->c.bold, r->c.off);
    for (size_t k = 0; k < sizeof side_rows / sizeof side_rows[0]; k++) {
        const struct side_row *row = &side_rows[k];
        double v[64];
        bool valid[64], any = row->kind != ROW_NONZERO;
        for (size_t i = 0; i < shown; i++) {
            valid[i] = report_value(r, r->mode[i], row->metric, &v[i]);
            any = any || (valid[i] && v[i] > 0.0);
        }
        if (!any)
            continue;
        table_cell(t, "  %s", row->label);
        for (size_t i = 0; i < shown; i++)
            value_cell(t, row->kind, v[i], valid[i], false);
        if (change)
            value_cell(t, row->kind, v[1] - v[0], valid[0] && valid[1], true);
        table_row_end(t);
    }
    putchar('\n');
    table_print(t, 0);
    table_free(t);
}

/* Was this measured in any of the modes that are shown? */
static bool any_value(const struct report *r, const char *name)
{
    double v;
    for (size_t i = 0; i < r->n; i++)
        if (report_value(r, r->mode[i], name, &v))
            return true;
    return false;
}

/* Latencies in microseconds, a row for each mode. */
void report_latency(const struct report *r)
{
    static const char *const kinds[][2] = {{"wire to guest IAR", "latency.wire_to_iar"},
                                           {"wire to line free", "latency.wire_to_free"},
                                           {"guest operation", "ops.time"}};
    static const char *const points[] = {"min", "p50", "p99", "max"};
    const bool ops = any_value(r, "ops.time.p50");
    struct table *t;

    if (all_timeless(r))
        return;
    t = table_new("llrrrr");
    table_cell(t, "latency");
    table_cell(t, "%s", "");
    for (size_t p = 0; p < 4; p++)
        table_cell(t, "%s", points[p]);
    table_mark(t, r->c.bold, r->c.off);
    for (size_t k = 0; k < 3; k++) {
        if (k == 2 ? !ops : ops && !any_value(r, "latency.wire_to_iar.p50"))
            continue; /* a micro-benchmark may have no interrupts, and interrupts need no micro-benchmark */
        for (size_t i = 0; i < r->n; i++) {
            table_cell(t, "  %s", i ? "" : kinds[k][0]);
            table_cell(t, "%s", scenario_mode_name(r->s, r->mode[i]));
            for (size_t p = 0; p < 4; p++) {
                char name[64];
                double v;
                snprintf(name, sizeof name, "%s.%s", kinds[k][1], points[p]);
                if (report_timeless(r, r->mode[i]) || !report_value(r, r->mode[i], name, &v))
                    table_cell(t, "-");
                else
                    table_cell(t, "%.2fus", v / 1e3);
            }
        }
    }
    putchar('\n');
    table_print(t, 0);
    table_free(t);
}

void report_metrics(const struct report *r)
{
    char align[TABLE_MAX_COLUMNS + 1] = "l";
    size_t n, shown = r->n < TABLE_MAX_COLUMNS - 3 ? r->n : TABLE_MAX_COLUMNS - 3;
    const struct machine_metric *all = machine_metrics(scenario_machine(r->s, r->mode[0]), &n);
    struct table *t;

    memset(align + 1, 'r', shown);
    align[shown + 1] = 'l';
    align[shown + 2] = 'l';
    t = table_new(align);
    table_cell(t, "all metrics");
    for (size_t i = 0; i < shown; i++)
        table_cell(t, "%s", scenario_mode_name(r->s, r->mode[i]));
    table_row_end(t);
    table_mark(t, r->c.bold, r->c.off);
    for (size_t k = 0; k < n; k++) {
        table_cell(t, "  %s", all[k].name);
        for (size_t i = 0; i < shown; i++) {
            double v;
            bool valid = report_value(r, r->mode[i], all[k].name, &v);
            value_cell(t, all[k].real ? ROW_RATIO : ROW_COUNT, v, valid, false);
        }
        table_cell(t, "%s", strcmp(all[k].unit, "count") ? all[k].unit : "");
        table_cell(t, "%s", all[k].doc);
        table_row_end(t);
    }
    putchar('\n');
    table_print(t, 0);
    table_free(t);
}

/* Whether a mode has this note. */
static bool has_note(const struct report *r, size_t mode, const char *text)
{
    const char *const *notes = machine_notes(scenario_machine(r->s, mode));

    for (; notes && *notes; notes++)
        if (!strcmp(*notes, text))
            return true;
    return false;
}

/* A note once, with the names of all modes that it is about. */
static void put_note(const struct report *r, size_t i, const char *text)
{
    for (size_t k = 0; k < i; k++)
        if (has_note(r, r->mode[k], text))
            return;
    printf("note: %s", scenario_mode_name(r->s, r->mode[i]));
    for (size_t k = i + 1; k < r->n; k++)
        if (has_note(r, r->mode[k], text))
            printf(", %s", scenario_mode_name(r->s, r->mode[k]));
    printf(": %s\n", text);
}

void report_notes(const struct report *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct machine *m = scenario_machine(r->s, r->mode[i]);
        const char *const *notes = machine_notes(m);
        /* That times are incomplete must not be missed; all else may be asked for. */
        for (; notes && *notes && (!r->o->quiet || machine_unpriced(m)); notes++)
            put_note(r, i, *notes);
    }
}
