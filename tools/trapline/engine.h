/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - who runs a machine: this program, or trapline-systemc in a process of its own (--engine). */
#ifndef TRAPLINE_ENGINE_H
#define TRAPLINE_ENGINE_H

#include "options.h"

#include <stdint.h>
#include <trapline/machine.h>

bool engine_is_systemc(const struct options *o);
/*
 * Finds trapline-systemc: $TRAPLINE_SYSTEMC, beside this program, or in $PATH. EXIT_HOLDS, or EXIT_USAGE after a
 * message that says where to get it. For the C engine there is nothing to find.
 */
int engine_find(const struct options *o);
/* Members may be NULL. */
struct engine_hooks {
    void *ctx;
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* as machine_on_progress; it must return */
    bool (*interrupted)(void);                                  /* has a signal come that ends the run? */
};
/*
 * Runs a machine that has been built, as machine_run would; m has the results then. Returns what machine_run returned
 * over there; -EPIPE: there are no results, machine_error() says why; -EINTR: it was interrupted, and the other program
 * has been ended.
 */
int engine_systemc_run(struct machine *m, const struct engine_hooks *hooks);

#endif
