/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/devices.h - hardware that raises interrupts.
 *
 * A device with one interrupt line: level-sensitive (asserted until its register was written often
 * enough) or edge (a pulse); the timetable that gives it work; and the virtual timer of a CPU. They know no
 * software; whoever owns the wire is told through set_line.
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

/*
 * The EL1 virtual timer of a CPU (CNTV_CTL_EL0, CNTV_CVAL_EL0; Arm ARM D11.2): its line is up while the timer is
 * enabled, its interrupt is not masked and the compare value has been reached. The counter is simulated time.
 */
#define CNTV_CTL_ENABLE  1u
#define CNTV_CTL_IMASK   2u
#define CNTV_CTL_ISTATUS 4u /* read only: the compare value has been reached */
struct arch_timer {
    struct sim_event event; /* first member: the queue's handle */
    struct sim *sim;
    unsigned cpu;
    uint32_t intid; /* for trace records */
    uint32_t ctl;
    sim_tick cval;
    bool line; /* asserted now */
    void *ctx;
    void (*set_line)(void *ctx, unsigned cpu, bool level);
};
/* Writes both registers; ticks of absolute simulated time. */
TRAPLINE_API void arch_timer_write(struct arch_timer *t, uint32_t ctl, sim_tick cval);
/* Reads CNTV_CTL_EL0. ISTATUS is 0 while the timer is disabled (the architecture leaves it open). */
TRAPLINE_API uint32_t arch_timer_ctl(const struct arch_timer *t);

#ifdef __cplusplus
}
#endif
#endif
