// SPDX-License-Identifier: Apache-2.0
//
// One interrupt from the wire to its end with direct EOI, all software steps and counters on, under SystemC: host time
// per interrupt, and the same in the C engine as the floor. A simulation is elaborated once, so one host runs on
// through the whole measurement, with more interrupts than will be needed.
#include <trapline/systemc/kvm_host.hpp>

#include <benchmark/benchmark.h>

#include <cstring>

namespace
{

constexpr uint64_t ns_per_interrupt = 10000;

machine_vcpu vcpus[] = {{1}};
machine_device devices[1];
machine_route routes[1];
machine_handler handlers[] = {{40, 0, 0}};
machine_traffic traffic[] = {{0, 1000, ns_per_interrupt, 1000000000}};

machine_config direct_eoi()
{
    std::strcpy(devices[0].name, "nic");
    devices[0].spi = 50;
    devices[0].cpu = 1;
    devices[0].clears = 1;
    routes[0].guest_spi = 40;
    routes[0].resample = true;
    routes[0].forward = true;
    routes[0].priority = 0xa0;
    machine_config c{};
    c.struct_size = sizeof c;
    c.platform.cpus = 2;
    c.platform.spis = 96;
    c.platform.list_registers = 4;
    c.platform.priority_bits = 5;
    c.kernel = *machine_kernel_find("6.1");
    c.costs.tick_hz = 1000000000;
    std::strcpy(c.costs.name, "bench");
    for (auto &p : c.costs.price) {
        p.priced = true;
        p.net = p.gross = 7;
    }
    c.vcpus = vcpus;
    c.nvcpus = 1;
    c.devices = devices;
    c.ndevices = 1;
    c.routes = routes;
    c.nroutes = 1;
    c.handlers = handlers;
    c.nhandlers = 1;
    c.traffic = traffic;
    c.ntraffic = 1;
    return c;
}

void engine(benchmark::State &state, const trapline::kvm_host &host)
{
    constexpr uint64_t batch = 1000;
    const sc_core::sc_time span(static_cast<double>(batch * ns_per_interrupt), sc_core::SC_NS);
    const uint64_t before = machine_metric_find(host.handle(), "guest.irqs")->u;
    for (auto _ : state)
        sc_core::sc_start(span);
    const uint64_t done = machine_metric_find(host.handle(), "guest.irqs")->u - before;
    if (done + 1 < batch * state.iterations())
        state.SkipWithError("interrupts are missing");
    state.counters["interrupt"] =
        benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// The floor: the same machine without SystemC.
void c_engine(benchmark::State &state, machine_config config)
{
    static machine_traffic some = traffic[0];
    some.count = 20000;
    config.traffic = &some;
    uint64_t done = 0;
    for (auto _ : state) {
        machine *m = nullptr;
        state.PauseTiming();
        if (machine_new(&config, &m, nullptr, 0))
            state.SkipWithError("no machine");
        state.ResumeTiming();
        if (machine_run(m))
            state.SkipWithError(machine_error(m));
        state.PauseTiming();
        done += machine_metric_find(m, "guest.irqs")->u;
        machine_free(m);
        state.ResumeTiming();
    }
    state.counters["interrupt"] =
        benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

} // namespace

int sc_main(int argc, char **argv)
{
    const machine_config config = direct_eoi();
    trapline::gic400 gic("gic", trapline::kvm_host::gic_config(config));
    trapline::kvm_host host("host", config);
    host.connect(gic);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    benchmark::RegisterBenchmark("c/direct_eoi_end_to_end", c_engine, config);
    benchmark::RegisterBenchmark("systemc/direct_eoi_end_to_end", [&host](benchmark::State &s) { engine(s, host); });
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
