/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - results for people.
 */
#ifndef TRAPLINE_REPORT_H
#define TRAPLINE_REPORT_H

#include "output.h"

#include <trapline/scenario_results.h>

/* A scenario with what is to be shown of it. */
struct report {
    const struct options *o;
    struct colors c;
    struct scenario *s;
    size_t mode[64]; /* modes that were run */
    size_t n;
    struct results *res; /* what they gave */
};

void report_title(const struct report *r);
/* Exits of one mode by cause, in the columns of `perf kvm stat`. */
void report_exits(const struct report *r, size_t mode);
/* All modes side by side: counts, then latencies (nothing if every price is 0). */
void report_side_by_side(const struct report *r);
void report_latency(const struct report *r);
/* Every metric of every mode. */
void report_metrics(const struct report *r);
/* Things a reader must know; when quiet, only that times are incomplete. */
void report_notes(const struct report *r);
/* One sentence for each further mode: what it takes, compared with the first one. */
void report_conclusion(const struct report *r);
/* Expectations. Only failed ones when the user asked for quiet. */
void report_checks(const struct report *r, size_t *passed, size_t *failed);

/* Whether the cost profile of a mode makes every time zero. */
bool report_timeless(const struct report *r, size_t mode);
/* A metric as a number; false if it was not measured. */
bool report_value(const struct report *r, size_t mode, const char *name, double *v);

#endif
