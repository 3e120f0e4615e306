// SPDX-License-Identifier: Apache-2.0
//
// The summaries that make selection cost the same for any number of interrupts: gic_check recomputes them
// by brute force, random sequences try to get them wrong, and damage from the inside has to be found.
#include "corrupt.h"
#include "gic_fixture.hpp"
#include "gic_random.hpp"

using namespace trapline_test;

namespace
{

class RandomAccesses : public testing::TestWithParam<unsigned>
{
};

TEST_P(RandomAccesses, keep_every_invariant)
{
    gic_config cfg = random_config(GetParam());
    cfg.maint_ppi = GetParam() % 2 ? 25 : 0;
    TestGic gic(cfg);
    gic_watch(gic.g, 40, true);
    gic_watch(gic.g, 20, true);
    RandomOperations random(GetParam(), cfg);
    for (int i = 0; i < 3000 && !testing::Test::HasFailure(); i++) {
        random.apply_next(gic.g);
        gic.check();
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomAccesses, testing::Range(0u, 24u));

TEST(Selection, with_all_988_spis_pending_takes_them_by_priority_then_intid)
{
    gic_config cfg{};
    cfg.spis = 988;
    cfg.cpus = 8;
    cfg.prio_bits = 8;
    TestGic gic(cfg);
    gic.enable_all();
    gic.write(GIC_CPU, GICC_PMR, 0xff, 3);
    for (uint32_t intid = 32; intid < 1020; intid++) {
        uint32_t prio = intid * 37 % 251;
        gic_write(gic.g, 0, GIC_DIST, GICD_IPRIORITYR + intid, 1, prio);
        gic_write(gic.g, 0, GIC_DIST, GICD_ITARGETSR + intid, 1, 1u << 3);
        gic_write(gic.g, 0, GIC_DIST, GICD_ISENABLER + intid / 32 * 4, 4, 1u << intid % 32);
        gic_set_spi(gic.g, intid, true);
    }
    gic.check();
    uint32_t last = 0;
    for (int i = 0; i < 988; i++) {
        uint32_t intid = gic.read(GIC_CPU, GICC_IAR, 3);
        ASSERT_LT(intid, 1020u);
        uint32_t key = (intid * 37 % 251) << 10 | intid;
        ASSERT_GT(key, last);
        last = key;
        gic_set_spi(gic.g, intid, false);
        gic_write(gic.g, 3, GIC_CPU, GICC_EOIR, 4, intid);
    }
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 3), GIC_SPURIOUS);
}

TEST(Check, finds_damage_of_every_kind_and_names_it)
{
    unsigned n = 0;
    for (;; n++) {
        gic_config cfg{};
        cfg.cpus = 2;
        cfg.maint_ppi = 25;
        TestGic gic(cfg);
        gic.enable_all();
        gic.enable(40);
        gic.spi(40, true);
        gic.write(GIC_HYP, GICH_LR0, lr_sw(33));
        const char *expected = corrupt(gic.g, n);
        if (!expected)
            break;
        char why[200] = "";
        EXPECT_LT(gic_check(gic.g, why, sizeof(why)), 0) << "damage " << n;
        EXPECT_NE(std::string(why).find(expected), std::string::npos) << "damage " << n << ": " << why;
        EXPECT_LT(gic_check(gic.g, nullptr, 0), 0);
    }
    EXPECT_GE(n, 30u);
}

} // namespace
