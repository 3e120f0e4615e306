/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What user space and the host do to a device while the machine runs: switching direct EOI on and off, masking,
 * closing, resetting, moving the interrupt, destroying the VM. One step list an action, in a table; a thread of user
 * space runs them by the clock.
 */
#include "internal.h"
#include <errno.h>

/* ---- forward, unforward -------------------------------------------------------------------------- */

static int forward_register(struct sim_strand *s, struct sim_frame *f)
{
    struct mdevice *d = f->obj;
    struct machine *m = d->m;
    s->ret = 0;
    if (d->vfio.producer.registered || !d->vfio.trigger)
        return SIM_RET;
    if (d->cfg->shared) {
        /* A shared line cannot be left active on behalf of one of its users: no producer. */
        m->n.refusals++;
        machine_note(m, "forwarding refused for device %s: its line is shared", d->cfg->name);
        return SIM_RET;
    }
    irq_bypass_op_register_producer(&m->bypass_op, m->bypass, &d->vfio.producer);
    return sim_call(s, f, SIM_NEXT, &host_bypass_proc, m->host, (uintptr_t)&m->bypass_op, 0, 0, 0);
}

static int forward_result(struct sim_strand *s, struct sim_frame *f)
{
    struct mdevice *d = f->obj;
    if (s->ret)
        machine_note(d->m, "forwarding refused for device %s (%s): it stays trapped", d->cfg->name,
                     trapline_strerror((int)s->ret));
    return SIM_RET;
}

static const struct sim_step forward_steps[] = {
    {forward_register, "register the producer", SIM_OPEN},
    {forward_result, "connected?", SIM_OPEN},
};
SIM_PROC(forward_proc, "forward", forward_steps);

static int unforward(struct sim_strand *s, struct sim_frame *f)
{
    struct mdevice *d = f->obj;
    struct machine *m = d->m;
    if (!d->vfio.producer.registered)
        return SIM_RET;
    irq_bypass_op_unregister_producer(&m->bypass_op, m->bypass, &d->vfio.producer);
    return sim_tail(s, f, &host_bypass_proc, m->host, (uintptr_t)&m->bypass_op, 0, 0, 0);
}

static const struct sim_step unforward_steps[] = {{unforward, "unregister the producer", SIM_OPEN}};
static SIM_PROC(unforward_proc, "unforward", unforward_steps);

/* ---- deassign ------------------------------------------------------------------------------------ */

static int deassign(struct sim_strand *s, struct sim_frame *f)
{
    struct mdevice *d = f->obj;
    if (!d->irqfd.active)
        return SIM_RET;
    return sim_call(s, f, SIM_NEXT, &irqfd_deassign_proc, &d->irqfd, 0, 0, 0, 0);
}

static int deassign_consumer(struct sim_strand *s, struct sim_frame *f)
{
    struct mdevice *d = f->obj;
    struct machine *m = d->m;
    irq_bypass_op_unregister_consumer(&m->bypass_op, m->bypass, &d->irqfd.consumer);
    return sim_tail(s, f, &host_bypass_proc, m->host, (uintptr_t)&m->bypass_op, 0, 0, 0);
}

static const struct sim_step deassign_steps[] = {
    {deassign, "KVM_IRQFD deassign", SIM_OPEN},
    {deassign_consumer, "unregister the consumer", SIM_OPEN},
};
static SIM_PROC(deassign_proc, "deassign", deassign_steps);

/* ---- mask, unmask, reset, affinity ----------------------------------------------------------------- */

static int mask(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct mdevice *d = f->obj;
    (void)vfio_platform_mask(&d->vfio);
    return SIM_RET;
}
static const struct sim_step mask_steps[] = {{mask, "mask", SIM_OPEN}};
static SIM_PROC(mask_proc, "mask", mask_steps);

static int unmask(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct mdevice *d = f->obj;
    (void)vfio_platform_unmask(&d->vfio);
    return SIM_RET;
}
static const struct sim_step unmask_steps[] = {{unmask, "unmask", SIM_OPEN}};
static SIM_PROC(unmask_proc, "unmask", unmask_steps);

static int reset(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct mdevice *d = f->obj;
    device_reset(d);
    return SIM_RET;
}
static const struct sim_step reset_steps[] = {{reset, "reset", SIM_OPEN}};
static SIM_PROC(reset_proc, "reset", reset_steps);

static int affinity(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct mdevice *d = f->obj;
    (void)host_irq_set_affinity(d->m->host, d->cfg->spi, (unsigned)f->r[0]);
    return SIM_RET;
}
static const struct sim_step affinity_steps[] = {{affinity, "set the affinity", SIM_OPEN}};
static SIM_PROC(affinity_proc, "affinity", affinity_steps);

/* ---- close ---------------------------------------------------------------------------------------- */

/* r1: mark of the busy-wait. Frees the interrupt first, as the driver does, then the producer goes. */
enum { CLOSE_FREE, CLOSE_WAIT, CLOSE_AGAIN, CLOSE_PRODUCER };

static int close_free(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct mdevice *d = f->obj;
    f->r[1] = host_spin_mark(d->m->host);
    if (!d->vfio.trigger)
        return SIM_RET;
    return vfio_platform_close(&d->vfio) ? CLOSE_WAIT : CLOSE_PRODUCER;
}

static int close_wait(struct sim_strand *s, struct sim_frame *f)
{
    struct mdevice *d = f->obj;
    return host_spin(d->m->host, s, f->r[1]);
}

static int close_again(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return CLOSE_FREE;
}

static const struct sim_step close_steps[] = {
    [CLOSE_FREE] = {close_free, "free the interrupt", SIM_OPEN},
    [CLOSE_WAIT] = {close_wait, "wait for its handler", SIM_OPEN},
    [CLOSE_AGAIN] = {close_again, "again", SIM_OPEN},
    [CLOSE_PRODUCER] = {unforward, "unregister the producer", SIM_OPEN},
};
static SIM_PROC(close_proc, "close", close_steps);

/* ---- destroy the VM --------------------------------------------------------------------------------- */

/* obj: the machine. r1: device whose irqfd goes next. */
enum { DESTROY_KICK, DESTROY_WAIT, DESTROY_IRQFD, DESTROY_NEXT };

static int destroy_kick(struct sim_strand *s, struct sim_frame *f)
{
    struct machine *m = f->obj;
    f->r[1] = 0;
    for (size_t i = 0; i < m->cfg.nvcpus; i++) {
        struct vcpu *v = &m->vcpu[i];
        v->dying = true;
        vcpu_kick(m, s->cpu, v->id);
        (void)host_thread_wake(m->host, &v->thread);
    }
    return SIM_NEXT;
}

static int destroy_wait(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    const struct machine *m = f->obj;
    for (size_t i = 0; i < m->cfg.nvcpus; i++)
        if (m->vcpu[i].thread.state != HOST_DEAD)
            return SIM_WAIT;
    return SIM_NEXT;
}

static int destroy_irqfd(struct sim_strand *s, struct sim_frame *f)
{
    struct machine *m = f->obj;
    while (f->r[1] < m->cfg.ndevices && !m->dev[f->r[1]].irqfd.active)
        f->r[1]++;
    if (f->r[1] == m->cfg.ndevices)
        return SIM_RET;
    return sim_call(s, f, DESTROY_NEXT, &deassign_proc, &m->dev[f->r[1]], 0, 0, 0, 0);
}

static int destroy_next(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return DESTROY_IRQFD;
}

static const struct sim_step destroy_steps[] = {
    [DESTROY_KICK] = {destroy_kick, "end the vCPUs", SIM_OPEN},
    [DESTROY_WAIT] = {destroy_wait, "wait for them", SIM_OPEN},
    [DESTROY_IRQFD] = {destroy_irqfd, "release an irqfd", SIM_OPEN},
    [DESTROY_NEXT] = {destroy_next, "next", SIM_OPEN},
};
static SIM_PROC(destroy_proc, "destroy-vm", destroy_steps);

/* ---- the table, and the thread that runs it ----------------------------------------------------------- */

static const struct sim_proc *const action_proc[MACHINE_ACTION_COUNT] = {
    [MACHINE_ACTION_FORWARD] = &forward_proc,    [MACHINE_ACTION_UNFORWARD] = &unforward_proc,
    [MACHINE_ACTION_DEASSIGN] = &deassign_proc,  [MACHINE_ACTION_MASK] = &mask_proc,
    [MACHINE_ACTION_UNMASK] = &unmask_proc,      [MACHINE_ACTION_CLOSE] = &close_proc,
    [MACHINE_ACTION_RESET] = &reset_proc,        [MACHINE_ACTION_AFFINITY] = &affinity_proc,
    [MACHINE_ACTION_DESTROY_VM] = &destroy_proc,
};

const char *machine_action_name(enum machine_action_kind k)
{
    static const char *const name[MACHINE_ACTION_COUNT] = {
#define X(id, text, doc) [MACHINE_ACTION_##id] = text,
        MACHINE_ACTIONS(X)
#undef X
    };
    return (unsigned)k < MACHINE_ACTION_COUNT ? name[k] : "?";
}

/* obj: the machine; r0: action to run next. */
enum { ACT_SLEEP, ACT_RUN, ACT_NEXT };

static int act_sleep(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct machine *m = f->obj;
    if (f->r[0] == m->cfg.nactions) {
        m->actions_done = true;
        flow_limit(m);
        return SIM_RET;
    }
    return host_sleep_until(m->host, &m->control, m->t0 + m->cfg.actions[f->r[0]].at);
}

static int act_run(struct sim_strand *s, struct sim_frame *f)
{
    struct machine *m = f->obj;
    const struct machine_action *a = &m->cfg.actions[f->r[0]];
    m->storm_steps = 0;
    bool hardware = a->kind == MACHINE_ACTION_RESET || a->kind == MACHINE_ACTION_AFFINITY;
    if (a->kind != MACHINE_ACTION_DESTROY_VM && !hardware && !m->dev[a->device].route) {
        machine_note(m, "%s: '%s' has no route, so nobody has opened it", machine_action_name(a->kind),
                     m->dev[a->device].cfg->name);
        return ACT_NEXT;
    }
    void *obj = a->kind == MACHINE_ACTION_DESTROY_VM ? (void *)m : (void *)&m->dev[a->device];
    return sim_call(s, f, ACT_NEXT, action_proc[a->kind], obj, a->cpu, 0, 0, 0);
}

static int act_next(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    f->r[0]++;
    return ACT_SLEEP;
}

static const struct sim_step control_steps[] = {
    [ACT_SLEEP] = {act_sleep, "sleep", SIM_OPEN},
    [ACT_RUN] = {act_run, "act", SIM_OPEN},
    [ACT_NEXT] = {act_next, "next", SIM_OPEN},
};
SIM_PROC(control_proc, "control", control_steps);
