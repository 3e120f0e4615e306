// SPDX-License-Identifier: Apache-2.0
// KVM_IRQFD assign and the event path (3.2, 3.3).
#include "vm.hpp"

#include <cerrno>

namespace
{

using Assign = VmTest;

TEST_F(Assign, SignalInjectsAtOnceInTheSignallersContext)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0), 0);
    vm.signal(e[0], 1);
    EXPECT_TRUE(vm.virq(37).line_level);
    EXPECT_EQ(vm.virq(37).vcpu, 0);
    EXPECT_EQ(vm.traced(), (Strings{"eventfd_signal 0 1", "irqfd_wakeup 5", "vgic_update_irq_pending 0 37 1",
                                    "vgic_queue_irq 0 37"}));
    EXPECT_EQ(vm.stats().wakeups, 1u);
    EXPECT_EQ(vm.sim.charged[SIM_COST_IRQFD_INJECT], 1u);
}

TEST_F(Assign, AnEventFromBeforeTheAssignmentIsInjectedByThePoll) // 3.2 step 7
{
    vm.spi(37, false);
    vm.signal(e[0]);
    ASSERT_EQ(assign(0, 5, 0), 0);
    EXPECT_FALSE(vm.virq(37).pending_latch);
    EXPECT_EQ(vm.call(0, irqfd_poll_proc, &fds[0]), 0);
    EXPECT_TRUE(vm.virq(37).pending_latch);
    EXPECT_EQ(e[0].count, 0u);
    EXPECT_EQ(vm.guest(), 37u);
    EXPECT_EQ(vm.call(0, irqfd_poll_proc, &fds[0]), 0); // nothing more
    EXPECT_EQ(vm.stats().wakeups, 1u);
}

TEST_F(Assign, EdgeIsOneInterruptForEachSignal)
{
    vm.spi(37, false);
    ASSERT_EQ(assign(0, 5, 0), 0);
    for (int i = 0; i < 3; i++) {
        vm.signal(e[0]);
        EXPECT_EQ(vm.guest(), 37u);
        EXPECT_EQ(vm.guest(), 1023u);
    }
    EXPECT_EQ(vm.stats().acks, 0u); // edges are not resampled
}

TEST_F(Assign, CounterIsConsumedAndNobodyFurtherIsWoken)
{
    bool woken = false;
    List user{[&](sim_strand *s, sim_frame *) {
        woken = true;
        s->ret = 0;
        return SIM_RET;
    }};
    host_waiter w = {&user.proc, &user, nullptr};
    vm.spi(37, false);
    ASSERT_EQ(assign(0, 5, 0), 0);
    host_eventfd_add_waiter(&e[0], &w);
    EXPECT_EQ(vm.signal(e[0]), 1);
    EXPECT_EQ(e[0].count, 0u);
    EXPECT_EQ(e[0].signals, 1u);
    EXPECT_FALSE(woken);
}

TEST_F(Assign, BeforeTheVgicIsThereItIsTooEarly) // T11
{
    irqfd_vm_config c = vm.config();
    c.vgic = nullptr;
    irqfd_vm *early = nullptr;
    ASSERT_EQ(irqfd_vm_new(&c, &early), 0);
    EXPECT_EQ(irqfd_assign(early, &fds[1], 6, &e[1], nullptr), -EAGAIN);
    irqfd_vm_set_vgic(early, vm.v);
    EXPECT_EQ(irqfd_assign(early, &fds[1], 6, &e[1], nullptr), 0);
    irqfd_vm_free(early);
}

class AssignBusy : public Assign, public ::testing::WithParamInterface<uint32_t>
{
};

TEST_P(AssignBusy, EventfdInUseIsRefusedWhateverTheGsi) // T12
{
    vm.spi(37, false);
    ASSERT_EQ(assign(0, 5, 0), 0);
    EXPECT_EQ(assign(1, GetParam(), 0, 4), -EBUSY);
    EXPECT_EQ(fds[1].vm, nullptr);
    vm.signal(e[0]);
    EXPECT_EQ(vm.stats().wakeups, 1u);
    EXPECT_EQ(assign(1, GetParam(), 1, 4), 0); // another eventfd will do
}
INSTANTIATE_TEST_SUITE_P(Irqfd, AssignBusy, ::testing::Values(5u, 6u, 5000u));

TEST_F(Assign, AnotherVmMayUseTheSameEventfd)
{
    Vm other;
    irqfd fd = {};
    ASSERT_EQ(assign(0, 5, 0), 0);
    EXPECT_EQ(irqfd_assign(other.vm, &fd, 5, &e[0], nullptr), 0);
}

class AssignOdd : public Assign, public ::testing::WithParamInterface<uint32_t>
{
};

TEST_P(AssignOdd, GsiWithoutARouteIsAcceptedAndFailsSilently) // 3.2: no check of the gsi
{
    ASSERT_EQ(assign(0, GetParam(), 0, 4), 0);
    EXPECT_EQ(vm.signal(e[0]), 1);
    EXPECT_EQ(e[0].count, 0u);
    EXPECT_EQ(vm.stats().wakeups, 1u);
    EXPECT_EQ(vgic_stats_get(vm.v)->inject_ignored, 0u);
}
INSTANTIATE_TEST_SUITE_P(Irqfd, AssignOdd, ::testing::Values(64u, 988u, 4095u, 4096u, UINT32_MAX));

TEST_F(Assign, ConsumerIsReadyForTheManager)
{
    ASSERT_EQ(assign(0, 5, 2), 0);
    EXPECT_EQ(fds[0].consumer.token, &e[2]);
    EXPECT_FALSE(fds[0].consumer.registered);
}

struct BadVm {
    const char *name;
    void (*spoil)(irqfd_vm_config *);
};
class VmNew : public Assign, public ::testing::WithParamInterface<BadVm>
{
};

TEST_P(VmNew, RefusesWhatIsMissing)
{
    irqfd_vm_config c = vm.config();
    GetParam().spoil(&c);
    irqfd_vm *out = vm.vm;
    EXPECT_EQ(irqfd_vm_new(&c, &out), -EINVAL);
    EXPECT_EQ(out, nullptr);
}
INSTANTIATE_TEST_SUITE_P(Irqfd, VmNew,
                         ::testing::Values(BadVm{"Size", [](irqfd_vm_config *c) { c->struct_size--; }},
                                           BadVm{"Host", [](irqfd_vm_config *c) { c->host = nullptr; }}),
                         [](const auto &info) { return info.param.name; });

} // namespace
