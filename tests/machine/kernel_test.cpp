// SPDX-License-Identifier: Apache-2.0
// Kernel profiles beside each other: the exits of section 2.10 of the behavioural reference, isolated interrupts and
// rounds of a held line, for 6.1 (injection at once) and 4.12-deoi (injection by a kworker, which runs when the vCPU is
// back in the guest). Same pCPU, guest running.
//
// Direct EOI on 4.12-deoi departs from the table (2n): the series reads the level of a mapped SPI live from the
// distributor. The interrupt is still on the vCPU's list when the next one is taken (nothing has pruned it), so the
// sync of that very exit finds it pending and the flush loads it; the kworker, when it comes, finds nothing to do. Only
// the first interrupt costs the kick: n + 1. With the level tracked by the list register (since 4.16) it is 2n.
#include "rig.hpp"

#include <tuple>

namespace
{

enum Path { kEdge, kResample, kDirectEoi };
const char *const kPathName[] = {"edge", "resample", "direct_eoi"};

class Kernels : public testing::TestWithParam<std::tuple<const char *, Path, unsigned, Rig::Costs>>
{
  protected:
    bool worker() const
    {
        return std::string(std::get<0>(GetParam())) != "6.1";
    }
    bool live() const
    {
        return std::string(std::get<0>(GetParam())) == "4.12-deoi";
    }
    // Kicks in n injections.
    uint64_t kicks() const
    {
        return !worker() ? 0 : live() && path() == kDirectEoi ? 1 : n();
    }
    Path path() const
    {
        return std::get<1>(GetParam());
    }
    unsigned n() const
    {
        return std::get<2>(GetParam());
    }

    Rig rig{std::get<3>(GetParam())};

    void SetUp() override
    {
        rig.cfg.kernel = *machine_kernel_find(worker() ? "4.12-deoi" : "6.1");
        if (worker() && !live())
            rig.cfg.kernel.vgic.mapped_level = VGIC_MAPPED_LR_5_15;
        // The kworker comes after the rest of the exit, as it does on real machines.
        if (std::get<3>(GetParam()) != Rig::kIdeal)
            rig.cfg.costs.price[SIM_COST_WORKQUEUE].net = 500;
    }

    void Build(uint64_t count, unsigned clears)
    {
        rig.add(MACHINE_VFIO_PLATFORM, path() == kEdge ? MACHINE_EDGE : MACHINE_LEVEL, 36, 34, 1, count);
        rig.devices[0].clears = clears;
        rig.routes[0].forward = path() == kDirectEoi;
    }

    void ExpectQuiet()
    {
        EXPECT_EQ(rig.count("interrupts.lost"), 0u);
        EXPECT_EQ(rig.count("interrupts.spurious"), 0u);
        EXPECT_EQ(rig.count("interrupts.completed"), rig.count("interrupts.delivered"));
        EXPECT_EQ(gic_state(machine_gic(rig.m.get()), 0, 36) &
                      (GIC_ST_PENDING | GIC_ST_ACTIVE | GIC_ST_ENABLED | GIC_ST_LINE),
                  static_cast<uint32_t>(GIC_ST_ENABLED));
    }
};

TEST_P(Kernels, isolated_interrupts)
{
    Build(n(), 1);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    const uint64_t at_once = path() == kResample ? 2 : 1;
    EXPECT_EQ(rig.count("exits.total"), n() * at_once + kicks());
    EXPECT_EQ(rig.count("exits.kick_ipi"), kicks());
    EXPECT_EQ(rig.count("host.kworker_switches"), worker() ? n() : 0u);
    EXPECT_EQ(rig.count("guest.irqs"), n());
    EXPECT_EQ(rig.count("host.acks_device"), n() * (path() == kResample ? 2 : 1));
    ExpectQuiet();
}

// n back-to-back rounds of one level line: n + 1 and n, or 2n + 1 and 2n with a kworker.
TEST_P(Kernels, rounds_of_a_held_line)
{
    if (path() == kEdge)
        return; // an edge is not held
    Build(1, n());
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), n() + kicks() + (path() == kResample ? 1 : 0));
    EXPECT_EQ(rig.count("guest.irqs"), n());
    ExpectQuiet();
}

INSTANTIATE_TEST_SUITE_P(Section2_10, Kernels,
                         testing::Combine(testing::Values("6.1", "4.12-deoi", "4.12-deoi, lr"),
                                          testing::Values(kEdge, kResample, kDirectEoi),
                                          testing::Values(1u, 2u, 5u, 20u),
                                          testing::Values(Rig::kIdeal, Rig::kSevenEach)),
                         [](const auto &i) {
                             const std::string kernel = std::get<0>(i.param);
                             return std::string(kernel == "6.1"         ? "k6_1_"
                                                : kernel == "4.12-deoi" ? "k4_12_deoi_"
                                                                        : "k4_12_lr_") +
                                    kPathName[std::get<1>(i.param)] + "_n" + std::to_string(std::get<2>(i.param)) +
                                    (std::get<3>(i.param) == Rig::kIdeal ? "_ideal" : "_costly");
                         });

constexpr unsigned kFirstOnly = ~0u; // one more in all: see the head of this file

struct Place {
    const char *name;
    unsigned device_cpu;
    machine_guest_loop loop;
    bool forward;
    // per interrupt under 6.1, and what the kworker adds
    unsigned exits, more;
};

class KernelPlacement : public testing::TestWithParam<Place>
{
};

// "Placement matters" (2.4) for both kernels: a kworker adds a kick where the vCPU runs, and nothing where it sleeps or
// where the interrupt landed elsewhere (the kick is there anyway).
TEST_P(KernelPlacement, exits_of_both_kernels)
{
    constexpr uint64_t n = 10;
    for (const char *kernel : {"6.1", "4.12-deoi"}) {
        Rig rig(Rig::kSevenEach);
        rig.cfg.kernel = *machine_kernel_find(kernel);
        rig.cfg.costs.price[SIM_COST_WORKQUEUE].net = 500;
        rig.cfg.guest_loop = GetParam().loop;
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, GetParam().device_cpu, n);
        rig.routes[0].forward = GetParam().forward;
        ASSERT_EQ(rig.run(), 0) << rig.why;
        const bool worker = std::string(kernel) != "6.1";
        const uint64_t more = GetParam().more == kFirstOnly ? 1 : n * GetParam().more;
        EXPECT_EQ(rig.count("exits.total"), n * GetParam().exits + (worker ? more : 0)) << kernel;
        EXPECT_EQ(rig.count("interrupts.completed"), n) << kernel;
        EXPECT_EQ(rig.count("interrupts.spurious"), 0u) << kernel;
    }
}

INSTANTIATE_TEST_SUITE_P(Section2_4, KernelPlacement,
                         testing::Values(Place{"same_running_trapped", 1, MACHINE_SPIN, false, 2, 1},
                                         Place{"same_running_forwarded", 1, MACHINE_SPIN, true, 1, kFirstOnly},
                                         Place{"other_running_trapped", 0, MACHINE_SPIN, false, 2, 0},
                                         Place{"other_running_forwarded", 0, MACHINE_SPIN, true, 1, 0},
                                         Place{"same_blocked_trapped", 1, MACHINE_WFI, false, 2, 0},
                                         Place{"same_blocked_forwarded", 1, MACHINE_WFI, true, 1, 0},
                                         Place{"other_blocked_trapped", 0, MACHINE_WFI, false, 2, 0},
                                         Place{"other_blocked_forwarded", 0, MACHINE_WFI, true, 1, 0}),
                         [](const auto &i) { return std::string(i.param.name); });

// The interrupt lands where another vCPU runs: that one is left for it, the target is kicked, with both kernels (the
// kworker finds a free CPU, or waits for its turn where the interrupt landed).
TEST(KernelPlacement2, landing_on_another_vcpus_cpu_costs_an_exit_on_each)
{
    for (const char *kernel : {"6.1", "4.12-deoi"}) {
        Rig rig(Rig::kSevenEach);
        rig.cfg.kernel = *machine_kernel_find(kernel);
        rig.cfg.costs.price[SIM_COST_WORKQUEUE].net = 500;
        rig.cfg.platform.cpus = 3;
        rig.vcpus = {{1}, {2}};
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 2, 5);
        rig.routes[0].forward = true;
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_EQ(rig.count("exits.phys_device_irq"), 5u) << kernel;
        EXPECT_EQ(rig.count("exits.kick_ipi"), 5u) << kernel;
        EXPECT_EQ(rig.count("exits.total"), 10u) << kernel;
    }
}

// A vCPU that is runnable but not in the guest (its CPU runs the injector's thread) is not kicked, with either kernel.
TEST(KernelPlacement2, a_runnable_vcpu_outside_the_guest_is_not_kicked)
{
    for (const char *kernel : {"6.1", "4.12-deoi"}) {
        Rig rig(Rig::kSevenEach);
        rig.cfg.kernel = *machine_kernel_find(kernel);
        rig.cfg.platform.cpus = 1; // the kworker too runs where the vCPU waits
        rig.vcpus = {{0}};
        rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 34, 0, 5);
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_EQ(rig.count("kicks"), 0u) << kernel;
        EXPECT_EQ(rig.count("exits.wakeup_hrtimer"), 5u) << kernel;
        EXPECT_EQ(rig.count("exits.total"), 5u) << kernel;
        EXPECT_EQ(rig.count("guest.irqs"), 5u) << kernel;
    }
}

// The level of a forwarded line is read from the distributor at every query: those reads are the host's.
TEST(KernelKnobs, a_live_mapped_level_costs_distributor_reads)
{
    uint64_t reads[2];
    for (int live : {0, 1}) {
        Rig rig;
        if (live)
            rig.cfg.kernel.vgic.mapped_level = VGIC_MAPPED_DEOI_LIVE;
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 10);
        rig.routes[0].forward = true;
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_EQ(rig.count("exits.total"), 10u);
        reads[live] = rig.count("host.gicd_reads");
    }
    EXPECT_EQ(reads[0], 0u);
    EXPECT_GE(reads[1], 30u);
}

// Signals that find the work item queued are one injection, and are counted as merged.
TEST(KernelKnobs, signals_that_pile_up_before_the_kworker_merge)
{
    Rig rig(Rig::kSevenEach);
    rig.cfg.kernel = *machine_kernel_find("4.12-deoi");
    rig.cfg.costs.price[SIM_COST_WORKQUEUE].net = 5000;
    rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 34, 0, 10, 300);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_GT(rig.count("interrupts.coalesced"), 0u);
    EXPECT_EQ(rig.count("interrupts.delivered") + rig.count("interrupts.coalesced"), 10u);
    EXPECT_EQ(rig.count("interrupts.lost"), 0u);
}

} // namespace
