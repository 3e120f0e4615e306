// SPDX-License-Identifier: Apache-2.0
// What a list register is loaded with, and what that takes from the interrupt (section 1.6.1).
#include "fixture.hpp"

using namespace vgic_test;

namespace
{

struct State {
    bool level = false, hw = false, active = false, pending_latch = false, line_level = false;
    uint8_t source = 0, active_source = 0, group = 0, priority = 0xa0;
};

struct Case {
    const char *name;
    uint32_t intid;
    State before;
    bool pa_suppress_level;
    uint32_t lr; // 0: no list register used
    bool latch_after, line_after;
    uint8_t source_after;
};

std::ostream &operator<<(std::ostream &os, const Case &c)
{
    return os << c.name;
}

State level(bool line, bool latch = false, bool active = false)
{
    State s;
    s.level = true;
    s.line_level = line;
    s.pending_latch = latch;
    s.active = active;
    return s;
}

State edge(bool latch, bool active = false)
{
    State s;
    s.pending_latch = latch;
    s.active = active;
    return s;
}

State mapped(State s)
{
    s.hw = true;
    return s;
}

State sgi(uint8_t source, bool active = false, uint8_t active_source = 0)
{
    State s;
    s.priority = 0;
    s.source = source;
    s.pending_latch = source != 0;
    s.active = active;
    s.active_source = active_source;
    return s;
}

State group1(State s)
{
    s.group = 1;
    return s;
}

class Populate : public ::testing::TestWithParam<Case>
{
};

TEST_P(Populate, S1_6_1)
{
    const Case &c = GetParam();
    Config cfg;
    cfg.profile.pa_suppress_level = c.pa_suppress_level;
    Machine m(cfg);
    m.write(GICD_CTLR, 1);
    vgic_irq &irq = m.raw(c.intid);
    irq.level_config = c.before.level;
    irq.hw = c.before.hw;
    irq.hwintid = c.before.hw ? 36 : 0;
    irq.host_irq = 36;
    irq.active = c.before.active;
    irq.pending_latch = c.before.pending_latch;
    irq.line_level = c.before.line_level;
    irq.source = c.before.source;
    irq.active_source = c.before.active_source;
    irq.group = c.before.group;
    irq.priority = c.before.priority;
    irq.enabled = true;
    uint32_t reg = GICD_IGROUPR + c.intid / 32 * 4;
    m.write(reg, m.read(reg)); // changes nothing, but queues what belongs on a list
    m.flush();
    EXPECT_EQ(m.vif().lr[0], c.lr);
    EXPECT_EQ(m.vif().used_lrs, c.lr ? 1 : 0);
    EXPECT_EQ(irq.pending_latch, c.latch_after);
    EXPECT_EQ(irq.line_level, c.line_after);
    EXPECT_EQ(irq.source, c.source_after);
}

const Case cases[] = {
    {"EdgePending", 34, edge(true), true, 0x1a000022, false, false, 0},
    {"EdgeActive", 34, edge(false, true), true, 0x2a000022, false, false, 0},
    {"EdgePendingAndActive", 34, edge(true, true), true, 0x3a000022, false, false, 0},
    {"EdgeGroup1", 34, group1(edge(true)), true, 0x5a000022, false, false, 0},
    {"LevelPendingHasEoi", 34, level(true), true, 0x1a080022, false, true, 0},
    {"LevelLatchStaysSet", 34, level(false, true), true, 0x1a080022, true, false, 0},
    {"LevelActiveSuppressesPending", 34, level(true, false, true), true, 0x2a080022, false, true, 0},
    {"LevelActivePendingBefore4_16", 34, level(true, false, true), false, 0x3a080022, false, true, 0},
    {"HwLevelPendingLowersLine", 34, mapped(level(true)), true, 0x9a009022, false, false, 0},
    {"HwLevelActiveSuppressesPending", 34, mapped(level(true, false, true)), true, 0xaa009022, false, true, 0},
    {"HwLevelActiveNeverBoth", 34, mapped(level(true, false, true)), false, 0xaa009022, false, true, 0},
    {"HwEdgePending", 34, mapped(edge(true)), true, 0x9a009022, false, false, 0},
    {"HwEdgeActiveKeepsLatch", 34, mapped(edge(true, true)), true, 0xaa009022, true, false, 0},
    {"SgiOneSource", 1, sgi(0x1), true, 0x10000001, false, false, 0},
    {"SgiSourceTwo", 1, sgi(0x4), true, 0x10000801, false, false, 0},
    {"SgiLowestSourceFirst", 1, sgi(0x6), true, 0x10080401, true, false, 0x4},
    {"SgiActive", 1, sgi(0, true, 2), true, 0x20000801, false, false, 0},
    {"SgiActiveAndPendingShowsActiveWithEoi", 1, sgi(0x1, true, 2), true, 0x20080801, true, false, 0x1},
};

INSTANTIATE_TEST_SUITE_P(Table, Populate, ::testing::ValuesIn(cases),
                         [](const auto &test) { return std::string(test.param.name); });

} // namespace

TEST(PopulateMore, S1_6_1_TimerPpiMappedToItself)
{
    Machine m;
    m.write(GICD_CTLR, 1);
    EXPECT_EQ(vgic_map_irq(m.v, 0, 27, 27), 0);
    m.write(GICD_ISENABLER, 1u << 27);
    m.inject(27);
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0x90006c1bu);
}

TEST(PopulateMore, S1_6_1_SgiWithoutSourceIsDroppedAndCounted)
{
    Machine m;
    m.write(GICD_CTLR, 1);
    EXPECT_EQ(m.inject(3), 0);
    m.flush();
    EXPECT_EQ(m.vif().used_lrs, 0);
    EXPECT_EQ(m.stats().sgi_no_source, 1u);
    m.sync();
    EXPECT_EQ(m.irq(3).vcpu, VGIC_NO_VCPU);
}

TEST(PopulateMore, S1_6_1_PriorityLosesItsLowBits)
{
    Machine m;
    m.write(GICD_CTLR, 1);
    m.spi(34, false, 0x4f);
    m.inject(34);
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0x10000022u | 0x48u >> 3 << 23);
}

TEST(PopulateMore, TracesRegisterAndState)
{
    Machine m;
    m.write(GICD_CTLR, 1);
    m.spi(34, true);
    m.inject(34);
    m.events.clear();
    m.flush();
    EXPECT_EQ(m.events, Strings({"vgic_populate_lr 0 0 34 " + std::to_string(0x1a080022), "vgic_lr_state 0 34 1"}));
}
