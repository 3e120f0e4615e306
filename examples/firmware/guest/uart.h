/* SPDX-License-Identifier: Apache-2.0 */
/* The program's report, over a PL011. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

void put(const char *text);
void put_decimal(uint32_t value);
void put_hex(uint32_t value);
/* A line "ok    WHAT" or "WRONG WHAT". */
void check(const char *what, bool good);
/* Lines that were wrong so far. */
unsigned failures(void);

#endif
