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
};

/* Parses text that stands at `at`; `straight`: its characters follow each other there. NULL after an error. */
const struct expr *expr_parse(const struct expr_context *c, const char *text, struct where at, bool straight);

/* Bit per mode that the expression names (bit 0 if it names none). */
uint32_t expr_modes(const struct expr *e);

/* Where the values come from: the metric's index is that of machine_metric_table(). NULL: not available. */
typedef const struct machine_metric *expr_lookup(void *ctx, size_t mode, size_t metric);

/* Evaluates; *got says what was found, allocated from a. */
bool expr_holds(const struct expr *e, expr_lookup *lookup, void *ctx, struct arena *a, const char **got);

#endif
