/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t source_char(const char *p, size_t limit)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : u[0] >= 0xc2 ? 2 : 0;

    if (n > limit || u[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* Length of the line break at p: the ones libyaml counts, so that our line numbers are its own. */
static size_t break_len(const char *p, size_t limit)
{
    if (p[0] == '\r')
        return limit > 1 && p[1] == '\n' ? 2 : 1;
    if (p[0] == '\n')
        return 1;
    if (limit > 1 && !memcmp(p, "\xc2\x85", 2)) /* NEL */
        return 2;
    if (limit > 2 && (!memcmp(p, "\xe2\x80\xa8", 3) || !memcmp(p, "\xe2\x80\xa9", 3))) /* LS, PS */
        return 3;
    return 0;
}

struct source *source_text(struct arena *a, const char *name, const char *text, size_t len)
{
    struct source *s = arena_alloc(a, sizeof *s);
    uint32_t *line;
    size_t n = 1;

    s->name = arena_strdup(a, name);
    s->text = arena_strndup(a, text, len);
    s->len = len;
    for (size_t i = 0, b; i < len; i += b ? b : 1)
        n += (b = break_len(s->text + i, len - i)) > 0;
    line = arena_alloc(a, n * sizeof *line);
    /* A byte order mark is no part of the first line. */
    line[0] = len >= 3 && !memcmp(s->text, "\xef\xbb\xbf", 3) ? 3 : 0;
    n = 1;
    for (size_t i = 0, b; i < len; i += b ? b : 1) {
        b = break_len(s->text + i, len - i);
        if (b)
            line[n++] = (uint32_t)(i + b);
    }
    s->line = line;
    s->nlines = n;
    return s;
}

struct source *source_read(struct arena *a, const char *path, const char **why)
{
    const char *name = strcmp(path, "-") ? path : "<stdin>";
    FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
    char *buf = NULL;
    size_t len = 0, cap = 64 * 1024;
    struct source *s = NULL;

    if (!f) {
        *why = arena_strdup(a, strerror(errno));
        return NULL;
    }
    errno = 0;
    for (;;) {
        char *more = realloc(buf, cap);
        if (!more) {
            *why = "not enough memory";
            break;
        }
        buf = more;
        len += fread(buf + len, 1, cap - len, f);
        if (ferror(f)) {
            *why = arena_strdup(a, strerror(errno ? errno : EIO));
            break;
        }
        if (len < cap) {
            s = source_text(a, name, buf, len);
            break;
        }
        if (cap > SOURCE_MAX_BYTES) {
            *why = "the file is larger than 16 MiB";
            break;
        }
        cap = cap * 2 > SOURCE_MAX_BYTES ? SOURCE_MAX_BYTES + 1 : cap * 2;
    }
    free(buf);
    if (f != stdin)
        fclose(f);
    return s;
}

const char *source_line(const struct source *s, size_t n, size_t *len)
{
    size_t from, to;

    *len = 0;
    if (n >= s->nlines)
        return "";
    from = s->line[n];
    to = from;
    while (to < s->len && !break_len(s->text + to, s->len - to))
        to++;
    *len = to - from;
    return s->text + from;
}

struct where source_where(const struct source *s, size_t offset)
{
    struct where w = {s, 0, 0};
    size_t lo = 0, hi = s->nlines;

    if (offset > s->len)
        offset = s->len;
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        if (s->line[mid] <= offset)
            lo = mid;
        else
            hi = mid;
    }
    w.line = (uint32_t)lo;
    for (size_t i = s->line[lo]; i < offset; w.col++) {
        size_t n = source_char(s->text + i, s->len - i);
        i += n ? n : 1;
    }
    return w;
}
