/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.c - which bytes are a character: names of files may hold any, JSON and XML may not (RFC 3629, 3 and 4). */
#include <trapline/scenario.h>

size_t scenario_utf8_length(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    const size_t n = u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    /* more bytes than the character needs, surrogates, and beyond U+10FFFF */
    if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xed && u[1] >= 0xa0) ||
        (u[0] == 0xf4 && u[1] >= 0x90))
        return 0;
    return n;
}
