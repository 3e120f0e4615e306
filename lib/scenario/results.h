/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results.h - the insides of results; between the files of this folder that make, read and compare them.
 */
#ifndef SCENARIO_RESULTS_H
#define SCENARIO_RESULTS_H

#include "json.h"
#include "reader.h"

#include <trapline/scenario_results.h>

#define RESULT_SCHEMA   1u
#define BASELINE_SCHEMA 1u

enum limit_kind { LIMIT_NUMBER, LIMIT_TIME, LIMIT_PERCENT, LIMIT_ANY };

/* One tolerance. */
struct tolerance {
    const char *text;         /* as written: "latency.*=2%" */
    const char *mode, *match; /* patterns; mode NULL: every mode */
    const char *limit;        /* the part behind '=' */
    enum limit_kind kind;
    double amount; /* in the metric's unit, or per cent */
    struct tolerance *next;
};

struct results_all {
    struct results pub; /* first: the public part is the whole */
    struct arena arena;
    const struct rename *renames; /* of the metrics in it */
    struct tolerance *first;
};

/* A metric that has another name today. */
struct rename {
    const char *from, *to;
};
/* Ends with a NULL name. */
extern const struct rename metric_renames[];
/* Today's name of a metric; `name` itself if it was not renamed. *steps (may be NULL): how often it was. */
const char *rename_apply(const struct rename *table, const char *name, unsigned *steps);

struct results_all *results_new(enum results_kind kind);
/* Reads with another table of renamed metrics; for tests. */
int results_read_renamed(const char *name, const char *text, size_t len, const struct rename *renames,
                         struct scenario_diags *d, struct results **out);

/* Opens a document of Trapline and writes what all of them begin with. */
void results_json_open(struct json *j, const char *type, unsigned schema);
/* A member: the value, or null for what was not measured or is not there (m NULL). */
void results_put_value(struct json *j, const char *key, const struct results_metric *m);
/* verdict.c: the member "baseline" of the document, and of a scenario. */
void verdict_put_report(struct json *j, const struct baseline_report *b, struct scenario *const *s, size_t n);
void verdict_put(struct json *j, const struct baseline_verdict *v);

/* Parses and checks one tolerance. false after an error; known: modes besides those of the results. */
bool tolerance_add(struct results_all *r, const char *text, struct where at, struct scenario *const *s, size_t n,
                   struct scenario_diags *d);
/* The tolerance of a metric; NULL: exact. */
const struct tolerance *tolerance_of(const struct results_all *r, const char *mode, const struct results_metric *m);
/* Whether a change from base to with is tolerated. t NULL: exact. */
bool tolerance_allows(const struct tolerance *t, const struct results_metric *base, const struct results_metric *with);

#endif
