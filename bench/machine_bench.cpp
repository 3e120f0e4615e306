// SPDX-License-Identifier: Apache-2.0
// Host time of one interrupt end to end: wire, host handler, irqfd, vgic, guest, EOI, all software steps,
// counters on. Set-up of the machine is not timed.
#include <benchmark/benchmark.h>

#include <cstring>

#include <trapline/machine.h>

namespace
{

constexpr uint64_t kInterrupts = 20000;

machine *build(bool forward, machine_device_kind kind, machine_trigger trigger, unsigned cpu)
{
    static const machine_vcpu vcpu = {1};
    machine_device device{};
    std::strcpy(device.name, "dev");
    device.kind = kind;
    device.spi = kind == MACHINE_INJECTOR ? 0 : 112;
    device.trigger = trigger;
    device.cpu = cpu;
    const machine_route route = {0, 40, 0, trigger == MACHINE_LEVEL, forward, 0xa0};
    const machine_handler handler = {40, 0, kind == MACHINE_INJECTOR ? -1 : 0};
    const machine_traffic traffic = {0, 1000, 100000, kInterrupts};
    machine_config cfg{};
    cfg.struct_size = sizeof cfg;
    cfg.platform.cpus = 2;
    cfg.platform.spis = 96;
    cfg.platform.list_registers = 4;
    cfg.platform.priority_bits = 5;
    cfg.kernel = *machine_kernel_find("6.1");
    cfg.costs.tick_hz = 1000000000;
    for (auto &p : cfg.costs.price) {
        p.priced = true;
        p.net = p.gross = 10;
    }
    cfg.vcpus = &vcpu;
    cfg.nvcpus = 1;
    cfg.devices = &device;
    cfg.ndevices = 1;
    cfg.routes = &route;
    cfg.nroutes = 1;
    cfg.handlers = &handler;
    cfg.nhandlers = 1;
    cfg.traffic = &traffic;
    cfg.ntraffic = 1;
    machine *m = nullptr;
    return machine_new(&cfg, &m, nullptr, 0) ? nullptr : m;
}

void EndToEnd(benchmark::State &state, bool forward, machine_device_kind kind, machine_trigger trigger, unsigned cpu)
{
    uint64_t exits = 0, done = 0;
    for (auto _ : state) {
        state.PauseTiming();
        machine *m = build(forward, kind, trigger, cpu);
        state.ResumeTiming();
        if (!m || machine_run(m) != 0) {
            state.SkipWithError("the machine did not run");
            break;
        }
        state.PauseTiming();
        exits += machine_metric_find(m, "exits.total")->u;
        done += machine_metric_find(m, "interrupts.completed")->u;
        machine_free(m);
        state.ResumeTiming();
    }
    if (done != state.iterations() * kInterrupts)
        state.SkipWithError("interrupts were lost");
    // Seconds per interrupt; Google Benchmark prints it with an SI prefix.
    state.counters["per_interrupt"] =
        benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["exits_per_interrupt"] = static_cast<double>(exits) / static_cast<double>(done ? done : 1);
}

BENCHMARK_CAPTURE(EndToEnd, direct_eoi, true, MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(EndToEnd, resample, false, MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(EndToEnd, edge_irqfd, false, MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(EndToEnd, direct_eoi_other_cpu, true, MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 0)
    ->Unit(benchmark::kMillisecond);

} // namespace
