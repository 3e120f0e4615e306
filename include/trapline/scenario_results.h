/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/scenario_results.h - results as data: taken from a run or read back from a file, laid side by
 * side, and held against a baseline.
 *
 * A result file is what scenario_json() writes. A baseline is a smaller file that people commit beside their
 * scenarios: the value of every metric, what it was made with, and how far a metric may be off. The simulator
 * is deterministic, so that is not at all unless the baseline says otherwise. docs/compare-in-ci.md.
 */
#ifndef TRAPLINE_SCENARIO_RESULTS_H
#define TRAPLINE_SCENARIO_RESULTS_H

#include <trapline/scenario.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One value. line and col say where a file has it; 0: it comes from a run. */
struct results_metric {
    const char *name, *unit;
    enum machine_better better;
    bool valid; /* false: nothing was measured */
    bool real;  /* value in `r`, else in `u` */
    uint64_t u;
    double r;
    unsigned line, col;
};

struct results_mode {
    const char *name;
    const char *config; /* SHA-256 of the resolved configuration; NULL: not known */
    const struct results_metric *metric;
    size_t n;
    unsigned line, col;
};

struct results_scenario {
    const char *name;
    const char *file;         /* as it was called then; NULL: not known */
    const char *sha256;       /* of the file */
    const char *tool_version; /* of the program that made these results; NULL: this one */
    uint64_t model_version;
    const struct results_mode *mode;
    size_t n;
};

enum results_kind { RESULTS_NONE, RESULTS_RUN, RESULTS_BASELINE };

struct results {
    enum results_kind kind;
    const char *file; /* NULL: from a run */
    const struct results_scenario *scenario;
    size_t n;
};

/* ---- getting results --------------------------------------------------------------------------- */

/* What kind of results a file holds, by its content; RESULTS_NONE: it is something else or cannot be read. */
TRAPLINE_API enum results_kind results_recognise(const char *path);
/* Reads a result file or a baseline. 0, or -EINVAL with at least one error in d, or -ENOMEM. */
TRAPLINE_API int results_read(const char *path, struct scenario_diags *d, struct results **out);
/* The same from text in memory; `name` stands for the file in messages. */
TRAPLINE_API int results_read_text(const char *name, const char *text, size_t len, struct scenario_diags *d,
                                   struct results **out);
/* What the modes that were run to their end gave. The scenarios must outlive it. 0 or -ENOMEM. */
TRAPLINE_API int results_of(struct scenario *const *s, size_t n, struct results **out);
TRAPLINE_API void results_free(struct results *r);

/* By name; NULL if there is none. */
TRAPLINE_API const struct results_scenario *results_scenario_find(const struct results *r, const char *name);
TRAPLINE_API const struct results_mode *results_mode_find(const struct results_scenario *s, const char *name);
TRAPLINE_API const struct results_metric *results_metric_find(const struct results_mode *m, const char *name);
/* The value as a number; 0 if nothing was measured or m is NULL. */
TRAPLINE_API double results_value(const struct results_metric *m);

/* ---- differences ------------------------------------------------------------------------------- */

enum results_verdict {
    RESULTS_SAME,
    RESULTS_WITHIN,  /* changed, within the limit */
    RESULTS_DIFFERS, /* changed by more than that */
    RESULTS_NEW,     /* only in `with` */
    RESULTS_GONE,    /* only in `base` */
};

struct results_change {
    const struct results_metric *base, *with; /* NULL: not there */
    enum results_verdict verdict;
    const char *limit; /* "exact", "2%", "3", "250ns", "any" */
};

/*
 * Lays two modes side by side: the metrics of `with` in their order, then those that only `base` has.
 * `limits` (may be NULL: everything is exact) is the baseline whose tolerances apply. free() the result;
 * NULL if memory ran out.
 */
TRAPLINE_API struct results_change *results_diff(const struct results *limits, const struct results_mode *base,
                                                 const struct results_mode *with, size_t *n);

/* Two modes that are laid side by side, under the names that a reader knows them by. */
struct results_pair {
    const char *scenario, *base_name, *with_name;
    const struct results_mode *base, *with;
};
/* Pairs as one JSON document, `all` metrics or those that differ. free() it; NULL if memory ran out. */
TRAPLINE_API char *results_pairs_json(const struct results_pair *pair, size_t n, bool all, const char *tool_version);

/* ---- baselines --------------------------------------------------------------------------------- */

/* A baseline with nothing in it. 0 or -ENOMEM. */
TRAPLINE_API int baseline_new(struct results **out);
/*
 * Adds a tolerance: "PATTERN=LIMIT". The pattern is the name of a metric, with "MODE." in front or not, and '*'
 * stands for anything. The limit is "2%" of the baseline's value, a number or a time, or "any"; "0" is
 * exact. Of several patterns that match, the last one counts. Modes are those of the baseline and of s[0..n).
 * 0, or -EINVAL with an error in d.
 */
TRAPLINE_API int baseline_tolerate(struct results *base, const char *text, struct scenario *const *s, size_t n,
                                   struct scenario_diags *d);
/*
 * The baseline as a file: what `base` holds, with the scenarios of `run` in place of older ones of the same
 * names. free() it; NULL if memory ran out.
 */
TRAPLINE_API char *baseline_json(const struct results *base, const struct results *run, const char *tool_version);

/* What was changed since a baseline was made: the first of these that applies. */
enum baseline_cause {
    BASELINE_FILE,    /* the scenario file */
    BASELINE_CONFIG,  /* not the file, but what it amounts to: options, prices or defaults */
    BASELINE_MODEL,   /* the model, on purpose */
    BASELINE_PROGRAM, /* none of these */
};
/* Finds out which, from the scenario's entry in the baseline and that of the run. */
TRAPLINE_API enum baseline_cause baseline_cause(const struct results_scenario *base,
                                                const struct results_scenario *now);

/* ---- conditions -------------------------------------------------------------------------------- */

/*
 * Adds a condition that must not hold, in the language of expectations: "exits.total > 1000". Metrics may
 * have "MODE." in front; without it the condition is about each mode. "exits.total > +0" is about the change
 * against a baseline, "> +2%" about the change in relation to it. The outcomes have the scope "fail-on" and no
 * line. 0, or -EINVAL with an error in d.
 */
TRAPLINE_API int scenario_fail_on(struct scenario *s, const char *text, struct scenario_diags *d);
/* What changes are measured against; must outlive scenario_evaluate. Without it such conditions are skipped. */
TRAPLINE_API void scenario_set_baseline(struct scenario *s, const struct results_scenario *base);
/* Whether one of its conditions is about a change. */
TRAPLINE_API bool scenario_needs_baseline(const struct scenario *s);

#ifdef __cplusplus
}
#endif
#endif
