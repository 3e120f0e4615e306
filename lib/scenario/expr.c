/* SPDX-License-Identifier: Apache-2.0 */
#include "expr_tree.h"

#include "text.h"

#include <stdio.h>
#include <string.h>

struct parser {
    const struct expr_context *c;
    const char *text, *p;
    struct where at;
    bool straight, failed, any_mode;
    unsigned depth;
    uint32_t modes;
};

static struct where where_at(const struct parser *s, const char *p)
{
    struct where w = s->at;
    if (s->straight)
        w.col += (uint32_t)(p - s->text);
    return w;
}

static const struct expr *fail(struct parser *s, const char *p, const char *help, const char *msg)
{
    if (!s->failed)
        diag_add(s->c->diags, where_at(s, p), help, "%s", msg);
    s->failed = true;
    return NULL;
}

static void skip_space(struct parser *s)
{
    while (*s->p == ' ' || *s->p == '\t' || *s->p == '\n')
        s->p++;
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct expr *new_expr(struct parser *s, enum expr_op op, const struct expr *l, const struct expr *r)
{
    struct expr *e = arena_alloc(s->c->arena, sizeof *e);
    e->op = op;
    e->l = l;
    e->r = r;
    return e;
}

/* Adding or comparing a time with a count is a mistake; a plain number goes with everything. */
static bool same_kind(struct parser *s, const struct expr *l, const struct expr *r, const char *p, enum expr_dim *dim)
{
    *dim = l->dim == DIM_NUMBER ? r->dim : l->dim;
    if (l->dim == DIM_NUMBER || r->dim == DIM_NUMBER || l->dim == r->dim)
        return true;
    fail(s, p, "latencies are times: 5us; everything else is a number", "a time and a count do not go together");
    return false;
}

static const struct expr *number(struct parser *s)
{
    const char *start = s->p;
    struct expr *e = new_expr(s, EXPR_NUMBER, NULL, NULL);
    char word[48];
    uint64_t v;
    size_t len;

    while (is_alpha(*s->p) || is_digit(*s->p) || (*s->p == '.' && is_digit(s->p[1])))
        s->p++;
    len = (size_t)(s->p - start);
    if (len >= sizeof word)
        return fail(s, start, NULL, "the number is too long");
    memcpy(word, start, len);
    word[len] = '\0';
    if (text_duration(word, &v) == TEXT_OK) { /* picoseconds; times are counted in ns */
        e->dim = DIM_TIME;
        if (v > INT64_MAX)
            return fail(s, start, NULL, "the time is too long");
        e->number = value_fraction((int64_t)v, 1000);
        return e;
    }
    if (text_uint(word, &v) == TEXT_OK && v <= INT64_MAX) {
        e->number = value_fraction((int64_t)v, 1);
        return e;
    }
    if (value_decimal(word, &e->number))
        return e;
    return fail(s, start, "1000, 0x22, 1.5, 250ns, 1.5us", "this is no number, or too large");
}

static const struct expr *bad_metric(struct parser *s, const char *start, const char *name,
                                     const struct machine_metric_info *info, size_t n)
{
    struct text_nearest near;
    char msg[160], help[160];

    text_nearest_start(&near, name);
    for (size_t i = 0; i < n; i++)
        text_nearest_try(&near, info[i].name);
    snprintf(msg, sizeof msg, "there is no metric '%.60s'", name);
    if (text_nearest_found(&near))
        snprintf(help, sizeof help, "did you mean '%s'?", text_nearest_found(&near));
    else
        snprintf(help, sizeof help, "'trapline metrics' lists them");
    return fail(s, start, help, msg);
}

/* The mode in front of a metric's name. Returns what follows the point, or NULL after an error. */
static const char *mode_prefix(struct parser *s, const char *start, const char *name, struct expr *e)
{
    const struct expr_context *c = s->c;
    size_t len = strcspn(name, ".");
    struct text_nearest near;
    char msg[160], help[160];
    char *first = arena_strndup(c->arena, name, len);

    text_nearest_start(&near, first);
    for (size_t i = 0; i < c->nmodes; i++) {
        if (name[len] == '.' && !strcmp(first, c->modes[i])) {
            e->mode = i;
            s->modes |= 1u << i;
            return name + len + 1;
        }
        text_nearest_try(&near, c->modes[i]);
    }
    if (c->condition) /* what follows is a metric, or this would not be taken for a mode */
        snprintf(msg, sizeof msg, "'%.40s' is no mode", first);
    else
        snprintf(msg, sizeof msg, "'%.40s' is no mode; a comparison names the mode of each metric", first);
    if (text_nearest_found(&near))
        snprintf(help, sizeof help, "did you mean '%s'?", text_nearest_found(&near));
    else if (c->condition)
        snprintf(help, sizeof help, "without a mode it is about all of them: %.60s", name + len + 1);
    else
        snprintf(help, sizeof help, "for example %s.%.60s", c->nmodes ? c->modes[0] : "MODE", name);
    fail(s, start, help, msg);
    return NULL;
}

static bool is_mode(const struct expr_context *c, const char *word, size_t len)
{
    for (size_t i = 0; i < c->nmodes; i++)
        if (strlen(c->modes[i]) == len && !strncmp(c->modes[i], word, len))
            return true;
    return false;
}

/*
 * In a condition a mode stands in front only if the whole is no metric, and what follows is one or, with a
 * misspelt metric, the first word is a mode and no group of metrics.
 */
static bool has_prefix(const struct parser *s, const char *name, const struct machine_metric_info *info, size_t n)
{
    size_t len = strcspn(name, ".");
    bool bare = false, behind = false, group = false;

    if (!s->c->condition)
        return s->c->modes != NULL;
    for (size_t i = 0; i < n; i++) {
        bare = bare || !strcmp(info[i].name, name);
        behind = behind || (name[len] && !strcmp(info[i].name, name + len + 1));
        group = group || (strcspn(info[i].name, ".") == len && !strncmp(info[i].name, name, len));
    }
    return !bare && (behind || (name[len] && !group && is_mode(s->c, name, len)));
}

static const struct expr *metric(struct parser *s, const char *start, const char *name)
{
    struct expr *e = new_expr(s, EXPR_METRIC, NULL, NULL);
    const struct machine_metric_info *info;
    const char *bare = name;
    size_t n;

    info = machine_metric_table(&n);
    if (has_prefix(s, name, info, n)) {
        bare = mode_prefix(s, start, name, e);
    } else if (s->c->condition) {
        e->mode = EXPR_THIS_MODE;
        s->any_mode = true;
    } else {
        s->modes |= 1;
    }
    if (!bare)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(info[i].name, bare)) {
            e->metric = i;
            e->dim = !strcmp(info[i].unit, "ns") ? DIM_TIME : DIM_COUNT;
            return e;
        }
    }
    return bad_metric(s, start + (bare - name), bare, info, n);
}

static const struct expr *sum(struct parser *s);

/* min(a, b, ...) and max(a, b, ...); s->p is behind the bracket. */
static const struct expr *minmax(struct parser *s, enum expr_op op)
{
    const struct expr *l = sum(s), *r;
    struct expr *e;
    enum expr_dim dim;

    for (;;) {
        const char *here;
        skip_space(s);
        here = s->p;
        if (s->failed)
            return NULL;
        if (*here == ')') {
            s->p++;
            return l;
        }
        if (*here != ',')
            return fail(s, here, NULL, "',' or ')' expected");
        s->p++;
        r = sum(s);
        if (!r || !same_kind(s, l, r, here, &dim))
            return NULL;
        e = new_expr(s, op, l, r);
        e->dim = dim;
        l = e;
    }
}

static const struct expr *word(struct parser *s)
{
    const char *start = s->p, *after;
    char *name;

    while (is_alpha(*s->p) || is_digit(*s->p) || *s->p == '.')
        s->p++;
    name = arena_strndup(s->c->arena, start, (size_t)(s->p - start));
    after = s->p;
    skip_space(s);
    if (*s->p == '(') {
        bool min = !strcmp(name, "min");
        if (!min && strcmp(name, "max"))
            return fail(s, start, "min(a, b) and max(a, b)", "there is no such function");
        s->p++;
        return minmax(s, min ? EXPR_MIN : EXPR_MAX);
    }
    s->p = after;
    return metric(s, start, name);
}

static const struct expr *unary(struct parser *s)
{
    const struct expr *e;
    struct expr *neg;

    skip_space(s);
    if (++s->depth > EXPR_MAX_DEPTH)
        return fail(s, s->p, NULL, "the expression is nested too deeply");
    if (*s->p == '-') {
        s->p++;
        e = unary(s);
        if (e) {
            neg = new_expr(s, EXPR_NEG, e, NULL);
            neg->dim = e->dim;
            e = neg;
        }
    } else if (*s->p == '(') {
        s->p++;
        e = sum(s);
        skip_space(s);
        if (e && *s->p != ')')
            return fail(s, s->p, NULL, "')' expected");
        s->p += e != NULL;
    } else if (is_digit(*s->p)) {
        e = number(s);
    } else if (is_alpha(*s->p)) {
        e = word(s);
    } else {
        e = fail(s, s->p, "exits.total == 1000, latency.wire_to_iar.p99 < 5us",
                 *s->p ? "a metric or a number expected here" : "the expression ends too early");
    }
    s->depth--;
    return e;
}

static const struct expr *product(struct parser *s)
{
    const struct expr *l = unary(s), *r;

    for (skip_space(s); l && (*s->p == '*' || *s->p == '/'); skip_space(s)) {
        const char *here = s->p++;
        struct expr *e;
        r = unary(s);
        if (!r)
            return NULL;
        e = new_expr(s, *here == '*' ? EXPR_MUL : EXPR_DIV, l, r);
        if (*here == '*' && l->dim == DIM_TIME && r->dim == DIM_TIME)
            return fail(s, here, NULL, "two times cannot be multiplied");
        if (*here == '/' && r->dim == DIM_TIME && l->dim != DIM_TIME)
            return fail(s, here, NULL, "a count cannot be divided by a time");
        if (*here == '/' && l->dim == DIM_TIME && r->dim == DIM_TIME)
            e->dim = DIM_NUMBER;
        else
            e->dim = l->dim == DIM_TIME || r->dim == DIM_TIME ? DIM_TIME : l->dim == DIM_COUNT ? l->dim : r->dim;
        l = e;
    }
    return l;
}

static const struct expr *sum(struct parser *s)
{
    const struct expr *l, *r;

    if (++s->depth > EXPR_MAX_DEPTH)
        return fail(s, s->p, NULL, "the expression is nested too deeply");
    l = product(s);
    for (skip_space(s); l && (*s->p == '+' || *s->p == '-'); skip_space(s)) {
        const char *here = s->p++;
        struct expr *e;
        enum expr_dim dim;
        r = product(s);
        if (!r || !same_kind(s, l, r, here, &dim))
            return NULL;
        e = new_expr(s, *here == '+' ? EXPR_ADD : EXPR_SUB, l, r);
        e->dim = dim;
        l = e;
    }
    s->depth--;
    return l;
}

static bool comparison_op(struct parser *s, enum expr_op *op)
{
    static const struct {
        const char *text;
        enum expr_op op;
    } ops[] = {{"==", EXPR_EQ}, {"!=", EXPR_NE}, {"<=", EXPR_LE}, {">=", EXPR_GE}, {"<", EXPR_LT}, {">", EXPR_GT}};

    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        if (!strncmp(s->p, ops[i].text, strlen(ops[i].text))) {
            s->p += strlen(ops[i].text);
            *op = ops[i].op;
            return true;
        }
    }
    return false;
}

/* What stands behind the comparison: a sum, or in a condition a change: "+5", "+2%". */
static const struct expr *right_side(struct parser *s, const struct expr *l, const char *op, struct expr *root)
{
    const struct expr *r;
    enum expr_dim dim;

    skip_space(s);
    root->change = s->c->condition && *s->p == '+';
    if (root->change && !s->modes && !s->any_mode)
        return fail(s, op, "exits.total > +0", "a change of what? a metric must stand in front");
    s->p += root->change;
    r = sum(s);
    skip_space(s);
    if (r && root->change && *s->p == '%') {
        if (r->dim != DIM_NUMBER)
            return fail(s, s->p, "latency.wire_to_iar.p99 > +2%", "per cent of what? a plain number is expected");
        root->percent = true;
        s->p++;
        return r;
    }
    return r && same_kind(s, l, r, op, &dim) ? r : NULL;
}

const struct expr *expr_parse(const struct expr_context *c, const char *text, struct where at, bool straight)
{
    struct parser s = {.c = c, .text = text, .p = text, .at = at, .straight = straight};
    const struct expr *l = sum(&s), *r;
    struct expr *e;
    enum expr_op op;
    const char *here;

    if (!l)
        return NULL;
    skip_space(&s);
    here = s.p;
    if (!comparison_op(&s, &op))
        return fail(&s, here,
                    *here == '=' ? "write == to compare" : "one of == != < <= > >=", "a comparison is expected here");
    e = new_expr(&s, op, l, NULL);
    r = right_side(&s, l, here, e);
    if (!r)
        return NULL;
    skip_space(&s);
    if (*s.p)
        return fail(&s, s.p, c->condition ? "one comparison in each condition" : "one comparison in each expectation",
                    "the expression should end here");
    if (!s.modes && !s.any_mode)
        return fail(&s, text, "'trapline metrics' lists them", "the expression names no metric");
    e->r = r;
    e->modes = s.modes;
    e->any_mode = s.any_mode;
    return e;
}

uint32_t expr_modes(const struct expr *e)
{
    return e->modes;
}

bool expr_any_mode(const struct expr *e)
{
    return e->any_mode;
}

bool expr_is_change(const struct expr *e)
{
    return e->change;
}
