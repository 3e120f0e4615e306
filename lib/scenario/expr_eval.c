/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

struct value value_real(long double r)
{
    return (struct value){false, 0, 1, r};
}

struct value value_fraction(int64_t num, int64_t den)
{
    uint64_t g;

    if (num == INT64_MIN || den == INT64_MIN)
        return value_real((long double)num / (long double)den);
    if (den < 0) {
        num = -num;
        den = -den;
    }
    g = gcd((uint64_t)(num < 0 ? -num : num), (uint64_t)den);
    num /= (int64_t)g;
    den /= (int64_t)g;
    return (struct value){true, num, den, (long double)num / (long double)den};
}

bool value_decimal(const char *s, struct value *out)
{
    int64_t num = 0, den = 1;
    unsigned digits = 0;
    bool point = false;

    for (; *s; s++) {
        if (*s == '.' && !point) {
            point = true;
            continue;
        }
        if (*s < '0' || *s > '9' || ++digits > 18)
            return false;
        num = num * 10 + (*s - '0');
        den *= point ? 10 : 1;
    }
    *out = value_fraction(num, den);
    return digits > 0;
}

static struct value add(struct value a, struct value b, int sign)
{
    int64_t x, y, num, den;

    if (a.exact && b.exact && !__builtin_mul_overflow(a.num, b.den, &x) && !__builtin_mul_overflow(b.num, a.den, &y) &&
        !__builtin_mul_overflow(y, sign, &y) && !__builtin_add_overflow(x, y, &num) &&
        !__builtin_mul_overflow(a.den, b.den, &den))
        return value_fraction(num, den);
    return value_real(a.real + (long double)sign * b.real);
}

static struct value mul(struct value a, struct value b)
{
    int64_t num, den;

    if (a.exact && b.exact && !__builtin_mul_overflow(a.num, b.num, &num) &&
        !__builtin_mul_overflow(a.den, b.den, &den))
        return value_fraction(num, den);
    return value_real(a.real * b.real);
}

/* <0, 0, >0. Exact fractions are compared exactly; reals as the doubles that metrics are. */
static int compare(struct value a, struct value b)
{
    int64_t x, y;
    double r, s;

    if (a.exact && b.exact) {
        long double p = (long double)a.num * (long double)b.den, q = (long double)b.num * (long double)a.den;
        if (!__builtin_mul_overflow(a.num, b.den, &x) && !__builtin_mul_overflow(b.num, a.den, &y))
            return x < y ? -1 : x > y;
        return p < q ? -1 : p > q;
    }
    r = (double)a.real;
    s = (double)b.real;
    return r < s ? -1 : r > s;
}

struct eval {
    expr_lookup *lookup;
    void *ctx;
    const char *missing; /* why there is no value */
    const char *metric;
};

static struct value metric_value(struct eval *ev, const struct expr *e)
{
    const struct machine_metric *m = ev->lookup(ev->ctx, e->mode, e->metric);
    size_t n;

    if (!m || !m->valid) {
        ev->missing = m ? "was not measured" : "has no value";
        ev->metric = m ? m->name : machine_metric_table(&n)[e->metric].name;
        return value_fraction(0, 1);
    }
    if (m->real)
        return value_real((long double)m->r);
    return m->u <= INT64_MAX ? value_fraction((int64_t)m->u, 1) : value_real((long double)m->u);
}

static struct value eval(struct eval *ev, const struct expr *e)
{
    struct value l, r;

    if (e->op == EXPR_NUMBER)
        return e->number;
    if (e->op == EXPR_METRIC)
        return metric_value(ev, e);
    l = eval(ev, e->l);
    if (e->op == EXPR_NEG)
        return mul(l, value_fraction(-1, 1));
    r = eval(ev, e->r);
    switch (e->op) {
    case EXPR_ADD:
        return add(l, r, 1);
    case EXPR_SUB:
        return add(l, r, -1);
    case EXPR_MUL:
        return mul(l, r);
    case EXPR_DIV:
        if (compare(r, value_fraction(0, 1)) == 0) {
            ev->missing = "division by zero";
            ev->metric = NULL;
            return value_fraction(0, 1);
        }
        return r.exact && r.num != INT64_MIN && l.exact ? mul(l, value_fraction(r.den, r.num))
                                                        : value_real(l.real / r.real);
    case EXPR_MIN:
        return compare(l, r) <= 0 ? l : r;
    default:
        return compare(l, r) >= 0 ? l : r;
    }
}

static char *show(struct arena *a, struct value v, enum expr_dim dim)
{
    const char *unit = dim == DIM_TIME ? " ns" : "";

    if (v.exact && v.den == 1)
        return arena_printf(a, "%" PRId64 "%s", v.num, unit);
    return arena_printf(a, "%.6Lg%s", v.real, unit);
}

static bool comparison_holds(enum expr_op op, int c)
{
    switch (op) {
    case EXPR_EQ:
        return c == 0;
    case EXPR_NE:
        return c != 0;
    case EXPR_LT:
        return c < 0;
    case EXPR_LE:
        return c <= 0;
    case EXPR_GT:
        return c > 0;
    default:
        return c >= 0;
    }
}

enum expr_result expr_evaluate(const struct expr *e, expr_lookup *lookup, void *ctx, void *base, struct arena *a,
                               const char **got)
{
    static const char *const text[] = {
        [EXPR_EQ] = "==", [EXPR_NE] = "!=", [EXPR_LT] = "<", [EXPR_LE] = "<=", [EXPR_GT] = ">", [EXPR_GE] = ">="};
    struct eval ev = {lookup, ctx, NULL, NULL}, old = {lookup, base, NULL, NULL};
    const struct eval *bad;
    struct value now = eval(&ev, e->l), l = now, r = eval(&ev, e->r), was = value_fraction(0, 1);

    if (e->change) {
        was = eval(&old, e->l);
        l = add(now, was, -1);
    }
    if (e->percent)
        r = mul(mul(r, value_fraction(1, 100)), was);
    bad = ev.missing ? &ev : old.missing ? &old : NULL;
    if (bad) {
        *got = bad->metric
                   ? arena_printf(a, "%s %s%s", bad->metric, bad->missing, bad == &old ? " in the baseline" : "")
                   : bad->missing;
        return EXPR_NO_VALUE;
    }
    /* A comparison with a plain number repeats nothing that the reader has before him. */
    if (e->change)
        *got = arena_printf(a, "%s, %s in the baseline", show(a, now, e->l->dim), show(a, was, e->l->dim));
    else if (e->r->op == EXPR_NUMBER)
        *got = show(a, l, e->l->dim);
    else
        *got = arena_printf(a, "%s %s %s", show(a, l, e->l->dim), text[e->op], show(a, r, e->r->dim));
    return comparison_holds(e->op, compare(l, r)) ? EXPR_YES : EXPR_NO;
}

bool expr_holds(const struct expr *e, expr_lookup *lookup, void *ctx, struct arena *a, const char **got)
{
    return expr_evaluate(e, lookup, ctx, NULL, a, got) == EXPR_YES;
}
