/* SPDX-License-Identifier: Apache-2.0 */
/*
 * formats.h - what a run gave, in the forms that other programs and web pages read. Each function is an
 * output_format's writer; the subject is a struct run_subject.
 */
#ifndef TRAPLINE_FORMATS_H
#define TRAPLINE_FORMATS_H

#include "session.h"
#include "yardstick.h"

struct run_subject {
    const struct session *x;
    const struct yardstick *y;
};

bool junit_write(FILE *f, const void *subject);
bool markdown_write(FILE *f, const void *subject);
bool csv_write(FILE *f, const void *subject);
bool json_write(FILE *f, const void *subject);

/* Annotations for GitHub; see output.h. */
void github_check(const struct report *r, const struct scenario_outcome *o);
/* Modes whose runs did not come to their ends. */
void github_broken(const struct report *r);
/* What differs, one annotation for each mode: a page shows ten of a step. */
void github_baseline(const struct session *x, const struct baseline_verdict *v, size_t i);
/* A scenario of the baseline that was not run. */
void github_left_out(const struct session *x, const struct results_scenario *s);

/* "slow", "compare", "fail-on": what an outcome is about. */
const char *outcome_scope(const struct scenario *s, const struct scenario_outcome *o);
/* What stands behind that: "exits.total == 11", "--fail-on exits.total>10". */
void outcome_text(const struct scenario_outcome *o, char *buf, size_t n);

/* Pieces that several formats need. */
/* One line. */
void csv_fields(FILE *f, const char *const *s, size_t n);
void markdown_cell(FILE *f, const char *s);

#endif
