/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/sim.h - time, steps, costs and trace records.
 *
 * Software is written as *step lists*. A sim_proc is a constant table of steps; a sim_frame is one
 * activation of it (which step is next, the object it works on, a few registers); a sim_strand is a
 * stack of frames: one thread of execution. A step runs to its end at one instant of its CPU's local
 * time, charges named costs, and says what follows. Nothing lives on the C stack between steps, so a
 * strand can stop at any step boundary and be copied, saved or compared.
 *
 * Order of calls: sim_init -> sim_set_costs -> sim_at/sim_strand_step ... -> sim_fini.
 * Determinism: events at equal times fire in the order they were scheduled. There is no wall clock.
 */
#ifndef TRAPLINE_SIM_H
#define TRAPLINE_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TRAPLINE_API
#if defined(__GNUC__)
#define TRAPLINE_API __attribute__((visibility("default")))
#else
#define TRAPLINE_API
#endif
#endif

/* Simulated time in integer ticks; the cost profile says how many of them make a second. */
typedef uint64_t sim_tick;
#define SIM_FOREVER UINT64_MAX

struct sim;

/* ---- events ------------------------------------------------------------------------------------ */

/* A future happening. Owned by the caller, reusable, in the queue at most once. Zero-initialise, set fire. */
struct sim_event {
    sim_tick at;  /* when (valid while queued) */
    uint64_t seq; /* insertion order, breaks ties */
    uint32_t pos; /* place in the heap + 1; 0: not queued */
    void (*fire)(struct sim *sim, struct sim_event *ev);
    void *owner; /* free for the user */
};

/* ---- costs ------------------------------------------------------------------------------------- */

/*
 * The primitives that software steps charge: SIM_COST(id, name, what it is). A cost profile prices
 * them; charging one that the profile does not price is an error that lists the names.
 */
#define SIM_COSTS(X)                                                                                                   \
    X(TRAP_IN, "trap_in", "guest to host, all but the virtual interface and the timer")                                \
    X(TRAP_OUT, "trap_out", "host to guest, all but the virtual interface and the timer")                              \
    X(TIMER_SWITCH, "timer_switch", "half of saving and restoring the guest's timer")                                  \
    X(GICH_READ, "gich_read", "one GICH register read")                                                                \
    X(GICH_WRITE, "gich_write", "one GICH register write")                                                             \
    X(GICC_IAR, "gicc_iar", "host read of GICC_IAR")                                                                   \
    X(GICC_EOIR, "gicc_eoir", "host write of GICC_EOIR")                                                               \
    X(GICC_DIR, "gicc_dir", "host write of GICC_DIR")                                                                  \
    X(GICD_READ, "gicd_read", "host read of a GICD register")                                                          \
    X(GICD_WRITE, "gicd_write", "host write of a GICD register")                                                       \
    X(GICV_IAR, "gicv_iar", "guest read of GICV_IAR")                                                                  \
    X(GICV_EOIR, "gicv_eoir", "guest write of GICV_EOIR or another GICV register")                                     \
    X(GICV_DIR, "gicv_dir", "guest write of GICV_DIR")                                                                 \
    X(GUEST_VECTOR, "guest_vector", "guest exception entry up to the first handler instruction")                       \
    X(MMIO_DECODE, "mmio_decode", "decode and dispatch of an MMIO trap in the kernel")                                 \
    X(VGIC_EMUL, "vgic_emul", "emulation of one distributor access")                                                   \
    X(USER_RETURN, "user_return", "return to user space and back, on top of the kernel's part")                        \
    X(HOST_IRQ, "host_irq", "host handling of a device interrupt without the GIC accesses")                            \
    X(HOST_IPI, "host_ipi", "sending, propagation and host handling of an IPI without the GIC accesses")               \
    X(IRQFD_INJECT, "irqfd_inject", "eventfd signal and irqfd injection in atomic context")                            \
    X(WORKQUEUE, "workqueue", "from queueing a work item to its start on a kworker")                                   \
    X(RESAMPLE_SIGNAL, "resample_signal", "signal of a resamplefd")                                                    \
    X(WAKEUP, "wakeup", "waking a blocked vCPU beyond the IPI")

enum sim_cost_id {
#define X(id, name, doc) SIM_COST_##id,
    SIM_COSTS(X)
#undef X
        SIM_COST_COUNT
};

/* One price: the value as published, what is included in it and charged apart, and where it comes from. */
struct sim_price {
    bool priced;
    sim_tick gross; /* the published figure, in ticks */
    sim_tick net;   /* what a charge costs: gross less the accesses that are charged beside it; 0 if not priced */
    char source[160];
};

/* A cost profile. Filled by the profile loader or by hand; copied by sim_set_costs. */
struct sim_cost_profile {
    char name[64];
    char unit[16];    /* what one tick is called: "cycle" or "ns" */
    uint64_t tick_hz; /* ticks per second */
    struct sim_price price[SIM_COST_COUNT];
};

/* Name ("trap_in") and sentence of a primitive. */
TRAPLINE_API const char *sim_cost_name(enum sim_cost_id id);
TRAPLINE_API const char *sim_cost_doc(enum sim_cost_id id);
/* Looks a primitive up by name; SIM_COST_COUNT if there is none. */
TRAPLINE_API enum sim_cost_id sim_cost_find(const char *name);

/* ---- trace records ----------------------------------------------------------------------------- */

#define SIM_TRACE_ARGS 6

/* One thing that happened. Fixed size, no text; the event's table says what the arguments are. */
struct sim_record {
    sim_tick at;
    uint32_t flow; /* occurrence of the interrupt this belongs to; 0: none */
    uint16_t id;   /* event id, unique over all layers (trapline/events.h) */
    uint8_t cpu;   /* physical CPU, 0xff: hardware or no CPU */
    uint8_t nargs;
    int64_t arg[SIM_TRACE_ARGS];
};
#define SIM_NO_CPU 0xffu

/* How often an event happens; sinks choose by it. */
enum sim_level { SIM_LIFE = 1u << 0, SIM_TRANSITION = 1u << 1, SIM_ACCESS = 1u << 2 };

/* A reader of records. levels: OR of sim_level values it wants. record is called at the instant; it
 * must not change the simulation. */
struct sim_sink {
    void (*record)(void *ctx, const struct sim_record *r);
    void *ctx;
    unsigned levels;
};
#define SIM_MAX_SINKS 4

/* ---- the simulation ---------------------------------------------------------------------------- */

struct sim {
    sim_tick now;
    uint64_t seq;
    struct sim_event **heap; /* binary heap, allocated by sim_init */
    uint32_t queued, capacity;
    struct sim_cost_profile costs;
    uint64_t charged[SIM_COST_COUNT];  /* how often each primitive was charged */
    uint64_t unpriced[SIM_COST_COUNT]; /* how often without a price */
    struct sim_sink sink[SIM_MAX_SINKS];
    unsigned nsinks;
    unsigned levels; /* OR of all sinks' levels: 0 means tracing costs one test */
    /* Set by the machine: gives a record its flow id. May be NULL. */
    uint32_t (*flow_of)(void *ctx, const struct sim_record *r);
    void *flow_ctx;
};

/* Prepares *sim for up to `capacity` queued events. Returns 0 or -ENOMEM. */
TRAPLINE_API int sim_init(struct sim *sim, uint32_t capacity);
TRAPLINE_API void sim_fini(struct sim *sim);
/* Copies the profile. Ticks are its unit from now on. */
TRAPLINE_API void sim_set_costs(struct sim *sim, const struct sim_cost_profile *p);
/* Schedules (or moves) an event. `at` must not lie in the past. Returns 0 or -ENOSPC (queue full). */
TRAPLINE_API int sim_at(struct sim *sim, struct sim_event *ev, sim_tick at);
TRAPLINE_API void sim_cancel(struct sim *sim, struct sim_event *ev);
/* Fires the next event and advances time to it. false: the queue is empty. */
TRAPLINE_API bool sim_fire_next(struct sim *sim);
/* Time of the next event; SIM_FOREVER if there is none. */
static inline sim_tick sim_next_at(const struct sim *sim)
{
    return sim->queued ? sim->heap[0]->at : SIM_FOREVER;
}

/* Adds a sink; returns 0 or -ENOSPC. */
TRAPLINE_API int sim_add_sink(struct sim *sim, struct sim_sink sink);
/* Hands a record to every sink that wants its level. Use sim_trace(). */
TRAPLINE_API void sim_emit(struct sim *sim, unsigned level, unsigned cpu, uint16_t id, unsigned nargs,
                           const int64_t *arg);
/* Emits an event: sim_trace(sim, cpu, EV_KVM_EXIT, cause, pc...). The event's table gives its level
 * through the constant EV_x_LEVEL (trapline/events.h). */
#define sim_trace(sim, cpu, ev, ...)                                                                                   \
    do {                                                                                                               \
        if ((sim)->levels & (unsigned)ev##_LEVEL) {                                                                    \
            const int64_t sim_trace_arg_[] = {__VA_ARGS__};                                                            \
            sim_emit((sim), (unsigned)ev##_LEVEL, (cpu), (uint16_t)(ev),                                               \
                     (unsigned)(sizeof sim_trace_arg_ / sizeof sim_trace_arg_[0]), sim_trace_arg_);                    \
        }                                                                                                              \
    } while (0)

/* ---- steps ------------------------------------------------------------------------------------- */

struct sim_strand;
struct sim_frame;

/*
 * A step. Returns what follows:
 *   >= 0       go to that step of this list
 *   SIM_NEXT   go to the step after this one
 *   SIM_RET    this list is done; the caller goes on (set s->ret first if the caller wants a value).
 *              Going past the last step means the same.
 *   SIM_CALLED sim_call() pushed another list; when that is done this one goes on where sim_call said
 *   SIM_WAIT   the strand sleeps; when somebody wakes it, *this same step* runs again
 *   SIM_WORK   sim_work() started interruptible work; SIM_NEXT happens when the work is over. (A step
 *              that runs another strand passes that strand's work on: it runs again when that may go on.)
 *   SIM_YIELD  the strand stays runnable but lets others of its CPU go first; this same step runs again
 *   SIM_TRAP   (guest strands) leave the guest: s->trap says why; SIM_NEXT when the guest is entered again
 */
typedef int sim_step_fn(struct sim_strand *s, struct sim_frame *f);
enum {
    SIM_NEXT = -1,
    SIM_RET = -2,
    SIM_CALLED = -3,
    SIM_WAIT = -4,
    SIM_WORK = -5,
    SIM_YIELD = -6,
    SIM_TRAP = -7,
};

/* Whether interrupts may be taken at the boundary before a step. */
enum sim_kind {
    SIM_MASKED, /* interrupts off: follows the step before it without a gap for them */
    SIM_OPEN,   /* interrupts on: the CPU samples its wires before this step */
    SIM_GUEST,  /* the step runs a guest and samples the wires itself */
};

struct sim_step {
    sim_step_fn *run;
    const char *name;
    enum sim_kind kind;
};

/* A step list. Constant. */
struct sim_proc {
    const char *name;
    const struct sim_step *step;
    uint8_t nsteps;
};
#define SIM_PROC(ident, text, steps)                                                                                   \
    const struct sim_proc ident = {text, steps, (uint8_t)(sizeof(steps) / sizeof(steps)[0])}

/* An activation of a step list: all the state it keeps between steps. */
struct sim_frame {
    const struct sim_proc *proc;
    void *obj;      /* what the list works on */
    uint64_t r[4];  /* its registers; sim_call fills them from its arguments */
    sim_tick below; /* interrupts: work left to the frame below */
    int64_t ret;    /* interrupts: the strand's ret, not theirs to change */
    bool interrupt; /* pushed by sim_strand_interrupt */
    bool resume;    /* the frame below was working */
    uint8_t pc;     /* next step */
};

#define SIM_STACK_DEPTH 24

/* What a physical CPU accounts for the strand that runs on it. Owned by the machine's pCPU. */
struct sim_cpu {
    struct sim *sim;
    unsigned id;
    sim_tick cost;             /* charged by the present step and not yet turned into delay */
    struct sim_strand *worker; /* strand whose interruptible work is in progress on this CPU */
};

/* A thread of execution. */
struct sim_strand {
    struct sim_cpu *cpu; /* where it runs now; set by the scheduler */
    int64_t ret;         /* value left by the list that returned last */
    sim_tick work_left;  /* of its interruptible work; SIM_FOREVER: until something happens */
    bool working;
    uint8_t depth; /* frames in use */
    uint8_t trap;  /* why a guest strand trapped (user-defined) */
    uint64_t trap_arg[3];
    struct sim_frame stack[SIM_STACK_DEPTH];
};

/* What sim_strand_step reports. */
enum sim_ran {
    SIM_RAN,     /* a step was run; more to do */
    SIM_WORKING, /* interruptible work is in progress (s->cpu->worker) */
    SIM_WAITING, /* asleep */
    SIM_YIELDED,
    SIM_TRAPPED,  /* guest strand left the guest */
    SIM_FINISHED, /* the last frame returned */
};

/* Empties the strand and makes `proc` its first list. */
TRAPLINE_API void sim_strand_start(struct sim_strand *s, const struct sim_proc *proc, void *obj, uint64_t r0,
                                   uint64_t r1);
/* Runs one step at the present instant, or reports the state of the work in progress. */
TRAPLINE_API enum sim_ran sim_strand_step(struct sim_strand *s);
/* Kind of the next step; SIM_OPEN while work is in progress. */
TRAPLINE_API enum sim_kind sim_strand_kind(const struct sim_strand *s);
/*
 * Pushes `proc` on top of whatever the strand is doing (an interrupt). The interrupted step or work
 * goes on when it returns.
 */
TRAPLINE_API void sim_strand_interrupt(struct sim_strand *s, const struct sim_proc *proc, void *obj, uint64_t r0);

/*
 * From within a step: calls another list. `then` is where this list goes on (a step number or
 * SIM_NEXT); the called list's value is in s->ret then. Write: return sim_call(s, f, SIM_NEXT, ...).
 * Asserts that the stack is deep enough (SIM_STACK_DEPTH).
 */
TRAPLINE_API int sim_call(struct sim_strand *s, struct sim_frame *f, int then, const struct sim_proc *proc, void *obj,
                          uint64_t r0, uint64_t r1, uint64_t r2, uint64_t r3);
/* Like sim_call, but the called list takes this one's place. */
TRAPLINE_API int sim_tail(struct sim_strand *s, struct sim_frame *f, const struct sim_proc *proc, void *obj,
                          uint64_t r0, uint64_t r1, uint64_t r2, uint64_t r3);
/* From within a step: work of this length (SIM_FOREVER: until interrupted for good). return sim_work(s, t); */
static inline int sim_work(struct sim_strand *s, sim_tick ticks)
{
    s->work_left = ticks;
    s->working = true;
    return SIM_WORK;
}
/* Ends work in progress: the strand goes on with its next step. */
static inline void sim_work_done(struct sim_strand *s)
{
    s->work_left = 0;
}

/* Charges one primitive to the CPU: the step's successor starts that much later. */
static inline void sim_charge(struct sim_cpu *cpu, enum sim_cost_id id)
{
    struct sim *sim = cpu->sim;
    const struct sim_price *price = &sim->costs.price[id];
    sim->charged[id]++;
    cpu->cost += price->net; /* 0 while there is no price */
    if (!price->priced)
        sim->unpriced[id]++; /* the machine turns this into an error or a label */
}

/* ---- counters ---------------------------------------------------------------------------------- */

/*
 * A histogram of durations with a fixed size: log-linear buckets that also keep the sum of what fell
 * into them, so a percentile is exact when its bucket holds one value, else the bucket's mean
 * (relative width 1/64). min and max are exact.
 */
#define SIM_HIST_SUB     64u
#define SIM_HIST_BUCKETS (SIM_HIST_SUB * 59u)
struct sim_hist {
    uint64_t count, sum, min, max;
    struct {
        uint64_t count, sum;
    } bucket[SIM_HIST_BUCKETS];
};
/* Empties a histogram; adds a value. */
TRAPLINE_API void sim_hist_reset(struct sim_hist *h);
TRAPLINE_API void sim_hist_add(struct sim_hist *h, uint64_t value);
/* Smallest recorded value (or bucket mean) v with at least permille/1000 of the values <= v; 0 if empty. */
TRAPLINE_API uint64_t sim_hist_permille(const struct sim_hist *h, unsigned permille);

/* ---- errors ------------------------------------------------------------------------------------ */

/* Name ("EBUSY") and sentence for a negative errno-style code of any Trapline function; never NULL. */
TRAPLINE_API const char *trapline_errname(int err);
TRAPLINE_API const char *trapline_strerror(int err);

#ifdef __cplusplus
}
#endif
#endif
