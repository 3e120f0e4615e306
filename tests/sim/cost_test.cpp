// SPDX-License-Identifier: Apache-2.0
// Charges: what a priced and an unpriced primitive cost, and what is counted.
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include <trapline/sim.h>

namespace
{

class Cost : public ::testing::Test
{
  protected:
    Cost()
    {
        EXPECT_EQ(sim_init(&sim, 1), 0);
        cpu.sim = &sim;
    }
    ~Cost() override
    {
        sim_fini(&sim);
    }
    void price(sim_cost_id id, sim_tick gross, sim_tick net)
    {
        profile.price[id].priced = true;
        profile.price[id].gross = gross;
        profile.price[id].net = net;
        sim_set_costs(&sim, &profile);
    }
    struct sim sim = {};
    sim_cpu cpu = {};
    sim_cost_profile profile = {};
};

TEST_F(Cost, PricedPrimitiveCostsItsNetAndIsCounted)
{
    price(SIM_COST_TRAP_IN, 500, 120);
    sim_charge(&cpu, SIM_COST_TRAP_IN);
    EXPECT_EQ(cpu.cost, 120u);
    EXPECT_EQ(sim.charged[SIM_COST_TRAP_IN], 1u);
    EXPECT_EQ(sim.unpriced[SIM_COST_TRAP_IN], 0u);
}

TEST_F(Cost, ChargesOfOneStepAddUp)
{
    price(SIM_COST_TRAP_IN, 500, 120);
    price(SIM_COST_GICC_DIR, 30, 30);
    sim_charge(&cpu, SIM_COST_GICC_DIR);
    sim_charge(&cpu, SIM_COST_TRAP_IN);
    sim_charge(&cpu, SIM_COST_GICC_DIR);
    EXPECT_EQ(cpu.cost, 180u);
    EXPECT_EQ(sim.charged[SIM_COST_GICC_DIR], 2u);
}

TEST_F(Cost, UnpricedPrimitiveIsFreeAndCountedApart)
{
    price(SIM_COST_TRAP_IN, 500, 120);
    sim_charge(&cpu, SIM_COST_WAKEUP);
    EXPECT_EQ(cpu.cost, 0u);
    EXPECT_EQ(sim.charged[SIM_COST_WAKEUP], 1u);
    EXPECT_EQ(sim.unpriced[SIM_COST_WAKEUP], 1u);
}

TEST_F(Cost, NetOfAnUnpricedPrimitiveIsNotTakenOver)
{
    profile.price[SIM_COST_WAKEUP].net = 77;
    sim_set_costs(&sim, &profile);
    sim_charge(&cpu, SIM_COST_WAKEUP);
    EXPECT_EQ(cpu.cost, 0u);
}

TEST_F(Cost, PricedAtZeroIsPriced)
{
    price(SIM_COST_HOST_IPI, 0, 0);
    sim_charge(&cpu, SIM_COST_HOST_IPI);
    EXPECT_EQ(cpu.cost, 0u);
    EXPECT_EQ(sim.unpriced[SIM_COST_HOST_IPI], 0u);
}

TEST_F(Cost, ProfileIsCopied)
{
    price(SIM_COST_TRAP_IN, 1, 1);
    profile.price[SIM_COST_TRAP_IN].net = 1000;
    sim_charge(&cpu, SIM_COST_TRAP_IN);
    EXPECT_EQ(cpu.cost, 1u);
}

TEST(CostTable, NamesAreUniqueLowerCaseAndFound)
{
    std::set<std::string> names;
    for (unsigned i = 0; i < SIM_COST_COUNT; i++) {
        const auto id = static_cast<sim_cost_id>(i);
        const std::string name = sim_cost_name(id);
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_NE(std::strlen(sim_cost_doc(id)), 0u) << name;
        EXPECT_EQ(sim_cost_find(name.c_str()), id);
    }
}

TEST(CostTable, UnknownNamesAndNumbersAreToldApart)
{
    EXPECT_EQ(sim_cost_find("trap"), SIM_COST_COUNT);
    EXPECT_EQ(sim_cost_find(""), SIM_COST_COUNT);
    EXPECT_STREQ(sim_cost_name(SIM_COST_COUNT), "?");
    EXPECT_STREQ(sim_cost_doc(SIM_COST_COUNT), "?");
}

} // namespace
