/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diag.h - errors in what a user wrote: collected, then printed together.
 */
#ifndef SCENARIO_DIAG_H
#define SCENARIO_DIAG_H

#include "source.h"

#include <trapline/scenario.h>

/* Errors that are kept; further ones are only counted. */
#define DIAG_KEEP 100u

struct diag {
    struct scenario_diag pub;
    struct where at;
    size_t rank; /* files in the order in which they were first complained about */
};

struct scenario_diags {
    struct arena arena; /* of the messages and of the sources they quote */
    struct diag *list;
    size_t count, kept, capacity;
    bool one_per_place; /* an error where there is one already is taken for its consequence and dropped */
};

/*
 * Adds an error at a position. `help` (may be NULL) is a sentence, copied. The same error at the same
 * place counts once, because every mode of a scenario decodes the parts they share.
 */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void diag_add(struct scenario_diags *d, struct where at, const char *help, const char *fmt, ...);
/* An error that concerns a file as a whole. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void diag_file(struct scenario_diags *d, const char *file, const char *help, const char *fmt, ...);

#endif
