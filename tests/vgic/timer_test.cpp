// SPDX-License-Identifier: Apache-2.0
// KVM's virtual timer (arch/arm64/kvm/arch_timer.c, 6.1) over a timer of two registers and the fake interface.
#include "fixture.hpp"

#include <cerrno>
#include <trapline/vgic_timer.h>

using namespace vgic_test;

namespace
{

enum : uint32_t { kEnable = 1, kMask = 2 };
constexpr int kPpi = VGIC_TIMER_PPI;

class Timer : public Guest
{
  protected:
    void SetUp() override
    {
        vgic_timer_hw ops = {};
        ops.ctx = this;
        ops.read = [](void *ctx, unsigned cpu, uint32_t *c, sim_tick *v) {
            *c = static_cast<Timer *>(ctx)->ctl[cpu];
            *v = static_cast<Timer *>(ctx)->cval[cpu];
        };
        ops.write = [](void *ctx, unsigned cpu, uint32_t c, sim_tick v) {
            static_cast<Timer *>(ctx)->ctl[cpu] = c;
            static_cast<Timer *>(ctx)->cval[cpu] = v;
        };
        vgic_timer_host_init(&host, &ops, 0);
        ASSERT_EQ(vgic_timer_init(&t, &host, m.v, 0, kPpi), 0);
        m.write(GICD_CTLR, 1);
        m.write(GICD_ISENABLER, 1u << kPpi);
        m.phys_log.clear();
    }
    // The step lists of the timer work on the timer, not on the vgic.
    void run(const sim_proc &proc, void *obj, unsigned cpu = 0)
    {
        sim_strand s{};
        s.cpu = &m.cpu[cpu];
        sim_strand_start(&s, &proc, obj, 0, 0);
        while (sim_strand_step(&s) == SIM_RAN) {
        }
    }
    void load(unsigned cpu = 0)
    {
        run(vgic_timer_load_proc, &t, cpu);
    }
    void fire(unsigned cpu = 0)
    {
        run(vgic_timer_irq_proc, &host, cpu);
    }
    uint32_t ctl[VGIC_MAX_VCPUS] = {};
    sim_tick cval[VGIC_MAX_VCPUS] = {};
    vgic_timer_host host{};
    vgic_timer t{};
};

TEST_F(Timer, init_maps_the_ppi_and_owns_it)
{
    EXPECT_TRUE(m.irq(kPpi).hw);
    EXPECT_EQ(m.irq(kPpi).hwintid, static_cast<uint32_t>(kPpi));
    m.inject(kPpi);
    EXPECT_FALSE(m.irq(kPpi).line_level) << "nobody else may inject";
    vgic_timer other{};
    EXPECT_EQ(vgic_timer_init(&other, &host, m.v, 0, kPpi), -EEXIST);
    EXPECT_EQ(vgic_timer_init(&other, &host, m.v, 7, kPpi), -EINVAL) << "no such vCPU";
}

TEST_F(Timer, interrupt_injects_a_timer_that_has_expired)
{
    load();
    ctl[0] = kEnable;
    m.sim.now = 10;
    fire();
    EXPECT_TRUE(m.irq(kPpi).line_level);
    EXPECT_EQ(m.irq(kPpi).vcpu, 0);
}

TEST_F(Timer, interrupt_of_a_timer_that_was_silenced_meanwhile_injects_nothing)
{
    load();
    ctl[0] = kEnable | kMask;
    fire();
    EXPECT_FALSE(m.irq(kPpi).line_level);
}

TEST_F(Timer, interrupt_without_a_loaded_vcpu_is_counted_and_ignored)
{
    fire();
    EXPECT_EQ(host.stray, 1u);
    load(1);
    fire(0);
    EXPECT_EQ(host.stray, 2u);
}

TEST_F(Timer, list_register_is_the_one_of_the_recording)
{
    load();
    ctl[0] = kEnable;
    fire();
    m.flush();
    EXPECT_EQ(m.vif().lr[0], 0x90006c1bu);
}

TEST_F(Timer, put_saves_the_registers_and_stops_the_hardware)
{
    load();
    ctl[0] = kEnable | 4; /* ISTATUS is not state */
    cval[0] = 77;
    vgic_timer_put(&t, &m.cpu[0]);
    EXPECT_EQ(ctl[0], 0u);
    EXPECT_EQ(t.ctl, kEnable);
    EXPECT_EQ(t.cval, 77u);
    ctl[0] = kMask; /* another vCPU's */
    vgic_timer_put(&t, &m.cpu[0]);
    EXPECT_EQ(ctl[0], kMask) << "a second put does nothing";
    load(1);
    EXPECT_EQ(ctl[1], kEnable);
    EXPECT_EQ(cval[1], 77u);
}

TEST_F(Timer, load_injects_what_has_expired_meanwhile_and_sets_it_active)
{
    t.ctl = kEnable;
    t.cval = 5;
    m.sim.now = 6;
    load();
    EXPECT_TRUE(m.irq(kPpi).line_level);
    EXPECT_EQ(m.phys_log, Strings({"set_active 27 1"}));
}

// A VHE host loads both timers, and writes the active state of both.
TEST_F(Timer, load_with_vhe_writes_the_physical_timer_too)
{
    host.ptimer_irq = 30;
    load();
    EXPECT_EQ(m.phys_log, Strings({"set_active 27 0", "set_active 30 0"}));
}

TEST_F(Timer, load_clears_the_active_state_that_another_vcpu_left)
{
    m.phys[kPpi].active = true;
    load();
    EXPECT_EQ(m.phys_log, Strings({"set_active 27 0"}));
}

TEST_F(Timer, load_keeps_a_timer_active_that_the_guest_is_serving)
{
    load();
    ctl[0] = kEnable;
    fire();
    m.raw(kPpi).active = true;
    ctl[0] = kEnable | kMask;
    vgic_timer_put(&t, &m.cpu[0]);
    m.phys_log.clear();
    load();
    EXPECT_EQ(m.phys_log, Strings({"set_active 27 1"}));
}

TEST_F(Timer, fold_asks_the_timer_for_its_level_and_not_the_distributor)
{
    load();
    ctl[0] = kEnable;
    fire();
    m.phys[kPpi].active = m.phys[kPpi].pending = true;
    m.flush();
    ctl[0] = kEnable | kMask; /* silenced before the acknowledge; the distributor still says pending */
    m.phys_log.clear();
    m.sync();
    EXPECT_FALSE(m.irq(kPpi).line_level);
    EXPECT_EQ(m.phys_log, Strings({"set_active 27 0"}));
}

TEST_F(Timer, expiry_is_never_while_disabled_or_masked)
{
    EXPECT_EQ(vgic_timer_expiry(&t), SIM_FOREVER);
    t.cval = 9;
    t.ctl = kEnable | kMask;
    EXPECT_EQ(vgic_timer_expiry(&t), SIM_FOREVER);
    t.ctl = kEnable;
    EXPECT_EQ(vgic_timer_expiry(&t), 9u);
    EXPECT_FALSE(vgic_timer_should_fire(&t));
    m.sim.now = 9;
    EXPECT_TRUE(vgic_timer_should_fire(&t));
}

} // namespace
