// SPDX-License-Identifier: Apache-2.0
// What holds for any run: random machines with dense traffic, every step checked. Interrupts are conserved, exits and
// entries balance, every line ends quiet and enabled.
#include "rig.hpp"

#include <random>
#include <sstream>

namespace
{

class Conservation : public testing::TestWithParam<unsigned>
{
  protected:
    std::mt19937_64 rng{GetParam()};

    unsigned below(unsigned n)
    {
        return static_cast<unsigned>(rng() % n);
    }
    bool one_in(unsigned n)
    {
        return below(n) == 0;
    }

    Rig random_rig()
    {
        Rig rig;
        auto &c = rig.cfg;
        c.platform.cpus = 1 + below(4);
        c.platform.list_registers = one_in(3) ? 2 + below(2) : 4;
        c.platform.priority_bits = 5 + below(4);
        c.platform.irq_propagation = one_in(4) ? below(300) : 0;
        c.platform.host = one_in(2) ? MACHINE_VHE : MACHINE_NVHE;
        c.guest_loop = one_in(2) ? MACHINE_WFI : MACHINE_SPIN;
        c.guest_eoi_mode = below(2);
        c.kernel.lazy_disable = !one_in(4);
        c.kernel.sync_before_host_irq = !one_in(4);
        c.costs.tick_hz = 100000000;
        const unsigned dear = below(4);
        for (auto &p : c.costs.price)
            p.net = dear == 0 ? 0 : dear == 1 ? 7 : below(dear == 2 ? 30 : 2000);
        rig.vcpus.clear();
        for (unsigned i = 0, n = 1 + below(c.platform.cpus); i < n; i++)
            rig.vcpus.push_back({c.guest_loop == MACHINE_SPIN ? i : below(c.platform.cpus)});
        for (unsigned i = 0, n = 1 + below(8); i < n; i++)
            random_device(rig, i);
        return rig;
    }

    // What it takes to repeat a run by hand.
    static std::string describe(const Rig &rig)
    {
        const auto &c = rig.cfg;
        std::ostringstream s;
        s << "cpus " << c.platform.cpus << " lrs " << c.platform.list_registers << " loop " << c.guest_loop << " eoi "
          << c.guest_eoi_mode << " lazy " << c.kernel.lazy_disable << " sync first " << c.kernel.sync_before_host_irq
          << " propagation " << c.platform.irq_propagation << " trap_in " << c.costs.price[0].net << " vcpus on";
        for (const auto &v : rig.vcpus)
            s << ' ' << v.cpu;
        for (size_t i = 0; i < rig.devices.size(); i++)
            s << "\n"
              << rig.devices[i].name << " kind " << rig.devices[i].kind << " trigger " << rig.devices[i].trigger
              << " cpu " << rig.devices[i].cpu << " vcpu " << rig.routes[i].vcpu << " forward " << rig.routes[i].forward
              << " resample " << rig.routes[i].resample << " priority " << rig.routes[i].priority << " clears "
              << rig.devices[i].clears << " work " << rig.handlers[i].work << " start " << rig.traffic[i].start
              << " every " << rig.traffic[i].every << " count " << rig.traffic[i].count;
        return s.str();
    }

    void random_device(Rig &rig, unsigned i)
    {
        const auto kind = one_in(2) ? MACHINE_INJECTOR : MACHINE_VFIO_PLATFORM;
        const auto trigger = one_in(2) ? MACHINE_EDGE : MACHINE_LEVEL;
        const sim_tick every = one_in(3) ? below(50) : one_in(2) ? below(3000) : 1000 + below(200000);
        rig.add(kind, trigger, 32 + i, 40 + i, below(rig.cfg.platform.cpus), 1 + below(40), every);
        rig.traffic[i].start = below(3000);
        rig.routes[i].vcpu = below(static_cast<unsigned>(rig.vcpus.size()));
        rig.routes[i].priority = below(29) << 3;
        rig.routes[i].forward = kind == MACHINE_VFIO_PLATFORM && one_in(2);
        rig.devices[i].clears = one_in(5) ? 1 + below(4) : 1;
        rig.handlers[i].work = one_in(3) ? 0 : below(3000);
    }
};

TEST_P(Conservation, nothing_is_lost_and_everything_balances)
{
    Rig rig = random_rig();
    ASSERT_EQ(rig.run(), 0) << rig.why << "\n" << describe(rig);
    uint64_t causes = 0, exits = 0;
    for (const auto &t : rig.traffic)
        causes += t.count;
    for (int c = 0; c < MACHINE_EXIT_COUNT; c++)
        exits += rig.count(std::string("exits.") + machine_exit_name(static_cast<machine_exit_cause>(c)));

    EXPECT_EQ(rig.count("interrupts.raised"), causes);
    EXPECT_EQ(rig.count("interrupts.delivered") + rig.count("interrupts.coalesced"), causes);
    EXPECT_EQ(rig.count("interrupts.completed"), rig.count("interrupts.delivered"));
    EXPECT_EQ(rig.count("interrupts.lost"), 0u);
    EXPECT_EQ(rig.count("interrupts.spurious"), 0u);
    EXPECT_EQ(rig.count("exits.total"), exits);
    EXPECT_EQ(rig.count("entries"), exits);
    EXPECT_EQ(rig.count("world_switches"), exits);
    EXPECT_EQ(rig.count("host.acks"), rig.count("host.eoir_writes"));
    EXPECT_LE(rig.count("host.acks_ipi"), rig.count("host.sgir_writes")); // two of one kind may be pending as one
    EXPECT_EQ(rig.count("guest.irqs"), rig.count("guest.eoir_writes"));
    EXPECT_EQ(rig.count("guest.dir_writes"), rig.cfg.guest_eoi_mode ? rig.count("guest.irqs") : 0);
    EXPECT_EQ(rig.count("vfio.automasks"), rig.count("vfio.unmasks"));
    EXPECT_EQ(machine_charged(rig.m.get(), SIM_COST_TRAP_IN), exits);
    EXPECT_EQ(machine_charged(rig.m.get(), SIM_COST_TRAP_OUT), exits);
    for (const auto &d : rig.devices) {
        if (d.kind == MACHINE_INJECTOR)
            continue;
        EXPECT_EQ(gic_state(machine_gic(rig.m.get()), 0, d.spi) &
                      (GIC_ST_PENDING | GIC_ST_ACTIVE | GIC_ST_ENABLED | GIC_ST_LINE),
                  static_cast<uint32_t>(GIC_ST_ENABLED))
            << d.name;
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Conservation, testing::Range(1u, 41u));

// Two edges at every distance up to well beyond one interrupt's handling: each is delivered or merged, never both.
TEST(Merging, two_causes_at_any_distance_are_counted_once_each)
{
    struct Case {
        machine_device_kind kind;
        machine_trigger trigger;
        unsigned cpu;
        bool forward;
    };
    for (const Case &c :
         {Case{MACHINE_INJECTOR, MACHINE_EDGE, 0, false}, Case{MACHINE_INJECTOR, MACHINE_LEVEL, 0, false},
          Case{MACHINE_INJECTOR, MACHINE_LEVEL, 1, false}, Case{MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 1, true},
          Case{MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 0, true}, Case{MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 0, false}}) {
        for (sim_tick apart = 1; apart < 500; apart += 7) {
            Rig rig(Rig::kSevenEach);
            rig.add(c.kind, c.trigger, 36, 34, c.cpu, 2, apart);
            rig.routes[0].forward = c.forward;
            rig.handlers[0].work = 50;
            ASSERT_EQ(rig.run(), 0) << rig.why;
            EXPECT_EQ(rig.count("interrupts.delivered") + rig.count("interrupts.coalesced"), 2u) << apart;
            EXPECT_EQ(rig.count("guest.irqs"), rig.count("interrupts.delivered")) << apart;
            EXPECT_EQ(rig.count("interrupts.spurious"), 0u) << apart;
            EXPECT_EQ(rig.count("interrupts.lost"), 0u) << apart;
        }
    }
}

// Two devices on one line: whatever the distance of their causes, both are served.
TEST(Merging, a_shared_line_loses_nothing)
{
    for (sim_tick apart = 1; apart < 400; apart += 5) {
        Rig rig(Rig::kSevenEach);
        for (uint32_t i : {0u, 1u}) {
            rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34 + i, 1, 1);
            rig.devices[i].shared = true;
            rig.traffic[i].start = 1000 + i * apart;
        }
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_EQ(rig.count("interrupts.lost"), 0u) << apart;
        EXPECT_EQ(rig.count("interrupts.delivered") + rig.count("interrupts.coalesced"), 2u) << apart;
    }
}

} // namespace
