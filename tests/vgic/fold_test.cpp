// SPDX-License-Identifier: Apache-2.0
// Folding list registers back (section 1.7.1), the ack notifier, and mapped levels version by version.
#include "fixture.hpp"

using namespace vgic_test;

class Fold : public Guest
{
  protected:
    void enter(uint32_t intid, bool level_config)
    {
        m.spi(intid, level_config);
        m.inject(intid);
        m.flush();
    }
};

TEST_F(Fold, S1_7_1_EndOfLevelSpiNotifiesOnAnyExit)
{
    enter(34, true);
    m.eoir(m.iar());
    EXPECT_EQ(m.sync(), 1);
    EXPECT_EQ(m.acks, std::vector<unsigned>({2}));
    EXPECT_EQ(m.stats().acks, 1u);
}

TEST_F(Fold, S1_7_1_NoNotifierMeansTheAckIsStillCounted)
{
    vgic_set_ack_notifier(m.v, nullptr, nullptr);
    enter(34, true);
    m.eoir(m.iar());
    EXPECT_EQ(m.sync(), 1);
    EXPECT_TRUE(m.acks.empty());
}

TEST_F(Fold, S1_7_1_StillActiveIsNoAck)
{
    enter(34, true);
    m.iar();
    EXPECT_EQ(m.sync(), 0);
    EXPECT_TRUE(m.irq(34).active);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Fold, S1_7_1_EdgeSpiNeverNotifies)
{
    enter(34, false);
    m.eoir(m.iar());
    EXPECT_EQ(m.sync(), 0);
}

TEST_F(Fold, S1_7_1_LevelPpiNeverNotifies)
{
    m.write(GICD_ISENABLER, 1u << 20);
    m.inject(20);
    m.flush();
    m.eoir(m.iar());
    EXPECT_EQ(m.sync(), 0);
    EXPECT_TRUE(m.acks.empty());
}

TEST_F(Fold, S1_7_1_NotifierRunsBeforeActiveIsUpdated)
{
    enter(34, true);
    uint32_t intid = m.iar();
    m.sync();
    m.flush(); // active now
    m.eoir(intid);
    m.start(vgic_sync_proc, 0, 0);
    ASSERT_TRUE(m.step(0)); // save; the notifier is called
    ASSERT_TRUE(m.step(0)); // the notifier
    EXPECT_EQ(m.acks, std::vector<unsigned>({2}));
    EXPECT_TRUE(m.irq(34).active);
    ASSERT_TRUE(m.step(0)); // update
    EXPECT_FALSE(m.irq(34).active);
    ASSERT_FALSE(m.step(0)); // prune
}

TEST_F(Fold, S1_7_1_NotifierThatLowersTheLineEndsTheInterrupt)
{
    m.ack_lowers_line = true;
    enter(34, true);
    m.eoir(m.iar());
    m.sync();
    EXPECT_FALSE(m.irq(34).line_level);
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
}

TEST_F(Fold, S1_7_1_LineStillHighStaysListed)
{
    enter(34, true);
    m.eoir(m.iar());
    m.sync();
    EXPECT_EQ(m.irq(34).vcpu, 0);
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0x1a080022u);
}

TEST_F(Fold, S1_7_1_EdgeStillPendingLatchesAgain)
{
    enter(34, false);
    EXPECT_FALSE(m.irq(34).pending_latch);
    m.sync();
    EXPECT_TRUE(m.irq(34).pending_latch);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Fold, S1_7_1_EdgeWhileActiveBecomesPendingAndActive)
{
    enter(34, false);
    m.iar();
    m.sync();
    m.inject(34);
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0x3a000022u);
}

TEST_F(Fold, S1_7_1_SoftLatchOfALevelLivesUntilTheEnd)
{
    m.spi(34, true);
    m.write(GICD_ISPENDR + 4, 1u << 2);
    m.flush();
    uint32_t intid = m.iar();
    m.sync();
    EXPECT_TRUE(m.irq(34).pending_latch) << "acknowledged only";
    m.flush();
    m.eoir(intid);
    m.sync();
    EXPECT_FALSE(m.irq(34).pending_latch);
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
}

TEST_F(Fold, S1_7_1_TracesRegisterAndState)
{
    enter(34, true);
    m.iar();
    m.events.clear();
    m.sync();
    EXPECT_EQ(m.events, Strings({"vgic_fold_lr 0 0 34 " + std::to_string(0x2a080022), "vgic_lr_state 0 34 2"}));
}

TEST_F(Fold, S1_7_OneStepPerRegisterAndOneForThePrune)
{
    for (uint32_t i = 34; i < 37; i++) {
        m.spi(i, false);
        m.inject(i);
    }
    m.flush();
    EXPECT_EQ(m.steps, 1u);
    m.sync();
    EXPECT_EQ(m.steps, 4u);
}

TEST_F(Fold, S1_7_AnInjectionBetweenFoldAndPruneIsNotLost)
{
    enter(34, false);
    m.eoir(m.iar());
    m.start(vgic_sync_proc, 0, 0);
    ASSERT_TRUE(m.step(0));            // folded: neither pending nor active, still listed
    m.inject(34, true, 0, nullptr, 1); // another CPU
    ASSERT_FALSE(m.step(0));           // prune
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Fold, S1_7_QueuedAfterFlushPrunesWithoutTouchingTheHardware)
{
    m.flush();
    m.spi(34, true);
    m.inject(34);
    m.inject(34, false);
    m.access.clear();
    m.sync();
    EXPECT_TRUE(m.access.empty());
    EXPECT_EQ(m.irq(34).vcpu, VGIC_NO_VCPU);
    EXPECT_EQ(m.steps, 1u);
}

// ---- mapped levels ----------------------------------------------------------------------------------

namespace
{

struct Mapped {
    const char *name;
    vgic_mapped_level version;
    bool entered_active; // in the list register as active, a new level waiting
    enum { TAKE_NOTHING, TAKE, TAKE_AND_END, END } guest;
    bool phys_high; // at the exit
    bool line_after;
    Strings phys_log;
};

std::ostream &operator<<(std::ostream &os, const Mapped &c)
{
    return os << c.name;
}

class MappedLevel : public ::testing::TestWithParam<Mapped>
{
};

TEST_P(MappedLevel, S1_7_1)
{
    const Mapped &c = GetParam();
    Config cfg;
    cfg.profile.mapped_level = c.version;
    Machine m(cfg);
    m.write(GICD_CTLR, 1);
    m.spi(34, true);
    ASSERT_EQ(vgic_set_forwarding(m.v, &m.cpu[0], 36, 34), 0);
    m.inject(34);
    m.flush();
    EXPECT_FALSE(m.irq(34).line_level) << "lowered when loaded";
    if (c.entered_active) {
        m.iar();
        m.sync();
        m.inject(34); // a level that is going to be stale
        m.flush();
        EXPECT_TRUE(m.irq(34).line_level) << "active: the pending half was not loaded";
    }
    if (c.guest == Mapped::TAKE || c.guest == Mapped::TAKE_AND_END)
        m.iar();
    if (c.guest == Mapped::TAKE_AND_END || c.guest == Mapped::END)
        m.eoir(34);
    m.phys_log.clear();
    m.phys[36].pending = c.phys_high;
    EXPECT_EQ(m.sync(), 0) << "no ack of a mapped interrupt";
    EXPECT_EQ(m.irq(34).line_level, c.line_after);
    EXPECT_EQ(m.phys_log, c.phys_log);
    EXPECT_TRUE(m.acks.empty());
}

const Strings deactivated = {"set_active 36 0"};
const Mapped mapped_cases[] = {
    {"PendingHigh_5_15", VGIC_MAPPED_LR_5_15, false, Mapped::TAKE_NOTHING, true, true, {}},
    {"PendingLow_5_15", VGIC_MAPPED_LR_5_15, false, Mapped::TAKE_NOTHING, false, false, deactivated},
    {"PendingLow_4_16", VGIC_MAPPED_LR_4_16, false, Mapped::TAKE_NOTHING, false, false, deactivated},
    {"TakenIsNotSampled", VGIC_MAPPED_LR_5_15, false, Mapped::TAKE, true, false, {}},
    {"EndedIsNotSampled", VGIC_MAPPED_LR_5_15, false, Mapped::TAKE_AND_END, true, false, {}},
    {"StaleLevelOfAnActiveOneIsNotSampled", VGIC_MAPPED_LR_5_15, true, Mapped::TAKE_NOTHING, false, true, {}},
    {"StaleLevelReread_5_15", VGIC_MAPPED_LR_5_15, true, Mapped::END, false, false, deactivated},
    {"StaleLevelStillHigh_5_15", VGIC_MAPPED_LR_5_15, true, Mapped::END, true, true, {}},
    {"StaleLevelKept_4_16", VGIC_MAPPED_LR_4_16, true, Mapped::END, false, true, {}},
};

INSTANTIATE_TEST_SUITE_P(Table, MappedLevel, ::testing::ValuesIn(mapped_cases),
                         [](const auto &test) { return std::string(test.param.name); });

} // namespace
