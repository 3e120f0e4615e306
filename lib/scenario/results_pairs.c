/* SPDX-License-Identifier: Apache-2.0 */
/* results_pairs.c - comparisons as JSON. docs/command-line.md describes the document. */
#include "json.h"
#include "results.h"

#include <stdlib.h>

#define COMPARISON_SCHEMA 1u

void results_put_value(struct json *j, const char *key, const struct results_metric *m)
{
    json_key(j, key);
    json_number(j, m && m->valid, m && m->real, m ? m->u : 0, m ? m->r : 0.0);
}

static void put_side(struct json *j, const char *key, const char *name, const struct results_mode *m)
{
    json_key(j, key);
    json_object(j);
    json_key(j, "mode");
    json_text(j, m->name);
    json_key(j, "name");
    json_text(j, name);
    json_end(j);
}

static void put_change(struct json *j, const struct results_change *c)
{
    const struct results_metric *any = c->base ? c->base : c->with;

    json_key(j, any->name);
    json_object(j);
    results_put_value(j, "base", c->base);
    results_put_value(j, "with", c->with);
    json_key(j, "change");
    if (!c->base || !c->with || !c->base->valid || !c->with->valid)
        json_null(j);
    else if (c->base->real || c->with->real)
        json_real(j, results_value(c->with) - results_value(c->base));
    else
        json_int(j, (int64_t)(c->with->u - c->base->u));
    json_key(j, "unit");
    json_text(j, any->unit);
    json_key(j, "better");
    json_text(j, results_better_name(any->better));
    json_end(j);
}

static bool put_pair(struct json *j, const struct results_pair *p, bool all)
{
    size_t n;
    struct results_change *c = results_diff(NULL, p->base, p->with, &n);

    json_object(j);
    json_key(j, "scenario");
    json_text(j, p->scenario);
    json_key(j, "file");
    if (p->file)
        json_text(j, p->file);
    else
        json_null(j);
    put_side(j, "base", p->base_name, p->base);
    put_side(j, "with", p->with_name, p->with);
    json_key(j, "metrics");
    json_object(j);
    for (size_t i = 0; c && i < n; i++)
        if (all || c[i].verdict != RESULTS_SAME)
            put_change(j, &c[i]);
    json_end(j);
    json_end(j);
    free(c);
    return c != NULL;
}

char *results_pairs_json(const struct results_pair *pair, size_t n, bool all, const char *tool_version)
{
    bool ok = true;
    struct json j;
    char *text;

    results_json_open(&j, "comparison", COMPARISON_SCHEMA);
    json_key(&j, "version");
    json_text(&j, tool_version);
    json_key(&j, "comparisons");
    json_array(&j);
    for (size_t i = 0; i < n; i++)
        ok = put_pair(&j, &pair[i], all) && ok;
    json_end(&j);
    json_end(&j);
    text = json_finish(&j);
    if (!ok) {
        free(text);
        text = NULL;
    }
    return text;
}
