// SPDX-License-Identifier: Apache-2.0
//
// What another model of the GIC, VCML's, was measured to do otherwise: one test for each finding, H1 to T2. The
// first word of a test's name is its number. H2b is the one that QEMU shares.
#include "gic_fixture.hpp"

using namespace trapline_test;

namespace
{

// ---- VCML: virtual interrupts ----------------------------------------------------------------------------

TEST(VcmlFinding, H1_guest_eoi_of_a_hardware_lr_clears_the_physical_active_bit_5_2)
{
    Forwarded gic;
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISACTIVER + 4), 1u << 8);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISACTIVER + 4), 0u);
}

TEST(VcmlFinding, H2_level_still_high_after_the_guest_eoi_is_signalled_immediately_3_2_4)
{
    Forwarded gic;
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
}

TEST(QemuFinding, H2b_signalled_again_without_another_distributor_access_3_2_4)
{
    Forwarded gic;
    gic.pins.clear();
    gic_write(gic.g, 0, GIC_VCPU, GICV_EOIR, 4, 50);
    EXPECT_EQ(gic.pins, (std::vector<PinEvent>{{0, GIC_IRQ, true}}));
}

TEST(VcmlFinding, H4_an_spi_ended_by_the_guest_is_delivered_to_its_new_target_4_3_12)
{
    Forwarded gic(two_cpus());
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    gic.write(GIC_DIST, GICD_ITARGETSR + 40, 2, 0, 1);
    EXPECT_TRUE(gic.pin(GIC_IRQ, 1));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 1), 40u);
}

struct HypRegister {
    const char *name;
    uint32_t offset, expected;
};
class VcmlMissing : public testing::TestWithParam<HypRegister>
{
};
// Two list registers of 33: the first ended with EOI set, the others are free.
TEST_P(VcmlMissing, register_shows_an_ended_list_register_5_3)
{
    gic_config cfg{};
    cfg.lrs = 33;
    TestGic gic(cfg);
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, GICH_LR_EOI | 50);
    gic.write(GIC_HYP, GICH_LR + 4 * 32, GICH_LR_EOI | 51);
    EXPECT_EQ(gic.read(GIC_HYP, GetParam().offset), GetParam().expected);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_OFFSET], 0u);
}
INSTANTIATE_TEST_SUITE_P(Rows, VcmlMissing,
                         testing::Values(HypRegister{"M1_GICH_MISR", GICH_MISR, GICH_MISR_EOI},
                                         HypRegister{"M2_GICH_EISR0", GICH_EISR0, 1},
                                         HypRegister{"M2_GICH_EISR1", GICH_EISR1, 1},
                                         HypRegister{"M3_GICH_ELRSR0", GICH_ELRSR0, 0xfffffffe},
                                         HypRegister{"M3_GICH_ELRSR1", GICH_ELRSR1, 0}),
                         [](const auto &param) { return std::string(param.param.name); });

struct Source {
    const char *name;
    uint32_t hcr; // enables beside En
    uint32_t vctlr;
    uint32_t lr0; // list register 0
    uint32_t misr;
};
class VcmlStructure : public testing::TestWithParam<Source>
{
};
TEST_P(VcmlStructure, maintenance_source_raises_the_output_of_its_cpu_5_3_4)
{
    gic_config cfg = two_cpus();
    cfg.maint_ppi = 25;
    TestGic gic(cfg);
    const Source &s = GetParam();
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En, 1);
    gic.write(GIC_VCPU, GICV_CTLR, s.vctlr, 1);
    gic.write(GIC_HYP, GICH_LR0, s.lr0, 1);
    EXPECT_EQ(gic.pin(GIC_MAINT, 1), s.misr == GICH_MISR_EOI);
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En | s.hcr, 1);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_MISR, 1), s.misr);
    EXPECT_TRUE(gic.pin(GIC_MAINT, 1));
    EXPECT_TRUE(gic.state(25, 1) & GIC_ST_PENDING);
    EXPECT_FALSE(gic.pin(GIC_MAINT, 0));
    EXPECT_FALSE(gic.state(25, 0) & GIC_ST_PENDING);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, VcmlStructure,
    testing::Values(Source{"EOI", 0, 0, GICH_LR_EOI | 50, GICH_MISR_EOI}, Source{"U", GICH_HCR_UIE, 0, 0, GICH_MISR_U},
                    Source{"LRENP", GICH_HCR_LRENPIE | 1u << GICH_HCR_EOICount_SHIFT, 0, 0, GICH_MISR_LRENP},
                    Source{"NP", GICH_HCR_NPIE, 0, 0, GICH_MISR_NP},
                    Source{"VGrp0E", GICH_HCR_VGrp0EIE, GICV_CTLR_EnableGrp0, 0, GICH_MISR_VGrp0E},
                    Source{"VGrp0D", GICH_HCR_VGrp0DIE, 0, 0, GICH_MISR_VGrp0D},
                    Source{"VGrp1E", GICH_HCR_VGrp1EIE, GICV_CTLR_EnableGrp1, 0, GICH_MISR_VGrp1E},
                    Source{"VGrp1D", GICH_HCR_VGrp1DIE, 0, 0, GICH_MISR_VGrp1D}),
    [](const auto &param) { return std::string(param.param.name); });

TEST(VcmlFinding, V11_guest_eoi_of_an_id_in_no_lr_keeps_lr0_5_3_1)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    gic.read(GIC_VCPU, GICV_IAR);
    gic.write(GIC_VCPU, GICV_EOIR, 77);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, GICH_LR_State_Active);
}

TEST(VcmlFinding, V12_guest_eoi_of_an_id_in_no_lr_is_counted_5_3_1)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    gic.read(GIC_VCPU, GICV_IAR);
    gic.write(GIC_VCPU, GICV_EOIR, 77);
    EXPECT_EQ(GIC_FIELD_GET(GICH_HCR_EOICount, gic.read(GIC_HYP, GICH_HCR)), 1u);
    EXPECT_EQ(gic.stats().unlisted_ends, 1u);
}

TEST(VcmlFinding, V13_with_virtual_eoimode_1_eoir_only_drops_the_priority_5_5_1)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0, GICV_CTLR_EnableGrp0 | GICV_CTLR_EOImode);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    gic.read(GIC_VCPU, GICV_IAR);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_RPR), 0xffu);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, GICH_LR_State_Active);
}

TEST(VcmlFinding, M4_gicv_dir_deactivates_5_5_14)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0, GICV_CTLR_EnableGrp0 | GICV_CTLR_EOImode);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    gic.read(GIC_VCPU, GICV_IAR);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    gic.write(GIC_VCPU, GICV_DIR, 50);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, 0u);
}

TEST(VcmlFinding, V5_gicv_pmr_masks_a_list_register_of_lower_priority_5_5_2)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_VCPU, GICV_PMR, 0x50);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50, 0x50));
    EXPECT_FALSE(gic.pin(GIC_VIRQ));
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50, 0x48));
    EXPECT_TRUE(gic.pin(GIC_VIRQ));
}

// A list register of priority 0x80 pending while one of 0x40 is active.
class LowerWhileActive : public TestGic
{
  public:
    LowerWhileActive()
    {
        enable_all();
        write(GIC_HYP, GICH_LR0, lr_sw(50, 0x40));
        EXPECT_EQ(read(GIC_VCPU, GICV_IAR), 50u);
        write(GIC_HYP, GICH_LR + 4, lr_sw(51, 0x80));
    }
};

TEST(VcmlFinding, V6_a_lower_priority_lr_is_not_signalled_while_a_higher_one_is_active_5_2)
{
    LowerWhileActive gic;
    EXPECT_FALSE(gic.pin(GIC_VIRQ));
}

TEST(VcmlFinding, V7_a_lower_priority_lr_is_not_acknowledged_while_a_higher_one_is_active_5_5_4)
{
    LowerWhileActive gic;
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_IAR), GIC_SPURIOUS);
}

TEST(VcmlFinding, V8_a_group_1_lr_is_not_signalled_while_only_group_0_is_enabled_5_3_8)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50, 0xa0, GICH_LR_Grp1));
    EXPECT_FALSE(gic.pin(GIC_VIRQ));
}

TEST(VcmlFinding, V9_a_group_1_lr_reads_as_1022_without_ackctl_5_5_4)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0, GICV_CTLR_EnableGrp0 | GICV_CTLR_EnableGrp1);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50, 0xa0, GICH_LR_Grp1));
    EXPECT_TRUE(gic.pin(GIC_VIRQ));
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_IAR), GIC_SPURIOUS_GROUP);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_AIAR), 50u);
}

TEST(VcmlFinding, V10_an_lr_rewritten_from_active_to_pending_is_pending_only_5_3_8)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    gic.read(GIC_VCPU, GICV_IAR);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, GICH_LR_State_Pending);
}

TEST(VcmlFinding, V16_enabling_gicv_ctlr_with_an_lr_pending_signals_at_once_5_5_1)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0, 0);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    EXPECT_FALSE(gic.pin(GIC_VIRQ));
    gic.write(GIC_VCPU, GICV_CTLR, GICV_CTLR_EnableGrp0);
    EXPECT_TRUE(gic.pin(GIC_VIRQ));
}

TEST(VcmlFinding, V17_gich_vmcr_vmabp_is_read_write_and_is_gicv_abpr_5_3_3)
{
    TestGic gic;
    gic.write(GIC_HYP, GICH_VMCR, GIC_FIELD_SET(GICH_VMCR_VMABP, 6u) | GIC_FIELD_SET(GICH_VMCR_VMBP, 4u));
    EXPECT_EQ(GIC_FIELD_GET(GICH_VMCR_VMABP, gic.read(GIC_HYP, GICH_VMCR)), 6u);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_ABPR), 6u);
}

class ListRegisters : public testing::TestWithParam<uint32_t>
{
};
TEST_P(ListRegisters, M5_item_17_are_as_many_as_configured_and_no_more_5_3_2)
{
    gic_config cfg{};
    cfg.lrs = GetParam();
    TestGic gic(cfg);
    EXPECT_EQ(GIC_FIELD_GET(GICH_VTR_ListRegs, gic.read(GIC_HYP, GICH_VTR)), GetParam() - 1);
    for (uint32_t n = 0; n < GIC_MAX_LRS; n++) {
        gic.write(GIC_HYP, GICH_LR + 4 * n, lr_sw(50 + n));
        EXPECT_EQ(gic.read(GIC_HYP, GICH_LR + 4 * n), n < GetParam() ? lr_sw(50 + n) : 0) << n;
    }
    EXPECT_EQ(gic.read(GIC_HYP, GICH_ELRSR0) | gic.read(GIC_HYP, GICH_ELRSR1), 0u);
}
INSTANTIATE_TEST_SUITE_P(Numbers, ListRegisters, testing::Values(1u, 4u, 31u, 32u, 33u, 63u, 64u));

// ---- VCML: physical interrupts ---------------------------------------------------------------------------

TEST(VcmlFinding, P4_iar_of_an_interrupt_masked_by_gicc_pmr_is_spurious_4_4_4)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40, 0xa0);
    gic.write(GIC_CPU, GICC_PMR, 0xa0);
    gic.spi(40, true);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), GIC_SPURIOUS);
}

TEST(VcmlFinding, P9_iar_of_an_interrupt_of_the_running_group_priority_is_spurious_3_3_3)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_CPU, GICC_BPR, 5);
    gic.enable(40, 0x70);
    gic.enable(41, 0x48);
    gic.spi(40, true);
    ASSERT_EQ(gic.read(GIC_CPU, GICC_IAR), 40u);
    gic.spi(41, true);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), GIC_SPURIOUS);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
}

TEST(VcmlFinding, P5_a_write_of_gicc_pmr_acts_on_the_output_at_once_4_4_2)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40, 0xa0);
    gic.spi(40, true);
    gic.write(GIC_CPU, GICC_PMR, 0x50);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.write(GIC_CPU, GICC_PMR, 0xf0);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
}

TEST(VcmlFinding, P6_a_write_of_gicc_ctlr_acts_on_the_output_at_once_4_4_1)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40);
    gic.spi(40, true);
    gic.write(GIC_CPU, GICC_CTLR, 0);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.write(GIC_CPU, GICC_CTLR, GICC_CTLR_EnableGrp0);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
}

TEST(VcmlFinding, P7_a_write_of_gicd_itargetsr_moves_a_pending_spi_at_once_4_3_12)
{
    TestGic gic(two_cpus());
    gic.enable_all();
    gic.enable(40);
    gic.spi(40, true);
    gic.write(GIC_DIST, GICD_ITARGETSR + 40, 2, 0, 1);
    EXPECT_FALSE(gic.pin(GIC_IRQ, 0));
    EXPECT_TRUE(gic.pin(GIC_IRQ, 1));
}

TEST(VcmlFinding, P14_a_level_high_when_enabled_and_then_dropped_is_not_pending_3_2_4)
{
    TestGic gic;
    gic.enable_all();
    gic.spi(40, true);
    gic.enable(40);
    gic.spi(40, false);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR + 4), 0u);
}

TEST(VcmlFinding, P15_a_level_high_when_enabled_and_then_dropped_is_not_signalled_3_2_4)
{
    TestGic gic;
    gic.enable_all();
    gic.spi(40, true);
    gic.enable(40);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
    gic.spi(40, false);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), GIC_SPURIOUS);
}

TEST(VcmlFinding, P16_ispendr_of_a_high_spi_uses_its_own_target_4_3_7)
{
    TestGic gic(two_cpus());
    gic.enable_all();
    gic.enable(40, 0xa0, 1); // the same place in its word
    gic.enable(104, 0xa0, 2);
    gic.write(GIC_DIST, GICD_ISPENDR + 12, 1u << 8);
    EXPECT_FALSE(gic.pin(GIC_IRQ, 0));
    EXPECT_TRUE(gic.pin(GIC_IRQ, 1));
}

TEST(VcmlFinding, E4_icactiver_with_the_level_still_high_signals_again_4_3_10)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
    gic.enable(40);
    gic.spi(40, true);
    gic.read(GIC_CPU, GICC_IAR);
    gic.write(GIC_CPU, GICC_EOIR, 40);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.write(GIC_DIST, GICD_ICACTIVER + 4, 1u << 8);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
}

TEST(VcmlFinding, D1_isactiver_is_read_write_4_3_9)
{
    TestGic gic;
    gic.write(GIC_DIST, GICD_ISACTIVER + 4, 1u << 8);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISACTIVER + 4), 1u << 8);
    EXPECT_EQ(gic.stats().activated, 1u);
}

TEST(VcmlFinding, R1_reset_disables_spis_4_3_5)
{
    TestGic gic;
    gic.enable(40);
    gic_reset(gic.g);
    gic.check();
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER + 4), 0u);
}

TEST(VcmlFinding, R2_reset_clears_latched_edges_4_3_7)
{
    TestGic gic;
    gic.write(GIC_DIST, GICD_ICFGR + 8, 2u << 16);
    gic.spi(40, true);
    gic.spi(40, false);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR + 4), 1u << 8);
    gic_reset(gic.g);
    gic.check();
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR + 4), 0u);
}

TEST(VcmlFinding, R3_gicd_iidr_is_the_one_of_a_gic400_4_3_3)
{
    EXPECT_EQ(TestGic().read(GIC_DIST, GICD_IIDR), 0x0200143bu);
}

TEST(VcmlFinding, T2_gicd_typer_has_cpunumber_in_bits_7_to_5_4_3_2)
{
    gic_config cfg{};
    cfg.cpus = 8;
    cfg.spis = 64;
    TestGic gic(cfg);
    EXPECT_EQ(GIC_FIELD_GET(GICD_TYPER_CPUNumber, gic.read(GIC_DIST, GICD_TYPER)), 7u);
    EXPECT_EQ(GIC_FIELD_GET(GICD_TYPER_ITLinesNumber, gic.read(GIC_DIST, GICD_TYPER)), 2u);
}

} // namespace
