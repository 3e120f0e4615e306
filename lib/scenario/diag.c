/* SPDX-License-Identifier: Apache-2.0 */
#include "diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a longer source line only a window around the caret is shown. */
#define SHOW_COLS 120u

int scenario_diags_new(struct scenario_diags **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return -ENOMEM;
    arena_init(&(*out)->arena);
    return 0;
}

void scenario_diags_free(struct scenario_diags *d)
{
    if (!d)
        return;
    arena_fini(&d->arena);
    free(d->list);
    free(d);
}

size_t scenario_diags_count(const struct scenario_diags *d)
{
    return d->count;
}

const struct scenario_diag *scenario_diags_get(const struct scenario_diags *d, size_t i)
{
    return i < d->kept ? &d->list[i].pub : NULL;
}

/* Errors of a file stand in the order of its lines, whoever found them first. */
static bool goes_before(const struct diag *a, const struct diag *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->pub.line != b->pub.line)
        return a->pub.line < b->pub.line;
    return a->pub.col < b->pub.col;
}

static void add(struct scenario_diags *d, struct where at, const char *file, const char *help, const char *msg)
{
    struct diag *e;
    unsigned line = at.src ? at.line + 1 : 0, col = at.src ? at.col + 1 : 0;

    for (size_t i = 0; i < d->kept; i++) {
        e = &d->list[i];
        if (e->pub.line == line && e->pub.col == col && !strcmp(e->pub.file, file) &&
            ((d->one_per_place && line) || !strcmp(e->pub.message, msg)))
            return;
    }
    d->count++;
    if (d->kept == DIAG_KEEP)
        return;
    if (d->kept == d->capacity) {
        size_t cap = d->capacity ? d->capacity * 2 : 8;
        struct diag *more = realloc(d->list, cap * sizeof *more);
        if (!more)
            return; /* still counted */
        d->list = more;
        d->capacity = cap;
    }
    struct diag fresh = {.at = at, .rank = d->kept};
    fresh.pub = (struct scenario_diag){.file = arena_strdup(&d->arena, file),
                                       .line = line,
                                       .col = col,
                                       .message = arena_strdup(&d->arena, msg),
                                       .help = help ? arena_strdup(&d->arena, help) : NULL};
    for (size_t i = 0; i < d->kept; i++)
        if (!strcmp(d->list[i].pub.file, file))
            fresh.rank = d->list[i].rank;
    for (e = &d->list[d->kept]; e > d->list && goes_before(&fresh, e - 1); e--)
        *e = *(e - 1);
    *e = fresh;
    d->kept++;
}

void diag_add(struct scenario_diags *d, struct where at, const char *help, const char *fmt, ...)
{
    char msg[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    add(d, at, at.src ? at.src->name : "trapline", help, msg);
}

void diag_file(struct scenario_diags *d, const char *file, const char *help, const char *fmt, ...)
{
    char msg[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(msg, sizeof msg, fmt, ap);
    va_end(ap);
    add(d, (struct where){0}, file, help, msg);
}

/*
 * Prints text so that nothing in a file can drive the user's terminal: control characters and bytes
 * that are not UTF-8 become '?'.
 */
static void put_safe(FILE *f, const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = source_char(s + i, len - i);
        unsigned char c = (unsigned char)s[i];
        if (n == 0 || (n == 1 && (c < 0x20 || c == 0x7f) && c != '\t') ||
            (n == 2 && c == 0xc2 && (unsigned char)s[i + 1] < 0xa0))
            fputc('?', f);
        else
            fwrite(s + i, 1, n, f);
        i += n ? n : 1;
    }
}

/* The source line with a caret below. Columns are characters; a tab stays a tab so that the caret fits. */
static void put_source(FILE *f, struct where at, const char *on, const char *off)
{
    size_t len, from = 0, to, col = 0, first = at.col > SHOW_COLS - 20 ? at.col - (SHOW_COLS - 20) : 0;
    const char *line = source_line(at.src, at.line, &len);

    for (to = 0; to < len && col < first + SHOW_COLS; col++) {
        size_t n = source_char(line + to, len - to);
        if (col == first)
            from = to;
        to += n ? n : 1;
    }
    if (col <= first)
        from = to;
    fprintf(f, "%5zu | ", (size_t)at.line + 1);
    put_safe(f, line + from, to - from);
    fputs("\n      | ", f);
    for (size_t i = from, c = first; c < at.col; c++) {
        size_t n = i < to ? source_char(line + i, to - i) : 1;
        fputc(i < to && line[i] == '\t' ? '\t' : ' ', f);
        i += n ? n : 1;
    }
    fprintf(f, "%s^%s\n", on, off);
}

void scenario_diags_print(const struct scenario_diags *d, FILE *f, bool color)
{
    const char *bold = color ? "\033[1m" : "", *red = color ? "\033[1;31m" : "", *green = color ? "\033[1;32m" : "",
               *off = color ? "\033[0m" : "";

    for (size_t i = 0; i < d->kept; i++) {
        const struct diag *e = &d->list[i];
        fputs(bold, f);
        put_safe(f, e->pub.file, strlen(e->pub.file));
        if (e->at.src)
            fprintf(f, ":%u:%u", e->pub.line, e->pub.col);
        fprintf(f, ": %serror:%s ", red, off);
        put_safe(f, e->pub.message, strlen(e->pub.message));
        fputc('\n', f);
        if (e->at.src)
            put_source(f, e->at, green, off);
        if (e->pub.help) {
            fputs("      = help: ", f);
            put_safe(f, e->pub.help, strlen(e->pub.help));
            fputc('\n', f);
        }
    }
    if (d->count > d->kept)
        fprintf(f, "(%zu more)\n", d->count - d->kept);
    if (d->count)
        fprintf(f, "%zu error%s\n", d->count, d->count == 1 ? "" : "s");
}
