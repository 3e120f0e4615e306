/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/devices.h - hardware that raises interrupts.
 *
 * A device with one interrupt line: level-sensitive (asserted until its register was written often
 * enough) or edge (a pulse). It knows no software; whoever owns the wire is told through set_line.
 */
#ifndef TRAPLINE_DEVICES_H
#define TRAPLINE_DEVICES_H

#include <trapline/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

struct irq_device {
    struct sim *sim;
    uint32_t intid;     /* for trace records */
    bool level;         /* else edge */
    unsigned clears;    /* register writes until a level line is quiet; at least 1 */
    unsigned remaining; /* writes still needed; 0: quiet */
    bool line;          /* asserted now */
    uint64_t raised;    /* times the line went up */
    uint64_t coalesced; /* causes that found the line up */
    void *ctx;
    void (*set_line)(void *ctx, struct irq_device *d, bool level);
};

/* The device has a reason to interrupt. true: the line went up (an edge device pulses it). */
TRAPLINE_API bool irq_device_raise(struct irq_device *d);
/* Somebody writes the device's register: quietens it in the end. Ignored while quiet. */
TRAPLINE_API void irq_device_clear(struct irq_device *d);

/* The device is reset: quiet at once. */
TRAPLINE_API void irq_device_reset(struct irq_device *d);

/* A timetable: raise() is called `count` times, first at `start`, then every `every` ticks. */
struct irq_traffic {
    struct sim_event event; /* first member: the queue's handle */
    sim_tick start, every;
    uint64_t left;
    void *ctx;
    void (*raise)(void *ctx);
};
/* Begins the timetable at absolute time t0 + start. 0 or -ENOSPC. */
TRAPLINE_API int irq_traffic_begin(struct sim *sim, struct irq_traffic *t, sim_tick t0);

#ifdef __cplusplus
}
#endif
#endif
