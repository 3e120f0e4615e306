// SPDX-License-Identifier: Apache-2.0
//
// What the GIC of QEMU was found to do otherwise, one test or more for each item.
#include "gic_fixture.hpp"

using namespace trapline_test;

namespace
{

TEST(QemuFinding, item_01_an_spi_with_two_targets_is_taken_by_one_cpu_3_2_3)
{
    TestGic gic(two_cpus());
    gic.enable_all();
    gic.enable(40, 0xa0, 3);
    gic.spi(40, true);
    EXPECT_TRUE(gic.pin(GIC_IRQ, 0));
    EXPECT_TRUE(gic.pin(GIC_IRQ, 1));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 1), 40u);
    EXPECT_FALSE(gic.pin(GIC_IRQ, 0));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 0), GIC_SPURIOUS);
}

TEST(QemuFinding, item_02_guest_dir_of_a_hardware_lr_re_evaluates_at_once_5_5_14)
{
    Forwarded gic;
    gic.write(GIC_VCPU, GICV_CTLR, GICV_CTLR_EnableGrp0 | GICV_CTLR_EOImode);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.write(GIC_VCPU, GICV_DIR, 50);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
}

TEST(QemuFinding, item_03_the_active_state_of_an_spi_is_one_for_all_cpus_3_2_4)
{
    TestGic gic(two_cpus());
    gic.enable_all();
    gic.enable(40, 0xa0, 1);
    gic.spi(40, true);
    gic.read(GIC_CPU, GICC_IAR, 0);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISACTIVER + 4, 1), 1u << 8);
    gic.write(GIC_DIST, GICD_ICACTIVER + 4, 1u << 8, 1);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISACTIVER + 4, 0), 0u);
}

TEST(QemuFinding, item_04_dir_clears_an_active_state_that_isactiver_set_4_4_15)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
    gic.write(GIC_DIST, GICD_ISACTIVER + 4, 1u << 8);
    gic.write(GIC_CPU, GICC_DIR, 40);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISACTIVER + 4), 0u);
}

TEST(QemuFinding, item_05_ispendr_makes_a_ppi_pending_with_several_cpus_4_3_7)
{
    TestGic gic(two_cpus());
    gic.write(GIC_DIST, GICD_ISPENDR, 1u << 20, 1);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR, 1), 1u << 20);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR, 0), 0u);
}

TEST(QemuFinding, item_06_icpendr0_clears_ppis_of_the_writing_cpu_only_4_3_8)
{
    TestGic gic(two_cpus());
    gic.write(GIC_DIST, GICD_ISPENDR, 1u << 20, 0);
    gic.write(GIC_DIST, GICD_ISPENDR, 1u << 20, 1);
    gic.write(GIC_DIST, GICD_ICPENDR, 1u << 20, 1);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR, 0), 1u << 20);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR, 1), 0u);
}

class WithoutTarget : public testing::TestWithParam<bool>
{
};
TEST_P(WithoutTarget, item_07_an_edge_or_ispendr_write_is_kept_3_2_4)
{
    TestGic gic(two_cpus());
    gic.enable_all();
    gic.write(GIC_DIST, GICD_ICFGR + 8, 2u << 16);
    gic.enable(40, 0xa0, 0);
    if (GetParam()) {
        gic.spi(40, true);
        gic.spi(40, false);
    } else {
        gic.write(GIC_DIST, GICD_ISPENDR + 4, 1u << 8);
    }
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR + 4), 1u << 8);
    gic.write(GIC_DIST, GICD_ITARGETSR + 40, 2, 0, 1);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 1), 40u);
}
INSTANTIATE_TEST_SUITE_P(Pended, WithoutTarget, testing::Bool(),
                         [](const auto &param) { return param.param ? "by_an_edge" : "by_ispendr"; });

TEST(QemuFinding, item_08_a_latched_pending_state_follows_a_change_of_target_4_3_12)
{
    TestGic gic(two_cpus());
    gic.enable_all();
    gic.enable(40, 0xa0, 1);
    gic.write(GIC_DIST, GICD_ISPENDR + 4, 1u << 8);
    gic.write(GIC_DIST, GICD_ITARGETSR + 40, 2, 0, 1);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 0), GIC_SPURIOUS);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 1), 40u);
}

TEST(QemuFinding, item_09_target_bits_of_absent_cpus_are_razwi_4_3_12)
{
    TestGic gic(two_cpus());
    gic.write(GIC_DIST, GICD_ITARGETSR + 40, 0xff, 0, 1);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ITARGETSR + 40, 0, 1), 3u);
}

TEST(QemuFinding, item_10_a_word_write_of_spendsgir_with_zero_bytes_sets_the_others_4_3_17)
{
    TestGic gic(two_cpus());
    gic.write(GIC_DIST, GICD_SPENDSGIR, 0x02000001);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_SPENDSGIR), 0x02000001u);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR), 0x9u);
    gic.write(GIC_DIST, GICD_SPENDSGIR, 0);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_SPENDSGIR), 0x02000001u);
}

TEST(QemuFinding, item_11_hppir_shows_the_source_of_an_sgi_4_4_7)
{
    TestGic gic(two_cpus());
    gic.enable_all();
    gic.write(GIC_DIST, GICD_SGIR, 1u << 16 | 5, 1);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_HPPIR), 1u << 10 | 5);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(6, 0xa0, 3u << GICH_LR_CPUID_SHIFT));
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_HPPIR), 3u << 10 | 6);
}

TEST(QemuFinding, item_12_gicc_has_aiar_aeoir_and_ahppir_4_4_9)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EnableGrp1);
    gic.set_group1(40);
    gic.enable(40);
    gic.write(GIC_DIST, GICD_ISPENDR + 4, 1u << 8);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_AHPPIR), 40u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_AIAR), 40u);
    gic.write(GIC_CPU, GICC_AEOIR, 40);
    EXPECT_EQ(gic.state(40) & GIC_ST_ACTIVE, 0u);
}

TEST(QemuFinding, item_12_gicv_has_aiar_aeoir_and_ahppir_5_5_9)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0, GICV_CTLR_EnableGrp0 | GICV_CTLR_EnableGrp1);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50, 0xa0, GICH_LR_Grp1));
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_AHPPIR), 50u);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_AIAR), 50u);
    gic.write(GIC_VCPU, GICV_AEOIR, 50);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, 0u);
}

TEST(QemuFinding, item_13_iar_does_not_acknowledge_a_group_that_gicc_ctlr_disables_4_4_4)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp1 | GICC_CTLR_AckCtl);
    gic.enable(40); // Group 0
    gic.spi(40, true);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), GIC_SPURIOUS);
    EXPECT_EQ(gic.state(40) & GIC_ST_ACTIVE, 0u);
}

TEST(QemuFinding, item_14_a_group_that_is_not_forwarded_does_not_hide_the_other_4_3_1)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EnableGrp1 | GICC_CTLR_AckCtl);
    gic.set_group1(41);
    gic.enable(40, 0x40);
    gic.enable(41, 0x80);
    gic.write(GIC_DIST, GICD_CTLR, GICD_CTLR_EnableGrp1);
    gic.spi(40, true);
    gic.spi(41, true);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), 41u);
}

TEST(QemuFinding, item_15_iar_of_a_group_1_interrupt_that_is_not_urgent_enough_is_1023_4_4_4)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EnableGrp1);
    gic.set_group1(40);
    gic.enable(40, 0xa0);
    gic.write(GIC_CPU, GICC_PMR, 0x50);
    gic.spi(40, true);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), GIC_SPURIOUS);
}

TEST(QemuFinding, item_16_gicv_abpr_does_not_go_below_its_minimum_5_5_8)
{
    TestGic gic;
    gic.write(GIC_VCPU, GICV_ABPR, 0);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_ABPR), 3u);
}

gic_config secure(uint32_t cpus = 1)
{
    gic_config cfg{};
    cfg.cpus = cpus;
    cfg.security = true;
    return cfg;
}

class SecureSgi : public testing::TestWithParam<std::tuple<bool, bool>>
{
};
TEST_P(SecureSgi, item_18_reaches_a_cpu_only_where_its_group_is_the_one_of_nsatt_4_3_15)
{
    auto [nsatt, group1] = GetParam();
    TestGic gic(secure());
    gic.write_s(GIC_DIST, GICD_IGROUPR, group1 ? 1u << 5 : 0);
    gic.write_s(GIC_DIST, GICD_SGIR, 1u << 16 | (nsatt ? GICD_SGIR_NSATT : 0) | 5);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ISPENDR), nsatt == group1 ? 1u << 5 : 0);
}
INSTANTIATE_TEST_SUITE_P(Combinations, SecureSgi, testing::Combine(testing::Bool(), testing::Bool()));

TEST(QemuFinding, item_19_non_secure_accesses_do_not_reach_targets_of_group_0_4_3_12)
{
    TestGic gic(secure(2));
    gic.write_s(GIC_DIST, GICD_ITARGETSR + 40, 1, 0, 1);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ITARGETSR + 40, 0, 1), 0u);
    gic.write(GIC_DIST, GICD_ITARGETSR + 40, 2, 0, 1);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ITARGETSR + 40, 0, 1), 1u);
}

TEST(QemuFinding, item_20_the_minimum_binary_point_with_5_priority_bits_is_2_4_4_3)
{
    TestGic gic;
    gic.write(GIC_CPU, GICC_BPR, 0);
    gic.write(GIC_CPU, GICC_ABPR, 0);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_BPR), 2u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_ABPR), 3u);
}

TEST(QemuFinding, item_20_reserved_bit_10_of_gicv_ctlr_is_razwi_5_5_1)
{
    TestGic gic;
    gic.write(GIC_VCPU, GICV_CTLR, 0xffffffff);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_CTLR), 0x21fu);
}

TEST(QemuFinding, item_20_hppir_shows_an_interrupt_that_gicc_pmr_masks_4_4_7)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40, 0xa0);
    gic.write(GIC_CPU, GICC_PMR, 0);
    gic.spi(40, true);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_HPPIR), 40u);
}

// Running at group priority 0x80 of Group 1 (priority 0x98, ABPR 7): 0x90 of Group 0 is not more urgent than that.
TEST(QemuFinding, item_20_the_group_priority_of_the_other_group_decides_about_preemption_3_3_2)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EnableGrp1 | GICC_CTLR_AckCtl);
    gic.write(GIC_CPU, GICC_ABPR, 7);
    gic.set_group1(40);
    gic.enable(40, 0x98);
    gic.enable(41, 0x90);
    gic.spi(40, true);
    ASSERT_EQ(gic.read(GIC_CPU, GICC_IAR), 40u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_RPR), 0x80u);
    gic.spi(41, true);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.write(GIC_DIST, GICD_IPRIORITYR + 41, 0x78, 0, 1);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
}

} // namespace
