/* SPDX-License-Identifier: Apache-2.0 */
/*
 * irqfds and resamplers (virt/kvm/eventfd.c, 6.1). An EOI of a level interrupt reaches the resampler of
 * its GSI, which takes the virtual line down once and then signals every resamplefd: de-assert comes
 * first, so that it cannot swallow a new assertion (section 3.4).
 */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <trapline/events.h>

/* ---- assign ------------------------------------------------------------------------------------- */

/* Bypass consumer callbacks (section 6.1). */
static int consumer_stop(struct irq_bypass_consumer *cons)
{
    struct irqfd *fd = cons->ctx;
    return fd->vm->cfg.bypass.halt(fd->vm->cfg.bypass.ctx);
}

static int consumer_start(struct irq_bypass_consumer *cons)
{
    struct irqfd *fd = cons->ctx;
    return fd->vm->cfg.bypass.resume(fd->vm->cfg.bypass.ctx);
}

static int consumer_add(struct irq_bypass_consumer *cons, struct irq_bypass_producer *prod)
{
    struct irqfd *fd = cons->ctx;
    /* LPIs and MSIs have no active state: they must not be forwarded this way. */
    if (prod->type != IRQ_BYPASS_VFIO_PLATFORM)
        return 0;
    return vgic_set_forwarding(fd->vm->cfg.vgic, host_this_cpu(fd->vm->cfg.host), prod->irq, fd->gsi + 32);
}

static int consumer_del(struct irq_bypass_consumer *cons, struct irq_bypass_producer *prod)
{
    struct irqfd *fd = cons->ctx;
    if (prod->type == IRQ_BYPASS_VFIO_PLATFORM)
        vgic_unset_forwarding(fd->vm->cfg.vgic, host_this_cpu(fd->vm->cfg.host), prod->irq, fd->gsi + 32);
    return 0;
}

int irqfd_assign(struct irqfd_vm *vm, struct irqfd *fd, uint32_t gsi, struct host_eventfd *eventfd,
                 struct host_eventfd *resamplefd)
{
    if (!vm->cfg.vgic)
        return -EAGAIN; /* kvm_arch_intc_initialized */
    for (const struct irqfd *o = vm->fds; o; o = o->next)
        if (o->eventfd == eventfd) /* whatever its GSI */
            return -EBUSY;
    *fd = (struct irqfd){.vm = vm, .gsi = gsi, .eventfd = eventfd, .resamplefd = resamplefd};
    struct irqfd **end = &vm->fds;
    while (*end)
        end = &(*end)->next;
    *end = fd;
    if (resamplefd && gsi < IRQFD_MAX_GSI) {
        struct irqfd **r = &vm->resampler[gsi];
        while (*r)
            r = &(*r)->resample_next;
        *r = fd;
    }
    fd->consumer = (struct irq_bypass_consumer){
        .token = eventfd,
        .ctx = fd,
        .add_producer = consumer_add,
        .del_producer = consumer_del,
        .stop = consumer_stop,
        .start = consumer_start,
    };
    fd->active = true;
    fd->work = (struct host_work){.run = &irqfd_inject_proc, .obj = fd};
    fd->waiter = (struct host_waiter){.wake = &irqfd_wakeup_proc, .obj = fd};
    host_eventfd_add_waiter(eventfd, &fd->waiter);
    return 0;
}

/* ---- an event ------------------------------------------------------------------------------------ */

/* The wait-queue callback: injects at once, in the signaller's context (since 5.9 also SPIs), or queues the work. */
static int wakeup_inject(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = f->obj;
    struct irqfd_vm *vm = fd->vm;
    if (!fd->active) { /* deassigned between the signal and here */
        s->ret = 0;
        return SIM_RET;
    }
    fd->eventfd->count = 0; /* consumed: signals that piled up are one */
    vm->stats.wakeups++;
    sim_trace(vm->cfg.sim, s->cpu->id, EV_IRQFD_WAKEUP, fd->gsi);
    if (vm->cfg.inject_by_work) {
        if (host_queue_work(vm->cfg.host, &fd->work))
            fd->in_flight++;
        else if (vm->cfg.merged)
            vm->cfg.merged(vm->cfg.ctx, fd->gsi + 32);
        s->ret = 1;
        return SIM_RET;
    }
    sim_charge(s->cpu, SIM_COST_IRQFD_INJECT);
    int pin = irqfd_pin(vm, fd->gsi);
    if (pin < 0) {
        /* No route: the in-atomic path refuses, the work item would fail just as silently. */
        s->ret = 1;
        return SIM_RET;
    }
    fd->in_flight++;
    return sim_call(s, f, SIM_NEXT, &vgic_inject_proc, vm->cfg.vgic, 0, (uint32_t)pin + 32, 1, 0);
}

/* An injection is over; whoever deassigns the irqfd may be waiting for it. */
static void landed(struct irqfd *fd)
{
    if (--fd->in_flight == 0 && fd->flusher)
        (void)host_thread_wake(fd->vm->cfg.host, fd->flusher);
}

static int wakeup_done(struct sim_strand *s, struct sim_frame *f)
{
    landed(f->obj);
    s->ret = 1; /* consumed: user space that polls the eventfd is not woken */
    return SIM_RET;
}

static const struct sim_step wakeup_steps[] = {
    {wakeup_inject, "inject", SIM_MASKED},
    {wakeup_done, "consumed", SIM_MASKED},
};
SIM_PROC(irqfd_wakeup_proc, "irqfd_wakeup", wakeup_steps);

/*
 * The work item: level 1, and without a resampler level 0 at once (an edge; a level interrupt on such an irqfd
 * vanishes before the guest sees it).
 */
static int inject_raise(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = f->obj;
    sim_charge(s->cpu, SIM_COST_IRQFD_INJECT);
    return sim_call(s, f, SIM_NEXT, &irqfd_set_irq_proc, fd->vm, fd->gsi, 1, fd->resamplefd ? 1 : 0, 0);
}

static int inject_lower(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = f->obj;
    if (fd->resamplefd) {
        landed(fd);
        return SIM_RET;
    }
    return sim_call(s, f, SIM_NEXT, &irqfd_set_irq_proc, fd->vm, fd->gsi, 0, 0, 0);
}

static int inject_done(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    landed(f->obj);
    return SIM_RET;
}

static const struct sim_step inject_steps[] = {
    {inject_raise, "raise", SIM_OPEN},
    {inject_lower, "lower", SIM_OPEN},
    {inject_done, "done", SIM_OPEN},
};
SIM_PROC(irqfd_inject_proc, "irqfd_inject", inject_steps);

/* ---- deassign ------------------------------------------------------------------------------------ */

static void unlink_fd(struct irqfd **list, struct irqfd *fd, bool resample)
{
    for (struct irqfd **p = list; *p; p = resample ? &(*p)->resample_next : &(*p)->next) {
        if (*p == fd) {
            *p = resample ? fd->resample_next : fd->next;
            return;
        }
    }
}

static int deassign_listen(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = f->obj;
    s->ret = 0;
    if (!fd->active)
        return SIM_RET;
    fd->active = false;
    unlink_fd(&fd->vm->fds, fd, false);
    host_eventfd_remove_waiter(fd->eventfd, &fd->waiter);
    return SIM_NEXT;
}

/* Or the virtual line would go up once more after it has been taken down for good. */
static int deassign_flush(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = f->obj;
    fd->flusher = fd->in_flight ? host_current(fd->vm->cfg.host, s->cpu->id) : NULL;
    return fd->in_flight ? SIM_WAIT : SIM_NEXT;
}

static int deassign_lower(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = f->obj;
    struct irqfd_vm *vm = fd->vm;
    s->ret = 0;
    if (!fd->resamplefd || fd->gsi >= IRQFD_MAX_GSI)
        return SIM_RET;
    unlink_fd(&vm->resampler[fd->gsi], fd, true);
    if (vm->resampler[fd->gsi])
        return SIM_RET;
    /* The last of its resampler: nobody would take the virtual line down any more. */
    return sim_call(s, f, SIM_NEXT, &irqfd_set_irq_proc, vm, fd->gsi, 0, 1, 0);
}

static int deassign_done(struct sim_strand *s, struct sim_frame *f)
{
    (void)f;
    s->ret = 0;
    return SIM_RET;
}

static const struct sim_step deassign_steps[] = {
    {deassign_listen, "stop listening", SIM_OPEN},
    {deassign_flush, "wait for injections", SIM_OPEN},
    {deassign_lower, "take the virtual line down", SIM_OPEN},
    {deassign_done, "done", SIM_OPEN},
};
SIM_PROC(irqfd_deassign_proc, "irqfd_deassign", deassign_steps);

static int poll_event(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = f->obj;
    s->ret = 0;
    return fd->eventfd->count ? sim_call(s, f, SIM_NEXT, &irqfd_wakeup_proc, fd, 0, 0, 0, 0) : SIM_RET;
}

static int poll_done(struct sim_strand *s, struct sim_frame *f)
{
    (void)f;
    s->ret = 0;
    return SIM_RET;
}

static const struct sim_step poll_steps[] = {
    {poll_event, "an event from before?", SIM_OPEN},
    {poll_done, "done", SIM_OPEN},
};
SIM_PROC(irqfd_poll_proc, "irqfd_poll", poll_steps);

/* ---- an ack ---------------------------------------------------------------------------------------- */

/* kvm_notify_acked_irq: r0 = irqchip, r1 = pin. r2: the GSI, r3: irqfd to signal next. */
static int ack_deassert(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd_vm *vm = f->obj;
    vm->stats.acks++;
    sim_trace(vm->cfg.sim, s->cpu->id, EV_KVM_ACK_IRQ, (int64_t)f->r[0], (int64_t)f->r[1]);
    int gsi = f->r[1] < IRQFD_MAX_GSI ? vm->gsi_of_pin[f->r[1]] : -1;
    if (gsi < 0 || !vm->resampler[gsi])
        return SIM_RET;
    vm->stats.resamples++;
    sim_trace(vm->cfg.sim, s->cpu->id, EV_IRQFD_RESAMPLER_ACK, gsi);
    f->r[2] = (uint64_t)gsi;
    f->r[3] = (uintptr_t)vm->resampler[gsi];
    return sim_call(s, f, SIM_NEXT, &irqfd_set_irq_proc, vm, f->r[2], 0, 1, 0);
}

static int ack_signal(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd *fd = (struct irqfd *)(uintptr_t)f->r[3];
    if (!fd)
        return SIM_RET;
    f->r[3] = (uintptr_t)fd->resample_next;
    return sim_call(s, f, 1, &host_eventfd_signal_proc, fd->resamplefd, 0, 0, 0, 0);
}

static const struct sim_step ack_steps[] = {
    {ack_deassert, "take the virtual line down", SIM_MASKED},
    {ack_signal, "signal the resamplefds", SIM_MASKED},
};
SIM_PROC(irqfd_ack_proc, "kvm_notify_acked_irq", ack_steps);
