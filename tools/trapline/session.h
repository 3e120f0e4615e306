/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h - the scenarios of one command: loading them, running their modes, and ending early.
 */
#ifndef TRAPLINE_SESSION_H
#define TRAPLINE_SESSION_H

#include "report.h"

#include <trapline/trace_file.h>

struct session {
    const struct options *o;
    const char *command; /* for messages */
    struct scenario_diags *diags;
    const char *text; /* of the first file, where that could be read only once; NULL: it is read by its name */
    size_t text_len;
    struct report *r; /* one for each scenario */
    struct scenario **s;
    size_t n;
    struct trace_writer *trace; /* NULL: none */
    struct progress progress;
    int trace_error, code;
    size_t passed, failed;
};

/* Loads every file, so that all mistakes of all files are told before anything is run. Returns an exit code. */
int session_load(struct session *x, const char *const *files, size_t n);
void session_free(struct session *x);
/* Prints the errors found so far. Returns EXIT_USAGE if there are any. */
int session_errors(const struct session *x);

/* A message about a mode that is not there, with the nearest name and the list. Returns EXIT_USAGE. */
int session_no_mode(const struct session *x, const char *file, const char *name, const char *const *names, size_t n);
/* Index of a mode of a scenario; -1 after a message with the nearest name. */
int session_mode(const struct session *x, const struct scenario *s, const char *name);
/* Runs the modes whose flag is set; fills r->mode, r->n and r->res. */
void session_run_modes(struct session *x, struct report *r, const bool *wanted);
/* What it means that a run returned this error: "the run did not come to its end". */
const char *session_failure(int err);
/* Calls body(x), which ^C ends. false: it was interrupted, and a message was printed. */
bool session_guard(struct session *x, void (*body)(struct session *x));
bool session_interrupted(void);

/* The worse of the present exit code and another one. */
void session_code(struct session *x, int code);

#endif
