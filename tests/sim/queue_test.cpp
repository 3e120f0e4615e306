// SPDX-License-Identifier: Apache-2.0
// The event queue: order by (time, insertion), moving, cancelling, capacity; a random run against a list.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <random>
#include <vector>

#include <trapline/sim.h>

namespace
{

constexpr unsigned kCapacity = 16;

class Queue : public ::testing::Test
{
  public:
    struct Event {
        sim_event ev = {};
        Queue *queue = nullptr;
        int name = 0;
    };

    Queue()
    {
        EXPECT_EQ(sim_init(&sim, kCapacity), 0);
    }
    ~Queue() override
    {
        sim_fini(&sim);
    }
    Event &make(int name)
    {
        Event &e = events.emplace_back();
        e.queue = this;
        e.name = name;
        e.ev.owner = &e;
        e.ev.fire = [](struct sim *, sim_event *ev) {
            auto *fired = static_cast<Event *>(ev->owner);
            fired->queue->log.push_back(fired->name);
        };
        return e;
    }
    // One event for each time; their names are their places.
    void add(const std::vector<sim_tick> &times)
    {
        for (sim_tick at : times) {
            const int name = static_cast<int>(events.size());
            ASSERT_EQ(sim_at(&sim, &make(name).ev, at), 0);
        }
    }
    const std::vector<int> &drain()
    {
        while (sim_fire_next(&sim))
            ;
        return log;
    }

    struct sim sim = {};
    std::deque<Event> events;
    std::vector<int> log;
};

using Names = std::vector<int>;

TEST_F(Queue, EmptyQueueFiresNothingAndHasNoNext)
{
    EXPECT_FALSE(sim_fire_next(&sim));
    EXPECT_EQ(sim_next_at(&sim), SIM_FOREVER);
    EXPECT_EQ(sim.now, 0u);
}

TEST_F(Queue, FiresByTime)
{
    add({30, 10, 20, 0, 40});
    EXPECT_EQ(drain(), (Names{3, 1, 2, 0, 4}));
    EXPECT_EQ(sim.now, 40u);
}

TEST_F(Queue, EqualTimesFireInTheOrderOfScheduling)
{
    add({7, 5, 7, 5, 7, 5, 7, 5});
    EXPECT_EQ(drain(), (Names{1, 3, 5, 7, 0, 2, 4, 6}));
}

TEST_F(Queue, TimeIsThatOfTheEventWhileItFires)
{
    add({25});
    sim_tick seen = 0;
    events[0].ev.owner = &seen;
    events[0].ev.fire = [](struct sim *s, sim_event *ev) {
        EXPECT_EQ(ev->pos, 0u); // it may be scheduled again
        *static_cast<sim_tick *>(ev->owner) = s->now;
    };
    EXPECT_EQ(sim_next_at(&sim), 25u);
    EXPECT_TRUE(sim_fire_next(&sim));
    EXPECT_EQ(seen, 25u);
}

TEST_F(Queue, EventThatSchedulesItselfFiresAgain)
{
    Event &e = make(1);
    e.ev.fire = [](struct sim *s, sim_event *ev) {
        auto *self = static_cast<Event *>(ev->owner);
        self->queue->log.push_back(static_cast<int>(s->now));
        if (s->now < 3) {
            EXPECT_EQ(sim_at(s, ev, s->now + 1), 0);
        }
    };
    ASSERT_EQ(sim_at(&sim, &e.ev, 0), 0);
    EXPECT_EQ(drain(), (Names{0, 1, 2, 3}));
}

TEST_F(Queue, EventAtThePresentInstantComesAfterThoseThatWait)
{
    add({5, 5});
    sim_event late = {};
    events[0].ev.owner = &late;
    events[0].ev.fire = [](struct sim *s, sim_event *ev) {
        EXPECT_EQ(sim_at(s, static_cast<sim_event *>(ev->owner), s->now), 0);
    };
    late.owner = this;
    late.fire = [](struct sim *, sim_event *ev) { static_cast<Queue *>(ev->owner)->log.push_back(99); };
    EXPECT_EQ(drain(), (Names{1, 99}));
}

TEST_F(Queue, MovedEventFiresOnceAtItsNewTime)
{
    add({10, 20, 30});
    ASSERT_EQ(sim_at(&sim, &events[0].ev, 25), 0);
    ASSERT_EQ(sim_at(&sim, &events[2].ev, 5), 0);
    EXPECT_EQ(sim.queued, 3u);
    EXPECT_EQ(drain(), (Names{2, 1, 0}));
}

TEST_F(Queue, EventMovedToItsOwnTimeGoesBehindItsEquals)
{
    add({10, 10, 10});
    ASSERT_EQ(sim_at(&sim, &events[0].ev, 10), 0);
    EXPECT_EQ(drain(), (Names{1, 2, 0}));
}

TEST_F(Queue, CancellingWhatIsNotQueuedMeansNothing)
{
    add({10});
    Event &idle = make(1);
    sim_cancel(&sim, &idle.ev);
    sim_cancel(&sim, &events[0].ev);
    sim_cancel(&sim, &events[0].ev);
    EXPECT_EQ(sim.queued, 0u);
    EXPECT_EQ(drain(), Names{});
}

TEST_F(Queue, FullQueueRefusesOneMoreButMovesWhatItHas)
{
    add(std::vector<sim_tick>(kCapacity, 10));
    Event &more = make(100);
    EXPECT_EQ(sim_at(&sim, &more.ev, 1), -ENOSPC);
    EXPECT_EQ(more.ev.pos, 0u);
    EXPECT_EQ(sim_at(&sim, &events[15].ev, 1), 0);
    sim_cancel(&sim, &events[3].ev);
    EXPECT_EQ(sim_at(&sim, &more.ev, 1), 0);
    const Names &got = drain();
    EXPECT_EQ(got.size(), kCapacity);
    EXPECT_EQ(got[0], 15);
    EXPECT_EQ(got[1], 100);
}

TEST(QueueSetUp, ZeroCapacityTakesNothing)
{
    struct sim sim = {};
    sim_event ev = {};
    ASSERT_EQ(sim_init(&sim, 0), 0);
    EXPECT_EQ(sim_at(&sim, &ev, 0), -ENOSPC);
    sim_fini(&sim);
}

// Every place of a heap with several levels, from which the replacement goes up as well as down.
class CancelPlace : public Queue, public ::testing::WithParamInterface<unsigned>
{
};

TEST_P(CancelPlace, LeavesTheOthersInOrder)
{
    const std::vector<sim_tick> times = {1, 50, 2, 60, 70, 3, 4, 80, 90, 100, 110, 5, 6, 7, 8};
    add(times);
    sim_cancel(&sim, &events[GetParam()].ev);
    Names expected;
    for (unsigned i = 0; i < times.size(); i++)
        if (i != GetParam())
            expected.push_back(static_cast<int>(i));
    std::sort(expected.begin(), expected.end(),
              [&](int a, int b) { return times[static_cast<size_t>(a)] < times[static_cast<size_t>(b)]; });
    EXPECT_EQ(drain(), expected);
}
INSTANTIATE_TEST_SUITE_P(Queue, CancelPlace, ::testing::Range(0u, 15u));

// A list sorted on every look, which is as simple as the specification.
class RandomRun : public Queue, public ::testing::WithParamInterface<unsigned>
{
  protected:
    struct Entry {
        sim_tick at;
        uint64_t order;
        int name;
    };
    void forget(int name)
    {
        naive.erase(std::remove_if(naive.begin(), naive.end(), [&](const Entry &e) { return e.name == name; }),
                    naive.end());
    }
    const Entry &first() const
    {
        return *std::min_element(naive.begin(), naive.end(), [](const Entry &a, const Entry &b) {
            return a.at < b.at || (a.at == b.at && a.order < b.order);
        });
    }
    std::vector<Entry> naive;
    uint64_t order = 0;
};

TEST_P(RandomRun, AgreesWithAnAlwaysSortedList)
{
    std::mt19937 rng(GetParam());
    for (int i = 0; i < 24; i++) // more than fit
        make(i);
    for (int round = 0; round < 5000; round++) {
        Event &e = events[rng() % events.size()];
        switch (rng() % 4) {
        case 0:
        case 1: { // few different times, so that many are equal
            const sim_tick at = sim.now + rng() % 8;
            const bool room = e.ev.pos || naive.size() < kCapacity;
            ASSERT_EQ(sim_at(&sim, &e.ev, at), room ? 0 : -ENOSPC);
            if (room) {
                forget(e.name);
                naive.push_back({at, order++, e.name});
            }
            break;
        }
        case 2:
            sim_cancel(&sim, &e.ev);
            forget(e.name);
            break;
        default:
            ASSERT_EQ(sim_fire_next(&sim), !naive.empty());
            if (!naive.empty()) {
                const Entry expected = first();
                forget(expected.name);
                ASSERT_EQ(log.back(), expected.name);
                ASSERT_EQ(sim.now, expected.at);
            }
        }
        ASSERT_EQ(sim.queued, naive.size());
        ASSERT_EQ(sim_next_at(&sim), naive.empty() ? SIM_FOREVER : first().at);
    }
}
INSTANTIATE_TEST_SUITE_P(Queue, RandomRun, ::testing::Range(1u, 6u));

} // namespace
