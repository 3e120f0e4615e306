/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.h - cost profile files: what a primitive costs, what that figure includes, where it is from.
 */
#ifndef SCENARIO_PROFILE_H
#define SCENARIO_PROFILE_H

#include "decode.h"

#include <trapline/sim.h>

/* The keys of a profile file. */
extern const struct table profile_table;

/*
 * Loads profile `name` from the first directory that has NAME.yaml; `at` is where it was asked for (src
 * NULL: nowhere). *doc and *file may be NULL. 0 or -EINVAL with errors in d.
 */
int profile_load(struct scenario_diags *d, const char *name, struct where at, const char *const *dirs, size_t ndirs,
                 struct sim_cost_profile *out, const char **doc, const char **file);

#endif
