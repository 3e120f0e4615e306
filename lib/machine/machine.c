/* SPDX-License-Identifier: Apache-2.0 */
/* Building a machine from its configuration, running it, taking it apart. */
#include "internal.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trapline/events.h>
#include <trapline/gic_regs.h>

void machine_fail(struct machine *m, int status, const char *fmt, ...)
{
    m->stop = true;
    if (m->status)
        return;
    m->status = status;
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(m->error, sizeof m->error, fmt, ap);
    va_end(ap);
}

void machine_note(struct machine *m, const char *fmt, ...)
{
    if (m->nnotes == MACHINE_NOTES - 1 && !m->ended)
        return; /* a timeline can refuse more often than anybody will read */
    char *text = m->note_text[m->nnotes];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof m->note_text[0], fmt, ap);
    va_end(ap);
    m->note[m->nnotes++] = text;
}

/* ---- hooks between the layers ----------------------------------------------------------------------- */

static bool hook_phys_pending(void *ctx, struct sim_cpu *cpu, int irq)
{
    struct machine *m = ctx;
    (void)cpu;
    return host_irq_get_state(m->host, (uint32_t)irq, HOST_IRQ_PENDING);
}

static bool hook_phys_active(void *ctx, struct sim_cpu *cpu, int irq)
{
    struct machine *m = ctx;
    (void)cpu;
    return host_irq_get_state(m->host, (uint32_t)irq, HOST_IRQ_ACTIVE);
}

static void hook_set_phys_pending(void *ctx, struct sim_cpu *cpu, int irq, bool on)
{
    struct machine *m = ctx;
    (void)cpu;
    host_irq_set_state(m->host, (uint32_t)irq, HOST_IRQ_PENDING, on);
}

static void hook_set_phys_active(void *ctx, struct sim_cpu *cpu, int irq, bool on)
{
    struct machine *m = ctx;
    (void)cpu;
    host_irq_set_state(m->host, (uint32_t)irq, HOST_IRQ_ACTIVE, on);
}

static int hook_hwintid(void *ctx, int irq)
{
    const struct machine *m = ctx;
    const struct host_irq *d = host_irq_get(m->host, (uint32_t)irq);
    if (irq == (int)HOST_VTIMER_PPI)
        return irq;
    return d ? (int)d->intid : -EINVAL;
}

static int hook_set_forwarded(void *ctx, int irq, bool on)
{
    struct machine *m = ctx;
    return host_irq_set_forwarded(m->host, (uint32_t)irq, on);
}

static void bypass_callback(void *ctx, enum irq_bypass_callback which, int ret)
{
    struct machine *m = ctx;
    m->bypass_stops += which == IRQ_BYPASS_PROD_STOP || which == IRQ_BYPASS_CONS_STOP;
    m->bypass_starts += which == IRQ_BYPASS_PROD_START || which == IRQ_BYPASS_CONS_START;
    sim_trace(&m->sim, host_this_cpu(m->host)->id, EV_BYPASS_CALLBACK, which, ret);
}

static void bypass_connected(void *ctx, const struct irq_bypass_producer *p, const struct irq_bypass_consumer *c,
                             int ret)
{
    struct machine *m = ctx;
    (void)c;
    if (ret)
        m->n.refusals++;
    else
        m->n.connects++;
    sim_trace(&m->sim, host_this_cpu(m->host)->id, EV_BYPASS_CONNECT, p->irq, ret);
}

/* A device drives its line: an SPI that several devices share is their wired OR. */
static void set_line(void *ctx, struct irq_device *hw, bool level)
{
    struct mdevice *d = ctx;
    struct machine *m = d->m;
    unsigned *users = &m->line_users[hw->intid];
    if (level) {
        if ((*users)++ == 0)
            gic_set_spi(m->gic, hw->intid, true);
    } else {
        if (--(*users) == 0)
            gic_set_spi(m->gic, hw->intid, false);
    }
}

static void traffic_raise(void *ctx)
{
    struct mtraffic *t = ctx;
    struct mdevice *d = &t->m->dev[t->cfg->device];
    flow_raise(d);
    (void)irq_device_raise(&d->hw);
}

/* ---- creation ------------------------------------------------------------------------------------------ */

static int refuse(char *why, size_t n, int err, const char *text)
{
    if (why && n)
        (void)snprintf(why, n, "%s", text);
    return err;
}

static void *copy(const void *p, size_t n, size_t size)
{
    void *q = calloc(n ? n : 1, size);
    if (q && n)
        memcpy(q, p, n * size);
    return q;
}

static int copy_config(struct machine *m, const struct machine_config *c)
{
    m->cfg = *c;
    m->cfg.vcpus = copy(c->vcpus, c->nvcpus, sizeof *c->vcpus);
    m->cfg.devices = copy(c->devices, c->ndevices, sizeof *c->devices);
    m->cfg.routes = copy(c->routes, c->nroutes, sizeof *c->routes);
    m->cfg.handlers = copy(c->handlers, c->nhandlers, sizeof *c->handlers);
    m->cfg.traffic = copy(c->traffic, c->ntraffic, sizeof *c->traffic);
    m->cfg.actions = copy(c->actions, c->nactions, sizeof *c->actions);
    m->vcpu = calloc(c->nvcpus, sizeof *m->vcpu);
    m->dev = calloc(c->ndevices ? c->ndevices : 1, sizeof *m->dev);
    m->traffic = calloc(c->ntraffic ? c->ntraffic : 1, sizeof *m->traffic);
    m->to_iar = calloc(1, sizeof *m->to_iar);
    m->to_free = calloc(1, sizeof *m->to_free);
    m->op_time = calloc(1, sizeof *m->op_time);
    return m->cfg.vcpus && m->cfg.devices && m->cfg.routes && m->cfg.handlers && m->cfg.traffic && m->cfg.actions &&
                   m->vcpu && m->dev && m->traffic && m->to_iar && m->to_free && m->op_time
               ? 0
               : -ENOMEM;
}

static int build_hardware(struct machine *m)
{
    const struct machine_config *c = &m->cfg;
    const struct gic_config gc = {
        .struct_size = sizeof gc,
        .cpus = c->platform.cpus,
        .spis = c->platform.spis,
        .lrs = c->platform.list_registers,
        .prio_bits = c->platform.priority_bits,
        .maint_ppi = MAINT_PPI,
        .output = pcpu_output,
        .state = flow_gic_state,
        .ctx = m,
    };
    int err = gic_new(&gc, &m->gic);
    if (err)
        return err;
    for (unsigned i = 0; i < c->platform.cpus; i++)
        pcpu_init(m, i);
    return 0;
}

static int build_software(struct machine *m)
{
    const struct machine_config *c = &m->cfg;
    const struct gic_port port = {m, port_read, port_write};
    const struct host_config hc = {
        .struct_size = sizeof hc,
        .sim = &m->sim,
        .cpus = c->platform.cpus,
        .spis = c->platform.spis,
        .port = port,
        .lazy_disable = c->kernel.lazy_disable,
        .maint_ppi = MAINT_PPI,
        .ctx = m,
        .timer_program = pcpu_timer_program,
        .poke = pcpu_poke,
    };
    int err = host_new(&hc, &m->host);
    if (err)
        return err;
    host_set_this_cpu(m->host, &m->pcpu[0].cpu);
    const struct vgic_config vc = {
        .struct_size = sizeof vc,
        .sim = &m->sim,
        .vcpus = (unsigned)c->nvcpus,
        .nr_irqs = 992,
        .nr_lr = (gic_peek(m->gic, 0, GIC_HYP, GICH_VTR, 4) & 0x3f) + 1,
        .ops = c->kernel.vgic.gich_switch == VGIC_SWITCH_FULL_3_10 ? &vgic_v2_full_ops : &vgic_v2_ops,
        .port = port,
        .profile = c->kernel.vgic,
        .hooks =
            {
                .ctx = m,
                .kick = vcpu_kick,
                .merged = flow_merged,
                .phys_pending = hook_phys_pending,
                .phys_active = hook_phys_active,
                .set_phys_pending = hook_set_phys_pending,
                .set_phys_active = hook_set_phys_active,
                .hwintid = hook_hwintid,
                .set_forwarded = hook_set_forwarded,
                .halt = &vcpu_halt_proc,
                .resume = &vcpu_resume_proc,
            },
    };
    err = vgic_new(&vc, &m->vgic);
    if (err)
        return err;
    const struct irqfd_vm_config ic = {
        .struct_size = sizeof ic,
        .sim = &m->sim,
        .host = m->host,
        .vgic = m->vgic,
        .bypass = {m, vcpu_halt_all, vcpu_resume_all},
        .inject_by_work = c->kernel.irqfd_inject_work,
        .merged = flow_merged,
        .ctx = m,
    };
    err = irqfd_vm_new(&ic, &m->irqfd);
    if (err)
        return err;
    err = timer_build(m);
    if (err)
        return err;
    host_eventfd_init(&m->ioeventfd, m->host, 2 * MACHINE_MAX_DEVICES, false);
    err = irq_bypass_manager_new((uint32_t)c->ndevices, &m->bypass);
    if (err)
        return err;
    irq_bypass_set_regression_2020(m->bypass, c->kernel.bypass_regression_2020);
    const struct irq_bypass_observer ob = {m, bypass_callback, bypass_connected, NULL};
    irq_bypass_observe(m->bypass, &ob);
    return 0;
}

static int build_devices(struct machine *m)
{
    const struct machine_config *c = &m->cfg;
    for (size_t i = 0; i < HOST_MAX_IRQS; i++)
        m->dev_of_spi[i] = m->dev_of_guest[i] = m->handler_of[i] = -1;
    for (size_t i = 0; i < c->nroutes; i++) {
        m->dev[c->routes[i].device].route = &c->routes[i];
        m->dev_of_guest[c->routes[i].guest_spi] = (int16_t)c->routes[i].device;
    }
    for (size_t i = c->ndevices; i-- > 0;) {
        struct mdevice *d = &m->dev[i];
        d->m = m;
        d->index = (unsigned)i;
        d->cfg = &c->devices[i];
        host_eventfd_init(&d->trigger, m->host, (unsigned)(2 * i), false);
        host_eventfd_init(&d->resample, m->host, (unsigned)(2 * i + 1), true);
        if (d->cfg->kind == MACHINE_INJECTOR)
            continue;
        d->hw = (struct irq_device){.sim = &m->sim,
                                    .intid = d->cfg->spi,
                                    .level = d->cfg->trigger == MACHINE_LEVEL,
                                    .clears = d->cfg->clears ? d->cfg->clears : 1,
                                    .ctx = d,
                                    .set_line = set_line};
        d->next_on_spi = m->dev_of_spi[d->cfg->spi];
        m->dev_of_spi[d->cfg->spi] = (int16_t)i;
        gic_watch(m->gic, d->cfg->spi, true);
        int err =
            vfio_platform_irq_open(&d->vfio, m->host, &m->sim, d->cfg->spi, d->hw.level, d->cfg->shared, d->cfg->cpu);
        if (err)
            return err;
    }
    for (size_t i = 0; i < c->nhandlers; i++)
        m->handler_of[c->handlers[i].guest_spi] = (int16_t)i;
    for (size_t i = 0; i < c->ntraffic; i++) {
        struct mtraffic *t = &m->traffic[i];
        t->m = m;
        t->cfg = &c->traffic[i];
        t->hw = (struct irq_traffic){
            .start = t->cfg->start, .every = t->cfg->every, .left = t->cfg->count, .ctx = t, .raise = traffic_raise};
    }
    return 0;
}

int machine_new(const struct machine_config *cfg, struct machine **out, char *why, size_t n)
{
    *out = NULL;
    const char *bad = config_error(cfg);
    if (bad)
        return refuse(why, n, -EINVAL, bad);
    struct machine *m = calloc(1, sizeof *m);
    if (!m)
        return refuse(why, n, -ENOMEM, "out of memory");
    m->t0 = SIM_FOREVER;
    /* Four events a pCPU, one a timetable. */
    int err = sim_init(&m->sim, (uint32_t)(4 * GIC_MAX_CPUS + cfg->ntraffic));
    if (!err)
        err = copy_config(m, cfg);
    if (!err) {
        sim_set_costs(&m->sim, &cfg->costs);
        m->sim.flow_of = flow_of;
        m->sim.flow_ctx = m;
        err = build_hardware(m);
    }
    if (!err)
        err = build_software(m);
    if (!err)
        err = build_devices(m);
    if (err) {
        machine_free(m);
        return refuse(why, n, err,
                      err == -EBUSY ? "VFIO cannot request an interrupt that is taken: two devices on one SPI"
                                    : trapline_strerror(err));
    }
    for (unsigned i = 0; i < cfg->nvcpus; i++)
        vcpu_init(m, i);
    bool forward = false;
    for (size_t i = 0; i < cfg->nroutes; i++)
        forward |= cfg->routes[i].forward;
    for (size_t i = 0; i < cfg->nactions; i++)
        forward |= cfg->actions[i].kind == MACHINE_ACTION_FORWARD;
    if (forward)
        machine_note(m, "no kernel ships direct EOI: this is kernel profile %s with the direct-EOI series on top",
                     cfg->kernel.name);
    *out = m;
    return 0;
}

void machine_free(struct machine *m)
{
    if (!m)
        return;
    irq_bypass_manager_free(m->bypass);
    irqfd_vm_free(m->irqfd);
    vgic_free(m->vgic);
    host_free(m->host);
    gic_free(m->gic);
    sim_fini(&m->sim);
    /* The configuration's arrays are our copies. */
    free((void *)(uintptr_t)m->cfg.vcpus);
    free((void *)(uintptr_t)m->cfg.devices);
    free((void *)(uintptr_t)m->cfg.routes);
    free((void *)(uintptr_t)m->cfg.handlers);
    free((void *)(uintptr_t)m->cfg.traffic);
    free((void *)(uintptr_t)m->cfg.actions);
    free(m->vcpu);
    free(m->dev);
    free(m->traffic);
    free(m->to_iar);
    free(m->to_free);
    free(m->op_time);
    free(m->watch.list);
    free(m->metrics);
    free(m);
}

/* ---- running --------------------------------------------------------------------------------------------- */

/* Runs until nothing more can happen, the time limit, or a failure. */
static void drain(struct machine *m)
{
    enum { PROGRESS_EVERY = 1u << 16 };
    uint64_t next = m->steps + PROGRESS_EVERY;
    while (!m->stop && sim_next_at(&m->sim) <= m->limit && sim_fire_next(&m->sim)) {
        if (m->progress && m->steps >= next && machine_running(m)) {
            uint64_t total = m->cfg.ops.op ? m->cfg.ops.count : 0;
            for (size_t i = 0; i < m->cfg.ntraffic; i++)
                total += m->cfg.traffic[i].count;
            m->progress(m->progress_ctx, m->n.delivered + m->n.ops, total);
            next = m->steps + PROGRESS_EVERY;
        }
    }
}

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
        if (d->kind == MACHINE_INJECTOR)
            host_thread_start_asleep(m->host, &t->thread, d->cpu, INJECTOR_PRIO, &injector_proc, t,
                                     m->t0 + t->cfg->start);
        else
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

static void set_up(struct machine *m)
{
    enum { VMM_PRIO = 2, SETUP_SECONDS = 1000 };
    m->limit = MAX_TICKS / m->sim.costs.tick_hz > SETUP_SECONDS ? SETUP_SECONDS * m->sim.costs.tick_hz : MAX_TICKS;
    for (unsigned i = 0; i < m->cfg.platform.cpus; i++)
        m->pcpu[i].cpu.cost = 0; /* what creating the host's driver has charged */
    for (unsigned i = 0; i < m->cfg.nvcpus; i++)
        vcpu_start(m, i);
    host_thread_start(m->host, &m->vmm, 0, VMM_PRIO, &vmm_setup_proc, m);
    pcpu_start(m);
    drain(m);
    if (!m->stop)
        check_setup(m);
}

int machine_run(struct machine *m)
{
    if (m->ran)
        return -EINVAL;
    m->ran = true;
    set_up(m);
    if (!m->stop) {
        m->t0 = m->sim.now;
        begin_counting(m);
        sim_trace(&m->sim, SIM_NO_CPU, EV_RUN_BEGIN, 1);
        m->limit = m->t0 + (m->cfg.until ? m->cfg.until : MAX_TICKS);
        begin_traffic(m);
        guest_ops_begin(m);
        flow_limit(m);
        drain(m);
        if (!m->stop && !m->cfg.until && sim_next_at(&m->sim) != SIM_FOREVER)
            machine_fail(m, -ELOOP, "an interrupt storm: still busy a second after the last cause; " STORM_HINT);
    }
    if (!m->stop && !m->cfg.until && m->ops.left)
        machine_fail(m, -EFAULT, "the guest's operations came to a standstill");
    m->end = m->cfg.until && !m->stop ? m->limit : m->sim.now;
    m->ended = true;
    flow_finish(m);
    check_prices(m);
    return m->status;
}

const char *machine_error(const struct machine *m)
{
    return m->error;
}

int machine_add_sink(struct machine *m, struct sim_sink sink)
{
    return sim_add_sink(&m->sim, sink);
}

void machine_on_progress(struct machine *m, void (*fn)(void *ctx, uint64_t done, uint64_t total), void *ctx)
{
    m->progress = fn;
    m->progress_ctx = ctx;
}

sim_tick machine_elapsed(const struct machine *m)
{
    return machine_running(m) ? m->end - m->t0 : 0;
}

const char *const *machine_notes(const struct machine *m)
{
    return m->note;
}

struct gic *machine_gic(struct machine *m)
{
    return m->gic;
}

struct vgic *machine_vgic(struct machine *m)
{
    return m->vgic;
}
