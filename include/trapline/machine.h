/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/machine.h - one host: pCPUs that step software, KVM's run loop, guests, user space, devices.
 *
 * A machine is built from a plain configuration, run to its end, and asked for what it counted.
 * Every count follows from stepping the model; nothing here computes an exit from a formula.
 *
 * Order of calls: machine_new -> [machine_add_sink] [machine_watch_accesses] -> machine_run ->
 * machine_metrics / machine_exit_stats / machine_accesses -> machine_free. Machines are independent.
 */
#ifndef TRAPLINE_MACHINE_H
#define TRAPLINE_MACHINE_H

#include <trapline/gic.h>
#include <trapline/sim.h>
#include <trapline/vgic.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MACHINE_NAME_MAX    32u
#define MACHINE_MAX_DEVICES 64u
#define MACHINE_GUEST_PMR   0xf0u /* the guest's priority mask */

/* ---- configuration ----------------------------------------------------------------------------- */

enum machine_host_mode { MACHINE_NVHE, MACHINE_VHE };
enum machine_trigger { MACHINE_LEVEL, MACHINE_EDGE };
enum machine_guest_loop { MACHINE_SPIN, MACHINE_WFI };
enum machine_device_kind {
    MACHINE_VFIO_PLATFORM, /* hardware with an interrupt line, owned by the VFIO platform driver */
    MACHINE_INJECTOR,      /* a user-space thread that writes an eventfd: no physical line */
};

/* The hardware, and how the host kernel uses it. */
struct machine_platform {
    unsigned cpus;           /* physical CPUs, 1 to 8 */
    unsigned spis;           /* SPIs of the physical GIC, multiple of 32 or 988 */
    unsigned list_registers; /* 1 to 64 */
    unsigned priority_bits;  /* 4 to 8 */
    enum machine_host_mode host;
    sim_tick irq_propagation; /* from an output wire's change to the CPU's seeing it, ticks */
};

/* Behaviour of the host kernel that changed over the years (section 9.1 of the reference). */
struct machine_kernel {
    char name[MACHINE_NAME_MAX];
    bool lazy_disable;           /* disable_irq leaves the distributor enabled until the line fires again */
    bool sync_before_host_irq;   /* vgic sync runs before the host takes the interrupt (6.1) */
    bool bypass_regression_2020; /* 5.8 to 5.12: a refused connection leaves the guest halted */
    bool irqfd_inject_work;      /* an irqfd injects from a kworker (before 5.9); false: in the signaller's context */
    struct vgic_profile vgic;
};
/* A kernel profile by name ("6.1"); NULL if there is none. */
TRAPLINE_API const struct machine_kernel *machine_kernel_find(const char *name);
/* Names of all kernel profiles, NULL-terminated. */
TRAPLINE_API const char *const *machine_kernel_names(void);

struct machine_device {
    char name[MACHINE_NAME_MAX];
    enum machine_device_kind kind;
    uint32_t spi; /* physical INTID, 32 and up; 0 for an injector */
    enum machine_trigger trigger;
    unsigned cpu;    /* pCPU its interrupt is routed to, or on which the injector thread runs */
    unsigned clears; /* guest writes until a level device is quiet again; 0 means 1 */
    bool shared;     /* its line may be shared with another device's (wired OR) */
};

/* How a device's interrupt reaches the guest. One per device. */
struct machine_route {
    unsigned device;    /* index into devices */
    uint32_t guest_spi; /* guest INTID, 32 and up (gsi = guest_spi - 32) */
    unsigned vcpu;      /* target */
    bool resample;      /* irqfd with a resamplefd; with VFIO that is also its unmask eventfd */
    bool forward;       /* direct EOI: VFIO registers a bypass producer */
    unsigned priority;  /* 0 to 0xe8, as the guest programs it; its priority mask is 0xf0 */
};

/* What the guest does in the interrupt handler of one SPI. */
struct machine_handler {
    uint32_t guest_spi;
    sim_tick work; /* interruptible guest work between acknowledge and end, ticks */
    int clears;    /* index of the device whose register it writes once, -1: none */
};

struct machine_vcpu {
    unsigned cpu; /* pCPU it is pinned to */
};

/* When a device raises its interrupt. Times count from the end of set-up. */
struct machine_traffic {
    unsigned device;
    sim_tick start, every;
    uint64_t count;
};

/* What user space or the host does to a device at a given time: MACHINE_ACTION(id, name, what it is). */
#define MACHINE_ACTIONS(X)                                                                                             \
    X(FORWARD, "forward", "register the bypass producer: direct EOI, or a refusal")                                    \
    X(UNFORWARD, "unforward", "unregister the bypass producer: back to the trapped path")                              \
    X(DEASSIGN, "deassign", "KVM_IRQFD deassign")                                                                      \
    X(MASK, "mask", "VFIO: user space masks the interrupt")                                                            \
    X(UNMASK, "unmask", "VFIO: user space unmasks it")                                                                 \
    X(CLOSE, "close", "close the VFIO device")                                                                         \
    X(RESET, "reset", "reset the device: its line goes low")                                                           \
    X(AFFINITY, "affinity", "route the physical interrupt to another CPU")                                             \
    X(DESTROY_VM, "destroy-vm", "end the vCPUs and release every irqfd")
enum machine_action_kind {
#define X(id, name, doc) MACHINE_ACTION_##id,
    MACHINE_ACTIONS(X)
#undef X
        MACHINE_ACTION_COUNT
};
/* The name of an action as scenario files write it: "destroy-vm". */
TRAPLINE_API const char *machine_action_name(enum machine_action_kind k);
struct machine_action {
    sim_tick at; /* from the end of set-up; actions are in the order of their times */
    enum machine_action_kind kind;
    unsigned device; /* ignored by DESTROY_VM */
    unsigned cpu;    /* AFFINITY: the new CPU */
};

/*
 * An operation that vCPU 0 repeats from the end of set-up on, before its main loop, as the micro-benchmarks of
 * kvm-unit-tests do: MACHINE_OP(id, name, what is done and timed).
 */
#define MACHINE_OPS(X)                                                                                                 \
    X(HVC, "hvc", "null hypercall")                                                                                    \
    X(GICD_READ, "gicd_read", "read of GICD_IIDR, emulated by the kernel's vgic")                                      \
    X(MMIO_USER, "mmio_user", "read of an address without a device: completed in user space")                          \
    X(EOI, "eoi", "GICV_EOIR write of 1023: no trap")                                                                  \
    X(ACK_EOI, "ack_eoi", "GICV_IAR read and GICV_EOIR write with nothing pending: no trap")                           \
    X(IPI, "ipi", "SGI to vCPU 1, until its handler has read IAR")                                                     \
    X(IPI_ENTRY, "ipi_entry", "SGI to vCPU 1, until the first line of its handler")

enum machine_op {
    MACHINE_OP_NONE,
#define X(id, name, doc) MACHINE_OP_##id,
    MACHINE_OPS(X)
#undef X
        MACHINE_OP_COUNT
};
struct machine_guest_ops {
    enum machine_op op;
    uint64_t count;
};

struct machine_config {
    size_t struct_size;
    struct machine_platform platform;
    struct machine_kernel kernel;
    struct sim_cost_profile costs;
    bool allow_unpriced;
    enum machine_guest_loop guest_loop;
    unsigned guest_eoi_mode; /* 0: EOIR deactivates; 1: EOIR drops priority, DIR deactivates */
    uint64_t seed;
    sim_tick until; /* stop at this time after set-up, ticks; 0: when nothing more can happen */
    const struct machine_vcpu *vcpus;
    size_t nvcpus;
    const struct machine_device *devices;
    size_t ndevices;
    const struct machine_route *routes;
    size_t nroutes;
    const struct machine_handler *handlers;
    size_t nhandlers;
    const struct machine_traffic *traffic;
    size_t ntraffic;
    const struct machine_action *actions;
    size_t nactions;
    struct machine_guest_ops ops; /* MACHINE_OP_NONE: vCPU 0 is in its main loop at once */
};

struct machine; /* opaque */

/*
 * Builds a machine; the configuration is copied. On error *out is NULL and `why` (n bytes, may be NULL)
 * holds a sentence. 0, -EINVAL or -ENOMEM.
 */
TRAPLINE_API int machine_new(const struct machine_config *cfg, struct machine **out, char *why, size_t n);
TRAPLINE_API void machine_free(struct machine *m);

/* ---- running ----------------------------------------------------------------------------------- */

/* Adds a reader of trace records. 0 or -ENOSPC. */
TRAPLINE_API int machine_add_sink(struct machine *m, struct sim_sink sink);

/*
 * Runs set-up (host drivers, user space, guest boot) and then the traffic to its end. Returns
 * 0; -EINVAL (it has run already); -ELOOP (time stands still or the limit of steps was reached: an interrupt storm);
 * -EFAULT (the model broke an invariant of its own); -ENOTSUP (a cost has no price).
 * machine_error() has the sentence.
 */
TRAPLINE_API int machine_run(struct machine *m);
TRAPLINE_API const char *machine_error(const struct machine *m);

/* Progress for long runs: called about every 65,536 steps with done/total interrupts. May be NULL. */
TRAPLINE_API void machine_on_progress(struct machine *m, void (*fn)(void *ctx, uint64_t done, uint64_t total),
                                      void *ctx);

/* ---- results ----------------------------------------------------------------------------------- */

enum machine_better { MACHINE_LESS, MACHINE_MORE, MACHINE_EXACT };

/*
 * One result. Units: "count", "ns" (real: see value), "ratio". Latencies are given in ns derived
 * from ticks; `valid` is false where nothing was measured (an empty histogram).
 */
struct machine_metric {
    const char *name; /* "exits.total" */
    const char *doc;
    const char *unit;
    enum machine_better better;
    bool valid;
    bool real; /* value in `r`, else in `u` */
    uint64_t u;
    double r;
};
/* All metrics in the order of their table; owned by the machine, valid until machine_free. */
TRAPLINE_API const struct machine_metric *machine_metrics(struct machine *m, size_t *count);
/* One by name, NULL if there is none. */
TRAPLINE_API const struct machine_metric *machine_metric_find(struct machine *m, const char *name);
/* The names known before any run, in table order (for checking expressions and for listings). */
struct machine_metric_info {
    const char *name, *doc, *unit;
    enum machine_better better;
};
/* The table itself, static; *count receives the number of rows. */
TRAPLINE_API const struct machine_metric_info *machine_metric_table(size_t *count);

/*
 * Exit causes, the taxonomy of the recordings (tests/real-kvm): MACHINE_EXIT(id, name, what it is).
 */
#define MACHINE_EXITS(X)                                                                                               \
    X(KICK_IPI, "kick_ipi", "reschedule IPI while in the guest")                                                       \
    X(IPI_CALL, "ipi_call", "function-call IPI: the kernel stops or wakes vCPUs")                                      \
    X(PHYS_DEVICE_IRQ, "phys_device_irq", "interrupt of an assigned device")                                           \
    X(PHYS_TIMER, "phys_vtimer_ptimer", "guest timer interrupt")                                                       \
    X(MAINT_EOI, "maint_eoi", "maintenance: EOI of a level SPI, acked")                                                \
    X(MAINT_OTHER, "maint_other", "maintenance without an ack")                                                        \
    X(WFX, "wfx", "WFI or WFE")                                                                                        \
    X(HVC, "hvc", "hypercall")                                                                                         \
    X(SYSREG, "sysreg", "system register access")                                                                      \
    X(MMIO_GICD, "mmio_gicd", "guest access to its distributor")                                                       \
    X(MMIO_ITS, "mmio_its", "guest access to its ITS")                                                                 \
    X(MMIO_IOEVENTFD, "mmio_ioeventfd", "write that hits an ioeventfd")                                                \
    X(MMIO_USER, "mmio_user", "MMIO completed in user space")                                                          \
    X(S2FAULT, "s2fault", "stage-2 fault")                                                                             \
    X(EMUL_PTIMER, "emul_ptimer_hrtimer", "host timer that emulates a guest timer")                                    \
    X(WAKEUP_HRTIMER, "wakeup_hrtimer", "host timer that wakes a thread of this CPU")                                  \
    X(HOST_TICK, "host_tick", "the host's periodic tick")

enum machine_exit_cause {
#define X(id, name, doc) MACHINE_EXIT_##id,
    MACHINE_EXITS(X)
#undef X
        MACHINE_EXIT_COUNT
};
/* Name ("mmio_user") and sentence of an exit cause. */
TRAPLINE_API const char *machine_exit_name(enum machine_exit_cause c);
TRAPLINE_API const char *machine_exit_doc(enum machine_exit_cause c);

/* Exits of one cause during the run (set-up apart): time is from leaving the guest to entering it again. */
struct machine_exit_stat {
    uint64_t samples;
    uint64_t timed; /* of these, followed by an entry before the run ended: the times are theirs */
    sim_tick time_total, time_min, time_max;
    double time_stddev; /* ticks */
};
/* The statistics of one cause. */
TRAPLINE_API struct machine_exit_stat machine_exit_stats(const struct machine *m, enum machine_exit_cause c);

/* Length of the run after set-up, in ticks. */
TRAPLINE_API sim_tick machine_elapsed(const struct machine *m);
/* Things a reader of the results must know ("kernel 6.1 never shipped forwarding"); NULL-terminated. */
TRAPLINE_API const char *const *machine_notes(const struct machine *m);
/* Primitives that were charged without a price (allow_unpriced); fills bits by sim_cost_id. */
TRAPLINE_API uint32_t machine_unpriced(const struct machine *m);
TRAPLINE_API uint64_t machine_charged(const struct machine *m, enum sim_cost_id id);

/* ---- the register accesses of one interrupt ---------------------------------------------------- */

struct machine_access {
    uint8_t cpu;
    uint8_t frame; /* enum gic_frame */
    bool is_write;
    uint32_t offset, value;
};
/*
 * Records every GIC access of pCPU `cpu` from occurrence `nth` (1 is the first after set-up) of a
 * device's interrupt up to the next occurrence or the end of the run. Before machine_run; at most 4,096 are kept. 0,
 * -EINVAL or -ENOMEM.
 */
TRAPLINE_API int machine_watch_accesses(struct machine *m, unsigned device, uint64_t nth, unsigned cpu);
TRAPLINE_API const struct machine_access *machine_accesses(const struct machine *m, size_t *count);

/* The hardware of this machine, for peeking in tests; do not access registers with side effects. */
TRAPLINE_API struct gic *machine_gic(struct machine *m);
TRAPLINE_API struct vgic *machine_vgic(struct machine *m);

#ifdef __cplusplus
}
#endif
#endif
