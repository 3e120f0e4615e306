/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workqueue: a kworker thread on each CPU that runs queued items one after another. Before 5.9 an irqfd's
 * injection of an SPI went this way, and the vCPU had usually entered the guest again by then.
 */
#include "internal.h"

enum { IDLE, LATENCY, RUN };

/* Asleep until there is something to do. */
static int kworker_idle(struct sim_strand *s, struct sim_frame *f)
{
    (void)s;
    struct host_cpu *c = f->obj;
    return c->work ? SIM_NEXT : SIM_WAIT;
}

/* The latency of the hand-over; at least one tick, so that it never comes before the rest of the queueing step. */
static int kworker_latency(struct sim_strand *s, struct sim_frame *f)
{
    (void)f;
    sim_charge(s->cpu, SIM_COST_WORKQUEUE);
    return sim_work(s, 1);
}

static int kworker_run(struct sim_strand *s, struct sim_frame *f)
{
    struct host_cpu *c = f->obj;
    struct host_work *w = c->work;
    c->work = w->next;
    w->queued = false; /* from here on it may be queued again, as in the kernel */
    c->host->stats.kworker_runs++;
    return sim_call(s, f, IDLE, w->run, w->obj, 0, 0, 0, 0);
}

static const struct sim_step kworker_steps[] = {
    [IDLE] = {kworker_idle, "wait for work", SIM_OPEN},
    [LATENCY] = {kworker_latency, "start", SIM_OPEN},
    [RUN] = {kworker_run, "run an item", SIM_OPEN},
};
static SIM_PROC(kworker_proc, "kworker", kworker_steps);

void host_workqueue_init(struct host *h)
{
    enum { KWORKER_PRIO = 2, KWORKER_ID = 0x100 };
    const unsigned threads = h->threads;
    for (unsigned i = 0; i < h->cfg.cpus; i++) {
        h->cpu[i].host = h;
        host_thread_start_asleep(h, &h->cpu[i].kworker, i, KWORKER_PRIO, &kworker_proc, &h->cpu[i], SIM_FOREVER);
        h->cpu[i].kworker.id = KWORKER_ID + i; /* numbered apart: other threads keep their numbers in traces */
    }
    h->threads = threads;
}

bool host_queue_work(struct host *h, struct host_work *w)
{
    if (w->queued)
        return false;
    unsigned here = host_cpu_id(h), cpu = here;
    /* Here if nothing else runs here, else on an idle CPU, else behind what runs here. */
    for (unsigned i = 0; i < h->cfg.cpus && !host_idle(h, cpu); i++)
        if (host_idle(h, i))
            cpu = i;
    struct host_work **end = &h->cpu[cpu].work;
    while (*end)
        end = &(*end)->next;
    w->queued = true;
    w->next = NULL;
    *end = w;
    (void)host_thread_wake(h, &h->cpu[cpu].kworker);
    return true;
}
