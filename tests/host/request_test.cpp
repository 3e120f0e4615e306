// SPDX-License-Identifier: Apache-2.0
// request_irq and free_irq, enable and disable with their depth, and what the irqchip driver writes.
#include "rig.hpp"

#include <cerrno>

namespace
{

class Request : public HostTest
{
  protected:
    int ask(uint32_t intid, Handler &h, bool level = true, unsigned cpu = 0)
    {
        return host_irq_request(rig.host, intid, &h.action, level, cpu);
    }
};

TEST_F(Request, LeavesTheLineDisabledUntilEnable) // NO_AUTOEN
{
    Handler h;
    ASSERT_EQ(ask(36, h), 0);
    EXPECT_EQ(rig.irq(36).depth, 1u);
    rig.line(36, true);
    rig.run();
    EXPECT_EQ(h.runs, 0u);
    EXPECT_FALSE(rig.state(36) & GIC_ST_ENABLED);
    rig.on(0);
    rig.writes();
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.writes(), Strings{"ISENABLER 36"});
    EXPECT_EQ(rig.irq(36).depth, 0u);
    EXPECT_FALSE(rig.irq(36).masked);
}

struct ConfigCase {
    uint32_t intid;
    bool level;
    unsigned cpu;
};
class RequestConfig : public Request, public ::testing::WithParamInterface<ConfigCase>
{
};

TEST_P(RequestConfig, WritesTriggerAndAffinityOfThisLineOnly)
{
    const ConfigCase &c = GetParam();
    Handler other, h;
    ASSERT_EQ(ask(c.intid ^ 1, other, !c.level, 1), 0); // shares both registers
    ASSERT_EQ(ask(c.intid, h, c.level, c.cpu), 0);
    EXPECT_EQ(!(rig.state(c.intid) & GIC_ST_EDGE), c.level);
    EXPECT_EQ(!(rig.state(c.intid ^ 1) & GIC_ST_EDGE), !c.level);
    EXPECT_EQ(gic_peek(rig.gic, 0, GIC_DIST, GICD_ITARGETSR + c.intid, 1), 1u << c.cpu);
    EXPECT_EQ(gic_peek(rig.gic, 0, GIC_DIST, GICD_ITARGETSR + (c.intid ^ 1), 1), 2u);
    EXPECT_EQ(rig.irq(c.intid).level, c.level);
}
INSTANTIATE_TEST_SUITE_P(Host, RequestConfig,
                         ::testing::Values(ConfigCase{32, true, 0}, ConfigCase{36, false, 0}, ConfigCase{47, true, 1},
                                           ConfigCase{127, false, 1}));

class RequestBad : public Request, public ::testing::WithParamInterface<uint32_t>
{
};

TEST_P(RequestBad, IsNoSpiOfThisGic)
{
    Handler h;
    EXPECT_EQ(ask(GetParam(), h), -EINVAL);
    EXPECT_EQ(host_irq_get(rig.host, GetParam()), nullptr);
    EXPECT_EQ(host_irq_set_forwarded(rig.host, GetParam(), true), -EINVAL);
    EXPECT_FALSE(host_irq_in_progress(rig.host, GetParam()));
    host_enable_irq(rig.host, GetParam());
    host_disable_irq_nosync(rig.host, GetParam());
    host_irq_free(rig.host, GetParam(), &h.action);
    EXPECT_EQ(rig.writes(), Strings{});
}
INSTANTIATE_TEST_SUITE_P(Host, RequestBad, ::testing::Values(0u, 15u, 27u, 31u, 128u, 1019u, 1020u, 5000u));

struct SharingCase {
    bool first, second;
    int expected;
};
class RequestTwice : public Request, public ::testing::WithParamInterface<SharingCase>
{
};

TEST_P(RequestTwice, IsBusyUnlessBothShare)
{
    Handler a(GetParam().first), b(GetParam().second);
    ASSERT_EQ(ask(36, a), 0);
    EXPECT_EQ(ask(36, b), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Host, RequestTwice,
                         ::testing::Values(SharingCase{false, false, -EBUSY}, SharingCase{false, true, -EBUSY},
                                           SharingCase{true, false, -EBUSY}, SharingCase{true, true, 0}));

TEST_F(Request, EveryUserOfASharedLineEnablesForItself)
{
    Handler a(true), b(true);
    request(36, a, true);
    ASSERT_EQ(ask(36, b), 0);
    EXPECT_EQ(rig.irq(36).depth, 1u);
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.irq(36).depth, 0u);
}

TEST_F(Request, FreeOfTheLastActionMasks)
{
    Handler a(true), b(true);
    request(36, a, true);
    request(36, b, true);
    host_irq_free(rig.host, 36, &a.action);
    EXPECT_EQ(rig.writes(), Strings{});
    EXPECT_EQ(rig.irq(36).action, &b.action);
    host_irq_free(rig.host, 36, &b.action);
    EXPECT_EQ(rig.writes(), Strings{"ICENABLER 36"});
    EXPECT_EQ(rig.irq(36).action, nullptr);
    EXPECT_EQ(rig.irq(36).depth, 1u);
}

TEST_F(Request, FreeOfAForwardedLineReleasesIt) // 6.6 (a)
{
    Handler h;
    request(36, h, true);
    ASSERT_EQ(host_irq_set_forwarded(rig.host, 36, true), 0);
    rig.line(36, true);
    rig.run();
    rig.line(36, false);
    EXPECT_TRUE(rig.state(36) & GIC_ST_ACTIVE);
    rig.writes();
    host_irq_free(rig.host, 36, &h.action);
    EXPECT_EQ(rig.writes(), (Strings{"ICENABLER 36", "ICACTIVER 36"}));
    EXPECT_FALSE(rig.state(36) & GIC_ST_ACTIVE);
}

TEST_F(Request, FreedLineCanBeRequestedAgain)
{
    Handler a, b;
    request(36, a, true);
    host_irq_free(rig.host, 36, &a.action);
    ASSERT_EQ(ask(36, b, false), 0);
    EXPECT_EQ(rig.irq(36).depth, 1u);
    host_enable_irq(rig.host, 36);
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(a.runs, 0u);
    EXPECT_EQ(b.runs, 1u);
}

TEST_F(Request, NextOwnersTriggerAndAffinityReplaceTheLasts)
{
    Handler a, b;
    ASSERT_EQ(ask(36, a, false, 0), 0);
    host_irq_free(rig.host, 36, &a.action);
    ASSERT_EQ(ask(36, b, true, 1), 0);
    EXPECT_FALSE(rig.state(36) & GIC_ST_EDGE);
    EXPECT_EQ(gic_peek(rig.gic, 0, GIC_DIST, GICD_ITARGETSR + 36, 1), 2u);
}

TEST_F(Request, EdgeRememberedForAnOwnerThatLeftIsNotReplayedToTheNext)
{
    Handler a, b;
    request(36, a, false);
    host_disable_irq_nosync(rig.host, 36);
    rig.pulse(36);
    rig.run();
    EXPECT_TRUE(rig.irq(36).pending);
    rig.on(0);
    host_irq_free(rig.host, 36, &a.action);
    request(36, b, false);
    rig.run();
    EXPECT_EQ(b.runs, 0u);
}

// ---- depth ---------------------------------------------------------------------------------------

TEST_F(Request, DisablesNest)
{
    Handler h;
    request(36, h, true);
    for (unsigned depth = 1; depth <= 3; depth++) {
        host_disable_irq_nosync(rig.host, 36);
        EXPECT_EQ(rig.irq(36).depth, depth);
    }
    rig.line(36, true);
    for (unsigned depth = 2; depth <= 2; depth--) { // 2, 1, 0
        rig.run();
        EXPECT_EQ(h.runs, 0u);
        rig.on(0);
        if (depth == 0)
            rig.line(36, false);
        host_enable_irq(rig.host, 36);
        EXPECT_EQ(rig.irq(36).depth, depth);
    }
    rig.traced();
}

TEST_F(Request, UnbalancedEnableMeansNothing)
{
    Handler h;
    request(36, h, true);
    rig.traced();
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.irq(36).depth, 0u);
    EXPECT_EQ(rig.writes(), Strings{});
    EXPECT_EQ(rig.traced(), Strings{});
}

TEST_F(Request, DepthIsTraced)
{
    Handler h;
    request(36, h, true);
    rig.traced();
    host_disable_irq_nosync(rig.host, 36);
    host_disable_irq_nosync(rig.host, 36);
    host_enable_irq(rig.host, 36);
    EXPECT_EQ(rig.traced(), (Strings{"irq_disable 36 1", "irq_disable 36 2", "irq_enable 36 1"}));
}

// ---- state ---------------------------------------------------------------------------------------

struct StateCase {
    host_irqchip_state which;
    bool on;
    const char *written;
};
class IrqchipState : public Request, public ::testing::WithParamInterface<StateCase>
{
};

TEST_P(IrqchipState, IsWrittenToItsRegisterAndReadBack)
{
    const StateCase &c = GetParam();
    Handler h;
    ASSERT_EQ(ask(69, h, false), 0); // an edge: a level's pending state follows its line
    host_irq_set_state(rig.host, 69, c.which, !c.on);
    EXPECT_EQ(host_irq_get_state(rig.host, 69, c.which), !c.on);
    rig.writes();
    host_irq_set_state(rig.host, 69, c.which, c.on);
    EXPECT_EQ(rig.writes(), Strings{c.written});
    EXPECT_EQ(host_irq_get_state(rig.host, 69, c.which), c.on);
    EXPECT_FALSE(host_irq_get_state(rig.host, 68, c.which));
}
INSTANTIATE_TEST_SUITE_P(Host, IrqchipState,
                         ::testing::Values(StateCase{HOST_IRQ_PENDING, true, "ISPENDR 69"},
                                           StateCase{HOST_IRQ_PENDING, false, "ICPENDR 69"},
                                           StateCase{HOST_IRQ_ACTIVE, true, "ISACTIVER 69"},
                                           StateCase{HOST_IRQ_ACTIVE, false, "ICACTIVER 69"}));

TEST_F(Request, ForwardingIsAMarkOfTheDescriptorOnly)
{
    EXPECT_EQ(host_irq_set_forwarded(rig.host, 40, true), 0);
    EXPECT_TRUE(rig.irq(40).forwarded);
    EXPECT_EQ(host_irq_set_forwarded(rig.host, 40, false), 0);
    EXPECT_FALSE(rig.irq(40).forwarded);
    EXPECT_EQ(rig.writes(), Strings{});
}

// ---- creation ------------------------------------------------------------------------------------

struct BadConfig {
    unsigned cpus, spis;
    size_t size;
};
class HostNew : public ::testing::TestWithParam<BadConfig>
{
};

TEST_P(HostNew, RefusesWhatItCannotBe)
{
    host_config cfg = {};
    cfg.struct_size = GetParam().size;
    cfg.cpus = GetParam().cpus;
    cfg.spis = GetParam().spis;
    cfg.port.read = [](void *, unsigned, gic_frame, uint32_t) { return 0u; };
    cfg.port.write = [](void *, unsigned, gic_frame, uint32_t, uint32_t) {};
    host *h = nullptr;
    const int ret = host_new(&cfg, &h);
    EXPECT_EQ(ret, -EINVAL);
    EXPECT_EQ(h, nullptr);
    host_free(h);
}
INSTANTIATE_TEST_SUITE_P(Host, HostNew,
                         ::testing::Values(BadConfig{0, 96, sizeof(host_config)}, BadConfig{9, 96, sizeof(host_config)},
                                           BadConfig{1, 989, sizeof(host_config)},
                                           BadConfig{1, UINT32_MAX - 8, sizeof(host_config)}, BadConfig{1, 96, 0},
                                           BadConfig{1, 96, sizeof(host_config) - 1}));

TEST(HostInit, EnablesEveryInterfaceInSplitMode)
{
    RigConfig cfg;
    cfg.cpus = 3;
    const Rig rig(cfg);
    for (unsigned c = 0; c < 3; c++) {
        EXPECT_EQ(gic_peek(rig.gic, c, GIC_CPU, GICC_CTLR, 4), 0x201u);
        EXPECT_EQ(gic_peek(rig.gic, c, GIC_CPU, GICC_PMR, 4), 0xf0u);
        EXPECT_TRUE(gic_state(rig.gic, c, HOST_PTIMER_PPI) & GIC_ST_ENABLED);
        EXPECT_TRUE(gic_state(rig.gic, c, Rig::kMaintenancePpi) & GIC_ST_ENABLED);
        EXPECT_FALSE(gic_state(rig.gic, c, 27) & GIC_ST_ENABLED);
        EXPECT_EQ(gic_peek(rig.gic, c, GIC_DIST, GICD_IPRIORITYR + 28, 4), 0xa0a0a0a0u);
    }
    EXPECT_EQ(gic_peek(rig.gic, 0, GIC_DIST, GICD_CTLR, 4), 1u);
    EXPECT_EQ(gic_peek(rig.gic, 0, GIC_DIST, GICD_IPRIORITYR + 124, 4), 0xa0a0a0a0u);
}

} // namespace
