/* SPDX-License-Identifier: Apache-2.0 */
/*
 * renames.c - metrics that changed their names, so that older baselines and result files can still be read.
 *
 * Enter a metric at the end of the table in the change that renames it. An entry stays for good, and a name that
 * was given up is never used again for something else.
 */
#include "results.h"

#include <string.h>

const struct rename metric_renames[] = {
    {NULL, NULL},
};

/* Entries stand in the order of their changes, so one pass follows a name that changed more than once. */
const char *rename_apply(const struct rename *table, const char *name, unsigned *steps)
{
    unsigned n = 0;

    for (; table->from; table++) {
        if (strcmp(table->from, name))
            continue;
        name = table->to;
        n++;
    }
    if (steps)
        *steps = n;
    return name;
}
