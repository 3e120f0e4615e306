/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/gic_port.h - how software reaches GIC registers.
 *
 * Drivers and hypervisors access the GIC through a port, so that the same code runs on lib/gic, behind
 * a TLM socket, or on a model of the user's own. Whoever provides the port prices and traces accesses.
 */
#ifndef TRAPLINE_GIC_PORT_H
#define TRAPLINE_GIC_PORT_H

#include <trapline/gic.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gic_port {
    void *ctx;
    /* 32-bit accesses by physical CPU `cpu`; offset from the start of the frame. */
    uint32_t (*read)(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset);
    void (*write)(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset, uint32_t value);
};

static inline uint32_t gic_port_read(const struct gic_port *p, unsigned cpu, enum gic_frame frame, uint32_t offset)
{
    return p->read(p->ctx, cpu, frame, offset);
}

static inline void gic_port_write(const struct gic_port *p, unsigned cpu, enum gic_frame frame, uint32_t offset,
                                  uint32_t value)
{
    p->write(p->ctx, cpu, frame, offset, value);
}

#ifdef __cplusplus
}
#endif
#endif
