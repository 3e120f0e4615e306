// SPDX-License-Identifier: Apache-2.0
// Where the interrupt lands and what the vCPU does decide who pays (section 2.4, "Placement matters").
#include "rig.hpp"

#include <cerrno>

namespace
{

struct Param {
    const char *name;
    unsigned device_cpu;
    machine_guest_loop loop;
    bool forward;
    // per interrupt
    unsigned device, kick, wfx, maint, wakeups;
};

class Placement : public testing::TestWithParam<Param>
{
};

TEST_P(Placement, exits_by_cause)
{
    const Param &p = GetParam();
    constexpr uint64_t n = 10;
    Rig rig(Rig::kSevenEach);
    rig.cfg.guest_loop = p.loop;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, p.device_cpu, n);
    rig.routes[0].forward = p.forward;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.phys_device_irq"), p.device * n);
    EXPECT_EQ(rig.count("exits.kick_ipi"), p.kick * n);
    EXPECT_EQ(rig.count("exits.wfx"), p.wfx * n);
    EXPECT_EQ(rig.count("exits.maint_eoi"), p.maint * n);
    EXPECT_EQ(rig.count("exits.total"), (p.device + p.kick + p.wfx + p.maint) * n);
    EXPECT_EQ(rig.count("halt_wakeups"), p.wakeups * n);
    EXPECT_EQ(rig.count("interrupts.completed"), n);
    EXPECT_EQ(rig.count("vgic.hw_inactive"), 0u);
}

INSTANTIATE_TEST_SUITE_P(Rows, Placement,
                         testing::Values(Param{"same_cpu_running_trapped", 1, MACHINE_SPIN, false, 1, 0, 0, 1, 0},
                                         Param{"same_cpu_running_forwarded", 1, MACHINE_SPIN, true, 1, 0, 0, 0, 0},
                                         Param{"other_cpu_running_trapped", 0, MACHINE_SPIN, false, 0, 1, 0, 1, 0},
                                         Param{"other_cpu_running_forwarded", 0, MACHINE_SPIN, true, 0, 1, 0, 0, 0},
                                         Param{"same_cpu_blocked_trapped", 1, MACHINE_WFI, false, 0, 0, 1, 1, 1},
                                         Param{"same_cpu_blocked_forwarded", 1, MACHINE_WFI, true, 0, 0, 1, 0, 1},
                                         Param{"other_cpu_blocked_trapped", 0, MACHINE_WFI, false, 0, 0, 1, 1, 1},
                                         Param{"other_cpu_blocked_forwarded", 0, MACHINE_WFI, true, 0, 0, 1, 0, 1}),
                         [](const auto &i) { return i.param.name; });

// The interrupt lands where another vCPU runs: both are left, one for the interrupt, one for the kick.
TEST(Placement2, landing_on_another_vcpus_cpu_costs_an_exit_on_each)
{
    Rig rig;
    rig.cfg.platform.cpus = 3;
    rig.vcpus = {{1}, {2}};
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 2, 5);
    rig.routes[0].forward = true;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.phys_device_irq"), 5u);
    EXPECT_EQ(rig.count("exits.kick_ipi"), 5u);
    EXPECT_EQ(rig.count("exits.total"), 10u);
}

// The rows in which the landing pCPU runs another guest, and the target is blocked, or runnable and not running: the
// other guest pays one exit (C1), the target none for the arrival. Every kernel, both ways to end an interrupt.
class PlacementBeside : public testing::TestWithParam<std::tuple<const char *, bool>>
{
  protected:
    static constexpr sim_tick kBusy = 2000, kArrival = 20000;

    // vCPU 0 sleeps on pCPU 1; vCPU 1 is in a long handler on pCPU 0 from kBusy on. `landing`: where vCPU 0's interrupt
    // goes.
    void Build(Rig &rig, unsigned landing)
    {
        rig.cfg.kernel = *machine_kernel_find(std::get<0>(GetParam()));
        rig.cfg.guest_loop = MACHINE_WFI;
        rig.vcpus = {{1}, {0}};
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, landing, 1);
        rig.routes[0].forward = std::get<1>(GetParam());
        rig.traffic[0].start = kArrival;
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 37, 35, 0, 1);
        rig.routes[1].vcpu = 1;
        rig.routes[1].forward = true;
        rig.handlers[1].work = 100000;
        rig.traffic[1].start = kBusy;
    }
};

TEST_P(PlacementBeside, a_blocked_target_costs_the_other_guest_one_exit)
{
    Rig idle(Rig::kSevenEach), busy(Rig::kSevenEach);
    Build(idle, 1);
    Build(busy, 0);
    for (Rig *r : {&idle, &busy}) {
        ASSERT_EQ(r->run(), 0) << r->why;
        EXPECT_EQ(r->count("interrupts.completed"), 2u);
    }
    EXPECT_EQ(busy.count("exits.phys_device_irq"), idle.count("exits.phys_device_irq") + 1);
    EXPECT_EQ(busy.count("exits.total"), idle.count("exits.total") + 1);
    EXPECT_EQ(busy.count("kicks"), idle.count("kicks"));
}

TEST_P(PlacementBeside, a_runnable_target_is_not_kicked)
{
    // vCPU 0 is in a long handler of an edge, and a thread of the host takes its CPU; within that time the interrupt
    // arrives.
    bool seen = false;
    for (sim_tick at = kArrival; at < kArrival + 300; at += 7) {
        Rig without(Rig::kSevenEach), with(Rig::kSevenEach);
        for (Rig *r : {&without, &with}) {
            Build(*r, 0);
            r->traffic[0].start = r == &with ? at : kArrival * 20; // else when all is quiet
            r->add(MACHINE_VFIO_PLATFORM, MACHINE_EDGE, 38, 36, 1, 1);
            r->handlers[2].work = 100000;
            r->traffic[2].start = kBusy;
            r->add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 37, 1, 1);
            r->traffic[3].start = kArrival;
            ASSERT_EQ(r->run(), 0) << r->why;
            ASSERT_EQ(r->count("interrupts.completed"), 4u) << at;
        }
        seen |=
            with.count("kicks") == 0 && with.count("exits.phys_device_irq") > without.count("exits.phys_device_irq");
    }
    EXPECT_TRUE(seen) << "at some moment the arrival costs the landing CPU's guest its exit and nobody a kick";
}

INSTANTIATE_TEST_SUITE_P(Rows, PlacementBeside, testing::Combine(testing::Values("6.1", "4.12-deoi"), testing::Bool()),
                         [](const auto &i) {
                             return std::string(std::get<0>(i.param)[0] == '6' ? "k6_1" : "k4_12") +
                                    (std::get<1>(i.param) ? "_forwarded" : "_trapped");
                         });

// An injector thread above the vCPU on its CPU: the timer that wakes it takes the guest out; no kick.
TEST(Placement2, injector_on_the_vcpus_cpu_is_woken_by_the_timer)
{
    Rig rig;
    rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 34, 1, 5);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.wakeup_hrtimer"), 5u);
    EXPECT_EQ(rig.count("exits.total"), 5u);
    EXPECT_EQ(rig.count("kicks"), 0u);
    EXPECT_EQ(rig.count("guest.irqs"), 5u);
}

// Everything on one pCPU: user space, the vCPU and the device's interrupt.
TEST(Placement2, a_machine_with_one_cpu_works)
{
    for (bool forward : {false, true}) {
        for (auto loop : {MACHINE_SPIN, MACHINE_WFI}) {
            Rig rig(Rig::kSevenEach);
            rig.cfg.platform.cpus = 1;
            rig.cfg.guest_loop = loop;
            rig.vcpus = {{0}};
            rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 0, 5);
            rig.routes[0].forward = forward;
            ASSERT_EQ(rig.run(), 0) << rig.why;
            EXPECT_EQ(rig.count("exits.total"), forward ? 5u : 10u);
            EXPECT_EQ(rig.count("interrupts.completed"), 5u);
            EXPECT_EQ(rig.count("bypass.connects"), forward ? 1u : 0u);
        }
    }
}

// Two vCPUs that sleep may share a pCPU; two that spin may not (there are no time slices).
TEST(Placement2, sleeping_vcpus_may_share_a_cpu)
{
    Rig rig(Rig::kSevenEach);
    rig.vcpus = {{1}, {1}};
    rig.cfg.guest_loop = MACHINE_WFI;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 0, 5);
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 37, 35, 1, 5);
    rig.routes[1].vcpu = 1;
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("interrupts.completed"), 10u);
    rig.m.reset();
    rig.cfg.guest_loop = MACHINE_SPIN;
    EXPECT_EQ(rig.run(), -EINVAL);
}

// A pulse that is gone before the CPU can have seen it causes no exit.
TEST(Placement2, a_pulse_shorter_than_the_propagation_is_not_seen)
{
    Rig rig;
    rig.cfg.platform.irq_propagation = 50;
    rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, 3);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("exits.total"), 6u);
    EXPECT_DOUBLE_EQ(rig.real("latency.wire_to_iar.min"), 50.0);
}

} // namespace
