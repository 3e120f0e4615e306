/* SPDX-License-Identifier: Apache-2.0 */
/* bits.h - the few operations on sets of bits that C11 lacks. */
#ifndef TRAPLINE_GIC_BITS_H
#define TRAPLINE_GIC_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* A function that is kept out of its callers: what they rarely need shall not cost them registers. */
#if defined(__GNUC__)
#define KEEP_OUT __attribute__((noinline))
#else
#define KEEP_OUT
#endif

/* Number of the lowest set bit; the word must not be 0. */
static inline unsigned bit_first64(uint64_t word)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(word);
#else
    unsigned n = 0;
    for (; !(word & 1); word >>= 1)
        n++;
    return n;
#endif
}

static inline unsigned bit_first(uint32_t word)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctz(word);
#else
    return bit_first64(word);
#endif
}

/* Number of set bits. */
static inline unsigned bit_count(uint32_t word)
{
    unsigned n = 0;
    for (; word; word &= word - 1)
        n++;
    return n;
}

static inline uint32_t bit32(unsigned n)
{
    return (uint32_t)1 << n;
}

static inline uint64_t bit64(unsigned n)
{
    return (uint64_t)1 << n;
}

#endif
