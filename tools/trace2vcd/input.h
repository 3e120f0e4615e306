/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - a trace that can be read several times at once.
 *
 * Every run of a file is read by a reader of its own, twice. A regular file is simply opened again; what
 * cannot be read twice (standard input, a pipe) is kept in memory.
 */
#ifndef TRACE2VCD_INPUT_H
#define TRACE2VCD_INPUT_H

#include <stdio.h>
#include <trapline/trace_file.h>

struct input {
    const char *path; /* for messages */
    char *data;       /* NULL: open path */
    size_t size;
};

/* Returns 0 or a negative errno. */
int input_init(struct input *in, const char *path);
void input_fini(struct input *in);
/* Another stream from the beginning; NULL with errno set. */
FILE *input_open(const struct input *in);

#endif
