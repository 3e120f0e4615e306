/* SPDX-License-Identifier: Apache-2.0 */
/* What the exception handlers see, and how they shall behave. */
#ifndef IRQ_H
#define IRQ_H

#include <stdbool.h>
#include <stdint.h>

enum { CORES = 8, INTERRUPTS = 1020 };
enum { SGI_SELF = 1, SGI_PING = 2, SGI_PONG = 3, SGI_ALL = 4 };
enum { SPI_SLOW = 32, SPI_URGENT = 33, SPI_EDGE = 34, SPI_TICK = 35 }; /* of devices 0 to 3 */
enum { LEAVES = 0x1000 };                                              /* in the log: the end of a handler */

extern volatile uint32_t taken[CORES][INTERRUPTS]; /* interrupts that have ended */
extern volatile uint32_t spurious, svcs, source_of_last_sgi;
extern volatile uint32_t rpr_in_handler, active_after_eoir;
extern volatile bool nest;      /* SPI_SLOW lets others in */
extern volatile bool split_eoi; /* GICC_CTLR.EOImode is set */

/* Was the log of entered and left handlers this one? Empties it. */
bool log_is(const uint32_t *wanted, uint32_t n);
void send_sgi(uint32_t targets, uint32_t id);
/* Looks for a while whether the number is that: interrupts need some time. */
bool becomes(const volatile uint32_t *number, uint32_t value);
/* Sleeps until the number is that. Who changes it has to interrupt this core. */
void sleep_until(const volatile uint32_t *number, uint32_t value);

#endif
