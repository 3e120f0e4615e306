// SPDX-License-Identifier: Apache-2.0
//
// Cost of interrupt cycles on lib/gic through its C API. The cost must not depend on the number of
// interrupts or CPUs; counters show the size of an instance.
#include <trapline/gic.h>
#include <trapline/gic_regs.h>

#include <benchmark/benchmark.h>

#include <cstdlib>

namespace
{

constexpr uint32_t first_spi = 32;

// A GIC whose SPIs are enabled and go to one CPU each, all interfaces on.
class Bench
{
  public:
    Bench(uint32_t spis, uint32_t cpus, uint32_t cpu_ctlr, uint32_t prio_bits = 5) : spis_(spis), cpus_(cpus)
    {
        gic_config cfg{};
        cfg.struct_size = sizeof(cfg);
        cfg.spis = spis;
        cfg.cpus = cpus;
        cfg.prio_bits = prio_bits;
        if (gic_new(&cfg, &g_) != 0)
            std::abort();
        for (uint32_t intid = first_spi; intid < first_spi + spis; intid++) {
            gic_write(g_, 0, GIC_DIST, GICD_ITARGETSR + intid, 1, 1u << owner(intid));
            gic_write(g_, 0, GIC_DIST, GICD_IPRIORITYR + intid, 1, 0xa0);
            gic_write(g_, 0, GIC_DIST, GICD_ISENABLER + intid / 32 * 4, 4, 1u << intid % 32);
        }
        for (uint32_t cpu = 0; cpu < cpus; cpu++) {
            gic_write(g_, cpu, GIC_CPU, GICC_PMR, 4, 0xf8);
            gic_write(g_, cpu, GIC_CPU, GICC_CTLR, 4, cpu_ctlr);
            gic_write(g_, cpu, GIC_HYP, GICH_HCR, 4, GICH_HCR_En);
            gic_write(g_, cpu, GIC_VCPU, GICV_PMR, 4, 0xf8);
            gic_write(g_, cpu, GIC_VCPU, GICV_CTLR, 4, GICV_CTLR_EnableGrp0);
        }
        gic_write(g_, 0, GIC_DIST, GICD_CTLR, 4, GICD_CTLR_EnableGrp0);
    }
    ~Bench()
    {
        gic_free(g_);
    }
    Bench(const Bench &) = delete;
    Bench &operator=(const Bench &) = delete;

    gic *get() const
    {
        return g_;
    }
    uint32_t owner(uint32_t intid) const
    {
        return intid % cpus_;
    }
    uint32_t next(uint32_t intid) const
    {
        return intid + 1 == first_spi + spis_ ? first_spi : intid + 1;
    }

  private:
    gic *g_ = nullptr;
    uint32_t spis_, cpus_;
};

enum { Fixed, Rotating };

// raise, IAR, EOIR, lower: the level is still high at the end, so the interrupt is signalled once more
void physical_cycle(benchmark::State &state)
{
    Bench bench(static_cast<uint32_t>(state.range(0)), static_cast<uint32_t>(state.range(1)), GICC_CTLR_EnableGrp0);
    gic *g = bench.get();
    bool rotating = state.range(2) == Rotating;
    uint32_t intid = first_spi + 5;
    for (auto _ : state) {
        uint32_t cpu = bench.owner(intid);
        gic_set_spi(g, intid, true);
        uint32_t iar = gic_read(g, cpu, GIC_CPU, GICC_IAR, 4);
        if (iar != intid)
            state.SkipWithError("wrong interrupt");
        gic_write(g, cpu, GIC_CPU, GICC_EOIR, 4, iar);
        gic_set_spi(g, intid, false);
        if (rotating)
            intid = bench.next(intid);
    }
}

// raise, IAR, lower, EOIR: the driver quiets the device before the end
void physical_cycle_quiet(benchmark::State &state)
{
    Bench bench(static_cast<uint32_t>(state.range(0)), static_cast<uint32_t>(state.range(1)), GICC_CTLR_EnableGrp0);
    gic *g = bench.get();
    bool rotating = state.range(2) == Rotating;
    uint32_t intid = first_spi + 5;
    for (auto _ : state) {
        uint32_t cpu = bench.owner(intid);
        gic_set_spi(g, intid, true);
        uint32_t iar = gic_read(g, cpu, GIC_CPU, GICC_IAR, 4);
        if (iar != intid)
            state.SkipWithError("wrong interrupt");
        gic_set_spi(g, intid, false);
        gic_write(g, cpu, GIC_CPU, GICC_EOIR, 4, iar);
        if (rotating)
            intid = bench.next(intid);
    }
}

// As above while every other SPI of the CPU is pending at a less urgent priority.
void physical_cycle_crowded(benchmark::State &state)
{
    Bench bench(static_cast<uint32_t>(state.range(0)), static_cast<uint32_t>(state.range(1)), GICC_CTLR_EnableGrp0);
    gic *g = bench.get();
    uint32_t intid = first_spi + 5;
    for (uint32_t other = first_spi; other < first_spi + state.range(0); other++)
        if (other != intid)
            gic_set_spi(g, other, true);
    gic_write(g, 0, GIC_DIST, GICD_IPRIORITYR + intid, 1, 0x40);
    uint32_t cpu = bench.owner(intid);
    for (auto _ : state) {
        gic_set_spi(g, intid, true);
        uint32_t iar = gic_read(g, cpu, GIC_CPU, GICC_IAR, 4);
        if (iar != intid)
            state.SkipWithError("wrong interrupt");
        gic_set_spi(g, intid, false);
        gic_write(g, cpu, GIC_CPU, GICC_EOIR, 4, iar);
    }
}

// raise, IAR, EOIR (split), list register with HW, GICV_IAR, GICV_EOIR, lower, read of GICD_ISACTIVER
void forwarded_cycle(benchmark::State &state)
{
    Bench bench(static_cast<uint32_t>(state.range(0)), static_cast<uint32_t>(state.range(1)),
                GICC_CTLR_EnableGrp0 | GICC_CTLR_EOImode);
    gic *g = bench.get();
    bool rotating = state.range(2) == Rotating;
    uint32_t intid = first_spi + 5;
    for (auto _ : state) {
        uint32_t cpu = bench.owner(intid);
        gic_set_spi(g, intid, true);
        uint32_t iar = gic_read(g, cpu, GIC_CPU, GICC_IAR, 4);
        gic_write(g, cpu, GIC_CPU, GICC_EOIR, 4, iar);
        uint32_t lr = GICH_LR_HW | GICH_LR_State_Pending | GIC_FIELD_SET(GICH_LR_Priority, 0x14u) |
                      GIC_FIELD_SET(GICH_LR_PhysicalID, iar) | 50;
        gic_write(g, cpu, GIC_HYP, GICH_LR0, 4, lr);
        uint32_t viar = gic_read(g, cpu, GIC_VCPU, GICV_IAR, 4);
        gic_write(g, cpu, GIC_VCPU, GICV_EOIR, 4, viar);
        gic_set_spi(g, intid, false);
        uint32_t active = gic_read(g, cpu, GIC_DIST, GICD_ISACTIVER + intid / 32 * 4, 4);
        if (iar != intid || viar != 50 || active != 0)
            state.SkipWithError("wrong interrupt");
        if (rotating)
            intid = bench.next(intid);
    }
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

void configurations(benchmark::internal::Benchmark *b)
{
    for (int64_t spis : {64, 256, 988})
        for (int64_t cpus : {1, 8})
            for (int64_t way : {Fixed, Rotating})
                b->Args({spis, cpus, way});
    b->ArgNames({"spis", "cpus", "rotating"});
}

BENCHMARK(physical_cycle)->Apply(configurations);
BENCHMARK(physical_cycle_quiet)->Apply(configurations);
BENCHMARK(physical_cycle_crowded)->ArgNames({"spis", "cpus"})->ArgsProduct({{64, 256, 988}, {1, 8}});
BENCHMARK(forwarded_cycle)->Apply(configurations);
BENCHMARK(size_of_instance);

} // namespace
