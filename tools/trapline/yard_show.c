/* SPDX-License-Identifier: Apache-2.0 */
/* yard_show.c - what a baseline says about a run, for people. */
#include "formats.h"
#include "table.h"
#include "values.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/version.h>

/* Metrics that are new are named up to this many. */
#define NAMED_NEW 3u

/* ---- sentences ----------------------------------------------------------------------------------- */

void yard_change(const struct results_change *c, char *buf, size_t n)
{
    char change[4 * VALUE_TEXT];

    value_sentence(c->base, c->with, change, sizeof change);
    snprintf(buf, n, "%s %s, limit: %s", (c->base ? c->base : c->with)->name, change, c->limit);
}

void yard_message(const struct baseline_verdict *v, const struct baseline_mode *m, const struct results_change *c,
                  char *buf, size_t n)
{
    char change[YARD_TEXT / 2];

    if (!c) {
        snprintf(buf, n, "%s: mode %s is in the baseline and no longer in the scenario", v->base->name, m->base->name);
        return;
    }
    yard_change(c, change, sizeof change);
    snprintf(buf, n, "%s, mode %s: %s", v->base->name, m->now->name, change);
}

bool yard_model_changed(const struct baseline_verdict *v)
{
    return v->base && v->base->model_version != v->now->model_version;
}

/* What the model's version has to do with it; empty: nothing. */
static void put_model(const struct baseline_verdict *v, const char *head, char *buf, size_t n)
{
    uint64_t was = v->base->model_version, is = v->now->model_version;

    *buf = '\0';
    if (yard_model_changed(v))
        snprintf(buf, n, "%sthe model's version was %" PRIu64 " and is %" PRIu64 "%s", head, was, is,
                 was > is ? ": this trapline is older than the one that wrote the baseline" : "");
}

void yard_cause(const struct baseline_verdict *v, char *buf, size_t n)
{
    char model[160];

    put_model(v, "; ", model, sizeof model);
    switch (baseline_cause(v->base, v->now)) {
    case BASELINE_FILE:
        snprintf(buf, n, "the scenario file is another one than the baseline was made with%s", model);
        return;
    case BASELINE_CONFIG:
        snprintf(buf, n, "the scenario file is that of the baseline, but options, prices or defaults are not%s", model);
        return;
    case BASELINE_MODEL:
        snprintf(buf, n, "the scenario is that of the baseline%s", model);
        return;
    case BASELINE_PROGRAM:
        break;
    }
    if (v->base->tool_version && strcmp(v->base->tool_version, TRAPLINE_VERSION))
        snprintf(buf, n,
                 "scenario and model version are those of the baseline: trapline %s behaves differently from %s",
                 TRAPLINE_VERSION, v->base->tool_version);
    else
        snprintf(buf, n, "scenario and model version are those of the baseline: the program behaves differently");
}

/* ---- showing ------------------------------------------------------------------------------------- */

static void row(const struct session *x, struct table *t, const struct baseline_mode *m, const struct results_change *c)
{
    const struct colors *color = &x->r[0].c;
    bool bad = baseline_change_failed(c);
    struct value_texts text;

    value_texts(c->base, c->with, &text);
    table_cell(t, "%s", !bad ? "ok" : x->o->update ? "accepted" : "FAILED");
    table_cell(t, "%s: %s", m->now->name, c->base->name);
    table_cell(t, "%s -> %s", text.base, text.with);
    table_cell(t, "%s%s%s", text.change, *text.percent ? ", " : "", text.percent);
    table_cell(t, "limit: %s", c->limit);
    table_cell(t, "%s:%u:%u", x->o->baseline, c->base->line, c->base->col);
    if (bad && !x->o->update)
        table_mark(t, color->red, color->off);
}

static void show_rows(const struct baseline_verdict *v, const struct session *x)
{
    struct table *t = table_new("llllll");

    for (size_t k = 0; k < v->n; k++) {
        const struct baseline_mode *m = &v->mode[k];
        if (!m->now) {
            table_cell(t, "%s", x->o->update ? "accepted" : "FAILED");
            table_cell(t, "%s: the scenario has no such mode any more", m->base->name);
            for (int c = 0; c < 3; c++)
                table_cell(t, "%s", "");
            table_cell(t, "%s:%u:%u", x->o->baseline, m->base->line, m->base->col);
            continue;
        }
        for (size_t i = 0; i < m->n; i++) {
            const struct results_change *c = &m->change[i];
            if (baseline_change_failed(c) || (c->verdict == RESULTS_WITHIN && x->o->verbose))
                row(x, t, m, c);
        }
    }
    table_print(t, 2);
    table_free(t);
}

static bool is_first(const struct baseline_verdict *v, size_t mode, const char *name)
{
    for (size_t k = 0; k < mode; k++)
        for (size_t i = 0; i < v->mode[k].n; i++)
            if (v->mode[k].change[i].verdict == RESULTS_NEW && !strcmp(v->mode[k].change[i].with->name, name))
                return false;
    return true;
}

/* "note: 2 metrics are not in the baseline (a, b); --update adds them" */
static void show_new(const struct baseline_verdict *v, const struct options *o)
{
    size_t n = 0;

    for (int print = 0; print < 2; print++) {
        size_t total = n;
        if (print)
            printf("  note: %zu metric%s not in the baseline (", total, total == 1 ? " is" : "s are");
        n = 0;
        for (size_t k = 0; k < v->n; k++) {
            for (size_t i = 0; i < v->mode[k].n; i++) {
                const struct results_change *c = &v->mode[k].change[i];
                if (c->verdict != RESULTS_NEW || !is_first(v, k, c->with->name))
                    continue;
                if (print && n < NAMED_NEW)
                    printf("%s%s", n ? ", " : "", c->with->name);
                n++;
            }
        }
        if (print)
            printf("%s)%s\n", total > NAMED_NEW ? ", ..." : "", o->update ? "; added" : "; --update adds them");
    }
}

/* "small: 3 of 140 metrics differ, 1 mode is gone" */
static void show_count(const struct baseline_verdict *v, const char *on, const char *off)
{
    const char *gap = "";

    printf("%s%s: ", on, v->base->name);
    if (v->differ) {
        printf("%zu of %zu metrics differ%s", v->differ, v->compared, v->differ == 1 ? "s" : "");
        gap = ", ";
    } else if (!v->gone && v->compared) {
        printf("%zu metrics hold", v->compared);
        gap = ", ";
    }
    if (v->gone) {
        printf("%s%zu mode%s gone", gap, v->gone, v->gone == 1 ? " is" : "s are");
        gap = ", ";
    }
    if (v->broken)
        printf("%s%zu mode%s did not come to %s end", gap, v->broken, v->broken == 1 ? "" : "s",
               v->broken == 1 ? "its" : "their");
    printf("%s\n", off);
}

/* Why, and what to do about it. */
static void show_cause(const struct baseline_verdict *v, const struct session *x, size_t i)
{
    char text[YARD_TEXT], *command;

    yard_cause(v, text, sizeof text);
    if (!baseline_failed(v)) {
        if (baseline_cause(v->base, v->now) == BASELINE_PROGRAM)
            return;
        if (github_wanted(x->o) && yard_model_changed(v)) {
            github_begin("warning", x->o->baseline, 0, 0, "baseline");
            github_text(v->base->name);
            printf(": ");
            github_text(text);
            putchar('\n');
        } else {
            printf("  note: %s\n", text);
        }
        return;
    }
    printf("  %s\n", text);
    if (x->o->update)
        return;
    command = accept_command(x, i);
    printf("  to accept this: %s\n", command);
    free(command);
}

void yard_show(const struct yardstick *y, const struct session *x, size_t i)
{
    const struct baseline_verdict *v = y->base ? &y->v[i] : NULL;
    const struct options *o = x->o;
    const struct colors *c = &x->r[i].c;

    if (!v || (o->quiet && !baseline_failed(v) && !v->fresh && !yard_model_changed(v)))
        return;
    printf("%s%sbaseline%s   %s: ", o->quiet ? "" : "\n", c->bold, c->off, o->baseline);
    if (!v->base) {
        printf("scenario %s is new\n", scenario_name(x->s[i]));
        return;
    }
    if (baseline_failed(v) || v->broken)
        show_count(v, o->update ? "" : c->red, o->update ? "" : c->off);
    else
        printf("%zu metrics hold\n", v->compared);
    if (v->within)
        printf("  %zu within %s%s\n", v->within, v->within == 1 ? "its limit" : "their limits",
               o->verbose ? "" : "   (-v lists them)");
    if (github_wanted(o) && !o->update)
        github_baseline(x, v, i);
    else
        show_rows(v, x);
    if (v->fresh)
        show_new(v, o);
    show_cause(v, x, i);
}

void yard_show_rest(const struct yardstick *y, const struct session *x)
{
    for (size_t i = 0; y->base && i < y->base->n; i++) {
        const struct results_scenario *s = &y->base->scenario[i];
        if (!baseline_left_out(s, x->s, x->n))
            continue;
        if (github_wanted(x->o))
            github_left_out(x, s);
        else
            printf("note: scenario %s of baseline %s was not run\n", s->name, x->o->baseline);
    }
}
