/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict.c - the results of a scenario held against a baseline: what holds and what does not, as data and as JSON.
 */
#include "internal.h"
#include "results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool baseline_change_failed(const struct results_change *c)
{
    return c->verdict == RESULTS_DIFFERS || c->verdict == RESULTS_GONE;
}

bool baseline_failed(const struct baseline_verdict *v)
{
    return v->differ || v->gone;
}

/* false: not enough memory. */
static bool judge_mode(struct baseline_verdict *v, const struct results *limits, const struct results_mode *base,
                       const struct results_mode *now)
{
    struct baseline_mode *m = &v->mode[v->n++];

    *m = (struct baseline_mode){.base = base, .now = now};
    if (!now) {
        v->gone++;
        return true;
    }
    m->change = results_diff(limits, base, now, &m->n);
    for (size_t i = 0; m->change && i < m->n; i++) {
        m->compared += m->change[i].verdict != RESULTS_NEW;
        m->differ += baseline_change_failed(&m->change[i]);
        v->within += m->change[i].verdict == RESULTS_WITHIN;
    }
    v->compared += m->compared;
    v->differ += m->differ;
    v->fresh += m->n - m->compared;
    return m->change != NULL;
}

int baseline_judge(const struct results *base, const struct scenario *s, const struct results_scenario *now,
                   struct baseline_verdict *v)
{
    bool ok = true;

    *v = (struct baseline_verdict){.base = results_scenario_find(base, now->name), .now = now};
    v->broken = now->nbroken;
    if (!v->base)
        return 0;
    v->mode = calloc(v->base->n + now->n + 1, sizeof *v->mode);
    for (size_t i = 0; v->mode && i < now->n && ok; i++) {
        const struct results_mode *old = results_mode_find(v->base, now->mode[i].name);
        ok = !old || judge_mode(v, base, old, &now->mode[i]);
    }
    for (size_t i = 0; v->mode && i < v->base->n && ok; i++)
        if (scenario_mode_find(s, v->base->mode[i].name) < 0)
            ok = judge_mode(v, base, &v->base->mode[i], NULL);
    if (v->mode && ok)
        return 0;
    baseline_verdict_free(v);
    return -ENOMEM;
}

void baseline_verdict_free(struct baseline_verdict *v)
{
    for (size_t i = 0; v->mode && i < v->n; i++)
        free(v->mode[i].change);
    free(v->mode);
    *v = (struct baseline_verdict){.base = NULL};
}

bool baseline_left_out(const struct results_scenario *base, struct scenario *const *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(s[i]->name, base->name))
            return false;
    return true;
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

static void put_count(struct json *j, const char *key, size_t n)
{
    json_key(j, key);
    json_uint(j, n);
}

static void put_string(struct json *j, const char *key, const char *text)
{
    json_key(j, key);
    if (text)
        json_text(j, text);
    else
        json_null(j);
}

static void put_flag(struct json *j, const char *key, bool v)
{
    json_key(j, key);
    json_bool(j, v);
}

static void put_change(struct json *j, const struct results_change *c)
{
    json_key(j, (c->base ? c->base : c->with)->name);
    json_object(j);
    results_put_value(j, "base", c->base);
    results_put_value(j, "with", c->with);
    put_string(j, "verdict", results_verdict_name(c->verdict));
    put_string(j, "limit", c->limit);
    json_end(j);
}

static void put_mode(struct json *j, const struct baseline_mode *m)
{
    json_key(j, m->base->name);
    json_object(j);
    put_string(j, "verdict", !m->now ? "gone" : m->differ ? "differs" : "ok");
    put_count(j, "compared", m->compared);
    json_key(j, "metrics");
    json_object(j);
    for (size_t i = 0; i < m->n; i++)
        if (m->change[i].verdict != RESULTS_SAME)
            put_change(j, &m->change[i]);
    json_end(j);
    json_end(j);
}

void verdict_put(struct json *j, const struct baseline_verdict *v)
{
    static const char *const causes[] = {[BASELINE_FILE] = "file",
                                         [BASELINE_CONFIG] = "config",
                                         [BASELINE_MODEL] = "model",
                                         [BASELINE_PROGRAM] = "program"};

    enum baseline_cause cause;

    json_key(j, "baseline");
    if (!v->base) {
        json_null(j);
        return;
    }
    cause = baseline_cause(v->base, v->now);
    json_object(j);
    put_flag(j, "ok", !baseline_failed(v) && !v->broken);
    put_string(j, "changed", cause == BASELINE_PROGRAM && !baseline_failed(v) ? NULL : causes[cause]);
    json_key(j, "model_version");
    json_uint(j, v->base->model_version);
    put_string(j, "version", v->base->tool_version);
    put_count(j, "compared", v->compared);
    put_count(j, "differ", v->differ);
    put_count(j, "within", v->within);
    put_count(j, "new", v->fresh);
    json_key(j, "modes");
    json_object(j);
    for (size_t i = 0; i < v->n; i++)
        put_mode(j, &v->mode[i]);
    json_end(j);
    json_end(j);
}

void verdict_put_report(struct json *j, const struct baseline_report *b, struct scenario *const *s, size_t n)
{
    bool ok = true;

    for (size_t i = 0; i < n; i++)
        ok = ok && !baseline_failed(&b->verdict[i]) && !b->verdict[i].broken;
    json_key(j, "baseline");
    json_object(j);
    put_flag(j, "ok", ok);
    put_string(j, "file", b->file);
    put_string(j, "accept", b->accept);
    put_flag(j, "update", b->update);
    json_key(j, "not_run");
    json_array(j);
    for (size_t i = 0; i < b->base->n; i++)
        if (baseline_left_out(&b->base->scenario[i], s, n))
            json_text(j, b->base->scenario[i].name);
    json_end(j);
    json_end(j);
}
