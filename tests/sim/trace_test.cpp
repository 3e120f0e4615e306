// SPDX-License-Identifier: Apache-2.0
// Trace records, sinks and their levels; the table of events.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include <trapline/events.h>

namespace
{

class Trace : public ::testing::Test
{
  protected:
    using Records = std::vector<sim_record>;

    Trace()
    {
        EXPECT_EQ(sim_init(&sim, 1), 0);
    }
    ~Trace() override
    {
        sim_fini(&sim);
    }
    static sim_sink sink(Records *where, unsigned levels)
    {
        sim_sink s = {};
        s.ctx = where;
        s.levels = levels;
        s.record = [](void *ctx, const sim_record *r) { static_cast<Records *>(ctx)->push_back(*r); };
        return s;
    }
    // One event of each level.
    void one_of_each()
    {
        sim_trace(&sim, 0, EV_EVENTFD_SIGNAL, 1, 2); // life
        sim_trace(&sim, 0, EV_IRQ_MASK, 36);         // transition
        sim_trace(&sim, 0, EV_GIC_READ, 0, 4, 8);    // access
    }
    struct sim sim = {};
};

TEST_F(Trace, RecordHasTimeCpuIdAndArguments)
{
    Records got;
    ASSERT_EQ(sim_add_sink(&sim, sink(&got, SIM_TRANSITION)), 0);
    sim.now = 1234;
    sim_trace(&sim, 3, EV_IRQ_DISABLE, 36, -2);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].at, 1234u);
    EXPECT_EQ(got[0].cpu, 3u);
    EXPECT_EQ(got[0].id, EV_IRQ_DISABLE);
    EXPECT_EQ(got[0].nargs, 2u);
    EXPECT_EQ(got[0].arg[0], 36);
    EXPECT_EQ(got[0].arg[1], -2);
    EXPECT_EQ(got[0].arg[2], 0);
    EXPECT_EQ(got[0].flow, 0u);
}

TEST_F(Trace, NoCpuIsKept)
{
    Records got;
    ASSERT_EQ(sim_add_sink(&sim, sink(&got, SIM_LIFE)), 0);
    sim_trace(&sim, SIM_NO_CPU, EV_DEVICE_LINE, 36, 1);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].cpu, SIM_NO_CPU);
}

TEST_F(Trace, WithoutSinksArgumentsAreNotEvaluated)
{
    int evaluated = 0;
    sim_trace(&sim, 0, EV_IRQ_MASK, ++evaluated);
    EXPECT_EQ(evaluated, 0);
}

class TraceLevels : public Trace, public ::testing::WithParamInterface<unsigned>
{
};

TEST_P(TraceLevels, SinkGetsTheLevelsItAskedFor)
{
    Records got, all;
    ASSERT_EQ(sim_add_sink(&sim, sink(&got, GetParam())), 0);
    ASSERT_EQ(sim_add_sink(&sim, sink(&all, SIM_LIFE | SIM_TRANSITION | SIM_ACCESS)), 0);
    one_of_each();
    std::vector<unsigned> expected, ids;
    if (GetParam() & SIM_LIFE)
        expected.push_back(EV_EVENTFD_SIGNAL);
    if (GetParam() & SIM_TRANSITION)
        expected.push_back(EV_IRQ_MASK);
    if (GetParam() & SIM_ACCESS)
        expected.push_back(EV_GIC_READ);
    for (const sim_record &r : got)
        ids.push_back(r.id);
    EXPECT_EQ(ids, expected);
    EXPECT_EQ(all.size(), 3u);
}
INSTANTIATE_TEST_SUITE_P(Trace, TraceLevels, ::testing::Range(0u, 8u));

TEST_F(Trace, SinksAreServedInTheirOrderAndNoMoreThanFit)
{
    std::vector<int> order;
    struct Ctx {
        std::vector<int> *order;
        int n;
    } ctx[SIM_MAX_SINKS + 1];
    for (int i = 0; i <= static_cast<int>(SIM_MAX_SINKS); i++) {
        ctx[i] = {&order, i};
        sim_sink s = {};
        s.ctx = &ctx[i];
        s.levels = SIM_LIFE;
        s.record = [](void *c, const sim_record *) {
            auto *self = static_cast<Ctx *>(c);
            self->order->push_back(self->n);
        };
        EXPECT_EQ(sim_add_sink(&sim, s), i < static_cast<int>(SIM_MAX_SINKS) ? 0 : -ENOSPC);
    }
    sim_trace(&sim, 0, EV_KVM_WFX, 0);
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
}

TEST_F(Trace, FlowIsAskedForWithTheWholeRecord)
{
    Records got;
    ASSERT_EQ(sim_add_sink(&sim, sink(&got, SIM_LIFE)), 0);
    uint32_t base = 100;
    sim.flow_ctx = &base;
    sim.flow_of = [](void *ctx, const sim_record *r) {
        EXPECT_EQ(r->id, EV_VFIO_TRIGGER);
        return *static_cast<uint32_t *>(ctx) + static_cast<uint32_t>(r->arg[0]);
    };
    sim_trace(&sim, 0, EV_VFIO_TRIGGER, 36);
    ASSERT_EQ(got.size(), 1u);
    EXPECT_EQ(got[0].flow, 136u);
}

// ---- the table -----------------------------------------------------------------------------------

std::vector<trapline_event_info> table()
{
    size_t n = 0;
    const trapline_event_info *e = trapline_events(&n);
    return {e, e + n};
}

unsigned count_args(const char *args)
{
    return *args ? 1 + static_cast<unsigned>(std::count(args, args + std::strlen(args), ',')) : 0;
}

TEST(EventTable, IdsRiseSoThatTheyAreUnique)
{
    const auto events = table();
    ASSERT_FALSE(events.empty());
    for (size_t i = 1; i < events.size(); i++)
        EXPECT_LT(events[i - 1].id, events[i].id) << events[i].name;
}

TEST(EventTable, EveryIdLiesInARangeOfALayer)
{
    for (const auto &e : table()) {
        EXPECT_GE(e.id, EV_RANGE_GIC) << e.name;
        EXPECT_LT(e.id, EV_RANGE_MACHINE + 0x100) << e.name;
    }
}

struct RangeCase {
    const char *name;
    unsigned id, base;
};

TEST(EventTable, EventsAreInTheRangeOfTheirLayer)
{
    static const RangeCase cases[] = {
#define EVENT_RANGE(base)                     {nullptr, 0, EV_RANGE_##base},
#define EVENT(ident, name, level, flow, args) {name, EV_##ident, 0},
#include <trapline/events.def>
#undef EVENT
#undef EVENT_RANGE
    };
    unsigned base = 0, expected = 0;
    for (const RangeCase &c : cases) {
        if (c.name) {
            EXPECT_EQ(c.id, expected++) << c.name;
            EXPECT_LT(c.id, base + 0x100) << c.name << " does not fit into its layer's range";
        } else {
            EXPECT_GT(c.base, base);
            base = expected = c.base;
        }
    }
}

TEST(EventTable, NamesAreUniqueAndOfTheKernelsForm)
{
    std::set<std::string> names;
    for (const auto &e : table()) {
        const std::string name = e.name;
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos) << name;
    }
}

TEST(EventTable, ArgumentsFitIntoARecordAndHaveDistinctNames)
{
    for (const auto &e : table()) {
        EXPECT_GE(count_args(e.args), 1u) << e.name;
        EXPECT_LE(count_args(e.args), static_cast<unsigned>(SIM_TRACE_ARGS)) << e.name;
        std::set<std::string> names;
        std::string all = e.args;
        for (size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
            end = all.find(',', at);
            const std::string arg = all.substr(at, end - at);
            EXPECT_FALSE(arg.empty()) << e.name;
            EXPECT_TRUE(names.insert(arg).second) << e.name << " " << arg;
        }
    }
}

TEST(EventTable, FlowArgumentIsOneThatHoldsAnIntid)
{
    for (const auto &e : table()) {
        if (e.flow_kind == EV_FLOW_NONE)
            continue;
        EXPECT_TRUE(e.flow_kind == EV_FLOW_PHYS || e.flow_kind == EV_FLOW_VIRT) << e.name;
        ASSERT_LT(e.flow_arg, count_args(e.args)) << e.name;
        std::string arg = e.args;
        for (unsigned i = 0; i < e.flow_arg; i++)
            arg.erase(0, arg.find(',') + 1);
        EXPECT_EQ(arg.substr(0, arg.find(',')), "intid") << e.name;
    }
}

TEST(EventTable, LevelIsExactlyOne)
{
    for (const auto &e : table())
        EXPECT_TRUE(e.level == SIM_LIFE || e.level == SIM_TRANSITION || e.level == SIM_ACCESS) << e.name;
}

TEST(EventTable, EveryIdIsFoundAndNoOther)
{
    const auto events = table();
    size_t found = 0;
    for (unsigned id = 0; id <= UINT16_MAX; id++) {
        const trapline_event_info *e = trapline_event_find(static_cast<uint16_t>(id));
        if (!e)
            continue;
        EXPECT_EQ(e->id, id);
        found++;
    }
    EXPECT_EQ(found, events.size());
}

} // namespace
