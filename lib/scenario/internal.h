/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - the insides of a loaded scenario, shared by the files of this folder.
 */
#ifndef SCENARIO_INTERNAL_H
#define SCENARIO_INTERNAL_H

#include "expr.h"
#include "model.h"
#include "sha256.h"

#include <trapline/scenario_results.h>

/* One mode: its decoded file, the machine it describes, and what came of it. */
struct mode {
    const char *name;
    struct where at;
    struct model model;
    struct machine_config config;
    const char *costs_file;
    uint64_t interrupts;
    int status; /* of the run; 1: not run */
    char *error;
    struct machine *machine;
};

/* One expectation, before or after it was evaluated. */
struct expectation {
    struct scenario_outcome pub;
    struct where at;
    const struct expr *expr;          /* or */
    const struct access_list *access; /* accesses */
    bool fail_on;                     /* the expression must not hold */
};

/* One register access as a user wrote it. */
struct access_line {
    const char *text, *reg; /* reg: upper case */
    struct where at;
    unsigned frame;     /* enum gic_frame */
    bool is_write, any; /* any: the value does not matter */
    uint32_t value;
};

struct access_list {
    size_t mode;
    unsigned device, cpu; /* index of the device */
    uint64_t occurrence;
    unsigned frames; /* bit per enum gic_frame */
    const struct access_line *line;
    size_t n;
};

struct scenario {
    struct arena arena;
    struct scenario_diags *diags;
    const struct source *src;
    const char *dir; /* of the file */
    char sha256[SHA256_HEX];
    const char *name, *doc;
    struct mode *mode;
    size_t nmodes;
    struct expectation *expect;
    struct scenario_outcome *outcome; /* the public part of expect, in one array */
    size_t nexpect;
    const struct results_scenario *base; /* of changes in conditions; may be NULL */
};

/* check.c: defaults that depend on other keys, then the meaning of a decoded mode; fills mode->config. */
void check_mode(struct decoder *d, struct scenario *s, struct mode *m, const struct scenario_options *opt);
/* expect.c: reads the expectations into s. */
void expect_decode(struct decoder *d, struct scenario *s, const struct node *n);
/* Longer expressions are a mistake, and would make the evaluator's recursion deep. */
#define EXPECT_MAX_EXPRESSION 1000u
/* A metric of a mode that was run, by its index in machine_metric_table(); NULL if there is none. */
const struct machine_metric *expect_metric(struct scenario *s, size_t mode, size_t metric);
/* fail_on.c: what became of a condition of the command line. */
enum scenario_verdict fail_on_evaluate(struct scenario *s, const struct expectation *e, const char **got);
/* access.c: one element of expect.accesses, and its comparison after the run. */
const struct access_list *access_decode(struct decoder *d, struct scenario *s, const struct node *n);
bool access_compare(struct scenario *s, const struct access_list *l, const char **got);

/* result.c: the resolved configuration of a mode as JSON. free() it; NULL: no memory. */
char *result_config(const struct mode *m);

/* Index of a device by name in a mode; -1 if there is none. */
int model_device_find(const struct model *m, const char *name);

#endif
