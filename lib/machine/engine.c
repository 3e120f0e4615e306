/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run from its set-up to its end. machine_run() drains the queue; an engine with a time of its own takes the events
 * one by one, and nothing else differs: `stepped` makes every step go through the queue, which keeps their order.
 */
#include "internal.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <trapline/events.h>

/* Everything that was counted during set-up is put aside; the run counts from zero. */
static void begin_counting(struct machine *m)
{
    struct counters setup = m->n;
    m->n = (struct counters){.setup_exits = setup.exits, .connects = setup.connects, .refusals = setup.refusals};
    memset(m->exit_time, 0, sizeof m->exit_time);
    memset(m->sim.charged, 0, sizeof m->sim.charged);
    memset(m->sim.unpriced, 0, sizeof m->sim.unpriced);
    host_stats_reset(m->host);
    *irqfd_stats_get(m->irqfd) = (struct irqfd_stats){0};
    for (size_t i = 0; i < m->cfg.ndevices; i++)
        m->dev[i].vfio.stats = (struct vfio_platform_stats){0};
    /* The exit in which a vCPU sleeps now is finished by the run: its time counts from here. */
    for (size_t i = 0; i < m->cfg.nvcpus; i++)
        m->vcpu[i].left_at = m->t0;
}

/* Set-up leaves nothing halted, disabled or masked behind (9.2, 9). */
static void check_setup(struct machine *m)
{
    if (!m->vmm_done)
        machine_fail(m, -EFAULT, "set-up came to a standstill");
    if (m->bypass_stops != m->bypass_starts)
        machine_fail(m, -EFAULT, "the bypass manager left something stopped");
    for (size_t i = 0; i < m->cfg.nvcpus; i++)
        if (m->vcpu[i].paused)
            machine_fail(m, -EFAULT, "set-up left vCPU %zu paused", i);
    for (size_t i = 0; i < m->cfg.ndevices; i++) {
        const struct host_irq *d = host_irq_get(m->host, m->cfg.devices[i].spi);
        if (m->dev[i].route && m->cfg.devices[i].kind != MACHINE_INJECTOR && (d->depth || d->masked))
            machine_fail(m, -EFAULT, "set-up left interrupt %u disabled", d->intid);
    }
}

static void begin_traffic(struct machine *m)
{
    enum { INJECTOR_PRIO = 2 };
    m->actions_done = !m->cfg.nactions;
    if (m->cfg.nactions)
        host_thread_start_asleep(m->host, &m->control, 0, INJECTOR_PRIO, &control_proc, m,
                                 m->t0 + m->cfg.actions[0].at);
    for (size_t i = 0; i < m->cfg.ntraffic; i++) {
        struct mtraffic *t = &m->traffic[i];
        const struct machine_device *d = &m->cfg.devices[t->cfg->device];
        m->causes_left += t->cfg->count;
        m->dev[t->cfg->device].announced += t->cfg->count;
        if (d->kind == MACHINE_INJECTOR)
            host_thread_start_asleep(m->host, &t->thread, d->cpu, INJECTOR_PRIO, &injector_proc, t,
                                     m->t0 + t->cfg->start);
        else if (!m->outside.devices)
            (void)irq_traffic_begin(&m->sim, &t->hw, m->t0);
    }
}

static void check_prices(struct machine *m)
{
    char list[SIM_COST_COUNT * 24] = "";
    size_t used = 0;
    for (unsigned i = 0; i < SIM_COST_COUNT; i++)
        if (m->sim.unpriced[i])
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                                     sim_cost_name((enum sim_cost_id)i));
    if (!used)
        return;
    if (m->cfg.allow_unpriced)
        machine_note(m, "times are incomplete: cost profile '%s' has no price for %s", m->sim.costs.name, list);
    else
        machine_fail(m, -ENOTSUP, "cost profile '%s' has no price for: %s", m->sim.costs.name, list);
}

/* Threads are made runnable; the events that follow are set-up. */
static void begin_setup(struct machine *m)
{
    enum { VMM_PRIO = 2, SETUP_SECONDS = 1000 };
    m->limit = MAX_TICKS / m->sim.costs.tick_hz > SETUP_SECONDS ? SETUP_SECONDS * m->sim.costs.tick_hz : MAX_TICKS;
    for (unsigned i = 0; i < m->cfg.platform.cpus; i++)
        m->pcpu[i].cpu.cost = 0; /* what creating the host's driver has charged */
    for (unsigned i = 0; i < m->cfg.nvcpus; i++)
        vcpu_start(m, i);
    host_thread_start(m->host, &m->vmm, 0, VMM_PRIO, &vmm_setup_proc, m);
    pcpu_start(m);
}

static void begin_run(struct machine *m)
{
    m->t0 = m->sim.now;
    begin_counting(m);
    sim_trace(&m->sim, SIM_NO_CPU, EV_RUN_BEGIN, 1);
    m->limit = m->t0 + (m->cfg.until ? m->cfg.until : MAX_TICKS);
    begin_traffic(m);
    guest_ops_begin(m);
    flow_limit(m);
}

int machine_start(struct machine *m)
{
    if (m->phase != PHASE_NEW)
        return -EINVAL;
    m->phase = PHASE_SETUP;
    m->stepped = true;
    begin_setup(m);
    return 0;
}

bool machine_next(struct machine *m, sim_tick *at)
{
    if (m->stop || m->phase == PHASE_NEW || m->phase == PHASE_DONE)
        return false;
    if (m->phase == PHASE_SETUP && sim_next_at(&m->sim) > m->limit) {
        check_setup(m);
        if (m->stop)
            return false;
        m->phase = PHASE_RUN;
        begin_run(m);
    }
    *at = sim_next_at(&m->sim);
    return *at <= m->limit; /* SIM_FOREVER is beyond any limit */
}

static void report_progress(struct machine *m)
{
    enum { PROGRESS_EVERY = 1u << 16 };
    if (m->steps < m->next_progress || !machine_running(m))
        return;
    uint64_t total = m->cfg.ops.op ? m->cfg.ops.count : 0;
    for (size_t i = 0; i < m->cfg.ntraffic; i++)
        total += m->cfg.traffic[i].count;
    if (m->next_progress)
        m->progress(m->progress_ctx, m->n.delivered + m->n.ops, total);
    m->next_progress = m->steps + PROGRESS_EVERY;
}

void machine_advance(struct machine *m)
{
    (void)sim_fire_next(&m->sim);
    if (m->progress)
        report_progress(m);
}

bool machine_is_set_up(const struct machine *m)
{
    return m->phase >= PHASE_RUN;
}

sim_tick machine_origin(const struct machine *m)
{
    return m->t0;
}

bool machine_ended(struct machine *m)
{
    sim_tick at;
    if (machine_next(m, &at))
        return false;
    bool expecting = m->outside.devices && m->phase == PHASE_RUN && (m->causes_left || !m->actions_done);
    return m->stop || !expecting || m->sim.now >= m->limit;
}

bool machine_limit(const struct machine *m, sim_tick *at)
{
    *at = m->limit;
    return m->cfg.until && m->phase == PHASE_RUN;
}

void machine_set_time(struct machine *m, sim_tick at)
{
    sim_tick next = sim_next_at(&m->sim);
    bool never = m->phase == PHASE_RUN && next > m->limit; /* that event will not be run */
    if (at > m->sim.now && (at <= next || never))
        m->sim.now = at;
}

sim_tick machine_now(const struct machine *m)
{
    return m->sim.now;
}

sim_tick machine_tick_hz(const struct machine *m)
{
    return m->sim.costs.tick_hz;
}

int machine_finish(struct machine *m)
{
    if (m->phase == PHASE_DONE || m->phase == PHASE_NEW)
        return -EINVAL;
    if (!m->stop && !m->cfg.until && sim_next_at(&m->sim) != SIM_FOREVER)
        machine_fail(m, -ELOOP, "an interrupt storm: still busy a second after the last cause; " STORM_HINT);
    if (!m->stop && !m->cfg.until && m->ops.left && !m->vcpu[0].dying)
        machine_fail(m, -ELOOP, "the guest's operations came to a standstill: %s",
                     m->vcpu[0].paused ? "the guest is halted for ever" : "nothing is left that could go on");
    m->phase = PHASE_DONE;
    m->end = m->cfg.until && !m->stop ? m->limit : m->sim.now;
    flow_finish(m);
    check_prices(m);
    return m->status;
}

int machine_run(struct machine *m)
{
    sim_tick at;
    int err = machine_start(m);
    if (err)
        return err;
    m->stepped = false;
    while (machine_next(m, &at))
        machine_advance(m);
    return machine_finish(m);
}

int machine_set_error(struct machine *m, int status, const char *sentence)
{
    machine_fail(m, status, "%s", sentence);
    return m->status;
}

int machine_status(const struct machine *m)
{
    return m->status;
}

/* ---- what comes from outside ------------------------------------------------------------------------- */

void machine_gic_output(struct machine *m, unsigned cpu, enum gic_pin pin, bool level)
{
    pcpu_output(m, cpu, pin, level);
}

void machine_gic_state(struct machine *m, unsigned cpu, uint32_t intid, uint32_t old_bits, uint32_t new_bits)
{
    flow_gic_state(m, cpu, intid, old_bits, new_bits);
}

uint32_t machine_device_spi(const struct machine *m, unsigned device)
{
    bool wired = device < m->cfg.ndevices && m->cfg.devices[device].kind != MACHINE_INJECTOR;
    return wired ? m->cfg.devices[device].spi : 0;
}

size_t machine_wired_devices(const struct machine *m)
{
    size_t n = 0;
    for (unsigned i = 0; i < m->cfg.ndevices; i++)
        n += machine_device_spi(m, i) != 0;
    return n;
}

/* NULL: there is none, or the run is not on. What comes at the limit itself still counts, as events do. */
static struct mdevice *outside_device(struct machine *m, unsigned device)
{
    bool there = m->outside.devices && machine_device_spi(m, device) != 0;
    return there && m->phase == PHASE_RUN && m->sim.now <= m->limit ? &m->dev[device] : NULL;
}

void machine_device_raise(struct machine *m, unsigned device)
{
    struct mdevice *d = outside_device(m, device);
    if (d)
        flow_raise(d);
}

void machine_device_line(struct machine *m, unsigned device, bool level)
{
    struct mdevice *d = outside_device(m, device);
    if (!d || d->hw.line == level)
        return;
    d->hw.line = level;
    sim_trace(&m->sim, SIM_NO_CPU, EV_DEVICE_LINE, d->cfg->spi, level);
}

void device_clear(struct mdevice *d)
{
    if (d->m->outside.devices)
        d->m->outside.device_clear(d->m->outside.ctx, d->index);
    else
        irq_device_clear(&d->hw);
}

void device_reset(struct mdevice *d)
{
    if (d->m->outside.devices)
        d->m->outside.device_reset(d->m->outside.ctx, d->index);
    else
        irq_device_reset(&d->hw);
}
