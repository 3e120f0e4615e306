// SPDX-License-Identifier: Apache-2.0
// Hardware that raises interrupts: level with several clears, edge pulses, coalescing, timetables.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include <trapline/devices.h>
#include <trapline/events.h>

namespace
{

using Strings = std::vector<std::string>;

class Device : public ::testing::Test
{
  protected:
    Device()
    {
        EXPECT_EQ(sim_init(&sim, 2), 0);
        d.sim = &sim;
        d.intid = 36;
        d.level = true;
        d.clears = 1;
        d.ctx = this;
        d.set_line = [](void *ctx, irq_device *dev, bool level) {
            auto *self = static_cast<Device *>(ctx);
            EXPECT_EQ(dev, &self->d);
            EXPECT_EQ(dev->line, level); // already true for whoever looks
            self->wire.push_back(level);
        };
        sim_sink s = {};
        s.ctx = this;
        s.levels = SIM_LIFE;
        s.record = [](void *ctx, const sim_record *r) {
            std::string text = trapline_event_find(r->id)->name;
            for (unsigned i = 0; i < r->nargs; i++)
                text += " " + std::to_string(r->arg[i]);
            EXPECT_EQ(r->cpu, SIM_NO_CPU);
            static_cast<Device *>(ctx)->events.push_back(text);
        };
        EXPECT_EQ(sim_add_sink(&sim, s), 0);
    }
    ~Device() override
    {
        sim_fini(&sim);
    }
    struct sim sim = {};
    irq_device d = {};
    std::vector<bool> wire;
    Strings events;
};

class DeviceClears : public Device, public ::testing::WithParamInterface<unsigned>
{
};

TEST_P(DeviceClears, LevelStaysUpUntilTheLastClear)
{
    d.clears = GetParam();
    const unsigned needed = GetParam() ? GetParam() : 1;
    EXPECT_TRUE(irq_device_raise(&d));
    EXPECT_EQ(wire, std::vector<bool>{true});
    for (unsigned i = 1; i < needed; i++) {
        irq_device_clear(&d);
        EXPECT_TRUE(d.line) << i;
    }
    irq_device_clear(&d);
    EXPECT_FALSE(d.line);
    EXPECT_EQ(wire, (std::vector<bool>{true, false}));
}
INSTANTIATE_TEST_SUITE_P(Device, DeviceClears, ::testing::Values(0u, 1u, 2u, 5u));

TEST_F(Device, ClearOfAQuietDeviceIsIgnored)
{
    irq_device_clear(&d);
    irq_device_raise(&d);
    irq_device_clear(&d);
    irq_device_clear(&d);
    EXPECT_EQ(wire, (std::vector<bool>{true, false}));
    EXPECT_EQ(d.remaining, 0u);
}

TEST_F(Device, EdgeIsAPulseWithoutAnythingToClear)
{
    d.level = false;
    EXPECT_TRUE(irq_device_raise(&d));
    EXPECT_FALSE(d.line);
    EXPECT_EQ(d.remaining, 0u);
    irq_device_clear(&d);
    EXPECT_TRUE(irq_device_raise(&d));
    EXPECT_EQ(wire, (std::vector<bool>{true, false, true, false}));
    EXPECT_EQ(d.raised, 2u);
    EXPECT_EQ(d.coalesced, 0u);
}

TEST_F(Device, CauseThatFindsTheLineUpIsCoalesced)
{
    d.clears = 2;
    EXPECT_TRUE(irq_device_raise(&d));
    irq_device_clear(&d);
    EXPECT_FALSE(irq_device_raise(&d));
    EXPECT_EQ(d.remaining, 1u); // not longer than the first cause takes
    irq_device_clear(&d);
    EXPECT_FALSE(d.line);
    EXPECT_EQ(d.raised, 1u);
    EXPECT_EQ(d.coalesced, 1u);
    EXPECT_EQ(wire.size(), 2u);
}

TEST_F(Device, WhatHappensIsTraced)
{
    irq_device_raise(&d);
    irq_device_raise(&d);
    irq_device_clear(&d);
    EXPECT_EQ(events, (Strings{"device_event 36 0", "device_line 36 1", "device_event 36 1", "device_clear 36 0",
                               "device_line 36 0"}));
}

class Traffic : public ::testing::Test
{
  protected:
    Traffic()
    {
        EXPECT_EQ(sim_init(&sim, 1), 0);
        t.ctx = this;
        t.raise = [](void *ctx) {
            auto *self = static_cast<Traffic *>(ctx);
            self->times.push_back(self->sim.now);
        };
    }
    ~Traffic() override
    {
        sim_fini(&sim);
    }
    void run(sim_tick start, sim_tick every, uint64_t count, sim_tick t0)
    {
        t.start = start;
        t.every = every;
        t.left = count;
        ASSERT_EQ(irq_traffic_begin(&sim, &t, t0), 0);
        while (sim_fire_next(&sim))
            ;
    }
    struct sim sim = {};
    irq_traffic t = {};
    std::vector<sim_tick> times;
};

using Times = std::vector<sim_tick>;

TEST_F(Traffic, FirstAtStartThenRegularly)
{
    run(5, 10, 4, 100);
    EXPECT_EQ(times, (Times{105, 115, 125, 135}));
    EXPECT_EQ(t.left, 0u);
}

TEST_F(Traffic, OnceIsOnce)
{
    run(0, 10, 1, 0);
    EXPECT_EQ(times, Times{0});
}

TEST_F(Traffic, NoneIsNothing)
{
    run(0, 10, 0, 0);
    EXPECT_EQ(times, Times{});
}

TEST_F(Traffic, WithoutDistanceAllAtOnce)
{
    run(3, 0, 3, 4);
    EXPECT_EQ(times, (Times{7, 7, 7}));
}

TEST_F(Traffic, FullQueueIsReported)
{
    sim_event other = {};
    ASSERT_EQ(sim_at(&sim, &other, 1), 0);
    t.left = 1;
    EXPECT_EQ(irq_traffic_begin(&sim, &t, 0), -ENOSPC);
}

} // namespace
