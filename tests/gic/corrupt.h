/* SPDX-License-Identifier: Apache-2.0 */
/* corrupt.h - breaks one invariant of a GIC from the inside, to see whether gic_check finds it. */
#ifndef TRAPLINE_TESTS_GIC_CORRUPT_H
#define TRAPLINE_TESTS_GIC_CORRUPT_H

#include <trapline/gic.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Does damage number n to g and returns a part of what gic_check has to say; NULL if there is no damage n.
 * g: two CPUs, SPI 40 pending at CPU 0, list register 0 pending, maintenance wired to PPI 25.
 */
const char *corrupt(struct gic *g, unsigned n);

#ifdef __cplusplus
}
#endif
#endif
