/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VFIO platform interrupt: which handler runs is one decision (deoi or not), masking is two flags
 * (user and auto) so that a user's mask survives a switch of handlers (patch 1 of the direct-EOI series).
 */
#include <errno.h>
#include <stdio.h>
#include <trapline/events.h>
#include <trapline/vfio.h>

/* A level line is automasked unless the guest's EOI ends the interrupt. */
static bool automasks(const struct vfio_platform_irq *v)
{
    return v->level && !v->deoi;
}

/* ---- handler ---------------------------------------------------------------------------------------- */

static int handler(struct sim_strand *s, struct sim_frame *f)
{
    struct vfio_platform_irq *v = f->obj;
    v->stats.interrupts++;
    if (automasks(v)) {
        if (vfio_platform_masked(v)) {
            s->ret = 0; /* IRQ_NONE */
            return SIM_RET;
        }
        host_disable_irq_nosync(v->host, v->hwirq);
        v->automasked = true;
        v->stats.automasks++;
        sim_trace(v->sim, s->cpu->id, EV_VFIO_AUTOMASK, v->hwirq);
    }
    if (!v->trigger) {
        s->ret = 1;
        return SIM_RET;
    }
    v->stats.triggers++;
    sim_trace(v->sim, s->cpu->id, EV_VFIO_TRIGGER, v->hwirq);
    return sim_call(s, f, SIM_NEXT, &host_eventfd_signal_proc, v->trigger, 0, 0, 0, 0);
}

static int handled(struct sim_strand *s, struct sim_frame *f)
{
    (void)f;
    s->ret = 1; /* IRQ_HANDLED */
    return SIM_RET;
}

static const struct sim_step handler_steps[] = {
    {handler, "automask, signal the trigger", SIM_MASKED},
    {handled, "handled", SIM_MASKED},
};
static SIM_PROC(handler_proc, "vfio_platform_irq_handler", handler_steps);

/* ---- mask and unmask ---------------------------------------------------------------------------------- */

int vfio_platform_mask(struct vfio_platform_irq *v)
{
    if (!v->level)
        return -EINVAL;
    /* No-op while automasked: one later unmask clears both. */
    if (!vfio_platform_masked(v)) {
        host_disable_irq_nosync(v->host, v->hwirq);
        v->usermasked = true;
    }
    return 0;
}

int vfio_platform_unmask(struct vfio_platform_irq *v)
{
    if (!v->level)
        return -EINVAL;
    bool was = vfio_platform_masked(v);
    sim_trace(v->sim, host_this_cpu(v->host)->id, EV_VFIO_UNMASK, v->hwirq, was);
    if (was) {
        v->usermasked = v->automasked = false;
        v->stats.unmasks++;
        host_enable_irq(v->host, v->hwirq);
    }
    return 0;
}

/* The unmask virqfd: runs in the context of whoever signals it, usually a vCPU's sync. */
static int virqfd_unmask(struct sim_strand *s, struct sim_frame *f)
{
    struct vfio_platform_irq *v = f->obj;
    if (!v->unmask) { /* detached between the signal and here */
        s->ret = 0;
        return SIM_RET;
    }
    v->unmask->count = 0;
    (void)vfio_platform_unmask(v);
    s->ret = 1;
    return SIM_RET;
}

static const struct sim_step virqfd_steps[] = {{virqfd_unmask, "unmask", SIM_MASKED}};
static SIM_PROC(virqfd_unmask_proc, "virqfd_wakeup", virqfd_steps);

int vfio_platform_set_unmask_fd(struct vfio_platform_irq *v, struct host_eventfd *e)
{
    if (!v->level)
        return -EINVAL;
    if (!e) {
        if (v->unmask)
            host_eventfd_remove_waiter(v->unmask, &v->unmask_waiter);
        v->unmask = NULL;
        return 0;
    }
    if (v->unmask)
        return -EBUSY;
    v->unmask = e;
    v->unmask_waiter = (struct host_waiter){.wake = &virqfd_unmask_proc, .obj = v};
    host_eventfd_add_waiter(e, &v->unmask_waiter);
    return 0;
}

/* ---- the bypass producer (section 4.7) ---------------------------------------------------------------- */

/* disable_irq: waits for a handler that runs on another CPU. Nests with the mask state. */
static int producer_stop(struct irq_bypass_producer *prod)
{
    struct vfio_platform_irq *v = prod->ctx;
    if (!v->stopping) {
        host_disable_irq_nosync(v->host, v->hwirq);
        v->stopping = true;
    }
    if (host_irq_in_progress(v->host, v->hwirq))
        return IRQ_BYPASS_PENDING;
    v->stopping = false;
    return 0;
}

static int producer_start(struct irq_bypass_producer *prod)
{
    struct vfio_platform_irq *v = prod->ctx;
    host_enable_irq(v->host, v->hwirq);
    return 0;
}

static void set_deoi(struct vfio_platform_irq *v, bool on)
{
    v->deoi = on;
    sim_trace(v->sim, host_this_cpu(v->host)->id, EV_VFIO_DEOI, v->hwirq, on);
}

static int producer_add(struct irq_bypass_producer *prod, struct irq_bypass_consumer *cons)
{
    struct vfio_platform_irq *v = prod->ctx;
    (void)cons;
    /* An interrupt that started in one mode must not be finished in the other. */
    if (host_irq_get_state(v->host, v->hwirq, HOST_IRQ_ACTIVE) || v->automasked)
        return -EAGAIN;
    if (v->level) /* an edge keeps its plain handler */
        set_deoi(v, true);
    return 0;
}

static int producer_del(struct irq_bypass_producer *prod, struct irq_bypass_consumer *cons)
{
    struct vfio_platform_irq *v = prod->ctx;
    (void)cons;
    if (v->level)
        set_deoi(v, false);
    return 0;
}

/* ---- open, trigger -------------------------------------------------------------------------------------- */

int vfio_platform_irq_open(struct vfio_platform_irq *v, struct host *h, struct sim *sim, uint32_t hwirq, bool level,
                           bool shared, unsigned cpu)
{
    *v = (struct vfio_platform_irq){.host = h, .sim = sim, .hwirq = hwirq, .level = level};
    v->action = (struct host_irqaction){.handler = &handler_proc, .obj = v, .shared = shared};
    v->producer = (struct irq_bypass_producer){
        .irq = (int)hwirq,
        .type = IRQ_BYPASS_VFIO_PLATFORM,
        .ctx = v,
        .add_consumer = producer_add,
        .del_consumer = producer_del,
        .stop = producer_stop,
        .start = producer_start,
    };
    return host_irq_request(h, hwirq, &v->action, level, cpu);
}

void vfio_platform_set_trigger(struct vfio_platform_irq *v, struct host_eventfd *trigger)
{
    /* The line is enabled once per trigger: the user's mask is a disable nested inside. */
    if (v->trigger)
        host_disable_irq_nosync(v->host, v->hwirq);
    v->trigger = trigger;
    v->producer.token = trigger;
    if (trigger)
        host_enable_irq(v->host, v->hwirq);
}

int vfio_platform_close(struct vfio_platform_irq *v)
{
    if (host_irq_in_progress(v->host, v->hwirq))
        return IRQ_BYPASS_PENDING;
    if (v->unmask)
        (void)vfio_platform_set_unmask_fd(v, NULL);
    host_irq_free(v->host, v->hwirq, &v->action);
    v->trigger = NULL;
    v->usermasked = v->automasked = false;
    return 0;
}

int vfio_platform_check(const struct vfio_platform_irq *v, char *why, size_t n)
{
    if (v->deoi && v->automasked) {
        (void)snprintf(why, n, "VFIO interrupt %u is automasked in direct-EOI mode", v->hwirq);
        return -EFAULT;
    }
    if (v->deoi && !v->level) {
        (void)snprintf(why, n, "VFIO interrupt %u is an edge in direct-EOI mode", v->hwirq);
        return -EFAULT;
    }
    return 0;
}
