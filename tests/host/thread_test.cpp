// SPDX-License-Identifier: Apache-2.0
// Threads: fixed priorities, yielding, waking and the inter-processor interrupts that takes.
#include "rig.hpp"

namespace
{

class Threads : public HostTest
{
  protected:
    List::Step log(char letter, int next = SIM_NEXT)
    {
        return [this, letter, next](sim_strand *, sim_frame *) {
            text += letter;
            return next;
        };
    }
    // Sleeps until woken; each look at its condition is a dot.
    List::Step sleep(const bool &awake, char letter)
    {
        return [this, &awake, letter](sim_strand *, sim_frame *) {
            text += awake ? letter : '.';
            return awake ? SIM_NEXT : SIM_WAIT;
        };
    }
    List::Step busy()
    {
        return [](sim_strand *s, sim_frame *) { return sim_work(s, SIM_FOREVER); };
    }
    void start(host_thread &t, List &list, unsigned cpu, unsigned prio)
    {
        host_thread_start(rig.host, &t, cpu, prio, &list.proc, &list);
    }
    std::string text;
};

TEST_F(Threads, IdleCpuTakesANewThreadAndIsIdleAgainAfterIt)
{
    host_thread &t = rig.thread();
    List list{log('a'), log('b')};
    EXPECT_TRUE(host_idle(rig.host, 1));
    start(t, list, 1, 0);
    EXPECT_EQ(rig.pokes, std::vector<unsigned>{1});
    EXPECT_TRUE(host_need_resched(rig.host, 1));
    rig.run();
    EXPECT_EQ(text, "ab");
    EXPECT_EQ(t.state, HOST_DEAD);
    EXPECT_TRUE(host_idle(rig.host, 1));
    EXPECT_EQ(rig.writes(), Strings{}); // started, not woken: no IPI
}

TEST_F(Threads, HigherPriorityRunsFirstEqualInOrder)
{
    host_thread *t[] = {&rig.thread(), &rig.thread(), &rig.thread(), &rig.thread(), &rig.thread()};
    List a{log('a')}, b{log('b')}, c{log('c')}, d{log('d')}, e{log('e')};
    start(*t[0], a, 0, 1);
    start(*t[1], b, 0, 2);
    start(*t[2], c, 0, 1);
    start(*t[3], d, 0, 3);
    start(*t[4], e, 0, 2);
    rig.run();
    EXPECT_EQ(text, "dbeac");
}

TEST_F(Threads, RunningThreadIsNotPreemptedUntilItYields)
{
    host_thread &low = rig.thread(), &high = rig.thread();
    List urgent{log('h')};
    bool yielded = false;
    List slow{[&](sim_strand *, sim_frame *) {
                  start(high, urgent, 0, 5);
                  text += 'a';
                  return SIM_NEXT;
              },
              log('b'),
              [&](sim_strand *, sim_frame *) {
                  text += yielded ? 'Y' : 'y';
                  return yielded ? SIM_NEXT : (yielded = true, SIM_YIELD);
              },
              log('c')};
    start(low, slow, 0, 1);
    rig.run();
    EXPECT_EQ(text, "abyhYc");
}

TEST_F(Threads, YieldGoesBehindEqualsButNotBehindLower)
{
    host_thread *t[] = {&rig.thread(), &rig.thread(), &rig.thread()};
    int turns = 0;
    List a{[&](sim_strand *, sim_frame *) {
        text += 'a';
        return turns++ ? SIM_NEXT : SIM_YIELD;
    }};
    List b{log('b')}, c{log('c')};
    start(*t[0], a, 0, 2);
    start(*t[1], b, 0, 2);
    start(*t[2], c, 0, 1);
    rig.run();
    EXPECT_EQ(text, "abac");
}

TEST_F(Threads, YieldOfTheOnlyThreadGoesOnWithoutASwitch)
{
    host_thread &t = rig.thread();
    int turns = 0, outs = 0;
    List a{[&](sim_strand *, sim_frame *) { return turns++ < 3 ? SIM_YIELD : SIM_NEXT; }};
    t.ctx = &outs;
    t.sched_out = [](void *ctx) { ++*static_cast<int *>(ctx); };
    start(t, a, 0, 2);
    rig.run();
    EXPECT_EQ(turns, 4);
    EXPECT_EQ(outs, 0);
}

TEST_F(Threads, NotifiersRunAroundSleepButNotAtTheEnd)
{
    struct Ctx {
        std::string *text;
    } ctx = {&text};
    host_thread &t = rig.thread();
    t.ctx = &ctx;
    t.sched_in = [](void *c) { *static_cast<Ctx *>(c)->text += '<'; };
    t.sched_out = [](void *c) { *static_cast<Ctx *>(c)->text += '>'; };
    bool awake = false;
    List list{log('a'), sleep(awake, 'b')};
    start(t, list, 0, 0);
    rig.run();
    awake = true;
    rig.on(0);
    EXPECT_TRUE(host_thread_wake(rig.host, &t));
    rig.run();
    EXPECT_EQ(text, "<a.><b");
}

struct WakeCase {
    const char *name;
    unsigned from, target;
    bool busy;
    unsigned running_prio, woken_prio;
    Strings ipi;
};
class Wake : public Threads, public ::testing::WithParamInterface<WakeCase>
{
};

TEST_P(Wake, SendsTheRightInterruptOrNone)
{
    const WakeCase &c = GetParam();
    host_thread &sleeper = rig.thread(), &runner = rig.thread();
    bool awake = false;
    List dozing{sleep(awake, 'w')};
    List running{busy()};
    start(sleeper, dozing, c.target, c.woken_prio);
    rig.run();
    if (c.busy)
        start(runner, running, c.target, c.running_prio);
    rig.run();
    EXPECT_EQ(sleeper.state, HOST_SLEEPING);
    awake = true;
    rig.on(c.from);
    rig.writes();
    EXPECT_TRUE(host_thread_wake(rig.host, &sleeper));
    EXPECT_EQ(rig.writes(), c.ipi);
    const bool first = !c.busy || c.woken_prio > c.running_prio;
    EXPECT_EQ(host_need_resched(rig.host, c.target), first);
    rig.run();
    // A busy CPU goes on with what it does: it does not yield.
    EXPECT_EQ(sleeper.state, c.busy ? HOST_RUNNABLE : HOST_DEAD);
}
INSTANTIATE_TEST_SUITE_P(Host, Wake,
                         ::testing::Values(WakeCase{"SameCpuIdle", 0, 0, false, 0, 1, {}},
                                           WakeCase{"OtherCpuIdle", 0, 1, false, 0, 1, {"SGIR 1 cpus 2"}},
                                           WakeCase{"OtherCpuLower", 0, 1, true, 1, 2, {"SGIR 0 cpus 2"}},
                                           WakeCase{"OtherCpuEqual", 0, 1, true, 2, 2, {}},
                                           WakeCase{"OtherCpuHigher", 0, 1, true, 3, 2, {}},
                                           WakeCase{"SameCpuLower", 1, 1, true, 1, 2, {}}),
                         [](const auto &info) { return info.param.name; });

TEST_F(Threads, WakingWhoDoesNotSleepIsNoWake)
{
    host_thread &runnable = rig.thread(), &dead = rig.thread();
    List list{log('a')};
    start(dead, list, 1, 0);
    rig.run();
    start(runnable, list, 0, 0);
    rig.on(0);
    EXPECT_FALSE(host_thread_wake(rig.host, &runnable));
    EXPECT_FALSE(host_thread_wake(rig.host, &dead));
    EXPECT_EQ(dead.state, HOST_DEAD);
    EXPECT_FALSE(runnable.wake_pending); // it will look at everything anyway
    EXPECT_EQ(rig.writes(), Strings{});
}

TEST_F(Threads, CpuThatIsToldAlreadyGetsNoSecondInterrupt)
{
    host_thread &a = rig.thread(), &b = rig.thread();
    bool awake = false;
    List list{sleep(awake, 'w')};
    start(a, list, 1, 0);
    start(b, list, 1, 0);
    rig.run();
    awake = true;
    rig.on(0);
    rig.writes();
    EXPECT_TRUE(host_thread_wake(rig.host, &a));
    EXPECT_TRUE(host_thread_wake(rig.host, &b));
    EXPECT_EQ(rig.writes(), Strings{"SGIR 1 cpus 2"});
    rig.run();
    EXPECT_EQ(text, "..ww");
}

TEST_F(Threads, WakeOnTheWayToSleepIsNotLost)
{
    host_thread &t = rig.thread();
    int looks = 0;
    List list{[&](sim_strand *, sim_frame *) {
        if (looks++)
            return SIM_NEXT;
        EXPECT_FALSE(host_thread_wake(rig.host, &t)); // between the look and the sleep
        return SIM_WAIT;
    }};
    start(t, list, 0, 0);
    rig.run();
    EXPECT_EQ(looks, 2);
    EXPECT_EQ(t.state, HOST_DEAD);
}

TEST_F(Threads, ReschedulingIsDoneAtTheNextYield)
{
    host_thread &sleeper = rig.thread(), &runner = rig.thread();
    bool awake = false, stop = false;
    List dozing{sleep(awake, 'w')};
    List running{[&](sim_strand *, sim_frame *) {
        text += 'r';
        return stop ? SIM_NEXT : (host_need_resched(rig.host, 1) ? SIM_YIELD : SIM_WAIT);
    }};
    start(sleeper, dozing, 1, 5);
    rig.run();
    start(runner, running, 1, 1);
    for (int i = 0; i < 2; i++)
        rig.step(1); // to the scheduler, and one look
    rig.on(0);
    awake = true;
    // The runner has gone to sleep: both are woken, the higher priority runs first.
    host_thread_wake(rig.host, &runner);
    host_thread_wake(rig.host, &sleeper);
    stop = true;
    rig.run();
    EXPECT_EQ(text, ".rwr");
}

TEST_F(Threads, SwitchesAndWakingsAreTraced)
{
    host_thread &t = rig.thread();
    bool awake = false;
    List list{sleep(awake, 'w')};
    start(t, list, 1, 0);
    rig.run();
    awake = true;
    rig.on(0);
    host_thread_wake(rig.host, &t);
    rig.run();
    // Threads 0 and 1 are the idle ones.
    EXPECT_EQ(t.id, 2u);
    EXPECT_EQ(rig.traced(), (Strings{"sched_switch 1 2", "sched_switch 2 1", "sched_waking 2 1", "ipi_raise 1 1",
                                     "ipi_entry 1", "sched_switch 1 2", "sched_switch 2 1"}));
}

} // namespace
