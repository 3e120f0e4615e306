/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads: pinned, fixed priorities, run until they sleep, yield or end. A thread is preempted only
 * where it says so (SIM_YIELD), as a kernel without kernel preemption behaves; idle gives way at once.
 */
#include "internal.h"
#include <assert.h>
#include <trapline/events.h>

static int idle_step(struct sim_strand *s, struct sim_frame *f)
{
    (void)f;
    return sim_work(s, SIM_FOREVER);
}
static const struct sim_step idle_steps[] = {{idle_step, "wait for an interrupt", SIM_OPEN}};
static SIM_PROC(idle_proc, "idle", idle_steps);

static void enqueue(struct host_cpu *c, struct host_thread *t)
{
    struct host_thread **p = &c->queue;
    while (*p && (*p)->prio >= t->prio)
        p = &(*p)->next;
    t->next = *p;
    *p = t;
    t->state = HOST_RUNNABLE;
}

void host_sched_init(struct host *h)
{
    for (unsigned i = 0; i < h->cfg.cpus; i++) {
        struct host_cpu *c = &h->cpu[i];
        c->timer_at = SIM_FOREVER;
        c->idle.cpu = i;
        c->idle.id = h->threads++;
        c->idle.wake_at = SIM_FOREVER;
        c->idle.state = HOST_RUNNING;
        c->current = &c->idle;
        sim_strand_start(&c->idle.strand, &idle_proc, NULL, 0, 0);
    }
}

static struct host_cpu *thread_add(struct host *h, struct host_thread *t, unsigned cpu, unsigned prio,
                                   const struct sim_proc *proc, void *obj)
{
    struct host_cpu *c = &h->cpu[cpu];
    t->id = h->threads++;
    t->cpu = cpu;
    t->prio = prio;
    t->wake_at = SIM_FOREVER;
    t->all_next = c->all;
    c->all = t;
    sim_strand_start(&t->strand, proc, obj, 0, 0);
    return c;
}

void host_thread_start(struct host *h, struct host_thread *t, unsigned cpu, unsigned prio, const struct sim_proc *proc,
                       void *obj)
{
    struct host_cpu *c = thread_add(h, t, cpu, prio, proc, obj);
    enqueue(c, t);
    if (c->current == &c->idle || t->prio > c->current->prio) {
        c->need_resched = true;
        h->cfg.poke(h->cfg.ctx, cpu);
    }
}

bool host_thread_wake(struct host *h, struct host_thread *t)
{
    struct host_cpu *c = &h->cpu[t->cpu];
    if (t->state != HOST_SLEEPING) {
        t->wake_pending = t->state == HOST_RUNNING;
        return false;
    }
    unsigned here = host_cpu_id(h);
    sim_trace(h->sim, here, EV_SCHED_WAKING, t->id, t->cpu);
    enqueue(c, t);
    bool idle = c->current == &c->idle;
    if (!idle && t->prio <= c->current->prio)
        return true;
    if (c->need_resched)
        return true; /* it has been told already */
    c->need_resched = true;
    /* An idle CPU is woken by the wake list's function call, a busy one by the reschedule IPI. */
    if (t->cpu != here)
        host_send_ipi(h, t->cpu, idle ? HOST_IPI_CALL_FUNC : HOST_IPI_RESCHEDULE);
    return true;
}

struct host_thread *host_current(const struct host *h, unsigned cpu)
{
    return h->cpu[cpu].current;
}

bool host_need_resched(const struct host *h, unsigned cpu)
{
    return h->cpu[cpu].need_resched;
}

bool host_idle(const struct host *h, unsigned cpu)
{
    return h->cpu[cpu].current == &h->cpu[cpu].idle;
}

void host_schedule(struct host *h, unsigned cpu, enum host_thread_state becomes)
{
    struct host_cpu *c = &h->cpu[cpu];
    struct host_thread *prev = c->current;
    c->need_resched = false;
    if (becomes == HOST_SLEEPING && prev->wake_pending) {
        prev->wake_pending = false; /* woken on its way to sleep: look at the condition again */
        becomes = HOST_RUNNABLE;
    }
    if (prev == &c->idle)
        prev->state = HOST_RUNNABLE;
    else if (becomes == HOST_RUNNABLE)
        enqueue(c, prev);
    else
        prev->state = becomes;
    struct host_thread *next = c->queue;
    if (next)
        c->queue = next->next;
    else
        next = &c->idle;
    next->state = HOST_RUNNING;
    c->current = next;
    if (next == prev)
        return;
    if (prev->sched_out && becomes != HOST_DEAD)
        prev->sched_out(prev->ctx);
    sim_trace(h->sim, cpu, EV_SCHED_SWITCH, prev->id, next->id);
    if (next->sched_in)
        next->sched_in(next->ctx);
}

/* ---- sleeping until a time ---------------------------------------------------------------------- */

/* Programs the CPU's timer to the earliest sleeper. */
static void timer_arm(struct host *h, unsigned cpu)
{
    sim_tick at = SIM_FOREVER;
    for (const struct host_thread *t = h->cpu[cpu].all; t; t = t->all_next)
        if (t->wake_at < at)
            at = t->wake_at;
    if (at == h->cpu[cpu].timer_at)
        return;
    h->cpu[cpu].timer_at = at;
    h->cfg.timer_program(h->cfg.ctx, cpu, at);
}

void host_thread_wake_at(struct host *h, struct host_thread *t, sim_tick at)
{
    t->wake_at = at;
    timer_arm(h, t->cpu);
}

int host_sleep_until(struct host *h, struct host_thread *t, sim_tick at)
{
    if (h->sim->now >= at) {
        t->wake_at = SIM_FOREVER;
        return SIM_NEXT;
    }
    host_thread_wake_at(h, t, at);
    return SIM_WAIT;
}

void host_thread_start_asleep(struct host *h, struct host_thread *t, unsigned cpu, unsigned prio,
                              const struct sim_proc *proc, void *obj, sim_tick at)
{
    (void)thread_add(h, t, cpu, prio, proc, obj);
    t->state = HOST_SLEEPING;
    t->wake_at = at;
    timer_arm(h, cpu);
}

void host_timer_expired(struct host *h, unsigned cpu)
{
    for (struct host_thread *t = h->cpu[cpu].all; t; t = t->all_next) {
        if (t->wake_at <= h->sim->now) {
            t->wake_at = SIM_FOREVER;
            (void)host_thread_wake(h, t);
        }
    }
    /* Programming the next expiry, or none, takes the line down. */
    h->cpu[cpu].timer_at = 0;
    timer_arm(h, cpu);
}

/* ---- busy waiting -------------------------------------------------------------------------------- */

int host_spin(struct host *h, struct sim_strand *s, uint64_t since)
{
    /* Something ended between the look at the condition and here: look again at once. */
    return sim_work(s, h->spin_ends == since ? SIM_FOREVER : 0);
}

uint64_t host_spin_mark(const struct host *h)
{
    return h->spin_ends;
}

void host_spin_end_all(struct host *h)
{
    h->spin_ends++;
    for (unsigned i = 0; i < h->cfg.cpus; i++) {
        struct host_thread *t = h->cpu[i].current;
        if (t == &h->cpu[i].idle)
            continue;
        /* Work that has a length is no wait. A wait that an interrupt has put aside ends when that returns. */
        for (unsigned d = 0; d < t->strand.depth; d++)
            if (t->strand.stack[d].resume && t->strand.stack[d].below == SIM_FOREVER)
                t->strand.stack[d].below = 0;
        if (t->strand.working && t->strand.work_left == SIM_FOREVER) {
            sim_work_done(&t->strand);
            h->cfg.poke(h->cfg.ctx, i);
        }
    }
}

/* ---- an operation of the bypass manager, step by step ------------------------------------------------ */

/* r0 = the operation, r1 = mark of the busy-wait. */
static int bypass_step(struct sim_strand *s, struct sim_frame *f)
{
    struct irq_bypass_op *op = (struct irq_bypass_op *)(uintptr_t)f->r[0];
    unsigned phase = op->phase;
    f->r[1] = host_spin_mark(f->obj);
    if (irq_bypass_op_step(op)) {
        s->ret = op->ret;
        host_spin_end_all(f->obj); /* another operation may be waiting for the manager */
        return SIM_RET;
    }
    /* The phase did not move on: the callback waits for something that ends with host_spin_end_all. */
    return phase == op->phase ? SIM_NEXT : 0;
}

static int bypass_wait(struct sim_strand *s, struct sim_frame *f)
{
    return host_spin(f->obj, s, f->r[1]);
}

static int bypass_again(struct sim_strand *s, struct sim_frame *f)
{
    (void)s, (void)f;
    return 0;
}

static const struct sim_step bypass_steps[] = {
    {bypass_step, "one callback", SIM_OPEN},
    {bypass_wait, "wait", SIM_OPEN},
    {bypass_again, "try again", SIM_OPEN},
};
SIM_PROC(host_bypass_proc, "irq_bypass", bypass_steps);
