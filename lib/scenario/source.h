/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source.h - the text that a user wrote, and positions in it.
 */
#ifndef SCENARIO_SOURCE_H
#define SCENARIO_SOURCE_H

#include "arena.h"

#include <stdint.h>

#define SOURCE_MAX_BYTES ((size_t)16 * 1024 * 1024)

struct source {
    const char *name; /* as messages show it */
    const char *text; /* NUL behind the last byte */
    size_t len;
    const uint32_t *line; /* byte offset of each line's first byte */
    size_t nlines;
};

/* A position; line and column count characters from 0, as libyaml does. src NULL: nowhere. */
struct where {
    const struct source *src;
    uint32_t line, col;
};

/*
 * Reads a whole file ("-": standard input). On failure *why is a sentence and NULL is returned. Never
 * reads more than SOURCE_MAX_BYTES + 1.
 */
struct source *source_read(struct arena *a, const char *path, const char **why);
/* Wraps text that is in memory already. */
struct source *source_text(struct arena *a, const char *name, const char *text, size_t len);
/* Bytes of line `n` (0 for the first) without its line break. */
const char *source_line(const struct source *s, size_t n, size_t *len);
/* The position of a byte offset. */
struct where source_where(const struct source *s, size_t offset);

/* Bytes of the UTF-8 character at p (limit bytes left); 0 if it is not valid UTF-8. */
size_t source_char(const char *p, size_t limit);

#endif
