/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/machine_version.h - the version of what is modelled, as opposed to that of the program.
 *
 * Raise it by one in every change after which the same scenario may give other numbers: another step or
 * another order of steps, a charge that moved, a metric that counts something else, another default. Leave it
 * alone for new features that old scenarios do not use, for new metrics, and for anything that only makes
 * the program faster or its reports nicer. A baseline (scenario_results.h) carries it, so that whoever sees
 * a difference knows whether the model was changed on purpose; a change that nobody meant leaves it as it is.
 */
#ifndef TRAPLINE_MACHINE_VERSION_H
#define TRAPLINE_MACHINE_VERSION_H

#define TRAPLINE_MODEL_VERSION 2u

#endif
