// SPDX-License-Identifier: Apache-2.0
//
// Configurations: which are refused, what the identification registers say, what the choices change.
#include "gic_fixture.hpp"

#include <cerrno>
#include <cstdlib>
#include <functional>

using namespace trapline_test;

namespace
{

gic_config base()
{
    gic_config cfg{};
    cfg.struct_size = sizeof(cfg);
    return cfg;
}

struct BadConfig {
    const char *name;
    std::function<void(gic_config &)> spoil;
};

class BadConfigs : public testing::TestWithParam<BadConfig>
{
};

TEST_P(BadConfigs, are_refused)
{
    gic_config cfg = base();
    GetParam().spoil(cfg);
    gic *g = nullptr;
    EXPECT_EQ(gic_size(&cfg), 0u);
    EXPECT_EQ(gic_new(&cfg, &g), -EINVAL);
    EXPECT_EQ(g, nullptr);
}

INSTANTIATE_TEST_SUITE_P(Each, BadConfigs,
                         testing::Values(BadConfig{"no_struct_size", [](gic_config &c) { c.struct_size = 0; }},
                                         BadConfig{"nine_cpus", [](gic_config &c) { c.cpus = 9; }},
                                         BadConfig{"too_many_spis", [](gic_config &c) { c.spis = 989; }},
                                         BadConfig{"sixty_five_list_registers", [](gic_config &c) { c.lrs = 65; }},
                                         BadConfig{"three_priority_bits", [](gic_config &c) { c.prio_bits = 3; }},
                                         BadConfig{"nine_priority_bits", [](gic_config &c) { c.prio_bits = 9; }},
                                         BadConfig{"maintenance_on_an_sgi", [](gic_config &c) { c.maint_ppi = 15; }},
                                         BadConfig{"maintenance_on_an_spi", [](gic_config &c) { c.maint_ppi = 32; }}),
                         [](const auto &param) { return std::string(param.param.name); });

TEST(Config, null_pointers_and_small_memory_are_refused)
{
    gic_config cfg = base();
    gic *g = nullptr;
    size_t size = gic_size(&cfg);
    ASSERT_GT(size, 0u);
    void *mem = std::aligned_alloc(64, (size + 63) / 64 * 64);
    EXPECT_EQ(gic_init(nullptr, size, &cfg, &g), -EINVAL);
    EXPECT_EQ(gic_init(mem, size, nullptr, &g), -EINVAL);
    EXPECT_EQ(gic_init(mem, size, &cfg, nullptr), -EINVAL);
    EXPECT_EQ(gic_init(mem, size - 1, &cfg, &g), -ENOMEM);
    EXPECT_EQ(gic_init(mem, size, &cfg, &g), 0);
    EXPECT_EQ(gic_check(g, nullptr, 0), 0);
    std::free(mem);
    gic_free(nullptr);
}

TEST(Config, the_largest_gic400_fits_in_64_kib)
{
    gic_config cfg = base();
    cfg.cpus = 8;
    cfg.spis = 988;
    EXPECT_LE(gic_size(&cfg), 64u * 1024);
}

TEST(Config, defaults_are_a_gic400)
{
    TestGic gic;
    EXPECT_EQ(gic.read(GIC_DIST, GICD_TYPER), 3u); // 96 SPIs, one CPU, no Security Extensions
    EXPECT_EQ(gic.read(GIC_DIST, GICD_IIDR), 0x0200143bu);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IIDR), 0x0202143bu);
    EXPECT_EQ(gic.read(GIC_VCPU, GICV_IIDR), 0x0202143bu);
    EXPECT_EQ(gic.read(GIC_HYP, GICH_VTR), 0x90000003u);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_PIDR2), 0x2bu);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_BPR), 2u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_ABPR), 3u);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER), 0x0000ffffu);
}

TEST(Config, cpunumber_and_itlinesnumber_do_not_share_bits_4_3_2)
{
    gic_config cfg = base();
    cfg.cpus = 8;
    cfg.spis = 64;
    EXPECT_EQ(TestGic(cfg).read(GIC_DIST, GICD_TYPER), 7u << 5 | 2);
    cfg.spis = 988;
    EXPECT_EQ(TestGic(cfg).read(GIC_DIST, GICD_TYPER), 7u << 5 | 31);
}

class CountsOfSpis : public testing::TestWithParam<uint32_t>
{
};

// GICD_TYPER counts in words; the interrupts of the last word that are not there are RAZ/WI (4.3.2, 4.3.5).
TEST_P(CountsOfSpis, end_exactly_where_they_end)
{
    gic_config cfg = base();
    cfg.spis = GetParam();
    TestGic gic(cfg);
    uint32_t last = 31 + cfg.spis, word = last / 32 * 4, there = 0xffffffffu >> (31 - last % 32);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_TYPER), last / 32);
    gic.write(GIC_DIST, GICD_ISENABLER + word, 0xffffffff);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER + word), there);
    gic.write(GIC_DIST, GICD_IPRIORITYR + last / 4 * 4, 0xffffffff);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_IPRIORITYR + last / 4 * 4), 0xf8f8f8f8u >> (3 - last % 4) * 8);
    gic.enable_all();
    gic.enable(last, 0x80);
    gic.spi(last + 1, true);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_INTID], 1u);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), 1023u);
    gic.spi(last, true);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR), last);
}

INSTANTIATE_TEST_SUITE_P(Each, CountsOfSpis, testing::Values(1, 31, 32, 33, 40, 100, 959, 960, 961, 987, 988));

TEST(Config, interrupts_1020_to_1023_do_not_exist_with_988_spis_2_2_1)
{
    gic_config cfg = base();
    cfg.spis = 988;
    TestGic gic(cfg);
    gic.write(GIC_DIST, GICD_ISENABLER + 31 * 4, 0xffffffff);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER + 31 * 4), 0x0fffffffu);
    gic.write(GIC_DIST, GICD_IPRIORITYR + 1020, 0xffffffff);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_IPRIORITYR + 1020), 0u);
    gic.spi(1020, true);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_INTID], 1u);
}

TEST(Config, a_gic_without_spis_has_32_interrupts_4_3_2)
{
    gic_config cfg = base();
    cfg.cpus = 2;
    cfg.spis = GIC_NO_SPIS;
    TestGic gic(cfg);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_TYPER), 1u << 5);
    gic.write(GIC_DIST, GICD_ISENABLER + 4, 0xffffffff);
    gic.write(GIC_DIST, GICD_ITARGETSR + 32, 0xffffffff);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER + 4), 0u);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ITARGETSR + 32), 0u);
    gic.spi(32, true);
    EXPECT_EQ(gic.stats().errors[GIC_ERR_INTID], 1u);
    gic.enable_all();
    gic.enable(20, 0xa0, 1, 1);
    gic.ppi(20, true, 1);
    EXPECT_EQ(gic.read(GIC_CPU, GICC_IAR, 1), 20u);
}

TEST(Config, sgi_enable_writable)
{
    gic_config cfg = base();
    cfg.sgi_enable_writable = true;
    TestGic gic(cfg);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER), 0u);
    gic.write(GIC_DIST, GICD_ISENABLER, 2);
    EXPECT_EQ(gic.read(GIC_DIST, GICD_ISENABLER), 2u);
    TestGic fixed;
    fixed.write(GIC_DIST, GICD_ICENABLER, 0xffff);
    EXPECT_EQ(fixed.read(GIC_DIST, GICD_ISENABLER), 0xffffu);
}

TEST(Config, ppi_config_fixed)
{
    gic_config cfg = base();
    TestGic writable(cfg);
    writable.write(GIC_DIST, GICD_ICFGR + 4, 0xffffffff);
    EXPECT_EQ(writable.read(GIC_DIST, GICD_ICFGR + 4), 0xaaaaaaaau);
    cfg.ppi_config_fixed = true;
    TestGic fixed(cfg);
    fixed.write(GIC_DIST, GICD_ICFGR + 4, 0xffffffff);
    EXPECT_EQ(fixed.read(GIC_DIST, GICD_ICFGR + 4), 0u);
}

TEST(Config, dir_any_mode)
{
    for (bool any : {false, true}) {
        gic_config cfg = base();
        cfg.dir_any_mode = any;
        TestGic gic(cfg);
        gic.write(GIC_DIST, GICD_ISACTIVER + 4, 1);
        gic.write(GIC_CPU, GICC_DIR, 32);
        EXPECT_EQ(gic.state(32) & GIC_ST_ACTIVE, any ? 0u : 2u);
    }
}

TEST(Config, vrpr_idle_f8)
{
    gic_config cfg = base();
    EXPECT_EQ(TestGic(cfg).read(GIC_VCPU, GICV_RPR), 0xffu);
    cfg.vrpr_idle_f8 = true;
    EXPECT_EQ(TestGic(cfg).read(GIC_VCPU, GICV_RPR), 0xf8u);
}

} // namespace
