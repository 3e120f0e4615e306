// SPDX-License-Identifier: Apache-2.0
// Which handler runs (4.3), what it does to the line, and the virqfd that unmasks (4.6).
#include "fixture.hpp"

namespace
{

using Handlers = Vfio;

struct HandlerCase {
    const char *name;
    bool level, deoi, automasks;
};
class HandlerChoice : public Handlers, public ::testing::WithParamInterface<HandlerCase>
{
};

TEST_P(HandlerChoice, AutomasksALevelUnlessTheGuestEndsIt)
{
    const HandlerCase &c = GetParam();
    set_up(c.level);
    if (c.deoi) {
        ASSERT_EQ(add(), 0);
        // Forwarded, as the consumer does it: else the line would fire again at once.
        ASSERT_EQ(host_irq_set_forwarded(rig.host, kIrq, true), 0);
    }
    EXPECT_EQ(v.deoi, c.level && c.deoi); // an edge keeps its plain handler
    fire();
    EXPECT_EQ(v.automasked, c.automasks);
    EXPECT_EQ(vfio_platform_masked(&v), c.automasks);
    EXPECT_EQ(depth(), c.automasks ? 1u : 0u);
    EXPECT_EQ(trigger.signals, 1u);
    EXPECT_EQ(v.stats.interrupts, 1u);
    EXPECT_EQ(v.stats.automasks, c.automasks ? 1u : 0u);
    EXPECT_EQ(v.stats.triggers, 1u);
    rig.line(kIrq, false);
}
INSTANTIATE_TEST_SUITE_P(Vfio, HandlerChoice,
                         ::testing::Values(HandlerCase{"Level", true, false, true},
                                           HandlerCase{"LevelDirect", true, true, false},
                                           HandlerCase{"Edge", false, false, false},
                                           HandlerCase{"EdgeDirect", false, true, false}),
                         [](const auto &info) { return info.param.name; });

TEST_F(Handlers, AutomaskedLevelCostsTwoHostInterrupts) // 2.4, the writes of 2.8 (iii)
{
    set_up(true);
    fire();
    EXPECT_EQ(rig.writes(), (Strings{"EOIR 36", "DIR 36", "EOIR 36", "ICENABLER 36", "DIR 36"}));
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, 2u);
    EXPECT_EQ(v.stats.interrupts, 1u);
}

TEST_F(Handlers, DirectEoiCostsOneHostInterruptAndOneWrite) // 2.8 (iv)
{
    set_up(true);
    ASSERT_EQ(add(), 0);
    ASSERT_EQ(host_irq_set_forwarded(rig.host, kIrq, true), 0);
    fire();
    EXPECT_EQ(rig.writes(), Strings{"EOIR 36"});
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, 1u);
    rig.line(kIrq, false);
}

TEST_F(Handlers, AutomaskComesBeforeTheTrigger)
{
    set_up(true);
    fire();
    EXPECT_EQ(rig.traced(), (Strings{"irq_handler_entry 36", "irq_disable 36 1", "vfio_automask 36", "vfio_trigger 36",
                                     "eventfd_signal 0 1", "irq_handler_exit 36", "irq_handler_entry 36", "irq_mask 36",
                                     "irq_handler_exit 36"}));
}

TEST_F(Handlers, UnmaskSignalEndsTheAutomask)
{
    set_up(true);
    fire();
    rig.line(kIrq, false);
    rig.writes();
    EXPECT_EQ(rig.signal(unmask), 1); // consumed
    EXPECT_EQ(rig.writes(), Strings{"ISENABLER 36"});
    EXPECT_FALSE(v.automasked);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(unmask.count, 0u);
    EXPECT_EQ(v.stats.unmasks, 1u);
    rig.run();
    EXPECT_EQ(trigger.signals, 1u);
}

TEST_F(Handlers, LineStillHighFiresAgainAfterTheUnmask) // 4.4
{
    set_up(true);
    fire();
    rig.signal(unmask);
    rig.run();
    EXPECT_EQ(trigger.signals, 2u);
    EXPECT_TRUE(v.automasked);
    rig.line(kIrq, false);
}

TEST_F(Handlers, EveryEdgeTriggers)
{
    set_up(false);
    for (uint64_t i = 1; i <= 3; i++) {
        fire();
        EXPECT_EQ(trigger.signals, i);
    }
    EXPECT_EQ(depth(), 0u);
}

// A shared line brings the handler in although its own interrupt is masked: IRQ_NONE, nothing signalled.
struct SharedCase {
    const char *name;
    bool user;
};
class SharedLine : public Handlers, public ::testing::WithParamInterface<SharedCase>
{
};

TEST_P(SharedLine, MaskedInterruptIsNotTriggeredAgain)
{
    Handler neighbour(true, [&] { rig.line(kIrq, false); });
    open(true, true);
    vfio_platform_set_trigger(&v, &trigger);
    ASSERT_EQ(host_irq_request(rig.host, kIrq, &neighbour.action, v.level, 0), 0);
    host_enable_irq(rig.host, kIrq);
    if (GetParam().user)
        v.usermasked = true;
    else
        v.automasked = true;
    fire();
    EXPECT_EQ(v.stats.interrupts, 1u);
    EXPECT_EQ(trigger.signals, 0u);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(neighbour.runs, 1u);
    v.usermasked = v.automasked = false;
}
INSTANTIATE_TEST_SUITE_P(Vfio, SharedLine, ::testing::Values(SharedCase{"User", true}, SharedCase{"Auto", false}),
                         [](const auto &info) { return info.param.name; });

TEST_F(Handlers, WithoutATriggerAnEdgeIsHandledQuietly)
{
    Handler neighbour(true);
    open(false, true);
    ASSERT_EQ(host_irq_request(rig.host, kIrq, &neighbour.action, v.level, 0), 0);
    host_enable_irq(rig.host, kIrq);
    host_enable_irq(rig.host, kIrq);
    fire();
    EXPECT_EQ(v.stats.interrupts, 1u);
    EXPECT_EQ(v.stats.triggers, 0u);
    EXPECT_EQ(neighbour.runs, 1u);
}

// ---- open ----------------------------------------------------------------------------------------

TEST_F(Handlers, OpenLeavesTheLineDisabled)
{
    open(true);
    EXPECT_EQ(depth(), 1u);
    fire();
    EXPECT_EQ(v.stats.interrupts, 0u);
    rig.line(kIrq, false);
}

struct OpenCase {
    const char *name;
    uint32_t irq;
    bool first_shared, second_shared;
    int expected;
};
class Open : public Handlers, public ::testing::WithParamInterface<OpenCase>
{
};

TEST_P(Open, AnswersAsTheRequestDoes)
{
    const OpenCase &c = GetParam();
    vfio_platform_irq second = {};
    open(true, c.first_shared);
    EXPECT_EQ(vfio_platform_irq_open(&second, rig.host, &rig.sim, c.irq, true, c.second_shared, 0), c.expected);
}
INSTANTIATE_TEST_SUITE_P(
    Vfio, Open,
    ::testing::Values(OpenCase{"Other", 37, false, false, 0}, OpenCase{"Taken", 36, false, false, -EBUSY},
                      OpenCase{"TakenExclusively", 36, false, true, -EBUSY},
                      OpenCase{"WantedExclusively", 36, true, false, -EBUSY}, OpenCase{"Shared", 36, true, true, 0},
                      OpenCase{"Ppi", 27, false, false, -EINVAL}, OpenCase{"Beyond", 128, false, false, -EINVAL}),
    [](const auto &info) { return info.param.name; });

} // namespace
