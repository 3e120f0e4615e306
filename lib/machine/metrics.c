/* SPDX-License-Identifier: Apache-2.0 */
/* The table of results: one row a metric, from which names, docs, units and values come. */
#include "internal.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *doc;
} exit_table[MACHINE_EXIT_COUNT] = {
#define X(id, name, doc) [MACHINE_EXIT_##id] = {name, doc},
    MACHINE_EXITS(X)
#undef X
};

/* Latencies: LATENCY(histogram, name, what it runs between). Four figures each. */
#define LATENCIES(X)                                                                                                   \
    X(to_iar, "latency.wire_to_iar", "from the wire to the guest's read of IAR")                                       \
    X(to_free, "latency.wire_to_free", "from the wire to the line free again")                                         \
    X(op_time, "ops.time", "one operation of the guest (guest.op)")

static const struct machine_metric_info metric_table[] = {
    {"exits.total", "guest to host transitions", "count", MACHINE_LESS},
#define X(id, name, doc) {"exits." name, doc, "count", MACHINE_LESS},
    MACHINE_EXITS(X)
#undef X
        {"exits.per_interrupt", "exits.total / interrupts.delivered", "ratio", MACHINE_LESS},
#define X(field, name, doc, better) {name, doc, "count", MACHINE_##better},
    MACHINE_COUNTERS(X)
#undef X
#define X(field, name, doc)                                                                                            \
    {name ".min", doc ", shortest", "ns", MACHINE_LESS}, {name ".p50", doc ", median", "ns", MACHINE_LESS},            \
        {name ".p99", doc ", 99 % are no longer", "ns", MACHINE_LESS},                                                 \
        {name ".max", doc ", longest", "ns", MACHINE_LESS},
        LATENCIES(X)
#undef X
};
#define NMETRICS (sizeof metric_table / sizeof metric_table[0])

const struct machine_metric_info *machine_metric_table(size_t *count)
{
    *count = NMETRICS;
    return metric_table;
}

const char *machine_exit_name(enum machine_exit_cause c)
{
    return (unsigned)c < MACHINE_EXIT_COUNT ? exit_table[c].name : "?";
}

const char *machine_exit_doc(enum machine_exit_cause c)
{
    return (unsigned)c < MACHINE_EXIT_COUNT ? exit_table[c].doc : "?";
}

/* Counters that other layers keep are read when results are asked for. */
void metrics_gather(struct machine *m)
{
    if (m->gathered)
        return; /* they came with the results of another process */
    const struct host_stats *h = host_stats_get(m->host);
    struct counters *n = &m->n;
    n->acks_device = h->acks_device;
    n->acks_ipi = h->acks_ipi;
    n->acks_timer = h->acks_timer;
    n->acks_maint = h->acks_maintenance;
    n->acks_vtimer = h->acks_percpu;
    n->host_acks = n->acks_device + n->acks_ipi + n->acks_timer + n->acks_vtimer + n->acks_maint;
    n->kworker = h->kworker_runs;
    n->efd_trigger = h->eventfd_trigger;
    n->efd_resample = h->eventfd_resample;
    n->resamples = irqfd_stats_get(m->irqfd)->resamples;
    n->automasks = n->unmasks = 0;
    for (size_t i = 0; i < m->cfg.ndevices; i++) {
        n->automasks += m->dev[i].vfio.stats.automasks;
        n->unmasks += m->dev[i].vfio.stats.unmasks;
    }
}

static struct machine_metric *put(struct machine_metric *out, size_t *i, bool valid, bool real, uint64_t u, double r)
{
    const struct machine_metric_info *t = &metric_table[*i];
    out[*i] = (struct machine_metric){t->name, t->doc, t->unit, t->better, valid, real, u, r};
    (*i)++;
    return out;
}

static double ns(const struct machine *m, uint64_t ticks)
{
    return (double)ticks * 1e9 / (double)m->sim.costs.tick_hz;
}

const struct machine_metric *machine_metrics(struct machine *m, size_t *count)
{
    *count = 0;
    if (!m->metrics)
        m->metrics = calloc(NMETRICS, sizeof *m->metrics);
    struct machine_metric *o = m->metrics;
    if (!o)
        return NULL;
    metrics_gather(m);
    size_t i = 0;
    put(o, &i, true, false, m->n.exits, 0);
#define X(id, name, doc) put(o, &i, true, false, m->n.cause[MACHINE_EXIT_##id], 0);
    MACHINE_EXITS(X)
#undef X
    uint64_t delivered = m->n.delivered;
    put(o, &i, delivered != 0, true, 0, delivered ? (double)m->n.exits / (double)delivered : 0);
#define X(field, name, doc, better) put(o, &i, true, false, m->n.field, 0);
    MACHINE_COUNTERS(X)
#undef X
#define X(field, name, doc)                                                                                            \
    put(o, &i, m->field->count != 0, true, 0, ns(m, m->field->min));                                                   \
    put(o, &i, m->field->count != 0, true, 0, ns(m, sim_hist_permille(m->field, 500)));                                \
    put(o, &i, m->field->count != 0, true, 0, ns(m, sim_hist_permille(m->field, 990)));                                \
    put(o, &i, m->field->count != 0, true, 0, ns(m, m->field->max));
    LATENCIES(X)
#undef X
    *count = NMETRICS;
    return o;
}

const struct machine_metric *machine_metric_find(struct machine *m, const char *name)
{
    size_t n;
    const struct machine_metric *t = machine_metrics(m, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(t[i].name, name) == 0)
            return &t[i];
    return NULL;
}

struct machine_exit_stat machine_exit_stats(const struct machine *m, enum machine_exit_cause c)
{
    if ((unsigned)c >= MACHINE_EXIT_COUNT)
        return (struct machine_exit_stat){0};
    const struct exit_time *t = &m->exit_time[c];
    struct machine_exit_stat s = {
        .samples = m->n.cause[c], .timed = t->samples, .time_total = t->total, .time_min = t->min, .time_max = t->max};
    if (t->samples > 1) {
        double mean = (double)t->total / (double)t->samples;
        double var = t->sum_sq / (double)t->samples - mean * mean;
        s.time_stddev = var > 0 ? sqrt(var) : 0;
    }
    return s;
}

uint32_t machine_unpriced(const struct machine *m)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < SIM_COST_COUNT; i++)
        if (m->sim.unpriced[i])
            bits |= 1u << i;
    return bits;
}

uint64_t machine_charged(const struct machine *m, enum sim_cost_id id)
{
    return (unsigned)id < SIM_COST_COUNT ? m->sim.charged[id] : 0;
}
