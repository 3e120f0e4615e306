/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/host.h - what a host kernel lends to drivers and to KVM.
 *
 * Interrupt descriptors over the GICv2 irqchip driver (Linux 6.1: EOImode=1, lazy disable), eventfds
 * with their wait queues, threads with a fixed-priority scheduler, sleeping until a time, IPIs, and a
 * step list that runs an operation of the IRQ bypass manager. Host interrupts are numbered by INTID.
 *
 * Functions that touch hardware run within a step, on the CPU host_this_cpu() names.
 */
#ifndef TRAPLINE_HOST_H
#define TRAPLINE_HOST_H

#include <trapline/gic_port.h>
#include <trapline/irqbypass.h>
#include <trapline/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HOST_MAX_CPUS GIC_MAX_CPUS
#define HOST_MAX_IRQS 1020u

/* SGIs as Linux numbers its IPIs. */
enum { HOST_IPI_RESCHEDULE = 0, HOST_IPI_CALL_FUNC = 1 };
/*
 * PPIs of a CPU's timers: physical at EL1, virtual at EL1, physical at EL2. The host's own is the first, or with VHE
 * the last; the others are then the guests'.
 */
#define HOST_PTIMER_PPI  30u
#define HOST_VTIMER_PPI  27u
#define HOST_HPTIMER_PPI 26u

struct host;

/* ---- eventfd ----------------------------------------------------------------------------------- */

/*
 * Somebody on an eventfd's wait queue. wake: step list called in the signaller's context with
 * obj; it leaves 1 in s->ret when it consumed the event (nobody further is woken), else 0.
 */
struct host_waiter {
    const struct sim_proc *wake;
    void *obj;
    struct host_waiter *next;
};
struct host_eventfd {
    struct host *host;
    unsigned id;
    uint64_t count;   /* the counter */
    uint64_t signals; /* how often it was signalled, ever */
    bool resample;    /* statistics: a resamplefd, not a trigger */
    struct host_waiter *waiters;
};
/* Makes an eventfd with a count of 0 in memory of the caller; id is what traces call it. */
TRAPLINE_API void host_eventfd_init(struct host_eventfd *e, struct host *h, unsigned id, bool resample);
/* Adds a waiter, which stays the caller's, at the end of the queue. */
TRAPLINE_API void host_eventfd_add_waiter(struct host_eventfd *e, struct host_waiter *w);
/* Takes a waiter out of the queue. */
TRAPLINE_API void host_eventfd_remove_waiter(struct host_eventfd *e, struct host_waiter *w);
/* Step list eventfd_signal: obj = struct host_eventfd. */
TRAPLINE_API extern const struct sim_proc host_eventfd_signal_proc;

/* ---- interrupts -------------------------------------------------------------------------------- */

/* A handler. handler: step list called with obj in hard-interrupt context. */
struct host_irqaction {
    const struct sim_proc *handler;
    void *obj;
    bool shared; /* may share the line with other actions that say so */
    struct host_irqaction *next;
};
/* Interrupt descriptor. Read-only outside lib/host. */
struct host_irq {
    uint32_t intid;
    unsigned depth; /* nested disables; 1 after request (NOAUTOEN) */
    bool masked;    /* GICD_ICENABLER was written last */
    bool pending;   /* fired while disabled (IRQS_PENDING) */
    bool level;
    bool forwarded; /* deactivation is a vCPU's (irq_set_vcpu_affinity) */
    int running;    /* pCPU on which its handler runs now, -1: none */
    struct host_irqaction *action;
};

/*
 * request_irq with NO_AUTOEN: adds the action; the line stays disabled (depth 1) until host_enable_irq.
 * level: trigger type, written to GICD_ICFGR. cpu: affinity, written to GICD_ITARGETSR.
 * 0, -EINVAL (no SPI of this GIC), -EBUSY (taken, and not both shared).
 */
TRAPLINE_API int host_irq_request(struct host *h, uint32_t irq, struct host_irqaction *a, bool level, unsigned cpu);
/* Removes the action; the last one masks the line, which also deactivates a forwarded interrupt. */
TRAPLINE_API void host_irq_free(struct host *h, uint32_t irq, struct host_irqaction *a);
/* disable_irq_nosync: lazy (only the descriptor) unless the kernel profile says otherwise. */
TRAPLINE_API void host_disable_irq_nosync(struct host *h, uint32_t irq);
/* true while a handler of this interrupt runs on another CPU: disable_irq waits for that. */
TRAPLINE_API bool host_irq_in_progress(const struct host *h, uint32_t irq);
TRAPLINE_API void host_enable_irq(struct host *h, uint32_t irq);
/* irq_set_affinity: GICD_ITARGETSR. 0 or -EINVAL. */
TRAPLINE_API int host_irq_set_affinity(struct host *h, uint32_t irq, unsigned cpu);
/* irq_get/set_irqchip_state through GICD_ISPENDR, ICPENDR, ISACTIVER, ICACTIVER. */
enum host_irqchip_state { HOST_IRQ_PENDING, HOST_IRQ_ACTIVE };
TRAPLINE_API bool host_irq_get_state(struct host *h, uint32_t irq, enum host_irqchip_state which);
TRAPLINE_API void host_irq_set_state(struct host *h, uint32_t irq, enum host_irqchip_state which, bool on);
/* irq_set_vcpu_affinity: 0, or -EINVAL for SGIs and unknown interrupts. */
TRAPLINE_API int host_irq_set_forwarded(struct host *h, uint32_t irq, bool on);
TRAPLINE_API const struct host_irq *host_irq_get(const struct host *h, uint32_t irq);

/*
 * request_percpu_irq and enable_percpu_irq on every CPU: the handler is called with obj on the CPU whose PPI `irq` is
 * taken. forwarded: deactivation is a vCPU's (irq_set_vcpu_affinity). 0, -EINVAL (no PPI, or one of the host's own
 * timer and maintenance interrupts) or -EBUSY.
 */
TRAPLINE_API int host_percpu_irq_request(struct host *h, uint32_t irq, const struct sim_proc *handler, void *obj,
                                         bool forwarded);

/* Step list: the exception entry of an interrupt (gic_handle_irq): loops on GICC_IAR. obj = struct host. */
TRAPLINE_API extern const struct sim_proc host_irq_entry_proc;

/* Sends an IPI: GICD_SGIR. */
TRAPLINE_API void host_send_ipi(struct host *h, unsigned target_cpu, unsigned sgi);

/* ---- threads ----------------------------------------------------------------------------------- */

enum host_thread_state { HOST_RUNNABLE, HOST_RUNNING, HOST_SLEEPING, HOST_DEAD };
struct host_thread {
    struct sim_strand strand;
    unsigned id;
    unsigned cpu;  /* pinned to */
    unsigned prio; /* higher runs first; equal: in order of becoming runnable */
    enum host_thread_state state;
    bool wake_pending;            /* woken between deciding to sleep and sleeping */
    sim_tick wake_at;             /* host_sleep_until; SIM_FOREVER: no timeout */
    struct host_thread *next;     /* run queue */
    struct host_thread *all_next; /* all threads of its CPU */
    /* preempt notifiers; may be NULL */
    void (*sched_in)(void *ctx);
    void (*sched_out)(void *ctx);
    void *ctx;
};
/* Adds a thread that starts with `proc`; it is runnable at once. The struct is the caller's. */
TRAPLINE_API void host_thread_start(struct host *h, struct host_thread *t, unsigned cpu, unsigned prio,
                                    const struct sim_proc *proc, void *obj);
/* Adds a thread that is asleep until time `at`, as if it had called host_sleep_until there. */
TRAPLINE_API void host_thread_start_asleep(struct host *h, struct host_thread *t, unsigned cpu, unsigned prio,
                                           const struct sim_proc *proc, void *obj, sim_tick at);
/* Wakes a sleeping thread: an IPI if its CPU is another one and idle (function call) or busy with a
 * thread of lower priority (reschedule). true: it was asleep. */
TRAPLINE_API bool host_thread_wake(struct host *h, struct host_thread *t);
/*
 * Work for a kworker. queue: false if it is queued already (two events may yield one run). The kworker runs on
 * this CPU if that has nothing else to do, else on an idle one, else on this one after all; it starts after
 * SIM_COST_WORKQUEUE and not at the same instant, so that whoever queued it has gone on meanwhile.
 */
struct host_work {
    const struct sim_proc *run;
    void *obj;
    bool queued;
    struct host_work *next;
};
/* Queues work, on this CPU or on one that is idle. false: it was queued already. */
TRAPLINE_API bool host_queue_work(struct host *h, struct host_work *w);
/* Sets (SIM_FOREVER: cancels) the time at which a thread is woken if it sleeps then: an hrtimer of its own. */
TRAPLINE_API void host_thread_wake_at(struct host *h, struct host_thread *t, sim_tick at);
/* From a step: sleep until a time. Returns SIM_WAIT until then and SIM_NEXT after it. */
TRAPLINE_API int host_sleep_until(struct host *h, struct host_thread *t, sim_tick at);
/* The thread that a CPU runs now, its idle thread if no other; whether that is to give way to another one. */
TRAPLINE_API struct host_thread *host_current(const struct host *h, unsigned cpu);
TRAPLINE_API bool host_need_resched(const struct host *h, unsigned cpu);
/*
 * Scheduler entry points for the pCPU loop: the present thread sleeps / yields / has ended; whether the CPU runs
 * its idle thread.
 */
TRAPLINE_API void host_schedule(struct host *h, unsigned cpu, enum host_thread_state becomes);
TRAPLINE_API bool host_idle(const struct host *h, unsigned cpu);

/*
 * Busy-waiting, interrupts on. Take a mark, look at the condition; if it does not hold, from the next
 * step: return host_spin(h, s, mark), and look again in the step after it. Ends with the first
 * host_spin_end_all since the mark.
 */
TRAPLINE_API uint64_t host_spin_mark(const struct host *h);
TRAPLINE_API int host_spin(struct host *h, struct sim_strand *s, uint64_t since);
/* Ends every busy-wait: whoever waits looks at its condition again. */
TRAPLINE_API void host_spin_end_all(struct host *h);

/* Step list: runs an operation of the bypass manager to its end; leaves its result in s->ret.
 * obj = struct host, r0 = struct irq_bypass_op *. A callback that returns IRQ_BYPASS_PENDING is tried
 * again after the next host_spin_end_all. */
TRAPLINE_API extern const struct sim_proc host_bypass_proc;

/* ---- the host ---------------------------------------------------------------------------------- */

/* What happened, counted. Per host; acks also per CPU for telling why a guest was left. */
struct host_stats {
    uint64_t acks_device, acks_ipi, acks_timer, acks_maintenance;
    uint64_t acks_percpu; /* interrupts of host_percpu_irq_request */
    uint64_t spurious_iar;
    uint64_t eventfd_trigger, eventfd_resample;
    uint64_t kworker_runs; /* switches to a kworker for a work item */
};
struct host_cpu_acks {
    uint64_t device, ipi_reschedule, ipi_call, timer, maintenance, percpu;
};

struct host_config {
    size_t struct_size;
    struct sim *sim;
    unsigned cpus, spis;
    struct gic_port port;
    bool lazy_disable;
    uint32_t maint_ppi;
    uint32_t timer_ppi; /* of the host's timer; 0: HOST_PTIMER_PPI */
    void *ctx;          /* of the functions below */
    /* Programs CPU `cpu`'s timer to raise timer_ppi at `at`; SIM_FOREVER: lowers the line, stops it. */
    void (*timer_program)(void *ctx, unsigned cpu, sim_tick at);
    /* Work in progress on this CPU must be looked at again. */
    void (*poke)(void *ctx, unsigned cpu);
};
/* Creates a host and initialises its GIC driver (distributor and every CPU interface). */
TRAPLINE_API int host_new(const struct host_config *cfg, struct host **out);
TRAPLINE_API void host_free(struct host *h);
/* The CPU on which the present step runs (smp_processor_id). Set by the pCPU loop before each step. */
TRAPLINE_API void host_set_this_cpu(struct host *h, struct sim_cpu *cpu);
TRAPLINE_API struct sim_cpu *host_this_cpu(const struct host *h);
TRAPLINE_API const struct host_stats *host_stats_get(const struct host *h);
TRAPLINE_API const struct host_cpu_acks *host_cpu_acks_get(const struct host *h, unsigned cpu);
TRAPLINE_API void host_stats_reset(struct host *h);
/* Names the first broken invariant in why (n bytes); 0 or -EFAULT. */
TRAPLINE_API int host_check(const struct host *h, char *why, size_t n);

#ifdef __cplusplus
}
#endif
#endif
