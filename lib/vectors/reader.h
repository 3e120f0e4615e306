/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - the state of the reader, shared by the file's part (file.c) and the lines' part (lines.c). */
#ifndef VECTORS_READER_H
#define VECTORS_READER_H

#include <trapline/vectors.h>

/* One vector as it grows. */
struct record {
    struct gicvec v;
    struct gicvec_op *ops; /* v.ops */
    const char **needs;    /* v.needs */
    size_t room;           /* operations that fit */
    bool configured;
};

struct gicvec_file {
    char *text; /* the whole file; every line ended by a NUL */
    struct record *records;
    size_t n, room;
};

struct reader {
    struct gicvec_file *file;
    const char *name; /* of the file */
    gicvec_error_fn *error;
    void *ctx;
    unsigned line;    /* from 1 */
    const char *text; /* of that line; NULL: it is no longer at hand */
    unsigned errors;  /* told so far */
    bool open;        /* in a vector */
    bool no_memory;
};

/* Reads one line: ended by a NUL, no blanks at its end, no control characters. What is kept points into it. */
void vectors_line(struct reader *r, char *text);
/* Tells a mistake at a column (from 1; 0: the whole line). */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
void vectors_mistake(struct reader *r, unsigned col, const char *help, const char *fmt, ...);

#endif
