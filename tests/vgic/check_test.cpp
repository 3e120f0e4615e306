// SPDX-License-Identifier: Apache-2.0
// vgic_check (section 9.2): each broken invariant is found and named.
#include "fixture.hpp"

#include <gtest/gtest-spi.h>

#include <cerrno>
#include <cstring>

using namespace vgic_test;

class Check : public Guest
{
  protected:
    // 34 (level) and 35 (edge) on vCPU 0's list and in its list registers; 40 on vCPU 1's list.
    Check()
    {
        m.spi(34, true);
        m.spi(35, false);
        m.spi(40, true, 0xa0, 2);
        m.inject(34);
        m.inject(35);
        m.inject(40);
        m.flush();
        EXPECT_EQ(m.broken(), "");
    }
    void expect(const char *rule)
    {
        EXPECT_NE(m.broken(1).find(rule), std::string::npos) << m.broken(1);
    }
    void put_lr(unsigned n, vgic_lr lr)
    {
        vgic_v2_ops.encode(&m.vif().lr[n], &lr);
    }
    vgic_lr get_lr(unsigned n)
    {
        vgic_lr lr;
        vgic_v2_ops.decode(&lr, m.vif().lr[n]);
        return lr;
    }
};

TEST_F(Check, ReturnsEfaultAndNamesVcpuAndIntid)
{
    m.raw(34).vcpu = 1;
    char why[128];
    EXPECT_EQ(vgic_check(m.v, 0, why, sizeof why), -EFAULT);
    EXPECT_STREQ(why, "vCPU 0, 34: INTID is on an ap_list that irq->vcpu does not name (2)");
    EXPECT_EQ(vgic_check(m.v, 0, nullptr, 0), -EFAULT);
    char small[8];
    EXPECT_EQ(vgic_check(m.v, 0, small, sizeof small), -EFAULT);
    EXPECT_EQ(std::strlen(small), 7u);
    m.raw(34).vcpu = 0;
}

TEST_F(Check, S9_2_1_SameIntidInTwoRegisters)
{
    m.vif().lr[1] = m.vif().lr[0];
    expect("in two list registers (1)");
}

TEST_F(Check, S9_2_1_RegisterOfAnotherVcpusInterrupt)
{
    vgic_lr lr = get_lr(0);
    lr.intid = 40;
    put_lr(0, lr);
    expect("holds an INTID whose vcpu is another (1)");
}

TEST_F(Check, S9_2_1_RegisterOfNoInterrupt)
{
    vgic_lr lr = get_lr(0);
    lr.intid = 900;
    put_lr(0, lr);
    expect("(1)");
}

TEST_F(Check, S9_2_2_NamesAListWithoutBeingOnIt)
{
    m.raw(50).vcpu = 0;
    expect("without being on it (2)");
}

TEST_F(Check, S9_2_2_LinkedButOnNoList)
{
    m.raw(50).ap_next = &m.raw(34);
    expect("linked but on no list (2)");
}

TEST_F(Check, ListWithACircle)
{
    m.raw(35).ap_next = &m.raw(34);
    expect("circle");
    m.raw(35).ap_next = nullptr;
}

TEST_F(Check, ListWithAStrayPointer)
{
    vgic_irq stray = m.irq(35);
    m.raw(35).ap_next = &stray;
    expect("no interrupt of this vgic");
    m.raw(35).ap_next = nullptr;
}

TEST_F(Check, ListWithAWrongTail)
{
    m.raw(34).ap_next = nullptr; // cuts off 35, which is still the tail
    expect("tail");
    m.raw(34).ap_next = &m.raw(35);
}

TEST_F(Check, S9_2_3_HwPendingAndActive)
{
    m.raw(34).hw = true;
    m.raw(34).hwintid = 36;
    vgic_lr lr = get_lr(0);
    lr.hw = true;
    lr.phys = 36;
    put_lr(0, lr);
    EXPECT_EQ(m.broken(), "");
    lr.active = true;
    put_lr(0, lr);
    expect("HW list register is pending and active (3)");
}

TEST_F(Check, S9_2_3_HwOfAnUnmappedInterrupt)
{
    vgic_lr lr = get_lr(0);
    lr.hw = true;
    lr.phys = 36;
    put_lr(0, lr);
    expect("not mapped to that physical one (3)");
}

TEST_F(Check, S9_2_5_RegistersInUseAfterSync)
{
    m.sync();
    m.vif().used_lrs = 1;
    expect("in use after sync (5)");
}

TEST_F(Check, S9_2_5_UnderflowAfterSync)
{
    m.sync();
    m.vif().hcr |= GICH_HCR_UIE;
    expect("HCR");
}

TEST_F(Check, MoreRegistersInUseThanThereAre)
{
    m.vif().used_lrs = 5;
    expect("more list registers in use");
}

TEST_F(Check, InTheGuestWhileFolding)
{
    m.start(vgic_sync_proc, 0, 0);
    m.step(0);
    EXPECT_EQ(m.broken(0), "");
    EXPECT_EQ(m.broken(2), "");
    expect("while its list registers are folded");
}

TEST_F(Check, VcpuThatDoesNotExist)
{
    m.raw(50).target_vcpu = 3;
    expect("does not exist");
}

TEST_F(Check, SourceWithoutPendingSgi)
{
    m.raw(50).source = 1;
    expect("source without being a pending SGI");
    m.raw(50).source = 0;
    m.raw(3).source = 1;
    expect("source without being a pending SGI");
}

// An interface whose registers can say EOI and HW at once, as no architecture's can.
TEST(CheckOwnOps, S9_2_4_EoiBesideHw)
{
    vgic_cpuif_ops ops = vgic_v2_ops;
    ops.decode = [](vgic_lr *lr, uint32_t reg) {
        vgic_v2_ops.decode(lr, reg);
        lr->eoi = true;
    };
    Config cfg;
    cfg.ops = &ops;
    Machine m(cfg);
    m.write(GICD_CTLR, 1);
    m.spi(34, true);
    ASSERT_EQ(vgic_set_forwarding(m.v, &m.cpu[0], 36, 34), 0);
    m.inject(34);
    m.start(vgic_flush_proc, 0, 0);
    EXPECT_NONFATAL_FAILURE(m.step(0), "EOI beside HW (4)");
    m.eoir(m.iar());
    EXPECT_EQ(m.sync(), 0) << "the end of a mapped interrupt is no ack, EOI bit or not";
}
