// SPDX-License-Identifier: Apache-2.0
//
// The MSI frame of GICv2m (SBSA, Arm DEN 0029): identification, pulses, mistakes.
#include "gic_fixture.hpp"

#include <trapline/gicv2m.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <memory>

using namespace trapline_test;

namespace
{

struct Frame : TestGic {
    explicit Frame(uint32_t base = 64, uint32_t spis = 32)
    {
        gicv2m_config cfg{};
        cfg.struct_size = sizeof(cfg);
        cfg.gic = g;
        cfg.base_spi = base;
        cfg.spis = spis;
        if (gicv2m_new(&cfg, &m) != 0)
            throw std::runtime_error("gicv2m_new");
        enable_all();
        for (uint32_t n = 0; n < 8; n++)
            write(GIC_DIST, GICD_ICFGR + 8 + 4 * n, 0xaaaaaaaa);
    }
    ~Frame()
    {
        gicv2m_free(m);
    }
    Frame(const Frame &) = delete;
    Frame &operator=(const Frame &) = delete;
    void message(uint32_t value, unsigned size = 4)
    {
        gicv2m_write(m, GICV2M_MSI_SETSPI_NS, size, value);
        check();
    }
    gicv2m_counters counters() const
    {
        gicv2m_counters c;
        gicv2m_stats(m, &c);
        return c;
    }
    gicv2m *m = nullptr;
};

TEST(Gicv2m, typer_names_the_first_spi_and_their_number)
{
    Frame f(70, 20);
    EXPECT_EQ(gicv2m_read(f.m, GICV2M_MSI_TYPER, 4), 70u << 16 | 20);
    EXPECT_EQ(gicv2m_peek(f.m, GICV2M_MSI_TYPER, 4), 70u << 16 | 20);
    EXPECT_EQ(f.counters().reads, 1u);
}

TEST(Gicv2m, iidr_is_configurable)
{
    Frame f;
    EXPECT_EQ(gicv2m_read(f.m, GICV2M_MSI_IIDR, 4), 0x43bu);
    gicv2m_config cfg{sizeof(cfg), f.g, 64, 1, 0x12340567};
    gicv2m *m = nullptr;
    ASSERT_EQ(gicv2m_new(&cfg, &m), 0);
    EXPECT_EQ(gicv2m_read(m, GICV2M_MSI_IIDR, 4), 0x12340567u);
    gicv2m_free(m);
}

TEST(Gicv2m, a_message_makes_an_edge_triggered_spi_pending)
{
    Frame f;
    f.enable(65);
    f.message(65);
    EXPECT_TRUE(f.pin(GIC_IRQ));
    EXPECT_EQ(f.read(GIC_CPU, GICC_IAR), 65u);
    EXPECT_FALSE(f.state(65) & (GIC_ST_LINE | GIC_ST_PENDING));
    EXPECT_EQ(f.counters().messages, 1u);
    EXPECT_EQ(f.counters().lost, 0u);
}

TEST(Gicv2m, messages_for_a_pending_spi_merge_and_one_for_an_active_spi_is_kept)
{
    Frame f;
    f.enable(65);
    f.message(65);
    f.message(65);
    EXPECT_EQ(f.read(GIC_CPU, GICC_IAR), 65u);
    f.message(65);
    f.write(GIC_CPU, GICC_EOIR, 65);
    EXPECT_EQ(f.read(GIC_CPU, GICC_IAR), 65u);
    f.write(GIC_CPU, GICC_EOIR, 65);
    EXPECT_EQ(f.read(GIC_CPU, GICC_IAR), GIC_SPURIOUS);
}

TEST(Gicv2m, a_halfword_write_carries_the_number_too)
{
    Frame f;
    f.message(66, 2);
    EXPECT_TRUE(f.state(66) & GIC_ST_PENDING);
}

TEST(Gicv2m, a_message_to_a_level_sensitive_spi_is_lost_and_counted)
{
    Frame f;
    f.write(GIC_DIST, GICD_ICFGR + 16, 0);
    f.message(65);
    EXPECT_FALSE(f.state(65) & GIC_ST_PENDING);
    EXPECT_EQ(f.counters().lost, 1u);
}

TEST(Gicv2m, numbers_outside_the_frame_are_ignored_and_counted)
{
    Frame f(64, 32);
    for (uint32_t spi : {0u, 31u, 63u, 96u, 1023u})
        f.message(spi);
    EXPECT_EQ(f.counters().errors[GIC_ERR_INTID], 5u);
    EXPECT_EQ(f.counters().messages, 0u);
    f.message(64);
    f.message(95);
    EXPECT_EQ(f.counters().messages, 2u);
    EXPECT_TRUE(f.state(95) & GIC_ST_PENDING);
}

TEST(Gicv2m, mistakes_are_razwi_and_counted_by_kind)
{
    Frame f;
    EXPECT_EQ(gicv2m_read(f.m, 0x000, 4), 0u);
    EXPECT_EQ(gicv2m_read(f.m, 0x2000, 4), 0u);
    EXPECT_EQ(gicv2m_read(f.m, GICV2M_MSI_TYPER, 2), 0u);
    EXPECT_EQ(gicv2m_read(f.m, GICV2M_MSI_TYPER + 2, 2), 0u);
    EXPECT_EQ(gicv2m_read(f.m, GICV2M_MSI_SETSPI_NS, 4), 0u);
    gicv2m_write(f.m, GICV2M_MSI_TYPER, 4, 0);
    gicv2m_write(f.m, GICV2M_MSI_SETSPI_NS, 1, 65);
    gicv2m_write(f.m, GICV2M_MSI_SETSPI_NS, 6, 65);
    EXPECT_EQ(gicv2m_peek(f.m, GICV2M_MSI_SETSPI_NS, 4), 0u);
    gicv2m_counters c = f.counters();
    EXPECT_EQ(c.errors[GIC_ERR_OFFSET], 2u);
    EXPECT_EQ(c.errors[GIC_ERR_WIDTH], 4u);
    EXPECT_EQ(c.errors[GIC_ERR_ACCESS], 2u);
    EXPECT_EQ(c.reads + c.writes + c.messages, 0u);
    gicv2m_stats_clear(f.m);
    EXPECT_EQ(f.counters().errors[GIC_ERR_OFFSET], 0u);
}

struct BadFrame {
    const char *name;
    std::function<void(gicv2m_config &)> spoil;
};
class BadFrames : public testing::TestWithParam<BadFrame>
{
};
TEST_P(BadFrames, are_refused)
{
    TestGic gic; // SPIs 32 to 127
    gicv2m_config cfg{sizeof(cfg), gic.g, 64, 64, 0};
    ASSERT_GT(gicv2m_size(&cfg), 0u);
    GetParam().spoil(cfg);
    gicv2m *m = nullptr;
    EXPECT_EQ(gicv2m_size(&cfg), 0u);
    EXPECT_EQ(gicv2m_new(&cfg, &m), -EINVAL);
    EXPECT_EQ(m, nullptr);
}
INSTANTIATE_TEST_SUITE_P(Each, BadFrames,
                         testing::Values(BadFrame{"struct_size", [](gicv2m_config &c) { c.struct_size--; }},
                                         BadFrame{"no_gic", [](gicv2m_config &c) { c.gic = nullptr; }},
                                         BadFrame{"a_ppi", [](gicv2m_config &c) { c.base_spi = 31; }},
                                         BadFrame{"no_spis", [](gicv2m_config &c) { c.spis = 0; }},
                                         BadFrame{"beyond_the_gic", [](gicv2m_config &c) { c.spis = 65; }},
                                         BadFrame{"base_beyond_the_gic", [](gicv2m_config &c) { c.base_spi = 128; }},
                                         BadFrame{"wrapping", [](gicv2m_config &c) { c.spis = 0xffffffff; }}),
                         [](const auto &param) { return std::string(param.param.name); });

TEST(Gicv2m, init_wants_memory_of_its_size)
{
    TestGic gic;
    gicv2m_config cfg{sizeof(cfg), gic.g, 64, 32, 0};
    size_t size = gicv2m_size(&cfg);
    std::unique_ptr<void, decltype(&std::free)> mem(std::malloc(size), std::free);
    gicv2m *m = nullptr;
    EXPECT_EQ(gicv2m_init(nullptr, size, &cfg, &m), -EINVAL);
    EXPECT_EQ(gicv2m_init(mem.get(), size, &cfg, nullptr), -EINVAL);
    EXPECT_EQ(gicv2m_init(mem.get(), size - 1, &cfg, &m), -ENOMEM);
    EXPECT_EQ(gicv2m_init(mem.get(), size, &cfg, &m), 0);
    EXPECT_EQ(gicv2m_read(m, GICV2M_MSI_TYPER, 4), 64u << 16 | 32);
    gicv2m_free(nullptr);
}

TEST(Gicv2m, registers_and_fields_are_listed)
{
    const char *names[] = {"MSI_TYPER", "MSI_SETSPI_NS", "MSI_IIDR"};
    ASSERT_EQ(gicv2m_reg_count(), 3u);
    gic_register row{};
    gic_field field{};
    for (unsigned i = 0; i < 3; i++) {
        ASSERT_TRUE(gicv2m_reg_info(i, &row));
        EXPECT_STREQ(row.name, names[i]);
        EXPECT_FALSE(gicv2m_field_info(i, gicv2m_field_count(i), &field));
    }
    EXPECT_FALSE(gicv2m_reg_info(3, &row));
    EXPECT_EQ(gicv2m_field_count(0), 2u);
    ASSERT_TRUE(gicv2m_field_info(0, 1, &field));
    EXPECT_STREQ(field.name, "BaseSPI");
    EXPECT_EQ(((0xffffffffu >> (31 - field.msb)) & (0xffffffffu << field.lsb)), GICV2M_MSI_TYPER_BaseSPI);
}

} // namespace
