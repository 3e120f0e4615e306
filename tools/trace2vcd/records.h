/* SPDX-License-Identifier: Apache-2.0 */
/* records.h - which record changes which signal of a view. Private to view.c and records.c. */
#ifndef TRACE2VCD_RECORDS_H
#define TRACE2VCD_RECORDS_H

#include "view.h"

/* Finds events and devices. Returns 0 or -ENOMEM; records_fini in any case. */
int records_init(struct view *v);
void records_fini(struct view *v);
/* Back to the state before the first record. */
void records_reset(struct view *v);
/* Sets the signals that the record changes. */
void records_apply(struct view *v, const struct sim_record *rec);
/* Name of an exit cause; NULL: the file names none. */
const char *records_cause_name(const struct view *v, int64_t cause);

/* In view.c: the set-up is over; its changes are not shown. */
void view_begin(struct view *v, sim_tick at);
/* In view.c: gives a signal its value in the present instant. */
void view_set(struct view *v, struct signal *s, int64_t value);

#endif
