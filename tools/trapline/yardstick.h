/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yardstick.h - the baseline that a run is measured against: reading it, what differs, and writing it anew.
 */
#ifndef TRAPLINE_YARDSTICK_H
#define TRAPLINE_YARDSTICK_H

#include "accept.h"
#include "outputs.h"

struct yardstick {
    struct results *base;       /* NULL: there is no baseline */
    struct baseline_verdict *v; /* one for each scenario */
    size_t n;
    struct trace_out out;
    bool open;
};

/* ---- yardstick.c: the file ---------------------------------------------------------------------------- */

/* What cannot go together on the command line, CI included. Returns an exit code. */
int yard_usage(const struct command *cmd, const struct options *o);
/* Reads the baseline and adds the tolerances of the command line. Errors go to x->diags. */
int yard_read(struct yardstick *y, struct session *x);
/* Every mode that will be run must be in the baseline, unless that is being written. Returns an exit code. */
int yard_covers(const struct yardstick *y, const struct session *x);
/* Opens the baseline for writing, if it is to be. Returns an exit code. */
int yard_open(struct yardstick *y, const struct options *o);
/* Measures the results of scenario i. */
void yard_measure(struct yardstick *y, const struct session *x, size_t i);
/*
 * Writes the baseline beside its place if nothing failed, and moves it there if nothing failed since. In between
 * all other outputs are written: the baseline is what accepts a change, so it comes last. Return exit codes.
 */
int yard_write(struct yardstick *y, struct session *x);
int yard_commit(struct yardstick *y, struct session *x, bool silent);
void yard_free(struct yardstick *y);

/* ---- yard_show.c: what it says ------------------------------------------------------------------------ */

/* Prints what differs in scenario i. */
void yard_show(const struct yardstick *y, const struct session *x, size_t i);
/* Prints which scenarios of the baseline were not run. */
void yard_show_rest(const struct yardstick *y, const struct session *x);

#define YARD_TEXT 2048u /* room for one sentence; a name that fills it is cut */
/* "small, mode slow: exits.total 1000 -> 1004 (+4, +0.40 %), limit: exact"; c NULL: about a mode that is gone */
void yard_message(const struct baseline_verdict *v, const struct baseline_mode *m, const struct results_change *c,
                  char *buf, size_t n);
/* The part of it behind the mode. */
void yard_change(const struct results_change *c, char *buf, size_t n);
/* What was changed since the baseline was made, as a sentence. */
void yard_cause(const struct baseline_verdict *v, char *buf, size_t n);
/* The baseline was made with another version of the model: worth telling whatever else holds. */
bool yard_model_changed(const struct baseline_verdict *v);

#endif
