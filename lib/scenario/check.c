/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - what a decoded mode means: references, ranges that depend on each other, and the machine's
 * configuration. Reports everything that is wrong; the machine itself is built afterwards.
 */
#include "profile.h"
#include "internal.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#define PS_PER_S UINT64_C(1000000000000)
/* No interrupt is raised later: leaves the machine room to finish its work. */
#define LAST_TICK (UINT64_MAX / 4)

struct check {
    struct decoder *d;
    struct scenario *s;
    struct mode *m;
    const struct model *model;
    struct machine_config *cfg;
    bool bad_route; /* a route names no device: whether another device has one cannot be said */
};

int model_device_find(const struct model *m, const char *name)
{
    const struct model_device *dev = m->devices.v;

    for (size_t i = 0; i < m->devices.n; i++)
        if (dev[i].name.v && !strcmp(dev[i].name.v, name))
            return (int)i;
    return -1;
}

/* Looks a device up; reports an unknown name. */
static int device_ref(struct check *c, const struct f_str *ref)
{
    const struct model_device *dev = c->model->devices.v;
    int index = ref->v ? model_device_find(c->model, ref->v) : -1;
    struct text_nearest near;
    char *help;

    /* A list of devices that could not be read was reported; its absence explains every name. */
    if (index >= 0 || !ref->v || !c->model->devices.n)
        return index;
    text_nearest_start(&near, ref->v);
    help = arena_strdup(c->d->arena, "devices:");
    for (size_t i = 0; i < c->model->devices.n; i++) {
        if (!dev[i].name.v)
            continue;
        text_nearest_try(&near, dev[i].name.v);
        help = arena_printf(c->d->arena, "%s %s", help, dev[i].name.v);
    }
    if (text_nearest_found(&near))
        help = arena_printf(c->d->arena, "did you mean '%s'?", text_nearest_found(&near));
    diag_add(c->d->diags, ref->h.at, help, "there is no device '%.40s'", ref->v);
    return -1;
}

/* "line 12" of a position in the same file, for messages that name two places. */
static const char *line_text(struct check *c, struct where at)
{
    return arena_printf(c->d->arena, "%s:%u:%u", at.src->name, at.line + 1, at.col + 1);
}

/* Ticks of a duration, rounded half up. No clock is above 1 THz, so ticks are never more than picoseconds. */
static sim_tick ticks(const struct check *c, const struct f_uint *f)
{
    return text_muldiv(f->v, c->cfg->costs.tick_hz, PS_PER_S);
}

static void below(struct check *c, const struct f_uint *f, const char *what, const char *thing, uint64_t limit)
{
    if (limit && f->v >= limit) /* limit 0: it was no number, which was reported */
        diag_add(c->d->diags, f->h.at, NULL, "'%s' is %llu, but there %s %llu %s%s, counted from 0", what,
                 (unsigned long long)f->v, limit == 1 ? "is" : "are", (unsigned long long)limit, thing,
                 limit == 1 ? "" : "s");
}

static void check_kernel(struct check *c)
{
    const struct machine_kernel *k = c->model->kernel.v ? machine_kernel_find(c->model->kernel.v) : NULL;
    const char *const *names = machine_kernel_names();
    struct text_nearest near;
    char *help = arena_strdup(c->d->arena, "kernels:");

    if (!c->model->kernel.v)
        return;
    if (k) {
        c->cfg->kernel = *k;
        return;
    }
    text_nearest_start(&near, c->model->kernel.v);
    for (size_t i = 0; names[i]; i++) {
        text_nearest_try(&near, names[i]);
        help = arena_printf(c->d->arena, "%s %s", help, names[i]);
    }
    if (text_nearest_found(&near))
        help = arena_printf(c->d->arena, "%s; did you mean '%s'?", help, text_nearest_found(&near));
    diag_add(c->d->diags, c->model->kernel.h.at, help, "there is no kernel profile '%.40s'", c->model->kernel.v);
}

/* Knobs that are set replace what the kernel profile says: choice n is value n - 1. */
static void check_knobs(struct check *c)
{
    const struct model_knobs *m = &c->model->knobs;
    struct machine_kernel *k = &c->cfg->kernel;

    if (m->lazy_disable.v)
        k->lazy_disable = m->lazy_disable.v - 1;
    if (m->sync_before_host_irq.v)
        k->sync_before_host_irq = m->sync_before_host_irq.v - 1;
    if (m->irqfd_inject.v)
        k->irqfd_inject_work = m->irqfd_inject.v - 1;
    if (m->bypass_regression_2020.v)
        k->bypass_regression_2020 = m->bypass_regression_2020.v - 1;
    if (m->pa_suppress_level.v)
        k->vgic.pa_suppress_level = m->pa_suppress_level.v - 1;
    if (m->multi_lr_sgi.v)
        k->vgic.multi_lr_sgi = m->multi_lr_sgi.v - 1;
    if (m->wake_ignores_pmr.v)
        k->vgic.wake_ignores_pmr = m->wake_ignores_pmr.v - 1;
    if (m->timer_set_active.v)
        k->vgic.timer_set_active = m->timer_set_active.v - 1;
    if (m->gich_switch.v)
        k->vgic.gich_switch = (enum vgic_gich_switch)(m->gich_switch.v - 1);
    if (m->mapped_level.v)
        k->vgic.mapped_level = (enum vgic_mapped_level)(m->mapped_level.v - 1);
}

static void check_platform(struct check *c)
{
    const struct model_platform *p = &c->model->platform;
    const struct model_vm *vm = &c->model->vm;
    const struct model_vcpu *vcpu = vm->vcpus.v;
    struct machine_vcpu *out;
    size_t n = vm->vcpus.n;

    if (p->spis.v % 32 && p->spis.v != 988)
        diag_add(c->d->diags, p->spis.h.at, "a multiple of 32 up to 960, or 988", "%llu SPIs cannot be built",
                 (unsigned long long)p->spis.v);
    c->cfg->platform = (struct machine_platform){.cpus = (unsigned)p->cpus.v,
                                                 .spis = (unsigned)p->spis.v,
                                                 .list_registers = (unsigned)p->list_registers.v,
                                                 .priority_bits = (unsigned)p->priority_bits.v,
                                                 .host = p->host.v ? MACHINE_VHE : MACHINE_NVHE,
                                                 .irq_propagation = ticks(c, &p->irq_propagation)};
    out = arena_alloc(c->d->arena, n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        below(c, &vcpu[i].cpu, "cpu", "physical CPU", p->cpus.v);
        out[i].cpu = (unsigned)vcpu[i].cpu.v;
        /* There are no time slices: a vCPU that never sleeps would keep the other one from running. */
        for (size_t k = 0; k < i && !vm->main.v; k++)
            if (out[k].cpu == out[i].cpu)
                diag_add(c->d->diags, vcpu[i].cpu.h.at, "pin it to another CPU, or let the guest sleep: main: wfi",
                         "two spinning vCPUs cannot share CPU %u (%s)", out[i].cpu, line_text(c, vcpu[k].cpu.h.at));
    }
    c->cfg->vcpus = out;
    c->cfg->nvcpus = n;
    c->cfg->guest_loop = vm->main.v ? MACHINE_WFI : MACHINE_SPIN;
    c->cfg->guest_eoi_mode = (unsigned)vm->eoi_mode.v;
}

/* Two devices on one line must both say so, and agree how the line signals. */
static void check_shared(struct check *c, const struct model_device *a, const struct model_device *b)
{
    if (a->kind.v == MACHINE_INJECTOR || b->kind.v == MACHINE_INJECTOR || a->spi.v != b->spi.v)
        return;
    if (!a->shared.v || !b->shared.v)
        diag_add(c->d->diags, b->spi.h.at, "if they share one line, give both 'shared: true'",
                 "SPI %llu belongs to device '%s' already (%s)", (unsigned long long)b->spi.v, a->name.v,
                 line_text(c, a->spi.h.at));
    else if (a->trigger.v != b->trigger.v)
        diag_add(c->d->diags, b->trigger.h.at, NULL, "'%s' and '%s' share SPI %llu but differ in 'trigger' (%s)",
                 a->name.v, b->name.v, (unsigned long long)b->spi.v, line_text(c, a->trigger.h.at));
    else if (a->cpu.v != b->cpu.v)
        diag_add(c->d->diags, b->cpu.h.at, "one line is routed to one CPU",
                 "'%s' and '%s' share SPI %llu but differ in 'cpu' (%s)", a->name.v, b->name.v,
                 (unsigned long long)b->spi.v, line_text(c, a->cpu.h.at));
}

static void check_device(struct check *c, const struct model_device *dev, struct machine_device *out)
{
    uint64_t end = 32 + c->model->platform.spis.v;
    bool injector = dev->kind.v == MACHINE_INJECTOR;

    if (injector && dev->spi.h.given)
        diag_add(c->d->diags, dev->spi.h.at, "leave 'spi' out", "an injector has no physical line");
    else if (!injector && !dev->spi.h.given)
        diag_add(c->d->diags, dev->h.at, "physical INTID of its interrupt line", "this device has no 'spi'");
    else if (!injector && dev->spi.v >= end)
        diag_add(c->d->diags, dev->spi.h.at, "raise platform.spis, or choose a smaller one",
                 "SPI %llu does not exist: the platform has SPIs 32 to %llu", (unsigned long long)dev->spi.v,
                 (unsigned long long)(end - 1));
    below(c, &dev->cpu, "cpu", "physical CPU", c->model->platform.cpus.v);
    if (dev->clears.h.given && (injector || dev->trigger.v == MACHINE_EDGE))
        diag_add(c->d->diags, dev->clears.h.at, NULL, "'clears' needs a level-sensitive line");
    if (dev->shared.v && injector)
        diag_add(c->d->diags, dev->shared.h.at, NULL, "an injector has no line to share");
    snprintf(out->name, sizeof out->name, "%s", dev->name.v ? dev->name.v : "");
    out->kind = injector ? MACHINE_INJECTOR : MACHINE_VFIO_PLATFORM;
    out->spi = injector ? 0 : (uint32_t)dev->spi.v;
    out->trigger = dev->trigger.v ? MACHINE_EDGE : MACHINE_LEVEL;
    out->cpu = (unsigned)dev->cpu.v;
    out->clears = (unsigned)dev->clears.v;
    out->shared = dev->shared.v != 0;
}

static void check_devices(struct check *c)
{
    const struct model_device *dev = c->model->devices.v;
    size_t n = c->model->devices.n;
    struct machine_device *out = arena_alloc(c->d->arena, n * sizeof *out);

    for (size_t i = 0; i < n; i++) {
        check_device(c, &dev[i], &out[i]);
        for (size_t k = 0; k < i; k++) {
            if (dev[i].name.v && dev[k].name.v && !strcmp(dev[i].name.v, dev[k].name.v))
                diag_add(c->d->diags, dev[i].name.h.at, NULL, "there is a device '%s' already (%s)", dev[i].name.v,
                         line_text(c, dev[k].name.h.at));
            if (dev[i].spi.h.given && dev[k].spi.h.given)
                check_shared(c, &dev[k], &dev[i]);
        }
    }
    c->cfg->devices = out;
    c->cfg->ndevices = n;
}

static void check_route(struct check *c, const struct model_route *r, const struct model_device *dev)
{
    if (r->resample.v && dev->trigger.v == MACHINE_EDGE)
        diag_add(c->d->diags, r->resample.h.at, "an edge has no level that could be sampled again",
                 "'resample' needs a level-sensitive device, and '%s' is edge-triggered", dev->name.v);
    if (r->forward.v && dev->kind.v == MACHINE_INJECTOR)
        diag_add(c->d->diags, r->forward.h.at, "an injector has no physical interrupt to deactivate",
                 "'forward' needs a hardware device, and '%s' is an injector", dev->name.v);
}

static void check_routes(struct check *c)
{
    const struct model_route *r = c->model->routes.v;
    const struct model_device *dev = c->model->devices.v;
    size_t n = c->model->routes.n;
    struct machine_route *out = arena_alloc(c->d->arena, n * sizeof *out);

    for (size_t i = 0; i < n; i++) {
        int index = device_ref(c, &r[i].device);
        below(c, &r[i].vcpu, "vcpu", "virtual CPU", c->cfg->nvcpus);
        if (r[i].priority.v % 8)
            diag_add(c->d->diags, r[i].priority.h.at, "0 to 0xe8 in steps of 8",
                     "priority 0x%llx cannot be programmed: a guest has 5 priority bits",
                     (unsigned long long)r[i].priority.v);
        for (size_t k = 0; k < i; k++) {
            if (r[i].guest_spi.h.given && r[i].guest_spi.v == r[k].guest_spi.v)
                diag_add(c->d->diags, r[i].guest_spi.h.at, NULL, "guest SPI %llu has a route already (%s)",
                         (unsigned long long)r[i].guest_spi.v, line_text(c, r[k].guest_spi.h.at));
            if (r[i].device.v && r[k].device.v && !strcmp(r[i].device.v, r[k].device.v))
                diag_add(c->d->diags, r[i].device.h.at, NULL, "device '%s' has a route already (%s)", r[i].device.v,
                         line_text(c, r[k].device.h.at));
        }
        c->bad_route |= index < 0;
        if (index >= 0)
            check_route(c, &r[i], &dev[index]);
        out[i] = (struct machine_route){.device = index >= 0 ? (unsigned)index : 0,
                                        .guest_spi = (uint32_t)r[i].guest_spi.v,
                                        .vcpu = (unsigned)r[i].vcpu.v,
                                        .resample = r[i].resample.v != 0,
                                        .forward = r[i].forward.v != 0,
                                        .priority = (unsigned)r[i].priority.v};
    }
    c->cfg->routes = out;
    c->cfg->nroutes = n;
}

static void check_handler(struct check *c, const struct model_handler *h, size_t i)
{
    const struct model_handler *all = c->model->handlers.v;
    const struct model_device *dev = c->model->devices.v;
    bool routed = false;
    int index;

    for (size_t k = 0; k < c->cfg->nroutes; k++)
        routed |= c->cfg->routes[k].guest_spi == h->guest_spi.v;
    if (!routed)
        diag_add(c->d->diags, h->guest_spi.h.at, NULL, "no route leads to guest SPI %llu",
                 (unsigned long long)h->guest_spi.v);
    for (size_t k = 0; k < i; k++)
        if (all[k].guest_spi.v == h->guest_spi.v)
            diag_add(c->d->diags, h->guest_spi.h.at, NULL, "guest SPI %llu has a handler already (%s)",
                     (unsigned long long)h->guest_spi.v, line_text(c, all[k].guest_spi.h.at));
    if (!h->clears.h.given || !h->clears.v || !strcmp(h->clears.v, "none"))
        return;
    index = device_ref(c, &h->clears);
    if (index >= 0 && dev[index].kind.v == MACHINE_INJECTOR)
        diag_add(c->d->diags, h->clears.h.at, NULL, "'%s' is an injector and has no register to write",
                 dev[index].name.v);
}

static void check_handlers(struct check *c)
{
    const struct model_handler *h = c->model->handlers.v;
    size_t n = c->model->handlers.n;
    struct machine_handler *out = arena_alloc(c->d->arena, n * sizeof *out);

    for (size_t i = 0; i < n; i++) {
        if (h[i].guest_spi.h.given)
            check_handler(c, &h[i], i);
        out[i].guest_spi = (uint32_t)h[i].guest_spi.v;
        out[i].work = ticks(c, &h[i].work);
        out[i].clears = model_device_find(c->model, h[i].clears.v); /* "none" is -1 */
    }
    c->cfg->handlers = out;
    c->cfg->nhandlers = n;
}

/* What a handler clears unless the file says so: the device behind its route, if that has a register. */
static const char *default_clears(const struct model *m, uint64_t guest_spi)
{
    const struct model_route *r = m->routes.v;
    const struct model_device *dev = m->devices.v;

    for (size_t i = 0; i < m->routes.n; i++) {
        int index = r[i].guest_spi.v == guest_spi && r[i].device.v ? model_device_find(m, r[i].device.v) : -1;
        if (index >= 0 && dev[index].kind.v != MACHINE_INJECTOR)
            return dev[index].name.v;
    }
    return "none";
}

/*
 * Defaults that follow from other keys, made visible in the model so that the resolved configuration
 * shows them: one vCPU, on CPU 1 if there is one (CPU 0 has the host's own work), and a handler for every
 * route.
 */
static void fill_defaults(struct arena *a, struct model *m)
{
    const struct model_route *r = m->routes.v;
    struct model_handler *h = arena_alloc(a, (m->handlers.n + m->routes.n) * sizeof *h);
    size_t n = m->handlers.n;

    if (!m->vm.vcpus.h.given) {
        struct model_vcpu *vcpu = arena_alloc(a, sizeof *vcpu);
        vcpu->h.at = vcpu->cpu.h.at = m->vm.h.at;
        vcpu->cpu.v = m->platform.cpus.v > 1;
        m->vm.vcpus.v = vcpu;
        m->vm.vcpus.n = 1;
    }
    if (n)
        memcpy(h, m->handlers.v, n * sizeof *h);
    for (size_t i = 0; i < m->routes.n; i++) {
        bool have = !r[i].guest_spi.h.given;
        for (size_t k = 0; k < n; k++)
            have |= h[k].guest_spi.v == r[i].guest_spi.v;
        if (have)
            continue;
        h[n].h.at = r[i].h.at;
        h[n].guest_spi = r[i].guest_spi;
        h[n].work.h.at = r[i].h.at;
        n++;
    }
    for (size_t i = 0; i < n; i++)
        if (!h[i].clears.v)
            h[i].clears.v = default_clears(m, h[i].guest_spi.v);
    m->handlers.v = h;
    m->handlers.n = n;
}

static void check_traffic(struct check *c)
{
    const struct model_traffic *t = c->model->traffic.v;
    size_t n = c->model->traffic.n;
    struct machine_traffic *out = arena_alloc(c->d->arena, n * sizeof *out);

    for (size_t i = 0; i < n; i++) {
        int index = device_ref(c, &t[i].device);
        bool routed = false;
        sim_tick last;
        out[i].start = ticks(c, &t[i].start);
        out[i].every = ticks(c, &t[i].every);
        out[i].count = t[i].count.v;
        c->m->interrupts += t[i].count.v;
        if (t[i].count.v > 1 && !out[i].every)
            diag_add(c->d->diags, t[i].every.h.given ? t[i].every.h.at : t[i].h.at, "every: 10us",
                     t[i].every.h.given && t[i].every.v ? "'every' is shorter than half a tick of the cost profile"
                                                        : "more than one interrupt needs a time between them: 'every'");
        else if (__builtin_mul_overflow(out[i].every, t[i].count.v - 1, &last) ||
                 __builtin_add_overflow(last, out[i].start, &last) || last > LAST_TICK)
            diag_add(c->d->diags, t[i].count.h.given ? t[i].count.h.at : t[i].h.at, NULL,
                     "the last interrupt lies beyond the end of simulated time");
        if (index < 0)
            continue;
        out[i].device = (unsigned)index;
        for (size_t k = 0; k < c->cfg->nroutes; k++)
            routed |= c->cfg->routes[k].device == (unsigned)index;
        if (!routed && !c->bad_route)
            diag_add(c->d->diags, t[i].device.h.at, "add it under 'routes'", "device '%s' has no route to the guest",
                     t[i].device.v);
    }
    c->cfg->traffic = out;
    c->cfg->ntraffic = n;
}

/* What happens while the guest runs: in order, to devices that have a line. */
static void check_timeline(struct check *c)
{
    const struct model_action *a = c->model->timeline.v;
    const struct model_device *dev = c->model->devices.v;
    size_t n = c->model->timeline.n;
    struct machine_action *out = arena_alloc(c->d->arena, n * sizeof *out);

    for (size_t i = 0; i < n; i++) {
        enum machine_action_kind kind = (enum machine_action_kind)a[i].action.v;
        int index = a[i].device.v ? device_ref(c, &a[i].device) : -1;
        out[i] = (struct machine_action){.at = ticks(c, &a[i].at),
                                         .kind = kind,
                                         .device = index > 0 ? (unsigned)index : 0,
                                         .cpu = (unsigned)a[i].cpu.v};
        if (i && out[i].at < out[i - 1].at)
            diag_add(c->d->diags, a[i].at.h.at, "sort the timeline by 'at'", "this is before the entry above it (%s)",
                     line_text(c, a[i - 1].at.h.at));
        if (kind == MACHINE_ACTION_AFFINITY)
            below(c, &a[i].cpu, "cpu", "physical CPU", c->model->platform.cpus.v);
        if (kind == MACHINE_ACTION_DESTROY_VM)
            continue;
        if (!a[i].device.v)
            diag_add(c->d->diags, a[i].h.at, "device: NAME", "'%s' needs a device", machine_action_name(kind));
        else if (index >= 0 && dev[index].kind.v == MACHINE_INJECTOR)
            diag_add(c->d->diags, a[i].device.h.at, NULL, "'%s' needs a device with a line, and '%s' is an injector",
                     machine_action_name(kind), a[i].device.v);
    }
    c->cfg->actions = out;
    c->cfg->nactions = n;
}

/* Without a micro-benchmark there must be something that interrupts. */
static void check_required(struct check *c)
{
    static const char *const key[] = {"devices", "routes", "traffic"};
    const struct head *const given[] = {&c->model->devices.h, &c->model->routes.h, &c->model->traffic.h};

    for (size_t i = 0; i < sizeof key / sizeof key[0] && !c->model->guest.h.given; i++)
        if (!given[i]->given)
            diag_add(c->d->diags, c->model->h.at, table_field(&model_table, key[i])->doc, "this scenario has no '%s'",
                     key[i]);
}

static void check_guest(struct check *c)
{
    const struct model_guest *g = &c->model->guest;
    const struct model_vcpu *vcpu = c->model->vm.vcpus.v;

    if (!g->h.given || !g->op.h.given)
        return;
    c->cfg->ops = (struct machine_guest_ops){.op = (enum machine_op)(g->op.v + 1), .count = g->count.v};
    c->m->interrupts += g->count.v;
    if ((c->cfg->ops.op == MACHINE_OP_IPI || c->cfg->ops.op == MACHINE_OP_IPI_ENTRY) && c->cfg->nvcpus < 2)
        diag_add(c->d->diags, g->op.h.at, "vm: {vcpus: [{cpu: 0}, {cpu: 1}]}", "an IPI needs a second vCPU");
    for (size_t i = 1; i < c->model->vm.vcpus.n; i++)
        if (vcpu[i].cpu.v == vcpu[0].cpu.v && c->model->vm.main.v)
            diag_add(c->d->diags, vcpu[i].cpu.h.at, "pin it to another CPU",
                     "vCPU 0 repeats an operation and needs CPU %llu for itself", (unsigned long long)vcpu[0].cpu.v);
}

void check_mode(struct decoder *d, struct scenario *s, struct mode *m, const struct scenario_options *opt)
{
    struct check c = {d, s, m, &m->model, &m->config, false};
    size_t ndirs = (s->dir ? 1u : 0u) + opt->nprofile_dirs, n = 0;
    const char **dirs = arena_alloc(d->arena, ndirs * sizeof *dirs);
    const struct f_str *costs = &m->model.costs;

    if (s->dir)
        dirs[n++] = s->dir;
    for (size_t i = 0; i < opt->nprofile_dirs; i++)
        dirs[n++] = opt->profile_dirs[i];
    m->config.struct_size = sizeof m->config;
    m->config.allow_unpriced = opt->allow_unpriced;
    check_required(&c);
    d->diags->one_per_place = true;
    fill_defaults(d->arena, &m->model);
    /* Without a clock no duration can be checked; the rest still can. */
    if (!costs->v || profile_load(d->diags, costs->v, costs->h.at, dirs, ndirs, &m->config.costs, NULL, &m->costs_file))
        m->config.costs.tick_hz = 1000000000;
    check_kernel(&c);
    check_knobs(&c);
    check_platform(&c);
    check_devices(&c);
    check_routes(&c);
    check_handlers(&c);
    check_traffic(&c);
    check_timeline(&c);
    check_guest(&c);
    m->config.seed = m->model.seed.v;
    m->config.until = ticks(&c, &m->model.until);
    d->diags->one_per_place = false;
}
