/* SPDX-License-Identifier: Apache-2.0 */
/* values.h - values of metrics, and changes of them, as people read them. */
#ifndef TRAPLINE_VALUES_H
#define TRAPLINE_VALUES_H

#include <trapline/scenario_results.h>

#define VALUE_TEXT 48u

/* A change from one value to another; either may be NULL (not there). */
struct value_texts {
    char base[VALUE_TEXT], with[VALUE_TEXT]; /* "1000", "4.725 us"; different if the values are */
    char change[VALUE_TEXT];                 /* "+4"; "=" for none; empty if there is nothing to subtract */
    char percent[VALUE_TEXT];                /* "+0.40 %"; empty if base is 0 or there is no change */
};
void value_texts(const struct results_metric *base, const struct results_metric *with, struct value_texts *t);

/* Exactly, without a unit: what reads back as the same number. Empty if nothing was measured, or m is NULL. */
void value_exact(const struct results_metric *m, char *buf, size_t n);

/* "1000 -> 1004 (+4, +0.40 %)" */
void value_sentence(const struct results_metric *base, const struct results_metric *with, char *buf, size_t n);

#endif
