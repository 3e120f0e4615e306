/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlay.h - changes to a scenario: those of a mode, and --set path=value.
 *
 * A change is made on the tree before it is decoded. So the same tables judge it, and an error in it is
 * shown where the change was written. Trees are never modified: a changed tree shares every untouched
 * node with the one it came from.
 */
#ifndef SCENARIO_OVERLAY_H
#define SCENARIO_OVERLAY_H

#include "decode.h"

/* The tree with a mode's mapping {path: value, ...} applied. Errors go to the diags. */
const struct node *overlay_mode(struct decoder *d, const struct table *root_table, const struct node *root,
                                const struct node *mode);
/* The tree with "path=value" applied; src holds that text. */
const struct node *overlay_set(struct decoder *d, const struct table *root_table, const struct node *root,
                               const struct source *src);

#endif
