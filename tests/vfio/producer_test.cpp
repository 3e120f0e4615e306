// SPDX-License-Identifier: Apache-2.0
// The bypass producer of a platform interrupt (4.7, 6.2, 6.7, 6.8; T8, T20; invariants 7 and 9).
#include "fixture.hpp"

namespace
{

class Producer : public Vfio
{
  protected:
    Producer()
    {
        EXPECT_EQ(irq_bypass_manager_new(0, &m), 0);
        cons.ctx = this;
        cons.add_producer = [](irq_bypass_consumer *c, irq_bypass_producer *p) {
            auto *self = static_cast<Producer *>(c->ctx);
            if (!self->refuse)
                host_irq_set_forwarded(self->rig.host, static_cast<uint32_t>(p->irq), true);
            return self->refuse;
        };
        cons.del_producer = [](irq_bypass_consumer *c, irq_bypass_producer *p) {
            auto *self = static_cast<Producer *>(c->ctx);
            const auto irq = static_cast<uint32_t>(p->irq);
            host_irq_set_state(self->rig.host, irq, HOST_IRQ_ACTIVE, false);
            return host_irq_set_forwarded(self->rig.host, irq, false);
        };
    }
    ~Producer() override
    {
        irq_bypass_manager_free(m);
    }
    int connect()
    {
        cons.token = &trigger;
        EXPECT_EQ(irq_bypass_register_consumer(m, &cons), 0);
        return irq_bypass_register_producer(m, &v.producer);
    }
    irq_bypass_manager *m = nullptr;
    irq_bypass_consumer cons = {};
    int refuse = 0;
};

TEST_F(Producer, IsOfThePlatformKindAndNamesItsInterrupt)
{
    set_up(true);
    EXPECT_EQ(v.producer.type, IRQ_BYPASS_VFIO_PLATFORM);
    EXPECT_EQ(v.producer.irq, 36);
    EXPECT_EQ(v.producer.token, &trigger);
}

TEST_F(Producer, StopAndStartNestWithTheMask)
{
    set_up(true);
    vfio_platform_mask(&v);
    EXPECT_EQ(stop(), 0);
    EXPECT_EQ(depth(), 2u);
    EXPECT_EQ(start(), 0);
    EXPECT_EQ(depth(), 1u);
    EXPECT_TRUE(v.usermasked);
}

TEST_F(Producer, StopWaitsForAHandlerThatRunsOnAnotherCpu)
{
    set_up(true, 1);
    rig.line(kIrq, true);
    while (v.stats.interrupts == 0)
        rig.step(1); // into the handler
    rig.on(0);
    EXPECT_EQ(stop(), IRQ_BYPASS_PENDING);
    EXPECT_EQ(depth(), 2u); // the handler's and ours
    EXPECT_EQ(stop(), IRQ_BYPASS_PENDING);
    EXPECT_EQ(depth(), 2u); // disabled once, however often it is asked
    rig.run();
    rig.on(0);
    EXPECT_EQ(stop(), 0);
    EXPECT_EQ(depth(), 2u);
    EXPECT_FALSE(v.stopping);
    EXPECT_EQ(start(), 0);
    EXPECT_EQ(depth(), 1u);
    rig.line(kIrq, false);
}

TEST_F(Producer, TwoStopsInARowAreTwoDisables)
{
    set_up(true);
    EXPECT_EQ(stop(), 0);
    EXPECT_EQ(start(), 0);
    EXPECT_EQ(stop(), 0);
    EXPECT_EQ(depth(), 1u);
    EXPECT_EQ(start(), 0);
    EXPECT_EQ(depth(), 0u);
}

TEST_F(Producer, OperationOnAThreadWaitsForTheHandler)
{
    set_up(true, 1);
    cons.token = &trigger;
    ASSERT_EQ(irq_bypass_register_consumer(m, &cons), 0);
    irq_bypass_op op = {};
    irq_bypass_op_register_producer(&op, m, &v.producer);
    int64_t ret = 1;
    List list{[&](sim_strand *s, sim_frame *f) {
                  return sim_call(s, f, SIM_NEXT, &host_bypass_proc, rig.host, reinterpret_cast<uintptr_t>(&op), 0, 0,
                                  0);
              },
              [&](sim_strand *s, sim_frame *) {
                  ret = s->ret;
                  return SIM_RET;
              }};
    host_thread &t = rig.thread();
    rig.line(kIrq, true);
    while (v.stats.interrupts == 0)
        rig.step(1);
    host_thread_start(rig.host, &t, 0, 0, &list.proc, &list);
    for (int i = 0; i < 20; i++)
        rig.step(0);
    EXPECT_TRUE(v.stopping);
    EXPECT_EQ(t.state, HOST_RUNNING); // busy-waiting
    rig.run();
    EXPECT_EQ(t.state, HOST_DEAD);
    EXPECT_EQ(ret, -EAGAIN); // that handler has automasked
    EXPECT_EQ(depth(), 1u);
    rig.line(kIrq, false);
}

// ---- add -----------------------------------------------------------------------------------------

struct AddCase {
    const char *name;
    bool level, active, automasked, usermasked;
    int expected;
};
class ProducerAdd : public Producer, public ::testing::WithParamInterface<AddCase>
{
};

TEST_P(ProducerAdd, IsRefusedWhileAnInterruptIsUnderWay)
{
    const AddCase &c = GetParam();
    set_up(c.level);
    if (c.usermasked) {
        ASSERT_EQ(vfio_platform_mask(&v), 0);
    }
    if (c.automasked)
        fire();
    rig.line(kIrq, false);
    if (c.active)
        host_irq_set_state(rig.host, kIrq, HOST_IRQ_ACTIVE, true);
    const unsigned before = depth();
    EXPECT_EQ(connect(), c.expected);
    EXPECT_EQ(depth(), before); // invariant 9
    EXPECT_EQ(v.deoi, c.level && !c.expected);
    EXPECT_EQ(rig.irq(kIrq).forwarded, !c.expected);
    EXPECT_EQ(v.automasked, c.automasked);
    EXPECT_EQ(v.usermasked, c.usermasked);
    EXPECT_EQ(v.producer.registered, !c.expected);
    host_irq_set_state(rig.host, kIrq, HOST_IRQ_ACTIVE, false);
}
INSTANTIATE_TEST_SUITE_P(Vfio, ProducerAdd,
                         ::testing::Values(AddCase{"LevelQuiet", true, false, false, false, 0},
                                           AddCase{"LevelActive", true, true, false, false, -EAGAIN},
                                           AddCase{"LevelAutomasked", true, false, true, false, -EAGAIN}, // T8
                                           AddCase{"LevelUsermasked", true, false, false, true, 0},
                                           AddCase{"EdgeQuiet", false, false, false, false, 0},
                                           AddCase{"EdgeActive", false, true, false, false, -EAGAIN}),
                         [](const auto &info) { return info.param.name; });

TEST_F(Producer, AfterARefusalAutomaskingGoesOn) // T8: mode (iii) keeps working
{
    set_up(true);
    fire();
    ASSERT_EQ(connect(), -EAGAIN);
    rig.signal(unmask);
    rig.run();
    EXPECT_EQ(trigger.signals, 2u);
    EXPECT_EQ(v.stats.automasks, 2u);
    rig.line(kIrq, false);
    rig.on(0);
    rig.signal(unmask);
    EXPECT_EQ(depth(), 0u);
}

TEST_F(Producer, ConsumersRefusalRestoresTheAutomaskedHandler) // 6.2 step 5, T20
{
    set_up(true);
    refuse = -EINVAL;
    EXPECT_EQ(connect(), -EINVAL);
    EXPECT_FALSE(v.deoi);
    EXPECT_EQ(depth(), 0u);
    EXPECT_EQ(rig.traced(), (Strings{"irq_disable 36 1", "vfio_deoi 36 1", "vfio_deoi 36 0", "irq_enable 36 0"}));
    fire();
    EXPECT_TRUE(v.automasked);
    rig.line(kIrq, false);
}

TEST_F(Producer, LineThatIsHighAtConnectFiresInForwardedMode) // 6.2 step 7
{
    set_up(true);
    rig.line(kIrq, true); // not taken yet
    ASSERT_EQ(connect(), 0);
    rig.run();
    EXPECT_EQ(trigger.signals, 1u);
    EXPECT_FALSE(v.automasked);
    EXPECT_TRUE(rig.state(kIrq) & GIC_ST_ACTIVE);
    rig.line(kIrq, false);
}

TEST_F(Producer, UserMaskSurvivesTheSwitchOfHandlers) // patch 1
{
    set_up(true);
    ASSERT_EQ(vfio_platform_mask(&v), 0);
    ASSERT_EQ(connect(), 0);
    rig.line(kIrq, true);
    rig.run();
    EXPECT_EQ(trigger.signals, 0u);
    rig.on(0);
    ASSERT_EQ(vfio_platform_unmask(&v), 0);
    rig.run();
    EXPECT_EQ(trigger.signals, 1u);
    EXPECT_EQ(depth(), 0u);
    rig.line(kIrq, false);
}

// ---- del -----------------------------------------------------------------------------------------

TEST_F(Producer, DelRestoresTheAutomaskedHandlerUnmasked)
{
    set_up(true);
    ASSERT_EQ(connect(), 0);
    irq_bypass_unregister_producer(m, &v.producer);
    EXPECT_FALSE(v.deoi);
    EXPECT_FALSE(vfio_platform_masked(&v));
    EXPECT_EQ(depth(), 0u);
    fire();
    EXPECT_TRUE(v.automasked);
    rig.line(kIrq, false);
}

TEST_F(Producer, DisconnectWithTheLineHighFiresAutomasked) // 6.7
{
    set_up(true);
    ASSERT_EQ(connect(), 0);
    fire();
    EXPECT_TRUE(rig.state(kIrq) & GIC_ST_ACTIVE);
    const uint64_t before = host_stats_get(rig.host)->acks_device;
    irq_bypass_unregister_producer(m, &v.producer);
    rig.run();
    EXPECT_TRUE(v.automasked);
    EXPECT_EQ(trigger.signals, 2u);
    EXPECT_EQ(host_stats_get(rig.host)->acks_device, before + 2); // T9: one event, two acknowledges (lazy)
    rig.line(kIrq, false);
}

TEST_F(Producer, DelOfAnEdgeChangesNothing)
{
    set_up(false);
    ASSERT_EQ(connect(), 0);
    rig.traced();
    EXPECT_EQ(del(), 0);
    EXPECT_EQ(rig.traced(), Strings{});
    fire();
    EXPECT_EQ(trigger.signals, 1u);
}

// ---- vfio_platform_check -------------------------------------------------------------------------

TEST_F(Producer, CheckNamesAnAutomaskInDirectMode)
{
    set_up(true);
    v.deoi = v.automasked = true;
    EXPECT_EQ(broken(), "VFIO interrupt 36 is automasked in direct-EOI mode");
    v.deoi = v.automasked = false;
}

TEST_F(Producer, CheckNamesAnEdgeInDirectMode)
{
    set_up(false);
    v.deoi = true;
    EXPECT_EQ(broken(), "VFIO interrupt 36 is an edge in direct-EOI mode");
    v.deoi = false;
}

TEST_F(Producer, CheckNeedsNoText)
{
    set_up(false);
    v.deoi = true;
    EXPECT_EQ(vfio_platform_check(&v, nullptr, 0), -EFAULT);
    v.deoi = false;
}

} // namespace
