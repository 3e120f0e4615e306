// SPDX-License-Identifier: Apache-2.0
// The exception entry: the loop on GICC_IAR, SGIs, the timer, the maintenance interrupt, counters (6.6).
#include "rig.hpp"

namespace
{

using Entry = HostTest;

TEST_F(Entry, AcknowledgesDropsHandlesDeactivatesAndLooksAgain)
{
    Strings seen;
    Handler h(false, [&] { seen = rig.interface(); });
    request(36, h, false);
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(seen, (Strings{"IAR 36", "EOIR 36"})); // before the handler
    EXPECT_EQ(rig.interface(), (Strings{"DIR 36", "IAR 1023"}));
    EXPECT_EQ(host_stats_get(rig.host)->spurious_iar, 1u);
}

TEST_F(Entry, AllThatIsPendingIsServedInOneEntry)
{
    Handler a, b;
    request(36, a, false);
    request(40, b, false);
    rig.pulse(40);
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(rig.interface(), (Strings{"IAR 36", "EOIR 36", "DIR 36", "IAR 40", "EOIR 40", "DIR 40", "IAR 1023"}));
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, 2u);
}

TEST_F(Entry, InterruptGoesToTheCpuItIsAffineTo)
{
    Handler h;
    request(36, h, false, 1);
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(host_cpu_acks_get(rig.host, 0)->device, 0u);
    EXPECT_EQ(host_cpu_acks_get(rig.host, 1)->device, 1u);
}

TEST_F(Entry, EntryWithoutAnInterruptEndsAtOnce)
{
    rig.call(0, host_irq_entry_proc, rig.host);
    EXPECT_EQ(rig.interface(), Strings{"IAR 1023"});
    EXPECT_EQ(host_stats_get(rig.host)->spurious_iar, 1u);
}

struct IpiCase {
    unsigned sgi;
    uint64_t reschedule, call;
};
class EntryIpi : public Entry, public ::testing::WithParamInterface<IpiCase>
{
};

TEST_P(EntryIpi, IsCountedByKindAndDeactivatedWithItsSource)
{
    const IpiCase &c = GetParam();
    rig.on(1);
    host_send_ipi(rig.host, 0, c.sgi);
    const std::string n = std::to_string(c.sgi);
    EXPECT_EQ(rig.writes(), Strings{"SGIR " + n + " cpus 1"});
    rig.run();
    EXPECT_EQ(rig.interface(),
              (Strings{"IAR " + n + " from 1", "EOIR " + n + " from 1", "DIR " + n + " from 1", "IAR 1023"}));
    EXPECT_EQ(host_stats_get(rig.host)->acks_ipi, 1u);
    EXPECT_EQ(host_cpu_acks_get(rig.host, 0)->ipi_reschedule, c.reschedule);
    EXPECT_EQ(host_cpu_acks_get(rig.host, 0)->ipi_call, c.call);
    EXPECT_EQ(rig.sim.charged[SIM_COST_HOST_IPI], 1u);
    EXPECT_EQ(gic_state(rig.gic, 0, c.sgi) & GIC_ST_ACTIVE, 0u);
}
INSTANTIATE_TEST_SUITE_P(Host, EntryIpi,
                         ::testing::Values(IpiCase{HOST_IPI_RESCHEDULE, 1, 0}, IpiCase{HOST_IPI_CALL_FUNC, 0, 1}));

TEST_F(Entry, TimerIsCountedAndTakenDown)
{
    gic_set_ppi(rig.gic, 1, HOST_PTIMER_PPI, true);
    rig.run();
    EXPECT_EQ(host_stats_get(rig.host)->acks_timer, 1u);
    EXPECT_EQ(host_cpu_acks_get(rig.host, 1)->timer, 1u);
    EXPECT_EQ(rig.programmed, Strings{"1 never"});
    EXPECT_EQ(rig.sim.charged[SIM_COST_HOST_IRQ], 1u);
}

TEST_F(Entry, MaintenanceInterruptIsOnlyAcknowledged) // 1.8: the exit was the point
{
    // The underflow interrupt with empty list registers; taken down again as leaving the guest does.
    gic_write(rig.gic, 0, GIC_HYP, GICH_HCR, 4, GICH_HCR_En | GICH_HCR_UIE);
    EXPECT_TRUE(rig.wire[0]);
    for (int i = 0; i < 3; i++)
        rig.step(0);
    gic_write(rig.gic, 0, GIC_HYP, GICH_HCR, 4, 0);
    rig.run();
    EXPECT_EQ(host_stats_get(rig.host)->acks_maintenance, 1u);
    EXPECT_EQ(host_cpu_acks_get(rig.host, 0)->maintenance, 1u);
    EXPECT_EQ(rig.sim.charged[SIM_COST_HOST_IRQ], 0u);
    EXPECT_EQ(rig.interface(), (Strings{"IAR 25", "EOIR 25", "DIR 25", "IAR 1023"}));
}

TEST_F(Entry, DeviceInterruptIsChargedOnce)
{
    Handler h;
    request(36, h, false);
    rig.pulse(36);
    rig.run();
    EXPECT_EQ(rig.sim.charged[SIM_COST_HOST_IRQ], 1u);
}

TEST_F(Entry, ResetForgetsTheCounts)
{
    gic_set_ppi(rig.gic, 0, HOST_PTIMER_PPI, true);
    rig.run();
    host_stats_reset(rig.host);
    EXPECT_EQ(host_stats_get(rig.host)->acks_timer, 0u);
    EXPECT_EQ(host_stats_get(rig.host)->spurious_iar, 0u);
}

// request_percpu_irq: the handler runs on the CPU whose PPI it is.
TEST_F(Entry, PerCpuHandlerRunsOnTheCpuWhosePpiIsTaken)
{
    unsigned on = 99;
    Handler h(false, [&] { on = host_this_cpu(rig.host)->id; });
    ASSERT_EQ(host_percpu_irq_request(rig.host, 27, h.action.handler, h.action.obj, false), 0);
    (void)rig.interface();
    gic_set_ppi(rig.gic, 1, 27, true);
    gic_set_ppi(rig.gic, 1, 27, false);
    EXPECT_EQ(host_cpu_acks_get(rig.host, 1)->percpu, 0u) << "a level that has gone is nobody's";
    gic_write(rig.gic, 1, GIC_DIST, GICD_ISPENDR, 4, 1u << 27);
    rig.run();
    EXPECT_EQ(on, 1u);
    EXPECT_EQ(rig.interface(), (Strings{"IAR 27", "EOIR 27", "DIR 27", "IAR 1023"}));
    EXPECT_EQ(host_cpu_acks_get(rig.host, 1)->percpu, 1u);
    EXPECT_EQ(host_stats_get(rig.host)->acks_percpu, 1u);
}

TEST_F(Entry, ForwardedPerCpuInterruptStaysActiveForItsVcpu)
{
    Handler h(false, [] {});
    ASSERT_EQ(host_percpu_irq_request(rig.host, 27, h.action.handler, h.action.obj, true), 0);
    gic_write(rig.gic, 0, GIC_DIST, GICD_ISPENDR, 4, 1u << 27);
    rig.run();
    EXPECT_EQ(rig.interface(), (Strings{"IAR 27", "EOIR 27", "IAR 1023"}));
    EXPECT_TRUE(gic_state(rig.gic, 0, 27) & GIC_ST_ACTIVE);
}

TEST_F(Entry, PerCpuRequestRefusesWhatIsNoPpiOrTaken)
{
    Handler h(false, [] {});
    const auto request = [&](uint32_t irq) {
        return host_percpu_irq_request(rig.host, irq, h.action.handler, h.action.obj, true);
    };
    EXPECT_EQ(request(15), -EINVAL);
    EXPECT_EQ(request(32), -EINVAL);
    EXPECT_EQ(request(HOST_PTIMER_PPI), -EINVAL);
    EXPECT_EQ(request(25), -EINVAL) << "maintenance";
    EXPECT_EQ(request(27), 0);
    EXPECT_EQ(request(27), -EBUSY);
}

} // namespace
