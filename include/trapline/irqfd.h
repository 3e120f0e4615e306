/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/irqfd.h - eventfd to guest interrupt: irqfd, resampler, GSI routing, KVM_IRQ_LINE.
 *
 * One irqfd_vm per virtual machine. Behaviour follows Linux 6.1 (virt/kvm/eventfd.c, irqchip.c and
 * arch/arm64/kvm/vgic/vgic-irqfd.c): injection happens in the context of whoever signals the eventfd.
 */
#ifndef TRAPLINE_IRQFD_H
#define TRAPLINE_IRQFD_H

#include <trapline/host.h>
#include <trapline/irqbypass.h>
#include <trapline/vgic.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IRQFD_MAX_GSI 4096u /* KVM_MAX_IRQ_ROUTES on arm64 */

struct irqfd_vm; /* opaque */

/* One eventfd tied to one GSI. Caller-owned, zero-initialised; must outlive the VM or its deassignment. */
struct irqfd {
    struct irqfd_vm *vm;
    uint32_t gsi;
    struct host_eventfd *eventfd;
    struct host_eventfd *resamplefd; /* NULL: no resampling */
    struct host_waiter waiter;
    struct host_work work;       /* injection by a kworker */
    bool active;                 /* assigned */
    unsigned in_flight;          /* injections under way: deassign waits for them */
    struct host_thread *flusher; /* who waits */
    struct irq_bypass_consumer consumer;
    struct irqfd *next;          /* all of the VM */
    struct irqfd *resample_next; /* all on the same resampler (same GSI) */
};

/* How an irqfd's bypass consumer reaches KVM. All run under the manager's mutex. */
struct irqfd_bypass_hooks {
    void *ctx;
    /* kvm_arm_halt_guest / kvm_arm_resume_guest: 0 or IRQ_BYPASS_PENDING (not all vCPUs are out yet). */
    int (*halt)(void *ctx);
    int (*resume)(void *ctx);
};

struct irqfd_vm_config {
    size_t struct_size;
    struct sim *sim;
    struct host *host;
    struct vgic *vgic;
    struct irqfd_bypass_hooks bypass;
    bool inject_by_work; /* a kworker injects (before 5.9); false: whoever signals */
    /* A signal found the work item queued already: one injection for both. For those who count. May be NULL. */
    void (*merged)(void *ctx, uint32_t guest_intid);
    void *ctx; /* of merged */
};

/*
 * Creates the VM's irqfd state with the default routing: GSI i is pin i of irqchip 0. Without a vgic (cfg->vgic NULL:
 * not initialised yet) nothing can be assigned until irqfd_vm_set_vgic. 0, -EINVAL, -ENOMEM.
 */
TRAPLINE_API int irqfd_vm_new(const struct irqfd_vm_config *cfg, struct irqfd_vm **out);
TRAPLINE_API void irqfd_vm_free(struct irqfd_vm *vm);
/* The vgic is initialised now: installs the default routing (replacing what there was) and the ack notifier. */
TRAPLINE_API void irqfd_vm_set_vgic(struct irqfd_vm *vm, struct vgic *vgic);

/*
 * KVM_IRQFD assign, all but the last step: -EAGAIN if the vgic is not initialised, -EBUSY if any irqfd of this VM uses
 * the eventfd already. The caller then registers fd->consumer with the bypass manager (an operation of its own because
 * it may have to wait); a failure of that is not an error of KVM_IRQFD (section 3.2 step 8).
 */
TRAPLINE_API int irqfd_assign(struct irqfd_vm *vm, struct irqfd *fd, uint32_t gsi, struct host_eventfd *eventfd,
                              struct host_eventfd *resamplefd);

/*
 * KVM_IRQFD deassign. Step list: obj = struct irqfd. Stops listening, sleeps until injections under way have
 * finished, takes the virtual line down if it was the last irqfd of its resampler; the caller then unregisters
 * fd->consumer (section 3.5: the line is lowered before forwarding is undone). An irqfd that is not assigned is left
 * alone. Leaves 0 in s->ret.
 */
TRAPLINE_API extern const struct sim_proc irqfd_deassign_proc;

/*
 * Step list, after irqfd_assign: obj = struct irqfd. An event that came before the assignment is injected now
 * (section 3.2 step 7). Leaves 0 in s->ret.
 */
TRAPLINE_API extern const struct sim_proc irqfd_poll_proc;

/*
 * KVM_SET_GSI_ROUTING for one entry: GSI -> pin of irqchip 0 (SPI INTID - 32). -EINVAL: GSI or pin out of
 * range, or the GSI is routed already. pin < 0 removes the GSI's entry.
 */
TRAPLINE_API int irqfd_route(struct irqfd_vm *vm, uint32_t gsi, int pin);

/*
 * Step list kvm_set_irq: obj = irqfd_vm, r0 = gsi, r1 = level, r2 = source (0 user space, 1 resample).
 * Leaves 0, or -1 if the GSI has no route, in s->ret.
 */
TRAPLINE_API extern const struct sim_proc irqfd_set_irq_proc;
/* KVM_IRQ_LINE's check of an SPI: 0, or -EINVAL (INTID below 32 or beyond the vgic). Then inject with vgic_inject_proc.
 */
TRAPLINE_API int irqfd_irq_line_spi(const struct irqfd_vm *vm, uint32_t intid);

struct irqfd_stats {
    uint64_t wakeups;   /* eventfd signals that reached an irqfd */
    uint64_t resamples; /* acks that reached a resampler */
    uint64_t acks;      /* kvm_notify_acked_irq */
};
/* The counters of a VM, which belong to it; a caller may clear them. */
TRAPLINE_API struct irqfd_stats *irqfd_stats_get(struct irqfd_vm *vm);

#ifdef __cplusplus
}
#endif
#endif
