// SPDX-License-Identifier: Apache-2.0
//
// Every mode of a scenario, with devices of SystemC's in place of the machine's own: all its metrics are those of the C
// engine.
//
//     devices_outside SCENARIO PROFILES calls|signals
//
// calls: the devices' lines reach the GIC as calls; signals: as sc_signal<bool>. The first 200 causes of each timetable
// are enough.
#include <trapline/scenario.h>
#include <trapline/systemc/irq_traffic.hpp>
#include <trapline/systemc/kvm_host.hpp>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace
{

using trapline::irq_source;
using trapline::irq_source_config;
using trapline::irq_timetable;
using trapline::irq_traffic;

trapline::gic400_config gic_for(const machine_config &config, bool signals)
{
    trapline::gic400_config c = trapline::kvm_host::gic_config(config);
    c.signals = signals;
    return c;
}

// The configuration of a mode, shortened.
struct Short {
    explicit Short(const machine_config &c) : config(c), traffic(c.traffic, c.traffic + c.ntraffic)
    {
        for (machine_traffic &t : traffic)
            t.count = std::min<uint64_t>(t.count, 200);
        config.traffic = traffic.data();
    }
    Short(const Short &) = delete;
    Short &operator=(const Short &) = delete;
    machine_config config;
    std::vector<machine_traffic> traffic;
};

// One mode: its machine, and whatever stands around it.
struct Side {
    const Short shortened;
    const machine_config &config = shortened.config;
    const std::string name;
    const bool signals;
    trapline::gic400 gic;
    trapline::kvm_host host;
    std::vector<std::unique_ptr<irq_source>> device;
    std::vector<std::unique_ptr<irq_traffic>> traffic;
    std::vector<std::unique_ptr<sc_core::sc_signal<bool>>> wire;

    Side(const machine_config &c, const std::string &mode, bool as_signals)
        : shortened(c), name(sc_core::sc_gen_unique_name("mode")), signals(as_signals),
          gic((name + "_gic").c_str(), gic_for(config, signals)), host((name + "_host").c_str(), config)
    {
        std::cout << name << ": " << mode << "\n";
        host.connect(gic);
        for (unsigned i = 0; i < config.ndevices; i++)
            add(i, config.devices[i]);
        for (size_t i = 0; i < config.ntraffic; i++)
            if (const machine_traffic &t = config.traffic[i]; device[t.device] && t.count)
                traffic.push_back(std::make_unique<irq_traffic>(
                    (name + "_traffic" + std::to_string(i)).c_str(),
                    irq_timetable::ticks(config.costs.tick_hz, t.start, t.every, t.count), *device[t.device]));
    }
    void add(unsigned index, const machine_device &d)
    {
        device.emplace_back();
        if (d.kind == MACHINE_INJECTOR)
            return;
        device[index] = std::make_unique<irq_source>((name + "_device" + std::to_string(index)).c_str(),
                                                     d.trigger == MACHINE_LEVEL ? irq_source_config::level(d.clears)
                                                                                : irq_source_config::edge());
        host.connect(index, *device[index], !signals);
        if (!signals)
            return;
        wire.push_back(std::make_unique<sc_core::sc_signal<bool>>((name + "_wire" + std::to_string(index)).c_str()));
        device[index]->line.bind(*wire.back());
        gic.spi[d.spi - 32].bind(*wire.back());
    }
};

bool same(const machine_metric &a, const machine_metric &b)
{
    return a.valid == b.valid && (!a.valid || (a.real ? a.r == b.r : a.u == b.u));
}

std::string text(const machine_metric &m)
{
    return !m.valid ? "-" : m.real ? std::to_string(m.r) : std::to_string(m.u);
}

// How many metrics differ.
unsigned compare(const Side &side)
{
    if (!side.host.finished() || side.host.status()) {
        std::cout << side.name << " has not ended: " << side.host.error() << "\n";
        return 1;
    }
    machine *want = nullptr;
    if (machine_new(&side.config, &want, nullptr, 0) || machine_run(want)) {
        std::cout << side.name << " does not run in the C engine\n";
        return 1;
    }
    unsigned differences = 0;
    size_t n = 0, m = 0;
    const machine_metric *a = machine_metrics(want, &n), *b = machine_metrics(side.host.handle(), &m);
    for (size_t i = 0; i < n && n == m; i++) {
        if (same(a[i], b[i]))
            continue;
        std::cout << side.name << " " << a[i].name << ": " << text(b[i]) << ", in the C engine " << text(a[i]) << "\n";
        differences++;
    }
    machine_free(want);
    return n == m && n ? differences : 1;
}

int simulate(const scenario *s, bool signals)
{
    std::vector<std::unique_ptr<Side>> sides;
    for (size_t mode = 0; mode < scenario_modes(s); mode++)
        sides.push_back(std::make_unique<Side>(*scenario_mode_config(s, mode), scenario_mode_name(s, mode), signals));
    sc_core::sc_start();
    unsigned differences = 0;
    for (const auto &side : sides)
        differences += compare(*side);
    return differences ? 1 : 0;
}

} // namespace

int sc_main(int argc, char **argv)
{
    if (argc != 4 || (std::strcmp(argv[3], "calls") && std::strcmp(argv[3], "signals"))) {
        std::cerr << "usage: devices_outside SCENARIO PROFILES calls|signals\n";
        return 2;
    }
    scenario_diags *mistakes = nullptr;
    scenario *s = nullptr;
    const char *profiles = argv[2];
    scenario_options options{};
    options.struct_size = sizeof options;
    options.profile_dirs = &profiles;
    options.nprofile_dirs = 1;
    int code = 2;
    if (scenario_diags_new(&mistakes))
        return 2;
    if (scenario_load(argv[1], &options, mistakes, &s) == 0)
        code = simulate(s, std::strcmp(argv[3], "signals") == 0);
    else
        scenario_diags_print(mistakes, stderr, false);
    scenario_free(s);
    scenario_diags_free(mistakes);
    return code;
}
