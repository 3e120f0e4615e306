/* SPDX-License-Identifier: Apache-2.0 */
/* conclusion.h - the sentence that people came for. */
#ifndef TRAPLINE_CONCLUSION_H
#define TRAPLINE_CONCLUSION_H

#include "output.h"

#include <trapline/scenario_results.h>

/* "forwarded takes 1.00 exits per interrupt instead of 2.00: it saves 1 world switch ..." and a newline. */
void conclusion_put(FILE *f, const struct colors *c, const char *base_name, const struct results_mode *base,
                    const char *name, const struct results_mode *with);

#endif
