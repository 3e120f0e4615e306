// SPDX-License-Identifier: Apache-2.0
// The virtual timer of a CPU: CNTV_CTL_EL0 and CNTV_CVAL_EL0 against its line (Arm ARM, D11.2).
#include <gtest/gtest.h>

#include <string>
#include <trapline/devices.h>

namespace
{

class ArchTimer : public testing::Test
{
  protected:
    void SetUp() override
    {
        ASSERT_EQ(sim_init(&sim, 4), 0);
        timer.sim = &sim;
        timer.ctx = this;
        timer.set_line = [](void *ctx, unsigned, bool level) {
            auto *t = static_cast<ArchTimer *>(ctx);
            t->log += (level ? "up@" : "down@") + std::to_string(t->sim.now) + " ";
        };
    }
    void TearDown() override
    {
        sim_fini(&sim);
    }
    // Everything that is due up to a time, which is the time then.
    void until(sim_tick at)
    {
        while (sim_next_at(&sim) <= at)
            sim_fire_next(&sim);
        sim.now = at;
    }
    struct sim sim {
    };
    arch_timer timer{};
    std::string log;
};

TEST_F(ArchTimer, line_goes_up_when_the_compare_value_is_reached)
{
    arch_timer_write(&timer, CNTV_CTL_ENABLE, 100);
    until(99);
    EXPECT_EQ(log, "");
    EXPECT_EQ(arch_timer_ctl(&timer), CNTV_CTL_ENABLE);
    until(150);
    EXPECT_EQ(log, "up@100 ");
    EXPECT_EQ(arch_timer_ctl(&timer), CNTV_CTL_ENABLE | CNTV_CTL_ISTATUS);
}

TEST_F(ArchTimer, line_stays_up_until_it_is_masked_disabled_or_moved)
{
    for (const auto &[ctl, cval] :
         {std::pair<uint32_t, sim_tick>{CNTV_CTL_ENABLE | CNTV_CTL_IMASK, 0}, {0, 0}, {CNTV_CTL_ENABLE, SIM_FOREVER}}) {
        arch_timer_write(&timer, CNTV_CTL_ENABLE, sim.now);
        until(sim.now + 10);
        EXPECT_TRUE(timer.line);
        arch_timer_write(&timer, ctl, cval);
        EXPECT_FALSE(timer.line);
    }
}

TEST_F(ArchTimer, masked_timer_shows_its_condition_and_no_line)
{
    arch_timer_write(&timer, CNTV_CTL_ENABLE | CNTV_CTL_IMASK, 5);
    until(10);
    EXPECT_EQ(log, "");
    EXPECT_EQ(arch_timer_ctl(&timer), CNTV_CTL_ENABLE | CNTV_CTL_IMASK | CNTV_CTL_ISTATUS);
}

TEST_F(ArchTimer, compare_value_in_the_past_raises_the_line_at_once)
{
    until(50);
    arch_timer_write(&timer, CNTV_CTL_ENABLE, 20);
    EXPECT_EQ(log, "up@50 ");
}

TEST_F(ArchTimer, a_new_compare_value_replaces_the_old_one)
{
    arch_timer_write(&timer, CNTV_CTL_ENABLE, 100);
    arch_timer_write(&timer, CNTV_CTL_ENABLE, 200);
    until(150);
    EXPECT_EQ(log, "");
    until(200);
    EXPECT_EQ(log, "up@200 ");
}

TEST_F(ArchTimer, disabled_timer_never_fires)
{
    arch_timer_write(&timer, CNTV_CTL_IMASK, 5);
    until(10);
    EXPECT_EQ(log, "");
    EXPECT_EQ(arch_timer_ctl(&timer), CNTV_CTL_IMASK);
}

} // namespace
