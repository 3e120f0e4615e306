// SPDX-License-Identifier: Apache-2.0
// Forwarding (section 6.3), the refusals of 6.8 that are KVM's, and tear-down (6.7).
#include "fixture.hpp"

#include <cerrno>

using namespace vgic_test;

class Forward : public Guest
{
  protected:
    int set(int host_irq, uint32_t vintid)
    {
        return vgic_set_forwarding(m.v, &m.cpu[0], host_irq, vintid);
    }
    void unset(int host_irq, uint32_t vintid)
    {
        vgic_unset_forwarding(m.v, &m.cpu[0], host_irq, vintid);
    }
};

TEST_F(Forward, S6_3_SetMapsAndTellsTheHost)
{
    m.spi(34, true);
    m.events.clear();
    EXPECT_EQ(set(36, 34), 0) << "the host's answer is ignored";
    EXPECT_TRUE(m.irq(34).hw);
    EXPECT_EQ(m.irq(34).hwintid, 36u);
    EXPECT_EQ(m.irq(34).host_irq, 36);
    EXPECT_TRUE(m.phys[36].forwarded);
    EXPECT_EQ(m.events, Strings({"vgic_forward_set 34 36 0"}));
}

TEST_F(Forward, S6_3_SetNeedsAnSpi)
{
    EXPECT_EQ(set(36, 31), -EINVAL);
    EXPECT_EQ(set(36, 96), -EINVAL);
    EXPECT_EQ(set(36, 1020), -EINVAL);
    EXPECT_EQ(m.events.back(), "vgic_forward_set 1020 0 -22");
}

TEST_F(Forward, S6_3_SetTwiceIsInvalid)
{
    EXPECT_EQ(set(36, 34), 0);
    EXPECT_EQ(set(37, 34), -EINVAL);
    EXPECT_EQ(m.irq(34).hwintid, 36u);
    EXPECT_FALSE(m.phys[37].forwarded);
}

TEST_F(Forward, S6_3_SetNeedsATarget)
{
    m.raw(34).target_vcpu = VGIC_NO_VCPU;
    EXPECT_EQ(set(36, 34), -EAGAIN);
    EXPECT_FALSE(m.irq(34).hw);
}

TEST_F(Forward, S6_3_SetNeedsAHostInterrupt)
{
    EXPECT_EQ(set(3, 34), -EINVAL);
    EXPECT_FALSE(m.irq(34).hw);
}

TEST_F(Forward, S6_3_ABusyEdgeIsAWarning)
{
    m.spi(34, false);
    m.inject(34);
    EXPECT_EQ(set(36, 34), 0);
    EXPECT_EQ(m.stats().forward_busy_edge, 1u);
    m.spi(35, true);
    m.inject(35);
    EXPECT_EQ(set(37, 35), 0);
    EXPECT_EQ(m.stats().forward_busy_edge, 1u) << "a level is the host's to refuse";
}

TEST_F(Forward, S6_3_UnsetFreesThePhysicalInterruptIfActive)
{
    set(36, 34);
    m.phys[36].active = true;
    m.events.clear();
    unset(36, 34);
    EXPECT_FALSE(m.irq(34).hw);
    EXPECT_EQ(m.irq(34).hwintid, 0u);
    EXPECT_EQ(m.phys_log, Strings({"set_active 36 0"}));
    EXPECT_FALSE(m.phys[36].forwarded);
    EXPECT_EQ(m.events, Strings({"vgic_forward_unset 34 36"}));
}

TEST_F(Forward, S6_3_UnsetOfAnInactiveOneWritesNothing)
{
    set(36, 34);
    unset(36, 34);
    EXPECT_TRUE(m.phys_log.empty());
}

TEST_F(Forward, S6_3_UnsetOfWhatIsNotForwardedDoesNothing)
{
    m.phys[36].active = true;
    m.events.clear();
    unset(36, 34);
    unset(36, 20);
    unset(36, 500);
    EXPECT_TRUE(m.phys_log.empty());
    EXPECT_TRUE(m.events.empty());
}

TEST_F(Forward, S6_3_UnsetLeavesTheVirtualState)
{
    m.spi(34, true);
    set(36, 34);
    m.inject(34);
    m.flush();
    m.iar();
    m.sync();
    m.inject(34);
    unset(36, 34);
    EXPECT_TRUE(m.irq(34).active);
    EXPECT_TRUE(m.irq(34).line_level);
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0x2a080022u) << "not mapped any more: EOI instead of HW";
}

TEST_F(Forward, S6_5_GuestDeactivationReachesThePhysicalInterrupt)
{
    m.spi(34, true);
    set(36, 34);
    m.inject(34);
    m.flush();
    m.eoir(m.iar());
    EXPECT_EQ(m.fake().deactivated, std::vector<uint32_t>({36}));
    EXPECT_EQ(m.sync(), 0);
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU) << "the prune drops it by itself";
}

TEST_F(Forward, S6_5_AnEdgeWhileActiveStaysOutOfTheRegister)
{
    m.spi(34, false);
    set(36, 34);
    m.inject(34);
    m.flush();
    m.iar();
    m.sync();
    m.inject(34);
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0xaa009022u);
    m.eoir(34);
    m.sync();
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0x9a009022u);
}

TEST_F(Forward, MapIrqIsTheMappingAlone)
{
    EXPECT_EQ(vgic_map_irq(m.v, 1, 27, 27), 0);
    EXPECT_TRUE(m.irq(27, 1).hw);
    EXPECT_FALSE(m.irq(27, 0).hw);
    EXPECT_FALSE(m.phys[27].forwarded);
    EXPECT_EQ(vgic_map_irq(m.v, 0, 27, 3), -EINVAL);
    EXPECT_EQ(vgic_map_irq(m.v, 0, 27, 96), -EINVAL);
    EXPECT_EQ(vgic_map_irq(m.v, 0, 3, 27), -EINVAL);
    EXPECT_EQ(vgic_unmap_irq(m.v, 1, 27), 0);
    EXPECT_FALSE(m.irq(27, 1).hw);
    EXPECT_EQ(vgic_unmap_irq(m.v, 1, 3), -EINVAL);
}
