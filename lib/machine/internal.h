/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private state of lib/machine: one host with its pCPUs, one VM, devices, and what is counted.
 *
 * config.c  what a machine can be built from
 * pcpu.c   runs strands on pCPUs: time, sampling of wires, scheduling
 * vcpu.c   KVM's run loop, kick, halt and resume
 * guest.c  the guest's programs: boot, main loop, interrupt handler
 * guest_ops.c  operations that vCPU 0 repeats and times
 * timer.c  the guests' virtual timer: hardware and KVM's side joined
 * vmm.c    user space: irqfd and VFIO set-up, injector threads
 * port.c   accesses to the GIC: price, counters, trace
 * flow.c   occurrences of interrupts, from the wire to the free line
 * engine.c  set-up, run and end; stepping for engines with a time of their own
 * remote.c  to another process and back
 * metrics.c  the table of results
 */
#ifndef TRAPLINE_MACHINE_INTERNAL_H
#define TRAPLINE_MACHINE_INTERNAL_H

#include <trapline/devices.h>
#include <trapline/gic.h>
#include <trapline/host.h>
#include <trapline/irqbypass.h>
#include <trapline/irqfd.h>
#include <trapline/machine.h>
#include <trapline/machine_engine.h>
#include <trapline/vfio.h>
#include <trapline/vgic.h>
#include <trapline/vgic_timer.h>

#ifndef TRAPLINE_CHECKS
#define TRAPLINE_CHECKS 0
#endif

/* Room for a note on each device, and the general ones. */
#define MACHINE_NOTES (MACHINE_MAX_DEVICES + 8u)

#define MAINT_PPI 25u /* where the maintenance interrupt of a GIC-400 goes on common platforms */

struct pcpu {
    struct machine *m;
    struct sim_cpu cpu;
    struct sim_event ev;       /* its next step */
    struct sim_event wire_ev;  /* end of irq_propagation */
    struct sim_event timer_ev; /* the host's timer */
    struct arch_timer vtimer;  /* the virtual timer, a guest's */
    bool working;              /* interruptible work in progress since work_start */
    sim_tick work_start;
    bool irq_seen; /* nIRQ as this CPU samples it */
    bool virq;     /* nVIRQ */
};

/* Why the guest was left. */
enum guest_trap { TRAP_IRQ, TRAP_WFI, TRAP_MMIO, TRAP_HVC, TRAP_MMIO_USER, TRAP_IOEVENTFD };

enum vcpu_mode { OUTSIDE_GUEST_MODE, IN_GUEST_MODE, EXITING_GUEST_MODE };

struct exit_time {
    uint64_t samples;
    sim_tick total, min, max;
    double sum_sq;
};

struct vcpu {
    struct machine *m;
    unsigned id;
    struct host_thread thread;
    struct sim_strand guest;
    struct vgic_timer timer;
    bool timer_unloaded; /* vcpu_load has not come to the timer yet */
    enum vcpu_mode mode;
    bool request;   /* KVM_REQ_IRQ_PENDING */
    bool paused;    /* kvm_arm_halt_guest */
    bool dying;     /* the VM is being destroyed */
    bool switching; /* between flush and the end of sync: list registers are live, interrupts are off or in the guest */
    bool blocked;   /* asleep in WFI */
    bool irq_masked; /* the guest's PSTATE.I */
    bool booted;
    uint8_t trap; /* enum guest_trap of the exit being handled */
    bool left;    /* an exit is being timed */
    sim_tick left_at;
    uint8_t cause; /* of that exit */
    struct host_cpu_acks acks_at_entry;
};

/* One occurrence of an interrupt, from the wire (or the injector's signal) until it is over. */
struct flow {
    uint32_t id;
    sim_tick begin;
    bool delivered; /* the guest has read its IAR */
    bool ended;     /* ... and deactivated it */
    bool freed;     /* the line is free again */
};
#define FLOWS_PER_DEVICE 8u

struct mdevice {
    struct machine *m;
    unsigned index;
    const struct machine_device *cfg;
    const struct machine_route *route; /* NULL: none */
    struct irq_device hw;
    struct vfio_platform_irq vfio;
    struct host_eventfd trigger, resample;
    struct irqfd irqfd;
    int16_t next_on_spi;  /* next device on the same SPI, -1: none */
    uint64_t occurrences; /* flows begun since set-up */
    uint64_t announced;   /* causes that timetables will still bring */
    struct flow flow[FLOWS_PER_DEVICE];
    unsigned nflows;
};

/* A timetable entry: hardware (traffic) or an injector's thread. */
struct mtraffic {
    struct machine *m;
    const struct machine_traffic *cfg;
    struct irq_traffic hw;
    struct host_thread thread;
    uint64_t done; /* signals an injector has sent */
};

/* Counters: COUNTER(field, name, what, better). */
#define MACHINE_COUNTERS(X)                                                                                            \
    X(raised, "interrupts.raised", "reasons to interrupt: wires raised and injector signals, merged ones too", EXACT)  \
    X(coalesced, "interrupts.coalesced", "of these, merged into an occurrence that was still pending", LESS)           \
    X(delivered, "interrupts.delivered", "occurrences whose IAR the guest has read", EXACT)                            \
    X(completed, "interrupts.completed", "occurrences that are over: delivered, and the line free again", EXACT)       \
    X(lost, "interrupts.lost", "occurrences never delivered", LESS)                                                    \
    X(spurious, "interrupts.spurious", "guest handler runs without a cause", LESS)                                     \
    X(entries, "entries", "host to guest transitions", LESS)                                                           \
    X(world_switches, "world_switches", "an exit and the entry that follows", LESS)                                    \
    X(exits_user, "exits.user", "returns of KVM_RUN to user space", LESS)                                              \
    X(gicd_sgir, "exits.mmio_gicd_sgir", "of exits.mmio_gicd: writes to GICD_SGIR", LESS)                              \
    X(maint_merged, "exits.maint_eoi_merged", "EOI acks found inside an exit counted under another cause", EXACT)      \
    X(kicks, "kicks", "reschedule IPIs sent to a vCPU in guest mode", LESS)                                            \
    X(halt_wakeups, "halt_wakeups", "vCPUs woken from WFI", LESS)                                                      \
    X(host_acks, "host.acks", "host reads of GICC_IAR that returned an interrupt", LESS)                               \
    X(acks_device, "host.acks_device", "of these, device interrupts", LESS)                                            \
    X(acks_ipi, "host.acks_ipi", "of these, IPIs", LESS)                                                               \
    X(acks_timer, "host.acks_timer", "of these, the host's timer", LESS)                                               \
    X(acks_vtimer, "host.acks_vtimer", "of these, guests' timers", LESS)                                               \
    X(acks_maint, "host.acks_maintenance", "of these, maintenance interrupts", LESS)                                   \
    X(iar_reads, "host.iar_reads", "host reads of GICC_IAR", LESS)                                                     \
    X(eoir_writes, "host.eoir_writes", "host writes of GICC_EOIR", LESS)                                               \
    X(dir_writes, "host.dir_writes", "host writes of GICC_DIR", LESS)                                                  \
    X(gicd_writes, "host.gicd_writes", "host writes to the distributor, SGIR included", LESS)                          \
    X(gicd_reads, "host.gicd_reads", "host reads of the distributor", LESS)                                            \
    X(icenabler, "host.icenabler_writes", "of the writes, masks", LESS)                                                \
    X(isenabler, "host.isenabler_writes", "of the writes, unmasks", LESS)                                              \
    X(sgir, "host.sgir_writes", "of the writes, IPIs sent", LESS)                                                      \
    X(gich_reads, "host.gich_reads", "reads of GICH registers", LESS)                                                  \
    X(gich_writes, "host.gich_writes", "writes of GICH registers", LESS)                                               \
    X(efd_trigger, "host.eventfd_trigger", "signals of trigger eventfds", LESS)                                        \
    X(efd_resample, "host.eventfd_resample", "signals of resamplefds", LESS)                                           \
    X(el2_entries, "host.el2_entries", "entries into EL2 from guest or host", LESS)                                    \
    X(kworker, "host.kworker_switches", "switches to a kworker", LESS)                                                 \
    X(guest_irqs, "guest.irqs", "guest reads of GICV_IAR that returned an interrupt", EXACT)                           \
    X(guest_eoir, "guest.eoir_writes", "guest writes of GICV_EOIR", EXACT)                                             \
    X(guest_dir, "guest.dir_writes", "guest writes of GICV_DIR", EXACT)                                                \
    X(automasks, "vfio.automasks", "level interrupts that VFIO masked by itself", LESS)                                \
    X(unmasks, "vfio.unmasks", "masked interrupts that were unmasked", LESS)                                           \
    X(resamples, "irqfd.resamples", "EOI acks that reached a resampler", LESS)                                         \
    X(connects, "bypass.connects", "producer and consumer pairs connected (set-up included)", EXACT)                   \
    X(refusals, "bypass.refusals", "connections refused (set-up included)", LESS)                                      \
    X(hw_inactive, "vgic.hw_inactive", "entries with a HW=1 list register whose physical interrupt was not active",    \
      LESS)                                                                                                            \
    X(setup_exits, "setup.exits", "exits before the first interrupt: guest boot, irqfd and VFIO set-up", LESS)         \
    X(ops, "ops.count", "operations that the guest has repeated (guest.op)", EXACT)

/* How far a run has come. */
enum machine_phase { PHASE_NEW, PHASE_SETUP, PHASE_RUN, PHASE_DONE };

struct counters {
#define X(field, name, doc, better) uint64_t field;
    MACHINE_COUNTERS(X)
#undef X
    uint64_t exits;
    uint64_t cause[MACHINE_EXIT_COUNT];
};

struct machine {
    struct machine_config cfg;
    struct machine_outside outside;
    struct sim sim;
    struct gic *gic;
    struct host *host;
    struct vgic *vgic;
    struct irqfd_vm *irqfd;
    struct vgic_timer_host timers;
    struct host_eventfd ioeventfd; /* one that nobody waits on */
    struct irq_bypass_manager *bypass;
    struct irq_bypass_op bypass_op;
    unsigned bypass_stops, bypass_starts;
    uint64_t halt_owner; /* vCPU + 1 that has halted the guest for an access; 0: nobody */
    struct pcpu pcpu[GIC_MAX_CPUS];
    struct vcpu *vcpu;
    struct mdevice *dev;
    struct mtraffic *traffic;
    struct host_thread vmm;
    unsigned line_users[HOST_MAX_IRQS];  /* devices that assert each SPI: wired OR */
    int16_t dev_of_spi[HOST_MAX_IRQS];   /* first device of a physical interrupt, -1: none */
    int16_t dev_of_guest[HOST_MAX_IRQS]; /* device routed to a guest interrupt, -1: none */
    int16_t handler_of[HOST_MAX_IRQS];   /* handler of a guest interrupt, -1: none */
    sim_tick t0, end, limit;
    uint32_t flows; /* ids given out */
    struct counters n;
    struct exit_time exit_time[MACHINE_EXIT_COUNT];
    struct sim_hist *to_iar, *to_free, *op_time;
    struct {
        uint64_t left;
        sim_tick begin, vector_at; /* of the present one: its start, and its target's handler */
        bool taken;                /* its target has read IAR */
    } ops;
    bool vmm_done, stop;
    int status;
    char error[640];
    sim_tick storm_at;
    uint64_t storm_steps, steps;
    const char *note[MACHINE_NOTES + 1]; /* NULL-terminated */
    unsigned nnotes;                     /* the last place is kept for the label on times */
    char note_text[MACHINE_NOTES][640];
    enum machine_phase phase;
    bool stepped;         /* somebody else owns the time: every step goes through the queue */
    bool gathered;        /* counters of other layers are in n already */
    uint64_t causes_left; /* that timetables will still raise */
    bool actions_done;
    struct host_thread control; /* user space that acts by the clock */
    struct {
        bool armed, on;
        unsigned device, cpu;
        uint64_t nth;
        struct machine_access *list;
        size_t count, capacity;
    } watch;
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *progress_ctx;
    uint64_t next_progress; /* steps */
    struct machine_metric *metrics;
};

/* What usually makes a run never come to rest. */
#define STORM_HINT                                                                                                     \
    "usual reasons: a handler that does not quieten its device, a level route without resample or forward, a single "  \
    "list register for several interrupts"

/* Fails the run: the first failure stays. */
void machine_fail(struct machine *m, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void machine_note(struct machine *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* With VHE the host runs at EL2, and so does its timer; the EL1 physical timer is the guests' then. */
static inline uint32_t host_timer_ppi(const struct machine *m)
{
    return m->cfg.platform.host == MACHINE_VHE ? HOST_HPTIMER_PPI : HOST_PTIMER_PPI;
}

#define MAX_TICKS (UINT64_MAX / 8) /* times may be added up without overflow */

/* config.c: what is wrong with a configuration, in a sentence; NULL: nothing. */
const char *config_error(const struct machine_config *c);

/* pcpu.c */
void pcpu_init(struct machine *m, unsigned cpu);
void pcpu_poke(void *ctx, unsigned cpu);
void pcpu_output(void *ctx, unsigned cpu, enum gic_pin pin, bool level);
void pcpu_timer_program(void *ctx, unsigned cpu, sim_tick at);
void pcpu_start(struct machine *m);

/* vcpu.c */
void vcpu_init(struct machine *m, unsigned id);
void vcpu_start(struct machine *m, unsigned id);
void vcpu_kick(void *ctx, struct sim_cpu *cpu, unsigned vcpu);
int vcpu_halt_all(void *ctx);
int vcpu_resume_all(void *ctx);
extern const struct sim_proc vcpu_halt_proc, vcpu_resume_proc;

/* guest.c */
extern const struct sim_proc guest_boot_proc, guest_vector_proc;

/* guest_ops.c */
extern const struct sim_proc guest_ops_proc;
void guest_ops_begin(struct machine *m);
/* A guest's handler begins; it has acknowledged this interrupt. */
void guest_ops_vector(struct vcpu *v);
void guest_ops_acked(struct vcpu *v, uint32_t intid);

/* timer.c: 0 or a negative errno. */
int timer_build(struct machine *m);
/* The guest programs, or silences, the timer of the CPU it runs on. */
void timer_guest_start(struct vcpu *v, sim_tick at);
void timer_guest_mask(struct vcpu *v);

/* engine.c: the guest writes a device's register; user space resets it. */
void device_clear(struct mdevice *d);
void device_reset(struct mdevice *d);

/* vmm.c */
extern const struct sim_proc vmm_setup_proc, injector_proc;

/* actions.c */
extern const struct sim_proc control_proc;
/* Registers a device's bypass producer, or notes why not. obj: the mdevice. */
extern const struct sim_proc forward_proc;

/* port.c */
uint32_t port_read(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset);
void port_write(void *ctx, unsigned cpu, enum gic_frame frame, uint32_t offset, uint32_t value);
void port_set_spi(struct machine *m, uint32_t intid, bool level);
void port_set_ppi(struct machine *m, unsigned cpu, uint32_t intid, bool level);

/* flow.c */
void flow_raise(struct mdevice *d);
void flow_limit(struct machine *m);
void flow_cause_done(struct machine *m);
void flow_guest_iar(struct machine *m, uint32_t guest_intid);
void flow_guest_deactivated(struct machine *m, uint32_t guest_intid);
void flow_guest_cleared(struct mdevice *d);
void flow_merged(void *ctx, uint32_t guest_intid);
void flow_gic_state(void *ctx, unsigned cpu, uint32_t intid, uint32_t old_bits, uint32_t new_bits);
uint32_t flow_of(void *ctx, const struct sim_record *r);
void flow_finish(struct machine *m);

/* metrics.c */
void metrics_gather(struct machine *m);

/* check.c */
void machine_check(struct machine *m);

static inline bool machine_running(const struct machine *m)
{
    return m->t0 != SIM_FOREVER;
}

#endif
