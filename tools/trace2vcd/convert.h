/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert.h - the runs of one trace, side by side in one VCD.
 *
 * Order of calls: conv_open (reads the whole trace once, so a bad one is found before anything is
 * written) -> conv_write_vcd -> conv_write_gtkw -> conv_close.
 */
#ifndef TRACE2VCD_CONVERT_H
#define TRACE2VCD_CONVERT_H

#include "view.h"

/* As many files are open at a time. */
#define CONV_MAX_RUNS 64u

enum spread { SPREAD_AUTO, SPREAD_ON, SPREAD_OFF };

struct conversion {
    const char *mode; /* NULL: all */
    enum spread spread;
    bool setup; /* show the set-up of the runs too */
    bool quiet; /* no notes */
    struct time_scale scale;
    struct view view[CONV_MAX_RUNS];
    unsigned nviews;
    uint64_t end; /* of the longest run, in output units; known after conv_write_vcd */
};

/* Each returns an exit code (enum exit_code) and has said on stderr what is wrong. */
enum exit_code { EXIT_OK = 0, EXIT_INPUT = 2, EXIT_OUTPUT = 4 };
int conv_open(struct conversion *c, const struct input *in);
int conv_write_vcd(struct conversion *c, FILE *f);
void conv_close(struct conversion *c);

/* In gtkw.c: the save file that shows what matters of `vcd_name` in reading order. */
void conv_write_gtkw(const struct conversion *c, FILE *f, const char *vcd_name);

/* Name of a device, pCPU or vCPU as a scope: characters that VCD or GTKWave gives a meaning are '_'. */
struct scope_name {
    char s[TRACE_MAX_TEXT + 16];
};
struct scope_name conv_dev_scope(const struct view *v, uint32_t dev);
struct scope_name conv_numbered_scope(const char *what, uint32_t n);

#endif
