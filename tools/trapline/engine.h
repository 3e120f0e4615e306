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
/*
 * Runs a machine that has been built, as machine_run would; m has the results then. progress is called as the machine
 * would call it, and with 0 of 0 when a signal has come. Returns what machine_run returned over there; -EPIPE if there
 * was no answer, after a message.
 */
int engine_systemc_run(struct machine *m, void (*progress)(void *ctx, uint64_t done, uint64_t total), void *ctx);

#endif
