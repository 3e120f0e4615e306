/* SPDX-License-Identifier: Apache-2.0 */
/*
 * formats.h - what a run gave, in the forms that other programs and web pages read. Each function is an
 * output_format's writer; the subject is a struct run_subject.
 */
#ifndef TRAPLINE_FORMATS_H
#define TRAPLINE_FORMATS_H

#include "yardstick.h"

struct run_subject {
    const struct session *x;
    const struct yardstick *y;
};

bool junit_write(FILE *f, const void *subject);
bool markdown_write(FILE *f, const void *subject);
bool csv_write(FILE *f, const void *subject);
bool json_write(FILE *f, const void *subject);

/* Workflow commands of GitHub, on standard output: each becomes an annotation in the changed file. */
void github_check(const struct report *r, const struct scenario_outcome *o);
void github_baseline(const struct session *x, const struct yardstick *y, size_t i);

/* "slow", "compare", "fail-on": what an outcome is about. */
const char *outcome_scope(const struct scenario *s, const struct scenario_outcome *o);
/* What stands behind that: "exits.total == 11", "--fail-on exits.total>10". */
void outcome_text(const struct scenario_outcome *o, char *buf, size_t n);

/* Pieces that several formats need. */
void csv_field(FILE *f, const char *s, bool last);
void markdown_cell(FILE *f, const char *s);

#endif
