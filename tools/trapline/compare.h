/* SPDX-License-Identifier: Apache-2.0 */
/* compare.h - the insides of `trapline compare`; between its files. */
#ifndef TRAPLINE_COMPARE_H
#define TRAPLINE_COMPARE_H

#include "outputs.h"
#include "session.h"

/* Everything that is laid side by side. */
struct comparison {
    struct session x; /* first: session_guard hands it back */
    struct outputs out;
    struct results *file[2]; /* NULL: a scenario is run */
    struct results_pair *pair;
    size_t n;
    bool wanted[64]; /* modes of the scenario that must be run */
    bool broken;     /* results lack a mode whose run did not come to its end */
};

/* compare.c: adds a pair, under the names that a reader knows the sides by. */
void compare_add(struct comparison *c, const struct results_scenario *s, const char *base_name,
                 const struct results_mode *base, const char *with_name, const struct results_mode *with);
/* Adds the modes of one set of results, as --base and --with say. */
void compare_modes(struct comparison *c, const struct results_scenario *s);

/* compare_files.c: whether the arguments are files of results; text: the first one, if it was read already. */
bool compare_is_files(const struct comparison *c, const char *text, size_t len);
/* Reads them and pairs what is in them. Returns an exit code. */
int compare_files(struct comparison *c, const char *text, size_t len);

/* compare_formats.c: the subject of the formats is a struct comparison. */
extern const struct output_format compare_formats[];
extern const size_t ncompare_formats;
/* The tables, or only the sentences. */
void compare_show(const struct comparison *c);

#endif
