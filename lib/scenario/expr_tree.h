/* SPDX-License-Identifier: Apache-2.0 */
/* expr_tree.h - a parsed expression and the values it works on; between expr.c and expr_eval.c. */
#ifndef SCENARIO_EXPR_TREE_H
#define SCENARIO_EXPR_TREE_H

#include "expr.h"

enum expr_op {
    EXPR_NUMBER,
    EXPR_METRIC,
    EXPR_NEG,
    EXPR_ADD,
    EXPR_SUB,
    EXPR_MUL,
    EXPR_DIV,
    EXPR_MIN,
    EXPR_MAX,
    EXPR_EQ,
    EXPR_NE,
    EXPR_LT,
    EXPR_LE,
    EXPR_GT,
    EXPR_GE,
};

enum expr_dim { DIM_NUMBER, DIM_COUNT, DIM_TIME };

/* num/den in lowest terms with den > 0, or a real when that is not possible. */
struct value {
    bool exact;
    int64_t num, den;
    long double real; /* always set */
};

struct expr {
    enum expr_op op;
    enum expr_dim dim;
    struct value number;
    size_t mode, metric;
    /* of the whole expression, at its root */
    uint32_t modes;
    bool any_mode, change, percent;
    const struct expr *l, *r;
};

/* num/den; den must not be 0. */
struct value value_fraction(int64_t num, int64_t den);
struct value value_real(long double r);
/* "1.25" exactly; false if it is no decimal or needs more than 18 digits. */
bool value_decimal(const char *s, struct value *out);

#endif
