// SPDX-License-Identifier: Apache-2.0
// Sleeping until a time: one timer per CPU for all its sleepers.
#include "rig.hpp"

namespace
{

class Sleep : public HostTest
{
  protected:
    struct Sleeper {
        Sleeper(Rig *rig, std::vector<sim_tick> *woke, sim_tick at)
            : thread(rig->thread()),
              list({[this, rig, at](sim_strand *, sim_frame *) { return host_sleep_until(rig->host, &thread, at); },
                    [=](sim_strand *, sim_frame *) {
                        woke->push_back(rig->sim.now);
                        return static_cast<int>(SIM_NEXT);
                    }})
        {
        }
        host_thread &thread;
        List list;
    };
    std::unique_ptr<Sleeper> start(sim_tick at, unsigned cpu = 0, unsigned prio = 0)
    {
        auto s = std::make_unique<Sleeper>(&rig, &woke, at);
        host_thread_start(rig.host, &s->thread, cpu, prio, &s->list.proc, &s->list);
        return s;
    }
    std::vector<sim_tick> woke;
};

using Times = std::vector<sim_tick>;

TEST_F(Sleep, EndsAtTheTime)
{
    auto s = start(100);
    rig.run();
    EXPECT_EQ(s->thread.state, HOST_SLEEPING);
    EXPECT_EQ(rig.programmed, Strings{"0 100"});
    rig.run_until(99);
    EXPECT_EQ(woke, Times{});
    rig.run_until(100);
    EXPECT_EQ(woke, Times{100});
    EXPECT_EQ(rig.programmed, (Strings{"0 100", "0 never"}));
    EXPECT_EQ(host_stats_get(rig.host)->acks_timer, 1u);
}

TEST_F(Sleep, UntilNowOrThePastDoesNotSleep)
{
    rig.sim.now = 50;
    auto a = start(50), b = start(20), c = start(0);
    rig.run();
    EXPECT_EQ(woke, (Times{50, 50, 50}));
    EXPECT_EQ(rig.programmed, Strings{});
}

TEST_F(Sleep, SeveralSleepersShareTheTimer)
{
    auto a = start(300), b = start(100), c = start(200), d = start(100);
    rig.run();
    EXPECT_EQ(rig.programmed, (Strings{"0 300", "0 100"})); // only when it comes earlier
    rig.run_until(1000);
    EXPECT_EQ(woke, (Times{100, 100, 200, 300}));
    EXPECT_EQ(host_stats_get(rig.host)->acks_timer, 3u);
    EXPECT_EQ(rig.programmed, (Strings{"0 300", "0 100", "0 200", "0 300", "0 never"}));
}

TEST_F(Sleep, EveryCpuHasItsOwnTimer)
{
    auto a = start(100, 0), b = start(100, 1);
    rig.run_until(200);
    EXPECT_EQ(woke, (Times{100, 100}));
    EXPECT_EQ(host_cpu_acks_get(rig.host, 0)->timer, 1u);
    EXPECT_EQ(host_cpu_acks_get(rig.host, 1)->timer, 1u);
}

TEST_F(Sleep, WokenEarlyItLooksAgainAndSleepsOn)
{
    auto s = start(100);
    rig.run_until(40);
    rig.on(0);
    EXPECT_TRUE(host_thread_wake(rig.host, &s->thread));
    rig.run();
    EXPECT_EQ(s->thread.state, HOST_SLEEPING);
    rig.run_until(100);
    EXPECT_EQ(woke, Times{100});
}

TEST_F(Sleep, StartAsleepSleepsWithoutRunning)
{
    host_thread &t = rig.thread();
    List list{[&](sim_strand *, sim_frame *) { return host_sleep_until(rig.host, &t, 70); },
              [&](sim_strand *, sim_frame *) {
                  woke.push_back(rig.sim.now);
                  return SIM_NEXT;
              }};
    host_thread_start_asleep(rig.host, &t, 1, 0, &list.proc, &list, 70);
    EXPECT_EQ(t.state, HOST_SLEEPING);
    EXPECT_EQ(rig.programmed, Strings{"1 70"});
    EXPECT_EQ(rig.pokes, std::vector<unsigned>{});
    rig.run();
    EXPECT_TRUE(host_idle(rig.host, 1));
    rig.run_until(200);
    EXPECT_EQ(woke, Times{70});
}

TEST_F(Sleep, StartAsleepUntilThePresentWakesAtOnce)
{
    host_thread &t = rig.thread();
    List list{[&](sim_strand *, sim_frame *) {
        woke.push_back(rig.sim.now);
        return SIM_NEXT;
    }};
    host_thread_start_asleep(rig.host, &t, 0, 0, &list.proc, &list, 0);
    rig.run_until(0);
    EXPECT_EQ(woke, Times{0});
}

TEST_F(Sleep, HigherPriorityWakesFirst)
{
    std::string order;
    host_thread &low = rig.thread(), &high = rig.thread();
    List a{[&](sim_strand *, sim_frame *) { return order += 'l', SIM_NEXT; }};
    List b{[&](sim_strand *, sim_frame *) { return order += 'h', SIM_NEXT; }};
    host_thread_start_asleep(rig.host, &low, 0, 1, &a.proc, &a, 10);
    host_thread_start_asleep(rig.host, &high, 0, 2, &b.proc, &b, 10);
    rig.run_until(10);
    EXPECT_EQ(order, "hl");
}

TEST_F(Sleep, BusyCpuTakesTheTimerAndLetsTheThreadWait)
{
    host_thread &busy = rig.thread();
    List list{[](sim_strand *s, sim_frame *) { return sim_work(s, SIM_FOREVER); }};
    auto s = start(100);
    rig.run();
    host_thread_start(rig.host, &busy, 0, 0, &list.proc, &list);
    rig.run_until(200);
    EXPECT_EQ(s->thread.state, HOST_RUNNABLE);
    EXPECT_EQ(woke, Times{});
    sim_work_done(&busy.strand);
    rig.run();
    EXPECT_EQ(woke, Times{200});
}

} // namespace
