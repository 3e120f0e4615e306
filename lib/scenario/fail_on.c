/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fail_on.c - conditions of the command line: expectations turned round, about results or about their change
 * against a baseline.
 */
#include "internal.h"

#include <errno.h>
#include <string.h>

/* Adds room for `more` outcomes; both arrays go together. */
static void grow(struct scenario *s, size_t more)
{
    struct expectation *e = arena_alloc(&s->arena, (s->nexpect + more) * sizeof *e);
    struct scenario_outcome *o = arena_alloc(&s->arena, (s->nexpect + more) * sizeof *o);

    if (s->nexpect) {
        memcpy(e, s->expect, s->nexpect * sizeof *e);
        memcpy(o, s->outcome, s->nexpect * sizeof *o);
    }
    s->expect = e;
    s->outcome = o;
}

static void add(struct scenario *s, const struct expr *e, int mode, const char *text)
{
    struct expectation *x = &s->expect[s->nexpect];

    *x = (struct expectation){.expr = e, .fail_on = true};
    x->pub = (struct scenario_outcome){
        .scope = "fail-on", .mode = mode, .text = text, .verdict = SCENARIO_SKIPPED, .got = ""};
    s->outcome[s->nexpect++] = x->pub;
}

int scenario_fail_on(struct scenario *s, const char *text, struct scenario_diags *d)
{
    const struct source *src = source_text(&d->arena, "--fail-on", text, strlen(text));
    const char *names[EXPR_MAX_MODES];
    struct expr_context c = {.arena = &s->arena, .diags = d, .modes = names, .nmodes = s->nmodes, .condition = true};
    const struct expr *e;

    if (strlen(text) > EXPECT_MAX_EXPRESSION) {
        diag_add(d, (struct where){src, 0, 0}, NULL, "the expression is longer than %u characters",
                 EXPECT_MAX_EXPRESSION);
        return -EINVAL;
    }
    for (size_t i = 0; i < s->nmodes; i++)
        names[i] = s->mode[i].name;
    e = expr_parse(&c, src->text, (struct where){src, 0, 0}, true);
    if (!e)
        return -EINVAL;
    grow(s, s->nmodes);
    text = arena_strdup(&s->arena, text);
    for (size_t i = 0; i < s->nmodes && expr_any_mode(e); i++)
        add(s, e, (int)i, text);
    if (!expr_any_mode(e))
        add(s, e, -1, text);
    return 0;
}

void scenario_set_baseline(struct scenario *s, const struct results_scenario *base)
{
    s->base = base;
}

bool scenario_needs_baseline(const struct scenario *s)
{
    for (size_t i = 0; i < s->nexpect; i++)
        if (s->expect[i].fail_on && expr_is_change(s->expect[i].expr))
            return true;
    return false;
}

/* ---- after the run ------------------------------------------------------------------------------- */

struct lookup {
    struct scenario *s;
    size_t mode; /* of metrics without one */
    bool base;   /* values of the baseline */
    struct machine_metric old;
};

/* The value of the baseline; what it does not have was not measured. */
static const struct machine_metric *old_value(struct lookup *l, size_t mode, size_t metric)
{
    size_t n;
    const char *name = machine_metric_table(&n)[metric].name;
    const struct results_mode *m = results_mode_find(l->s->base, l->s->mode[mode].name);
    const struct results_metric *r = results_metric_find(m, name);

    l->old = (struct machine_metric){.name = name};
    if (r) {
        l->old.valid = r->valid;
        l->old.real = r->real;
        l->old.u = r->u;
        l->old.r = r->r;
    }
    return &l->old;
}

static const struct machine_metric *look_up(void *ctx, size_t mode, size_t metric)
{
    struct lookup *l = ctx;

    if (mode == EXPR_THIS_MODE)
        mode = l->mode;
    return l->base ? old_value(l, mode, metric) : expect_metric(l->s, mode, metric);
}

enum scenario_verdict fail_on_evaluate(struct scenario *s, const struct expectation *e, const char **got)
{
    struct lookup run = {.s = s, .mode = e->pub.mode >= 0 ? (size_t)e->pub.mode : 0}, base = run;

    base.base = true;
    if (expr_is_change(e->expr) && !s->base) {
        *got = "";
        return SCENARIO_SKIPPED;
    }
    /* What cannot be evaluated guards nothing, and must not pass for a guard that holds. */
    return expr_evaluate(e->expr, look_up, &run, &base, &s->arena, got) == EXPR_NO ? SCENARIO_OK : SCENARIO_FAILED;
}
