// SPDX-License-Identifier: Apache-2.0
//
// Initiators that run ahead of time (temporal decoupling) on the GIC-400 module: no interrupt may be lost, whenever it
// comes within a quantum, and however different the quanta are.
#include "rig.hpp"

#include <tlm_utils/tlm_quantumkeeper.h>

#include <array>
#include <memory>
#include <random>

namespace
{

using namespace models_test;
using sc_core::wait;

// ---- one CPU in the middle of its quantum ----------------------------------------------------------------------

// A CPU as a virtual platform has it: it runs instructions of 10 ns, looks at its nIRQ when it synchronises, and sleeps
// (WFI) when it has nothing to do.
struct DecoupledCpu : sc_core::sc_module {
    Initiator bus{"bus"};
    sc_core::sc_in<bool> irq{"irq"};
    sc_time quantum;
    bool sleeps;
    std::vector<std::pair<uint32_t, sc_time>> taken; // INTID and when

    SC_HAS_PROCESS(DecoupledCpu);
    DecoupledCpu(sc_core::sc_module_name name, const sc_time &q, bool wfi) : sc_module(name), quantum(q), sleeps(wfi)
    {
        SC_THREAD(run);
    }
    void run()
    {
        tlm_utils::tlm_quantumkeeper keeper;
        tlm::tlm_global_quantum::instance().set(quantum);
        keeper.reset();
        wait(ns(1));
        bus.enable_cpu();
        bus.enable_irq(40);
        while (true) {
            keeper.inc(ns(10));
            if (keeper.need_sync())
                keeper.sync();
            else if (!sleeps)
                continue;
            if (sleeps && !irq.read()) {
                keeper.sync();
                // The line may have risen while time went on: to wait for its edge alone would be to wait for ever.
                if (!irq.read())
                    wait(irq.posedge_event());
                keeper.reset();
            }
            if (irq.read())
                take(keeper);
        }
    }
    void take(tlm_utils::tlm_quantumkeeper &keeper)
    {
        bus.delay = keeper.get_local_time();
        const uint32_t iar = bus.read(gicc + GICC_IAR);
        if (iar != GIC_SPURIOUS) {
            taken.emplace_back(iar, sc_core::sc_time_stamp());
            bus.write(gicc + GICC_EOIR, iar);
        }
        keeper.set(bus.delay);
        keeper.sync(); // so that nIRQ is what it is after the accesses
        wait(sc_core::SC_ZERO_TIME);
        wait(sc_core::SC_ZERO_TIME);
    }
};

struct Case {
    double quantum_ns, raise_ns;
    bool sleeps;
};

class Gic400Quantum : public testing::TestWithParam<Case>
{
};

TEST_P(Gic400Quantum, an_interrupt_in_its_middle_is_seen_at_the_next_synchronisation)
{
    const Case &c = GetParam();
    trapline::gic400 gic("gic");
    DecoupledCpu cpu("cpu", ns(c.quantum_ns), c.sleeps);
    sc_core::sc_signal<bool> line("line"), irq("irq");
    cpu.bus.port.bind(gic.bus);
    cpu.irq(irq);
    gic.irq[0].bind(irq);
    gic.spi[8].bind(line);
    Thread device("device", [&] {
        wait(ns(c.raise_ns));
        line.write(true);
        wait(ns(0.5)); // shorter than any quantum: an edge
        line.write(false);
    });
    Thread software("software", [&] {
        wait(ns(2));
        cpu.bus.make_edge(40);
    });
    sc_core::sc_start(ns(c.raise_ns + 3 * c.quantum_ns + 100));
    ASSERT_EQ(cpu.taken.size(), 1u) << "lost, or taken twice";
    EXPECT_EQ(cpu.taken[0].first, 40u);
    EXPECT_GE(cpu.taken[0].second, ns(c.raise_ns));
    EXPECT_LE(cpu.taken[0].second, ns(c.raise_ns + c.quantum_ns + 10));
    EXPECT_EQ(broken(gic), "");
}

std::vector<Case> cases()
{
    std::vector<Case> result;
    for (double quantum : {10.0, 100.0, 1000.0})
        for (double offset : {3.0, 0.5 * quantum, quantum - 1, quantum, quantum + 1, 2 * quantum + 0.25})
            for (bool sleeps : {false, true})
                result.push_back({quantum, offset + 5, sleeps});
    return result;
}

INSTANTIATE_TEST_SUITE_P(Times, Gic400Quantum, testing::ValuesIn(cases()));

// ---- two GICs, sixteen CPUs -----------------------------------------------------------------------------------------

constexpr unsigned ncpus = 8, nspis = 64;

// What has happened to each SPI of a GIC. Devices pulse edge-triggered lines and wait until each is taken.
struct Ledger {
    std::array<unsigned, nspis> raised{}, taken{};
};

struct SoakCpu : sc_core::sc_module {
    Initiator bus{"bus"};
    trapline::gic400 &gic;
    Ledger &ledger;
    unsigned number;
    sc_time quantum;
    std::mt19937 rng;
    sc_core::sc_in<bool> irq{"irq"};
    unsigned acknowledged = 0, spurious = 0;

    SC_HAS_PROCESS(SoakCpu);
    SoakCpu(sc_core::sc_module_name name, trapline::gic400 &g, Ledger &l, unsigned n, const sc_time &q, unsigned seed)
        : sc_module(name), gic(g), ledger(l), number(n), quantum(q), rng(seed)
    {
        SC_THREAD(run);
    }
    void run()
    {
        bus.enable_cpu();
        wait(ns(1));
        // A quantum of its own: the keeper of SystemC has one for all.
        sc_time local;
        while (true) {
            bus.delay = local;
            step();
            local = bus.delay + ns(5);
            if (local >= quantum) {
                wait(local);
                local = sc_core::SC_ZERO_TIME;
            }
        }
    }
    // One access of everyday traffic, or an interrupt.
    void step()
    {
        if (gic.output(number, GIC_IRQ)) {
            const uint32_t iar = bus.read(gicc + GICC_IAR);
            const uint32_t intid = iar & GICC_IAR_INTID;
            if (intid >= 32 && intid < 32 + nspis)
                ledger.taken[intid - 32]++;
            acknowledged += intid < GIC_SPURIOUS;
            spurious += intid == GIC_SPURIOUS;
            if (intid < GIC_SPURIOUS)
                bus.write(gicc + GICC_EOIR, iar);
            return;
        }
        const uint32_t what = static_cast<uint32_t>(rng()), intid = 32 + what / 16 % nspis;
        switch (what % 8) {
        case 0: // interrupts move from CPU to CPU
            bus.write(gicd + GICD_ITARGETSR + intid, 1u << (what / 4096) % ncpus, 1);
            break;
        case 1:
            bus.write(gicd + GICD_IPRIORITYR + intid, (what / 4096) & 0xf0, 1);
            break;
        case 2: // and are masked for a while
            bus.write(gicd + GICD_ICENABLER + intid / 32 * 4, 1u << intid % 32);
            bus.write(gicd + GICD_ISENABLER + intid / 32 * 4, 1u << intid % 32);
            break;
        case 3:
            bus.write(gicd + GICD_SGIR, (what / 4096 & 0xff) << 16 | (what & 15));
            break;
        default:
            bus.read(gicd + GICD_ISPENDR + intid / 32 * 4);
        }
    }
};

struct SoakPlatform : sc_core::sc_module {
    trapline::gic400 gic;
    Ledger ledger;
    sc_core::sc_vector<sc_core::sc_signal<bool>> lines{"lines", nspis}, irqs{"irqs", ncpus};
    std::vector<std::unique_ptr<SoakCpu>> cpus;

    static trapline::gic400_config config()
    {
        trapline::gic400_config c;
        c.cpus = ncpus;
        c.spis = nspis;
        c.latency = {ns(1), ns(2), ns(3), ns(4), ns(5), ns(6), ns(7), ns(8)};
        return c;
    }
    SC_HAS_PROCESS(SoakPlatform);
    SoakPlatform(sc_core::sc_module_name name, unsigned seed) : sc_module(name), gic("gic", config())
    {
        gic.spi.bind(lines);
        gic.irq.bind(irqs);
        for (unsigned n = 0; n < ncpus; n++) {
            const sc_time quantum = ns(10.0 * (1u << n)); // 10 ns to 1.28 us
            const std::string cpu_name = "cpu" + std::to_string(n);
            cpus.push_back(std::make_unique<SoakCpu>(cpu_name.c_str(), gic, ledger, n, quantum, seed * 100 + n));
            cpus.back()->bus.port.bind(gic.bus);
            cpus.back()->irq(irqs[n]);
        }
        SC_THREAD(devices);
        rng.seed(seed);
    }
    std::mt19937 rng;
    // Pulses of lines that have none outstanding, so that each has to be taken exactly once.
    void devices()
    {
        Initiator &boot = cpus[0]->bus;
        for (uint32_t intid = 32; intid < 32 + nspis; intid++) {
            boot.make_edge(intid);
            boot.enable_irq(intid, 1u << intid % ncpus);
        }
        boot.write(gicd + GICD_ISENABLER, 0xffff);
        while (sc_core::sc_time_stamp() < ns(150000)) {
            wait(ns(static_cast<double>(rng() % 30) + 1));
            const auto n = static_cast<uint32_t>(rng() % nspis);
            if (ledger.raised[n] != ledger.taken[n])
                continue;
            ledger.raised[n]++;
            lines[n].write(true);
            wait(ns(1));
            lines[n].write(false);
            ASSERT_EQ(broken(gic), "");
        }
    }
};

class Gic400Soak : public testing::TestWithParam<unsigned>
{
};

TEST_P(Gic400Soak, two_gics_and_sixteen_cpus_with_quanta_of_their_own_lose_nothing)
{
    SoakPlatform first("first", GetParam()), second("second", GetParam() + 1000);
    sc_core::sc_start(ns(200000));
    for (SoakPlatform *p : {&first, &second}) {
        unsigned raised = 0;
        for (unsigned n = 0; n < nspis; n++) {
            EXPECT_EQ(p->ledger.taken[n], p->ledger.raised[n]) << "INTID " << 32 + n;
            raised += p->ledger.raised[n];
        }
        EXPECT_GT(raised, 1000u);
        for (const auto &cpu : p->cpus)
            EXPECT_GT(cpu->acknowledged, 0u);
        EXPECT_EQ(broken(p->gic), "");
        gic_counters counters{};
        gic_stats(p->gic.handle(), &counters);
        EXPECT_EQ(counters.acks, counters.eois);
        EXPECT_EQ(counters.errors[GIC_ERR_OFFSET] + counters.errors[GIC_ERR_WIDTH] + counters.errors[GIC_ERR_CPU], 0u);
    }
    // Each has its own state.
    EXPECT_NE(saved(first.gic), saved(second.gic));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Gic400Soak, testing::Range(1u, 4u));

} // namespace
