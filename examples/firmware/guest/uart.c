/* SPDX-License-Identifier: Apache-2.0 */
#include "uart.h"
#include "board.h"

#define UARTDR      REG32(UART_BASE + 0x00)
#define UARTFR      REG32(UART_BASE + 0x18)
#define UARTFR_TXFF 0x20u

static unsigned wrong;

static void put_char(char c)
{
    while (UARTFR & UARTFR_TXFF)
        ;
    UARTDR = (uint8_t)c;
}

void put(const char *text)
{
    while (*text)
        put_char(*text++);
}

void put_decimal(uint32_t value)
{
    if (value >= 10)
        put_decimal(value / 10);
    put_char((char)('0' + value % 10));
}

void put_hex(uint32_t value)
{
    put("0x");
    for (int shift = 28; shift >= 0; shift -= 4)
        put_char("0123456789abcdef"[value >> shift & 0xf]);
}

void check(const char *what, bool good)
{
    put(good ? "ok    " : "WRONG ");
    put(what);
    put("\n");
    wrong += !good;
}

unsigned failures(void)
{
    return wrong;
}
