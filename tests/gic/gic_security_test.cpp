// SPDX-License-Identifier: Apache-2.0
//
// The Security Extensions, as far as no vector shows them: GICD_NSACR, other numbers of priority bits, bypass
// bits, the Non-secure GICC_APR, and what a hardware list register may deactivate.
#include "gic_fixture.hpp"
#include "gic_random.hpp"

#include <cerrno>
#include <map>

using namespace trapline_test;

namespace
{

gic_config secure(uint32_t prio_bits = 8, uint32_t cpus = 1)
{
    gic_config cfg{};
    cfg.security = true;
    cfg.cpus = cpus;
    cfg.prio_bits = prio_bits;
    return cfg;
}

// Two security states, everything on, SPI 40 enabled in a group with a Secure priority.
class SecureGic : public TestGic
{
  public:
    explicit SecureGic(gic_config cfg = secure(), uint32_t cpu_ctlr = GICC_CTLR_EnableGrp0 | GICC_CTLR_EnableGrp1)
        : TestGic(cfg)
    {
        write_s(GIC_DIST, GICD_CTLR, 3);
        for (unsigned cpu : cpus) {
            write_s(GIC_CPU, GICC_PMR, 0xff, cpu);
            write_s(GIC_CPU, GICC_CTLR, cpu_ctlr, cpu);
        }
    }
    void enable_s(uint32_t intid, uint32_t prio, bool group1)
    {
        uint32_t group = GICD_IGROUPR + intid / 32 * 4, bit = 1u << intid % 32;
        write_s(GIC_DIST, group, group1 ? read_s(GIC_DIST, group) | bit : read_s(GIC_DIST, group) & ~bit);
        write_s(GIC_DIST, GICD_IPRIORITYR + intid, prio, 0, 1);
        write_s(GIC_DIST, GICD_ISENABLER + intid / 32 * 4, bit);
    }
};

// ---- Configuration ---------------------------------------------------------------------------------------

TEST(Security, four_priority_bits_are_too_few_for_two_states_3_3)
{
    gic_config cfg = secure(4);
    cfg.struct_size = sizeof(cfg);
    gic *g = nullptr;
    EXPECT_EQ(gic_new(&cfg, &g), -EINVAL);
    EXPECT_EQ(gic_size(&cfg), 0u);
}

TEST(Security, with_one_state_a_secure_access_is_like_any_other_3_1)
{
    TestGic gic;
    gic.write_s(GIC_DIST, GICD_IGROUPR + 4, 0xff);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_IGROUPR + 4), 0xffu);
    gic.write(GIC_CPU, GICC_CTLR, 0xffffffff);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_CTLR), 0x3ffu);
    gic.write_s(GIC_DIST, GICD_NSACR + 8, 0xffffffff);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_NSACR + 8), 0u);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_TYPER) & (GICD_TYPER_SecurityExtn | GICD_TYPER_LSPI), 0u);
}

// ---- Registers -------------------------------------------------------------------------------------------

struct SecureOnly {
    const char *name;
    gic_frame frame;
    uint32_t offset;
    uint32_t value; // what a Secure access can store, or 0
};
class SecureRegisters : public testing::TestWithParam<SecureOnly>
{
};
TEST_P(SecureRegisters, are_razwi_to_non_secure_accesses_and_counted)
{
    SecureGic gic;
    const SecureOnly &r = GetParam();
    if (r.value) {
        gic.write_s(r.frame, r.offset, r.value);
        ASSERT_EQ(gic.read_s(r.frame, r.offset), r.value);
        gic.write(r.frame, r.offset, 0);
        EXPECT_EQ(gic.read_s(r.frame, r.offset), r.value);
    }
    EXPECT_EQ(gic.read(r.frame, r.offset), 0u);
    EXPECT_EQ(gic_peek(gic.g, 0, r.frame, r.offset, 4), 0u);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_SECURE], r.value ? 2u : 1u);
}
INSTANTIATE_TEST_SUITE_P(Each, SecureRegisters,
                         testing::Values(SecureOnly{"GICD_IGROUPR", GIC_DIST, GICD_IGROUPR + 4, 0xff00},
                                         SecureOnly{"GICD_NSACR", GIC_DIST, GICD_NSACR + 8, 0x1b},
                                         SecureOnly{"GICC_ABPR", GIC_CPU, GICC_ABPR, 5},
                                         SecureOnly{"GICC_NSAPR", GIC_CPU, GICC_NSAPR, 0x10},
                                         SecureOnly{"GICC_AIAR", GIC_CPU, GICC_AIAR, 0},
                                         SecureOnly{"GICC_AHPPIR", GIC_CPU, GICC_AHPPIR, 0}),
                         [](const auto &param) { return std::string(param.param.name); });

TEST(Security, aeoir_is_not_for_non_secure_accesses_4_4_10)
{
    SecureGic gic;
    gic.enable_s(40, 0xc0, true);
    gic.spi(40, true);
    ASSERT_EQ(gic.read(GIC_CPU, GICC_IAR), 40u);
    gic.write(GIC_CPU, GICC_AEOIR, 40);
    EXPECT_TRUE(gic.state(40) & GIC_ST_ACTIVE);
    gic.write_s(GIC_CPU, GICC_AEOIR, 40);
    EXPECT_FALSE(gic.state(40) & GIC_ST_ACTIVE);
}

class AeoirModes : public testing::TestWithParam<uint32_t>
{
};
// The Secure GICC_AEOIR is an alias of the Non-secure GICC_EOIR (4.4.10), so EOImodeNS rules it, GICC_EOIR EOImodeS.
TEST_P(AeoirModes, aeoir_goes_by_eoimodens_and_eoir_by_eoimodes_4_4_10)
{
    SecureGic gic(secure(), 3u | GICC_CTLR_AckCtl | GetParam());
    gic.enable_s(40, 0xc0, true);
    for (uint32_t offset : {GICC_AEOIR, GICC_EOIR}) {
        gic.spi(40, true);
        ASSERT_EQ(gic.read_s(GIC_CPU, GICC_IAR), 40u);
        gic.spi(40, false);
        gic.write_s(GIC_CPU, offset, 40);
        EXPECT_EQ(gic.read_s(GIC_CPU, GICC_RPR), 0xffu);
        bool split = GetParam() & (offset == GICC_AEOIR ? GICC_CTLR_EOImodeNS : GICC_CTLR_EOImode);
        EXPECT_EQ((gic.state(40) & GIC_ST_ACTIVE) != 0, split);
        gic.write_s(GIC_DIST, GICD_ICACTIVER + 4, 1u << 8);
    }
}
INSTANTIATE_TEST_SUITE_P(Each, AeoirModes,
                         testing::Values(0u, GICC_CTLR_EOImode, GICC_CTLR_EOImodeNS,
                                         GICC_CTLR_EOImode | GICC_CTLR_EOImodeNS));

TEST(Security, identification_is_the_same_from_both_states)
{
    SecureGic gic;
    for (uint32_t offset : {GICD_TYPER, GICD_IIDR, GICD_PIDR2, GICD_CIDR0})
        EXPECT_EQ(gic.read(GIC_DIST, offset), gic.read_s(GIC_DIST, offset)) << offset;
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IIDR), gic.read_s(GIC_CPU, GICC_IIDR));
}

TEST(Security, wires_of_group_0_are_hidden_in_ppisr_and_spisr)
{
    SecureGic gic;
    gic.enable_s(41, 0xc0, true);
    gic.write_s(GIC_DIST, GICD_IGROUPR, 1u << 21);
    for (uint32_t intid : {40u, 41u})
        gic.spi(intid, true);
    for (uint32_t intid : {20u, 21u})
        gic.ppi(intid, true);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_SPISR), 3u << 8);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_SPISR), 2u << 8);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_PPISR), 3u << 4);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_PPISR), 2u << 4);
}

// Non-secure FIQBypDisGrp1 and IRQBypDisGrp1 are bits 5 and 6; the Secure copy has all four (4.4.1).
TEST(Security, bypass_disable_bits_in_both_views_4_4_1)
{
    SecureGic gic(secure(), 0);
    gic.write(GIC_CPU, GICC_CTLR, 0x1e0);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_CTLR), 0x060u);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_CTLR), GICC_CTLR_FIQBypDisGrp1 | GICC_CTLR_IRQBypDisGrp1);
    gic.write_s(GIC_CPU, GICC_CTLR, GICC_CTLR_FIQBypDisGrp0 | GICC_CTLR_IRQBypDisGrp0 | GICC_CTLR_FIQBypDisGrp1);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_CTLR), 0x020u);
    gic.write(GIC_CPU, GICC_CTLR, 0);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_CTLR), GICC_CTLR_FIQBypDisGrp0 | GICC_CTLR_IRQBypDisGrp0);
}

TEST(Security, bypass_disable_bits_with_one_state_are_read_write_4_4_1)
{
    TestGic gic;
    gic.write(GIC_CPU, GICC_CTLR, 0x1e0);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_CTLR), 0x1e0u);
}

TEST(Security, non_secure_ctlr_holds_only_its_own_bits_4_4_1)
{
    SecureGic gic(secure(), 0);
    gic.write(GIC_CPU, GICC_CTLR, 0xffffffff);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_CTLR), 0x261u);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_CTLR),
              GICC_CTLR_EnableGrp1 | GICC_CTLR_FIQBypDisGrp1 | GICC_CTLR_IRQBypDisGrp1 | GICC_CTLR_EOImodeNS);
}

// ---- Priorities, for every number of bits ----------------------------------------------------------------

class SecurePriorities : public testing::TestWithParam<uint32_t>
{
  protected:
    static uint32_t implemented()
    {
        return 0xffu << (8 - GetParam()) & 0xff;
    }
};

TEST_P(SecurePriorities, the_non_secure_view_has_one_bit_less_3_5)
{
    SecureGic gic(secure(GetParam()));
    gic.enable_s(40, 0, true);
    for (uint32_t value = 0; value < 256; value++) {
        gic.write(GIC_DIST, GICD_IPRIORITYR + 40, value, 0, 1);
        uint32_t stored = (0x80 | value >> 1) & implemented();
        ASSERT_EQ(gic.read_s(GIC_DIST, GICD_IPRIORITYR + 40, 0, 1), stored) << value;
        ASSERT_EQ(gic.read(GIC_DIST, GICD_IPRIORITYR + 40, 0, 1), stored << 1 & 0xff) << value;
        gic.write(GIC_CPU, GICC_PMR, value);
        ASSERT_EQ(gic.read_s(GIC_CPU, GICC_PMR), stored) << value;
        ASSERT_EQ(gic.read(GIC_CPU, GICC_PMR), stored << 1 & 0xff) << value;
    }
}

TEST_P(SecurePriorities, a_secure_mask_is_out_of_reach_4_4_2)
{
    SecureGic gic(secure(GetParam()));
    gic.write_s(GIC_CPU, GICC_PMR, 0x78);
    gic.write(GIC_CPU, GICC_PMR, 0xf0);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_PMR), 0x78u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_PMR), 0u);
}

// The Non-secure GICC_APR is cut from GICC_NSAPR: the levels of the lower half of the priorities, from bit 0.
TEST_P(SecurePriorities, non_secure_apr_shows_and_restores_group_1_levels_4_4_12)
{
    unsigned preemption_bits = GetParam() < 7 ? GetParam() : 7;
    uint32_t levels = 1u << preemption_bits;
    // Not the last level: GICC_PMR masks the least priority always.
    for (uint32_t level = levels / 2; level + 1 < levels; level += 3) {
        SecureGic gic(secure(GetParam()), GICC_CTLR_EnableGrp0 | GICC_CTLR_EnableGrp1);
        uint32_t prio = level << (8 - preemption_bits);
        gic.enable_s(40, prio, true);
        gic.write_s(GIC_CPU, GICC_BPR, 0);
        gic.write_s(GIC_CPU, GICC_ABPR, 0);
        gic.spi(40, true);
        ASSERT_EQ(gic.read(GIC_CPU, GICC_IAR), 40u) << level;
        uint32_t ns = level - levels / 2;
        for (uint32_t n = 0; n < 4; n++) {
            uint32_t expected = n == ns / 32 ? 1u << ns % 32 : 0;
            EXPECT_EQ(gic.read(GIC_CPU, GICC_APR + 4 * n), expected) << level << " word " << n;
            gic.write(GIC_CPU, GICC_APR + 4 * n, 0);
        }
        EXPECT_EQ(gic.read_s(GIC_CPU, GICC_RPR), 0xffu);
        gic.write(GIC_CPU, GICC_APR + ns / 32 * 4, 1u << ns % 32);
        EXPECT_EQ(gic.read_s(GIC_CPU, GICC_RPR), prio);
        EXPECT_EQ(gic.read_s(GIC_CPU, GICC_NSAPR + level / 32 * 4), 1u << level % 32);
        EXPECT_EQ(gic.read_s(GIC_CPU, GICC_APR + level / 32 * 4), 0u);
    }
}

TEST_P(SecurePriorities, non_secure_apr_leaves_secure_levels_of_group_1_alone_4_4_12)
{
    SecureGic gic(secure(GetParam()));
    gic.write_s(GIC_CPU, GICC_NSAPR, 1);
    for (uint32_t n = 0; n < 4; n++)
        gic.write(GIC_CPU, GICC_APR + 4 * n, 0xffffffff);
    uint32_t bits = 0;
    for (uint32_t n = 0; n < 4; n++)
        for (uint32_t left = gic.read_s(GIC_CPU, GICC_NSAPR + 4 * n); left; left &= left - 1)
            bits++;
    unsigned preemption_bits = GetParam() < 7 ? GetParam() : 7;
    EXPECT_EQ(bits, (1u << preemption_bits) / 2 + 1);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_NSAPR) & 3, 1u);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_APR), 0u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_RPR), 0u); // the Secure level is the most urgent
}

TEST_P(SecurePriorities, the_least_non_secure_binary_point_is_one_more_4_4_3)
{
    SecureGic gic(secure(GetParam()));
    gic.write(GIC_CPU, GICC_BPR, 0);
    uint32_t least = GetParam() < 7 ? 7 - GetParam() : 0;
    EXPECT_EQ(gic.read(GIC_CPU, GICC_BPR), least + 1);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_BPR), least);
}

TEST(Security, with_cbpr_a_non_secure_write_of_bpr_changes_nothing_4_4_3)
{
    SecureGic gic(secure(), GICC_CTLR_CBPR);
    gic.write_s(GIC_CPU, GICC_BPR, 2);
    gic.write_s(GIC_CPU, GICC_ABPR, 6);
    gic.write(GIC_CPU, GICC_BPR, 4);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_BPR), 2u);
    EXPECT_EQ(gic.read_s(GIC_CPU, GICC_ABPR), 6u);
}

INSTANTIATE_TEST_SUITE_P(Bits, SecurePriorities, testing::Values(5u, 6u, 7u, 8u));

// ---- GICD_NSACR ------------------------------------------------------------------------------------------

class Nsacr : public testing::TestWithParam<uint32_t>
{
  protected:
    // GICD_NSACR grants the level for SPI 40, which is of Group 0, and for no other.
    static void grant(TestGic &gic)
    {
        gic.write_s(GIC_DIST, GICD_NSACR + 8, GetParam() << 16);
        ASSERT_EQ(gic.read_s(GIC_DIST, GICD_NSACR + 8), GetParam() << 16);
    }
    static constexpr uint32_t bit = 1u << 8, neighbour = 1u << 9;
};

TEST_P(Nsacr, level_1_grants_ispendr_4_3_14)
{
    SecureGic gic;
    grant(gic);
    gic.write(GIC_DIST, GICD_ISPENDR + 4, bit | neighbour);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ISPENDR + 4), GetParam() >= 1 ? bit : 0);
    gic.write_s(GIC_DIST, GICD_ISPENDR + 4, bit | neighbour);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISPENDR + 4), GetParam() >= 1 ? bit : 0);
}

TEST_P(Nsacr, level_2_adds_icpendr_4_3_14)
{
    SecureGic gic;
    grant(gic);
    gic.write_s(GIC_DIST, GICD_ISPENDR + 4, bit | neighbour);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ICPENDR + 4), GetParam() >= 2 ? bit : 0);
    gic.write(GIC_DIST, GICD_ICPENDR + 4, bit | neighbour);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ISPENDR + 4), GetParam() >= 2 ? neighbour : bit | neighbour);
}

TEST_P(Nsacr, level_2_adds_reading_of_the_active_registers_but_not_writing_4_3_14)
{
    SecureGic gic;
    grant(gic);
    gic.write_s(GIC_DIST, GICD_ISACTIVER + 4, bit | neighbour);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISACTIVER + 4), GetParam() >= 2 ? bit : 0);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ICACTIVER + 4), GetParam() >= 2 ? bit : 0);
    gic.write(GIC_DIST, GICD_ICACTIVER + 4, bit | neighbour);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ISACTIVER + 4), bit | neighbour);
}

TEST_P(Nsacr, level_3_adds_itargetsr_4_3_14)
{
    SecureGic gic(secure(8, 2));
    grant(gic);
    gic.write_s(GIC_DIST, GICD_ITARGETSR + 40, 0x0101);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ITARGETSR + 40), GetParam() == 3 ? 1u : 0u);
    gic.write(GIC_DIST, GICD_ITARGETSR + 40, 0x0202);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ITARGETSR + 40), GetParam() == 3 ? 0x0102u : 0x0101u);
}

TEST_P(Nsacr, grants_nothing_else_4_3_14)
{
    SecureGic gic;
    grant(gic);
    gic.write(GIC_DIST, GICD_ISENABLER + 4, bit);
    gic.write(GIC_DIST, GICD_IPRIORITYR + 40, 0x40, 0, 1);
    gic.write(GIC_DIST, GICD_ICFGR + 8, 2u << 16);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ISENABLER + 4), 0u);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_IPRIORITYR + 40, 0, 1), 0u);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_ICFGR + 8), 0u);
}

TEST_P(Nsacr, level_1_lets_a_non_secure_sgi_be_of_group_0_where_granted_4_3_14)
{
    SecureGic gic(secure(8, 2));
    gic.write_s(GIC_DIST, GICD_NSACR, GetParam() << 10, 1); // SGI 5 of CPU 1: the register is banked
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_NSACR, 0), 0u);
    gic.write(GIC_DIST, GICD_SGIR, 3u << 16 | 5);
    EXPECT_FALSE(gic.state(5, 0) & GIC_ST_PENDING);
    EXPECT_EQ((gic.state(5, 1) & GIC_ST_PENDING) != 0, GetParam() >= 1);
}

INSTANTIATE_TEST_SUITE_P(Levels, Nsacr, testing::Range(0u, 4u));

TEST(Nsacr, has_no_fields_for_ppis_4_3_14)
{
    SecureGic gic;
    gic.write_s(GIC_DIST, GICD_NSACR + 4, 0xffffffff);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_NSACR + 4), 0u);
}

TEST(Nsacr, is_optional_4_3_14)
{
    gic_config cfg = secure();
    cfg.no_nsacr = true;
    SecureGic gic(cfg);
    gic.write_s(GIC_DIST, GICD_NSACR + 8, 0xffffffff);
    EXPECT_EQ(gic.read_s(GIC_DIST, GICD_NSACR + 8), 0u);
}

TEST(Nsacr, means_nothing_for_group_1_4_3_14)
{
    SecureGic gic;
    gic.enable_s(40, 0xc0, true);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER + 4), 1u << 8);
    gic.write_s(GIC_DIST, GICD_NSACR + 8, 1u << 16);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER + 4), 1u << 8);
}

TEST(Nsacr, shows_in_gic_walk)
{
    SecureGic gic;
    gic.write_s(GIC_DIST, GICD_NSACR + 8, 3u << 16 | 2u << 18 | 1u << 20);
    std::vector<unsigned> seen;
    gic_walk(
        gic.g,
        [](void *ctx, const gic_irq *irq) {
            if (irq->ns_access)
                static_cast<std::vector<unsigned> *>(ctx)->push_back(irq->intid << 4 | irq->ns_access);
        },
        &seen);
    EXPECT_EQ(seen, (std::vector<unsigned>{40u << 4 | 3, 41u << 4 | 2, 42u << 4 | 1}));
}

// ---- Ends and deactivations ------------------------------------------------------------------------------

TEST(Security, a_non_secure_dir_does_not_deactivate_group_0_4_4_15)
{
    SecureGic gic(secure(), 3 | GICC_CTLR_EOImode | GICC_CTLR_EOImodeNS);
    gic.write_s(GIC_DIST, GICD_ISACTIVER + 4, 1u << 8);
    gic.write(GIC_CPU, GICC_DIR, 40);
    EXPECT_TRUE(gic.state(40) & GIC_ST_ACTIVE);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_SECURE], 1u);
    gic.write_s(GIC_CPU, GICC_DIR, 40);
    EXPECT_FALSE(gic.state(40) & GIC_ST_ACTIVE);
}

TEST(Security, dir_obeys_the_eoimode_of_its_own_state_4_4_15)
{
    SecureGic gic(secure(), 3 | GICC_CTLR_EOImode);
    gic.enable_s(40, 0xc0, true);
    gic.write_s(GIC_DIST, GICD_ISACTIVER + 4, 1u << 8);
    gic.write(GIC_CPU, GICC_DIR, 40);
    EXPECT_TRUE(gic.state(40) & GIC_ST_ACTIVE);
    gic.write(GIC_CPU, GICC_CTLR, 0x201);
    gic.write(GIC_CPU, GICC_DIR, 40);
    EXPECT_FALSE(gic.state(40) & GIC_ST_ACTIVE);
}

class HardwareEnd : public testing::TestWithParam<bool>
{
};
// GICH and GICV are Non-secure, so the deactivation that an LR sends is what GICC_DIR would do from there.
TEST_P(HardwareEnd, of_a_list_register_is_for_group_1_only_5_2)
{
    bool group1 = GetParam();
    SecureGic gic;
    gic.enable_s(40, 0xc0, group1);
    gic.write_s(GIC_DIST, GICD_ISACTIVER + 4, 1u << 8);
    gic.write(GIC_HYP, GICH_HCR, GICH_HCR_En);
    gic.write(GIC_VCPU, GICV_PMR, 0xf8);
    gic.write(GIC_VCPU, GICV_CTLR, GICV_CTLR_EnableGrp0);
    gic.write(GIC_HYP, GICH_LR0, lr_hw(50, 40));
    ASSERT_EQ(gic.read(GIC_VCPU, GICV_IAR), 50u);
    gic.write(GIC_VCPU, GICV_EOIR, 50);
    EXPECT_EQ((gic.state(40) & GIC_ST_ACTIVE) != 0, !group1);
    EXPECT_EQ(gic.stats().hw_deactivations, group1 ? 1u : 0u);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_SECURE], group1 ? 0u : 1u);
}
INSTANTIATE_TEST_SUITE_P(Groups, HardwareEnd, testing::Bool(),
                         [](const auto &param) { return param.param ? "group_1" : "group_0"; });

TEST(Security, gich_and_gicv_are_the_same_from_both_states_5_2)
{
    SecureGic gic;
    gic.write_s(GIC_HYP, GICH_LR0, lr_sw(50));
    EXPECT_EQ(gic.read(GIC_HYP, GICH_LR0), lr_sw(50));
    gic.write(GIC_VCPU, GICV_BPR, 5);
    EXPECT_EQ(gic.read_s(GIC_VCPU, GICV_BPR), 5u);
}

// What only Secure software may change: all of Group 0 but the wires, and the Secure bits of the registers.
std::map<std::string, uint32_t> secure_state(const gic *g, uint32_t cpus)
{
    std::map<std::string, uint32_t> found;
    gic_walk(
        g,
        [](void *ctx, const gic_irq *irq) {
            auto &state = *static_cast<std::map<std::string, uint32_t> *>(ctx);
            std::string name = std::to_string(irq->cpu) + "/" + std::to_string(irq->intid);
            state[name + " group"] = irq->group;
            if (irq->group)
                return;
            state[name + " state"] = irq->state & (GIC_ST_ACTIVE | GIC_ST_ENABLED | GIC_ST_EDGE);
            state[name + " priority"] = irq->priority;
            state[name + " targets"] = irq->targets;
            state[name + " sources"] = irq->sgi_sources;
        },
        &found);
    found["GICD_CTLR"] = gic_peek_sec(g, 0, GIC_SECURE, GIC_DIST, GICD_CTLR, 4) & GICD_CTLR_EnableGrp0;
    for (uint32_t cpu = 0; cpu < cpus; cpu++) {
        auto peek = [&](uint32_t offset) { return gic_peek_sec(g, cpu, GIC_SECURE, GIC_CPU, offset, 4); };
        std::string name = "cpu " + std::to_string(cpu);
        found[name + " GICC_CTLR"] = peek(GICC_CTLR) & 0x27du;
        found[name + " GICC_BPR"] = peek(GICC_BPR);
        for (uint32_t n = 0; n < 4; n++)
            found[name + " GICC_APR" + std::to_string(n)] = peek(GICC_APR + 4 * n);
    }
    return found;
}

class NonSecureAccesses : public testing::TestWithParam<unsigned>
{
};
TEST_P(NonSecureAccesses, of_every_kind_leave_group_0_as_it_is_3_1)
{
    gic_config cfg = random_config(GetParam());
    cfg.security = true;
    cfg.no_nsacr = true;
    if (cfg.prio_bits < 5)
        cfg.prio_bits = 5;
    TestGic gic(cfg);
    RandomOperations both(GetParam(), cfg);
    for (int i = 0; i < 2000; i++)
        both.apply_next(gic.g);
    auto before = secure_state(gic.g, cfg.cpus);
    cfg.security = false; // only Non-secure ones from now on
    RandomOperations non_secure(GetParam() + 1, cfg);
    for (int i = 0; i < 4000; i++) {
        non_secure.apply_next(gic.g);
        if (i % 400 == 0)
            gic.check();
    }
    EXPECT_EQ(secure_state(gic.g, cfg.cpus), before);
}
INSTANTIATE_TEST_SUITE_P(Seeds, NonSecureAccesses, testing::Range(0u, 20u));

TEST(Security, peek_sees_what_a_read_of_that_state_would_4_4_4)
{
    SecureGic gic;
    gic.enable_s(40, 0xc0, true);
    gic.spi(40, true);
    EXPECT_EQ(gic_peek(gic.g, 0, GIC_CPU, GICC_IAR, 4), 40u);
    EXPECT_EQ(gic_peek_sec(gic.g, 0, GIC_SECURE, GIC_CPU, GICC_IAR, 4), GIC_SPURIOUS_GROUP);
    gic.enable_s(41, 0x40, false);
    gic.spi(41, true);
    EXPECT_EQ(gic_peek(gic.g, 0, GIC_CPU, GICC_IAR, 4), GIC_SPURIOUS);
    EXPECT_EQ(gic_peek_sec(gic.g, 0, GIC_SECURE, GIC_CPU, GICC_IAR, 4), 41u);
    EXPECT_EQ(gic.stats().acks, 0u);
}

} // namespace
