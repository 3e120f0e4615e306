/* SPDX-License-Identifier: Apache-2.0 */
/* Private state of lib/irqfd. */
#ifndef TRAPLINE_IRQFD_INTERNAL_H
#define TRAPLINE_IRQFD_INTERNAL_H

#include <trapline/irqfd.h>

struct irqfd_vm {
    struct irqfd_vm_config cfg;
    struct irqfd *fds;
    struct irqfd_stats stats;
    int16_t pin_of_gsi[IRQFD_MAX_GSI];      /* routing table, -1: no entry */
    int16_t gsi_of_pin[IRQFD_MAX_GSI];      /* its reverse: the last entry written for a pin wins */
    struct irqfd *resampler[IRQFD_MAX_GSI]; /* irqfds with a resamplefd, by GSI */
};

/* Pin a GSI is routed to, -1: none. */
int irqfd_pin(const struct irqfd_vm *vm, uint32_t gsi);

extern const struct sim_proc irqfd_wakeup_proc;
extern const struct sim_proc irqfd_inject_proc;
extern const struct sim_proc irqfd_ack_proc;

#endif
