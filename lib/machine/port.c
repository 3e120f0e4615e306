/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's GIC port: every access of host, hypervisor and guest goes through here, is priced, is
 * counted and can be traced. VGIC cost is access count times access latency, in this one place.
 */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <trapline/events.h>
#include <trapline/gic_regs.h>

/* What an access costs and which counter it moves, by frame and direction; exceptions below. */
static const enum sim_cost_id default_cost[GIC_NFRAMES][2] = {
    [GIC_DIST] = {SIM_COST_GICD_READ, SIM_COST_GICD_WRITE},
    [GIC_CPU] = {SIM_COST_GICC_IAR, SIM_COST_GICC_EOIR},
    [GIC_HYP] = {SIM_COST_GICH_READ, SIM_COST_GICH_WRITE},
    [GIC_VCPU] = {SIM_COST_GICV_IAR, SIM_COST_GICV_EOIR},
};

static void remember(struct machine *m, unsigned cpu, enum gic_frame frame, bool is_write, uint32_t offset,
                     uint32_t value)
{
    if (m->watch.on && cpu == m->watch.cpu && m->watch.count < m->watch.capacity)
        m->watch.list[m->watch.count++] =
            (struct machine_access){(uint8_t)cpu, (uint8_t)frame, is_write, offset, value};
    if (!(m->sim.levels & SIM_ACCESS))
        return;
    if (is_write)
        sim_trace(&m->sim, cpu, EV_GIC_WRITE, frame, offset, value);
    else
        sim_trace(&m->sim, cpu, EV_GIC_READ, frame, offset, value);
}

uint32_t port_read(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset)
{
    struct machine *m = ctx;
    uint32_t v =
        m->outside.gic ? m->outside.read(m->outside.ctx, cpu, frame, offset) : gic_read(m->gic, cpu, frame, offset, 4);
    sim_charge(&m->pcpu[cpu].cpu, default_cost[frame][0]);
    switch (frame) {
    case GIC_DIST:
        m->n.gicd_reads++;
        break;
    case GIC_CPU:
        if (offset == GICC_IAR)
            m->n.iar_reads++;
        break;
    case GIC_HYP:
        m->n.gich_reads++;
        break;
    case GIC_VCPU:
    case GIC_NFRAMES:
        break;
    }
    remember(m, cpu, frame, false, offset, v);
    return v;
}

static void count_gicd_write(struct machine *m, uint32_t offset)
{
    m->n.gicd_writes++;
    if (offset == GICD_SGIR)
        m->n.sgir++;
    else if (offset >= GICD_ISENABLER && offset < GICD_ICENABLER)
        m->n.isenabler++;
    else if (offset >= GICD_ICENABLER && offset < GICD_ISPENDR)
        m->n.icenabler++;
}

/* A forwarded interrupt's deactivation belongs to the guest: a host DIR would take it away (9.2, 8). */
static void check_dir(struct machine *m, uint32_t intid)
{
    const struct host_irq *d = host_irq_get(m->host, intid & 0x3ff);
    if (d && d->forwarded)
        machine_fail(m, -EFAULT, "the host deactivated forwarded interrupt %u with GICC_DIR", intid & 0x3ff);
}

void port_write(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset, uint32_t value)
{
    struct machine *m = ctx;
    enum sim_cost_id cost = default_cost[frame][1];
    switch (frame) {
    case GIC_DIST:
        count_gicd_write(m, offset);
        break;
    case GIC_CPU:
        if (offset == GICC_DIR) {
            cost = SIM_COST_GICC_DIR;
            m->n.dir_writes++;
            if (TRAPLINE_CHECKS)
                check_dir(m, value);
        } else if (offset == GICC_EOIR) {
            m->n.eoir_writes++;
        }
        break;
    case GIC_HYP:
        m->n.gich_writes++;
        break;
    case GIC_VCPU:
        if (offset == GICV_DIR)
            cost = SIM_COST_GICV_DIR;
        break;
    case GIC_NFRAMES:
        break;
    }
    sim_charge(&m->pcpu[cpu].cpu, cost);
    remember(m, cpu, frame, true, offset, value); /* before its consequences, which are records too */
    if (m->outside.gic)
        m->outside.write(m->outside.ctx, cpu, frame, offset, value);
    else
        gic_write(m->gic, cpu, frame, offset, 4, value);
}

void port_set_spi(struct machine *m, uint32_t intid, bool level)
{
    if (m->outside.gic)
        m->outside.set_spi(m->outside.ctx, intid, level);
    else
        gic_set_spi(m->gic, intid, level);
}

void port_set_ppi(struct machine *m, unsigned cpu, uint32_t intid, bool level)
{
    if (m->outside.gic)
        m->outside.set_ppi(m->outside.ctx, cpu, intid, level);
    else
        gic_set_ppi(m->gic, cpu, intid, level);
}

int machine_watch_accesses(struct machine *m, unsigned device, uint64_t nth, unsigned cpu)
{
    enum { WATCH_CAPACITY = 4096 };
    if (m->phase != PHASE_NEW || device >= m->cfg.ndevices || !nth || cpu >= m->cfg.platform.cpus || m->watch.armed)
        return -EINVAL;
    m->watch.list = calloc(WATCH_CAPACITY, sizeof *m->watch.list);
    if (!m->watch.list)
        return -ENOMEM;
    m->watch.capacity = WATCH_CAPACITY;
    m->watch.armed = true;
    m->watch.device = device;
    m->watch.nth = nth;
    m->watch.cpu = cpu;
    return 0;
}

const struct machine_access *machine_accesses(const struct machine *m, size_t *count)
{
    *count = m->watch.count;
    return m->watch.list;
}
