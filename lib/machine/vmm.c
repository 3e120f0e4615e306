/* SPDX-License-Identifier: Apache-2.0 */
/*
 * User space: the VMM's thread, which ties devices to the guest once that has booted (KVM_IRQFD, then
 * the VFIO trigger with its bypass producer, then the unmask eventfd: QEMU's order), and the threads of
 * injectors, which write eventfds by a timetable.
 */
#include "internal.h"
#include <trapline/events.h>

/* r0: route. */
enum { BOOTED, ROUTE, CONSUMER, VFIO, UNMASK };

/* Asleep until every vCPU has said that it is up. */
static int booted(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct machine *m = f->obj;
    for (size_t i = 0; i < m->cfg.nvcpus; i++)
        if (!m->vcpu[i].booted)
            return SIM_WAIT;
    return SIM_NEXT;
}

static struct mdevice *device(struct sim_frame *f)
{
    struct machine *m = f->obj;
    return &m->dev[m->cfg.routes[f->r[0]].device];
}

static int route(struct sim_strand *s, struct sim_frame *f)
{
    struct machine *m = f->obj;
    if (f->r[0] == m->cfg.nroutes) {
        m->vmm_done = true;
        return SIM_RET;
    }
    struct mdevice *d = device(f);
    int err = irqfd_assign(m->irqfd, &d->irqfd, d->route->guest_spi - 32, &d->trigger,
                           d->route->resample ? &d->resample : NULL);
    if (err) {
        machine_note(m, "KVM_IRQFD for device %s failed: %s", d->cfg->name, trapline_strerror(err));
        f->r[0]++;
        return ROUTE;
    }
    return sim_call(s, f, CONSUMER, &irqfd_poll_proc, &d->irqfd, 0, 0, 0, 0);
}

static int consumer(struct sim_strand *s, struct sim_frame *f)
{
    struct machine *m = f->obj;
    irq_bypass_op_register_consumer(&m->bypass_op, m->bypass, &device(f)->irqfd.consumer);
    return sim_call(s, f, VFIO, &host_bypass_proc, m->host, (uintptr_t)&m->bypass_op, 0, 0, 0);
}

static int vfio(struct sim_strand *s, struct sim_frame *f)
{
    struct mdevice *d = device(f);
    if (d->cfg->kind == MACHINE_INJECTOR)
        return UNMASK;
    vfio_platform_set_trigger(&d->vfio, &d->trigger);
    return d->route->forward ? sim_call(s, f, UNMASK, &forward_proc, d, 0, 0, 0, 0) : UNMASK;
}

static int unmask(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct mdevice *d = device(f);
    if (d->cfg->kind != MACHINE_INJECTOR && d->route->resample)
        (void)vfio_platform_set_unmask_fd(&d->vfio, &d->resample);
    f->r[0]++;
    return ROUTE;
}

static const struct sim_step setup_steps[] = {
    [BOOTED] = {booted, "wait for the guest", SIM_OPEN},  [ROUTE] = {route, "KVM_IRQFD", SIM_OPEN},
    [CONSUMER] = {consumer, "bypass consumer", SIM_OPEN}, [VFIO] = {vfio, "VFIO trigger", SIM_OPEN},
    [UNMASK] = {unmask, "VFIO unmask", SIM_OPEN},
};
SIM_PROC(vmm_setup_proc, "vmm", setup_steps);

/* ---- injectors ------------------------------------------------------------------------------------------ */

enum { INJ_SLEEP, INJ_SIGNAL, INJ_NEXT };

static int injector_sleep(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct mtraffic *t = f->obj;
    if (t->done == t->cfg->count)
        return SIM_RET;
    return host_sleep_until(t->m->host, &t->thread, t->m->t0 + t->cfg->start + t->done * t->cfg->every);
}

static int injector_signal(struct sim_strand *s, struct sim_frame *f)
{
    struct mtraffic *t = f->obj;
    struct mdevice *d = &t->m->dev[t->cfg->device];
    t->done++;
    flow_raise(d);
    return sim_call(s, f, INJ_NEXT, &host_eventfd_signal_proc, &d->trigger, 0, 0, 0, 0);
}

static int injector_next(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return INJ_SLEEP;
}

static const struct sim_step injector_steps[] = {
    [INJ_SLEEP] = {injector_sleep, "sleep", SIM_OPEN},
    [INJ_SIGNAL] = {injector_signal, "write the eventfd", SIM_OPEN},
    [INJ_NEXT] = {injector_next, "again", SIM_OPEN},
};
SIM_PROC(injector_proc, "injector", injector_steps);
