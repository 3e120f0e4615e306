/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/vgic.h - the hypervisor's software GIC (KVM's "new vgic", GICv2 flavour).
 *
 * Per-IRQ state, the AP lists, list-register flush and fold, emulation of the guest's distributor, and
 * forwarding (virtual interrupts mapped to physical ones by the HW bit). Behaviour follows Linux 6.1
 * unless a knob in struct vgic_profile says otherwise. Software that takes time is a step list
 * (trapline/sim.h); the hardware is reached through vgic_cpuif_ops over a register port.
 */
#ifndef TRAPLINE_VGIC_H
#define TRAPLINE_VGIC_H

#include <trapline/gic_port.h>
#include <trapline/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VGIC_MAX_VCPUS  8u   /* GICv2 */
#define VGIC_NR_PRIVATE 32u  /* SGIs and PPIs */
#define VGIC_MAX_SPIS   960u /* KVM accepts at most 992 interrupts in all */
#define VGIC_NO_VCPU    (-1)

struct vgic; /* opaque */

/* How the level of a mapped (HW) level-sensitive interrupt is found. */
enum vgic_mapped_level {
    VGIC_MAPPED_LR_5_15,   /* line_level cleared when the LR is populated, physical level sampled at fold (>= 5.15) */
    VGIC_MAPPED_LR_4_16,   /* the same without the re-read after deactivation (4.16 to 5.14) */
    VGIC_MAPPED_DEOI_LIVE, /* SPIs: injection always valid, the level is the physical distributor's pending
                              state, read at every query (the direct-EOI series; section 6.4) */
};

/* How much of the virtual interface (GICH) a world switch saves and restores. */
enum vgic_gich_switch {
    VGIC_SWITCH_LAZY, /* the list registers in use, nothing if there are none; VMCR and APR at load and put (6.1) */
    VGIC_SWITCH_FULL_3_10, /* everything at every exit and entry, used or not (3.10 to 4.x) */
};

/* Behaviour that changed over the years; see section 9.1 of the behavioural reference. */
struct vgic_profile {
    bool pa_suppress_level; /* 1: a level LR is never pending and active, and the ISPENDR latch lives until the
                               guest is done (6.1); 0: both at once, the latch until the acknowledge (4.12) */
    bool multi_lr_sgi;      /* 1: a list register for each source of an SGI (up to 4.16); 0: one at a time */
    bool wake_ignores_pmr;  /* 1: any pending, enabled interrupt wakes a blocked vCPU (4.x) */
    enum vgic_mapped_level mapped_level;
    enum vgic_gich_switch gich_switch;
    bool timer_set_active; /* 1: loading a vCPU writes the active state of its timer's PPI (4.x, 6.1) */
};

/* One virtual interrupt. Read-only for everybody but the vgic. */
struct vgic_irq {
    uint32_t intid;
    int vcpu;           /* vCPU whose ap_list holds it, or VGIC_NO_VCPU */
    int target_vcpu;    /* where it should go */
    bool level_config;  /* level-sensitive; false: edge */
    bool line_level;    /* input wire (level only) */
    bool pending_latch; /* edge: pending; level: the software (ISPENDR) latch */
    bool active;        /* as of the last fold */
    bool enabled;
    bool hw;          /* mapped to a physical interrupt */
    uint32_t hwintid; /* physical INTID (hw) */
    int host_irq;     /* the host's number for it (hw) */
    uint8_t targets;  /* GICD_ITARGETSR */
    uint8_t source;   /* SGI: bit per requesting vCPU that is pending */
    uint8_t active_source;
    uint8_t priority; /* top 5 bits kept */
    uint8_t group;
    bool unpresented;  /* mapped SPI, live level: injected, and in no list register since */
    const void *owner; /* only this owner may inject */
    /* Mapped: the level of the physical line as its owner knows it; NULL: the distributor is asked. */
    bool (*get_input_level)(const void *owner);
    struct vgic_irq *ap_next;
};

/*
 * A list register, free of any GIC version's layout: what the vgic wants in it or found in it.
 */
struct vgic_lr {
    uint32_t intid;
    bool pending, active;
    bool hw; /* deactivation reaches physical interrupt `phys` */
    uint32_t phys;
    bool eoi;         /* maintenance interrupt at deactivation (hw == false) */
    uint8_t source;   /* SGI: requesting CPU */
    uint8_t priority; /* 8 bits */
    uint8_t group;
};

/*
 * The CPU interface the vgic drives. vif is the vCPU's shadow of it. Every function runs on the pCPU
 * of `cpu`, which is charged through the port for each access.
 */
struct vgic_vif {
    uint32_t hcr, vmcr, apr;
    uint32_t lr[GIC_MAX_LRS]; /* in the layout of the hardware */
    uint8_t used_lrs;
    uint8_t nr_lrs; /* that the hardware has */
};
struct vgic_cpuif_ops {
    const char *name;
    void (*encode)(uint32_t *reg, const struct vgic_lr *lr);
    void (*decode)(struct vgic_lr *lr, uint32_t reg);
    void (*underflow)(struct vgic_vif *vif, bool on);                                          /* UIE */
    void (*restore)(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif);   /* before entry */
    void (*save)(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif);      /* after exit */
    void (*load)(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif);      /* vcpu_load */
    void (*put)(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif);       /* vcpu_put */
    void (*vmcr_sync)(const struct gic_port *port, struct sim_cpu *cpu, struct vgic_vif *vif); /* before WFI blocks */
    uint8_t (*pmr)(const struct vgic_vif *vif); /* guest's priority mask, 8 bits, from the shadow VMCR */
    /* save and restore are part of the world switch: vgic_save() and vgic_restore() run them, flush and sync do not. */
    bool at_switch;
};
/* GICv2: GICH registers (section 2.3 of the reference: with no LR in use nothing is touched). */
TRAPLINE_API extern const struct vgic_cpuif_ops vgic_v2_ops;
/* The same hardware, switched as VGIC_SWITCH_FULL_3_10 says. */
TRAPLINE_API extern const struct vgic_cpuif_ops vgic_v2_full_ops;

/*
 * What the vgic needs from the hypervisor around it. All functions are called within a step and may be
 * NULL: nobody is kicked then, no physical interrupt is pending or active, none can be mapped.
 */
struct vgic_hooks {
    void *ctx;
    /* Sets KVM_REQ_IRQ_PENDING on the vCPU and kicks it (sections 1.4, 1.5); `cpu` is where we run. */
    void (*kick)(void *ctx, struct sim_cpu *cpu, unsigned vcpu);
    /*
     * An injection made no difference to the guest: an edge found the SPI pending already (when injected, or in
     * a list register that is folded), or a level was up. For those who count occurrences.
     */
    void (*merged)(void *ctx, uint32_t intid);
    /* Reads or writes the physical state of a host interrupt (irqchip state). */
    bool (*phys_pending)(void *ctx, struct sim_cpu *cpu, int host_irq);
    bool (*phys_active)(void *ctx, struct sim_cpu *cpu, int host_irq);
    void (*set_phys_pending)(void *ctx, struct sim_cpu *cpu, int host_irq, bool on);
    void (*set_phys_active)(void *ctx, struct sim_cpu *cpu, int host_irq, bool on);
    /* Physical INTID of a host interrupt; negative: -EINVAL (no descriptor). */
    int (*hwintid)(void *ctx, int host_irq);
    /* Marks the host interrupt as forwarded to a vCPU, or not: its deactivation is the guest's then. */
    int (*set_forwarded)(void *ctx, int host_irq, bool on);
    /*
     * Step lists: halt and resume the whole guest around an access to the active state of an SPI
     * (section 1.10); obj = ctx, r0 = the vCPU on whose behalf (it is out already). KVM holds a mutex from
     * halt to resume, so that two such accesses do not overlap: halt is the place to wait for it. May be
     * NULL: no vCPU can be in the guest then.
     */
    const struct sim_proc *halt, *resume;
};

/* Things worth counting that are not visible in the state. */
struct vgic_stats {
    uint64_t inject_ignored;    /* injections that changed nothing: same level, edge going low, wrong owner (1.3) */
    uint64_t queue_retries;     /* the choice of a vCPU was stale when the interrupt was to be queued (1.4) */
    uint64_t migrations;        /* moves from one vCPU's ap_list to another's (1.7) */
    uint64_t acks;              /* ends of a non-mapped level SPI noticed by the fold */
    uint64_t mmio_ignored;      /* guest accesses to nothing: bad offset, width or alignment (1.9) */
    uint64_t forward_busy_edge; /* warning: an edge interrupt was forwarded while pending or active (6.3) */
    uint64_t sgi_no_source;     /* warning: an SGI was injected like a wire and dropped */
};

struct vgic_config {
    size_t struct_size; /* sizeof(struct vgic_config) */
    struct sim *sim;    /* for trace records */
    unsigned vcpus;     /* 1 to 8 */
    unsigned nr_irqs;   /* 64 to 992, a multiple of 32; 0: 256 */
    unsigned nr_lr;     /* list registers of the host's GIC, 1 to 64 */
    const struct vgic_cpuif_ops *ops;
    struct gic_port port;
    struct vgic_profile profile;
    struct vgic_hooks hooks;
};

/* Creates an initialised vgic (section 1.11: init effects). 0, -EINVAL or -ENOMEM. */
TRAPLINE_API int vgic_new(const struct vgic_config *cfg, struct vgic **out);
TRAPLINE_API void vgic_free(struct vgic *v);

/*
 * Step list: runs after an EOI of a non-mapped level SPI was folded, once per interrupt
 * (kvm_notify_acked_irq). obj = the given obj, r0 = irqchip (0), r1 = pin (INTID - 32).
 */
TRAPLINE_API void vgic_set_ack_notifier(struct vgic *v, const struct sim_proc *proc, void *obj);

/*
 * Step list kvm_vgic_inject_irq: obj = vgic, r0 = vCPU (private interrupts), r1 = INTID, r2 = level,
 * r3 = owner (pointer value, 0: none). Leaves 0 or -EINVAL in s->ret. A yield point lies between the
 * choice of the target and the queueing, which re-checks the choice (sections 1.3, 1.4).
 */
TRAPLINE_API extern const struct sim_proc vgic_inject_proc;
/* Step list kvm_vgic_flush_hwstate: obj = vgic, r0 = vCPU. Before entry, interrupts off (1.6). */
TRAPLINE_API extern const struct sim_proc vgic_flush_proc;
/*
 * Step list kvm_vgic_sync_hwstate: obj = vgic, r0 = vCPU. After exit (1.7): save, fold each LR with a
 * yield point after each, prune. Leaves the number of acks notified in s->ret.
 */
TRAPLINE_API extern const struct sim_proc vgic_sync_proc;

/*
 * Only the first part of the sync, the save of the list registers. Up to 4.x it ran at EL2, before the host opened
 * interrupts and long before the rest; vgic_sync_proc goes on from there. (Without it the host would see the
 * maintenance interrupt for ever.)
 */
TRAPLINE_API void vgic_save(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu);
/* Right before entry: the restore of an interface that is switched at_switch. For others flush has done it: nothing. */
TRAPLINE_API void vgic_restore(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu);

/* A guest access to its distributor. Packed into the registers of vgic_mmio_proc. */
static inline uint64_t vgic_mmio_arg(uint32_t offset, unsigned size, bool is_write)
{
    return (uint64_t)offset | (uint64_t)size << 32 | (uint64_t)is_write << 40;
}
/* Step list: obj = vgic, r0 = vCPU, r1 = vgic_mmio_arg(), r2 = value. Leaves the value read in s->ret (1.9). */
TRAPLINE_API extern const struct sim_proc vgic_mmio_proc;
/*
 * Access by user space (KVM_DEV_ARM_VGIC_GRP_DIST_REGS): no side effect on physical state, nobody kicked,
 * no trace of an access (1.11). Every vCPU must be out of the guest. 0, or -EINVAL (no such vCPU, GICD_IIDR
 * that does not match). As in the kernel an offset without a register reads 0 and ignores writes.
 */
TRAPLINE_API int vgic_uaccess(struct vgic *v, unsigned vcpu, uint32_t offset, bool is_write, uint32_t *value);
/* KVM_HAS_DEVICE_ATTR of that group: 0 or -ENXIO. */
TRAPLINE_API int vgic_has_reg(uint32_t offset);

/* vcpu_load, vcpu_put, and the VMCR sync before a WFI blocks. */
TRAPLINE_API void vgic_load(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu);
TRAPLINE_API void vgic_put(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu);
TRAPLINE_API void vgic_vmcr_sync(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu);
/*
 * The vCPU is about to sleep in WFI. A mapped level SPI that is read live (VGIC_MAPPED_DEOI_LIVE) may have lost its
 * line since it was injected; its physical interrupt is released then, as flush and sync do. (The series itself leaves
 * it active, and the interrupt dead, if a device is reset just then.)
 */
TRAPLINE_API void vgic_blocking(struct vgic *v, struct sim_cpu *cpu, unsigned vcpu);
/* Wake predicate kvm_vgic_vcpu_pending_irq (1.5). */
TRAPLINE_API bool vgic_vcpu_pending(const struct vgic *v, unsigned vcpu);

/*
 * Forwarding (6.3). The caller has halted the guest and disabled the host interrupt.
 * set: 0; -EINVAL (no valid SPI, already mapped, no host interrupt); -EAGAIN (no target vCPU).
 * Mapping an edge interrupt that is virtually pending or active is counted as a warning.
 */
TRAPLINE_API int vgic_set_forwarding(struct vgic *v, struct sim_cpu *cpu, int host_irq, uint32_t vintid);
TRAPLINE_API void vgic_unset_forwarding(struct vgic *v, struct sim_cpu *cpu, int host_irq, uint32_t vintid);

/*
 * The mapping alone, without the host's consent: kvm_vgic_map_phys_irq, as the arch timer uses it for its PPI.
 * 0 or -EINVAL (no such PPI or SPI, no host interrupt).
 */
TRAPLINE_API int vgic_map_irq(struct vgic *v, unsigned vcpu, int host_irq, uint32_t vintid);
TRAPLINE_API int vgic_unmap_irq(struct vgic *v, unsigned vcpu, uint32_t vintid);
/* kvm_vgic_set_owner: from now on only this owner may inject. 0, -EINVAL (no PPI or SPI), -EEXIST (another's). */
TRAPLINE_API int vgic_set_owner(struct vgic *v, unsigned vcpu, uint32_t intid, const void *owner);

/* State of one interrupt; NULL if there is none. vcpu matters for INTID < 32. */
TRAPLINE_API const struct vgic_irq *vgic_irq_get(const struct vgic *v, unsigned vcpu, uint32_t intid);
TRAPLINE_API const struct vgic_vif *vgic_vif_get(const struct vgic *v, unsigned vcpu);
TRAPLINE_API bool vgic_enabled(const struct vgic *v);
TRAPLINE_API unsigned vgic_nr_irqs(const struct vgic *v);
TRAPLINE_API const struct vgic_stats *vgic_stats_get(const struct vgic *v);

/*
 * Checks the invariants of section 9.2 that concern the vgic (1 to 5); in_guest: bit per vCPU that is
 * in the guest now. Names the first broken one in why (n bytes). 0 or -EFAULT.
 */
TRAPLINE_API int vgic_check(const struct vgic *v, unsigned in_guest, char *why, size_t n);

#ifdef __cplusplus
}
#endif
#endif
