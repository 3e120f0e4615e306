// SPDX-License-Identifier: Apache-2.0
//
// A host on the real GIC: a port that writes every access down, a timer per CPU, and a loop that lets
// each CPU run one step after the other. Steps take no time; time goes on with run_until().
#ifndef TRAPLINE_TESTS_HOST_RIG_HPP
#define TRAPLINE_TESTS_HOST_RIG_HPP

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <trapline/events.h>
#include <trapline/gic.h>
#include <trapline/gic_regs.h>
#include <trapline/host.h>

#include "list.hpp"

using Strings = std::vector<std::string>;

struct RigConfig {
    unsigned cpus = 2;
    bool lazy_disable = true;
    unsigned spis = 96;
};

class Rig
{
  public:
    static constexpr uint32_t kMaintenancePpi = 25;

    explicit Rig(const RigConfig &cfg = RigConfig());
    virtual ~Rig();
    Rig(const Rig &) = delete;
    Rig &operator=(const Rig &) = delete;

    // One step of a CPU, as the pCPU loop of a machine does it. false: idle, waiting or working.
    bool step(unsigned c);
    // All CPUs, until none gets on.
    void run();
    // The same, with time going on up to and including `at`.
    void run_until(sim_tick at);
    // From now on calls from outside happen on this CPU.
    void on(unsigned c)
    {
        host_set_this_cpu(host, &cpu[c]);
    }
    // Runs a step list to its end on CPU c, in a strand of its own and with nothing in between.
    int64_t call(unsigned c, const sim_proc &proc, void *obj, uint64_t r0 = 0, uint64_t r1 = 0, uint64_t r2 = 0,
                 uint64_t r3 = 0);
    int64_t signal(host_eventfd &e, unsigned c = 0)
    {
        return call(c, host_eventfd_signal_proc, &e);
    }

    void line(uint32_t intid, bool level)
    {
        gic_set_spi(gic, intid, level);
    }
    void pulse(uint32_t intid)
    {
        line(intid, true);
        line(intid, false);
    }
    uint32_t state(uint32_t intid) const
    {
        return gic_state(gic, 0, intid);
    }
    const host_irq &irq(uint32_t intid) const
    {
        return *host_irq_get(host, intid);
    }
    // What was written since the last time, without reads: "ICENABLER 36", "DIR 36", "SGIR 1 cpus 2".
    Strings writes();
    // The accesses of the CPU interface alone, reads included: "IAR 36".
    Strings interface();
    // The records since the last time.
    Strings traced();
    std::string broken() const;
    // A thread that lives as long as the host, which keeps a list of all.
    host_thread &thread()
    {
        return threads.emplace_back();
    }

    struct sim sim = {};
    struct gic *gic = nullptr;
    struct host *host = nullptr;
    std::array<sim_cpu, HOST_MAX_CPUS> cpu = {};
    std::array<bool, HOST_MAX_CPUS> wire = {};
    std::vector<unsigned> pokes;
    Strings programmed; // "0 100", "0 never"

  private:
    unsigned cpus;
    struct Access {
        bool write;
        gic_frame frame;
        std::string text;
    };
    struct Timer {
        sim_event ev = {};
        Rig *rig = nullptr;
        unsigned cpu = 0;
    };
    void record(bool write, gic_frame frame, uint32_t offset, uint32_t value);
    void program(unsigned c, sim_tick at);
    std::vector<Access> log;
    Strings events;
    std::deque<host_thread> threads;
    std::array<Timer, HOST_MAX_CPUS> timer;
};

// A requested interrupt with a handler that does what the test wants (by default: counts).
struct Handler {
    explicit Handler(bool shared = false, std::function<void()> work = {})
        : list({[this, what = std::move(work)](sim_strand *s, sim_frame *f) {
                   runs++;
                   intid = f->r[0];
                   if (what)
                       what();
                   s->ret = 1;
                   return static_cast<int>(SIM_RET);
               }},
               SIM_MASKED)
    {
        action.handler = &list.proc;
        action.obj = &list;
        action.shared = shared;
    }
    List list;
    host_irqaction action = {};
    unsigned runs = 0;
    uint64_t intid = 0;
};

class HostTest : public ::testing::Test
{
  protected:
    explicit HostTest(const RigConfig &cfg = RigConfig()) : rig(cfg)
    {
    }
    void request(uint32_t intid, Handler &h, bool level, unsigned cpu = 0)
    {
        ASSERT_EQ(host_irq_request(rig.host, intid, &h.action, level, cpu), 0);
        host_enable_irq(rig.host, intid);
        rig.writes();
    }
    Rig rig;
};

#endif
