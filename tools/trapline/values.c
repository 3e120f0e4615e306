/* SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits behind the point; more are used where these do not show a difference. */
#define TIME_DIGITS  3 /* of microseconds */
#define RATIO_DIGITS 2
#define MOST_DIGITS  15

static bool is_time(const struct results_metric *m)
{
    return !strcmp(m->unit, "ns");
}

static void put_value(const struct results_metric *m, int more, char *buf)
{
    if (!m)
        snprintf(buf, VALUE_TEXT, "gone");
    else if (!m->valid)
        snprintf(buf, VALUE_TEXT, "-");
    else if (is_time(m))
        snprintf(buf, VALUE_TEXT, "%.*f us", TIME_DIGITS + more, results_value(m) / 1e3);
    else if (m->real)
        snprintf(buf, VALUE_TEXT, "%.*f", RATIO_DIGITS + more, m->r);
    else
        snprintf(buf, VALUE_TEXT, "%" PRIu64, m->u);
}

static bool same_value(const struct results_metric *a, const struct results_metric *b)
{
    if (!a->valid || !b->valid)
        return a->valid == b->valid;
    if (!a->real && !b->real)
        return a->u == b->u;
    return results_value(a) == results_value(b); /* NOLINT: exact on purpose */
}

static void put_change(const struct results_metric *base, const struct results_metric *with, int more, char *buf)
{
    double d = results_value(with) - results_value(base);

    if (same_value(base, with))
        snprintf(buf, VALUE_TEXT, "=");
    else if (!base->valid || !with->valid)
        buf[0] = '\0';
    else if (is_time(with))
        snprintf(buf, VALUE_TEXT, "%+.*f us", TIME_DIGITS + more, d / 1e3);
    else if (base->real || with->real)
        snprintf(buf, VALUE_TEXT, "%+.*f", RATIO_DIGITS + more, d);
    else if (with->u > base->u)
        snprintf(buf, VALUE_TEXT, "+%" PRIu64, with->u - base->u);
    else
        snprintf(buf, VALUE_TEXT, "-%" PRIu64, base->u - with->u);
}

/* Two digits, but a change is never shown as none. */
static void put_percent(double v, char *buf)
{
    snprintf(buf, VALUE_TEXT, v < 0.005 && v > -0.005 ? "%+.1g %%" : "%+.2f %%", v);
}

void value_texts(const struct results_metric *base, const struct results_metric *with, struct value_texts *t)
{
    int more = 0;

    *t = (struct value_texts){.change = ""};
    put_value(base, 0, t->base);
    put_value(with, 0, t->with);
    if (!base)
        snprintf(t->base, VALUE_TEXT, "new");
    if (!base || !with)
        return;
    while (!strcmp(t->base, t->with) && !same_value(base, with) && more < MOST_DIGITS) {
        more++;
        put_value(base, more, t->base);
        put_value(with, more, t->with);
    }
    put_change(base, with, more, t->change);
    if (base->valid && with->valid && results_value(base) != 0.0 && !same_value(base, with)) /* NOLINT: just 0 */
        put_percent(100.0 * (results_value(with) - results_value(base)) / results_value(base), t->percent);
}

void value_exact(const struct results_metric *m, char *buf, size_t n)
{
    *buf = '\0';
    if (!m || !m->valid)
        return;
    if (!m->real) {
        snprintf(buf, n, "%" PRIu64, m->u);
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buf, n, "%.*g", digits, m->r);
        if (strtod(buf, NULL) == m->r) /* NOLINT: exact on purpose */
            return;
    }
}

void value_sentence(const struct results_metric *base, const struct results_metric *with, char *buf, size_t n)
{
    struct value_texts t;

    value_texts(base, with, &t);
    if (!*t.change)
        snprintf(buf, n, "%s -> %s", t.base, t.with);
    else
        snprintf(buf, n, "%s -> %s (%s%s%s)", t.base, t.with, t.change, *t.percent ? ", " : "", t.percent);
}
