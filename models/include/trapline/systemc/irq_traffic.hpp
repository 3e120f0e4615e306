// SPDX-License-Identifier: Apache-2.0
//
// trapline/systemc/irq_traffic.hpp - gives an irq_source reasons to interrupt, in simulated time.
//
// All times are whole multiples of the time resolution, computed with integers: nothing drifts, and the same
// configuration gives the same times on every machine.
#pragma once

#include <trapline/systemc/irq_source.hpp>

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <systemc>
#include <vector>

namespace trapline
{

// When causes come. Make one with the functions below; `start` is added to every time of it.
struct irq_timetable {
    enum class kind { periodic, poisson, bursts, replay };

    // `count` causes (0: without end), one every period, the first at the start.
    static irq_timetable periodic(sc_core::sc_time period, uint64_t count = 0);
    // The same for rates whose period is no multiple of the time resolution: cause n comes at n * span / causes,
    // rounded down. rate(3, 1 s) has exactly three in every second.
    static irq_timetable rate(uint64_t causes, sc_core::sc_time span, uint64_t count = 0);
    // On a clock of `hz`: the first cause in tick `start`, the next ones every `every` ticks. Exact for clocks whose
    // period is no multiple of the time resolution (1.7 GHz): start and distances are rounded down, each once. Throws
    // std::invalid_argument if the times do not fit into SystemC's.
    static irq_timetable ticks(uint64_t hz, uint64_t start, uint64_t every, uint64_t count = 0);
    // A Poisson process: independent gaps with this mean, the first gap before the first cause.
    static irq_timetable poisson(sc_core::sc_time mean, uint64_t seed, uint64_t count = 0);
    // Every period `size` causes, `gap` apart (zero: all at once); `count` is of causes, not of bursts. A burst that
    // is longer than the period overlaps with nothing: the next one follows its last cause.
    static irq_timetable bursts(sc_core::sc_time period, uint64_t size, sc_core::sc_time gap, uint64_t count = 0);
    // At these times, which must not decrease. Throws std::invalid_argument if they do.
    static irq_timetable replay(std::vector<sc_core::sc_time> times);
    // At the times in a file (irq_times_read). Throws std::runtime_error.
    static irq_timetable replay_file(const std::string &path);

    irq_timetable &starting_at(sc_core::sc_time t)
    {
        start = t;
        return *this;
    }

    kind what = kind::replay;
    sc_core::sc_time start = sc_core::SC_ZERO_TIME;
    sc_core::sc_time period, gap;        // periodic: of `per_period` causes; poisson: the mean; bursts: both
    uint64_t per_period = 1;             // periodic: causes in a period; bursts: in a burst
    uint64_t count = 0;                  // 0: without end
    uint64_t seed = 0;                   // poisson
    std::vector<sc_core::sc_time> times; // replay
};

// Reads times: numbers, each with a unit (fs, ps, ns, us, ms, s; directly behind it or after spaces) or in ns without
// one; as many on a line as you like, `#` begins a comment. They must not decrease, and they must be multiples of the
// time resolution. Throws std::runtime_error "NAME:LINE:COLUMN: what is wrong".
std::vector<sc_core::sc_time> irq_times_read(std::istream &in, const std::string &name);

class irq_traffic : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(irq_traffic);
    // Calls source.raise() or cause() at the times of the table, counted from the start of the simulation. The source
    // has to outlive it. Throws std::invalid_argument for a table that has no meaning (a period of zero without a
    // count).
    irq_traffic(sc_core::sc_module_name name, const irq_timetable &table, irq_source &source);
    irq_traffic(sc_core::sc_module_name name, const irq_timetable &table, std::function<void()> cause);

    // No more causes from now on.
    void stop();
    uint64_t fired() const
    {
        return fired_;
    } // causes so far
    bool finished() const
    {
        return finished_;
    } // there will be no more
    // Time of the next cause; meaningless once it has finished.
    sc_core::sc_time next() const
    {
        return sc_core::sc_time::from_value(next_);
    }

  private:
    void prepare();
    bool advance();
    void fire();
    uint64_t exponential(uint64_t mean);
    uint64_t random();

    irq_timetable table_;
    std::function<void()> cause_;
    sc_core::sc_event due_;
    uint64_t next_ = 0; // in units of the time resolution
    uint64_t last_ = 0; // the one before, without start
    uint64_t fired_ = 0;
    uint64_t random_ = 0;
    bool finished_ = false;
};

} // namespace trapline
