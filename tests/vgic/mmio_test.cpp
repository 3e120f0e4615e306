// SPDX-License-Identifier: Apache-2.0
// The guest's distributor, row by row (section 1.9), and halting the guest (1.10).
#include "fixture.hpp"

using namespace vgic_test;

namespace
{

constexpr uint32_t BIT34 = 1u << 2; // in the second word of a one-bit register

class Mmio : public Guest
{
  protected:
    void forward34()
    {
        m.spi(34, true);
        ASSERT_EQ(vgic_set_forwarding(m.v, &m.cpu[0], 36, 34), 0);
        m.phys_log.clear();
    }
    std::vector<unsigned> kicks()
    {
        std::vector<unsigned> k;
        k.swap(m.kicks);
        return k;
    }
};

} // namespace

TEST_F(Mmio, S1_9_EveryAccessChargesTheEmulationOnce)
{
    uint64_t before = m.sim.charged[SIM_COST_VGIC_EMUL];
    m.write(GICD_ISENABLER + 4, ~0u);
    m.read(GICD_TYPER);
    m.read(0xffc);
    EXPECT_EQ(m.sim.charged[SIM_COST_VGIC_EMUL], before + 3);
    EXPECT_EQ(m.sim.charged[SIM_COST_MMIO_DECODE], 0u);
}

TEST_F(Mmio, S1_9_EveryAccessIsTraced)
{
    m.events.clear();
    m.write(GICD_IPRIORITYR + 34, 0x50, 1);
    m.read(GICD_IPRIORITYR + 34, 1, 2);
    EXPECT_EQ(m.events, Strings({"vgic_mmio 0 1 " + std::to_string(GICD_IPRIORITYR + 34) + " 80",
                                 "vgic_mmio 2 0 " + std::to_string(GICD_IPRIORITYR + 34) + " 80"}));
}

// ---- nothing there ----------------------------------------------------------------------------------

struct Hole {
    uint32_t offset;
    unsigned size;
};

class Holes : public ::testing::TestWithParam<Hole>
{
};

TEST_P(Holes, S1_9_ReadsZeroIgnoresWrites)
{
    Machine m;
    uint64_t before = m.stats().mmio_ignored;
    m.write(GetParam().offset, ~0u, GetParam().size);
    EXPECT_EQ(m.read(GetParam().offset, GetParam().size), 0u);
    EXPECT_EQ(m.stats().mmio_ignored, before + 2);
    EXPECT_FALSE(vgic_enabled(m.v));
}

INSTANTIATE_TEST_SUITE_P(Table, Holes,
                         ::testing::Values(Hole{0x00c, 4},                      // reserved
                                           Hole{0x07c, 4}, Hole{0xd00, 4},      // unlisted
                                           Hole{GICD_NSACR, 4}, Hole{0xfe8, 4}, // PIDR2 is not emulated
                                           Hole{0x1000, 4}, Hole{0x80000000u, 4}, Hole{GICD_CTLR, 1}, // width
                                           Hole{GICD_CTLR, 2}, Hole{GICD_CTLR, 8}, Hole{GICD_ISENABLER, 1},
                                           Hole{GICD_ICFGR, 1}, Hole{GICD_SGIR, 1}, Hole{GICD_IPRIORITYR, 2},
                                           Hole{GICD_CTLR + 1, 4}, // alignment
                                           Hole{GICD_IPRIORITYR + 33, 4},
                                           Hole{GICD_ISENABLER + 12, 4}, // INTID 96 of 96
                                           Hole{GICD_IPRIORITYR + 96, 1}, Hole{GICD_ITARGETSR + 96, 4},
                                           Hole{GICD_ICFGR + 24, 4}, Hole{GICD_SPENDSGIR + 16, 4}));

// ---- CTLR, TYPER, IIDR ------------------------------------------------------------------------------

TEST_F(Mmio, S1_9_CtlrHasOneBit)
{
    m.write(GICD_CTLR, 0xfffffffe);
    EXPECT_EQ(m.read(GICD_CTLR), 0u);
    m.write(GICD_CTLR, 0xffffffff);
    EXPECT_EQ(m.read(GICD_CTLR), 1u);
}

TEST_F(Mmio, S1_9_CtlrEnableKicksEveryVcpuWithAPendingInterrupt)
{
    m.vif(0).vmcr = m.vif(1).vmcr = m.vif(2).vmcr = GICH_VMCR_VMPriMask;
    m.spi(34, true, 0xa0, 2);
    m.spi(35, true, 0xa0, 4);
    m.inject(34);
    m.inject(35);
    m.write(GICD_CTLR, 0);
    kicks();
    m.write(GICD_CTLR, 1);
    EXPECT_EQ(kicks(), std::vector<unsigned>({1, 2}));
    m.write(GICD_CTLR, 1);
    EXPECT_TRUE(kicks().empty()) << "only on 0 to 1";
}

TEST_F(Mmio, S1_9_WhatBecamePendingWhileDisabledIsNotQueuedByTheEnable)
{
    m.spi(34, true);
    m.write(GICD_CTLR, 0);
    m.inject(34);
    m.write(GICD_CTLR, 1);
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
    m.write(GICD_ISENABLER + 4, BIT34);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Mmio, S1_9_TyperAndIidr)
{
    EXPECT_EQ(m.read(GICD_TYPER), 2u | 2u << 5); // 96 interrupts, 3 vCPUs
    EXPECT_EQ(m.read(GICD_IIDR), 0x4b00343bu);
    m.write(GICD_TYPER, ~0u);
    m.write(GICD_IIDR, ~0u);
    EXPECT_EQ(m.read(GICD_TYPER), 2u | 2u << 5);
    EXPECT_EQ(m.read(GICD_IIDR), 0x4b00343bu);
}

// ---- group, enable ----------------------------------------------------------------------------------

TEST_F(Mmio, S1_9_GroupSetsAndQueues)
{
    m.write(GICD_IGROUPR + 4, BIT34);
    EXPECT_EQ(m.read(GICD_IGROUPR + 4), BIT34);
    EXPECT_EQ(m.irq(34).group, 1);
    m.write(GICD_IGROUPR + 4, 0);
    EXPECT_EQ(m.irq(34).group, 0);
    m.spi(34, true);
    m.write(GICD_CTLR, 0);
    m.inject(34);
    m.write(GICD_CTLR, 1);
    m.write(GICD_IGROUPR + 4, 0);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Mmio, S1_9_EnableQueuesWhatIsPending)
{
    m.write(GICD_ICFGR + 8, 0);
    m.inject(34);
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
    kicks();
    m.write(GICD_ISENABLER + 4, BIT34);
    EXPECT_EQ(m.irq(34).vcpu, 0);
    EXPECT_EQ(kicks(), std::vector<unsigned>({0}));
    EXPECT_EQ(m.read(GICD_ISENABLER + 4), BIT34);
    EXPECT_EQ(m.read(GICD_ICENABLER + 4), BIT34);
}

TEST_F(Mmio, S1_9_EnableIgnoresZeroBits)
{
    m.write(GICD_ISENABLER + 4, BIT34);
    m.write(GICD_ISENABLER + 4, 1);
    EXPECT_EQ(m.read(GICD_ISENABLER + 4), BIT34 | 1);
    m.write(GICD_ICENABLER + 4, BIT34);
    EXPECT_EQ(m.read(GICD_ISENABLER + 4), 1u);
}

TEST_F(Mmio, S1_9_SgisStartEnabledAndPrivateOnesAreBanked)
{
    EXPECT_EQ(m.read(GICD_ISENABLER), 0xffffu);
    m.write(GICD_ISENABLER, 1u << 27, 4, 1);
    EXPECT_EQ(m.read(GICD_ISENABLER, 4, 1), 0x0800ffffu);
    EXPECT_EQ(m.read(GICD_ISENABLER, 4, 0), 0xffffu);
}

TEST_F(Mmio, S1_9_EnableSamplesAMappedLevel)
{
    forward34();
    m.write(GICD_ICENABLER + 4, BIT34);
    m.inject(34);
    m.phys[36].pending = true;
    m.write(GICD_ISENABLER + 4, BIT34);
    EXPECT_TRUE(m.irq(34).line_level);
    EXPECT_TRUE(m.phys_log.empty());
    m.phys[36].pending = false;
    m.write(GICD_ISENABLER + 4, BIT34);
    EXPECT_FALSE(m.irq(34).line_level);
    EXPECT_EQ(m.phys_log, Strings({"set_active 36 0"})) << "was high, is low, not active";
    m.phys_log.clear();
    m.write(GICD_ISENABLER + 4, BIT34);
    EXPECT_TRUE(m.phys_log.empty()) << "was low already";
}

TEST_F(Mmio, S1_9_EnableLeavesAnActiveMappedLevelAlone)
{
    forward34();
    m.inject(34);
    m.flush();
    m.iar();
    m.sync();
    m.inject(34);
    m.write(GICD_ISENABLER + 4, BIT34); // physical line is low
    EXPECT_FALSE(m.irq(34).line_level);
    EXPECT_TRUE(m.phys_log.empty());
}

// ---- pending ----------------------------------------------------------------------------------------

TEST_F(Mmio, S1_9_PendingReadsWireOrLatch)
{
    m.spi(34, true);
    m.inject(34);
    EXPECT_EQ(m.read(GICD_ISPENDR + 4), BIT34);
    EXPECT_EQ(m.read(GICD_ICPENDR + 4), BIT34);
    m.write(GICD_ICPENDR + 4, BIT34);
    EXPECT_EQ(m.read(GICD_ISPENDR + 4), BIT34) << "the wire is still high";
    m.inject(34, false);
    EXPECT_EQ(m.read(GICD_ISPENDR + 4), 0u);
}

TEST_F(Mmio, S1_9_PendingOfAMappedLevelIsThePhysicalLevel)
{
    forward34();
    m.phys[36].pending = true;
    EXPECT_EQ(m.read(GICD_ISPENDR + 4), BIT34);
    m.phys[36].pending = false;
    m.write(GICD_ISPENDR + 4, BIT34);
    EXPECT_EQ(m.read(GICD_ISPENDR + 4), 0u);
}

TEST_F(Mmio, S1_9_SetPendingLatchesAndQueues)
{
    m.spi(34, true);
    kicks();
    m.write(GICD_ISPENDR + 4, BIT34);
    EXPECT_TRUE(m.irq(34).pending_latch);
    EXPECT_FALSE(m.irq(34).line_level);
    EXPECT_EQ(kicks(), std::vector<unsigned>({0}));
    EXPECT_TRUE(m.phys_log.empty());
}

TEST_F(Mmio, S1_9_SetPendingOfAnHwOneSetsPhysicalActive)
{
    forward34();
    m.write(GICD_ISPENDR + 4, BIT34);
    EXPECT_EQ(m.phys_log, Strings({"set_active 36 1"}));
}

TEST_F(Mmio, S1_9_SetAndClearPendingIgnoreSgis)
{
    m.write(GICD_ISPENDR, 0x8);
    EXPECT_EQ(m.read(GICD_ISPENDR), 0u);
    m.sgi(1, 1, 3);
    m.write(GICD_ICPENDR, 0x8);
    EXPECT_EQ(m.read(GICD_ISPENDR), 0x8u);
    EXPECT_EQ(m.irq(3).source, 2);
}

TEST_F(Mmio, S1_9_ClearPendingOfAnHwOneClearsPhysicalPendingAndActive)
{
    forward34();
    m.write(GICD_ISPENDR + 4, BIT34);
    m.phys_log.clear();
    m.write(GICD_ICPENDR + 4, BIT34);
    EXPECT_FALSE(m.irq(34).pending_latch);
    EXPECT_EQ(m.phys_log, Strings({"set_pending 36 0", "set_active 36 0"}));
}

TEST_F(Mmio, S1_9_ClearPendingKeepsPhysicalActiveWhileVirtuallyActive)
{
    forward34();
    m.inject(34);
    m.flush();
    m.iar();
    m.sync();
    m.write(GICD_ICPENDR + 4, BIT34);
    EXPECT_EQ(m.phys_log, Strings({"set_pending 36 0"}));
}

// ---- active -----------------------------------------------------------------------------------------

TEST_F(Mmio, S1_10_ActiveStateOfAnSpiHaltsTheGuest)
{
    m.write(GICD_ISACTIVER + 4, BIT34);
    EXPECT_EQ(m.halts, 1u);
    EXPECT_EQ(m.resumes, 1u);
    EXPECT_EQ(m.read(GICD_ISACTIVER + 4), BIT34);
    EXPECT_EQ(m.halts, 2u);
    EXPECT_EQ(m.read(GICD_ICACTIVER + 4), BIT34);
    m.write(GICD_ICACTIVER + 4, BIT34);
    EXPECT_EQ(m.read(GICD_ISACTIVER + 4), 0u);
    EXPECT_EQ(m.resumes, 5u);
}

TEST_F(Mmio, S1_10_ActiveStateOfAPrivateOneDoesNot)
{
    m.write(GICD_ISACTIVER, 1u << 27);
    EXPECT_EQ(m.read(GICD_ISACTIVER), 1u << 27);
    EXPECT_EQ(m.halts, 0u);
}

TEST_F(Mmio, S1_10_OtherRegistersDoNot)
{
    m.write(GICD_ISPENDR + 4, BIT34);
    m.write(GICD_ISENABLER + 4, BIT34);
    EXPECT_EQ(m.halts, 0u);
}

TEST_F(Mmio, S1_9_SetActiveQueues)
{
    kicks();
    m.write(GICD_ISACTIVER + 4, BIT34 | 1);
    EXPECT_EQ(m.irq(34).vcpu, 0);
    EXPECT_EQ(m.irq(32).vcpu, 0);
    EXPECT_EQ(kicks(), std::vector<unsigned>({0, 0}));
    m.flush();
    EXPECT_EQ(m.vif().used_lrs, 2);
}

TEST_F(Mmio, S1_9_ActiveOfAnHwOneIsPhysicalToo)
{
    forward34();
    m.write(GICD_ISACTIVER + 4, BIT34);
    EXPECT_TRUE(m.irq(34).active);
    m.write(GICD_ICACTIVER + 4, BIT34);
    EXPECT_FALSE(m.irq(34).active);
    EXPECT_EQ(m.phys_log, Strings({"set_active 36 1", "set_active 36 0"}));
}

TEST_F(Mmio, S1_9_ActiveSgiGetsTheWriterAsSource)
{
    m.write(GICD_ISACTIVER, 1u << 3, 4, 2);
    EXPECT_EQ(m.irq(3, 2).active_source, 2);
}

// ---- priority, targets, configuration ---------------------------------------------------------------

TEST_F(Mmio, S1_9_PriorityKeepsFiveBits)
{
    m.write(GICD_IPRIORITYR + 32, 0x07ff4321);
    EXPECT_EQ(m.read(GICD_IPRIORITYR + 32), 0x00f84020u);
    m.write(GICD_IPRIORITYR + 33, 0x99, 1);
    EXPECT_EQ(m.read(GICD_IPRIORITYR + 32), 0x00f89820u);
    EXPECT_EQ(m.read(GICD_IPRIORITYR + 33, 1), 0x98u);
}

TEST_F(Mmio, S1_9_PriorityWriteQueuesNothing)
{
    m.spi(34, true);
    m.inject(34);
    kicks();
    m.write(GICD_IPRIORITYR + 34, 0, 1);
    EXPECT_TRUE(kicks().empty());
    EXPECT_EQ(m.steps, 2u); // decode, write
}

TEST_F(Mmio, S1_9_TargetsOfPrivateOnesAreReadOnly)
{
    EXPECT_EQ(m.read(GICD_ITARGETSR, 4, 1), 0x02020202u);
    m.write(GICD_ITARGETSR + 28, 0xffffffff, 4, 1);
    EXPECT_EQ(m.read(GICD_ITARGETSR + 28, 4, 1), 0x02020202u);
}

TEST_F(Mmio, S1_9_TargetsAreMaskedLowestWinsEmptyMeansZero)
{
    m.write(GICD_ITARGETSR + 32, 0xf0040600);
    EXPECT_EQ(m.read(GICD_ITARGETSR + 32), 0x00040600u);
    EXPECT_EQ(m.irq(32).target_vcpu, 0);
    EXPECT_EQ(m.irq(33).target_vcpu, 1);
    EXPECT_EQ(m.irq(34).target_vcpu, 2);
    EXPECT_EQ(m.irq(35).target_vcpu, 0);
}

TEST_F(Mmio, S1_9_ConfigBit1IsEdge)
{
    EXPECT_EQ(m.read(GICD_ICFGR + 8), 0xaaaaaaaau) << "SPIs start as edge";
    m.write(GICD_ICFGR + 8, 0x00000070);
    EXPECT_EQ(m.read(GICD_ICFGR + 8), 0x00000020u);
    EXPECT_TRUE(m.irq(35).level_config);
    EXPECT_FALSE(m.irq(34).level_config);
}

TEST_F(Mmio, S1_9_ConfigOfPrivateOnesIsFixed)
{
    m.write(GICD_ICFGR, 0);
    m.write(GICD_ICFGR + 4, 0xffffffff);
    EXPECT_EQ(m.read(GICD_ICFGR), 0xaaaaaaaau);
    EXPECT_EQ(m.read(GICD_ICFGR + 4), 0u);
}

TEST_F(Mmio, S1_9_ConfigChangeLeavesThePendingState)
{
    m.spi(34, false);
    m.inject(34);
    m.write(GICD_ICFGR + 8, 0);
    EXPECT_TRUE(m.irq(34).pending_latch);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

// ---- SGIs -------------------------------------------------------------------------------------------

TEST_F(Mmio, S1_9_1_SgirReadsZero)
{
    EXPECT_EQ(m.read(GICD_SGIR), 0u);
    EXPECT_EQ(m.stats().mmio_ignored, 0u);
}

TEST_F(Mmio, S1_9_1_SgirList)
{
    m.write(GICD_SGIR, 0xff050000 & 0x00ffffff, 4, 1);
    EXPECT_EQ(kicks(), std::vector<unsigned>({0, 2}));
    EXPECT_EQ(m.irq(0, 0).source, 2);
    EXPECT_EQ(m.irq(0, 1).source, 0);
    EXPECT_EQ(m.irq(0, 2).source, 2);
}

TEST_F(Mmio, S1_9_1_SgirListIgnoresVcpusThatAreNot)
{
    m.write(GICD_SGIR, 0x00f80007);
    EXPECT_TRUE(kicks().empty());
}

TEST_F(Mmio, S1_9_1_SgirAllButSelf)
{
    m.write(GICD_SGIR, 0x01020009, 4, 1);
    EXPECT_EQ(kicks(), std::vector<unsigned>({0, 2}));
    EXPECT_TRUE(m.irq(9, 2).pending_latch);
}

TEST_F(Mmio, S1_9_1_SgirSelf)
{
    m.write(GICD_SGIR, 0x02050009, 4, 1);
    EXPECT_EQ(kicks(), std::vector<unsigned>({1}));
    EXPECT_EQ(m.irq(9, 1).source, 2);
}

TEST_F(Mmio, S1_9_1_SgirReservedFilter)
{
    m.write(GICD_SGIR, 0x03ff0009);
    EXPECT_TRUE(kicks().empty());
}

TEST_F(Mmio, S1_9_SgiSourcesClearAndSet)
{
    m.write(GICD_SPENDSGIR + 4, 0x00000300); // SGI 5 from vCPUs 0 and 1
    EXPECT_EQ(m.read(GICD_CPENDSGIR + 4), 0x00000300u);
    EXPECT_EQ(kicks(), std::vector<unsigned>({0}));
    m.write(GICD_CPENDSGIR + 5, 1, 1);
    EXPECT_EQ(m.read(GICD_SPENDSGIR + 5, 1), 2u);
    EXPECT_TRUE(m.irq(5).pending_latch);
    m.write(GICD_CPENDSGIR + 5, 2, 1);
    EXPECT_FALSE(m.irq(5).pending_latch);
    m.write(GICD_SPENDSGIR + 5, 0, 1);
    EXPECT_FALSE(m.irq(5).pending_latch);
}

// ---- gaps between steps -----------------------------------------------------------------------------

TEST_F(Mmio, S1_4_EachQueuedInterruptIsAGapInTheAccess)
{
    m.start(vgic_mmio_proc, 1, 1, vgic_mmio_arg(GICD_SGIR, 4, true), 0x00050003);
    ASSERT_TRUE(m.step(1)); // the emulation takes its time
    ASSERT_TRUE(m.step(1)); // vCPU 0 chosen
    EXPECT_EQ(m.irq(3, 0).vcpu, VGIC_NO_VCPU);
    ASSERT_TRUE(m.step(1)); // queued; vCPU 2 chosen
    EXPECT_EQ(m.irq(3, 0).vcpu, 0);
    EXPECT_EQ(m.irq(3, 2).vcpu, VGIC_NO_VCPU);
    ASSERT_FALSE(m.step(1));
    EXPECT_EQ(m.irq(3, 2).vcpu, 2);
}

TEST_F(Mmio, S1_4_AStaleChoiceIsMadeAgain)
{
    m.write(GICD_ICFGR + 8, 0);
    m.inject(34);
    m.start(vgic_mmio_proc, 1, 1, vgic_mmio_arg(GICD_ISENABLER + 4, 4, true), BIT34);
    ASSERT_TRUE(m.step(1));
    ASSERT_TRUE(m.step(1));
    m.write(GICD_ITARGETSR + 34, 4, 1);
    ASSERT_TRUE(m.step(1));
    ASSERT_FALSE(m.step(1));
    EXPECT_EQ(m.irq(34).vcpu, 2);
    EXPECT_EQ(m.stats().queue_retries, 1u);
}

TEST_F(Mmio, S1_10_HaltAndResumeAreStepsOfTheirOwn)
{
    m.start(vgic_mmio_proc, 0, 0, vgic_mmio_arg(GICD_ISACTIVER + 4, 4, true), BIT34);
    ASSERT_TRUE(m.step(0)); // calls halt
    EXPECT_EQ(m.halts, 0u);
    ASSERT_TRUE(m.step(0)); // halt
    EXPECT_EQ(m.halts, 1u);
    EXPECT_FALSE(m.irq(34).active);
    ASSERT_TRUE(m.step(0)); // active; to be queued
    EXPECT_TRUE(m.irq(34).active);
    ASSERT_TRUE(m.step(0)); // queued, calls resume
    EXPECT_EQ(m.resumes, 0u);
    ASSERT_TRUE(m.step(0));
    EXPECT_EQ(m.resumes, 1u);
    ASSERT_FALSE(m.step(0));
}
