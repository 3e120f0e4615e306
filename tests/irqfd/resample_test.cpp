// SPDX-License-Identifier: Apache-2.0
// Acks and resamplers (3.4): what an EOI of the guest leads to.
#include "vm.hpp"

#include <algorithm>

namespace
{

class Resample : public VmTest
{
  protected:
    // The guest serves whatever is pending; the records from the ack on, the vgic's own left out.
    Strings serve()
    {
        vm.guest();
        Strings all = vm.traced(), out;
        bool acked = false;
        for (const std::string &text : all) {
            acked |= text.rfind("kvm_ack_irq", 0) == 0;
            if (acked && text.rfind("vgic_fold", 0) && text.rfind("vgic_lr", 0))
                out.push_back(text);
        }
        return out;
    }
    uint64_t resampled(unsigned i) const
    {
        return e[i].signals;
    }
};

TEST_F(Resample, EoiTakesTheLineDownOnceThenSignalsAllInOrder) // T13
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0, 6), 0);
    ASSERT_EQ(assign(1, 5, 1, 4), 0);
    ASSERT_EQ(assign(2, 5, 2, 5), 0);
    vm.signal(e[1]);
    const Strings got = serve();
    ASSERT_GE(got.size(), 7u);
    EXPECT_EQ(
        Strings(got.begin(), got.begin() + 7),
        (Strings{"kvm_ack_irq 0 5", "irqfd_resampler_ack 5", "kvm_set_irq 5 0 1", "vgic_update_irq_pending 0 37 0",
                 "eventfd_signal 6 1", "eventfd_signal 4 1", "eventfd_signal 5 1"}));
    EXPECT_EQ(std::count(got.begin(), got.end(), "kvm_set_irq 5 0 1"), 1);
    EXPECT_FALSE(vm.virq(37).line_level);
    EXPECT_EQ(vm.stats().acks, 1u);
    EXPECT_EQ(vm.stats().resamples, 1u);
    EXPECT_EQ(vm.guest(), 1023u); // invariant 6: nothing is left over
}

TEST_F(Resample, NewAssertionFromAResamplefdIsNotSwallowed)
{
    List again{[&](sim_strand *s, sim_frame *f) { // the owner finds its device still asserting
        s->ret = 1;
        return sim_call(s, f, SIM_NEXT, &host_eventfd_signal_proc, &e[0], 0, 0, 0, 0);
    }};
    host_waiter w = {&again.proc, &again, nullptr};
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    host_eventfd_add_waiter(&e[4], &w);
    vm.signal(e[0]);
    EXPECT_EQ(vm.guest(), 37u);
    EXPECT_TRUE(vm.virq(37).line_level);
    host_eventfd_remove_waiter(&e[4], &w);
    EXPECT_EQ(vm.guest(), 37u);
    EXPECT_EQ(vm.guest(), 1023u);
}

TEST_F(Resample, IrqfdWithoutResamplefdIsLeftAlone)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0), 0);
    ASSERT_EQ(assign(1, 5, 1, 4), 0);
    vm.signal(e[0]);
    serve();
    EXPECT_EQ(resampled(4), 1u);
    EXPECT_EQ(e[0].signals, 1u);
}

TEST_F(Resample, WithoutAResamplerTheLineStaysUp) // 2.6: the misuse
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0), 0);
    vm.signal(e[0]);
    EXPECT_EQ(serve(), Strings{"kvm_ack_irq 0 5"});
    EXPECT_TRUE(vm.virq(37).line_level);
    EXPECT_EQ(vm.stats().acks, 1u);
    EXPECT_EQ(vm.stats().resamples, 0u);
    vm.set_irq(5, false);
}

TEST_F(Resample, SecondTriggerWhileTheLineIsUpIsNoNews)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    ASSERT_EQ(assign(1, 5, 1, 5), 0);
    vm.signal(e[0]);
    vm.signal(e[1]);
    EXPECT_EQ(vgic_stats_get(vm.v)->inject_ignored, 1u);
    EXPECT_EQ(vm.guest(), 37u);
    EXPECT_EQ(vm.guest(), 1023u);
    EXPECT_EQ(resampled(4), 1u);
    EXPECT_EQ(resampled(5), 1u);
}

TEST_F(Resample, OtherGsisAreNotSignalled)
{
    vm.spi(37, true);
    vm.spi(38, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    ASSERT_EQ(assign(1, 6, 1, 5), 0);
    vm.signal(e[0]);
    serve();
    EXPECT_EQ(resampled(4), 1u);
    EXPECT_EQ(resampled(5), 0u);
}

TEST_F(Resample, AckOfAPinThatItsGsiHasLeftReachesNobody)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    vm.signal(e[0]);
    ASSERT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 5, 8), 0);
    EXPECT_EQ(serve(), Strings{"kvm_ack_irq 0 5"});
    EXPECT_EQ(resampled(4), 0u);
}

TEST_F(Resample, AckOfThePinItsGsiHasGoneToReachesIt)
{
    vm.spi(40, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 8, -1), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 5, 8), 0);
    vm.signal(e[0]);
    serve();
    EXPECT_EQ(resampled(4), 1u);
    EXPECT_FALSE(vm.virq(40).line_level);
}

TEST_F(Resample, LastRouteWrittenForAPinGetsItsAcks)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    ASSERT_EQ(assign(1, 100, 1, 5), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 100, 5), 0);
    vm.signal(e[0]);
    serve();
    EXPECT_EQ(resampled(4), 0u);
    EXPECT_EQ(resampled(5), 1u);
}

TEST_F(Resample, WhenTheLastRouteOfAPinIsRemovedTheOneBeforeItGetsTheAcks)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 100, 5), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 100, -1), 0);
    vm.signal(e[0]);
    serve();
    EXPECT_EQ(resampled(4), 1u);
    EXPECT_FALSE(vm.virq(37).line_level);
}

TEST_F(Resample, RemovingAnEarlierRouteOfAPinLeavesTheLast)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(1, 100, 1, 5), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 100, 5), 0);
    ASSERT_EQ(irqfd_route(vm.vm, 5, -1), 0);
    vm.signal(e[1]);
    serve();
    EXPECT_EQ(resampled(5), 1u);
}

TEST_F(Resample, SignalsAreChargedEach)
{
    vm.spi(37, true);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    ASSERT_EQ(assign(1, 5, 1, 5), 0);
    vm.signal(e[0]);
    serve();
    EXPECT_EQ(vm.sim.charged[SIM_COST_RESAMPLE_SIGNAL], 2u);
    EXPECT_EQ(host_stats_get(vm.host)->eventfd_resample, 2u);
}

TEST_F(Resample, ForwardedInterruptNeverAcks) // 3.4: HW=1 leaves the resamplefd silent
{
    Handler h;
    vm.spi(37, true);
    ASSERT_EQ(host_irq_request(vm.host, 40, &h.action, true, 0), 0);
    ASSERT_EQ(assign(0, 5, 0, 4), 0);
    ASSERT_EQ(vgic_set_forwarding(vm.v, &vm.cpu[0], 40, 37), 0);
    host_enable_irq(vm.host, 40);
    vm.line(40, true);
    vm.run(); // physically active
    EXPECT_EQ(h.runs, 1u);
    vm.line(40, false);
    vm.signal(e[0]);
    EXPECT_EQ(vm.guest(), 37u);
    EXPECT_EQ(vm.stats().acks, 0u);
    EXPECT_EQ(resampled(4), 0u);
    EXPECT_FALSE(vm.state(40) & GIC_ST_ACTIVE); // the guest deactivated it
}

} // namespace
