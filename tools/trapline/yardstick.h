/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yardstick.h - the baseline that a run is measured against: reading it, what differs, and writing it anew.
 */
#ifndef TRAPLINE_YARDSTICK_H
#define TRAPLINE_YARDSTICK_H

#include "outputs.h"
#include "session.h"

struct yard_mode {
    const struct results_mode *base, *now; /* now NULL: the scenario has no such mode any more */
    struct results_change *change;
    size_t n;
};

/* One scenario against the baseline. */
struct yard_scenario {
    const struct results_scenario *base; /* NULL: new, and about to be added */
    struct yard_mode *mode;
    size_t n;
    size_t compared, differ, within, fresh; /* metrics */
    size_t gone;                            /* modes */
};

struct yardstick {
    struct results *base; /* NULL: there is no baseline */
    struct yard_scenario *s;
    size_t n;
    struct trace_out out;
    bool open;
};

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
/* Whether something differs by more than it may. */
bool yard_failed(const struct yard_scenario *s);
/* Prints what differs. */
/* Prints which scenarios of the baseline were not run. */
void yard_show_rest(const struct yardstick *y, const struct session *x);
void yard_show(const struct yardstick *y, const struct session *x, size_t i);
/* Writes the baseline if nothing failed. Returns an exit code. */
int yard_write(struct yardstick *y, struct session *x, bool silent);
void yard_free(struct yardstick *y);

/* "small, mode slow: exits.total 1000 -> 1004 (+4, +0.40 %), limit: exact" */
void yard_message(const struct yard_scenario *s, const struct yard_mode *m, const struct results_change *c, char *buf,
                  size_t n);
/* What was changed since the baseline was made, as a sentence. */
void yard_cause(const struct yard_scenario *s, const struct session *x, size_t i, char *buf, size_t n);
/* The command that accepts what differs in scenario i, or in all of them. */
#define YARD_ALL  ((size_t)-1)
#define YARD_TEXT 4096u /* room for it, paths and all */
void yard_accept(const struct session *x, size_t i, char *buf, size_t n);

#endif
