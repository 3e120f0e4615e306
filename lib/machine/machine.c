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
    if (m->nnotes == MACHINE_NOTES - 1 && m->phase != PHASE_DONE)
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
            port_set_spi(m, hw->intid, true);
    } else {
        if (--(*users) == 0)
            port_set_spi(m, hw->intid, false);
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
    m->cfg.outside = NULL;
    if (c->outside)
        m->outside = *c->outside;
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

void machine_gic_config(const struct machine_config *cfg, struct gic_config *out)
{
    *out = (struct gic_config){.struct_size = sizeof *out,
                               .cpus = cfg->platform.cpus,
                               .spis = cfg->platform.spis,
                               .lrs = cfg->platform.list_registers,
                               .prio_bits = cfg->platform.priority_bits,
                               .maint_ppi = MAINT_PPI};
}

static int build_hardware(struct machine *m)
{
    const struct machine_config *c = &m->cfg;
    if (m->outside.gic) {
        m->gic = m->outside.gic;
    } else {
        struct gic_config gc;
        machine_gic_config(c, &gc);
        gc.output = pcpu_output;
        gc.state = flow_gic_state;
        gc.ctx = m;
        int err = gic_new(&gc, &m->gic);
        if (err)
            return err;
    }
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
        .timer_ppi = host_timer_ppi(m),
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
        if (d->next_on_spi >= 0 && !(d->cfg->shared && m->dev[d->next_on_spi].cfg->shared))
            return -EBUSY;
        m->dev_of_spi[d->cfg->spi] = (int16_t)i;
        gic_watch(m->gic, d->cfg->spi, true);
        if (!d->route)
            continue; /* nobody has opened it */
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
    if (!m->outside.gic)
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

/* ---- looking at it ---------------------------------------------------------------------------------------- */

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
