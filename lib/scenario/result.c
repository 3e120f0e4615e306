/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result.c - results as JSON. docs/command-line.md describes the document.
 */
#include "internal.h"
#include "results.h"

#include <stdlib.h>
#include <trapline/machine_version.h>

static void put_kernel(struct json *j, const struct machine_kernel *k)
{
    static const char *const mapped_level[] = {
        [VGIC_MAPPED_LR_5_15] = "lr-5.15", [VGIC_MAPPED_LR_4_16] = "lr-4.16", [VGIC_MAPPED_DEOI_LIVE] = "deoi-live"};

    json_key(j, "kernel_profile");
    json_object(j);
    json_key(j, "name");
    json_text(j, k->name);
    json_key(j, "lazy_disable");
    json_bool(j, k->lazy_disable);
    json_key(j, "sync_before_host_irq");
    json_bool(j, k->sync_before_host_irq);
    json_key(j, "pa_suppress_level");
    json_bool(j, k->vgic.pa_suppress_level);
    json_key(j, "mapped_level");
    json_text(j, mapped_level[k->vgic.mapped_level]);
    json_key(j, "gich_switch");
    json_text(j, k->vgic.gich_switch == VGIC_SWITCH_FULL_3_10 ? "full-3.10" : "lazy-6.1");
    json_key(j, "irqfd_inject_work");
    json_bool(j, k->irqfd_inject_work);
    json_key(j, "bypass_regression_2020");
    json_bool(j, k->bypass_regression_2020);
    json_key(j, "multi_lr_sgi");
    json_bool(j, k->vgic.multi_lr_sgi);
    json_key(j, "wake_ignores_pmr");
    json_bool(j, k->vgic.wake_ignores_pmr);
    json_key(j, "timer_set_active");
    json_bool(j, k->vgic.timer_set_active);
    json_end(j);
}

static void put_costs(struct json *j, const struct sim_cost_profile *p)
{
    json_key(j, "cost_profile");
    json_object(j);
    json_key(j, "name");
    json_text(j, p->name);
    json_key(j, "unit");
    json_text(j, p->unit);
    json_key(j, "ticks_per_second");
    json_uint(j, p->tick_hz);
    json_key(j, "prices");
    json_object(j);
    for (size_t i = 0; i < SIM_COST_COUNT; i++) {
        if (!p->price[i].priced)
            continue;
        json_key(j, sim_cost_name((enum sim_cost_id)i));
        json_object(j);
        json_key(j, "gross");
        json_uint(j, p->price[i].gross);
        json_key(j, "net");
        json_uint(j, p->price[i].net);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void put_metrics(struct json *j, struct machine *m)
{
    const struct machine_metric *metric;
    size_t n;

    metric = machine_metrics(m, &n);
    json_key(j, "metrics");
    json_object(j);
    for (size_t i = 0; i < n; i++) {
        json_key(j, metric[i].name);
        json_object(j);
        json_key(j, "value");
        json_number(j, metric[i].valid, metric[i].real, metric[i].u, metric[i].r);
        json_key(j, "unit");
        json_text(j, metric[i].unit);
        json_key(j, "better");
        json_text(j, results_better_name(metric[i].better));
        json_end(j);
    }
    json_end(j);
}

static void put_exits(struct json *j, const struct machine *m)
{
    json_key(j, "exits");
    json_array(j);
    for (int c = 0; c < MACHINE_EXIT_COUNT; c++) {
        struct machine_exit_stat st = machine_exit_stats(m, (enum machine_exit_cause)c);
        if (!st.samples)
            continue;
        json_object(j);
        json_key(j, "cause");
        json_text(j, machine_exit_name((enum machine_exit_cause)c));
        json_key(j, "samples");
        json_uint(j, st.samples);
        json_key(j, "time_total");
        json_uint(j, st.time_total);
        json_key(j, "time_min");
        json_uint(j, st.time_min);
        json_key(j, "time_max");
        json_uint(j, st.time_max);
        json_key(j, "time_stddev");
        json_real(j, st.time_stddev);
        json_key(j, "timed");
        json_uint(j, st.timed);
        json_end(j);
    }
    json_end(j);
}

static void put_notes(struct json *j, const struct machine *m)
{
    const char *const *notes = machine_notes(m);
    uint32_t unpriced = machine_unpriced(m);

    json_key(j, "notes");
    json_array(j);
    for (size_t i = 0; notes && notes[i]; i++)
        json_text(j, notes[i]);
    json_end(j);
    json_key(j, "unpriced");
    json_array(j);
    for (int i = 0; i < SIM_COST_COUNT; i++)
        if (unpriced >> i & 1)
            json_text(j, sim_cost_name((enum sim_cost_id)i));
    json_end(j);
}

static void put_config(struct json *j, const struct mode *m)
{
    json_object(j);
    decode_json(j, &model_table, &m->model);
    put_kernel(j, &m->config.kernel);
    put_costs(j, &m->config.costs);
    json_end(j);
}

char *result_config(const struct mode *m)
{
    struct json j;

    json_init(&j);
    put_config(&j, m);
    return json_finish(&j);
}

static void put_mode(struct json *j, const struct mode *m)
{
    json_object(j);
    json_key(j, "mode");
    json_text(j, m->name);
    json_key(j, "status");
    json_text(j, m->status ? trapline_errname(m->status) : "ok");
    if (m->status) {
        json_key(j, "error");
        json_text(j, m->error ? m->error : "");
    }
    json_key(j, "config");
    put_config(j, m);
    if (m->machine && !m->status) {
        json_key(j, "elapsed_ticks");
        json_uint(j, machine_elapsed(m->machine));
        put_metrics(j, m->machine);
        put_exits(j, m->machine);
        put_notes(j, m->machine);
    }
    json_end(j);
}

static void put_outcomes(struct json *j, const struct scenario *s)
{
    json_key(j, "expectations");
    json_array(j);
    for (size_t i = 0; i < s->nexpect; i++) {
        const struct scenario_outcome *o = &s->outcome[i];
        json_object(j);
        json_key(j, "scope");
        json_text(j, o->scope);
        json_key(j, "mode");
        if (o->mode >= 0)
            json_text(j, s->mode[o->mode].name);
        else
            json_null(j);
        json_key(j, "text");
        json_text(j, o->text);
        json_key(j, "file");
        if (o->line)
            json_text(j, s->src->name);
        else
            json_null(j); /* a condition of the command line */
        json_key(j, "line");
        json_uint(j, o->line);
        json_key(j, "col");
        json_uint(j, o->col);
        json_key(j, "ok");
        if (o->verdict == SCENARIO_SKIPPED)
            json_null(j);
        else
            json_bool(j, o->verdict == SCENARIO_OK);
        json_key(j, "got");
        json_text(j, o->got);
        json_end(j);
    }
    json_end(j);
}

char *scenario_json(struct scenario *const *s, size_t n, const char *tool_version)
{
    return scenario_json_baseline(s, n, NULL, tool_version);
}

char *scenario_json_baseline(struct scenario *const *s, size_t n, const struct baseline_report *b,
                             const char *tool_version)
{
    struct json j;

    results_json_open(&j, "results", RESULT_SCHEMA);
    json_key(&j, "model_version");
    json_uint(&j, TRAPLINE_MODEL_VERSION);
    json_key(&j, "version");
    json_text(&j, tool_version);
    if (b)
        verdict_put_report(&j, b, s, n);
    json_key(&j, "scenarios");
    json_array(&j);
    for (size_t i = 0; i < n; i++) {
        json_object(&j);
        json_key(&j, "name");
        json_text(&j, s[i]->name);
        json_key(&j, "file");
        json_text(&j, s[i]->src->name);
        json_key(&j, "sha256");
        json_text(&j, s[i]->sha256);
        json_key(&j, "modes");
        json_array(&j);
        for (size_t m = 0; m < s[i]->nmodes; m++)
            if (s[i]->mode[m].status != 1)
                put_mode(&j, &s[i]->mode[m]);
        json_end(&j);
        put_outcomes(&j, s[i]);
        if (b)
            verdict_put(&j, &b->verdict[i]);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    return json_finish(&j);
}
