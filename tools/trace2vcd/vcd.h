/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vcd.h - writes Value Change Dump files (IEEE 1364-2005, clause 18), with GTKWave's string variables.
 *
 * Order of calls: vcd_init, the declarations, vcd_start, then vcd_at with rising times and values,
 * vcd_flush. Write errors show in ferror() of the stream.
 */
#ifndef TRACE2VCD_VCD_H
#define TRACE2VCD_VCD_H

#include <stdint.h>
#include <stdio.h>

enum vcd_type { VCD_WIRE, VCD_STRING, VCD_EVENT };

struct vcd {
    FILE *f;
    uint32_t vars; /* declared so far */
    uint64_t now;
    int timed; /* a time was written */
    size_t used;
    char buf[1 << 16];
};

void vcd_init(struct vcd *v, FILE *f, const char *timescale);
void vcd_comment(struct vcd *v, const char *text);
void vcd_scope(struct vcd *v, const char *name);
void vcd_upscope(struct vcd *v);
/* Returns the variable's number. */
uint32_t vcd_var(struct vcd *v, enum vcd_type type, unsigned bits, const char *name);
/* Ends the declarations; the values up to vcd_begin_changes are the initial ones. */
void vcd_start(struct vcd *v);
void vcd_begin_changes(struct vcd *v);

void vcd_at(struct vcd *v, uint64_t time);
void vcd_bit(struct vcd *v, uint32_t var, char value);                      /* '0', '1', 'x' */
void vcd_vector(struct vcd *v, uint32_t var, unsigned bits, int64_t value); /* below 0: unknown */
void vcd_string(struct vcd *v, uint32_t var, const char *text);
void vcd_event(struct vcd *v, uint32_t var);
void vcd_flush(struct vcd *v);

#endif
