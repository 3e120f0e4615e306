// SPDX-License-Identifier: Apache-2.0
//
// Time of interrupt cycles on lib/gic through its C API (gic_work.hpp). It must not depend on the number of
// interrupts or CPUs: the table at the end divides the time on the largest GIC by that on the smallest. Counters show
// the size of an instance. `./dev bench --instructions` counts instructions of the same work.
#include "gic_work.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>

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

// The usual lines, then for each work the least CPU time on 64 SPIs x 1 CPU and on 988 x 8, and their ratio.
class Ratios : public benchmark::ConsoleReporter
{
  public:
    void ReportRuns(const std::vector<Run> &runs) override
    {
        ConsoleReporter::ReportRuns(runs);
        for (const Run &run : runs) {
            if (run.run_type != Run::RT_Iteration || run.error_occurred)
                continue;
            std::string name = run.benchmark_name();
            note(name, "/spis:64/cpus:1", run.GetAdjustedCPUTime(), small);
            note(name, "/spis:988/cpus:8", run.GetAdjustedCPUTime(), large);
        }
    }
    void Finalize() override
    {
        std::printf("\n%-32s %10s %10s %8s\n", "CPU ns, best of the repetitions", "64x1", "988x8", "ratio");
        for (const auto &[name, time] : small)
            if (large.count(name))
                std::printf("%-32s %10.1f %10.1f %8.3f\n", name.c_str(), time, large[name], large[name] / time);
    }

  private:
    using Times = std::map<std::string, double>;
    static void note(std::string name, const char *place, double time, Times &times)
    {
        const size_t at = name.find(place);
        if (at == std::string::npos)
            return;
        name.erase(at, std::strlen(place));
        auto found = times.emplace(name.substr(0, name.find("/repeats")), time).first;
        found->second = std::min(found->second, time);
    }
    Times small, large;
};

} // namespace

int main(int argc, char **argv)
{
    bool table = true; // another format is for a program
    for (int i = 1; i < argc; i++)
        table = table && std::strncmp(argv[i], "--benchmark_format", 18) != 0;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 1;
    Ratios ratios;
    benchmark::RunSpecifiedBenchmarks(table ? &ratios : nullptr);
    return 0;
}
