// SPDX-License-Identifier: Apache-2.0
// MASK and UNMASK by user space, and the unmask eventfd's attachment (4.2, 4.4, 4.6).
#include "fixture.hpp"

namespace
{

using Mask = Vfio;

TEST_F(Mask, UserMaskDisablesAndUnmaskEnables)
{
    set_up(true);
    EXPECT_EQ(vfio_platform_mask(&v), 0);
    EXPECT_TRUE(v.usermasked);
    EXPECT_EQ(depth(), 1u);
    fire();
    EXPECT_EQ(trigger.signals, 0u);
    EXPECT_EQ(vfio_platform_unmask(&v), 0);
    EXPECT_FALSE(v.usermasked);
    EXPECT_EQ(depth(), 0u);
    rig.run();
    EXPECT_EQ(trigger.signals, 1u); // the line is still high
    rig.line(kIrq, false);
}

TEST_F(Mask, MaskingTwiceIsOneMask)
{
    set_up(true);
    vfio_platform_mask(&v);
    vfio_platform_mask(&v);
    EXPECT_EQ(depth(), 1u);
    vfio_platform_unmask(&v);
    EXPECT_EQ(depth(), 0u);
}

TEST_F(Mask, MaskWhileAutomaskedIsANoOpAndOneUnmaskClearsBoth)
{
    set_up(true);
    fire();
    rig.line(kIrq, false);
    EXPECT_EQ(vfio_platform_mask(&v), 0);
    EXPECT_FALSE(v.usermasked);
    EXPECT_EQ(depth(), 1u);
    EXPECT_EQ(vfio_platform_unmask(&v), 0);
    EXPECT_FALSE(vfio_platform_masked(&v));
    EXPECT_EQ(depth(), 0u);
}

TEST_F(Mask, UnmaskWhenNotMaskedIsSuccessWithoutEffect)
{
    set_up(true);
    EXPECT_EQ(vfio_platform_unmask(&v), 0);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(v.stats.unmasks, 0u);
    EXPECT_EQ(rig.traced(), Strings{"vfio_unmask 36 0"});
    EXPECT_EQ(rig.writes(), Strings{});
}

TEST_F(Mask, UnmaskSignalWhenNotMaskedMeansNothing) // 6.7: the last line of the table
{
    set_up(true);
    EXPECT_EQ(rig.signal(unmask), 1);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(unmask.count, 0u);
}

TEST_F(Mask, EdgeIsNotMaskable)
{
    set_up(false);
    EXPECT_EQ(vfio_platform_mask(&v), -EINVAL);
    EXPECT_EQ(vfio_platform_unmask(&v), -EINVAL);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, &unmask), -EINVAL);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, nullptr), -EINVAL);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(unmask.waiters, nullptr);
}

TEST_F(Mask, SecondUnmaskFdIsBusy)
{
    set_up(true);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, &other), -EBUSY);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, &unmask), -EBUSY); // even the same one
    fire();
    rig.line(kIrq, false);
    rig.signal(other);
    EXPECT_TRUE(v.automasked);
    rig.signal(unmask);
    EXPECT_FALSE(v.automasked);
}

TEST_F(Mask, DetachedUnmaskFdDoesNothingAndAnotherMayCome)
{
    set_up(true);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, nullptr), 0);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, nullptr), 0);
    fire();
    rig.line(kIrq, false);
    rig.signal(unmask);
    EXPECT_TRUE(v.automasked);
    EXPECT_EQ(unmask.count, 1u);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, &other), 0);
    rig.signal(other);
    EXPECT_FALSE(v.automasked);
}

TEST_F(Mask, UnmaskFdDetachedWhileASignalIsUnderWay)
{
    set_up(true);
    fire();
    rig.line(kIrq, false);
    // Another CPU has counted the signal and is about to call the waiter.
    sim_strand s = {};
    s.cpu = &rig.cpu[1];
    rig.on(1);
    sim_strand_start(&s, &host_eventfd_signal_proc, &unmask, 0, 0);
    EXPECT_EQ(sim_strand_step(&s), SIM_RAN);
    rig.on(0);
    EXPECT_EQ(vfio_platform_set_unmask_fd(&v, nullptr), 0);
    rig.on(1);
    while (sim_strand_step(&s) != SIM_FINISHED)
        ;
    EXPECT_TRUE(v.automasked);
    rig.on(0);
    vfio_platform_unmask(&v);
}

TEST_F(Mask, UnmaskReportsWhatItFound)
{
    set_up(true);
    fire();
    rig.line(kIrq, false);
    rig.traced();
    rig.signal(unmask);
    EXPECT_EQ(rig.traced(), (Strings{"eventfd_signal 2 1", "vfio_unmask 36 1", "irq_enable 36 0", "irq_unmask 36"}));
}

} // namespace
