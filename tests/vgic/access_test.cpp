// SPDX-License-Identifier: Apache-2.0
//
// Which GICH registers are touched, how often and in which order (section 2.3). The recorded sequences
// come from a real Linux 6.1; they are replayed against a few lines of fake GICH and against lib/gic.
#include "fixture.hpp"

#include <fstream>
#include <functional>
#include <sstream>

using namespace vgic_test;

namespace
{

class Replay
{
  public:
    explicit Replay(bool real) : m(config(real))
    {
        m.write(GICD_CTLR, 1);
    }

    void run(const std::string &file)
    {
        std::ifstream in(std::string(TRAPLINE_SOURCE_DIR) + "/tests/vgic/recorded/" + file);
        ASSERT_TRUE(in) << file;
        for (std::string line; std::getline(in, line);) {
            number++;
            if (!line.empty() && line[0] != '#')
                one(line);
            if (::testing::Test::HasFailure())
                FAIL() << file << ":" << number;
        }
        EXPECT_TRUE(m.access.empty());
        EXPECT_GT(compared, 10u);
    }

  private:
    static Config config(bool real)
    {
        Config cfg;
        cfg.vcpus = 1;
        cfg.real = real;
        return cfg;
    }

    void one(const std::string &line)
    {
        std::istringstream words(line);
        std::string who, op, what;
        words >> who >> op;
        if (who == "host") {
            host(op, words);
            return;
        }
        uint32_t value;
        words >> what >> std::hex >> value;
        if (who == "GICV") {
            if (op == "R")
                EXPECT_EQ(m.iar(), value);
            else
                m.eoir(value);
            return;
        }
        if (m.access.empty())
            cause(op + " " + what, value);
        ASSERT_FALSE(m.access.empty()) << "nothing was accessed, expected " << line;
        std::string expected = line.substr(5), got = m.access.front();
        // The guest's VMCR and APR are whatever the recorded guest had programmed.
        if (what == "VMCR" || what == "APR") {
            expected = op + " " + what;
            got = got.substr(0, expected.size());
        }
        EXPECT_EQ(got, expected);
        m.access.erase(m.access.begin());
        compared++;
    }

    // The first access of a group says what the kernel was doing.
    void cause(const std::string &access, uint32_t value)
    {
        if (access == "W HCR" && value)
            m.flush();
        else if (access == "R ELRSR0")
            m.sync();
        else if (access == "R VMCR")
            vgic_put(m.v, &m.cpu[0], 0);
        else if (access == "W VMCR")
            vgic_load(m.v, &m.cpu[0], 0);
    }

    void host(const std::string &what, std::istringstream &words)
    {
        uint32_t a = 0, b = 0;
        words >> a >> b;
        const std::map<std::string, std::function<void()>> verbs = {
            {"edge", [&] { m.spi(a, false); }},
            {"level", [&] { m.spi(a, true); }},
            {"resample", [&] { m.ack_lowers_line = true; }},
            {"inject", [&] { m.inject(a, b); }},
            {"forward", [&] { EXPECT_EQ(vgic_set_forwarding(m.v, &m.cpu[0], static_cast<int>(a), b), 0); }},
            {"phys", [&] { m.phys[static_cast<int>(a)].pending = b; }},
            {"sgi", [&] { m.sgi(0, 1, a); }},
            {"map",
             [&] {
                 EXPECT_EQ(vgic_map_irq(m.v, 0, static_cast<int>(a), b), 0);
                 m.write(GICD_ISENABLER, 1u << b);
             }},
        };
        verbs.at(what)();
    }

    Machine m;
    unsigned number = 0, compared = 0;
};

class Recorded : public ::testing::TestWithParam<std::tuple<const char *, bool>>
{
};

TEST_P(Recorded, S2_3_SameAccessesInTheSameOrder)
{
    Replay replay(std::get<1>(GetParam()));
    replay.run(std::string(std::get<0>(GetParam())) + ".txt");
}

INSTANTIATE_TEST_SUITE_P(Kvm6_1, Recorded,
                         ::testing::Combine(::testing::Values("edge", "level", "timer", "sgi_self", "forwarded",
                                                              "burst_edge", "burst_level"),
                                            ::testing::Bool()),
                         [](const auto &test) {
                             return std::string(std::get<0>(test.param)) +
                                    (std::get<1>(test.param) ? "_lib_gic" : "_fake");
                         });

} // namespace

using Access = Guest;

TEST_F(Access, S2_3_LoadWritesVmcrThenApr)
{
    m.vif().vmcr = 0x12345678;
    m.vif().apr = 0x9abc;
    vgic_load(m.v, &m.cpu[0], 0);
    EXPECT_EQ(m.access, Strings({"W VMCR 12345678", "W APR 00009abc"}));
}

TEST_F(Access, S2_3_PutReadsVmcrThenApr)
{
    m.fake().cpu[1].vmcr = 0x11;
    m.fake().cpu[1].apr = 0x22;
    vgic_put(m.v, &m.cpu[1], 1);
    EXPECT_EQ(m.access, Strings({"R VMCR 00000011", "R APR 00000022"}));
    EXPECT_EQ(m.vif(1).vmcr, 0x11u);
    EXPECT_EQ(m.vif(1).apr, 0x22u);
}

TEST_F(Access, S2_3_WfiReadsVmcrOnly)
{
    vgic_vmcr_sync(m.v, &m.cpu[0], 0);
    EXPECT_EQ(m.access, Strings({"R VMCR 00000000"}));
}

TEST_F(Access, S2_3_SecondElrsrOnlyAbove32Registers)
{
    for (unsigned lrs : {32u, 33u}) {
        Config cfg;
        cfg.nr_lr = 64;
        Machine big(cfg);
        big.write(GICD_CTLR, 1);
        for (uint32_t i = 32; i < 32 + lrs; i++) {
            big.spi(i, false);
            big.inject(i);
        }
        big.flush();
        EXPECT_EQ(big.access.size(), 1 + lrs);
        big.access.clear();
        big.sync();
        EXPECT_EQ(big.access.size(), (lrs > 32 ? 2 : 1) + 2 * lrs + 1);
        EXPECT_EQ(big.access[1] == "R ELRSR1 fffffffe", lrs > 32);
    }
}

TEST_F(Access, S2_3_NoRegisterInUseTouchesNothingThoughTheListIsNotEmpty)
{
    m.spi(34, true);
    m.inject(34);
    m.write(GICD_ICENABLER + 4, 1u << 2);
    m.flush();
    m.sync();
    EXPECT_TRUE(m.access.empty());
}

TEST_F(Access, OpsEncodeAndDecodeAreInverse)
{
    for (unsigned bits = 0; bits < 256; bits++) {
        vgic_lr lr = {}, back = {};
        lr.intid = bits * 3 % 1024;
        lr.pending = bits & 1;
        lr.active = bits & 2;
        lr.hw = bits & 4;
        lr.group = bits >> 3 & 1;
        if (lr.hw) {
            lr.phys = 1023 - bits;
        } else {
            lr.eoi = bits & 16;
            lr.source = static_cast<uint8_t>(bits >> 5);
        }
        lr.priority = static_cast<uint8_t>(bits & 0xf8);
        uint32_t reg;
        vgic_v2_ops.encode(&reg, &lr);
        vgic_v2_ops.decode(&back, reg);
        EXPECT_EQ(back.intid, lr.intid);
        EXPECT_EQ(back.pending, lr.pending);
        EXPECT_EQ(back.active, lr.active);
        EXPECT_EQ(back.hw, lr.hw);
        EXPECT_EQ(back.phys, lr.phys);
        EXPECT_EQ(back.eoi, lr.eoi);
        EXPECT_EQ(back.source, lr.source);
        EXPECT_EQ(back.priority, lr.priority);
        EXPECT_EQ(back.group, lr.group);
    }
}
