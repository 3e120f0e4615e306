// SPDX-License-Identifier: Apache-2.0
// Order and selection at flush (section 1.6), overflow (T15) and SGIs with several sources (T16).
#include "fixture.hpp"

using namespace vgic_test;

class Flush : public Guest
{
  protected:
    // INTIDs in the list registers, with "p", "a" or "pa".
    Strings loaded(unsigned vcpu = 0)
    {
        Strings out;
        for (unsigned i = 0; i < m.vif(vcpu).used_lrs; i++) {
            vgic_lr lr;
            vgic_v2_ops.decode(&lr, m.vif(vcpu).lr[i]);
            out.push_back(std::to_string(lr.intid) + (lr.pending ? "p" : "") + (lr.active ? "a" : ""));
        }
        return out;
    }
    bool underflow(unsigned vcpu = 0)
    {
        return m.vif(vcpu).hcr & GICH_HCR_UIE;
    }
};

TEST_F(Flush, S1_6_ArrivalOrderWhenAllFit)
{
    uint8_t prio = 0xf0;
    for (uint32_t i : {37u, 34u, 36u, 35u}) {
        m.spi(i, true, prio);
        prio = static_cast<uint8_t>(prio - 0x10);
        m.inject(i);
    }
    m.flush();
    EXPECT_EQ(loaded(), Strings({"37p", "34p", "36p", "35p"}));
    EXPECT_FALSE(underflow()) << "four fit exactly";
}

TEST_F(Flush, S1_6_EmptyListTouchesNothing)
{
    m.flush();
    m.sync();
    EXPECT_TRUE(m.access.empty());
    EXPECT_EQ(m.steps, 1u);
}

TEST_F(Flush, T15_FiveLevelSpisFourRegisters)
{
    for (uint32_t i = 34; i < 39; i++) {
        m.spi(i, true, static_cast<uint8_t>(0x80 - 8 * (i - 34))); // the last is the most urgent
        m.inject(i);
    }
    m.ack_lowers_line = true;
    m.flush();
    EXPECT_EQ(loaded(), Strings({"38p", "37p", "36p", "35p"}));
    EXPECT_TRUE(underflow());
    for (uint32_t i = 38; i > 34; i--) {
        EXPECT_EQ(m.iar(), i);
        m.eoir(i);
    }
    EXPECT_EQ(m.sync(), 4);
    EXPECT_FALSE(underflow());
    m.flush();
    EXPECT_EQ(loaded(), Strings({"34p"}));
    EXPECT_FALSE(underflow());
}

TEST_F(Flush, S1_6_SortPutsActiveFirstThenPriority)
{
    m.spi(40, false, 0xf0);
    m.inject(40);
    m.flush();
    m.iar();
    m.sync(); // 40 is active
    for (uint32_t i = 34; i < 39; i++) {
        m.spi(i, true, static_cast<uint8_t>(0x80 - 8 * (i - 34)));
        m.inject(i);
    }
    m.flush();
    EXPECT_EQ(loaded(), Strings({"40a", "38p", "37p", "36p"}));
}

TEST_F(Flush, S1_6_SortIsStable)
{
    for (uint32_t i : {50u, 49u, 48u, 60u, 47u, 46u}) {
        m.spi(i, true, i == 60 ? 0x10 : 0xa0);
        m.inject(i);
    }
    m.flush();
    EXPECT_EQ(loaded(), Strings({"60p", "50p", "49p", "48p"}));
}

TEST_F(Flush, S1_6_SortOfALongList)
{
    for (uint32_t i = 32; i < 96; i++) {
        m.spi(i, true, static_cast<uint8_t>(i * 53 % 32 * 8));
        m.inject(i);
    }
    m.flush();
    unsigned last = 0;
    for (const vgic_irq *irq = &m.irq(95); irq; irq = irq->ap_next)
        last = irq->intid;
    EXPECT_EQ(loaded(), Strings({"32p", "64p", "61p", "93p"})); // 32 * 53 % 32 == 0, 61 * 53 % 32 == 1
    EXPECT_NE(last, 0u);
}

TEST_F(Flush, S1_6_DisabledOnesTakeNoRegisterButCountForSorting)
{
    for (uint32_t i = 34; i < 39; i++) {
        m.spi(i, true, static_cast<uint8_t>(0x80 - 8 * (i - 34)));
        m.inject(i);
    }
    m.write(GICD_ICENABLER + 4, 1u << 4); // 36 stays on the list until the prune
    m.flush();
    EXPECT_EQ(loaded(), Strings({"38p", "37p", "35p", "34p"}));
    EXPECT_TRUE(underflow()) << "36 is behind them on the list";
}

TEST_F(Flush, S1_6_AnotherVcpusInterruptIsSkippedUntilThePruneMovesIt)
{
    m.spi(34, true);
    m.inject(34);
    m.write(GICD_ITARGETSR + 34, 2, 1);
    m.flush();
    EXPECT_EQ(m.vif().used_lrs, 0);
}

TEST_F(Flush, T16_SgiFromThreeVcpusComesOneSourceAtATime)
{
    m.sgi(0, 1, 5);
    m.sgi(1, 1, 5);
    m.sgi(2, 1, 5);
    for (uint32_t src = 0; src < 3; src++) {
        m.flush();
        EXPECT_EQ(loaded(), Strings({"5p"}));
        bool more = src < 2;
        EXPECT_EQ((m.vif().lr[0] & GICH_LR_EOI) != 0, more) << "source " << src;
        EXPECT_EQ(m.iar(), 5u | src << 10);
        m.eoir(5 | src << 10);
        EXPECT_EQ(m.sync(), 0) << "an SGI has no ack notifier";
    }
    EXPECT_EQ(m.irq(5).vcpu, VGIC_NO_VCPU);
}

TEST_F(Flush, T16_SgiTakenButNotEndedShowsTheActiveInstance)
{
    m.sgi(1, 1, 5);
    m.sgi(2, 1, 5);
    m.flush();
    EXPECT_EQ(m.iar(), 5u | 1u << 10);
    m.sync();
    EXPECT_TRUE(m.irq(5).active);
    EXPECT_EQ(m.irq(5).active_source, 1);
    EXPECT_EQ(m.irq(5).source, 4);
    m.flush();
    EXPECT_EQ(loaded(), Strings({"5a"}));
    EXPECT_TRUE(m.vif().lr[0] & GICH_LR_EOI);
}

TEST_F(Flush, S1_6_NothingLessUrgentOvertakesWaitingSgiInstances)
{
    m.write(GICD_IPRIORITYR + 5, 0x40, 1);
    m.spi(34, false, 0x40);
    m.spi(35, false, 0x48);
    m.spi(36, false, 0x38);
    m.sgi(0, 1, 5);
    m.sgi(1, 1, 5);
    m.inject(35);
    m.inject(34);
    m.inject(36);
    m.flush();
    EXPECT_EQ(loaded(), Strings({"36p", "5p", "34p"})) << "35 waits until the second source has been shown";
    EXPECT_FALSE(underflow()) << "the walk did not run out of registers";
}

TEST_F(Flush, S1_6_SgiWithSeveralSourcesSortsThoughAllFit)
{
    m.write(GICD_IPRIORITYR + 5, 0x40, 1);
    m.spi(35, false, 0x48);
    m.inject(35);
    m.sgi(0, 1, 5);
    m.sgi(1, 1, 5);
    m.flush();
    EXPECT_EQ(loaded(), Strings({"5p"}));
}

TEST_F(Flush, S1_6_AnUnacknowledgedInstanceGoesBackToItsSource)
{
    m.sgi(1, 1, 5);
    m.flush();
    EXPECT_EQ(m.irq(5).source, 0);
    m.sync();
    EXPECT_EQ(m.irq(5).source, 2);
    EXPECT_TRUE(m.irq(5).pending_latch);
}

TEST_F(Flush, S1_6_StaleShadowRegistersAreCleared)
{
    for (uint32_t i = 34; i < 37; i++) {
        m.spi(i, false);
        m.inject(i);
    }
    m.flush();
    for (uint32_t i = 34; i < 37; i++) {
        m.iar();
        m.eoir(i);
    }
    m.sync();
    m.inject(40);
    m.spi(40, false);
    m.inject(40);
    m.flush();
    EXPECT_EQ(m.vif().lr[1], 0u);
    EXPECT_EQ(m.vif().lr[2], 0u);
}

TEST(FlushBig, S1_6_SixtyFourRegisters)
{
    Config cfg;
    cfg.nr_lr = 64;
    cfg.nr_irqs = 128;
    Machine m(cfg);
    m.write(GICD_CTLR, 1);
    for (uint32_t i = 32; i < 97; i++) {
        m.spi(i, false);
        m.inject(i);
    }
    m.flush();
    EXPECT_EQ(m.vif().used_lrs, 64);
    EXPECT_TRUE(m.vif().hcr & GICH_HCR_UIE);
    m.sync();
    EXPECT_EQ(m.vif().used_lrs, 0);
}
