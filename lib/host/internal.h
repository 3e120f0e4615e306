/* SPDX-License-Identifier: Apache-2.0 */
/* Private state of lib/host. */
#ifndef TRAPLINE_HOST_INTERNAL_H
#define TRAPLINE_HOST_INTERNAL_H

#include <trapline/gic_regs.h>
#include <trapline/host.h>

struct host_cpu {
    struct host *host;
    struct host_thread idle;
    struct host_thread *current;
    struct host_thread *queue; /* runnable, by falling priority; the running thread is not in it */
    struct host_thread *all;
    bool need_resched;
    struct host_cpu_acks acks;
    sim_tick timer_at; /* what the timer is programmed to */
    struct host_thread kworker;
    struct host_work *work; /* queued, first to run first */
};

/* A PPI that a driver has requested; handler NULL: nobody. */
struct host_percpu_irq {
    const struct sim_proc *handler;
    void *obj;
    bool forwarded;
};
#define HOST_FIRST_PPI 16u

struct host {
    struct host_config cfg;
    struct sim *sim;
    struct sim_cpu *this_cpu;
    struct host_cpu cpu[HOST_MAX_CPUS];
    struct host_stats stats;
    unsigned threads;
    uint64_t spin_ends; /* how often busy-waits were ended */
    struct host_irq irq[HOST_MAX_IRQS];
    struct host_percpu_irq ppi[32 - HOST_FIRST_PPI];
};

/* Driver primitives (irqchip.c). */
uint32_t host_gicd_read(struct host *h, uint32_t offset);
void host_gicd_write(struct host *h, uint32_t offset, uint32_t value);
void host_irqchip_init(struct host *h);
void host_irqchip_configure(struct host *h, uint32_t irq, bool level, unsigned cpu);
void host_irqchip_set_target(struct host *h, uint32_t irq, unsigned cpu);
void host_irqchip_mask(struct host *h, struct host_irq *d);
void host_irqchip_unmask(struct host *h, struct host_irq *d);
void host_irqchip_eoi(struct host *h, struct host_irq *d);

/* The timer's handler: wakes whoever is due (sched.c). */
void host_timer_expired(struct host *h, unsigned cpu);
void host_sched_init(struct host *h);
void host_workqueue_init(struct host *h);

extern const struct sim_proc host_flow_proc;

static inline unsigned host_cpu_id(const struct host *h)
{
    return h->this_cpu->id;
}

#endif
