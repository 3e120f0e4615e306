// SPDX-License-Identifier: Apache-2.0
#include "vm.hpp"

#include <cerrno>

static Vm *self(void *ctx)
{
    return static_cast<Vm *>(ctx);
}

Vm::Vm()
{
    vgic_config cfg = {};
    cfg.struct_size = sizeof cfg;
    cfg.sim = &sim;
    cfg.vcpus = 1;
    cfg.nr_irqs = kIrqs;
    cfg.nr_lr = 4;
    cfg.ops = &vgic_v2_ops;
    cfg.profile.pa_suppress_level = true;
    cfg.profile.mapped_level = VGIC_MAPPED_LR_5_15;
    cfg.port.ctx = this;
    cfg.port.read = [](void *ctx, unsigned c, gic_frame frame, uint32_t offset) {
        return gic_read(self(ctx)->gic, c, frame, offset, 4);
    };
    cfg.port.write = [](void *ctx, unsigned c, gic_frame frame, uint32_t offset, uint32_t value) {
        gic_write(self(ctx)->gic, c, frame, offset, 4, value);
    };
    cfg.hooks.ctx = this;
    cfg.hooks.phys_pending = [](void *ctx, sim_cpu *, int irq) {
        return host_irq_get_state(self(ctx)->host, static_cast<uint32_t>(irq), HOST_IRQ_PENDING);
    };
    cfg.hooks.phys_active = [](void *ctx, sim_cpu *, int irq) {
        return host_irq_get_state(self(ctx)->host, static_cast<uint32_t>(irq), HOST_IRQ_ACTIVE);
    };
    cfg.hooks.set_phys_pending = [](void *ctx, sim_cpu *, int irq, bool on) {
        host_irq_set_state(self(ctx)->host, static_cast<uint32_t>(irq), HOST_IRQ_PENDING, on);
    };
    cfg.hooks.set_phys_active = [](void *ctx, sim_cpu *, int irq, bool on) {
        host_irq_set_state(self(ctx)->host, static_cast<uint32_t>(irq), HOST_IRQ_ACTIVE, on);
    };
    cfg.hooks.hwintid = [](void *ctx, int irq) {
        const host_irq *d = host_irq_get(self(ctx)->host, static_cast<uint32_t>(irq));
        return d ? static_cast<int>(d->intid) : -EINVAL;
    };
    cfg.hooks.set_forwarded = [](void *ctx, int irq, bool on) {
        return host_irq_set_forwarded(self(ctx)->host, static_cast<uint32_t>(irq), on);
    };
    EXPECT_EQ(vgic_new(&cfg, &v), 0);
    const irqfd_vm_config c = config();
    EXPECT_EQ(irqfd_vm_new(&c, &vm), 0);
    call(0, vgic_mmio_proc, v, 0, vgic_mmio_arg(GICD_CTLR, 4, true), 1);
    gic_write(gic, 0, GIC_VCPU, GICV_CTLR, 4, GICV_CTLR_EnableGrp0);
    gic_write(gic, 0, GIC_VCPU, GICV_PMR, 4, 0xf8);
}

Vm::~Vm()
{
    char why[128] = "";
    EXPECT_EQ(vgic_check(v, 0, why, sizeof why), 0) << why;
    irqfd_vm_free(vm);
    vgic_free(v);
}

irqfd_vm_config Vm::config()
{
    irqfd_vm_config c = {};
    c.struct_size = sizeof c;
    c.sim = &sim;
    c.host = host;
    c.vgic = v;
    c.bypass.ctx = this;
    c.bypass.halt = [](void *ctx) {
        self(ctx)->halts++;
        return self(ctx)->halt_result;
    };
    c.bypass.resume = [](void *ctx) {
        self(ctx)->resumes++;
        return 0;
    };
    return c;
}

void Vm::spi(uint32_t intid, bool level)
{
    const auto write = [this](uint32_t offset, unsigned size, uint32_t value) {
        call(0, vgic_mmio_proc, v, 0, vgic_mmio_arg(offset, size, true), value);
    };
    const uint32_t config_reg = GICD_ICFGR + intid / 16 * 4, shift = intid % 16 * 2;
    const auto old = static_cast<uint32_t>(call(0, vgic_mmio_proc, v, 0, vgic_mmio_arg(config_reg, 4, false)));
    write(config_reg, 4, (old & ~(3u << shift)) | (level ? 0u : 2u) << shift);
    write(GICD_ITARGETSR + intid, 1, 1);
    write(GICD_ISENABLER + intid / 32 * 4, 4, 1u << intid % 32);
    traced();
}

uint32_t Vm::guest()
{
    call(0, vgic_flush_proc, v, 0);
    const uint32_t iar = gic_read(gic, 0, GIC_VCPU, GICV_IAR, 4);
    if (iar < 1020)
        gic_write(gic, 0, GIC_VCPU, GICV_EOIR, 4, iar);
    call(0, vgic_sync_proc, v, 0);
    return iar;
}
