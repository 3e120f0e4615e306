// SPDX-License-Identifier: Apache-2.0
//
// Time of interrupt cycles on lib/gic through its C API (gic_work.hpp). It must not depend on the number of
// interrupts or CPUs; counters show the size of an instance. `./dev bench --instructions` counts instructions of the
// same work.
#include "gic_work.hpp"

#include <benchmark/benchmark.h>

namespace
{

using namespace gic_work;

template <class Work> void measure(benchmark::State &state)
{
    Work work({static_cast<uint32_t>(state.range(0)), static_cast<uint32_t>(state.range(1)), state.range(2) != 0});
    for (auto _ : state)
        work.unit();
    if (work.wrong)
        state.SkipWithError("the GIC does something else");
}

// Time of one interrupt.
void drain_32(benchmark::State &state)
{
    Drain32 work({static_cast<uint32_t>(state.range(0)), static_cast<uint32_t>(state.range(1)), false});
    while (state.KeepRunningBatch(Drain32::lines))
        work.unit();
    if (work.wrong)
        state.SkipWithError("the GIC does something else");
}

void size_of_instance(benchmark::State &state)
{
    gic_config cfg{};
    cfg.struct_size = sizeof(cfg);
    cfg.cpus = 8;
    cfg.spis = 988;
    size_t size = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(size = gic_size(&cfg));
    state.counters["bytes"] = static_cast<double>(size);
}

void sweep(benchmark::internal::Benchmark *b)
{
    b->ArgNames({"spis", "cpus", "rotating"})->ArgsProduct({{64, 256, 988}, {1, 8}, {0, 1}});
}

void fixed(benchmark::internal::Benchmark *b)
{
    b->ArgNames({"spis", "cpus", "rotating"})->ArgsProduct({{64, 256, 988}, {1, 8}, {0}});
}

BENCHMARK(measure<PhysicalCycle>)->Name("physical_cycle")->Apply(sweep);
BENCHMARK(measure<PhysicalCycleQuiet>)->Name("physical_cycle_quiet")->Apply(sweep);
BENCHMARK(measure<PhysicalCycleCrowded>)->Name("physical_cycle_crowded")->Apply(fixed);
BENCHMARK(measure<ForwardedCycle>)->Name("forwarded_cycle")->Apply(sweep);
BENCHMARK(drain_32)->ArgNames({"spis", "cpus"})->ArgsProduct({{64, 256, 988}, {1, 8}});
BENCHMARK(measure<MaskedLineToggled>)->Name("masked_line_toggled")->Apply(fixed);
BENCHMARK(measure<EnableDisable>)->Name("enable_disable")->Apply(fixed);
BENCHMARK(measure<IdleAcknowledge>)->Name("idle_iar")->Apply(fixed);
BENCHMARK(size_of_instance);

} // namespace
