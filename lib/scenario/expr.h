/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.h - the expressions of `expect:`: two sums of metrics and numbers, and a comparison between them.
 *
 *   comparison := sum ("==" | "!=" | "<" | "<=" | ">" | ">=") sum
 *   sum        := product (("+" | "-") product)*
 *   product    := unary (("*" | "/") unary)*
 *   unary      := "-" unary | number | metric | ("min" | "max") "(" sum ("," sum)* ")" | "(" sum ")"
 *   number     := decimal or 0x... with an optional unit ns, us, ms, s
 *   metric     := a name of machine_metric_table(), behind "MODE." in `compare`
 *
 * The conditions of --fail-on are the same, but "MODE." may be left out, and a comparison may be about a change
 * against a baseline: sum op "+" sum ["%"].
 *
 * Everything is checked when the file is read: names, brackets, and that a time is compared with a time.
 * Counts and the numbers of a file are exact fractions. Latencies and ratios are reals; where one takes
 * part, both sides are rounded to double before they are compared, so that 0.1 means what it says.
 */
#ifndef SCENARIO_EXPR_H
#define SCENARIO_EXPR_H

#include "diag.h"

#include <trapline/machine.h>

#define EXPR_MAX_DEPTH 40u
#define EXPR_MAX_MODES 32u

struct expr;

struct expr_context {
    struct arena *arena;
    struct scenario_diags *diags;
    const char *const *modes; /* names that metrics are prefixed with; NULL: none */
    size_t nmodes;
    bool condition; /* the prefix may be left out, and "> +2%" is about a change; see scenario_fail_on */
};
/* The mode of a metric of a condition that has no prefix. */
#define EXPR_THIS_MODE ((size_t)-1)

/* Parses text that stands at `at`; `straight`: its characters follow each other there. NULL after an error. */
const struct expr *expr_parse(const struct expr_context *c, const char *text, struct where at, bool straight);

/* Bit per mode that the expression names (bit 0 if modes have no names in it). */
uint32_t expr_modes(const struct expr *e);
/* Conditions: whether a metric has no mode in front, and whether it is about a change. */
bool expr_any_mode(const struct expr *e);
bool expr_is_change(const struct expr *e);

/* Where the values come from: the metric's index is that of machine_metric_table(). NULL: not available. */
typedef const struct machine_metric *expr_lookup(void *ctx, size_t mode, size_t metric);

enum expr_result { EXPR_NO, EXPR_YES, EXPR_NO_VALUE };

/*
 * Evaluates; *got says what was found, allocated from a, or why there is no value. base is the ctx for what a change
 * is measured against; NULL if the expression is not about one.
 */
enum expr_result expr_evaluate(const struct expr *e, expr_lookup *lookup, void *ctx, void *base, struct arena *a,
                               const char **got);
/* The same for an expectation, which does not hold without a value. */
bool expr_holds(const struct expr *e, expr_lookup *lookup, void *ctx, struct arena *a, const char **got);

#endif
