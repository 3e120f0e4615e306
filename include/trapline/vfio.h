/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trapline/vfio.h - the VFIO platform interrupt driver.
 *
 * Owns a device's interrupt on behalf of user space: automasking for level lines, an eventfd trigger, an
 * unmask eventfd, and direct EOI through a bypass producer. Follows Linux 6.1
 * (drivers/vfio/platform/vfio_platform_irq.c) with the direct-EOI series (patches 1 to 3) on top.
 */
#ifndef TRAPLINE_VFIO_H
#define TRAPLINE_VFIO_H

#include <trapline/host.h>
#include <trapline/irqbypass.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vfio_platform_stats {
    uint64_t interrupts, automasks, unmasks, triggers;
};

/* One interrupt of one device. Caller-owned; read-only outside lib/vfio. */
struct vfio_platform_irq {
    struct host *host;
    struct sim *sim;
    uint32_t hwirq; /* the host interrupt's number */
    bool level;     /* MASKABLE and AUTOMASKED */
    bool usermasked, automasked;
    bool deoi;     /* plain handler on a level line: the guest's EOI ends the interrupt */
    bool stopping; /* producer.stop has disabled the line and waits for a running handler */
    struct host_irqaction action;
    struct host_eventfd *trigger;
    struct host_eventfd *unmask; /* virqfd, NULL: none */
    struct host_waiter unmask_waiter;
    struct irq_bypass_producer producer;
    struct vfio_platform_stats stats;
};

/*
 * Opens the device's interrupt: requests it with NO_AUTOEN (6.1.192: once, at open).
 * cpu: its affinity. 0, -EINVAL or -EBUSY (exclusive and taken).
 */
TRAPLINE_API int vfio_platform_irq_open(struct vfio_platform_irq *v, struct host *h, struct sim *sim, uint32_t hwirq,
                                        bool level, bool shared, unsigned cpu);
/*
 * VFIO_DEVICE_SET_IRQS, TRIGGER | DATA_EVENTFD: sets the eventfd (NULL removes it) and enables the line
 * unless user space masked it. With direct EOI the caller then registers v->producer (token = eventfd)
 * with the bypass manager; a failure of that is only logged.
 */
TRAPLINE_API void vfio_platform_set_trigger(struct vfio_platform_irq *v, struct host_eventfd *trigger);
/* VFIO_DEVICE_SET_IRQS, UNMASK | DATA_EVENTFD: 0; -EINVAL (not maskable), -EBUSY (one is attached). NULL detaches. */
TRAPLINE_API int vfio_platform_set_unmask_fd(struct vfio_platform_irq *v, struct host_eventfd *e);
/*
 * Device close: detaches the unmask eventfd and frees the interrupt, which masks it and, if it is forwarded,
 * deactivates it. The caller then unregisters v->producer. 0, or IRQ_BYPASS_PENDING while the handler still runs
 * on another CPU (free_irq waits for it): call again after the next host_spin_end_all.
 */
TRAPLINE_API int vfio_platform_close(struct vfio_platform_irq *v);
/* MASK | DATA_NONE and UNMASK | DATA_NONE: 0 or -EINVAL (not maskable). */
TRAPLINE_API int vfio_platform_mask(struct vfio_platform_irq *v);
TRAPLINE_API int vfio_platform_unmask(struct vfio_platform_irq *v);
static inline bool vfio_platform_masked(const struct vfio_platform_irq *v)
{
    return v->usermasked || v->automasked;
}

/* Invariant 7 of section 9.2. Names it in why if broken; 0 or -EFAULT. */
TRAPLINE_API int vfio_platform_check(const struct vfio_platform_irq *v, char *why, size_t n);

#ifdef __cplusplus
}
#endif
#endif
