// SPDX-License-Identifier: Apache-2.0
// What differs for user space (section 1.11).
#include "fixture.hpp"

#include <cerrno>

using namespace vgic_test;

class Uaccess : public Guest
{
  protected:
    void forward34()
    {
        m.spi(34, true);
        ASSERT_EQ(vgic_set_forwarding(m.v, &m.cpu[0], 36, 34), 0);
        m.phys_log.clear();
    }
};

TEST_F(Uaccess, S1_11_UnknownVcpuIsInvalid)
{
    EXPECT_EQ(m.user_write(GICD_CTLR, 0, 3), -EINVAL);
}

TEST_F(Uaccess, S1_11_UnknownOffsetReadsZeroAcceptsWrites)
{
    EXPECT_EQ(m.user_read(0xd00), 0u);
    EXPECT_EQ(m.user_write(0xd00, 1), 0);
    EXPECT_EQ(m.user_read(GICD_CTLR + 2), 0u);
    EXPECT_EQ(m.stats().mmio_ignored, 0u) << "counts the guest's mistakes only";
}

TEST_F(Uaccess, S1_11_HasAttr)
{
    EXPECT_EQ(vgic_has_reg(GICD_CTLR), 0);
    EXPECT_EQ(vgic_has_reg(GICD_SPENDSGIR + 12), 0);
    EXPECT_EQ(vgic_has_reg(GICD_ISENABLER + 124), 0) << "whether or not the interrupts exist";
    EXPECT_EQ(vgic_has_reg(0x00c), -ENXIO);
    EXPECT_EQ(vgic_has_reg(GICD_IPRIORITYR + 1), -ENXIO);
    EXPECT_EQ(vgic_has_reg(0x1000), -ENXIO);
}

TEST_F(Uaccess, S1_11_QueuesButKicksNobody)
{
    m.spi(34, true);
    m.kicks.clear();
    EXPECT_EQ(m.user_write(GICD_ISPENDR + 4, 1u << 2), 0);
    EXPECT_EQ(m.irq(34).vcpu, 0);
    EXPECT_TRUE(m.kicks.empty());
    EXPECT_EQ(m.events.back(), "vgic_queue_irq 0 34");
}

TEST_F(Uaccess, S1_11_NoCharge)
{
    uint64_t before = m.sim.charged[SIM_COST_VGIC_EMUL];
    m.user_read(GICD_TYPER);
    EXPECT_EQ(m.sim.charged[SIM_COST_VGIC_EMUL], before);
}

TEST_F(Uaccess, S1_11_PendingStateOfAMappedLevelIsTheStoredOne)
{
    forward34();
    m.phys[36].pending = true;
    EXPECT_EQ(m.user_read(GICD_ISPENDR + 4), 0u);
    EXPECT_EQ(m.read(GICD_ISPENDR + 4), 1u << 2);
}

TEST_F(Uaccess, S1_11_NothingPhysicalChanges)
{
    forward34();
    m.inject(34);
    for (uint32_t reg : {GICD_ISENABLER, GICD_ISPENDR, GICD_ICPENDR, GICD_ISACTIVER, GICD_ICACTIVER})
        EXPECT_EQ(m.user_write(reg + 4, ~0u), 0);
    EXPECT_TRUE(m.phys_log.empty());
    EXPECT_TRUE(m.irq(34).line_level) << "enable does not sample";
}

TEST_F(Uaccess, S1_11_SetPendingOfAnSgiTakesTheVcpuAsSource)
{
    EXPECT_EQ(m.user_write(GICD_ISPENDR, 1u << 4, 2), 0);
    EXPECT_EQ(m.irq(4, 2).source, 4);
    EXPECT_TRUE(m.irq(4, 2).pending_latch);
}

TEST_F(Uaccess, S1_11_ClearPendingOfAnSgiClearsAllSources)
{
    m.sgi(0, 1, 4);
    m.sgi(2, 1, 4);
    EXPECT_EQ(m.user_write(GICD_ICPENDR, 1u << 4), 0);
    EXPECT_EQ(m.irq(4).source, 0);
    EXPECT_FALSE(m.irq(4).pending_latch);
}

TEST_F(Uaccess, S1_11_ActiveDoesNotHalt)
{
    EXPECT_EQ(m.user_write(GICD_ISACTIVER + 4, 1u << 2), 0);
    EXPECT_EQ(m.user_read(GICD_ISACTIVER + 4), 1u << 2);
    EXPECT_EQ(m.halts, 0u);
    EXPECT_EQ(m.irq(34).vcpu, 0);
}

TEST_F(Uaccess, S1_11_ActiveLeavesHwOnesUntouched)
{
    forward34();
    EXPECT_EQ(m.user_write(GICD_ISACTIVER + 4, 1u << 2), 0);
    EXPECT_FALSE(m.irq(34).active);
}

TEST_F(Uaccess, S1_11_ActiveSgiGetsSourceZero)
{
    EXPECT_EQ(m.user_write(GICD_ISACTIVER, 1u << 3, 2), 0);
    EXPECT_EQ(m.irq(3, 2).active_source, 0);
}

TEST_F(Uaccess, S1_11_GroupsNeedAnIidrWriteFirst)
{
    EXPECT_EQ(m.user_write(GICD_IGROUPR + 4, 1u << 2), 0);
    EXPECT_EQ(m.user_read(GICD_IGROUPR + 4), 0u);
    EXPECT_EQ(m.user_write(GICD_IIDR, 0x4b00243b), 0);
    EXPECT_EQ(m.user_write(GICD_IGROUPR + 4, 1u << 2), 0);
    EXPECT_EQ(m.user_read(GICD_IGROUPR + 4), 1u << 2);
    EXPECT_EQ(m.read(GICD_IIDR), 0x4b00243bu) << "revision 2 from now on";
}

TEST_F(Uaccess, S1_11_IidrMustMatchButForTheRevision)
{
    EXPECT_EQ(m.user_write(GICD_IIDR, 0x4b00343c), -EINVAL);
    EXPECT_EQ(m.user_write(GICD_IIDR, 0x4b00143b), -EINVAL);
    EXPECT_EQ(m.user_write(GICD_IIDR, 0x4b00443b), -EINVAL);
    EXPECT_EQ(m.user_write(GICD_IGROUPR + 4, 1u << 2), 0);
    EXPECT_EQ(m.user_read(GICD_IGROUPR + 4), 0u);
    EXPECT_EQ(m.user_write(GICD_IIDR, 0x4b00343b), 0);
}

TEST_F(Uaccess, S1_11_CtlrIsTheSame)
{
    EXPECT_EQ(m.user_write(GICD_CTLR, 0), 0);
    EXPECT_FALSE(vgic_enabled(m.v));
}
