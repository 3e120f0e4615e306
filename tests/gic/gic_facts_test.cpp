// SPDX-License-Identifier: Apache-2.0
//
// One behaviour each, named for it and for the paragraph of IHI 0048B it is in. First the three facts that
// the path of a forwarded interrupt stands on.
#include "gic_fixture.hpp"

using namespace trapline_test;

namespace
{

constexpr uint32_t split = GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode;
constexpr uint32_t vsplit = GICV_CTLR_EnableGrp0 | GICV_CTLR_EOImode;

gic_config cpus(uint32_t n)
{
    gic_config cfg{};
    cfg.cpus = n;
    return cfg;
}

gic_config with_maint_ppi()
{
    gic_config cfg{};
    cfg.maint_ppi = 25;
    return cfg;
}

// Host takes the interrupt, drops its priority and forwards it to the guest, who acknowledges it.
void forward(TestGic &gic, uint32_t intid, unsigned host = 0, unsigned guest = 0)
{
    ASSERT_EQ(gic.read(GIC_CPU, GICC_IAR, host), intid);
    gic.write(GIC_CPU, GICC_EOIR, intid, host);
    gic.write(GIC_HYP, GICH_LR0, lr_hw(50, intid), guest);
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR, guest), 50u);
}

// ---- Fact 1: the end of a hardware list register is the end of the physical interrupt ----------------

TEST(HwListRegister, guest_eoi_deactivates_the_physical_interrupt_5_2)
{
    TestGic gic;
    gic.enable_all(split);
    gic.enable(40);
    gic.spi(40, true);
    forward(gic, 40);
    gic.spi(40, false);
    EXPECT_TRUE(gic.state(40) & GIC_ST_ACTIVE);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_FALSE(gic.state(40) & GIC_ST_ACTIVE);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, 0u);
    EXPECT_EQ(gic.stats().hw_deactivations, 1u);
}

TEST(HwListRegister, with_virtual_eoimode_1_guest_dir_deactivates_5_5_14)
{
    TestGic gic;
    gic.enable_all(split, vsplit);
    gic.enable(40);
    gic.spi(40, true);
    forward(gic, 40);
    gic.spi(40, false);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_TRUE(gic.state(40) & GIC_ST_ACTIVE);
    gic.write(GIC_VCPU, GICV_DIR, 50);
    EXPECT_FALSE(gic.state(40) & GIC_ST_ACTIVE);
}

TEST(HwListRegister, deactivates_an_spi_that_another_cpu_acknowledged_5_2)
{
    TestGic gic(cpus(8));
    gic.enable_all(split);
    gic.enable(40, 0xa0, 1u << 2);
    gic.spi(40, true);
    forward(gic, 40, 2, 7);
    gic.spi(40, false);
    gic.write(GIC_VCPU, GICV_EOIR, 50, 7);
    EXPECT_FALSE(gic.state(40) & GIC_ST_ACTIVE);
}

TEST(HwListRegister, of_an_inactive_physical_interrupt_is_harmless_5_2)
{
    TestGic gic;
    gic.enable_all(split);
    gic.enable(40);
    gic.write(GIC_HYP, GICH_LR0, lr_hw(50, 40));
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 50u);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ(gic.state(40), GIC_ST_ENABLED);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, 0u);
    EXPECT_EQ(gic.stats().hw_deactivations, 0u);
}

TEST(HwListRegister, of_a_ppi_deactivates_it_on_its_own_cpu_only_5_2)
{
    TestGic gic(cpus(2));
    gic.enable_all(split);
    for (unsigned cpu : {0u, 1u}) {
        gic.enable(19, 0xa0, 1, cpu);
        gic.ppi(19, true, cpu);
        forward(gic, 19, cpu, cpu);
        gic.ppi(19, false, cpu);
    }
    gic.write(GIC_VCPU, GICV_EOIR, 50, 1);
    EXPECT_TRUE(gic.state(19, 0) & GIC_ST_ACTIVE);
    EXPECT_FALSE(gic.state(19, 1) & GIC_ST_ACTIVE);
}

TEST(HwListRegister, of_an_interrupt_that_does_not_exist_is_counted_and_nothing_else)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_hw(50, 1019));
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 50u);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_INTID], 1u);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, 0u);
}

TEST(HwListRegister, never_raises_eoi_maintenance_since_bit_19_is_part_of_the_id_5_3_8)
{
    gic_config cfg{};
    cfg.spis = 988;
    TestGic gic(cfg);
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_hw(50, 0x200 + 40)); // an ID with bit 9, bit 19 of the register, set
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 50u);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_EISR0), 0u);
    EXPECT_FALSE(gic.pin(GIC_MAINT));
}

// ---- Fact 2: a level still high is signalled again at once ------------------------------------------

TEST(LevelStillHigh, is_signalled_to_the_host_within_the_guest_eoi_3_2_4)
{
    TestGic gic;
    gic.enable_all(split);
    gic.enable(40);
    gic.spi(40, true);
    forward(gic, 40);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.pins.clear();
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
    ASSERT_EQ(gic.pins.size(), 1u);
    EXPECT_EQ(gic.pins[0], (PinEvent{0, GIC_IRQ, true}));
}

TEST(LevelStillHigh, is_signalled_on_the_target_cpu_when_another_cpu_ends_it_3_2_4)
{
    TestGic gic(cpus(2));
    gic.enable_all(split);
    gic.enable(40, 0xa0, 1u << 0);
    gic.spi(40, true);
    forward(gic, 40, 0, 1);
    gic.pins.clear();
    gic.write(GIC_VCPU, GICV_EOIR, 50, 1);
    ASSERT_EQ(gic.pins.size(), 1u);
    EXPECT_EQ(gic.pins[0], (PinEvent{0, GIC_IRQ, true}));
}

TEST(LevelStillHigh, is_signalled_within_gicd_icactiver_4_3_10)
{
    TestGic gic;
    gic.enable_all(split);
    gic.enable(40);
    gic.spi(40, true);
    gic.write(GIC_CPU, GICC_EOIR, gic.read(GIC_CPU, GICC_IAR));
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    gic.write(GIC_DIST, GICD_ICACTIVER + 4, 1u << 8);
    EXPECT_TRUE(gic.pin(GIC_IRQ));
}

TEST(LevelStillHigh, that_went_low_before_the_end_is_not_signalled_3_2_4)
{
    TestGic gic;
    gic.enable_all(split);
    gic.enable(40);
    gic.spi(40, true);
    forward(gic, 40);
    gic.spi(40, false);
    gic.pins.clear();
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_TRUE(gic.pins.empty());
}

// ---- Fact 3: maintenance interrupts ------------------------------------------------------------------

TEST(Maintenance, lr_eoi_shows_in_eisr_and_misr_until_the_entry_is_rewritten_5_3_4)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0 + 8, lr_sw(33, 0xa0, GICH_LR_EOI));
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 33u);
    EXPECT_FALSE(gic.pin(GIC_MAINT));
    gic.write(GIC_VCPU, GICV_EOIR, 33);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_EISR0), 4u);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_MISR), GICH_MISR_EOI);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_ELRSR0), 0xbu); // not free before it is seen to
    EXPECT_TRUE(gic.pin(GIC_MAINT));
    gic.write(GIC_HYP, GICH_LR0 + 8, 0);
    EXPECT_FALSE(gic.pin(GIC_MAINT));
    EXPECT_EQ(gic.read(GIC_HYP, GICH_ELRSR0), 0xfu);
}

struct MaintenanceSource {
    const char *name;
    uint32_t enable, misr;
    uint32_t vcpu_ctlr;  // that makes it true
    uint32_t other_ctlr; // that makes it false, when the group enables decide
};

class MaintenanceSources : public testing::TestWithParam<MaintenanceSource>
{
};

TEST_P(MaintenanceSources, follow_the_group_enables_5_3_4)
{
    TestGic gic;
    const MaintenanceSource &s = GetParam();
    gic.write(GIC_VCPU, GICV_CTLR, s.other_ctlr);
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En | s.enable);
    EXPECT_FALSE(gic.pin(GIC_MAINT));
    gic.write(GIC_VCPU, GICV_CTLR, s.vcpu_ctlr);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_MISR), s.misr);
    EXPECT_TRUE(gic.pin(GIC_MAINT));
    gic.write(GIC_HYP, GICH_HCR, s.enable);
    EXPECT_FALSE(gic.pin(GIC_MAINT)); // GICH_HCR.En gates the output
}

INSTANTIATE_TEST_SUITE_P(Groups, MaintenanceSources,
                         testing::Values(MaintenanceSource{"VGrp0E", GICH_HCR_VGrp0EIE, GICH_MISR_VGrp0E, 1, 0},
                                         MaintenanceSource{"VGrp0D", GICH_HCR_VGrp0DIE, GICH_MISR_VGrp0D, 0, 1},
                                         MaintenanceSource{"VGrp1E", GICH_HCR_VGrp1EIE, GICH_MISR_VGrp1E, 2, 0},
                                         MaintenanceSource{"VGrp1D", GICH_HCR_VGrp1DIE, GICH_MISR_VGrp1D, 0, 2}),
                         [](const auto &param) { return std::string(param.param.name); });

TEST(Maintenance, underflow_means_at_most_one_valid_entry_5_3_4)
{
    TestGic gic;
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En | GICH_HCR_UIE);
    EXPECT_TRUE(gic.pin(GIC_MAINT));
    gic.write(GIC_HYP, GICH_LR0, lr_sw(33));
    EXPECT_EQ(gic.read(GIC_HYP, GICH_MISR), GICH_MISR_U);
    gic.write(GIC_HYP, GICH_LR0 + 4, GICH_LR_State_Active | 34);
    EXPECT_FALSE(gic.pin(GIC_MAINT));
}

TEST(Maintenance, no_pending_means_no_entry_that_is_pending_only_5_3_4)
{
    TestGic gic;
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En | GICH_HCR_NPIE);
    EXPECT_TRUE(gic.pin(GIC_MAINT));
    gic.write(GIC_HYP, GICH_LR0, lr_sw(33));
    EXPECT_FALSE(gic.pin(GIC_MAINT));
    gic.write(GIC_HYP, GICH_LR0, lr_sw(33) | GICH_LR_State_Active);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_MISR), GICH_MISR_NP);
}

TEST(Maintenance, an_eoi_without_entry_is_counted_when_it_drops_a_priority_5_3_1)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En | GICH_HCR_LRENPIE);
    gic.write(GIC_VCPU, GICV_EOIR, 33); // nothing active: not counted
    EXPECT_EQ(gic.read(GIC_HYP, GICH_HCR) >> GICH_HCR_EOICount_SHIFT, 0u);
    gic.write(GIC_HYP, GICH_APR, 1);
    gic.write(GIC_VCPU, GICV_EOIR, 33);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_HCR) >> GICH_HCR_EOICount_SHIFT, 1u);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_MISR), GICH_MISR_LRENP);
    EXPECT_TRUE(gic.pin(GIC_MAINT));
}

TEST(Maintenance, drives_its_ppi_within_the_same_access_as_on_a_gic400)
{
    TestGic gic(with_maint_ppi());
    gic.enable_all();
    gic.enable(25);
    gic.write(GIC_HYP, GICH_LR0, lr_sw(33, 0xa0, GICH_LR_EOI));
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 33u);
    gic.pins.clear();
    gic.write(GIC_VCPU, GICV_EOIR, 33);
    EXPECT_EQ(gic.pins, (std::vector<PinEvent>{{0, GIC_MAINT, true}, {0, GIC_IRQ, true}}));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), 25u);
    gic.ppi(25, false); // its driver is inside: refused
    EXPECT_TRUE(gic.state(25) & GIC_ST_LINE);
}

// ---- The virtual interface ---------------------------------------------------------------------------

TEST(VirtualInterface, lowest_list_register_among_equals_with_64_of_them_5_2)
{
    gic_config cfg{};
    cfg.lrs = 64;
    TestGic gic(cfg);
    gic.enable_all();
    for (unsigned n : {63u, 40u, 33u})
        gic.write(GIC_HYP, GICH_LR0 + 4 * n, lr_sw(100 + n));
    EXPECT_EQ(gic.read(GIC_HYP, GICH_ELRSR1), ~(1u << 31 | 1u << 8 | 1u << 1));
    for (unsigned n : {33u, 40u, 63u}) {
        ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 100 + n);
        gic.write(GIC_VCPU, GICV_EOIR, 100 + n);
    }
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_IAR), GIC_SPURIOUS);
}

TEST(VirtualInterface, vmcr_written_below_the_minimum_binary_point_takes_the_minimum_5_3_3)
{
    TestGic gic;
    gic.write(GIC_HYP, GICH_VMCR, 0);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_BPR), 2u);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_ABPR), 3u);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_VMCR), 0x004c0000u);
}

TEST(VirtualInterface, sgis_of_two_sources_end_apart_5_5_5)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, GICH_LR_State_Active | GIC_FIELD_SET(GICH_LR_CPUID, 1u) | 3);
    gic.write(GIC_HYP, GICH_LR0 + 4, GICH_LR_State_Active | GIC_FIELD_SET(GICH_LR_CPUID, 2u) | 3);
    gic.write(GIC_VCPU, GICV_EOIR, 2u << 10 | 3);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, GICH_LR_State_Active);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0 + 4) & GICH_LR_State, 0u);
}

TEST(VirtualInterface, is_dead_while_hcr_en_is_0_5_3_1)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_sw(33));
    EXPECT_TRUE(gic.pin(GIC_VIRQ));
    gic.write(GIC_HYP, GICH_HCR, 0);
    EXPECT_FALSE(gic.pin(GIC_VIRQ));
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_HPPIR), GIC_SPURIOUS);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_IAR), GIC_SPURIOUS);
}

// ---- The physical side -------------------------------------------------------------------------------

TEST(Distributor, an_spi_with_several_targets_is_taken_once_3_2_3)
{
    TestGic gic(cpus(8));
    gic.enable_all();
    gic.enable(40, 0xa0, 0xff);
    gic.spi(40, true);
    EXPECT_EQ(gic.pins.size(), 8u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 5), 40u);
    for (unsigned cpu : gic.cpus) {
        EXPECT_FALSE(gic.pin(GIC_IRQ, cpu));
        EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, cpu), GIC_SPURIOUS);
    }
}

TEST(Distributor, lowest_intid_among_equals_of_both_groups_3_3)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0 | GICC_CTLR_EnableGrp1 | GICC_CTLR_AckCtl);
    for (uint32_t intid : {70u, 45u, 101u})
        gic.enable(intid);
    gic.set_group1(45);
    for (uint32_t intid : {101u, 70u, 45u})
        gic.spi(intid, true);
    for (uint32_t intid : {45u, 70u, 101u}) {
        EXPECT_EQ(gic.read(GIC_CPU, GICC_HPPIR), intid);
        EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), intid);
        gic.spi(intid, false);
        gic.write(GIC_CPU, GICC_EOIR, intid);
    }
}

TEST(Distributor, a_group_not_forwarded_does_not_hide_the_other_4_3_1)
{
    TestGic gic;
    gic.enable_all(3);
    gic.enable(45, 0x20);
    gic.enable(46, 0x20);
    gic.set_group1(45);
    gic.spi(45, true);
    gic.spi(46, true);
    gic.write(GIC_DIST, GICD_CTLR, GICD_CTLR_EnableGrp0);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_HPPIR), 46u);
    gic.write(GIC_DIST, GICD_CTLR, GICD_CTLR_EnableGrp1);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_AHPPIR), 45u);
}

TEST(Distributor, a_group_the_interface_ignores_does_hide_the_other_4_4_1)
{
    TestGic gic;
    gic.enable_all(GICC_CTLR_EnableGrp0);
    gic.enable(45, 0x20);
    gic.enable(46, 0x40);
    gic.set_group1(45);
    gic.spi(45, true);
    gic.spi(46, true);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), GIC_SPURIOUS);
}

TEST(Distributor, hppir_ignores_the_priority_mask_4_4_7)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(45);
    gic.spi(45, true);
    gic.write(GIC_CPU, GICC_PMR, 0x10);
    EXPECT_FALSE(gic.pin(GIC_IRQ));
    EXPECT_EQ(gic.read(GIC_CPU, GICC_HPPIR), 45u);
}

TEST(Distributor, sgis_go_to_the_lowest_source_first_and_keep_the_others_2_2_1)
{
    TestGic gic(cpus(4));
    gic.enable_all();
    for (unsigned cpu : {3u, 1u})
        gic.write(GIC_DIST, GICD_SGIR, 1u << 16 | 5, cpu);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_SPENDSGIR + 5, 0, 1), 0xau);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), 1u << 10 | 5);
    EXPECT_TRUE(gic.state(5) & GIC_ST_PENDING);
    gic.write(GIC_CPU, GICC_EOIR, 1u << 10 | 5);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), 3u << 10 | 5);
}

TEST(Distributor, the_wires_are_readable_as_on_a_gic400)
{
    TestGic gic;
    gic.ppi(30, true);
    gic.spi(32 + 33, true);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_PPISR), 1u << 14);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_SPISR + 4), 2u);
}

TEST(CpuInterface, aeoir_does_not_end_a_group_0_interrupt_4_4_10)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(45);
    gic.spi(45, true);
    ASSERT_EQ(gic.read(GIC_CPU, GICC_IAR), 45u);
    gic.write(GIC_CPU, GICC_AEOIR, 45);
    EXPECT_TRUE(gic.state(45) & GIC_ST_ACTIVE);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_RPR), 0xa0u);
}

class PriorityBits : public testing::TestWithParam<uint32_t>
{
};

TEST_P(PriorityBits, every_priority_preempts_the_one_below_and_apr_restores_it_4_4_12)
{
    gic_config cfg{};
    cfg.prio_bits = GetParam();
    cfg.spis = 256;
    TestGic gic(cfg);
    gic.enable_all();
    gic.write(GIC_CPU, GICC_PMR, 0xff);
    // Nest as deep as there are preemption levels, at most 128; the least urgent priority is masked.
    uint32_t levels = std::min(1u << GetParam(), 128u), step = 256 / levels;
    for (uint32_t n = 1; n < levels; n++) {
        uint32_t prio = 256 - step * (n + 1), intid = 32 + n;
        gic.enable(intid, prio);
        gic.spi(intid, true);
        ASSERT_TRUE(gic.pin(GIC_IRQ)) << n;
        ASSERT_EQ(gic.read(GIC_CPU, GICC_IAR), intid);
        ASSERT_EQ(gic.read(GIC_CPU, GICC_RPR), prio);
    }
    std::vector<uint32_t> apr;
    for (uint32_t i = 0; i < 4; i++)
        apr.push_back(gic.read(GIC_CPU, GICC_APR + 4 * i));
    for (uint32_t i = 0; i < 4; i++)
        gic.write(GIC_CPU, GICC_APR + 4 * i, 0);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_RPR), 0xffu);
    for (uint32_t i = 0; i < 4; i++)
        gic.write(GIC_CPU, GICC_APR + 4 * i, apr[i]);
    for (uint32_t n = levels - 1; n >= 1; n--) {
        ASSERT_EQ(gic.read(GIC_CPU, GICC_RPR), 256 - step * (n + 1));
        gic.spi(32 + n, false);
        gic.write(GIC_CPU, GICC_EOIR, 32 + n);
    }
    EXPECT_EQ(gic.read(GIC_CPU, GICC_RPR), 0xffu);
}

INSTANTIATE_TEST_SUITE_P(All, PriorityBits, testing::Values(4u, 5u, 6u, 7u, 8u));

// ---- Callbacks ---------------------------------------------------------------------------------------

TEST(Callbacks, outputs_are_reported_only_when_they_change)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40);
    gic.enable(41, 0x80);
    gic.pins.clear();
    gic.spi(40, true);
    gic.spi(40, true);
    gic.spi(41, true); // a better one: the wire is high already
    EXPECT_EQ(gic.pins, (std::vector<PinEvent>{{0, GIC_IRQ, true}}));
    gic.spi(41, false);
    gic.spi(40, false);
    EXPECT_EQ(gic.pins, (std::vector<PinEvent>{{0, GIC_IRQ, true}, {0, GIC_IRQ, false}}));
}

TEST(Callbacks, state_tells_of_watched_interrupts_only)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40);
    gic.enable(41);
    gic_watch(gic.g, 40, true);
    gic.spi(41, true);
    EXPECT_TRUE(gic.states.empty());
    gic.spi(40, true);
    gic.read(GIC_CPU, GICC_IAR);
    ASSERT_EQ(gic.states.size(), 2u);
    EXPECT_EQ(gic.states[0].old_bits, GIC_ST_ENABLED);
    EXPECT_EQ(gic.states[0].new_bits, GIC_ST_ENABLED | GIC_ST_PENDING | GIC_ST_LINE);
    EXPECT_EQ(gic.states[1].new_bits, GIC_ST_ENABLED | GIC_ST_PENDING | GIC_ST_LINE | GIC_ST_ACTIVE);
    gic_watch(gic.g, 40, false);
    gic.spi(40, false);
    EXPECT_EQ(gic.states.size(), 2u);
}

TEST(VirtualInterface, aeoir_does_not_end_a_group_0_interrupt_5_5_10)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_HYP, GICH_LR0, lr_sw(50));
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 50u);
    gic.write(GIC_VCPU, GICV_AEOIR, 50);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_RPR), 0xa0u);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, GICH_LR_State_Active);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_HCR), GICH_HCR_En); // EOICount is 0
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, 0u);
}

// PhysicalID is the INTID of a PPI or an SPI: an SGI is not forwarded.
TEST(VirtualInterface, hardware_entry_with_the_number_of_an_sgi_deactivates_nothing_5_3_8)
{
    TestGic gic;
    gic.enable_all();
    gic.write(GIC_DIST, GICD_ISACTIVER, 1u << 15);
    gic.write(GIC_HYP, GICH_LR0, lr_hw(50, 15));
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 50u);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0) & GICH_LR_State, 0u);
    EXPECT_TRUE(gic.state(15) & GIC_ST_ACTIVE);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_INTID], 1u);
    EXPECT_EQ(gic.stats().hw_deactivations, 0u);
}

// Five bits of preemption fill GICV_APR0, which is GICH_APR.
TEST(VirtualInterface, apr1_to_apr3_are_razwi_5_5_12)
{
    TestGic gic;
    for (uint32_t n = 1; n < 4; n++) {
        gic.write(GIC_VCPU, GICV_APR + 4 * n, 0xffffffff);
        EXPECT_EQ(gic.read(GIC_VCPU, GICV_APR + 4 * n), 0u);
        EXPECT_EQ(gic.read(GIC_HYP, GICH_APR), 0u);
    }
    gic.write(GIC_VCPU, GICV_APR, 0x10);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_APR), 0x10u);
}

TEST(Callbacks, state_of_a_private_interrupt_names_the_cpu_and_reset_is_reported)
{
    TestGic gic(cpus(2));
    gic.enable_all();
    gic_watch(gic.g, 20, true);
    gic.enable(20, 0xa0, 1, 1);
    ASSERT_EQ(gic.states.size(), 1u);
    EXPECT_EQ(gic.states[0].cpu, 1u);
    gic_reset(gic.g);
    gic.check();
    ASSERT_EQ(gic.states.size(), 2u);
    EXPECT_EQ(gic.states[1].new_bits, 0u);
}

TEST(Callbacks, reset_lowers_the_outputs_and_keeps_the_inputs)
{
    TestGic gic;
    gic.enable_all();
    gic.enable(40);
    gic.spi(40, true);
    gic.pins.clear();
    gic_reset(gic.g);
    gic.check();
    EXPECT_EQ(gic.pins, (std::vector<PinEvent>{{0, GIC_IRQ, false}}));
    EXPECT_EQ(gic.state(40), GIC_ST_PENDING | GIC_ST_LINE);
}

} // namespace
