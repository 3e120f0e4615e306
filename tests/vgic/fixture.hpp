// SPDX-License-Identifier: Apache-2.0
//
// A small machine around a vgic: one CPU and one strand per vCPU, hardware behind a recording port, a
// host that keeps the physical state of a few interrupts. vCPU n always runs on CPU n.
#ifndef VGIC_TEST_FIXTURE_HPP
#define VGIC_TEST_FIXTURE_HPP

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <trapline/events.h>
#include <trapline/gic.h>
#include <trapline/gic_regs.h>
#include <trapline/vgic.h>

namespace vgic_test
{

using Strings = std::vector<std::string>;

// What stands behind the port: GICH for the hypervisor, GICV for the guest.
class Hardware
{
  public:
    virtual ~Hardware() = default;
    virtual uint32_t read(unsigned cpu, gic_frame frame, uint32_t offset) = 0;
    virtual void write(unsigned cpu, gic_frame frame, uint32_t offset, uint32_t value) = 0;
};

// The few rules of IHI 0048B chapter 5 that a list register follows, without priorities' preemption.
class FakeGich : public Hardware
{
  public:
    struct Cpu {
        uint32_t hcr = 0, vmcr = 0, apr = 0;
        uint32_t lr[GIC_MAX_LRS] = {};
    };
    explicit FakeGich(unsigned lrs) : nr_lr(lrs)
    {
    }
    Cpu cpu[GIC_MAX_CPUS];
    std::vector<uint32_t> deactivated; // physical INTIDs, in order

    uint32_t read(unsigned c, gic_frame frame, uint32_t offset) override;
    void write(unsigned c, gic_frame frame, uint32_t offset, uint32_t value) override;

  private:
    unsigned nr_lr;
    uint32_t empty(unsigned c, unsigned first) const;
    uint32_t acknowledge(unsigned c);
    void end(unsigned c, uint32_t value);
};

// The real model.
class RealGic : public Hardware
{
  public:
    RealGic(unsigned cpus, unsigned lrs);
    ~RealGic() override
    {
        gic_free(gic);
    }
    uint32_t read(unsigned c, gic_frame frame, uint32_t offset) override
    {
        return gic_read(gic, c, frame, offset, 4);
    }
    void write(unsigned c, gic_frame frame, uint32_t offset, uint32_t value) override
    {
        gic_write(gic, c, frame, offset, 4, value);
    }
    struct gic *gic = nullptr;
};

struct Config {
    unsigned vcpus = 3;
    unsigned nr_irqs = 96;
    unsigned nr_lr = 4;
    bool real = false;
    const vgic_cpuif_ops *ops = &vgic_v2_ops;
    vgic_profile profile = {true, false, false, VGIC_MAPPED_LR_5_15, VGIC_SWITCH_LAZY, true};
};

class Machine
{
  public:
    explicit Machine(const Config &cfg = Config());
    ~Machine();
    Machine(const Machine &) = delete;
    Machine &operator=(const Machine &) = delete;

    // Runs a step list to its end on CPU `c` and checks the invariants after every step.
    int64_t run(const sim_proc &proc, unsigned c, uint64_t r0, uint64_t r1 = 0, uint64_t r2 = 0, uint64_t r3 = 0);
    // The same in single steps, to let others in between. step() is false when the list is done.
    void start(const sim_proc &proc, unsigned c, uint64_t r0, uint64_t r1 = 0, uint64_t r2 = 0, uint64_t r3 = 0);
    bool step(unsigned c);
    unsigned steps = 0; // steps of the last run() or since the last start()

    int64_t inject(uint32_t intid, bool level = true, unsigned vcpu = 0, const void *owner = nullptr, unsigned c = 0)
    {
        return run(vgic_inject_proc, c, vcpu, intid, level, reinterpret_cast<uintptr_t>(owner));
    }
    int64_t flush(unsigned vcpu = 0)
    {
        return run(vgic_flush_proc, vcpu, vcpu);
    }
    int64_t sync(unsigned vcpu = 0)
    {
        return run(vgic_sync_proc, vcpu, vcpu);
    }
    void write(uint32_t offset, uint32_t value, unsigned size = 4, unsigned vcpu = 0)
    {
        run(vgic_mmio_proc, vcpu, vcpu, vgic_mmio_arg(offset, size, true), value);
    }
    uint32_t read(uint32_t offset, unsigned size = 4, unsigned vcpu = 0)
    {
        return static_cast<uint32_t>(run(vgic_mmio_proc, vcpu, vcpu, vgic_mmio_arg(offset, size, false)));
    }
    int user_write(uint32_t offset, uint32_t value, unsigned vcpu = 0)
    {
        return vgic_uaccess(v, vcpu, offset, true, &value);
    }
    uint32_t user_read(uint32_t offset, unsigned vcpu = 0)
    {
        uint32_t value = 0xdead;
        EXPECT_EQ(vgic_uaccess(v, vcpu, offset, false, &value), 0);
        return value;
    }
    // Configures and enables an SPI through the guest's distributor.
    void spi(uint32_t intid, bool level, uint8_t priority = 0xa0, uint8_t targets = 1);
    void sgi(unsigned from, uint8_t targets, unsigned intid)
    {
        write(GICD_SGIR, static_cast<uint32_t>(targets) << 16 | intid, 4, from);
    }

    // The guest's side of the CPU interface.
    uint32_t iar(unsigned c = 0)
    {
        return hw->read(c, GIC_VCPU, GICV_IAR);
    }
    void eoir(uint32_t value, unsigned c = 0)
    {
        hw->write(c, GIC_VCPU, GICV_EOIR, value);
    }

    const vgic_irq &irq(uint32_t intid, unsigned vcpu = 0) const
    {
        return *vgic_irq_get(v, vcpu, intid);
    }
    // For tests that break things or start from a state no access leads to.
    vgic_irq &raw(uint32_t intid, unsigned vcpu = 0) const
    {
        return const_cast<vgic_irq &>(irq(intid, vcpu));
    }
    vgic_vif &vif(unsigned vcpu = 0) const
    {
        return const_cast<vgic_vif &>(*vgic_vif_get(v, vcpu));
    }
    const vgic_stats &stats() const
    {
        return *vgic_stats_get(v);
    }
    std::string broken(unsigned in_guest = 0) const;
    FakeGich &fake()
    {
        return static_cast<FakeGich &>(*hw);
    }

    struct Phys {
        bool pending = false, active = false, forwarded = false;
    };
    std::map<int, Phys> phys; // by host interrupt; its INTID is the same number
    Strings phys_log;         // "set_active 36 0"
    std::vector<unsigned> kicks;
    Strings access;               // "W HCR 00000001", as the recorder of the hardware traces writes them
    Strings events;               // "vgic_queue_irq 0 34"
    std::vector<unsigned> acks;   // pins
    bool ack_lowers_line = false; // as a resampler does
    unsigned halts = 0, resumes = 0;

    std::unique_ptr<Hardware> hw;
    struct sim sim = {};
    struct vgic *v = nullptr;
    sim_cpu cpu[VGIC_MAX_VCPUS] = {};

  private:
    static int ack_step(sim_strand *s, sim_frame *f);
    static int halt_step(sim_strand *s, sim_frame *f);
    static int resume_step(sim_strand *s, sim_frame *f);
    static const sim_step ack_steps[1], halt_steps[1], resume_steps[1];
    static const sim_proc ack_proc, halt_proc, resume_proc;
    void hooks(vgic_config *cfg);
    sim_strand strand[VGIC_MAX_VCPUS] = {};
};

// Most suites need one machine with the distributor enabled.
class Guest : public ::testing::Test
{
  protected:
    explicit Guest(const Config &cfg = Config()) : m(cfg)
    {
        m.write(GICD_CTLR, 1);
        m.access.clear();
    }
    Machine m;
};

} // namespace vgic_test

#endif
