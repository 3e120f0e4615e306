// SPDX-License-Identifier: Apache-2.0
// eventfds: counting, the wait queue, and who is woken (3.3).
#include "rig.hpp"

namespace
{

class EventFd : public HostTest
{
  protected:
    // A waiter that writes its name down and leaves `ret`.
    struct Waiter {
        Waiter(Strings *log, const std::string &name, int64_t ret)
            : list({[=](sim_strand *s, sim_frame *) {
                  log->push_back(name);
                  s->ret = ret;
                  return static_cast<int>(SIM_RET);
              }})
        {
            w.wake = &list.proc;
            w.obj = &list;
        }
        List list;
        host_waiter w = {};
    };
    EventFd()
    {
        host_eventfd_init(&e, rig.host, 3, false);
    }
    host_eventfd e = {};
    Strings log;
};

TEST_F(EventFd, SignalWithoutWaitersCounts)
{
    rig.signal(e);
    rig.signal(e);
    EXPECT_EQ(e.count, 2u);
    EXPECT_EQ(e.signals, 2u);
    EXPECT_EQ(rig.traced(), (Strings{"eventfd_signal 3 1", "eventfd_signal 3 2"}));
}

TEST_F(EventFd, WaitersAreWokenInTheOrderTheyCame)
{
    Waiter a(&log, "a", 0), b(&log, "b", 0), c(&log, "c", 0);
    for (Waiter *w : {&a, &b, &c})
        host_eventfd_add_waiter(&e, &w->w);
    rig.signal(e);
    EXPECT_EQ(log, (Strings{"a", "b", "c"}));
    EXPECT_EQ(e.count, 1u); // nobody consumed it
}

TEST_F(EventFd, WhoConsumesStopsTheRest)
{
    Waiter a(&log, "a", 0), b(&log, "b", 1), c(&log, "c", 0);
    for (Waiter *w : {&a, &b, &c})
        host_eventfd_add_waiter(&e, &w->w);
    rig.signal(e);
    EXPECT_EQ(log, (Strings{"a", "b"}));
}

TEST_F(EventFd, ValueLeftBeforeTheSignalIsNotAConsumption)
{
    Waiter a(&log, "a", 0), b(&log, "b", 0);
    host_eventfd_add_waiter(&e, &a.w);
    host_eventfd_add_waiter(&e, &b.w);
    List caller{[&](sim_strand *s, sim_frame *f) {
        s->ret = 1;
        return sim_call(s, f, SIM_NEXT, &host_eventfd_signal_proc, &e, 0, 0, 0, 0);
    }};
    rig.call(0, caller.proc, &caller);
    EXPECT_EQ(log, (Strings{"a", "b"}));
}

class EventFdRemove : public EventFd, public ::testing::WithParamInterface<unsigned>
{
};

TEST_P(EventFdRemove, LeavesTheOthersWaiting)
{
    Waiter a(&log, "0", 0), b(&log, "1", 0), c(&log, "2", 0);
    Waiter *all[] = {&a, &b, &c};
    for (Waiter *w : all)
        host_eventfd_add_waiter(&e, &w->w);
    host_eventfd_remove_waiter(&e, &all[GetParam()]->w);
    host_eventfd_remove_waiter(&e, &all[GetParam()]->w); // not there any more
    rig.signal(e);
    Strings expected;
    for (unsigned i = 0; i < 3; i++)
        if (i != GetParam())
            expected.push_back(std::to_string(i));
    EXPECT_EQ(log, expected);
}
INSTANTIATE_TEST_SUITE_P(Host, EventFdRemove, ::testing::Range(0u, 3u));

TEST_F(EventFd, ResamplefdsAreCountedAndChargedApart)
{
    host_eventfd r = {};
    host_eventfd_init(&r, rig.host, 4, true);
    rig.signal(e);
    rig.signal(r);
    rig.signal(r);
    EXPECT_EQ(host_stats_get(rig.host)->eventfd_trigger, 1u);
    EXPECT_EQ(host_stats_get(rig.host)->eventfd_resample, 2u);
    EXPECT_EQ(rig.sim.charged[SIM_COST_RESAMPLE_SIGNAL], 2u);
}

TEST_F(EventFd, WaitersRunOnTheSignallersCpu)
{
    unsigned where = 99;
    List list{[&](sim_strand *s, sim_frame *) {
        where = s->cpu->id;
        return SIM_RET;
    }};
    host_waiter w = {&list.proc, &list, nullptr};
    host_eventfd_add_waiter(&e, &w);
    rig.signal(e, 1);
    EXPECT_EQ(where, 1u);
}

} // namespace
