/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/vgic_timer.h - KVM's virtual timer for guests (arch/arm64/kvm/arch_timer.c, Linux 6.1).
 *
 * The guest's timer is the hardware's virtual timer: it is loaded with the vCPU and saved when the vCPU is put, and the
 * guest programs it without an exit. When it fires, its PPI takes the guest out; the host only drops the priority, and
 * the PPI is mapped to the guest's (HW bit), so that the guest's own deactivation is the physical one's.
 *
 * A vCPU has one struct vgic_timer. Of the physical timer, which a VHE host gives to its guests too, only what every
 * load of a vCPU writes is modelled: guests here do not use it.
 */
#ifndef TRAPLINE_VGIC_TIMER_H
#define TRAPLINE_VGIC_TIMER_H

#include <trapline/vgic.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VGIC_TIMER_PPI 27u /* the guest's INTID of its virtual timer */

/* The timer of a CPU; ctl as CNTV_CTL_EL0 (bit 0 enable, bit 1 mask, bit 2 condition met), cval in ticks. */
struct vgic_timer_hw {
    void *ctx;
    void (*read)(void *ctx, unsigned cpu, uint32_t *ctl, sim_tick *cval);
    void (*write)(void *ctx, unsigned cpu, uint32_t ctl, sim_tick cval);
};

struct vgic_timer;

/* What the timers of a host share. Filled in by vgic_timer_host_init. */
struct vgic_timer_host {
    struct vgic_timer_hw hw;
    int ptimer_irq; /* host interrupt of the physical timer if that is loaded with a vCPU (VHE); 0: it is not */
    struct vgic_timer *running[GIC_MAX_CPUS]; /* whose timer is loaded on each CPU */
    uint64_t stray;                           /* interrupts while no vCPU was loaded */
};

/* The timer of one vCPU. Read-only for everybody else. */
struct vgic_timer {
    struct vgic_timer_host *host;
    struct vgic *vgic;
    unsigned vcpu;
    bool loaded;
    unsigned cpu;  /* where, while loaded */
    uint32_t ctl;  /* of the guest, while not loaded */
    sim_tick cval; /* the same */
    bool level;    /* of the output, as KVM last saw it */
};

/* Fills it in: no vCPU loaded anywhere. */
TRAPLINE_API void vgic_timer_host_init(struct vgic_timer_host *h, const struct vgic_timer_hw *hw, int ptimer_irq);
/*
 * kvm_timer_enable: maps the guest's PPI to the host's (host_irq) and owns it. The structures are the caller's and stay
 * where they are. 0, -EINVAL (no such vCPU or host interrupt) or -EEXIST (the PPI has another owner).
 */
TRAPLINE_API int vgic_timer_init(struct vgic_timer *t, struct vgic_timer_host *h, struct vgic *v, unsigned vcpu,
                                 int host_irq);

/*
 * Step list kvm_timer_vcpu_load: obj = struct vgic_timer; after vgic_load, on the vCPU's CPU. Injects a timer that has
 * expired meanwhile, sets the PPI active if the guest has it pending or active (so that it is not taken again), and
 * loads the guest's registers.
 */
TRAPLINE_API extern const struct sim_proc vgic_timer_load_proc;
/* kvm_timer_vcpu_put: saves the guest's registers and stops the hardware's timer. Nothing if it is not loaded. */
TRAPLINE_API void vgic_timer_put(struct vgic_timer *t, struct sim_cpu *cpu);
/* kvm_timer_is_pending: enabled, not masked and expired. */
TRAPLINE_API bool vgic_timer_should_fire(const struct vgic_timer *t);
/* When it will fire (kvm_timer_earliest_exp), for the timer that wakes a blocked vCPU; SIM_FOREVER: never. */
TRAPLINE_API sim_tick vgic_timer_expiry(const struct vgic_timer *t);

/* Step list kvm_arch_timer_handler: obj = struct vgic_timer_host; runs for the host's PPI on the CPU that took it. */
TRAPLINE_API extern const struct sim_proc vgic_timer_irq_proc;

#ifdef __cplusplus
}
#endif
#endif
