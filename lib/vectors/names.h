/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - the words of the format for frames and wires. */
#ifndef VECTORS_NAMES_H
#define VECTORS_NAMES_H

#include <trapline/vectors.h>

/* One frame: its word, the prefix of its registers, and where the format has accesses. */
struct frame_name {
    const char *word, *prefix;
    uint32_t end; /* of the registers that lie together */
    uint32_t dir; /* the register beyond; 0: there is none */
};
extern const struct frame_name vectors_frames[GIC_NFRAMES];
extern const char *const vectors_pins[GIC_NPINS];

#endif
