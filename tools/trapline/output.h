/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - what the program writes: colours, the final state of standard output, progress, and the
 * directories that profiles are read from.
 */
#ifndef TRAPLINE_OUTPUT_H
#define TRAPLINE_OUTPUT_H

#include "options.h"

#include <stdint.h>
#include <stdio.h>

/* Escape sequences, or empty strings where colour is off. Colour repeats what words say. */
struct colors {
    const char *bold, *red, *green, *dim, *off;
};
struct colors colors_for(const struct options *o, FILE *f);

/* Workflow commands of GitHub, on standard output: each becomes an annotation, at a line if that is not 0. */
bool github_wanted(const struct options *o);
void github_begin(const char *level, const char *file, unsigned line, unsigned col, const char *title);
void github_text(const char *s); /* a piece of the text; the caller ends it with a newline */

/* Flushes standard output; turns a failure into EXIT_OUTPUT. */
int output_finish(int code);

/* All profile directories: --profile-dir, $TRAPLINE_PROFILES, beside the program, installed, source tree. */
struct profile_dirs {
    const char **dir;
    size_t n;
    char *env, *beside; /* memory behind some of them */
};
void profile_dirs_find(const struct options *o, struct profile_dirs *p);
void profile_dirs_free(struct profile_dirs *p);

/* A line on a terminal that tells how far a run is; appears after one second. */
struct progress {
    bool on, shown;
    double start, last;
    const char *what;
};
void progress_start(struct progress *p, const struct options *o, const char *what);
void progress_show(struct progress *p, uint64_t done, uint64_t total);
void progress_end(struct progress *p);

#endif
