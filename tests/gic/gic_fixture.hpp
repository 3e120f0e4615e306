// SPDX-License-Identifier: Apache-2.0
//
// A GIC for tests: short names for accesses, a record of the callbacks, gic_check at the end of each call.
#pragma once

#include <trapline/gic.h>
#include <trapline/gic_regs.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace trapline_test
{

struct PinEvent {
    unsigned cpu;
    gic_pin pin;
    bool level;
    bool operator==(const PinEvent &o) const
    {
        return cpu == o.cpu && pin == o.pin && level == o.level;
    }
};

struct StateEvent {
    unsigned cpu;
    uint32_t intid, old_bits, new_bits;
};

class TestGic
{
  public:
    explicit TestGic(gic_config config = {})
    {
        config.struct_size = sizeof(config);
        config.output = [](void *ctx, unsigned cpu, gic_pin pin, bool level) {
            static_cast<TestGic *>(ctx)->pins.push_back({cpu, pin, level});
        };
        config.state = [](void *ctx, unsigned cpu, uint32_t intid, uint32_t old_bits, uint32_t new_bits) {
            static_cast<TestGic *>(ctx)->states.push_back({cpu, intid, old_bits, new_bits});
        };
        config.ctx = this;
        if (gic_new(&config, &g) != 0)
            throw std::runtime_error("gic_new");
        for (unsigned cpu = 0; cpu < (config.cpus ? config.cpus : 1); cpu++)
            cpus.push_back(cpu);
    }
    ~TestGic()
    {
        gic_free(g);
    }
    TestGic(const TestGic &) = delete;
    TestGic &operator=(const TestGic &) = delete;

    uint32_t read(gic_frame frame, uint32_t offset, unsigned cpu = 0, unsigned size = 4)
    {
        uint32_t value = gic_read(g, cpu, frame, offset, size);
        check();
        return value;
    }
    void write(gic_frame frame, uint32_t offset, uint32_t value, unsigned cpu = 0, unsigned size = 4)
    {
        gic_write(g, cpu, frame, offset, size, value);
        check();
    }
    // Secure accesses; read and write are Non-secure ones.
    uint32_t read_s(gic_frame frame, uint32_t offset, unsigned cpu = 0, unsigned size = 4)
    {
        uint32_t value = gic_read_sec(g, cpu, GIC_SECURE, frame, offset, size);
        check();
        return value;
    }
    void write_s(gic_frame frame, uint32_t offset, uint32_t value, unsigned cpu = 0, unsigned size = 4)
    {
        gic_write_sec(g, cpu, GIC_SECURE, frame, offset, size, value);
        check();
    }
    void spi(uint32_t intid, bool level)
    {
        gic_set_spi(g, intid, level);
        check();
    }
    void ppi(uint32_t intid, bool level, unsigned cpu = 0)
    {
        gic_set_ppi(g, cpu, intid, level);
        check();
    }
    bool pin(gic_pin which, unsigned cpu = 0) const
    {
        return gic_output(g, cpu, which);
    }
    uint32_t state(uint32_t intid, unsigned cpu = 0) const
    {
        return gic_state(g, cpu, intid);
    }
    void check()
    {
        char why[200] = "";
        ASSERT_EQ(gic_check(g, why, sizeof(why)), 0) << why;
    }

    // Everything on, both groups forwarded, masks open.
    void enable_all(uint32_t cpu_ctlr = GICC_CTLR_EnableGrp0, uint32_t vcpu_ctlr = GICV_CTLR_EnableGrp0)
    {
        write(GIC_DIST, GICD_CTLR, 3);
        for (unsigned cpu : cpus) {
            write(GIC_CPU, GICC_PMR, 0xf8, cpu);
            write(GIC_CPU, GICC_CTLR, cpu_ctlr, cpu);
            write(GIC_HYP, GICH_HCR, GICH_HCR_En, cpu);
            write(GIC_VCPU, GICV_PMR, 0xf8, cpu);
            write(GIC_VCPU, GICV_CTLR, vcpu_ctlr, cpu);
        }
    }
    // Enables an interrupt with a priority; an SPI goes to the CPUs in targets.
    void enable(uint32_t intid, uint32_t prio = 0xa0, uint32_t targets = 1, unsigned cpu = 0)
    {
        write(GIC_DIST, GICD_IPRIORITYR + intid, prio, cpu, 1);
        if (intid >= 32)
            write(GIC_DIST, GICD_ITARGETSR + intid, targets, cpu, 1);
        write(GIC_DIST, GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32, cpu);
    }
    void set_group1(uint32_t intid)
    {
        uint32_t offset = GICD_IGROUPR + intid / 32 * 4;
        write(GIC_DIST, offset, read(GIC_DIST, offset) | 1u << intid % 32);
    }
    gic_counters stats() const
    {
        struct gic_counters s;
        gic_stats(g, &s);
        return s;
    }

    gic *g = nullptr;
    std::vector<unsigned> cpus;
    std::vector<PinEvent> pins;
    std::vector<StateEvent> states;
};

// A list register: pending, with a priority as GICV shows it.
inline uint32_t lr_hw(uint32_t vintid, uint32_t pintid, uint32_t prio = 0xa0)
{
    return GICH_LR_HW | GICH_LR_State_Pending | GIC_FIELD_SET(GICH_LR_Priority, prio >> 3) |
           GIC_FIELD_SET(GICH_LR_PhysicalID, pintid) | vintid;
}
inline uint32_t lr_sw(uint32_t vintid, uint32_t prio = 0xa0, uint32_t more = 0)
{
    return GICH_LR_State_Pending | GIC_FIELD_SET(GICH_LR_Priority, prio >> 3) | vintid | more;
}

inline gic_config two_cpus()
{
    gic_config cfg{};
    cfg.cpus = 2;
    return cfg;
}

// An SPI forwarded to a guest as interrupt 50, up to the guest's acknowledge.
class Forwarded : public TestGic
{
  public:
    explicit Forwarded(gic_config cfg = {}) : TestGic(cfg)
    {
        enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
        enable(40);
        spi(40, true);
        EXPECT_EQ(read(GIC_CPU, GICC_IAR), 40u);
        write(GIC_CPU, GICC_EOIR, 40);
        write(GIC_HYP, GICH_LR0, lr_hw(50, 40));
        EXPECT_EQ(read(GIC_VCPU, GICV_IAR), 50u);
    }
};

} // namespace trapline_test
