// SPDX-License-Identifier: Apache-2.0
//
// When causes come: exactly, and the same ones every time.
#include <trapline/systemc/irq_traffic.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <stdexcept>

using namespace sc_core;
using trapline::irq_source;
using trapline::irq_times_read;
using trapline::irq_timetable;
using trapline::irq_traffic;

namespace
{

const sc_time ns(1, SC_NS), us(1, SC_US);

// Times of the causes of a table, in ps.
std::vector<uint64_t> times_of(const irq_timetable &table, const sc_time &until)
{
    std::vector<uint64_t> times;
    irq_traffic traffic(sc_gen_unique_name("traffic"), table, [&] { times.push_back(sc_time_stamp().value()); });
    sc_start(until);
    return times;
}

TEST(IrqTraffic, periodic_begins_at_the_start_and_ends_after_count)
{
    EXPECT_EQ(times_of(irq_timetable::periodic(10 * ns, 3).starting_at(5 * ns), us),
              (std::vector<uint64_t>{5000, 15000, 25000}));
}

TEST(IrqTraffic, a_rate_that_divides_nothing_does_not_drift)
{
    const auto times = times_of(irq_timetable::rate(3, us), 1000 * us);
    ASSERT_EQ(times.size(), 3000u); // sc_start() ends before the one that is due then
    EXPECT_EQ(times[1], 333333u);
    EXPECT_EQ(times[2], 666666u);
    for (size_t i = 0; i < 1000; i++)
        EXPECT_EQ(times[3 * i], i * 1000000);
}

// A cycle of 1.7 GHz is 588.235... ps.
TEST(IrqTraffic, ticks_of_a_clock_that_divides_nothing_do_not_drift)
{
    const auto times = times_of(irq_timetable::ticks(1700000000, 5, 1, 1700), 2 * us);
    ASSERT_EQ(times.size(), 1700u);
    for (uint64_t i = 0; i < times.size(); i++)
        ASSERT_EQ(times[i], 5 * 10000 / 17 + i * 10000 / 17);
}

TEST(IrqTraffic, bursts_have_their_gap_and_their_period)
{
    EXPECT_EQ(times_of(irq_timetable::bursts(100 * ns, 3, 2 * ns, 7), us),
              (std::vector<uint64_t>{0, 2000, 4000, 100000, 102000, 104000, 200000}));
}

TEST(IrqTraffic, a_burst_longer_than_its_period_goes_on_into_the_next)
{
    EXPECT_EQ(times_of(irq_timetable::bursts(3 * ns, 3, 2 * ns, 6), us),
              (std::vector<uint64_t>{0, 2000, 4000, 4000, 5000, 7000}));
}

TEST(IrqTraffic, a_burst_without_gap_is_all_at_one_time)
{
    EXPECT_EQ(times_of(irq_timetable::bursts(100 * ns, 2, SC_ZERO_TIME, 4), us),
              (std::vector<uint64_t>{0, 0, 100000, 100000}));
}

// These numbers are the same on every machine: no floating point is involved.
TEST(IrqTraffic, poisson_is_a_function_of_its_seed)
{
    EXPECT_EQ(times_of(irq_timetable::poisson(us, 1, 4), 100 * us),
              (std::vector<uint64_t>{566561, 1537563, 2414911, 2819053}));
}

TEST(IrqTraffic, poisson_gaps_have_the_mean_and_the_spread_of_an_exponential)
{
    const auto times = times_of(irq_timetable::poisson(us, 42, 100000), sc_time(1, SC_SEC));
    ASSERT_EQ(times.size(), 100000u);
    double sum = 0, squares = 0, beyond = 0;
    uint64_t before = 0;
    for (uint64_t t : times) {
        const double gap = double(t - before) / 1e6;
        before = t;
        sum += gap;
        squares += gap * gap;
        beyond += gap > 3.0;
    }
    // Standard errors are 0.003, 0.014 and 0.0007.
    EXPECT_NEAR(sum / 1e5, 1.0, 0.012);
    EXPECT_NEAR(squares / 1e5, 2.0, 0.06);
    EXPECT_NEAR(beyond / 1e5, std::exp(-3.0), 0.003);
}

TEST(IrqTraffic, replay_is_at_the_recorded_times)
{
    EXPECT_EQ(times_of(irq_timetable::replay({2 * ns, 2 * ns, 7 * ns}).starting_at(10 * ns), us),
              (std::vector<uint64_t>{12000, 12000, 17000}));
}

TEST(IrqTraffic, raises_its_source_and_stops_when_told)
{
    irq_source device("device");
    irq_traffic traffic("traffic", irq_timetable::periodic(10 * ns), device);
    sc_start(25 * ns);
    EXPECT_EQ(device.raised(), 1u);
    EXPECT_EQ(device.coalesced(), 2u);
    EXPECT_EQ(traffic.fired(), 3u);
    EXPECT_EQ(traffic.next(), 30 * ns);
    traffic.stop();
    sc_start(100 * ns);
    EXPECT_EQ(traffic.fired(), 3u);
    EXPECT_TRUE(traffic.finished());
}

TEST(IrqTraffic, a_cause_may_stop_it)
{
    irq_traffic *self = nullptr;
    irq_traffic traffic("traffic", irq_timetable::bursts(100 * ns, 5, SC_ZERO_TIME), [&] { self->stop(); });
    self = &traffic;
    sc_start(us);
    EXPECT_EQ(traffic.fired(), 1u);
}

TEST(IrqTraffic, refuses_tables_without_meaning)
{
    EXPECT_THROW(irq_traffic("a", irq_timetable::periodic(SC_ZERO_TIME), [] {}), std::invalid_argument);
    EXPECT_THROW(irq_traffic("b", irq_timetable::rate(0, us), [] {}), std::invalid_argument);
    EXPECT_THROW(irq_timetable::ticks(0, 1, 1), std::invalid_argument);
    EXPECT_THROW(irq_timetable::ticks(1, UINT64_MAX, 1), std::invalid_argument);
    EXPECT_THROW(irq_timetable::ticks(1, 0, UINT64_MAX), std::invalid_argument);
    EXPECT_THROW(irq_timetable::replay({2 * ns, ns}), std::invalid_argument);
}

// ---- files of times ------------------------------------------------------------------------------

TEST(IrqTimes, are_in_ns_or_have_a_unit)
{
    std::istringstream in("# recorded\n"
                          "10\n"
                          "12.5  13ns, 0.014 us # three of them\n"
                          "\n"
                          "1ms\r\n"
                          ".5 s\n");
    const auto times = irq_times_read(in, "times");
    std::vector<uint64_t> ps;
    for (const sc_time &t : times)
        ps.push_back(t.value());
    EXPECT_EQ(ps, (std::vector<uint64_t>{10000, 12500, 13000, 14000, 1000000000, 500000000000}));
}

struct BadTimes {
    const char *name, *text, *message;
};
class IrqTimesBad : public testing::TestWithParam<BadTimes>
{
};

TEST_P(IrqTimesBad, say_where_and_what)
{
    std::istringstream in(GetParam().text);
    try {
        irq_times_read(in, "f");
        FAIL() << "taken";
    } catch (const std::runtime_error &e) {
        EXPECT_STREQ(e.what(), GetParam().message);
    }
}
INSTANTIATE_TEST_SUITE_P(
    , IrqTimesBad,
    testing::Values(BadTimes{"word", "1\n  soon\n", "f:2:3: expected a time, such as 1500 or 1.5us"},
                    BadTimes{"sign", "-1\n", "f:1:1: expected a time, such as 1500 or 1.5us"},
                    BadTimes{"exponent", "1e9\n", "f:1:2: no unit of time: 'e' (fs, ps, ns, us, ms or s)"},
                    BadTimes{"two_points", "1.2.3\n", "f:1:1: expected a time, such as 1500 or 1.5us"},
                    BadTimes{"unit", "1 2min\n", "f:1:4: no unit of time: 'min' (fs, ps, ns, us, ms or s)"},
                    BadTimes{"falling", "5\n4\n", "f:2:1: earlier than the time before it, 5 ns"},
                    BadTimes{"below_the_resolution", "0.0001\n",
                             "f:1:1: finer than the time resolution of this simulation, 1 ps"},
                    BadTimes{"below_femtoseconds", "1.5fs\n", "f:1:1: finer than 1 fs"},
                    BadTimes{"huge", "18447 s\n", "f:1:1: too large: times end at 18446 s"}),
    [](const auto &info) { return info.param.name; });

TEST(IrqTimes, a_file_that_is_not_there_is_named)
{
    try {
        irq_timetable::replay_file("no/such/file");
        FAIL() << "taken";
    } catch (const std::runtime_error &e) {
        EXPECT_STREQ(e.what(), "no/such/file: cannot be opened");
    }
}

} // namespace
