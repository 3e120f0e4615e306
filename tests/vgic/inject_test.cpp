// SPDX-License-Identifier: Apache-2.0
// Injection (section 1.3), the target oracle and queueing (1.4), the wake predicate (1.5).
#include "fixture.hpp"

#include <cerrno>

using namespace vgic_test;

using Inject = Guest;

TEST_F(Inject, S1_3_UnknownIntidIsInvalid)
{
    EXPECT_EQ(m.inject(96), -EINVAL);
    EXPECT_EQ(m.inject(95), 0);
}

TEST_F(Inject, S1_3_PrivateIntidNeedsAKnownVcpu)
{
    EXPECT_EQ(m.inject(27, true, 3), -EINVAL);
    EXPECT_EQ(m.inject(27, true, 2), 0);
    EXPECT_TRUE(m.irq(27, 2).line_level);
}

TEST_F(Inject, S1_3_SpiIgnoresTheVcpuNumber)
{
    m.spi(34, true);
    EXPECT_EQ(m.inject(34, true, 99), 0);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Inject, S1_3_LevelWithoutChangeIsSilentlyIgnored)
{
    m.spi(34, true);
    EXPECT_EQ(m.inject(34, false), 0);
    EXPECT_EQ(m.stats().inject_ignored, 1u);
    EXPECT_EQ(m.inject(34, true), 0);
    m.kicks.clear();
    EXPECT_EQ(m.inject(34, true), 0);
    EXPECT_EQ(m.stats().inject_ignored, 2u);
    EXPECT_TRUE(m.kicks.empty());
}

TEST_F(Inject, S1_3_EdgeGoingLowIsSilentlyIgnored)
{
    m.spi(34, false);
    EXPECT_EQ(m.inject(34, true), 0);
    EXPECT_EQ(m.inject(34, false), 0);
    EXPECT_TRUE(m.irq(34).pending_latch);
    EXPECT_EQ(m.stats().inject_ignored, 1u);
}

TEST_F(Inject, S1_3_OnlyTheOwnerMayInject)
{
    int timer = 0, other = 0;
    EXPECT_EQ(vgic_set_owner(m.v, 0, 27, &timer), 0);
    EXPECT_EQ(vgic_set_owner(m.v, 0, 27, &other), -EEXIST);
    EXPECT_EQ(m.inject(27, true), 0);
    EXPECT_EQ(m.inject(27, true, 0, &other), 0);
    EXPECT_FALSE(m.irq(27).line_level);
    EXPECT_EQ(m.inject(27, true, 0, &timer), 0);
    EXPECT_TRUE(m.irq(27).line_level);
}

TEST_F(Inject, S1_3_SgisHaveNoOwner)
{
    int somebody = 0;
    EXPECT_EQ(vgic_set_owner(m.v, 0, 3, &somebody), -EINVAL);
    EXPECT_EQ(vgic_set_owner(m.v, 0, 96, &somebody), -EINVAL);
}

TEST_F(Inject, S1_3_LevelFollowsTheWireEdgeLatches)
{
    m.spi(34, true);
    m.spi(35, false);
    m.inject(34, true);
    m.inject(35, true);
    EXPECT_TRUE(m.irq(34).line_level);
    EXPECT_FALSE(m.irq(34).pending_latch);
    EXPECT_FALSE(m.irq(35).line_level);
    EXPECT_TRUE(m.irq(35).pending_latch);
    m.inject(34, false);
    EXPECT_FALSE(m.irq(34).line_level);
}

TEST_F(Inject, S1_4_QueueingAppendsAndKicks)
{
    m.spi(34, true, 0xa0, 2);
    m.kicks.clear();
    m.events.clear();
    EXPECT_EQ(m.inject(34), 0);
    EXPECT_EQ(m.irq(34).vcpu, 1);
    EXPECT_EQ(m.kicks, std::vector<unsigned>({1}));
    EXPECT_EQ(m.events, Strings({"vgic_update_irq_pending 0 34 1", "vgic_queue_irq 1 34"}));
    EXPECT_EQ(m.steps, 2u);
}

TEST_F(Inject, S1_4_AlreadyQueuedKicksWithoutQueueing)
{
    m.spi(34, false);
    m.inject(34);
    m.kicks.clear();
    m.events.clear();
    m.inject(34); // a second edge
    EXPECT_EQ(m.kicks, std::vector<unsigned>({0}));
    EXPECT_EQ(m.events, Strings({"vgic_update_irq_pending 0 34 1"}));
    EXPECT_EQ(m.steps, 1u);
}

TEST_F(Inject, S1_4_OracleDisabledStaysOffTheList)
{
    m.spi(34, true);
    m.write(GICD_ICENABLER + 4, 1u << 2);
    m.kicks.clear();
    m.inject(34);
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
    EXPECT_TRUE(m.irq(34).line_level);
    EXPECT_TRUE(m.kicks.empty());
}

TEST_F(Inject, S1_4_OracleDistributorDisabledGivesNone)
{
    m.spi(34, true);
    m.write(GICD_CTLR, 0);
    m.inject(34);
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
}

TEST_F(Inject, S1_4_OracleActiveStaysOnItsVcpu)
{
    m.spi(34, false, 0xa0, 1);
    m.inject(34);
    m.flush();
    m.iar();
    m.sync();
    EXPECT_TRUE(m.irq(34).active);
    m.write(GICD_ITARGETSR + 34, 2, 1); // now meant for vCPU 1
    m.write(GICD_ICENABLER + 4, 1u << 2);
    m.flush();
    m.sync();
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Inject, S1_4_OracleActiveOnNoListGoesToItsTarget)
{
    m.write(GICD_ITARGETSR + 34, 2, 1);
    m.write(GICD_ISACTIVER + 4, 1u << 2);
    EXPECT_EQ(m.irq(34).vcpu, 1);
}

TEST_F(Inject, S1_4_OracleDoesNotLookAtPriorityOrGroup)
{
    m.spi(34, true, 0xf8);
    m.write(GICD_IGROUPR + 4, 1u << 2);
    m.inject(34);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Inject, S1_4_RecheckFindsItDisabledMeanwhile)
{
    m.spi(34, true);
    m.start(vgic_inject_proc, 0, 0, 34, 1);
    ASSERT_TRUE(m.step(0)); // target chosen
    m.run(vgic_mmio_proc, 1, 1, vgic_mmio_arg(GICD_ICENABLER + 4, 4, true), 1u << 2);
    m.kicks.clear();
    ASSERT_FALSE(m.step(0));
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
    EXPECT_TRUE(m.kicks.empty());
    EXPECT_EQ(m.stats().queue_retries, 1u);
}

TEST_F(Inject, S1_4_RecheckFindsItQueuedMeanwhile)
{
    m.spi(34, false);
    m.start(vgic_inject_proc, 0, 0, 34, 1);
    ASSERT_TRUE(m.step(0));
    m.inject(34, true, 0, nullptr, 1); // CPU 1 is faster
    m.kicks.clear();
    ASSERT_FALSE(m.step(0));
    EXPECT_EQ(m.kicks, std::vector<unsigned>({0}));
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Inject, S1_4_RecheckFollowsANewTarget)
{
    m.spi(34, true);
    m.start(vgic_inject_proc, 0, 0, 34, 1);
    ASSERT_TRUE(m.step(0));
    m.run(vgic_mmio_proc, 1, 1, vgic_mmio_arg(GICD_ITARGETSR + 34, 1, true), 4);
    ASSERT_TRUE(m.step(0)); // stale: chooses again
    ASSERT_FALSE(m.step(0));
    EXPECT_EQ(m.irq(34).vcpu, 2);
}

TEST_F(Inject, S1_5_WakePredicate)
{
    m.fake().cpu[0].vmcr = 0x1fu << GICH_VMCR_VMPriMask_SHIFT;
    vgic_vmcr_sync(m.v, &m.cpu[0], 0);
    m.spi(34, true, 0xa0);
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 0));
    m.inject(34);
    EXPECT_TRUE(vgic_vcpu_pending(m.v, 0));
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 1));
    m.write(GICD_CTLR, 0);
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 0));
    m.write(GICD_CTLR, 1);
    m.write(GICD_ICENABLER + 4, 1u << 2);
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 0));
}

TEST_F(Inject, S1_5_WakePredicateUsesTheShadowPriorityMask)
{
    m.spi(34, true, 0xa0);
    m.inject(34);
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 0)) << "VMCR is 0 at first: everything is masked";
    m.fake().cpu[0].vmcr = 0x14u << GICH_VMCR_VMPriMask_SHIFT; // PMR 0xa0
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 0)) << "shadow not synced yet";
    vgic_vmcr_sync(m.v, &m.cpu[0], 0);
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 0)) << "priority must be below the mask";
    m.fake().cpu[0].vmcr = 0x15u << GICH_VMCR_VMPriMask_SHIFT; // PMR 0xa8
    vgic_vmcr_sync(m.v, &m.cpu[0], 0);
    EXPECT_TRUE(vgic_vcpu_pending(m.v, 0));
}

TEST_F(Inject, S1_5_WakePredicateIgnoresActiveOnes)
{
    m.vif().vmcr = GICH_VMCR_VMPriMask;
    m.spi(34, false);
    m.inject(34);
    m.flush();
    m.iar();
    m.sync();
    m.inject(34); // active and pending
    EXPECT_FALSE(vgic_vcpu_pending(m.v, 0));
}
