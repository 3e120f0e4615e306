/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/events.h - every trace event of every layer: one table each, ids in ranges of their own.
 *
 * EVENT(ident, name, level, flow, args...): `name` is the kernel's where one exists; `flow` says which
 * argument finds the interrupt occurrence: NONE, PHYS(n) = argument n is a physical INTID,
 * VIRT(n) = argument n is a guest INTID. `args` names the arguments, separated by commas.
 * The tables live in trapline/events.def; a trace file carries them, so a reader needs no copy.
 */
#ifndef TRAPLINE_EVENTS_H
#define TRAPLINE_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <trapline/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

/* First id of each layer's range. */
enum {
    EV_RANGE_GIC = 0x100,
    EV_RANGE_HOST = 0x200,
    EV_RANGE_BYPASS = 0x300,
    EV_RANGE_VGIC = 0x400,
    EV_RANGE_IRQFD = 0x500,
    EV_RANGE_VFIO = 0x600,
    EV_RANGE_DEVICE = 0x700,
    EV_RANGE_MACHINE = 0x800,
};

enum trapline_event {
#define EVENT_RANGE(base)                     EV_FIRST_##base = EV_RANGE_##base - 1,
#define EVENT(ident, name, level, flow, args) EV_##ident,
#include <trapline/events.def>
#undef EVENT
#undef EVENT_RANGE
};

/* EV_x_LEVEL constants for sim_trace(). */
enum trapline_event_level {
#define EVENT_RANGE(base)
#define EVENT(ident, name, level, flow, args) EV_##ident##_LEVEL = SIM_##level,
#include <trapline/events.def>
#undef EVENT
#undef EVENT_RANGE
};

/* How the flow of an event is found. */
enum { EV_FLOW_NONE = 0, EV_FLOW_PHYS = 1, EV_FLOW_VIRT = 2 };

struct trapline_event_info {
    uint16_t id;
    const char *name;  /* "kvm_exit" */
    const char *args;  /* "vcpu,cause" */
    uint8_t level;     /* enum sim_level */
    uint8_t flow_kind; /* EV_FLOW_x */
    uint8_t flow_arg;  /* which argument holds the INTID */
};

/* All events in order of id. */
TRAPLINE_API const struct trapline_event_info *trapline_events(size_t *count);
/* One event; NULL if the id is unknown. */
TRAPLINE_API const struct trapline_event_info *trapline_event_find(uint16_t id);

#ifdef __cplusplus
}
#endif
#endif
