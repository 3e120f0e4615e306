/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - text in aligned columns. */
#ifndef TRAPLINE_TABLE_H
#define TRAPLINE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_MAX_COLUMNS 40u

struct table;

/* align: one letter for each column, 'l' or 'r'. NULL: no memory. */
struct table *table_new(const char *align);
void table_free(struct table *t);
/* Adds a cell; after the last column a new row begins. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void table_cell(struct table *t, const char *fmt, ...);
/* Fills the rest of the row with empty cells. */
void table_row_end(struct table *t);
/* A row that is a heading: printed between `on` and `off`. Applies to the row that was begun last. */
void table_mark(struct table *t, const char *on, const char *off);
/* Prints everything, `indent` blanks in front and two between columns; no blanks at line ends. */
void table_print(const struct table *t, unsigned indent);

#endif
