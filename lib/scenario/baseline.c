/* SPDX-License-Identifier: Apache-2.0 */
/*
 * baseline.c - differences between results, and baselines as files.
 */
#include "json.h"
#include "results.h"

#include <stdlib.h>
#include <string.h>
#include <trapline/machine_version.h>

static enum results_verdict judge(const struct tolerance *t, const struct results_metric *base,
                                  const struct results_metric *with)
{
    if (tolerance_allows(NULL, base, with))
        return RESULTS_SAME;
    return tolerance_allows(t, base, with) ? RESULTS_WITHIN : RESULTS_DIFFERS;
}

struct results_change *results_diff(const struct results *limits, const struct results_mode *base,
                                    const struct results_mode *with, size_t *n)
{
    const struct results_all *all = (const struct results_all *)limits;
    struct results_change *list = calloc(base->n + with->n + 1, sizeof *list);

    *n = 0;
    for (size_t i = 0; list && i < with->n; i++) {
        struct results_change *c = &list[(*n)++];
        const struct tolerance *t = tolerance_of(all, with->name, &with->metric[i]);
        c->with = &with->metric[i];
        c->base = results_metric_find(base, c->with->name);
        c->verdict = c->base ? judge(t, c->base, c->with) : RESULTS_NEW;
        c->limit = t ? t->limit : "exact";
    }
    for (size_t i = 0; list && i < base->n; i++)
        if (!results_metric_find(with, base->metric[i].name))
            list[(*n)++] = (struct results_change){.base = &base->metric[i], .verdict = RESULTS_GONE, .limit = "exact"};
    return list;
}

enum baseline_cause baseline_cause(const struct results_scenario *base, const struct results_scenario *now)
{
    if (base->sha256 && now->sha256 && strcmp(base->sha256, now->sha256))
        return BASELINE_FILE;
    for (size_t i = 0; i < now->n; i++) {
        const struct results_mode *old = results_mode_find(base, now->mode[i].name);
        if (old && old->config && now->mode[i].config && strcmp(old->config, now->mode[i].config))
            return BASELINE_CONFIG;
    }
    return base->model_version != now->model_version ? BASELINE_MODEL : BASELINE_PROGRAM;
}

static void put_mode(struct json *j, const struct results_mode *m)
{
    json_key(j, m->name);
    json_object(j);
    if (m->config) {
        json_key(j, "config_sha256");
        json_text(j, m->config);
    }
    json_key(j, "metrics");
    json_object(j);
    for (size_t i = 0; i < m->n; i++)
        results_put_value(j, m->metric[i].name, &m->metric[i]);
    json_end(j);
    json_end(j);
}

static void put_scenario(struct json *j, const struct results_scenario *s, const char *tool_version)
{
    json_key(j, s->name);
    json_object(j);
    json_key(j, "model_version");
    json_uint(j, s->model_version);
    json_key(j, "sha256");
    json_text(j, s->sha256);
    json_key(j, "version");
    json_text(j, s->tool_version ? s->tool_version : tool_version);
    json_key(j, "modes");
    json_object(j);
    for (size_t i = 0; i < s->n; i++)
        put_mode(j, &s->mode[i]);
    json_end(j);
    json_end(j);
}

char *baseline_json(const struct results *base, const struct results *run, const char *tool_version)
{
    const struct results_all *all = (const struct results_all *)base;
    struct json j;

    results_json_open(&j, "baseline", BASELINE_SCHEMA);
    json_key(&j, "tolerances");
    json_array(&j);
    for (const struct tolerance *t = all->first; t; t = t->next)
        json_text(&j, t->text);
    json_end(&j);
    json_key(&j, "scenarios");
    json_object(&j);
    for (size_t i = 0; i < base->n; i++)
        if (!results_scenario_find(run, base->scenario[i].name))
            put_scenario(&j, &base->scenario[i], tool_version);
    for (size_t i = 0; run && i < run->n; i++)
        put_scenario(&j, &run->scenario[i], tool_version);
    json_end(&j);
    json_end(&j);
    return json_finish(&j);
}
