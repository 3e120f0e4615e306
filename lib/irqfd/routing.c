/* SPDX-License-Identifier: Apache-2.0 */
/* GSI routing, kvm_set_irq and KVM_IRQ_LINE (sections 3.6 and 3.8). */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <trapline/events.h>

enum { MAX_PIN = 1020 - 32 };

int irqfd_vm_new(const struct irqfd_vm_config *cfg, struct irqfd_vm **out)
{
    *out = NULL;
    if (cfg->struct_size != sizeof *cfg || !cfg->host)
        return -EINVAL;
    struct irqfd_vm *vm = calloc(1, sizeof *vm);
    if (!vm)
        return -ENOMEM;
    vm->cfg = *cfg;
    for (unsigned i = 0; i < IRQFD_MAX_GSI; i++)
        vm->pin_of_gsi[i] = vm->gsi_of_pin[i] = -1;
    if (cfg->vgic)
        irqfd_vm_set_vgic(vm, cfg->vgic);
    *out = vm;
    return 0;
}

void irqfd_vm_set_vgic(struct irqfd_vm *vm, struct vgic *vgic)
{
    vm->cfg.vgic = vgic;
    for (int i = 0; i < (int)IRQFD_MAX_GSI; i++) {
        /* The default table: pin i for every SPI there is. */
        bool spi = vgic_irq_get(vgic, 0, (uint32_t)i + 32) != NULL && i < MAX_PIN;
        vm->pin_of_gsi[i] = vm->gsi_of_pin[i] = (int16_t)(spi ? i : -1);
    }
    vgic_set_ack_notifier(vgic, &irqfd_ack_proc, vm);
}

void irqfd_vm_free(struct irqfd_vm *vm)
{
    free(vm);
}

int irqfd_pin(const struct irqfd_vm *vm, uint32_t gsi)
{
    return gsi < IRQFD_MAX_GSI ? vm->pin_of_gsi[gsi] : -1;
}

/* The GSI that gets a pin's acks when its last route is gone: of those that are left the highest, -1: none. */
static int16_t last_gsi_of(const struct irqfd_vm *vm, int pin)
{
    for (int gsi = (int)IRQFD_MAX_GSI - 1; gsi >= 0; gsi--)
        if (vm->pin_of_gsi[gsi] == pin)
            return (int16_t)gsi;
    return -1;
}

int irqfd_route(struct irqfd_vm *vm, uint32_t gsi, int pin)
{
    if (gsi >= IRQFD_MAX_GSI || pin >= MAX_PIN)
        return -EINVAL;
    if (pin >= 0 && vm->pin_of_gsi[gsi] >= 0)
        return -EINVAL; /* one irqchip: one entry per GSI */
    int old = vm->pin_of_gsi[gsi];
    vm->pin_of_gsi[gsi] = (int16_t)(pin >= 0 ? pin : -1);
    if (pin >= 0)
        vm->gsi_of_pin[pin] = (int16_t)gsi;
    else if (old >= 0 && vm->gsi_of_pin[old] == (int16_t)gsi)
        vm->gsi_of_pin[old] = last_gsi_of(vm, old);
    return 0;
}

static int set_irq(struct sim_strand *s, struct sim_frame *f)
{
    struct irqfd_vm *vm = f->obj;
    uint32_t gsi = (uint32_t)f->r[0];
    sim_trace(vm->cfg.sim, s->cpu->id, EV_KVM_SET_IRQ, gsi, (int64_t)f->r[1], (int64_t)f->r[2]);
    int pin = irqfd_pin(vm, gsi);
    if (pin < 0) {
        s->ret = -1;
        return SIM_RET;
    }
    return sim_tail(s, f, &vgic_inject_proc, vm->cfg.vgic, 0, (uint32_t)pin + 32, f->r[1], 0);
}

static const struct sim_step set_irq_steps[] = {{set_irq, "look the route up, inject", SIM_MASKED}};
SIM_PROC(irqfd_set_irq_proc, "kvm_set_irq", set_irq_steps);

int irqfd_irq_line_spi(const struct irqfd_vm *vm, uint32_t intid)
{
    return intid < 32 || !vgic_irq_get(vm->cfg.vgic, 0, intid) ? -EINVAL : 0;
}

struct irqfd_stats *irqfd_stats_get(struct irqfd_vm *vm)
{
    return &vm->stats;
}
