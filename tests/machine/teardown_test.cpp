// SPDX-License-Identifier: Apache-2.0
// Switching direct EOI on and off while the machine runs, refusals, and the end of devices and VMs (sections 6.2
// to 6.8, 5.6; oracles T8 to T10 of section 9.3).
#include "rig.hpp"

#include <algorithm>
#include <cerrno>
#include <sstream>

namespace
{

// One level device on the vCPU's CPU. Every primitive costs 7 ticks, so the guest reads IAR within 200 ticks of the
// wire and then works for a long time before it quietens the device.
struct Teardown : testing::Test {
    static constexpr sim_tick kRaise = 1000, kInHandler = 4000, kWork = 10000, kLater = 100000;

    void Build(Rig &rig, bool forward, uint64_t count = 1)
    {
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, 1, count);
        rig.routes[0].forward = forward;
        rig.handlers[0].work = kWork;
    }

    static uint32_t State(Rig &rig)
    {
        return gic_state(machine_gic(rig.m.get()), 0, 36);
    }

    static bool Noted(const Rig &rig, const std::string &what)
    {
        const auto notes = rig.notes();
        return std::any_of(notes.begin(), notes.end(),
                           [&](const std::string &n) { return n.find(what) != std::string::npos; });
    }
};

TEST_F(Teardown, T8_connect_while_automasked_is_refused_and_the_trapped_path_keeps_working)
{
    Rig rig(Rig::kSevenEach);
    Build(rig, false, 3);
    rig.act(MACHINE_ACTION_FORWARD, kInHandler);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("bypass.connects"), 0u);
    EXPECT_EQ(rig.count("bypass.refusals"), 1u);
    EXPECT_TRUE(Noted(rig, "try again later"));
    EXPECT_EQ(rig.count("interrupts.completed"), 3u);
    EXPECT_EQ(rig.count("vfio.automasks"), 3u);
    EXPECT_EQ(State(rig) & ~GIC_ST_EDGE, static_cast<uint32_t>(GIC_ST_ENABLED));
}

TEST_F(Teardown, a_refused_connection_can_be_tried_again)
{
    Rig rig(Rig::kSevenEach);
    Build(rig, false, 3);
    rig.act(MACHINE_ACTION_FORWARD, kInHandler);
    rig.act(MACHINE_ACTION_FORWARD, kRaise + 50000); // between the first and the second interrupt
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("bypass.refusals"), 1u);
    EXPECT_EQ(rig.count("bypass.connects"), 1u);
    EXPECT_EQ(rig.count("vfio.automasks"), 1u); // the first; the other two end in hardware
    EXPECT_EQ(rig.count("exits.maint_eoi"), 1u);
    EXPECT_EQ(rig.count("interrupts.completed"), 3u);
}

TEST_F(Teardown, T9_disconnect_in_the_handler_with_the_line_high_on_6_1)
{
    Rig rig(Rig::kSevenEach);
    Build(rig, true);
    rig.act(MACHINE_ACTION_UNFORWARD, kInHandler);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("host.acks_device"), 3u); // one forwarded; two for the automasked re-fire (lazy)
    EXPECT_EQ(rig.count("guest.irqs"), 1u);       // no spurious one
    EXPECT_EQ(rig.count("exits.total"), 3u);
    EXPECT_EQ(rig.count("exits.phys_device_irq") + rig.count("exits.ipi_call") + rig.count("exits.maint_eoi"), 3u);
    EXPECT_EQ(rig.count("exits.maint_eoi"), 1u);
    EXPECT_EQ(rig.count("host.eventfd_resample"), 1u);
    EXPECT_EQ(State(rig) & ~GIC_ST_EDGE, static_cast<uint32_t>(GIC_ST_ENABLED));
}

// Pending and active at once: the guest takes a level again that it has quietened.
TEST_F(Teardown, T10_the_same_on_4_12_gives_one_spurious_interrupt)
{
    Rig rig(Rig::kSevenEach);
    rig.cfg.kernel = *machine_kernel_find("4.12-deoi");
    Build(rig, true);
    rig.act(MACHINE_ACTION_UNFORWARD, kInHandler);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("guest.irqs"), 2u);
    EXPECT_EQ(rig.count("interrupts.spurious"), 1u);
    EXPECT_EQ(State(rig) & ~GIC_ST_EDGE, static_cast<uint32_t>(GIC_ST_ENABLED));
}

TEST_F(Teardown, disconnect_in_the_handler_when_the_device_is_quiet_fires_nothing)
{
    Rig rig(Rig::kSevenEach);
    Build(rig, true);
    rig.act(MACHINE_ACTION_RESET, kInHandler - 500); // the line goes low, the interrupt stays active
    rig.act(MACHINE_ACTION_UNFORWARD, kInHandler);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("host.acks_device"), 1u);
    EXPECT_EQ(rig.count("guest.irqs"), 1u);
    EXPECT_EQ(rig.count("vfio.unmasks"), 0u); // the resample finds nothing masked
    EXPECT_EQ(State(rig) & ~GIC_ST_EDGE, static_cast<uint32_t>(GIC_ST_ENABLED));
}

TEST_F(Teardown, a_user_mask_survives_the_switch)
{
    Rig rig(Rig::kSevenEach);
    Build(rig, false, 2);
    rig.act(MACHINE_ACTION_MASK, kRaise + 40000);
    rig.act(MACHINE_ACTION_FORWARD, kRaise + 50000);
    rig.act(MACHINE_ACTION_UNMASK, kRaise + 300000); // the second interrupt came at 101,000
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("bypass.connects"), 1u);
    EXPECT_EQ(rig.count("interrupts.completed"), 2u);
    EXPECT_GE(rig.real("latency.wire_to_iar.max"), 199000.0); // it waited for the unmask
}

// The regression of 2020: a refused connection never resumes the guest (5.6). Reverted in 5.13.
TEST_F(Teardown, the_regression_of_2020_freezes_the_guest)
{
    for (bool regression : {false, true}) {
        Rig rig(Rig::kSevenEach);
        rig.cfg.kernel.bypass_regression_2020 = regression;
        Build(rig, false, 3);
        rig.act(MACHINE_ACTION_FORWARD, kInHandler);
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_EQ(rig.count("bypass.refusals"), 1u);
        EXPECT_EQ(rig.count("interrupts.completed"), regression ? 0u : 3u);
    }
}

TEST_F(Teardown, affinity_may_change_while_an_interrupt_is_forwarded_and_active)
{
    Rig rig(Rig::kSevenEach);
    Build(rig, true, 3);
    rig.act(MACHINE_ACTION_AFFINITY, kInHandler, 0);
    ASSERT_EQ(rig.run(), 0) << rig.why;
    EXPECT_EQ(rig.count("interrupts.completed"), 3u);
    EXPECT_EQ(rig.count("exits.phys_device_irq"), 1u); // the first; then they land on the other CPU
    EXPECT_EQ(rig.count("exits.kick_ipi"), 2u);
    EXPECT_EQ(State(rig) & ~GIC_ST_EDGE, static_cast<uint32_t>(GIC_ST_ENABLED));
}

// A shared line, one of whose devices nobody uses: it is not opened, and the other one works, direct EOI or not.
TEST_F(Teardown, a_device_without_a_route_does_not_disturb_the_one_that_shares_its_line)
{
    for (const bool forward : {false, true}) {
        Rig rig(Rig::kSevenEach);
        Build(rig, forward, 3);
        rig.devices[0].shared = true;
        rig.devices.push_back(rig.devices[0]);
        rig.act(MACHINE_ACTION_MASK, kLater * 5); // nobody to do it for
        rig.actions[0].device = 1;
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_EQ(rig.count("interrupts.completed"), 3u);
        EXPECT_TRUE(Noted(rig, "has no route"));
    }
}

// A halt that meets an expired timer: the vCPU leaves its block and waits in the run loop, and no timer fires in vain.
TEST_F(Teardown, a_halt_of_a_blocked_vcpu_whose_timer_expires_takes_one_timer_interrupt)
{
    for (const char *kernel : {"6.1", "4.12-deoi"}) {
        for (sim_tick at = 9999000; at < 10001500; at += 37) {
            Rig rig(Rig::kSevenEach);
            rig.cfg.kernel = *machine_kernel_find(kernel);
            rig.cfg.guest_loop = MACHINE_WFI;
            rig.cfg.ops = {MACHINE_OP_TIMER, 1};
            Build(rig, false, 1);
            rig.traffic[0].start = 20000000;
            rig.act(MACHINE_ACTION_FORWARD, at); // halts the guest for a while
            ASSERT_EQ(rig.run(), 0) << rig.why;
            ASSERT_EQ(rig.count("ops.count"), 1u) << at;
            // One for the user-space thread that acts, one for the vCPU, unless both are due at once.
            ASSERT_LE(rig.count("host.acks_timer"), 2u) << kernel << " " << at;
            ASSERT_EQ(rig.count("interrupts.completed"), 1u) << at;
        }
    }
}

// An operation of the guest that the VM does not live to see is no failure; one that is halted for ever is.
TEST_F(Teardown, operations_end_with_the_vm)
{
    for (const machine_op op : {MACHINE_OP_TIMER, MACHINE_OP_HVC}) {
        Rig rig(Rig::kSevenEach);
        rig.cfg.ops = {op, 100000};
        Build(rig, false, 1);
        rig.act(MACHINE_ACTION_DESTROY_VM, 50000);
        ASSERT_EQ(rig.run(), 0) << rig.why;
        EXPECT_LT(rig.count("ops.count"), 100000u);
    }
    Rig rig;
    rig.cfg.kernel.bypass_regression_2020 = true;
    rig.cfg.guest_loop = MACHINE_WFI;
    rig.cfg.ops = {MACHINE_OP_TIMER, 2};
    Build(rig, false, 1);
    rig.act(MACHINE_ACTION_FORWARD, kInHandler);
    EXPECT_EQ(rig.run(), -ELOOP);
    EXPECT_NE(rig.why.find("halted for ever"), std::string::npos) << rig.why;
}

struct Moment {
    const char *kernel;
    machine_action_kind kind;
    machine_guest_loop loop;
    bool forward;
    unsigned device_cpu;
    bool preempted; // a thread of the host has taken the vCPU's CPU just before
};

class AnyMoment : public testing::TestWithParam<Moment>
{
};

// Whatever happens to the device or the VM, at whatever moment of an interrupt's life: the physical interrupt does not
// stay active with nobody to deactivate it, and as long as both live nothing is lost.
TEST_P(AnyMoment, leaves_no_interrupt_active)
{
    const Moment &p = GetParam();
    const bool ends =
        p.kind == MACHINE_ACTION_CLOSE || p.kind == MACHINE_ACTION_DESTROY_VM || p.kind == MACHINE_ACTION_DEASSIGN;
    for (sim_tick at = 990; at < 2200; at += 11) {
        Rig rig(Rig::kSevenEach);
        rig.cfg.kernel = *machine_kernel_find(p.kernel);
        rig.cfg.guest_loop = p.loop;
        rig.add(MACHINE_VFIO_PLATFORM, MACHINE_LEVEL, 36, 34, p.device_cpu, 2);
        rig.routes[0].forward = p.forward;
        rig.handlers[0].work = 500;
        if (p.preempted) {
            rig.add(MACHINE_INJECTOR, MACHINE_EDGE, 0, 42, 1, 1);
            rig.traffic[1].start = at - 40;
        }
        rig.act(p.kind, at);
        // Deassign takes the virtual line down and then undoes forwarding. Where the fold samples the physical level
        // (since 4.16) it goes up again in between, and no resampler is left to take it down: the guest storms.
        const bool may_storm = p.kind == MACHINE_ACTION_DEASSIGN && p.forward && std::string(p.kernel) == "6.1";
        rig.cfg.until = may_storm ? 3 * 100000 : 0;
        ASSERT_EQ(rig.run(), 0) << rig.why << " at " << at;
        const uint32_t state = gic_state(machine_gic(rig.m.get()), 0, 36);
        EXPECT_FALSE(state & GIC_ST_ACTIVE) << "at " << at;
        if (ends)
            continue;
        const uint64_t all = p.preempted ? 3 : 2;
        // A reset may take a cause away before anybody has seen it; the next one works.
        const uint64_t gone = rig.count("interrupts.lost") + rig.count("interrupts.coalesced");
        EXPECT_EQ(rig.count("interrupts.completed") + (p.kind == MACHINE_ACTION_RESET ? gone : 0), all) << "at " << at;
        EXPECT_GE(rig.count("interrupts.completed"), all - 1) << "at " << at;
        EXPECT_EQ(state & ~GIC_ST_EDGE, static_cast<uint32_t>(GIC_ST_ENABLED)) << "at " << at;
    }
}

std::vector<Moment> moments()
{
    std::vector<Moment> out;
    for (const char *kernel : {"6.1", "4.12-deoi"}) {
        for (auto kind : {MACHINE_ACTION_FORWARD, MACHINE_ACTION_UNFORWARD, MACHINE_ACTION_RESET})
            for (auto loop : {MACHINE_SPIN, MACHINE_WFI})
                out.push_back({kernel, kind, loop, kind != MACHINE_ACTION_FORWARD, 1, true});
        for (auto kind :
             {MACHINE_ACTION_FORWARD, MACHINE_ACTION_UNFORWARD, MACHINE_ACTION_DEASSIGN, MACHINE_ACTION_CLOSE,
              MACHINE_ACTION_AFFINITY, MACHINE_ACTION_DESTROY_VM, MACHINE_ACTION_RESET})
            for (auto loop : {MACHINE_SPIN, MACHINE_WFI})
                for (bool forward : {false, true})
                    for (unsigned cpu : {0u, 1u})
                        if (kind != MACHINE_ACTION_UNFORWARD || forward)
                            out.push_back({kernel, kind, loop, forward, cpu, false});
    }
    return out;
}

INSTANTIATE_TEST_SUITE_P(Teardown, AnyMoment, testing::ValuesIn(moments()), [](const auto &i) {
    std::string name = machine_action_name(i.param.kind);
    std::replace(name.begin(), name.end(), '-', '_');
    return name + (i.param.kernel[0] == '6' ? "_6_1" : "_4_12") + (i.param.loop == MACHINE_SPIN ? "_spin" : "_wfi") +
           (i.param.forward ? "_forwarded" : "_trapped") + "_cpu" + std::to_string(i.param.device_cpu) +
           (i.param.preempted ? "_preempted" : "");
});

} // namespace
