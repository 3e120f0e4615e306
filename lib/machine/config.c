/* SPDX-License-Identifier: Apache-2.0 */
/* What a machine can be built from: one sentence for the first thing that is wrong with a configuration. */
#include "internal.h"

static const char *bad_platform(const struct machine_config *c)
{
    const struct machine_platform *p = &c->platform;
    if (p->cpus < 1 || p->cpus > GIC_MAX_CPUS)
        return "platform.cpus must be 1 to 8";
    if (p->spis > GIC_MAX_SPIS || (p->spis % 32 && p->spis != GIC_MAX_SPIS) || !p->spis)
        return "platform.spis must be a multiple of 32 up to 960, or 988";
    if (p->list_registers < 1 || p->list_registers > GIC_MAX_LRS)
        return "platform.list_registers must be 1 to 64";
    if (p->priority_bits < 4 || p->priority_bits > 8)
        return "platform.priority_bits must be 4 to 8";
    if (p->irq_propagation > MAX_TICKS)
        return "platform.irq_propagation is too long";
    return NULL;
}

static const char *bad_vcpus(const struct machine_config *c)
{
    if (c->nvcpus < 1 || c->nvcpus > VGIC_MAX_VCPUS)
        return "1 to 8 vCPUs";
    if (c->guest_eoi_mode > 1)
        return "guest_eoi_mode must be 0 or 1";
    for (size_t i = 0; i < c->nvcpus; i++) {
        if (c->vcpus[i].cpu >= c->platform.cpus)
            return "a vCPU is pinned to a pCPU that does not exist";
        /* There are no time slices: a vCPU that never sleeps would keep the others from running. */
        for (size_t k = 0; k < i && c->guest_loop == MACHINE_SPIN; k++)
            if (c->vcpus[i].cpu == c->vcpus[k].cpu)
                return "two spinning vCPUs cannot share a pCPU";
    }
    return NULL;
}

static const char *bad_devices(const struct machine_config *c)
{
    if (c->ndevices > MACHINE_MAX_DEVICES)
        return "too many devices";
    for (size_t i = 0; i < c->ndevices; i++) {
        const struct machine_device *d = &c->devices[i];
        if (d->cpu >= c->platform.cpus)
            return "a device is routed to a pCPU that does not exist";
        if (d->kind == MACHINE_INJECTOR)
            continue;
        if (d->spi < 32 || d->spi >= 32 + c->platform.spis)
            return "a device's SPI is outside the GIC";
        for (size_t k = 0; k < i; k++) {
            const struct machine_device *o = &c->devices[k];
            if (o->kind != MACHINE_INJECTOR && o->spi == d->spi && (o->trigger != d->trigger || o->cpu != d->cpu))
                return "devices that share a line must agree in trigger and pCPU";
        }
    }
    return NULL;
}

static const char *bad_routes(const struct machine_config *c)
{
    for (size_t i = 0; i < c->nroutes; i++) {
        const struct machine_route *r = &c->routes[i];
        if (r->device >= c->ndevices || r->vcpu >= c->nvcpus || r->guest_spi < 32 || r->guest_spi >= 992)
            return "a route names a device, vCPU or guest SPI that does not exist";
        if (r->priority >= MACHINE_GUEST_PMR)
            return "a route's priority is masked by the guest's priority mask, 0xf0";
        for (size_t k = 0; k < i; k++)
            if (c->routes[k].device == r->device || c->routes[k].guest_spi == r->guest_spi)
                return "a device or guest SPI is routed twice";
    }
    for (size_t i = 0; i < c->nhandlers; i++) {
        const struct machine_handler *h = &c->handlers[i];
        if (h->guest_spi < 32 || h->guest_spi >= 992 || h->clears < -1 || h->clears >= (int)c->ndevices)
            return "a handler names a guest SPI or device that does not exist";
        if (h->work > MAX_TICKS)
            return "a handler's work is too long";
        for (size_t k = 0; k < i; k++)
            if (c->handlers[k].guest_spi == h->guest_spi)
                return "a guest SPI has two handlers";
    }
    return NULL;
}

static const char *bad_traffic(const struct machine_config *c)
{
    for (size_t i = 0; i < c->ntraffic; i++) {
        const struct machine_traffic *t = &c->traffic[i];
        if (t->device >= c->ndevices)
            return "traffic names a device that does not exist";
        if (t->start > MAX_TICKS || (t->count > 1 && t->every > (MAX_TICKS - t->start) / (t->count - 1)))
            return "traffic goes on beyond the end of time";
    }
    for (size_t i = 0; i < c->nactions; i++) {
        const struct machine_action *a = &c->actions[i];
        if ((unsigned)a->kind >= MACHINE_ACTION_COUNT || a->at > MAX_TICKS)
            return "an action is unknown or too late";
        if (i && a->at < c->actions[i - 1].at)
            return "actions must be in the order of their times";
        if (a->kind == MACHINE_ACTION_AFFINITY && a->cpu >= c->platform.cpus)
            return "an action names a pCPU that does not exist";
        if (a->kind != MACHINE_ACTION_DESTROY_VM &&
            (a->device >= c->ndevices || c->devices[a->device].kind == MACHINE_INJECTOR))
            return "an action needs a device with a line";
    }
    if (c->until > MAX_TICKS || !c->costs.tick_hz || c->costs.tick_hz > MAX_TICKS)
        return "until or costs.tick_hz is out of range";
    return NULL;
}

static const char *bad_ops(const struct machine_config *c)
{
    if (c->ops.op == MACHINE_OP_NONE)
        return NULL;
    if ((unsigned)c->ops.op >= MACHINE_OP_COUNT || !c->ops.count)
        return "ops: an operation and how often";
    if ((c->ops.op == MACHINE_OP_IPI || c->ops.op == MACHINE_OP_IPI_ENTRY) && c->nvcpus < 2)
        return "an IPI needs a second vCPU";
    for (size_t i = 1; i < c->nvcpus; i++)
        if (c->vcpus[i].cpu == c->vcpus[0].cpu)
            return "a vCPU that repeats an operation needs a pCPU of its own";
    return NULL;
}

/* Software sizes itself by the GIC it was built for: another one would give wrong results without a word. */
static const char *bad_outside(const struct machine_config *c)
{
    struct gic_config want, got;
    const struct machine_outside *o = c->outside;
    if (!o || !o->gic)
        return NULL;
    machine_gic_config(c, &want);
    gic_get_config(o->gic, &got);
    return got.cpus != want.cpus             ? "the GIC outside has another number of CPU interfaces (cpus)"
           : got.spis != want.spis           ? "the GIC outside has another number of shared interrupts (spis)"
           : got.lrs != want.lrs             ? "the GIC outside has another number of list registers (lrs)"
           : got.prio_bits != want.prio_bits ? "the GIC outside has another number of priority bits (prio_bits)"
           : got.maint_ppi != want.maint_ppi ? "the GIC outside has another maintenance interrupt (maint_ppi)"
           : got.security != want.security   ? "the GIC outside has two security states (security)"
                                             : NULL;
}

const char *config_error(const struct machine_config *c)
{
    static const char *(*const check[])(const struct machine_config *) = {
        bad_platform, bad_vcpus, bad_devices, bad_routes, bad_traffic, bad_ops, bad_outside};
    if (c->struct_size != sizeof *c || (c->outside && c->outside->struct_size != sizeof *c->outside))
        return "struct_size is not that of this library";
    if (c->outside && c->outside->gic &&
        (!c->outside->read || !c->outside->write || !c->outside->set_spi || !c->outside->set_ppi))
        return "a GIC outside needs all its functions";
    if (c->outside && c->outside->devices && (!c->outside->device_clear || !c->outside->device_reset))
        return "devices outside need all their functions";
    for (size_t i = 0; i < sizeof check / sizeof check[0]; i++) {
        const char *bad = check[i](c);
        if (bad)
            return bad;
    }
    return NULL;
}
