// SPDX-License-Identifier: Apache-2.0
// handle_fasteoi_irq over the real GIC: lazy disable, replay, forwarding, shared lines (2.4, 6.6).
#include "rig.hpp"

namespace
{

class Flow : public HostTest
{
  protected:
    explicit Flow(const RigConfig &cfg = RigConfig()) : HostTest(cfg)
    {
    }
    // A handler that disables its line, as an automasking one does.
    Handler disabling{false, [this] { host_disable_irq_nosync(rig.host, 36); }};
};

class UnlazyFlow : public Flow
{
  protected:
    static RigConfig config()
    {
        RigConfig cfg;
        cfg.lazy_disable = false;
        return cfg;
    }
    UnlazyFlow() : Flow(config())
    {
    }
};

TEST_F(Flow, HandlerGetsTheInterruptsNumber)
{
    Handler h;
    request(36, h, false);
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(h.runs, 1u);
    EXPECT_EQ(h.intid, 36u);
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, 1u);
}

TEST_F(Flow, LevelLineRunsItsHandlerUntilItIsQuiet)
{
    unsigned left = 3;
    Handler h(false, [&] { rig.line(36, --left != 0); });
    request(36, h, true);
    rig.line(36, true);
    rig.run();
    EXPECT_EQ(h.runs, 3u);
}

TEST_F(Flow, DisableIsLazySecondFireMasks) // 2.4: two host interrupts for one automasked event
{
    request(36, disabling, true);
    rig.line(36, true);
    rig.run();
    EXPECT_EQ(rig.writes(), (Strings{"EOIR 36", "DIR 36", "EOIR 36", "ICENABLER 36", "DIR 36"}));
    EXPECT_EQ(disabling.runs, 1u);
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, 2u);
    EXPECT_TRUE(rig.irq(36).pending);
    EXPECT_TRUE(rig.irq(36).masked);
}

TEST_F(Flow, MaskedSecondFireIsNotChargedAsAHandledOne)
{
    request(36, disabling, true);
    rig.line(36, true);
    rig.run();
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, 2u);
    EXPECT_EQ(rig.sim.charged[SIM_COST_HOST_IRQ], 1u);
}

TEST_F(UnlazyFlow, DisableMasksAtOnce)
{
    request(36, disabling, true);
    rig.line(36, true);
    rig.run();
    EXPECT_EQ(rig.writes(), (Strings{"EOIR 36", "ICENABLER 36", "DIR 36"}));
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, 1u);
    EXPECT_FALSE(rig.irq(36).pending);
}

TEST_F(UnlazyFlow, NestedDisableMasksOnce)
{
    Handler h;
    request(36, h, true);
    host_disable_irq_nosync(rig.host, 36);
    host_disable_irq_nosync(rig.host, 36);
    EXPECT_EQ(rig.writes(), Strings{"ICENABLER 36"});
}

TEST_F(Flow, LazyDisableWithoutASecondFireWritesNothing)
{
    Handler h;
    request(36, h, true);
    host_disable_irq_nosync(rig.host, 36);
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.writes(), Strings{});
}

TEST_F(Flow, EnableUnmasksAndTheHardwareReasserts)
{
    request(36, disabling, true);
    rig.line(36, true);
    rig.run();
    rig.on(0);
    rig.writes();
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.writes(), Strings{"ISENABLER 36"}); // no replay: a level speaks for itself
    EXPECT_FALSE(rig.irq(36).pending);
    rig.run();
    EXPECT_EQ(disabling.runs, 2u);
}

TEST_F(Flow, LevelThatFellWhileDisabledIsForgotten)
{
    Handler h;
    request(36, h, true);
    host_disable_irq_nosync(rig.host, 36);
    rig.line(36, true);
    rig.run();
    rig.line(36, false);
    rig.on(0);
    host_enable_irq(rig.host, 36);
    rig.run();
    EXPECT_EQ(h.runs, 0u);
}

class FlowEither : public Flow, public ::testing::WithParamInterface<bool>
{
  protected:
    static RigConfig config()
    {
        RigConfig cfg;
        cfg.lazy_disable = GetParam();
        return cfg;
    }
    FlowEither() : Flow(config())
    {
    }
};

TEST_P(FlowEither, EdgesWhileDisabledAreOneInterruptLater) // 4.4
{
    Handler h;
    request(36, h, false);
    host_disable_irq_nosync(rig.host, 36);
    for (int i = 0; i < 3; i++) {
        rig.pulse(36);
        rig.run();
    }
    EXPECT_EQ(h.runs, 0u);
    rig.on(0);
    host_enable_irq(rig.host, 36);
    rig.run();
    EXPECT_EQ(h.runs, 1u);
    EXPECT_FALSE(rig.irq(36).pending);
}
INSTANTIATE_TEST_SUITE_P(Host, FlowEither, ::testing::Bool());

TEST_F(Flow, EdgeTakenWhileDisabledIsReplayedThroughIspendr)
{
    Handler h;
    request(36, h, false);
    host_disable_irq_nosync(rig.host, 36);
    rig.pulse(36);
    rig.run();
    rig.on(0);
    rig.writes();
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.writes(), (Strings{"ISENABLER 36", "ISPENDR 36"}));
}

TEST_F(Flow, ReplayWaitsForTheLastEnable)
{
    Handler h;
    request(36, h, false);
    host_disable_irq_nosync(rig.host, 36);
    host_disable_irq_nosync(rig.host, 36);
    rig.pulse(36);
    rig.run();
    rig.on(0);
    rig.writes();
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.writes(), Strings{});
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.writes(), (Strings{"ISENABLER 36", "ISPENDR 36"}));
}

TEST_F(Flow, ForwardedInterruptStaysActive) // invariant 8: no DIR by the host
{
    Handler h;
    request(36, h, true);
    ASSERT_EQ(host_irq_set_forwarded(rig.host, 36, true), 0);
    rig.line(36, true);
    rig.run();
    EXPECT_EQ(rig.writes(), Strings{"EOIR 36"});
    EXPECT_EQ(h.runs, 1u);
    EXPECT_TRUE(rig.state(36) & GIC_ST_ACTIVE);
    rig.line(36, false);
}

TEST_F(Flow, MaskOfAForwardedInterruptDeactivatesIt) // 6.6 (b)
{
    Handler h;
    request(36, h, true);
    ASSERT_EQ(host_irq_set_forwarded(rig.host, 36, true), 0);
    host_disable_irq_nosync(rig.host, 36);
    rig.line(36, true);
    rig.run();
    EXPECT_EQ(rig.writes(), (Strings{"EOIR 36", "ICENABLER 36", "ICACTIVER 36"}));
    EXPECT_EQ(h.runs, 0u);
    EXPECT_FALSE(rig.state(36) & GIC_ST_ACTIVE);
}

TEST_F(Flow, SharedLineCallsEveryHandlerInOrderOfRequest)
{
    std::string order;
    Handler a(true, [&] { order += 'a'; }), b(true, [&] { order += 'b'; }), c(true, [&] { order += 'c'; });
    request(36, a, false);
    request(36, b, false);
    request(36, c, false);
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(order, "abc");
    EXPECT_EQ(rig.writes(), (Strings{"EOIR 36", "DIR 36"}));
}

TEST_F(Flow, InterruptNobodyAskedForIsMasked)
{
    host_irq_set_state(rig.host, 50, HOST_IRQ_PENDING, true);
    gic_write(rig.gic, 0, GIC_DIST, GICD_ITARGETSR + 50, 1, 1);
    gic_write(rig.gic, 0, GIC_DIST, GICD_ISENABLER + 4, 4, 1u << 18);
    rig.writes();
    rig.run();
    EXPECT_EQ(rig.writes(), (Strings{"EOIR 50", "ICENABLER 50", "DIR 50"}));
}

TEST_F(Flow, InProgressIsForOtherCpusOnly)
{
    bool here = true, there = false;
    Handler h(false, [&] {
        here = host_irq_in_progress(rig.host, 36);
        rig.on(0);
        there = host_irq_in_progress(rig.host, 36);
        rig.on(1);
    });
    request(36, h, false, 1);
    EXPECT_FALSE(host_irq_in_progress(rig.host, 36));
    rig.pulse(36);
    rig.run();
    EXPECT_FALSE(here);
    EXPECT_TRUE(there);
    rig.on(0);
    EXPECT_FALSE(host_irq_in_progress(rig.host, 36));
}

TEST_F(Flow, HandlerRunsBetweenEntryAndExit)
{
    Handler h;
    request(36, h, false);
    rig.traced();
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(rig.traced(), (Strings{"irq_handler_entry 36", "irq_handler_exit 36"}));
}

} // namespace
