/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - numbers, durations and rates as users write them, and "did you mean".
 */
#ifndef SCENARIO_TEXT_H
#define SCENARIO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum text_error { TEXT_OK, TEXT_BAD, TEXT_NO_UNIT, TEXT_BAD_UNIT, TEXT_TOO_FINE, TEXT_TOO_LARGE };

/* A whole number, decimal ("070" is 70) or hexadecimal ("0x70"). */
enum text_error text_uint(const char *s, uint64_t *v);
/* A duration in picoseconds: number and unit (ns, us, ms, s); decimals down to one picosecond. */
enum text_error text_duration(const char *s, uint64_t *ps);
/* A frequency in hertz: number and unit (Hz, kHz, MHz, GHz). */
enum text_error text_rate(const char *s, uint64_t *hz);

/* The shortest exact way to write a duration or rate; n should be 32 or more. */
void text_show_duration(uint64_t ps, char *buf, size_t n);
void text_show_rate(uint64_t hz, char *buf, size_t n);

/* a * b / c rounded half up, without losing bits in between; UINT64_MAX if it does not fit. c > 0. */
uint64_t text_muldiv(uint64_t a, uint64_t b, uint64_t c);

/* Edit distance of two short strings, neighbours swapped counting one; 99 if one is long. */
size_t text_distance(const char *a, const char *b);

/* Finds the name nearest to a misspelt word. */
struct text_nearest {
    const char *word, *best;
    size_t distance;
};
void text_nearest_start(struct text_nearest *t, const char *word);
void text_nearest_try(struct text_nearest *t, const char *name);
/* The nearest name if it is near enough to be meant; NULL otherwise. */
const char *text_nearest_found(const struct text_nearest *t);

#endif
