/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expect.c - the `expect:` part of a scenario: read before the run, evaluated after it.
 */
#include "internal.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* Of all modes together; an expectation in `all` counts once for each. */
#define MAX_EXPECTATIONS 20000u

struct builder {
    struct decoder *d;
    struct scenario *s;
    size_t capacity;
};

static struct expectation *new_expectation(struct builder *b, const char *scope, int mode, const char *text,
                                           struct where at)
{
    struct scenario *s = b->s;
    struct expectation *e;

    if (s->nexpect == b->capacity) {
        size_t cap = b->capacity ? b->capacity * 2 : 32;
        struct expectation *more = arena_alloc(&s->arena, cap * sizeof *more);
        if (s->nexpect)
            memcpy(more, s->expect, s->nexpect * sizeof *more);
        s->expect = more;
        b->capacity = cap;
    }
    e = &s->expect[s->nexpect++];
    *e = (struct expectation){.at = at};
    e->pub = (struct scenario_outcome){.scope = scope,
                                       .mode = mode,
                                       .text = text,
                                       .line = at.line + 1,
                                       .col = at.col + 1,
                                       .verdict = SCENARIO_SKIPPED,
                                       .got = ""};
    return e;
}

/* Whether what one more line of the file means can be kept. */
static bool has_room(struct builder *b, const struct node *n)
{
    if (b->s->nexpect + b->s->nmodes <= MAX_EXPECTATIONS)
        return true;
    diag_add(b->d->diags, n->at, NULL, "there are more than %u expectations", MAX_EXPECTATIONS);
    return false;
}

static bool is_list(struct builder *b, const struct node *n, const char *key)
{
    if (n->kind == NODE_LIST)
        return true;
    diag_add(b->d->diags, n->at, "- exits.total == 1000", "'%.40s' must be a list of expressions, not %s", key,
             node_kind_text(n));
    return false;
}

/* A list of expressions for one mode (mode >= 0), for every mode ("all"), or across modes ("compare"). */
static void expressions(struct builder *b, const char *scope, int mode, const struct node *list)
{
    struct scenario *s = b->s;
    const char *names[EXPR_MAX_MODES];
    struct expr_context c = {.arena = &s->arena, .diags = b->d->diags};
    bool compare = !strcmp(scope, "compare");

    if (!is_list(b, list, scope))
        return;
    for (size_t i = 0; compare && i < s->nmodes; i++)
        names[i] = s->mode[i].name;
    if (compare) {
        c.modes = names;
        c.nmodes = s->nmodes;
    }
    for (size_t i = 0; i < list->n && has_room(b, list->item[i]); i++) {
        const struct node *n = list->item[i];
        const struct expr *e = NULL;
        if (n->kind != NODE_SCALAR)
            diag_add(b->d->diags, n->at, "quote it if it contains ': ' or starts with a bracket",
                     "an expression is expected, not %s", node_kind_text(n));
        else if (strlen(n->text) > EXPECT_MAX_EXPRESSION)
            diag_add(b->d->diags, n->at, NULL, "the expression is longer than %u characters", EXPECT_MAX_EXPRESSION);
        else
            e = expr_parse(&c, n->text, n->straight ? n->text_at : n->at, n->straight);
        if (!e)
            continue;
        for (size_t m = 0; m < s->nmodes; m++) {
            if (mode >= 0 ? (size_t)mode == m : !compare || m == 0)
                new_expectation(b, scope, compare ? -1 : (int)m, n->text, n->at)->expr = e;
        }
    }
}

static void accesses(struct builder *b, const struct node *list)
{
    if (!is_list(b, list, "accesses"))
        return;
    for (size_t i = 0; i < list->n && has_room(b, list->item[i]); i++) {
        const struct access_list *l = access_decode(b->d, b->s, list->item[i]);
        struct arena *a = &b->s->arena;
        if (!l)
            continue;
        new_expectation(b, "accesses", (int)l->mode,
                        arena_printf(a, "accesses of interrupt %llu of %s on CPU %u", (unsigned long long)l->occurrence,
                                     b->s->mode[l->mode].config.devices[l->device].name, l->cpu),
                        list->item[i]->at)
            ->access = l;
    }
}

static void unknown_scope(struct builder *b, const struct pair *p)
{
    struct text_nearest near;
    struct arena *a = &b->s->arena;
    char *help = arena_strdup(a, "all, compare, accesses, or a mode:");

    text_nearest_start(&near, p->key);
    text_nearest_try(&near, "all");
    text_nearest_try(&near, "compare");
    text_nearest_try(&near, "accesses");
    for (size_t i = 0; i < b->s->nmodes; i++) {
        text_nearest_try(&near, b->s->mode[i].name);
        help = arena_printf(a, "%s %s", help, b->s->mode[i].name);
    }
    if (text_nearest_found(&near))
        help = arena_printf(a, "did you mean '%s'?", text_nearest_found(&near));
    diag_add(b->d->diags, p->at, help, "there is no mode '%.40s'", p->key);
}

void expect_decode(struct decoder *d, struct scenario *s, const struct node *n)
{
    struct builder b = {d, s, 0};

    if (!n)
        return;
    if (n->kind != NODE_MAP) {
        diag_add(d->diags, n->at, "expect: {all: [...], MODE: [...], compare: [...]}",
                 "'expect' must be a mapping, not %s", node_kind_text(n));
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        const struct pair *p = &n->pair[i];
        int mode = scenario_mode_find(s, p->key);
        if (!strncmp(p->key, "x-", 2))
            continue;
        if (!strcmp(p->key, "accesses"))
            accesses(&b, p->value);
        else if (mode >= 0 || !strcmp(p->key, "all") || !strcmp(p->key, "compare"))
            expressions(&b, p->key, mode, p->value);
        else
            unknown_scope(&b, p);
    }
}

/* ---- after the run ------------------------------------------------------------------------------- */

struct lookup {
    struct scenario *s;
    int mode; /* -1: the expression says */
};

const struct machine_metric *expect_metric(struct scenario *s, size_t mode, size_t metric)
{
    struct machine *m = s->mode[mode].machine;
    const struct machine_metric *all;
    size_t n, names;

    if (!m)
        return NULL;
    all = machine_metrics(m, &n);
    /* Both tables are one table; should they ever differ, the name decides. */
    if (metric < n && all[metric].name && !strcmp(all[metric].name, machine_metric_table(&names)[metric].name))
        return &all[metric];
    return machine_metric_find(m, machine_metric_table(&names)[metric].name);
}

static const struct machine_metric *metric_of(void *ctx, size_t mode, size_t metric)
{
    const struct lookup *l = ctx;
    return expect_metric(l->s, l->mode >= 0 ? (size_t)l->mode : mode, metric);
}

/* Whether every mode that an expectation needs was run to its end. */
static enum scenario_verdict ready(const struct scenario *s, const struct expectation *e, const char **why)
{
    for (size_t i = 0; i < s->nmodes; i++) {
        bool named = e->expr && (e->pub.mode < 0 || e->fail_on) && expr_modes(e->expr) >> i & 1;
        bool needed = named || (e->pub.mode >= 0 && (size_t)e->pub.mode == i);
        if (!needed || s->mode[i].status == 0)
            continue;
        /* A condition that names a mode guards it: left out, it guards nothing. */
        if (named && e->fail_on && s->mode[i].status == 1) {
            *why = "a mode that was not run";
            return SCENARIO_FAILED;
        }
        *why = s->mode[i].status == 1 ? "" : "the run did not end";
        return s->mode[i].status == 1 ? SCENARIO_SKIPPED : SCENARIO_FAILED;
    }
    return SCENARIO_OK;
}

size_t scenario_evaluate(struct scenario *s)
{
    size_t failed = 0;

    for (size_t i = 0; i < s->nexpect; i++) {
        struct expectation *e = &s->expect[i];
        struct lookup l = {s, e->pub.mode};
        bool ok;
        e->pub.verdict = ready(s, e, &e->pub.got);
        if (e->pub.verdict == SCENARIO_OK && e->fail_on) {
            e->pub.verdict = fail_on_evaluate(s, e, &e->pub.got);
        } else if (e->pub.verdict == SCENARIO_OK) {
            ok = e->expr ? expr_holds(e->expr, metric_of, &l, &s->arena, &e->pub.got)
                         : access_compare(s, e->access, &e->pub.got);
            e->pub.verdict = ok ? SCENARIO_OK : SCENARIO_FAILED;
        }
        failed += e->pub.verdict == SCENARIO_FAILED;
        s->outcome[i] = e->pub;
    }
    return failed;
}

const struct scenario_outcome *scenario_outcomes(const struct scenario *s, size_t *count)
{
    *count = s->nexpect;
    return s->outcome;
}
