// SPDX-License-Identifier: Apache-2.0
//
// A device that is given to a guest, once as KVM does it and once with direct EOI, side by side in one simulation.
// Device traffic (irq_traffic, irq_source) drives the line of a GIC (gic400), a host with KVM and its guest serves it
// (kvm_host), and a meter that believes only accesses, wires and exception levels says what it cost.
// docs/systemc-passthrough.md explains it.
//
//     passthrough SCENARIO PROFILES [TRACE]
//
// PROFILES: the folder of the cost profiles; TRACE: writes TRACE.vcd
#include <trapline/scenario.h>
#include <trapline/systemc/irq_traffic.hpp>
#include <trapline/systemc/kvm_host.hpp>
#include <trapline/systemc/meter.hpp>

#include <cstdio>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace
{

trapline::meter_config meter_for(const machine_config &config)
{
    trapline::meter_config c;
    c.cpus = config.platform.cpus;
    return c;
}

// One mode of the scenario: a host of its own, with everything it needs.
struct Side {
    const machine_config &config;
    std::string name;
    trapline::gic400 gic;
    trapline::kvm_host host;
    trapline::meter meter;
    std::vector<std::unique_ptr<trapline::irq_source>> device;
    std::vector<std::unique_ptr<trapline::irq_traffic>> traffic;

    Side(const scenario *s, size_t mode)
        : config(*scenario_mode_config(s, mode)), name(scenario_mode_name(s, mode)),
          gic((name + "_gic").c_str(), trapline::kvm_host::gic_config(config)), host((name + "_host").c_str(), config),
          meter((name + "_meter").c_str(), meter_for(config))
    {
        host.connect(gic);
        meter.attach(gic);
        host.tell(meter);
        for (unsigned i = 0; i < config.ndevices; i++)
            add_device(i);
        for (size_t i = 0; i < config.ntraffic; i++)
            add_traffic(config.traffic[i]);
    }

    void add_device(unsigned index)
    {
        const machine_device &d = config.devices[index];
        device.emplace_back();
        if (d.kind == MACHINE_INJECTOR)
            return; // a thread of user space: the machine's own
        device[index] = std::make_unique<trapline::irq_source>(
            (name + "_" + d.name).c_str(), d.trigger == MACHINE_LEVEL ? trapline::irq_source_config::level(d.clears)
                                                                      : trapline::irq_source_config::edge());
        host.connect(index, *device[index]);
        gic.watch(d.spi);
    }

    void add_traffic(const machine_traffic &t)
    {
        if (!device[t.device] || !t.count)
            return;
        traffic.push_back(std::make_unique<trapline::irq_traffic>(
            (name + "_traffic_" + std::to_string(traffic.size())).c_str(),
            trapline::irq_timetable::ticks(config.costs.tick_hz, t.start, t.every, t.count), *device[t.device]));
    }

    double exits_per_interrupt() const
    {
        const auto interrupts = meter.counts().virt_acks;
        return interrupts ? double(meter.exits().samples) / double(interrupts) : 0;
    }
};

int simulate(const scenario *s, const char *trace)
{
    std::vector<std::unique_ptr<Side>> sides;
    for (size_t mode = 0; mode < scenario_modes(s); mode++)
        sides.push_back(std::make_unique<Side>(s, mode));

    sc_core::sc_trace_file *file = trace ? sc_core::sc_create_vcd_trace_file(trace) : nullptr;
    for (size_t i = 0; file && i < sides.size(); i++)
        sides[i]->gic.trace(file);
    sc_core::sc_start();
    if (file)
        sc_core::sc_close_vcd_trace_file(file);

    for (const auto &side : sides) {
        if (!side->host.finished() || side->host.status()) {
            std::cerr << side->name << ": " << side->host.error() << "\n";
            return 1;
        }
        std::cout << "== " << side->name << "\n";
        side->meter.print(std::cout);
        std::cout << "\n";
    }
    const Side &base = *sides.front();
    for (size_t i = 1; i < sides.size(); i++)
        std::cout << std::fixed << std::setprecision(2) << sides[i]->name << " takes "
                  << sides[i]->exits_per_interrupt() << " exits per interrupt, " << base.name << " "
                  << base.exits_per_interrupt() << ": " << base.meter.exits().samples - sides[i]->meter.exits().samples
                  << " world switches saved\n";
    return 0;
}

} // namespace

int sc_main(int argc, char **argv)
{
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING); // the trace's time unit
    if (argc < 3 || argc > 4) {
        std::cerr << "usage: passthrough SCENARIO PROFILES [TRACE]\n";
        return 2;
    }
    scenario_diags *mistakes = nullptr;
    scenario *s = nullptr;
    if (scenario_diags_new(&mistakes))
        return 2;
    scenario_options options{};
    options.struct_size = sizeof options;
    options.profile_dirs = &argv[2];
    options.nprofile_dirs = 1;
    int code = 2;
    if (scenario_load(argv[1], &options, mistakes, &s) == 0)
        code = simulate(s, argc == 4 ? argv[3] : nullptr);
    else
        scenario_diags_print(mistakes, stderr, false);
    scenario_free(s);
    scenario_diags_free(mistakes);
    return code;
}
