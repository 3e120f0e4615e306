// SPDX-License-Identifier: Apache-2.0
// Cost profiles: the shipped ones, gross and net, and what is refused.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <trapline/scenario.h>
#include <unistd.h>

namespace
{

class Profile : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        char name[] = "/tmp/trapline-profile-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        dir = name;
        ASSERT_EQ(scenario_diags_new(&diags), 0);
    }
    void TearDown() override
    {
        scenario_diags_free(diags);
        std::remove((dir + "/own.yaml").c_str());
        rmdir(dir.c_str());
    }
    int load(const std::string &name)
    {
        const char *const dirs[] = {dir.c_str(), TRAPLINE_SOURCE_DIR "/profiles"};
        return scenario_profile_load(name.c_str(), dirs, 2, diags, &p, &doc);
    }
    int load_own(const std::string &text)
    {
        std::ofstream(dir + "/own.yaml") << text;
        return load("own");
    }
    std::string error()
    {
        const struct scenario_diag *d = scenario_diags_get(diags, 0);
        return d ? std::to_string(d->line) + ":" + std::to_string(d->col) + " " + d->message : "";
    }

    std::string dir;
    struct scenario_diags *diags = nullptr;
    struct sim_cost_profile p = {};
    const char *doc = "";
};

TEST_F(Profile, IdealIsFree)
{
    ASSERT_EQ(load("ideal"), 0) << error();
    EXPECT_STREQ(p.unit, "ns");
    EXPECT_EQ(p.tick_hz, 1000000000u);
    for (const auto &price : p.price) {
        EXPECT_TRUE(price.priced);
        EXPECT_EQ(price.gross, 0u);
        EXPECT_EQ(price.net, 0u);
    }
}

TEST_F(Profile, ArndaleAddsUpToItsMeasurements)
{
    ASSERT_EQ(load("arndale-a15-gicv2-3.10"), 0) << error();
    EXPECT_STREQ(p.name, "arndale-a15-gicv2-3.10");
    EXPECT_STREQ(p.unit, "cycle");
    EXPECT_EQ(p.tick_hz, 1700000000u);
    for (const auto &price : p.price) {
        EXPECT_TRUE(price.priced);
        EXPECT_EQ(price.source[0], '['); // every figure has its mark
    }
    auto net = [this](enum sim_cost_id id) { return p.price[id].net; };
    // The published sums (KVM/ARM unit tests, Arndale): null hypercall, MMIO in the kernel, in the VGIC, in user space.
    const sim_tick hvc = net(SIM_COST_TRAP_IN) + net(SIM_COST_TRAP_OUT) + 2 * net(SIM_COST_TIMER_SWITCH) +
                         12 * net(SIM_COST_GICH_READ) + 8 * net(SIM_COST_GICH_WRITE);
    EXPECT_EQ(hvc, 5326u);
    EXPECT_EQ(hvc + net(SIM_COST_MMIO_DECODE), 5990u);
    EXPECT_EQ(hvc + net(SIM_COST_MMIO_DECODE) + net(SIM_COST_VGIC_EMUL), 6462u);
    EXPECT_EQ(hvc + net(SIM_COST_MMIO_DECODE) + net(SIM_COST_USER_RETURN), 10119u);
    EXPECT_EQ(net(SIM_COST_GICV_IAR) + net(SIM_COST_GICV_EOIR), 427u);
    // An IPI to a spinning vCPU: sender's exit and emulation, kick, receiver's exit and entry.
    const sim_tick vgic_save = 12 * net(SIM_COST_GICH_READ) + net(SIM_COST_GICH_WRITE);
    const sim_tick sender = net(SIM_COST_TRAP_IN) + net(SIM_COST_TIMER_SWITCH) + vgic_save + net(SIM_COST_MMIO_DECODE) +
                            net(SIM_COST_VGIC_EMUL);
    EXPECT_EQ(sender + p.price[SIM_COST_HOST_IPI].gross + hvc, 13992u);
    EXPECT_EQ(net(SIM_COST_WAKEUP), 14366u - 13992u);
    // Lumps are stored net of what is charged beside them.
    EXPECT_EQ(p.price[SIM_COST_HOST_IRQ].gross, 2400u);
    EXPECT_EQ(net(SIM_COST_HOST_IRQ), 2400u - 2 * 263 - 164 - 164);
    EXPECT_EQ(p.price[SIM_COST_HOST_IPI].gross, 3628u);
    EXPECT_EQ(net(SIM_COST_HOST_IPI), 3628u - 164 - 2 * 263 - 164 - 164);
}

// The tables of kvm-unit-tests' micro-bench: every profile adds up to the one it was made from.
TEST_F(Profile, NanosecondProfilesAddUpToTheirMeasurements)
{
    const struct {
        const char *name;
        sim_tick hvc, gicd, user, eoi, ipi, timer;
    } table[] = {
        {"altra-gicv3-vhe-6.12", 306, 451, 1683, 14, 1926, 902},   {"n1-2022", 292, 419, 1609, 29, 1509, 798},
        {"kunpeng920-gicv3-2023", 407, 638, 2301, 16, 1618, 1839}, {"s2500-2023", 1518, 2143, 7244, 25, 4936, 5150},
        {"juno-r2-gicv2", 4530, 7053, 20177, 103, 0, 0},
    };
    for (const auto &t : table) {
        ASSERT_EQ(load(t.name), 0) << error();
        EXPECT_EQ(p.tick_hz, 1000000000u);
        auto gross = [this](enum sim_cost_id id) {
            EXPECT_TRUE(p.price[id].priced) << p.name << " " << sim_cost_name(id);
            EXPECT_EQ(p.price[id].source[0], '[');
            return p.price[id].gross;
        };
        const sim_tick hvc = gross(SIM_COST_TRAP_IN) + gross(SIM_COST_TRAP_OUT) + 2 * gross(SIM_COST_TIMER_SWITCH);
        EXPECT_EQ(hvc, t.hvc) << t.name;
        EXPECT_EQ(hvc + gross(SIM_COST_MMIO_DECODE) + gross(SIM_COST_VGIC_EMUL), t.gicd) << t.name;
        EXPECT_EQ(hvc + gross(SIM_COST_MMIO_DECODE) + gross(SIM_COST_USER_RETURN), t.user) << t.name;
        EXPECT_EQ(gross(SIM_COST_GICV_EOIR), t.eoi) << t.name;
        if (!t.ipi) { // nothing is known about its interrupts
            for (const auto id : {SIM_COST_HOST_IRQ, SIM_COST_HOST_IPI, SIM_COST_GICC_IAR, SIM_COST_IRQFD_INJECT})
                EXPECT_FALSE(p.price[id].priced) << sim_cost_name(id);
            continue;
        }
        const sim_tick handler = gross(SIM_COST_GUEST_VECTOR) + gross(SIM_COST_GICV_IAR);
        EXPECT_EQ(gross(SIM_COST_TRAP_IN) + t.gicd - t.hvc + gross(SIM_COST_HOST_IPI) + hvc + handler, t.ipi) << t.name;
        EXPECT_EQ(hvc + gross(SIM_COST_HOST_IRQ) + handler, t.timer) << t.name;
        EXPECT_EQ(p.price[SIM_COST_HOST_IPI].net, gross(SIM_COST_HOST_IPI) - 4 * t.eoi) << t.name;
        EXPECT_EQ(gross(SIM_COST_IRQFD_INJECT), 1766u);
        EXPECT_EQ(gross(SIM_COST_WORKQUEUE), 6692u - 1766u);
    }
}

TEST_F(Profile, RememberedProfileSaysSo)
{
    ASSERT_EQ(load("xgene-gicv2-2016"), 0) << error();
    EXPECT_NE(std::string(doc).find("FROM MEMORY"), std::string::npos);
    ASSERT_EQ(load("juno-r2-gicv2"), 0) << error();
    EXPECT_NE(std::string(doc).find("PARTIAL"), std::string::npos);
}

TEST_F(Profile, OwnDirectoryComesFirst)
{
    ASSERT_EQ(
        load_own("schema: 1\nname: own\nunit: cycle\nclock: 2.5MHz\nprices: {trap_in: {value: 3, source: here}}\n"), 0)
        << error();
    EXPECT_EQ(p.tick_hz, 2500000u);
    EXPECT_TRUE(p.price[SIM_COST_TRAP_IN].priced);
    EXPECT_STREQ(p.price[SIM_COST_TRAP_IN].source, "here");
    EXPECT_FALSE(p.price[SIM_COST_TRAP_OUT].priced);
    EXPECT_STREQ(doc, "");
}

TEST_F(Profile, Refused)
{
    const struct {
        const char *text, *error;
    } cases[] = {
        {"schema: 1\nname: other\nunit: ns\nprices: {}\n", "2:7 the profile is called 'other' but its file 'own.yaml'"},
        {"schema: 1\nname: own\nunit: cycle\nprices: {}\n", "1:1 a profile in cycles needs a 'clock'"},
        {"schema: 1\nname: own\nunit: ns\nclock: 1GHz\nprices: {}\n", "4:8 'clock' has no meaning with unit: ns"},
        {"schema: 1\nname: own\nunit: ns\n", "1:1 this cost profile has no 'prices'"},
        {"schema: 1\nname: own\nunit: us\nprices: {}\n", "3:7 'us' is no value of 'unit'"},
        {"name: own\nschema: 1\nunit: ns\nprices: {}\n", "1:1 the first key of a file must be 'schema'"},
        {"schema: 1\nname: own\nunit: ns\nprices: {trap_in: {value: 3}}\n", "4:19 this price has no 'source'"},
        {"schema: 1\nname: own\nunit: ns\nprices: {trap_inn: {value: 3, source: x}}\n",
         "4:10 unknown key 'trap_inn' in this price list"},
        {"schema: 1\nname: own\nunit: ns\nprices: {gicc_iar: {value: 3, source: x}, host_irq: {value: 5, source: x,"
         " includes: {gicc_iar: 2}}}\n",
         "4:61 the included accesses cost 6, more than 5"},
    };
    for (const auto &c : cases) {
        scenario_diags_free(diags);
        ASSERT_EQ(scenario_diags_new(&diags), 0);
        EXPECT_EQ(load_own(c.text), -EINVAL) << c.text;
        EXPECT_EQ(error(), c.error) << c.text;
    }
}

TEST_F(Profile, NamesDoNotLeadElsewhere)
{
    for (const char *name : {"", ".", "..", "../profiles/ideal", "/etc/passwd", "missing"}) {
        scenario_diags_free(diags);
        ASSERT_EQ(scenario_diags_new(&diags), 0);
        EXPECT_EQ(load(name), -EINVAL);
        EXPECT_EQ(error(), "0:0 there is no cost profile '" + std::string(name) + "'");
    }
}

} // namespace
