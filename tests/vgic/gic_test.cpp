// SPDX-License-Identifier: Apache-2.0
// The vgic on the project's own GIC: whole interrupts from the physical wire to the guest's deactivation.
#include "fixture.hpp"

using namespace vgic_test;

namespace
{

constexpr uint32_t PHYS = 36, VIRT = 34;

class OnGic : public ::testing::Test
{
  protected:
    OnGic() : m(config())
    {
        m.write(GICD_CTLR, 1);
        dist(GICD_CTLR, 1);
        dist(GICD_ISENABLER + 4, 1u << (PHYS - 32));
        gic_write(gic(), 0, GIC_DIST, GICD_ITARGETSR + PHYS, 1, 1);
        gic_write(gic(), 0, GIC_CPU, GICC_CTLR, 4, GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
        gic_write(gic(), 0, GIC_CPU, GICC_PMR, 4, 0xff);
    }
    static Config config()
    {
        Config cfg;
        cfg.real = true;
        return cfg;
    }
    struct gic *gic()
    {
        return static_cast<RealGic &>(*m.hw).gic;
    }
    void dist(uint32_t offset, uint32_t value)
    {
        gic_write(gic(), 0, GIC_DIST, offset, 4, value);
    }
    bool phys(uint32_t bit)
    {
        return gic_state(gic(), 0, PHYS) & bit;
    }
    // The host takes the interrupt: acknowledge and priority drop; deactivation is the guest's.
    void host_takes()
    {
        EXPECT_EQ(m.hw->read(0, GIC_CPU, GICC_IAR), PHYS);
        m.hw->write(0, GIC_CPU, GICC_EOIR, PHYS);
    }
    // Invariant 5 of section 9.2, the half that only the hardware can answer.
    void expect_clear()
    {
        EXPECT_EQ(gic_peek(gic(), 0, GIC_HYP, GICH_HCR, 4), 0u);
        for (uint32_t i = 0; i < 4; i++)
            EXPECT_EQ(gic_peek(gic(), 0, GIC_HYP, GICH_LR + 4 * i, 4), 0u);
    }
    Machine m;
};

} // namespace

TEST_F(OnGic, S6_5_ForwardedLevelIsDeactivatedByTheGuest)
{
    m.spi(VIRT, true);
    ASSERT_EQ(vgic_set_forwarding(m.v, &m.cpu[0], PHYS, VIRT), 0);
    for (int round = 0; round < 3; round++) {
        gic_set_spi(gic(), PHYS, true);
        host_takes();
        EXPECT_TRUE(phys(GIC_ST_ACTIVE));
        m.inject(VIRT);
        m.flush();
        EXPECT_TRUE(gic_output(gic(), 0, GIC_VIRQ) || gic_output(gic(), 0, GIC_VFIQ));
        EXPECT_EQ(m.iar(), VIRT);
        gic_set_spi(gic(), PHYS, false);
        m.eoir(VIRT);
        EXPECT_FALSE(phys(GIC_ST_ACTIVE)) << "no exit, no host access";
        EXPECT_FALSE(gic_output(gic(), 0, GIC_MAINT));
        m.sync();
        EXPECT_EQ(m.irq(VIRT).vcpu, VGIC_NO_VCPU);
        expect_clear();
    }
}

TEST_F(OnGic, S1_8_EndOfALevelRaisesMaintenanceAndTheSaveLowersIt)
{
    m.spi(VIRT, true);
    m.ack_lowers_line = true;
    m.inject(VIRT);
    m.flush();
    EXPECT_EQ(m.iar(), VIRT);
    EXPECT_FALSE(gic_output(gic(), 0, GIC_MAINT));
    m.eoir(VIRT);
    EXPECT_TRUE(gic_output(gic(), 0, GIC_MAINT));
    EXPECT_EQ(m.sync(), 1);
    EXPECT_FALSE(gic_output(gic(), 0, GIC_MAINT));
    expect_clear();
}

TEST_F(OnGic, T15_UnderflowBringsTheFifth)
{
    m.ack_lowers_line = true;
    for (uint32_t i = 34; i < 39; i++) {
        m.spi(i, false);
        m.inject(i);
    }
    m.flush();
    for (uint32_t i = 34; i < 37; i++) {
        EXPECT_FALSE(gic_output(gic(), 0, GIC_MAINT)) << i;
        m.eoir(m.iar());
    }
    EXPECT_TRUE(gic_output(gic(), 0, GIC_MAINT)) << "one valid list register left";
    m.sync();
    m.flush();
    EXPECT_EQ(m.iar(), 37u);
    m.eoir(37);
    EXPECT_EQ(m.iar(), 38u);
    m.eoir(38);
    EXPECT_FALSE(gic_output(gic(), 0, GIC_MAINT));
    m.sync();
    expect_clear();
}

TEST_F(OnGic, T16_SgiSourcesOneByOneWithMaintenanceBetween)
{
    for (unsigned from = 0; from < 3; from++)
        m.sgi(from, 1, 5);
    for (uint32_t from = 0; from < 3; from++) {
        m.flush();
        EXPECT_EQ(m.iar(), 5u | from << 10);
        m.eoir(5 | from << 10);
        EXPECT_EQ(gic_output(gic(), 0, GIC_MAINT), from < 2);
        m.sync();
    }
    expect_clear();
}

TEST_F(OnGic, S1_6_1_ActiveLevelAsksForNothingUntilItsEnd)
{
    m.spi(VIRT, true);
    m.inject(VIRT);
    m.flush();
    EXPECT_EQ(m.iar(), VIRT);
    m.sync();
    m.flush();
    EXPECT_EQ(m.iar(), GIC_SPURIOUS) << "active, and the pending half is suppressed";
    m.eoir(VIRT);
    EXPECT_TRUE(gic_output(gic(), 0, GIC_MAINT));
    m.sync();
}
