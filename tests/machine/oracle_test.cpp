// SPDX-License-Identifier: Apache-2.0
// The oracles T1 to T6 of section 9.3 of the behavioural reference: one vCPU, the interrupt and the vCPU on
// the same pCPU, one SPI, kernel 6.1. Counts must not depend on what anything costs.
#include "rig.hpp"

#include <cstdio>

namespace
{

struct Param {
    uint64_t n;
    Rig::Costs costs;
    unsigned eoi_mode;
};

std::string name(const testing::TestParamInfo<Param> &i)
{
    return "n" + std::to_string(i.param.n) + (i.param.costs == Rig::kIdeal ? "_ideal" : "_costly") + "_eoimode" +
           std::to_string(i.param.eoi_mode);
}

class Oracle : public testing::TestWithParam<Param>
{
  protected:
    Rig rig{GetParam().costs};

    void SetUp() override
    {
        rig.cfg.guest_eoi_mode = GetParam().eoi_mode;
    }

    // Every oracle ends with a line that can interrupt again: low, inactive, enabled; nothing disabled.
    void ExpectLineFree(uint32_t spi)
    {
        EXPECT_EQ(gic_state(machine_gic(rig.m.get()), 0, spi) &
                      (GIC_ST_PENDING | GIC_ST_ACTIVE | GIC_ST_ENABLED | GIC_ST_LINE),
                  static_cast<uint32_t>(GIC_ST_ENABLED));
        EXPECT_EQ(rig.count("interrupts.lost"), 0u);
        EXPECT_EQ(rig.count("interrupts.spurious"), 0u);
    }
};

TEST_P(Oracle, T1_level_resample_takes_two_exits_two_acks_one_resample)
{
    const uint64_t n = GetParam().n;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, n);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), 2 * n);
    EXPECT_EQ(rig.count("exits.phys_device_irq"), n);
    EXPECT_EQ(rig.count("exits.maint_eoi"), n);
    EXPECT_EQ(rig.count("host.acks"), 2 * n);
    EXPECT_EQ(rig.count("host.icenabler_writes"), n);
    EXPECT_EQ(rig.count("host.isenabler_writes"), n);
    EXPECT_EQ(rig.count("host.dir_writes"), 2 * n);
    EXPECT_EQ(rig.count("host.eventfd_resample"), n);
    EXPECT_EQ(rig.count("guest.irqs"), n);
    ExpectLineFree(36);
}

TEST_P(Oracle, T1_without_lazy_disable_takes_one_ack)
{
    const uint64_t n = GetParam().n;
    rig.cfg.kernel.lazy_disable = false;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, n);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), 2 * n);
    EXPECT_EQ(rig.count("host.acks"), n);
    ExpectLineFree(36);
}

TEST_P(Oracle, T2_line_held_for_n_handler_runs_takes_n_plus_1_exits)
{
    const auto n = static_cast<unsigned>(GetParam().n);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    rig.devices[0].clears = n;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), n + 1);
    EXPECT_EQ(rig.count("guest.irqs"), n);
    EXPECT_EQ(rig.count("host.eventfd_resample"), n);
    EXPECT_EQ(rig.count("host.acks"), 2 * n);
    EXPECT_EQ(rig.count("exits.maint_eoi") + rig.count("exits.maint_eoi_merged"), n);
    ExpectLineFree(36);
}

TEST_P(Oracle, T3_direct_EOI_takes_one_exit_one_ack_no_resample)
{
    const uint64_t n = GetParam().n;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, n);
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), n);
    EXPECT_EQ(rig.count("exits.phys_device_irq"), n);
    EXPECT_EQ(rig.count("host.acks"), n);
    EXPECT_EQ(rig.count("host.dir_writes"), 0u);
    EXPECT_EQ(rig.count("host.gicd_writes"), 0u);
    EXPECT_EQ(rig.count("host.eventfd_resample"), 0u);
    EXPECT_EQ(rig.count("guest.irqs"), n);
    EXPECT_EQ(rig.count("bypass.connects"), 1u);
    EXPECT_EQ(rig.count("vgic.hw_inactive"), 0u);
    ExpectLineFree(36);
}

TEST_P(Oracle, T4_direct_EOI_line_high_n_times_takes_n_exits)
{
    const auto n = static_cast<unsigned>(GetParam().n);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 1);
    rig.devices[0].clears = n;
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), n);
    EXPECT_EQ(rig.count("guest.irqs"), n);
    EXPECT_EQ(rig.count("host.acks"), n);
    EXPECT_EQ(rig.count("host.eventfd_resample"), 0u);
    ExpectLineFree(36);
}

TEST_P(Oracle, T5_edge_irqfd_m_spaced_edges_take_m_exits_and_no_mask)
{
    const uint64_t n = GetParam().n;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 36, 34, 1, n);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), n);
    EXPECT_EQ(rig.count("guest.irqs"), n);
    EXPECT_EQ(rig.count("host.icenabler_writes"), 0u);
    EXPECT_EQ(rig.count("host.acks"), n);
    ExpectLineFree(36);
}

TEST_P(Oracle, T6_second_edge_inside_the_handler_takes_two_exits_and_two_virqs)
{
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 36, 34, 1, 2, 5000);
    rig.handlers[0].work = 20000; // the second edge comes 5 us into it
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), 2u);
    EXPECT_EQ(rig.count("guest.irqs"), 2u);
    EXPECT_EQ(rig.count("interrupts.delivered"), 2u);
    EXPECT_EQ(rig.count("interrupts.completed"), 2u);
    ExpectLineFree(36);
}

INSTANTIATE_TEST_SUITE_P(Rounds, Oracle,
                         testing::Values(Param{1, Rig::kIdeal, 0}, Param{2, Rig::kIdeal, 0}, Param{5, Rig::kIdeal, 0},
                                         Param{20, Rig::kIdeal, 0}, Param{1, Rig::kSevenEach, 0},
                                         Param{5, Rig::kSevenEach, 0}, Param{20, Rig::kSevenEach, 0},
                                         Param{1, Rig::kIdeal, 1}, Param{5, Rig::kIdeal, 1},
                                         Param{20, Rig::kSevenEach, 1}),
                         name);

} // namespace
