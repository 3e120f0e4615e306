// SPDX-License-Identifier: Apache-2.0
// VFIO_DEVICE_SET_IRQS, TRIGGER: set, change, remove, and the disable depth after each (4.5, 6.1.192).
#include "fixture.hpp"

namespace
{

class Trigger : public Vfio, public ::testing::WithParamInterface<bool>
{
};

TEST_P(Trigger, SetChangedAndRemovedKeepTheDepth)
{
    open(GetParam());
    EXPECT_EQ(depth(), 1u);
    vfio_platform_set_trigger(&v, &trigger);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(v.producer.token, &trigger);
    vfio_platform_set_trigger(&v, &other);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(v.producer.token, &other);
    vfio_platform_set_trigger(&v, nullptr);
    EXPECT_EQ(depth(), 1u);
    EXPECT_EQ(v.producer.token, nullptr);
    vfio_platform_set_trigger(&v, nullptr);
    EXPECT_EQ(depth(), 1u);
    vfio_platform_set_trigger(&v, &trigger);
    EXPECT_EQ(depth(), 0u);
}

TEST_P(Trigger, OnlyThePresentOneIsSignalled)
{
    open(GetParam());
    vfio_platform_set_trigger(&v, &trigger);
    vfio_platform_set_trigger(&v, &other);
    fire();
    EXPECT_EQ(trigger.signals, 0u);
    EXPECT_EQ(other.signals, 1u);
    rig.line(kIrq, false);
}

TEST_P(Trigger, EventBeforeTheTriggerComesWithIt) // pending in the hardware: an edge is not lost either
{
    open(GetParam());
    fire();
    EXPECT_EQ(v.stats.interrupts, 0u);
    vfio_platform_set_trigger(&v, &trigger);
    rig.run();
    EXPECT_EQ(trigger.signals, 1u);
    rig.line(kIrq, false);
}
INSTANTIATE_TEST_SUITE_P(Vfio, Trigger, ::testing::Bool(),
                         [](const auto &info) { return info.param ? "Level" : "Edge"; });

class TriggerLevel : public Vfio
{
};

TEST_F(TriggerLevel, UserMaskBeforeItSurvives)
{
    open(true);
    ASSERT_EQ(vfio_platform_mask(&v), 0);
    EXPECT_EQ(depth(), 2u);
    vfio_platform_set_trigger(&v, &trigger);
    EXPECT_EQ(depth(), 1u);
    fire();
    EXPECT_EQ(trigger.signals, 0u);
    vfio_platform_set_trigger(&v, &other);
    EXPECT_EQ(depth(), 1u);
    EXPECT_TRUE(v.usermasked);
    ASSERT_EQ(vfio_platform_unmask(&v), 0);
    EXPECT_EQ(depth(), 0u);
    rig.run();
    EXPECT_EQ(other.signals, 1u);
    rig.line(kIrq, false);
}

TEST_F(TriggerLevel, AutomaskSurvivesRemovalAndAnotherTrigger)
{
    set_up(true);
    fire();
    EXPECT_EQ(depth(), 1u);
    vfio_platform_set_trigger(&v, nullptr);
    EXPECT_EQ(depth(), 2u);
    vfio_platform_set_trigger(&v, &other);
    EXPECT_EQ(depth(), 1u);
    EXPECT_TRUE(v.automasked);
    rig.signal(unmask);
    EXPECT_EQ(depth(), 0u);
    rig.run();
    EXPECT_EQ(other.signals, 1u);
    rig.line(kIrq, false);
}

TEST_F(TriggerLevel, UnmaskWithoutATriggerLeavesTheLineDisabled)
{
    set_up(true);
    fire();
    vfio_platform_set_trigger(&v, nullptr);
    vfio_platform_unmask(&v);
    EXPECT_EQ(depth(), 1u);
    rig.run();
    EXPECT_EQ(v.stats.interrupts, 1u);
    rig.line(kIrq, false);
}

} // namespace
