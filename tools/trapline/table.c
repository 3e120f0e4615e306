/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
    char *cell[TABLE_MAX_COLUMNS];
    const char *on, *off;
};

struct table {
    char align[TABLE_MAX_COLUMNS + 1];
    size_t columns, n, cap, filled; /* filled: cells in the last row */
    struct row *row;
};

/* Characters of a UTF-8 text: continuation bytes take no place of their own. */
static size_t width(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

struct table *table_new(const char *align)
{
    struct table *t = calloc(1, sizeof *t);

    if (t) {
        snprintf(t->align, sizeof t->align, "%s", align);
        t->columns = strlen(t->align);
    }
    return t;
}

void table_free(struct table *t)
{
    for (size_t i = 0; t && i < t->n; i++)
        for (size_t c = 0; c < t->columns; c++)
            free(t->row[i].cell[c]);
    if (t)
        free(t->row);
    free(t);
}

/* The row that takes the next cell; NULL: no memory. */
static struct row *open_row(struct table *t)
{
    if (t->n && t->filled < t->columns)
        return &t->row[t->n - 1];
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 16;
        struct row *more = realloc(t->row, cap * sizeof *more);
        if (!more)
            return NULL;
        t->row = more;
        t->cap = cap;
    }
    memset(&t->row[t->n], 0, sizeof t->row[0]);
    t->filled = 0;
    return &t->row[t->n++];
}

void table_cell(struct table *t, const char *fmt, ...)
{
    struct row *r = t ? open_row(t) : NULL;
    char buf[256];
    va_list ap;

    if (!r)
        return;
    va_start(ap, fmt);
    vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    r->cell[t->filled++] = strdup(buf);
}

void table_row_end(struct table *t)
{
    if (t)
        t->filled = t->columns;
}

void table_mark(struct table *t, const char *on, const char *off)
{
    if (t && t->n) {
        t->row[t->n - 1].on = on;
        t->row[t->n - 1].off = off;
    }
}

static const char *cell_text(const struct row *r, size_t c)
{
    return r->cell[c] ? r->cell[c] : "";
}

void table_print(const struct table *t, unsigned indent)
{
    size_t w[TABLE_MAX_COLUMNS] = {0};

    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++)
        for (size_t c = 0; c < t->columns; c++)
            if (width(cell_text(&t->row[i], c)) > w[c])
                w[c] = width(cell_text(&t->row[i], c));
    for (size_t i = 0; i < t->n; i++) {
        const struct row *r = &t->row[i];
        size_t last = 0, owed = indent; /* blanks owed: printed only when something follows */
        for (size_t c = 0; c < t->columns; c++)
            if (*cell_text(r, c))
                last = c;
        fputs(r->on ? r->on : "", stdout);
        for (size_t c = 0; c <= last; c++) {
            const char *s = cell_text(r, c);
            size_t pad = w[c] - width(s);
            if (t->align[c] == 'r')
                owed += pad;
            if (*s)
                printf("%*s%s", (int)owed, "", s);
            owed = (*s ? 0 : owed) + (t->align[c] == 'r' ? 0 : pad) + 2;
        }
        fputs(r->off ? r->off : "", stdout);
        putchar('\n');
    }
}
