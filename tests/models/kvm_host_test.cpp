// SPDX-License-Identifier: Apache-2.0
//
// The machine as an initiator: its results under SystemC, with devices of its own and of SystemC's, and what it
// refuses.
#include <trapline/systemc/irq_traffic.hpp>
#include <trapline/systemc/kvm_host.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

using namespace sc_core;
using trapline::gic400;
using trapline::irq_source;
using trapline::irq_source_config;
using trapline::irq_timetable;
using trapline::irq_traffic;
using trapline::kvm_host;

namespace
{

// One device, one vCPU on CPU 1, kernel 6.1; every primitive costs 7 ns.
struct Story {
    machine_config cfg{};
    std::vector<machine_vcpu> vcpus{{1}};
    std::vector<machine_device> devices;
    std::vector<machine_route> routes;
    std::vector<machine_handler> handlers;
    std::vector<machine_traffic> traffic;

    explicit Story(uint64_t tick_hz = 1000000000)
    {
        cfg.struct_size = sizeof cfg;
        cfg.platform.cpus = 2;
        cfg.platform.spis = 96;
        cfg.platform.list_registers = 4;
        cfg.platform.priority_bits = 5;
        cfg.kernel = *machine_kernel_find("6.1");
        cfg.costs.tick_hz = tick_hz;
        std::strcpy(cfg.costs.name, "test");
        for (auto &p : cfg.costs.price) {
            p.priced = true;
            p.net = p.gross = 7;
        }
    }
    void add(machine_trigger trigger, uint32_t spi, uint32_t guest_spi, unsigned cpu, uint64_t count, sim_tick every,
             bool forward = false)
    {
        const auto i = static_cast<unsigned>(devices.size());
        machine_device d{};
        std::snprintf(d.name, sizeof d.name, "dev%u", i);
        d.kind = MACHINE_VFIO_PLATFORM;
        d.trigger = trigger;
        d.spi = spi;
        d.cpu = cpu;
        d.clears = 1;
        devices.push_back(d);
        routes.push_back({i, guest_spi, 0, trigger == MACHINE_LEVEL, forward, 0xa0});
        handlers.push_back({guest_spi, 0, static_cast<int>(i)});
        traffic.push_back({i, 1000, every, count});
    }
    const machine_config &config()
    {
        cfg.vcpus = vcpus.data();
        cfg.nvcpus = vcpus.size();
        cfg.devices = devices.data();
        cfg.ndevices = devices.size();
        cfg.routes = routes.data();
        cfg.nroutes = routes.size();
        cfg.handlers = handlers.data();
        cfg.nhandlers = handlers.size();
        cfg.traffic = traffic.data();
        cfg.ntraffic = traffic.size();
        return cfg;
    }
};

// Every metric, and the exits by cause with their times.
std::string results(machine *m)
{
    std::string out;
    size_t n = 0;
    const machine_metric *all = machine_metrics(m, &n);
    for (size_t i = 0; i < n; i++)
        out += std::string(all[i].name) + "=" +
               (all[i].valid ? (all[i].real ? std::to_string(all[i].r) : std::to_string(all[i].u)) : "-") + "\n";
    for (int c = 0; c < MACHINE_EXIT_COUNT; c++) {
        const auto s = machine_exit_stats(m, static_cast<machine_exit_cause>(c));
        out += std::to_string(s.samples) + " " + std::to_string(s.time_total) + "\n";
    }
    return out + std::to_string(machine_elapsed(m));
}

std::string c_engine(Story &story)
{
    machine *m = nullptr;
    char why[200];
    EXPECT_EQ(machine_new(&story.config(), &m, why, sizeof why), 0) << why;
    EXPECT_EQ(machine_run(m), 0) << machine_error(m);
    std::string out = results(m);
    machine_free(m);
    return out;
}

void mixed(Story &s)
{
    s.add(MACHINE_LEVEL, 50, 40, 1, 30, 4000, true);
    s.add(MACHINE_LEVEL, 51, 41, 0, 30, 5000);
    s.add(MACHINE_EDGE, 52, 42, 0, 30, 900);
}

struct Param {
    const char *name;
    const char *kernel;
    uint64_t tick_hz;
    machine_guest_loop loop;
};

class KvmHost : public testing::TestWithParam<Param>
{
};

// At quantum 0, lines as calls, devices stepped by the machine.
TEST_P(KvmHost, results_are_those_of_the_c_engine)
{
    Story story(GetParam().tick_hz);
    story.cfg.kernel = *machine_kernel_find(GetParam().kernel);
    story.cfg.guest_loop = GetParam().loop;
    mixed(story);
    const std::string want = c_engine(story);

    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    host.connect(gic);
    sc_start();
    ASSERT_TRUE(host.finished());
    EXPECT_EQ(host.status(), 0) << host.error();
    EXPECT_EQ(results(host.handle()), want);
    EXPECT_EQ(gic_check(gic.handle(), nullptr, 0), 0);
    const sc_time last(29 * 5000.0 / static_cast<double>(GetParam().tick_hz), SC_SEC);
    EXPECT_GE(sc_time_stamp(), last) << "SystemC's time went along";
    EXPECT_GE(host.time_of(machine_now(host.handle())), last);
}

INSTANTIATE_TEST_SUITE_P(Machines, KvmHost,
                         testing::Values(Param{"k61_ns", "6.1", 1000000000, MACHINE_SPIN},
                                         Param{"k61_wfi", "6.1", 1000000000, MACHINE_WFI},
                                         Param{"k412_ns", "4.12-deoi", 1000000000, MACHINE_SPIN},
                                         // A cycle of 1.7 GHz is no whole number of picoseconds.
                                         Param{"k61_cycles", "6.1", 1700000000, MACHINE_SPIN},
                                         Param{"k310_cycles", "3.10", 2400000000, MACHINE_WFI}),
                         [](const auto &i) { return std::string(i.param.name); });

// irq_traffic drives the wires instead of the machine's own devices: counts are equal.
class KvmHostDevices : public testing::TestWithParam<bool>
{
};

TEST_P(KvmHostDevices, of_systemc_give_the_same_counts)
{
    const bool calls = GetParam(); // else the wires are signals
    Story story;
    story.add(MACHINE_LEVEL, 50, 40, 1, 40, 6000, true);
    story.add(MACHINE_LEVEL, 51, 41, 0, 40, 7000);
    story.add(MACHINE_EDGE, 52, 42, 0, 40, 8000);
    machine *m = nullptr;
    ASSERT_EQ(machine_new(&story.config(), &m, nullptr, 0), 0);
    ASSERT_EQ(machine_run(m), 0) << machine_error(m);

    auto gc = kvm_host::gic_config(story.config());
    gc.signals = !calls;
    gic400 gic("gic", gc);
    kvm_host host("host", story.config());
    host.connect(gic);
    std::vector<std::unique_ptr<irq_source>> source;
    std::vector<std::unique_ptr<irq_traffic>> traffic;
    std::vector<std::unique_ptr<sc_signal<bool>>> wire;
    for (unsigned i = 0; i < story.devices.size(); i++) {
        const std::string n = std::to_string(i);
        source.push_back(std::make_unique<irq_source>(("source" + n).c_str(), story.devices[i].trigger == MACHINE_LEVEL
                                                                                  ? irq_source_config::level()
                                                                                  : irq_source_config::edge()));
        const machine_traffic &t = story.traffic[i];
        traffic.push_back(
            std::make_unique<irq_traffic>(("traffic" + n).c_str(),
                                          irq_timetable::periodic(sc_time(double(t.every), SC_NS), t.count)
                                              .starting_at(sc_time(double(t.start), SC_NS)),
                                          *source[i]));
        host.connect(i, *source[i], calls);
        if (!calls) {
            wire.push_back(std::make_unique<sc_signal<bool>>(("wire" + n).c_str()));
            source[i]->line.bind(*wire[i]);
            gic.spi[story.devices[i].spi - 32].bind(*wire[i]);
        }
    }
    sc_start();
    ASSERT_TRUE(host.finished());
    ASSERT_EQ(host.status(), 0) << host.error();
    size_t n = 0;
    const machine_metric *want = machine_metrics(m, &n);
    for (size_t i = 0; i < n; i++)
        if (!want[i].real) {
            EXPECT_EQ(machine_metric_find(host.handle(), want[i].name)->u, want[i].u) << want[i].name;
        }
    EXPECT_EQ(source[0]->cleared(), 40u);
    machine_free(m);
}

INSTANTIATE_TEST_SUITE_P(Wires, KvmHostDevices, testing::Bool(),
                         [](const auto &i) { return std::string(i.param ? "as_calls" : "as_signals"); });

// A cause that finds its line up is counted, and merged, by both.
TEST(KvmHostMore, causes_that_find_the_device_unserved_coalesce)
{
    Story story;
    story.add(MACHINE_LEVEL, 50, 40, 1, 12, 100);
    const std::string want = c_engine(story);
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    host.connect(gic);
    irq_source source("source");
    irq_traffic traffic("traffic", irq_timetable::periodic(sc_time(100, SC_NS), 12).starting_at(sc_time(1000, SC_NS)),
                        source);
    host.connect(0, source);
    sc_start();
    ASSERT_EQ(host.status(), 0) << host.error();
    EXPECT_EQ(machine_metric_find(host.handle(), "interrupts.raised")->u, 12u);
    EXPECT_EQ(machine_metric_find(host.handle(), "interrupts.coalesced")->u, source.coalesced());
    EXPECT_GT(source.coalesced(), 0u);
}

// A cause at time 0, through a signal: the machine lets it arrive before it goes on, as at any other time.
TEST(KvmHostMore, wires_settle_at_time_0_too)
{
    Story story;
    story.add(MACHINE_LEVEL, 50, 40, 1, 3, 5000);
    story.traffic[0].start = 0;
    const std::string want = c_engine(story);
    auto gc = kvm_host::gic_config(story.config());
    gc.signals = true;
    gic400 gic("gic", gc);
    kvm_host host("host", story.config());
    host.connect(gic);
    irq_source source("source");
    irq_traffic traffic("traffic", irq_timetable::ticks(story.cfg.costs.tick_hz, 0, 5000, 3), source);
    sc_signal<bool> wire;
    source.line.bind(wire);
    gic.spi[18].bind(wire);
    host.connect(0, source, false);
    sc_start();
    ASSERT_EQ(host.status(), 0) << host.error();
    EXPECT_EQ(results(host.handle()), want);
}

// The run ends at its limit, whether the traffic has stopped long before or goes on beyond it.
class KvmHostLimit : public testing::TestWithParam<uint64_t>
{
};

TEST_P(KvmHostLimit, ends_a_run_with_devices_of_systemc)
{
    Story story(1700000000);
    story.add(MACHINE_LEVEL, 50, 40, 1, 20, 10000);
    story.cfg.until = 91000; // the tenth cause comes then
    std::string want;
    {
        Story same = story;
        same.traffic[0].count = GetParam();
        want = c_engine(same);
    }
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    host.connect(gic);
    irq_source source("source");
    irq_traffic traffic("traffic", irq_timetable::ticks(1700000000, 1000, 10000, GetParam()), source);
    host.connect(0, source);
    sc_time ended;
    sc_spawn([&] {
        wait(host.done);
        ended = sc_time_stamp();
        wait();
    });
    sc_start(1, SC_MS);
    ASSERT_TRUE(host.finished());
    EXPECT_EQ(results(host.handle()), want);
    EXPECT_EQ(ended, host.time_of(machine_origin(host.handle()) + 91000));
}

INSTANTIATE_TEST_SUITE_P(Causes, KvmHostLimit, testing::Values(5u, 20u));

// Traffic without end does not make a run without end.
TEST(KvmHostMore, causes_beyond_those_announced_are_not_waited_for)
{
    Story story;
    story.add(MACHINE_LEVEL, 50, 40, 1, 5, 20000);
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    host.connect(gic);
    irq_source source("source");
    irq_traffic traffic("traffic", irq_timetable::ticks(1000000000, 1000, 20000), source);
    host.connect(0, source);
    sc_start(1, SC_MS);
    ASSERT_TRUE(host.finished());
    EXPECT_EQ(host.status(), 0) << host.error();
    EXPECT_EQ(machine_metric_find(host.handle(), "interrupts.raised")->u, 5u);
}

TEST(KvmHostMore, a_time_beyond_systemc_s_is_its_last)
{
    Story story(1);
    story.add(MACHINE_LEVEL, 50, 40, 1, 1, 1);
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    host.connect(gic);
    sc_start(SC_ZERO_TIME);
    EXPECT_EQ(host.time_of(machine_origin(host.handle()) + 3), sc_time(3, SC_SEC));
    EXPECT_EQ(host.time_of(UINT64_MAX / 2), sc_max_time());
}

// The meter sees from outside what the machine counts inside.
TEST(KvmHostMore, the_meter_finds_the_exits_that_the_machine_counts)
{
    Story story;
    mixed(story);
    story.cfg.guest_loop = MACHINE_WFI;
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    trapline::meter_config mc;
    mc.cpus = 2;
    trapline::meter meter("meter", mc);
    host.connect(gic);
    meter.attach(gic);
    host.tell(meter);
    sc_start();
    ASSERT_EQ(host.status(), 0) << host.error();
    machine *m = host.handle();
    EXPECT_EQ(meter.exits().samples, machine_metric_find(m, "exits.total")->u);
    for (int c = 0; c < MACHINE_EXIT_COUNT; c++) {
        const auto cause = static_cast<machine_exit_cause>(c);
        EXPECT_EQ(meter.exits(cause).samples, machine_exit_stats(m, cause).samples) << machine_exit_name(cause);
    }
    // Times too: a tick is a nanosecond here.
    EXPECT_EQ(meter.exits(MACHINE_EXIT_PHYS_DEVICE_IRQ).max,
              sc_time(double(machine_exit_stats(m, MACHINE_EXIT_PHYS_DEVICE_IRQ).time_max), SC_NS));
    EXPECT_EQ(meter.counts().virt_acks, machine_metric_find(m, "guest.irqs")->u);
}

TEST(KvmHostMore, done_is_notified_and_the_rest_of_the_platform_goes_on)
{
    struct Watcher : sc_module {
        kvm_host &host;
        sc_time at;
        SC_HAS_PROCESS(Watcher);
        Watcher(sc_module_name name, kvm_host &h) : sc_module(name), host(h)
        {
            SC_THREAD(run);
        }
        void run()
        {
            wait(host.done);
            at = sc_time_stamp();
            wait(sc_time(1, SC_MS));
            wait(); // the leak checker does not survive a thread that has ended
        }
    };
    Story story;
    story.add(MACHINE_LEVEL, 50, 40, 1, 3, 5000);
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    host.connect(gic);
    Watcher watcher("watcher", host);
    sc_start();
    EXPECT_EQ(watcher.at, host.time_of(machine_now(host.handle())));
    EXPECT_EQ(sc_time_stamp(), watcher.at + sc_time(1, SC_MS));
}

// Mistakes are reported, with the sentence of the library, and nothing runs.
class KvmHostRefuses : public testing::Test
{
  protected:
    void SetUp() override
    {
        sc_report_handler::set_actions(SC_ERROR, SC_CACHE_REPORT);
    }
    static std::string reported()
    {
        const sc_report *r = sc_report_handler::get_cached_report();
        return r ? std::string(r->get_msg_type()) + ": " + r->get_msg() : "";
    }
};

TEST_F(KvmHostRefuses, a_machine_that_cannot_be)
{
    Story story;
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    story.vcpus[0].cpu = 7;
    kvm_host host("host", story.config());
    host.connect(gic);
    sc_start();
    EXPECT_EQ(reported(),
              "/trapline/kvm_host: the machine cannot be built: a vCPU is pinned to a pCPU that does not exist");
    EXPECT_EQ(host.status(), -EINVAL);
    EXPECT_EQ(host.handle(), nullptr);
    EXPECT_FALSE(host.finished());
}

TEST_F(KvmHostRefuses, a_gic_that_is_not_the_machine_s)
{
    Story story;
    auto gc = kvm_host::gic_config(story.config());
    gc.list_registers = 16;
    gic400 gic("gic", gc);
    kvm_host host("host", story.config());
    host.connect(gic);
    sc_start();
    EXPECT_EQ(reported(), "/trapline/kvm_host: the machine cannot be built: the GIC outside has another number of list "
                          "registers (lrs)");
    EXPECT_EQ(host.handle(), nullptr);
}

// An error response is reported between the machine's steps, not through them: the report may be an exception.
TEST(KvmHostErrors, of_the_gic_end_the_simulation_and_leave_everything_in_order)
{
    Story story;
    story.add(MACHINE_LEVEL, 50, 40, 1, 20, 5000);
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    sc_signal<bool> reset;
    gic.reset(reset);
    host.connect(gic);
    struct Resetter : gic400::listener {
        explicit Resetter(sc_signal<bool> &r) : reset(r)
        {
        }
        void gic_access(const trapline::gic400_access &a) override
        {
            if (!a.write && a.frame == GIC_CPU && a.value == 50)
                reset.write(true); // the host's end of this interrupt fails
        }
        sc_signal<bool> &reset;
    } resetter(reset);
    gic.add_listener(resetter);
    try {
        sc_start(1, SC_MS);
        FAIL() << "nothing was reported";
    } catch (const sc_report &r) {
        EXPECT_STREQ(r.get_msg(), "the GIC answers with TLM_GENERIC_ERROR_RESPONSE");
    }
    EXPECT_FALSE(host.finished());
}

TEST_F(KvmHostRefuses, half_of_the_devices)
{
    Story story;
    story.add(MACHINE_LEVEL, 50, 40, 1, 1, 1);
    story.add(MACHINE_LEVEL, 51, 41, 1, 1, 1);
    gic400 gic("gic", kvm_host::gic_config(story.config()));
    kvm_host host("host", story.config());
    irq_source source("source");
    host.connect(gic);
    host.connect(1, source);
    sc_start(sc_time(1, SC_MS));
    EXPECT_EQ(reported(), "/trapline/kvm_host: connect an irq_source to every device that has a line, or to none");
    EXPECT_EQ(host.status(), -EINVAL);
    EXPECT_EQ(host.handle(), nullptr);
    EXPECT_FALSE(host.finished());
}

} // namespace
