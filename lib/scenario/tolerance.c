/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tolerance.c - how far a metric may be off its baseline.
 */
#include "results.h"
#include "text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether a text matches a pattern in which '*' stands for any characters. */
static bool matches(const char *pattern, const char *text)
{
    const char *star = NULL, *from = NULL;

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            from = text;
        } else if (*pattern == *text) {
            pattern++;
            text++;
        } else if (star) { /* let the last star take one character more */
            pattern = star + 1;
            text = ++from;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool matches_metric(const char *pattern)
{
    size_t n;
    const struct machine_metric_info *info = machine_metric_table(&n);

    for (size_t i = 0; i < n; i++)
        if (matches(pattern, info[i].name))
            return true;
    return false;
}

static bool matches_mode(const struct results *r, struct scenario *const *s, size_t n, const char *pattern)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->scenario[i].n; k++)
            if (matches(pattern, r->scenario[i].mode[k].name))
                return true;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < scenario_modes(s[i]); k++)
            if (matches(pattern, scenario_mode_name(s[i], k)))
                return true;
    return false;
}

static const char *metric_help(struct arena *a, const char *word)
{
    struct text_nearest near;
    size_t n;
    const struct machine_metric_info *info = machine_metric_table(&n);

    text_nearest_start(&near, word);
    for (size_t i = 0; i < n; i++)
        text_nearest_try(&near, info[i].name);
    if (text_nearest_found(&near))
        return arena_printf(a, "did you mean '%s'?", text_nearest_found(&near));
    return "'trapline metrics' lists them; '*' stands for anything: 'latency.*=2%'";
}

/* "2%", "3", "250ns", "any" */
static bool parse_limit(struct tolerance *t)
{
    uint64_t ps;
    size_t len = strlen(t->limit), digits = strspn(t->limit, "0123456789.");

    if (!strcmp(t->limit, "any")) {
        t->kind = LIMIT_ANY;
        return true;
    }
    if (text_duration(t->limit, &ps) == TEXT_OK) {
        t->kind = LIMIT_TIME;
        t->amount = (double)ps / 1000.0;
        return true;
    }
    t->kind = t->limit[digits] == '%' ? LIMIT_PERCENT : LIMIT_NUMBER;
    if (digits == 0 || digits + (t->kind == LIMIT_PERCENT) != len || t->limit[0] == '.' || len > 20 ||
        strchr(t->limit, '.') != strrchr(t->limit, '.'))
        return false;
    t->amount = strtod(t->limit, NULL);
    return true;
}

static bool is_time(const char *unit)
{
    return !strcmp(unit, "ns");
}

/* A limit without a unit means nothing for a time, and a time means nothing for all else; exact is exact. */
static bool fits(const struct tolerance *t, bool time)
{
    return t->kind == LIMIT_TIME ? time : t->kind != LIMIT_NUMBER || !time || t->amount <= 0.0;
}

/* Whether a limit is one for at least one of the metrics of its pattern. */
static bool fits_any(const struct tolerance *t)
{
    size_t n;
    const struct machine_metric_info *info = machine_metric_table(&n);

    for (size_t i = 0; i < n; i++)
        if (matches(t->match, info[i].name) && fits(t, is_time(info[i].unit)))
            return true;
    return false;
}

static bool same_pattern(const struct tolerance *a, const struct tolerance *b)
{
    return !strcmp(a->match, b->match) && !a->mode == !b->mode && (!a->mode || !strcmp(a->mode, b->mode));
}

/* At the end of the list, in place of an older one for the same pattern. */
static void append(struct results_all *r, struct tolerance *t)
{
    struct tolerance **at = &r->first;

    while (*at) {
        if (same_pattern(*at, t))
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
    *at = t;
}

bool tolerance_add(struct results_all *r, const char *text, struct where at, struct scenario *const *s, size_t n,
                   struct scenario_diags *d)
{
    struct arena *a = &r->arena;
    struct tolerance *t = arena_alloc(a, sizeof *t);
    const char *eq = strrchr(text, '='), *dot;
    struct where limit_at = at;

    if (!eq || eq == text) {
        diag_add(d, at, "latency.*=2%, exits.total=3, forwarded.latency.wire_to_iar.p99=250ns",
                 "a tolerance is METRIC=LIMIT, not '%.60s'", text);
        return false;
    }
    limit_at.col += (uint32_t)(eq + 1 - text);
    t->text = arena_strdup(a, text);
    t->match = rename_apply(r->renames, arena_strndup(a, text, (size_t)(eq - text)), NULL);
    t->limit = arena_strdup(a, eq + 1);
    if (!parse_limit(t)) {
        diag_add(d, limit_at, "2% of the baseline's value, 3, 250ns, or any", "'%.40s' is no limit", t->limit);
        return false;
    }
    dot = strchr(t->match, '.');
    if (!matches_metric(t->match)) {
        const char *mode = dot ? arena_strndup(a, t->match, (size_t)(dot - t->match)) : NULL;
        if (!dot || !matches_metric(rename_apply(r->renames, dot + 1, NULL))) {
            diag_add(d, at, metric_help(a, dot && matches_mode(&r->pub, s, n, mode) ? dot + 1 : t->match),
                     "there is no metric '%.60s'", t->match);
            return false;
        }
        /* In a baseline it may have outlived its mode. */
        if (s && !matches_mode(&r->pub, s, n, mode)) {
            diag_add(d, at, metric_help(a, t->match), "'%.40s' is neither a mode nor the beginning of a metric", mode);
            return false;
        }
        t->mode = mode;
        t->match = rename_apply(r->renames, dot + 1, NULL);
    }
    if (!fits_any(t)) {
        if (t->kind == LIMIT_TIME)
            diag_add(d, limit_at, "3, 2%, or any", "'%.60s' is no time, so '%.40s' is no limit for it", t->match,
                     t->limit);
        else
            diag_add(d, limit_at, "250ns, 2%, or any", "'%.60s' is a time, so the limit '%.40s' needs a unit", t->match,
                     t->limit);
        return false;
    }
    append(r, t);
    return true;
}

int baseline_tolerate(struct results *base, const char *text, struct scenario *const *s, size_t n,
                      struct scenario_diags *d)
{
    const struct source *src = source_text(&d->arena, "--tolerance", text, strlen(text));

    return tolerance_add((struct results_all *)base, src->text, (struct where){src, 0, 0}, s, n, d) ? 0 : -EINVAL;
}

const struct tolerance *tolerance_of(const struct results_all *r, const char *mode, const struct results_metric *m)
{
    const struct tolerance *found = NULL;
    bool time = is_time(m->unit);

    for (const struct tolerance *t = r ? r->first : NULL; t; t = t->next)
        if (fits(t, time) && (!t->mode || matches(t->mode, mode)) && matches(t->match, m->name))
            found = t;
    return found && found->kind != LIMIT_ANY && found->amount <= 0.0 ? NULL : found;
}

bool tolerance_allows(const struct tolerance *t, const struct results_metric *base, const struct results_metric *with)
{
    long double from, to, change;

    if (t && t->kind == LIMIT_ANY)
        return true;
    if (!base->valid || !with->valid)
        return base->valid == with->valid;
    if (!base->real && !with->real && base->u == with->u)
        return true;
    from = base->real ? (long double)base->r : (long double)base->u;
    to = with->real ? (long double)with->r : (long double)with->u;
    change = fabsl(to - from);
    if (!t)
        return change == 0.0L; /* NOLINT: exact on purpose */
    /* Doubles carry the limit, so a change of just 2 % must not fail for their last bit. */
    if (t->kind == LIMIT_PERCENT)
        return (double)(change * 100.0L) <= (double)(fabsl(from) * (long double)t->amount);
    return (double)change <= t->amount;
}
