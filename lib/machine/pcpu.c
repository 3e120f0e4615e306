/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pCPU: runs the strand of its current thread, step by step. What a step charges is the delay until
 * the next one. Wires only latch here; they are sampled at the boundary before an SIM_OPEN step and
 * inside a guest step, and they end interruptible work at once.
 */
#include "internal.h"
#include <errno.h>
#include <trapline/events.h>

static void pcpu_run(struct pcpu *p);

static void pcpu_fire(struct sim *sim, struct sim_event *ev)
{
    (void)sim;
    pcpu_run(ev->owner);
}

/* The wire's rise reaches the CPU after irq_propagation; a pulse that is gone by then is not seen. */
static void wire_fire(struct sim *sim, struct sim_event *ev)
{
    (void)sim;
    struct pcpu *p = ev->owner;
    p->irq_seen = true;
    pcpu_poke(p->m, p->cpu.id);
}

static void timer_fire(struct sim *sim, struct sim_event *ev)
{
    (void)sim;
    struct pcpu *p = ev->owner;
    port_set_ppi(p->m, p->cpu.id, host_timer_ppi(p->m), true);
}

void pcpu_init(struct machine *m, unsigned cpu)
{
    struct pcpu *p = &m->pcpu[cpu];
    p->m = m;
    p->cpu.sim = &m->sim;
    p->cpu.id = cpu;
    p->ev = (struct sim_event){.fire = pcpu_fire, .owner = p};
    p->wire_ev = (struct sim_event){.fire = wire_fire, .owner = p};
    p->timer_ev = (struct sim_event){.fire = timer_fire, .owner = p};
}

void pcpu_timer_program(void *ctx, unsigned cpu, sim_tick at)
{
    struct machine *m = ctx;
    struct pcpu *p = &m->pcpu[cpu];
    sim_cancel(&m->sim, &p->timer_ev);
    port_set_ppi(m, cpu, host_timer_ppi(m), false);
    if (at != SIM_FOREVER)
        (void)sim_at(&m->sim, &p->timer_ev, at < m->sim.now ? m->sim.now : at);
}

/* Work in progress on this CPU must be looked at again, at this instant. */
void pcpu_poke(void *ctx, unsigned cpu)
{
    struct machine *m = ctx;
    struct pcpu *p = &m->pcpu[cpu];
    if (p->working)
        (void)sim_at(&m->sim, &p->ev, m->sim.now);
}

void pcpu_output(void *ctx, unsigned cpu, enum gic_pin pin, bool level)
{
    struct machine *m = ctx;
    struct pcpu *p = &m->pcpu[cpu];
    if (pin == GIC_IRQ) {
        if (!level) {
            p->irq_seen = false;
            sim_cancel(&m->sim, &p->wire_ev);
        } else if (m->cfg.platform.irq_propagation) {
            (void)sim_at(&m->sim, &p->wire_ev, m->sim.now + m->cfg.platform.irq_propagation);
        } else {
            p->irq_seen = true;
            pcpu_poke(m, cpu);
        }
    } else if (pin == GIC_VIRQ) {
        p->virq = level;
        if (level)
            pcpu_poke(m, cpu);
    }
    sim_trace(&m->sim, SIM_NO_CPU, EV_GIC_OUTPUT, cpu, pin, level);
}

void pcpu_start(struct machine *m)
{
    for (unsigned i = 0; i < m->cfg.platform.cpus; i++)
        (void)sim_at(&m->sim, &m->pcpu[i].ev, m->sim.now);
}

/* Takes the time that interruptible work has had off what is left of it. */
static void account_work(struct pcpu *p)
{
    struct sim_strand *w = p->cpu.worker;
    p->working = false;
    if (w->work_left == SIM_FOREVER)
        return;
    sim_tick done = p->m->sim.now - p->work_start;
    w->work_left = done < w->work_left ? w->work_left - done : 0;
}

static void begin_work(struct pcpu *p)
{
    struct sim *sim = &p->m->sim;
    sim_tick left = p->cpu.worker->work_left;
    p->working = true;
    p->work_start = sim->now;
    sim_cancel(sim, &p->ev);
    if (left != SIM_FOREVER)
        (void)sim_at(sim, &p->ev, sim->now + left);
}

/*
 * An interrupt storm: steps at one instant without end, nothing a model can run to its end. Called when
 * a step has cost no time.
 */
static bool stormy(struct machine *m)
{
    enum { STORM_STEPS = 200000 };
    if (m->storm_at != m->sim.now) {
        m->storm_at = m->sim.now;
        m->storm_steps = 0;
    }
    if (++m->storm_steps <= STORM_STEPS)
        return false;
    machine_fail(m, -ELOOP, "an interrupt storm: %d steps without time going on; " STORM_HINT, STORM_STEPS);
    return true;
}

/* Turns the step's charges into delay. true: no other event lies before its end, go on directly. */
static bool delay(struct pcpu *p)
{
    struct machine *m = p->m;
    struct sim *sim = &m->sim;
    sim_tick until = sim->now + p->cpu.cost;
    if (m->stop || (!p->cpu.cost && stormy(m)))
        return false;
    p->cpu.cost = 0;
    if (!m->stepped && sim_next_at(sim) > until && until <= m->limit) {
        sim->now = until; /* what the queue would do, without going through it */
        return true;
    }
    (void)sim_at(sim, &p->ev, until);
    return false;
}

/* The strand of the thread that runs on this CPU now. */
static struct sim_strand *current(struct pcpu *p)
{
    struct sim_strand *s = &host_current(p->m->host, p->cpu.id)->strand;
    s->cpu = &p->cpu;
    return s;
}

static void pcpu_run(struct pcpu *p)
{
    struct machine *m = p->m;
    struct host *h = m->host;
    unsigned id = p->cpu.id;
    host_set_this_cpu(h, &p->cpu);
    if (p->working)
        account_work(p);
    struct sim_strand *s = current(p);
    bool idle = host_idle(h, id);
    do {
        m->steps++;
        if (p->irq_seen && sim_strand_kind(s) == SIM_OPEN) {
            sim_strand_interrupt(s, &host_irq_entry_proc, h, 0);
        } else if (idle && host_need_resched(h, id) && sim_strand_kind(s) == SIM_OPEN) {
            host_schedule(h, id, HOST_RUNNABLE);
            s = current(p);
            idle = host_idle(h, id);
            continue;
        }
        enum sim_ran ran = sim_strand_step(s);
        if (ran == SIM_WORKING) {
            begin_work(p);
            if (TRAPLINE_CHECKS)
                machine_check(m);
            return;
        }
        if (ran != SIM_RAN) { /* the thread sleeps, yields or has ended: another one's turn */
            host_schedule(h, id, ran == SIM_WAITING ? HOST_SLEEPING : ran == SIM_YIELDED ? HOST_RUNNABLE : HOST_DEAD);
            s = current(p);
            idle = host_idle(h, id);
        }
        if (TRAPLINE_CHECKS)
            machine_check(m);
    } while (delay(p));
}
