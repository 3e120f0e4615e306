/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results.c - results of a run as data, and finding things in results.
 */
#include "results.h"

#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/machine_version.h>

struct results_all *results_new(enum results_kind kind)
{
    struct results_all *r = calloc(1, sizeof *r);

    if (r) {
        arena_init(&r->arena);
        r->pub.kind = kind;
        r->renames = metric_renames;
    }
    return r;
}

void results_free(struct results *r)
{
    struct results_all *all = (struct results_all *)r;

    if (!all)
        return;
    arena_fini(&all->arena);
    free(all);
}

int baseline_new(struct results **out)
{
    struct results_all *r = results_new(RESULTS_BASELINE);

    *out = r ? &r->pub : NULL;
    return r ? 0 : -ENOMEM;
}

static const struct results_metric *metrics_of(struct arena *a, struct machine *m, size_t *n)
{
    const struct machine_metric *from = machine_metrics(m, n);
    struct results_metric *to = arena_alloc(a, *n * sizeof *to);

    for (size_t i = 0; i < *n; i++)
        to[i] = (struct results_metric){.name = from[i].name,
                                        .unit = from[i].unit,
                                        .better = from[i].better,
                                        .valid = from[i].valid,
                                        .real = from[i].real,
                                        .u = from[i].u,
                                        .r = from[i].r};
    return to;
}

/* The SHA-256 of everything that a mode's numbers may depend on but the program itself. NULL: no memory. */
static const char *config_sha256(struct arena *a, const struct mode *m)
{
    char *hex = arena_alloc(a, SHA256_HEX), *text = result_config(m);

    if (!text)
        return NULL;
    sha256_hex(text, strlen(text), hex);
    free(text);
    return hex;
}

static bool take(struct arena *a, const struct scenario *s, struct results_scenario *out)
{
    struct results_mode *mode = arena_alloc(a, s->nmodes * sizeof *mode);
    const char **broken = arena_alloc(a, s->nmodes * sizeof *broken);
    size_t n = 0, nbroken = 0;

    for (size_t i = 0; i < s->nmodes; i++) {
        const struct mode *m = &s->mode[i];
        if (m->status < 0)
            broken[nbroken++] = m->name;
        if (m->status || !m->machine)
            continue;
        mode[n] = (struct results_mode){.name = m->name, .config = config_sha256(a, m)};
        mode[n].metric = metrics_of(a, m->machine, &mode[n].n);
        if (!mode[n++].config)
            return false;
    }
    *out = (struct results_scenario){.name = s->name,
                                     .file = s->src->name,
                                     .sha256 = s->sha256,
                                     .model_version = TRAPLINE_MODEL_VERSION,
                                     .mode = mode,
                                     .n = n,
                                     .broken = broken,
                                     .nbroken = nbroken};
    return true;
}

int results_of(struct scenario *const *s, size_t n, struct results **out)
{
    struct results_all *r = results_new(RESULTS_RUN);
    struct results_scenario *list;

    *out = NULL;
    if (!r)
        return -ENOMEM;
    list = arena_alloc(&r->arena, n * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        if (!take(&r->arena, s[i], &list[i])) {
            results_free(&r->pub);
            return -ENOMEM;
        }
    }
    r->pub.scenario = list;
    r->pub.n = n;
    *out = &r->pub;
    return 0;
}

const struct results_scenario *results_scenario_find(const struct results *r, const char *name)
{
    for (size_t i = 0; r && i < r->n; i++)
        if (!strcmp(r->scenario[i].name, name))
            return &r->scenario[i];
    return NULL;
}

const struct results_mode *results_mode_find(const struct results_scenario *s, const char *name)
{
    for (size_t i = 0; s && i < s->n; i++)
        if (!strcmp(s->mode[i].name, name))
            return &s->mode[i];
    return NULL;
}

const struct results_metric *results_metric_find(const struct results_mode *m, const char *name)
{
    for (size_t i = 0; m && i < m->n; i++)
        if (!strcmp(m->metric[i].name, name))
            return &m->metric[i];
    return NULL;
}

const char *results_better_name(enum machine_better better)
{
    static const char *const names[] = {[MACHINE_LESS] = "less", [MACHINE_MORE] = "more", [MACHINE_EXACT] = "exact"};

    return names[better];
}

const char *results_verdict_name(enum results_verdict verdict)
{
    static const char *const names[] = {[RESULTS_SAME] = "same",
                                        [RESULTS_WITHIN] = "within",
                                        [RESULTS_DIFFERS] = "differs",
                                        [RESULTS_NEW] = "new",
                                        [RESULTS_GONE] = "gone"};

    return names[verdict];
}

void results_json_open(struct json *j, const char *type, unsigned schema)
{
    json_init(j);
    json_object(j);
    json_key(j, "schema");
    json_uint(j, schema);
    json_key(j, "tool");
    json_text(j, "trapline");
    json_key(j, "type");
    json_text(j, type);
}

double results_value(const struct results_metric *m)
{
    return !m || !m->valid ? 0.0 : m->real ? m->r : (double)m->u;
}
