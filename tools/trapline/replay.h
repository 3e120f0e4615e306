/* SPDX-License-Identifier: Apache-2.0 */
/* replay.h - vectors that were played, and the forms in which that is told. */
#ifndef TRAPLINE_REPLAY_H
#define TRAPLINE_REPLAY_H

#include "output.h"
#include "outputs.h"

#include <trapline/vectors.h>

struct replay_run {
    const struct gicvec *v;
    struct gicvec_result result;
};

struct replay_file {
    char *path;
    struct gicvec_file *vectors;
    struct replay_run *run; /* those that were asked for */
    size_t n;
    size_t count[3]; /* by verdict */
};

struct replay {
    const struct options *o;
    struct colors c;
    struct replay_file *file;
    size_t n, vectors;
    size_t count[3];
    bool broken; /* gic_check found something */
};

/* For people: a line for each file, what failed, and the sums. */
void replay_text(const struct replay *p);
/* The vectors and what they are for, without playing them. */
void replay_list(const struct replay *p);
/* Writers of an output_format; the subject is a struct replay. */
bool replay_junit(FILE *f, const void *subject);
bool replay_json(FILE *f, const void *subject);

#endif
