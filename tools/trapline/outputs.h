/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outputs.h - the files that a command writes besides its tables, several at once, each in a format of its own.
 *
 * They are opened before the first run, because a long run for nothing would be a nuisance, and appear under
 * their names when everything is there. "-" is standard output, as are its names below /dev; then no tables are
 * printed.
 */
#ifndef TRAPLINE_OUTPUTS_H
#define TRAPLINE_OUTPUTS_H

#include "options.h"

#include <stdio.h>
#include <trapline/trace_file.h>

#define OUTPUTS_MAX 8u

struct output_format {
    const char *option; /* "junit" */
    size_t path;        /* offset in struct options of the file's name */
    size_t direct;      /* offset of a flag that means standard output; 0: there is none */
    /* false: not enough memory. What went wrong with the file is found out later. NULL: it is not written here. */
    bool (*write)(FILE *f, const void *subject);
};

struct outputs {
    struct {
        const struct output_format *format;
        const char *path;
        struct trace_out file;
        bool open;
    } out[OUTPUTS_MAX];
    size_t n;
    bool to_stdout; /* one of them takes the place of the tables */
};

/* Finds out what is wanted. Returns an exit code: two outputs into one place are bad usage. */
int outputs_plan(struct outputs *p, const struct command *cmd, const struct options *o,
                 const struct output_format *format, size_t n);
/* Refuses outputs that would overwrite an input; what: "", "the baseline ". Returns an exit code. */
int outputs_spare(const struct outputs *p, const struct command *cmd, const char *input, const char *what);
int outputs_open(struct outputs *p);
/* Writes all of them; the subject is what the formats know. Returns EXIT_OUTPUT after a failure. */
int outputs_write(struct outputs *p, const void *subject);
/* Removes those that were opened and not written. */
void outputs_abort(struct outputs *p);

/* Writes a document and frees it. false: text is NULL, there was no memory for it. */
bool output_text(FILE *f, char *text);
/* "trapline: cannot write 'x': no space left". Returns EXIT_OUTPUT. */
int output_failed(const char *path, int err);

#endif
