// SPDX-License-Identifier: Apache-2.0
#include <trapline/systemc/irq_traffic.hpp>

#include <numeric>
#include <stdexcept>
#include <utility>

using namespace sc_core;

namespace trapline
{

__extension__ typedef unsigned __int128 wide; // a product of two times

irq_timetable irq_timetable::periodic(sc_time period, uint64_t count)
{
    return rate(1, period, count);
}

irq_timetable irq_timetable::rate(uint64_t causes, sc_time span, uint64_t count)
{
    irq_timetable t;
    t.what = kind::periodic;
    t.period = span;
    t.per_period = causes;
    t.count = count;
    return t;
}

irq_timetable irq_timetable::ticks(uint64_t hz, uint64_t start, uint64_t every, uint64_t count)
{
    if (!hz)
        throw std::invalid_argument("irq_timetable: a clock of 0 Hz");
    const uint64_t second = sc_time(1, SC_SEC).value(), common = std::gcd(second, hz);
    const wide period = wide(every) * (second / common), first = wide(start) * second / hz;
    if (period > UINT64_MAX || first > UINT64_MAX)
        throw std::invalid_argument("irq_timetable: " + std::to_string(start) + " and every " + std::to_string(every) +
                                    " ticks are beyond the end of time");
    return rate(hz / common, sc_time::from_value(uint64_t(period)), count)
        .starting_at(sc_time::from_value(uint64_t(first)));
}

irq_timetable irq_timetable::poisson(sc_time mean, uint64_t seed, uint64_t count)
{
    irq_timetable t;
    t.what = kind::poisson;
    t.period = mean;
    t.seed = seed;
    t.count = count;
    return t;
}

irq_timetable irq_timetable::bursts(sc_time period, uint64_t size, sc_time gap, uint64_t count)
{
    irq_timetable t;
    t.what = kind::bursts;
    t.period = period;
    t.per_period = size;
    t.gap = gap;
    t.count = count;
    return t;
}

irq_timetable irq_timetable::replay(std::vector<sc_time> times)
{
    for (size_t i = 1; i < times.size(); i++)
        if (times[i] < times[i - 1])
            throw std::invalid_argument("irq_timetable: time " + std::to_string(i) + ", " + times[i].to_string() +
                                        ", is earlier than the one before it");
    irq_timetable t;
    t.what = kind::replay;
    t.count = times.size();
    t.times = std::move(times);
    return t;
}

irq_traffic::irq_traffic(sc_module_name name, const irq_timetable &table, irq_source &source)
    : sc_module(name), table_(table), cause_([&source] { source.raise(); })
{
    prepare();
}

irq_traffic::irq_traffic(sc_module_name name, const irq_timetable &table, std::function<void()> cause)
    : sc_module(name), table_(table), cause_(std::move(cause))
{
    prepare();
}

void irq_traffic::prepare()
{
    const bool replays = table_.what == irq_timetable::kind::replay;
    if (!replays && !table_.per_period)
        throw std::invalid_argument(std::string(this->name()) + ": no causes in a period");
    if (!replays && !table_.count && table_.period == SC_ZERO_TIME)
        throw std::invalid_argument(std::string(this->name()) + ": a period of zero without a count never ends");
    random_ = table_.seed;
    finished_ = !advance();

    SC_METHOD(fire);
    sensitive << due_;
}

// splitmix64: every seed is a good one.
uint64_t irq_traffic::random()
{
    uint64_t z = random_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/*
 * An exponential variate by von Neumann's method of 1951, which only compares uniform numbers: no logarithm, whose
 * last bit differs between C libraries. A run of falling numbers u1 > u2 > ... > un <= un+1 is accepted if n is odd;
 * then the variate is u1 plus the number of rejected runs before.
 */
uint64_t irq_traffic::exponential(uint64_t mean)
{
    for (uint64_t whole = 0;; whole++) {
        const uint64_t first = random();
        uint64_t last = first;
        bool odd = true;
        for (uint64_t u = random(); u < last; u = random()) {
            last = u;
            odd = !odd;
        }
        if (odd)
            return whole * mean + uint64_t(wide(mean) * first >> 64);
    }
}

// Computes next_, the time of cause number fired_. False: there is none.
bool irq_traffic::advance()
{
    if (table_.what == irq_timetable::kind::replay ? fired_ == table_.times.size()
                                                   : table_.count && fired_ == table_.count)
        return false;
    const uint64_t period = table_.period.value(), n = fired_;
    const uint64_t burst = n / table_.per_period, within = n % table_.per_period;
    switch (table_.what) {
    case irq_timetable::kind::periodic:
        last_ = uint64_t(wide(n) * period / table_.per_period);
        break;
    case irq_timetable::kind::poisson:
        last_ += exponential(period);
        break;
    case irq_timetable::kind::bursts: {
        const uint64_t at = burst * period + within * table_.gap.value();
        last_ = at > last_ ? at : last_;
        break;
    }
    case irq_timetable::kind::replay:
        last_ = table_.times[n].value();
        break;
    }
    next_ = table_.start.value() + last_;
    return true;
}

// Runs at time 0 and whenever something is due. All causes of one instant are raised one after the other.
void irq_traffic::fire()
{
    const uint64_t now = sc_time_stamp().value();
    while (!finished_ && next_ <= now) {
        fired_++;
        // The next time first: the cause may ask for it, or stop us.
        finished_ = !advance();
        cause_();
    }
    if (!finished_)
        due_.notify(sc_time::from_value(next_ - now));
}

void irq_traffic::stop()
{
    finished_ = true;
    due_.cancel();
}

} // namespace trapline
