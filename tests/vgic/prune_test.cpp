// SPDX-License-Identifier: Apache-2.0
// Pruning the ap_list and moving interrupts between vCPUs (section 1.7 step 4).
#include "fixture.hpp"

using namespace vgic_test;

class Prune : public Guest
{
  protected:
    void retarget(uint32_t intid, uint8_t targets, unsigned by = 2)
    {
        m.run(vgic_mmio_proc, by, by, vgic_mmio_arg(GICD_ITARGETSR + intid, 1, true), targets);
    }
};

TEST_F(Prune, S1_7_DisabledIsDropped)
{
    m.spi(34, true);
    m.inject(34);
    m.write(GICD_ICENABLER + 4, 1u << 2);
    EXPECT_EQ(m.irq(34).vcpu, 0) << "not before the next exit";
    m.flush();
    m.events.clear();
    m.sync();
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
    EXPECT_EQ(m.events, Strings({"vgic_prune 0 34"}));
}

TEST_F(Prune, S1_7_EnabledAgainIsQueuedAgain)
{
    m.spi(34, true);
    m.inject(34);
    m.write(GICD_ICENABLER + 4, 1u << 2);
    m.flush();
    m.sync();
    m.write(GICD_ISENABLER + 4, 1u << 2);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Prune, S1_7_MovesToTheNewTargetsTail)
{
    m.spi(34, true);
    m.spi(40, true, 0xa0, 2);
    m.inject(34);
    m.inject(40);
    retarget(34, 2);
    m.flush();
    m.kicks.clear();
    m.sync();
    EXPECT_EQ(m.irq(34).vcpu, 1);
    EXPECT_EQ(m.irq(40).ap_next, &m.irq(34));
    EXPECT_EQ(m.kicks, std::vector<unsigned>({1}));
    EXPECT_EQ(m.stats().migrations, 1u);
    m.flush(1);
    EXPECT_EQ(m.vif(1).used_lrs, 2);
}

TEST_F(Prune, S1_7_MoveIsRecheckedAndMayBeOff)
{
    m.spi(34, true);
    m.inject(34);
    retarget(34, 2);
    m.start(vgic_sync_proc, 0, 0);
    ASSERT_TRUE(m.step(0)); // found, locks dropped
    retarget(34, 1);
    m.kicks.clear();
    ASSERT_TRUE(m.step(0)); // target changed: replay
    ASSERT_FALSE(m.step(0));
    EXPECT_EQ(m.irq(34).vcpu, 0);
    EXPECT_TRUE(m.kicks.empty());
}

TEST_F(Prune, S1_7_MoveIsRecheckedAndMayGoElsewhere)
{
    m.spi(34, true);
    m.inject(34);
    retarget(34, 2);
    m.start(vgic_sync_proc, 0, 0);
    ASSERT_TRUE(m.step(0));
    retarget(34, 4);
    while (m.step(0))
        ;
    EXPECT_EQ(m.irq(34).vcpu, 2);
    EXPECT_EQ(m.stats().migrations, 1u);
}

TEST_F(Prune, S1_7_MoveIsRecheckedAndMayVanish)
{
    m.spi(34, true);
    m.inject(34);
    retarget(34, 2);
    m.start(vgic_sync_proc, 0, 0);
    ASSERT_TRUE(m.step(0));
    m.inject(34, false, 0, nullptr, 1);
    while (m.step(0))
        ;
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
}

TEST_F(Prune, S1_7_AfterAMoveTheWalkStartsAgain)
{
    for (uint32_t i = 34; i < 40; i++) {
        m.spi(i, true);
        m.inject(i);
    }
    for (uint32_t i = 34; i < 40; i += 2)
        retarget(i, 4);
    m.sync();
    for (uint32_t i = 34; i < 40; i++)
        EXPECT_EQ(m.irq(i).vcpu, i % 2 ? 0 : 2) << i;
    EXPECT_EQ(m.stats().migrations, 3u);
}

TEST_F(Prune, S1_7_TheTailIsRightAfterTheTailLeft)
{
    m.spi(34, true);
    m.spi(35, true);
    m.spi(36, true);
    m.inject(34);
    m.inject(35);
    m.inject(35, false);
    m.sync();
    m.inject(36);
    EXPECT_EQ(m.irq(34).ap_next, &m.irq(36));
}
